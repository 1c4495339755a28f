/**
 * Phrases, for functions written by hand: a word makes a phrase of its operands, and a phrase may be an operand. They nest, and become
 * instructions where they are written. Code that depends on a graph is lists of instructions from the start: code.ts.
 */
import {
  type Instruction,
  type InstructionName,
  type ValueType,
  type WasmFunction,
  Writer,
} from "./instructions.ts";

/** The number of a local, to read it; an instruction; or phrase after phrase. */
export type Phrase = number | Instruction | readonly Phrase[];

type Words<Text extends string> = Text extends `${infer Word} ${infer Rest}` ? Word | Words<Rest> : Text;

/** The numbers of locals, by the names in a text. */
export type Locals<Names extends string> = Readonly<Record<Words<Names>, number>>;

/** Begins a function of i32 parameters and locals, named with spaces between, and tells the number of each. */
export function begin<Parameters extends string, Others extends string>(
  parameters: Parameters,
  others: Others,
): [Writer, Locals<Parameters | Others>] {
  const names = parameters.split(" ");
  const writer = new Writer(names.map(() => "i32"));
  const numbers = [
    ...names.map((name, i) => [name, i] as const),
    ...others.split(" ").map((name) => [name, writer.local("i32")] as const),
  ];
  return [writer, Object.fromEntries(numbers) as Locals<Parameters | Others>];
}

/** Ends a function that gives nothing. */
export function finish(writer: Writer, name: string, body: Phrase, isExported = false): WasmFunction {
  write(writer, body);
  return writer.finish(name, [], isExported);
}

/** Adds phrases to a function. */
export function write(writer: Writer, ...phrases: readonly Phrase[]): void {
  for (const phrase of phrases) flatten(phrase, writer.body);
}

function flatten(phrase: Phrase, body: Instruction[]): void {
  if (typeof phrase === "number") body.push(["local.get", phrase]);
  else if (isInstruction(phrase)) body.push(phrase);
  else for (let i = 0; i < phrase.length; i++) flatten(phrase[i]!, body);
}

function isInstruction(phrase: Instruction | readonly Phrase[]): phrase is Instruction {
  return typeof phrase[0] === "string";
}

/** New locals of a type. */
export function locals(writer: Writer, type: ValueType, count: number): number[] {
  return upTo(count).map(() => writer.local(type));
}

/** The numbers from 0 to n - 1. */
export function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

/** An instruction as a word. */
export function word(name: InstructionName): (...operands: readonly Phrase[]) => Phrase {
  return (...operands) => [operands, [name]];
}

export const add = word("i32.add");
export const subtract = word("i32.sub");
export const multiply = word("i32.mul");
export const divide = word("i32.div_u");
export const remainder = word("i32.rem_u");
export const both = word("i32.and");
export const either = word("i32.or");
export const not = word("i32.eqz");
export const isEqual = word("i32.eq");
export const isLess = word("i32.lt_s");
export const isMore = word("i32.gt_s");
/** The first if the third holds, else the second. */
export const choose = word("select");

export function constant(value: number): Phrase {
  return ["i32.const", value];
}

export function least(x: Phrase, y: Phrase): Phrase {
  return choose(x, y, isLess(x, y));
}

export function set(local: number, value: Phrase): Phrase {
  return [value, ["local.set", local]];
}

export function increase(local: number, by: Phrase): Phrase {
  return set(local, add(local, by));
}

export function decrease(local: number, by: Phrase): Phrase {
  return set(local, subtract(local, by));
}

export function load(name: InstructionName, at: Phrase, offset = 0): Phrase {
  return [at, [name, offset]];
}

/** Stores a value at an address; `place` is what follows the instruction: an offset, and a lane if it takes one. */
export function store(name: InstructionName, at: Phrase, value: Phrase, ...place: readonly number[]): Phrase {
  return [at, value, [name, ...place]];
}

export function call(index: number, ...operands: readonly Phrase[]): Phrase {
  return [operands, ["call", index]];
}

export function when(condition: Phrase, then: Phrase, otherwise?: Phrase): Phrase {
  return [condition, ["if"], then, otherwise === undefined ? [] : [["else"], otherwise], ["end"]];
}

/** The body once, and again for as long as the condition holds after it. */
export function repeat(body: Phrase, again: Phrase): Phrase {
  return [["loop"], body, again, ["br_if", 0], ["end"]];
}

/** The body for as long as the condition holds before it. */
export function during(condition: Phrase, body: Phrase): Phrase {
  return [["loop"], when(condition, [body, ["br", 1]]), ["end"]];
}

/** The body for as long as a count is above zero; each time takes `step` from it. */
export function countDown(count: number, step: number, body: Phrase): Phrase {
  const some = isMore(count, constant(0));
  return when(some, repeat([body, decrease(count, constant(step))], some));
}

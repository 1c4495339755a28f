/** Words for functions written by hand. A word makes code of its operands, and what it makes may be an operand. */
import {
  type Instruction,
  type InstructionName,
  type ValueType,
  type WasmFunction,
  Writer,
} from "./instructions.ts";

/** The number of a local, to read it; an instruction; or code after code. */
export type Code = number | Instruction | readonly Code[];

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
export function finish(writer: Writer, name: string, body: Code, isExported = false): WasmFunction {
  write(writer, body);
  return writer.finish(name, [], isExported);
}

function write(writer: Writer, code: Code): void {
  if (typeof code === "number") writer.body.push(["local.get", code]);
  else if (isInstruction(code)) writer.body.push(code);
  else for (let i = 0; i < code.length; i++) write(writer, code[i]!);
}

function isInstruction(code: Instruction | readonly Code[]): code is Instruction {
  return typeof code[0] === "string";
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
export function word(name: InstructionName): (...operands: readonly Code[]) => Code {
  return (...operands) => [operands, [name]];
}

export const add = word("i32.add");
export const subtract = word("i32.sub");
export const multiply = word("i32.mul");
export const divide = word("i32.div_u");
export const remainder = word("i32.rem_u");
export const both = word("i32.and");
export const not = word("i32.eqz");
export const isEqual = word("i32.eq");
export const isLess = word("i32.lt_s");
export const isMore = word("i32.gt_s");
/** The first if the third holds, else the second. */
export const choose = word("select");

export function constant(value: number): Code {
  return ["i32.const", value];
}

export function least(x: Code, y: Code): Code {
  return choose(x, y, isLess(x, y));
}

export function set(local: number, value: Code): Code {
  return [value, ["local.set", local]];
}

export function increase(local: number, by: Code): Code {
  return set(local, add(local, by));
}

export function decrease(local: number, by: Code): Code {
  return set(local, subtract(local, by));
}

export function load(name: InstructionName, at: Code, offset = 0): Code {
  return [at, [name, offset]];
}

/** Stores a value at an address; `place` is what follows the instruction: an offset, and a lane if it takes one. */
export function store(name: InstructionName, at: Code, value: Code, ...place: readonly number[]): Code {
  return [at, value, [name, ...place]];
}

export function call(index: number, ...operands: readonly Code[]): Code {
  return [operands, ["call", index]];
}

export function when(condition: Code, then: Code, otherwise?: Code): Code {
  return [condition, ["if"], then, otherwise === undefined ? [] : [["else"], otherwise], ["end"]];
}

/** The body once, and again for as long as the condition holds after it. */
export function repeat(body: Code, again: Code): Code {
  return [["loop"], body, again, ["br_if", 0], ["end"]];
}

/** The body for as long as a count is above zero; each time takes `step` from it. */
export function countDown(count: number, step: number, body: Code): Code {
  const some = isMore(count, constant(0));
  return when(some, repeat([body, decrease(count, constant(step))], some));
}

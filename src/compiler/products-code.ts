/** Words for functions written by hand: an operand is a local, by its number, or the code that leaves a value; a word makes code. */
import {
  type Instruction,
  type InstructionName,
  type ValueType,
  type WasmFunction,
  Writer,
} from "./instructions.ts";

export type Code = readonly Instruction[];
export type Operand = number | Code;

type Words<Text extends string> = Text extends `${infer Word} ${infer Rest}` ? Word | Words<Rest> : Text;

/** Begins a function of i32 parameters and locals, named with spaces between, and tells the number of each. */
export function begin<Parameters extends string, Locals extends string>(
  parameters: Parameters,
  locals: Locals,
): [Writer, Readonly<Record<Words<Parameters> | Words<Locals>, number>>] {
  const names = parameters.split(" ");
  const writer = new Writer(names.map(() => "i32"));
  const numbers = [
    ...names.map((name, i) => [name, i] as const),
    ...locals.split(" ").map((name) => [name, writer.local("i32")] as const),
  ];
  return [writer, Object.fromEntries(numbers) as Record<Words<Parameters> | Words<Locals>, number>];
}

/** Ends a function that gives nothing. */
export function finish(writer: Writer, name: string, body: Code, isExported = false): WasmFunction {
  writer.write(...body);
  return writer.finish(name, [], isExported);
}

/** New locals of a type. */
export function locals(writer: Writer, type: ValueType, count: number): number[] {
  return upTo(count).map(() => writer.local(type));
}

/** The numbers from 0 to n - 1. */
export function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

/** The code that leaves an operand's value. */
function read(operand: Operand): Code {
  return typeof operand === "number" ? [["local.get", operand]] : operand;
}

/** An instruction as a word: its operands come before it. */
export function word(name: InstructionName): (...operands: readonly Operand[]) => Code {
  return (...operands) => [...operands.flatMap(read), [name]];
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
  return [["i32.const", value]];
}

export function least(x: Operand, y: Operand): Code {
  return choose(x, y, isLess(x, y));
}

export function set(local: number, value: Operand): Code {
  return [...read(value), ["local.set", local]];
}

export function increase(local: number, by: Operand): Code {
  return set(local, add(local, by));
}

export function decrease(local: number, by: Operand): Code {
  return set(local, subtract(local, by));
}

export function load(name: InstructionName, at: Operand, offset = 0): Code {
  return [...read(at), [name, offset]];
}

/** Stores a value at an address; `place` is what follows the instruction: an offset, and a lane if it takes one. */
export function store(name: InstructionName, at: Operand, value: Operand, ...place: readonly number[]): Code {
  return [...read(at), ...read(value), [name, ...place]];
}

export function call(index: number, ...operands: readonly Operand[]): Code {
  return [...operands.flatMap(read), ["call", index]];
}

export function when(condition: Operand, then: Code, otherwise: Code = []): Code {
  const rest: Code = otherwise.length > 0 ? [["else"], ...otherwise] : [];
  return [...read(condition), ["if"], ...then, ...rest, ["end"]];
}

/** The body once, and again for as long as the condition holds after it. */
export function repeat(body: Code, again: Operand): Code {
  return [["loop"], ...body, ...read(again), ["br_if", 0], ["end"]];
}

/** The body for as long as a count is above zero; each time takes `step` from it. */
export function countDown(count: number, step: number, body: Code): Code {
  const some = isMore(count, constant(0));
  return when(some, repeat([...body, ...decrease(count, constant(step))], some));
}

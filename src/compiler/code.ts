/** Code as a list of instructions, and the words that are in most of it. Whole functions written by hand are phrases: phrases.ts. */
import type { Instruction, Writer } from "./instructions.ts";

/** Instructions, one after the other. */
export type Code = readonly Instruction[];

export const get = (local: number): Instruction => ["local.get", local];
export const set = (local: number): Instruction => ["local.set", local];
export const int = (value: number): Instruction => ["i32.const", value];
export const add: Instruction = ["i32.add"];
export const sub: Instruction = ["i32.sub"];
export const mul: Instruction = ["i32.mul"];
export const end: Instruction = ["end"];

/** Writes a body that is repeated while a condition holds before it. */
export function writeWhile(w: Writer, condition: Code, body: () => void): void {
  w.write(["block"], ["loop"], ...condition, ["i32.eqz"], ["br_if", 1]);
  body();
  w.write(["br", 0], end, end);
}

/** What of a kernel its code is made from, as one number: kernels that differ in sizes, places and numbers alone have the same. */
import type { Access, Kernel, Line, Loop } from "./kernels.ts";

/** The number of a kernel's structure. */
export function structureOf(kernel: Kernel): number {
  if (kernel.kind === "loop") return ofLoop(kernel);
  return hashed([kernel.kind, kernel.kind === "strand" ? kernel.name : "", kernel.dtype]);
}

function ofLoop({ shape, lines, stores, folds }: Loop): number {
  let h = shape.length;
  for (const line of lines) h = ofLine(h, line);
  for (const { line, access } of stores) h = ofAccess(mix(h, line), access);
  for (const { fold, line, access } of folds) h = ofAccess(mix(mix(h, line), numberOf(fold)), access);
  return h;
}

function ofLine(start: number, line: Line): number {
  let h = mix(mix(start, numberOf(line.op)), numberOf(line.lane));
  for (const arg of line.args) h = mix(h, arg);
  if (line.op === "const") return ofNumber(h, line.value);
  if (line.op !== "read") return h;
  h = ofAccess(h, line.access);
  for (const { strides } of line.guards) h = ofStrides(h, strides);
  return line.index ? ofAccess(mix(h, 1), line.index.access) : h;
}

function ofAccess(h: number, { buffer, strides }: Access): number {
  return ofStrides(mix(h, numberOf(buffer.dtype)), strides);
}

/** Along each dimension a walk stands still, or goes on; along the last it may go from neighbour to neighbour. */
function ofStrides(start: number, strides: readonly number[]): number {
  let h = start;
  for (const [d, stride] of strides.entries())
    h = mix(h, stride === 0 ? 0 : stride === 1 && d === strides.length - 1 ? 1 : 2);
  return h;
}

const scratch = new Float64Array(1);
const words = new Int32Array(scratch.buffer);

function ofNumber(h: number, value: number): number {
  scratch[0] = value;
  return mix(mix(h, words[0]!), words[1]!);
}

const numbers = new Map<string, number>();

/** Each word has a number: 1, 2, ... */
function numberOf(word: string): number {
  const known = numbers.get(word);
  if (known !== undefined) return known;
  numbers.set(word, numbers.size + 1);
  return numbers.size;
}

function hashed(list: readonly string[]): number {
  return list.reduce((h, word) => mix(h, numberOf(word)), 0x811c9dc5);
}

/** A step of FNV-1a. */
function mix(h: number, part: number): number {
  return Math.imul(h ^ part, 0x01000193);
}

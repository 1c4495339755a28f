/**
 * Runs scalar programs over arrays, a primitive at a time: the definition of what every primitive does.
 * A program, its inputs as lane arrays, and a count go in; results are written in place into `out`.
 */
import type { Storage } from "../ir/dtype.ts";
import { reduce } from "../ir/remainder.ts";
import type { Instruction, Lane, Primitive, Program } from "../ir/scalar.ts";

/** The array that holds one lane's values; storing into it is the lane's rounding. */
export type LaneArray = Float32Array | Float64Array;

export function laneArray(lane: Lane, length: number): LaneArray {
  return lane === "f32" ? new Float32Array(length) : new Float64Array(length);
}

/** How many elements go through a program at once: registers of this length stay in the first-level cache. */
const chunk = 512;

/** Gives elements start..start+count-1 of an input in the program's lane: where they lie, or written into `register`. They are read before the next call. */
export type Reader = (start: number, count: number, register: LaneArray) => LaneArray;

/** Elements of an array of the program's lane, as they lie. */
export function readerOf(x: LaneArray, offset = 0): Reader {
  return (start, count) => window(x, offset + start, count);
}

/** The array itself where it begins at the first element wanted: it may be longer than what is wanted. */
function window<A extends Storage>(x: A, start: number, count: number): A {
  return start === 0 ? x : (x.subarray(start, start + count) as A);
}

/** Evaluates `program` for elements 0..n-1 of `inputs`, each an array of the program's lane, and writes the result into `out`, in place. */
export function run(program: Program, inputs: readonly LaneArray[], out: LaneArray, n: number): void {
  const readers = inputs.map((x) => readerOf(x));
  runOver(program, readers, out, n);
}

/** The same for inputs that are read as they are needed. Results convert to the dtype of `out`. */
export function runOver(program: Program, inputs: readonly Reader[], out: Storage, n: number): void {
  const registers = registersFor(program, Math.min(n, chunk));
  for (let start = 0; start < n; start += chunk)
    execute(program, registers, inputs, out, start, Math.min(chunk, n - start));
}

/** The registers of programs that have run, one a line: every run of a program uses the same ones. */
const known = new WeakMap<Program, readonly LaneArray[]>();

function registersFor(program: Program, length: number): readonly LaneArray[] {
  const before = known.get(program);
  if (before && before[0]!.length >= length) return before;
  const registers = program.lines.map((line) => {
    const register = laneArray(program.lane, length);
    return line.primitive === "const" ? register.fill(line.value!) : register;
  });
  known.set(program, registers);
  return registers;
}

/** Elements start..start+n-1. Where `out` holds numbers of the lane, the last line writes there at once. */
function execute(
  { lines, results }: Program,
  registers: readonly LaneArray[],
  inputs: readonly Reader[],
  out: Storage,
  start: number,
  n: number,
): void {
  const values = [...registers];
  const result = results[0]!;
  const isDirect = out.constructor === values[result]!.constructor && lines[result]!.primitive !== "const";
  const target = isDirect ? window(out as LaneArray, start, n) : values[result]!;
  values[result] = target;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.primitive === "input") values[i] = inputs[line.value!]!(start, n, registers[i]!);
    else apply(line, values, values[i]!, n);
  }
  const given = values[result]!;
  if (!isDirect || given !== target) for (let i = 0; i < n; i++) out[start + i] = given[i]!;
}

function apply(line: Instruction, values: readonly LaneArray[], out: LaneArray, n: number): void {
  const [a, b, c] = line.args;
  kernels[line.primitive](out, values[a!]!, values[b ?? a!]!, values[c ?? a!]!, n);
}

type Kernel = (out: LaneArray, a: LaneArray, b: LaneArray, c: LaneArray, n: number) => void;

/** One row a primitive. Masks are 1 and 0 here. Stores round to the lane, and a double result rounded to float32 equals the float32 operation for + - * / and sqrt (Figueroa 1995). */
const kernels: Record<Primitive, Kernel> = {
  const: () => {},
  input: () => {},
  add: (out, a, b, _, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! + b[i]!;
  },
  sub: (out, a, b, _, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! - b[i]!;
  },
  mul: (out, a, b, _, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! * b[i]!;
  },
  div: (out, a, b, _, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! / b[i]!;
  },
  min: (out, a, b, _, n) => {
    for (let i = 0; i < n; i++) out[i] = Math.min(a[i]!, b[i]!);
  },
  max: (out, a, b, _, n) => {
    for (let i = 0; i < n; i++) out[i] = Math.max(a[i]!, b[i]!);
  },
  neg: (out, a, _, __, n) => {
    for (let i = 0; i < n; i++) out[i] = -a[i]!;
  },
  abs: (out, a, _, __, n) => {
    for (let i = 0; i < n; i++) out[i] = Math.abs(a[i]!);
  },
  copysign: (out, a, b, _, n) => {
    for (let i = 0; i < n; i++) {
      const magnitude = Math.abs(a[i]!);
      out[i] = b[i]! < 0 || Object.is(b[i], -0) ? -magnitude : magnitude;
    }
  },
  sqrt: (out, a, _, __, n) => {
    for (let i = 0; i < n; i++) out[i] = Math.sqrt(a[i]!);
  },
  floor: (out, a, _, __, n) => {
    for (let i = 0; i < n; i++) out[i] = Math.floor(a[i]!);
  },
  lt: (out, a, b, _, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! < b[i]! ? 1 : 0;
  },
  le: (out, a, b, _, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! <= b[i]! ? 1 : 0;
  },
  eq: (out, a, b, _, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! === b[i]! ? 1 : 0;
  },
  select: (out, a, b, c, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i]! === 1 ? b[i]! : c[i]!;
  },
  exponent: (out, a, _, __, n) => {
    const words = wordsOf(a);
    if (a instanceof Float32Array) for (let i = 0; i < n; i++) out[i] = ((words[i]! >>> 23) & 0xff) - 127;
    else for (let i = 0; i < n; i++) out[i] = ((words[2 * i + 1]! >>> 20) & 0x7ff) - 1023;
  },
  significand: (out, a, _, __, n) => {
    const [from, to] = [wordsOf(a), wordsOf(out)];
    if (a instanceof Float32Array) for (let i = 0; i < n; i++) to[i] = (from[i]! & 0x007fffff) | 0x3f800000;
    else
      for (let i = 0; i < n; i++) {
        to[2 * i] = from[2 * i]!;
        to[2 * i + 1] = (from[2 * i + 1]! & 0x000fffff) | 0x3ff00000;
      }
  },
  pow2: (out, a, _, __, n) => {
    const zero = out instanceof Float32Array ? -127 : -1023;
    for (let i = 0; i < n; i++) out[i] = a[i] === zero ? 0 : 2 ** a[i]!;
  },
  head: (out, a, _, __, n) => {
    const [from, to] = [wordsOf(a), wordsOf(out)];
    if (a instanceof Float32Array) for (let i = 0; i < n; i++) to[i] = from[i]! & 0xfffff000;
    else
      for (let i = 0; i < n; i++) {
        to[2 * i] = from[2 * i]! & 0xf8000000;
        to[2 * i + 1] = from[2 * i + 1]!;
      }
  },
  remainder: (out, a, _, __, n) => {
    for (let i = 0; i < n; i++) out[i] = reduce(a[i]!).remainder;
  },
  quadrant: (out, a, _, __, n) => {
    for (let i = 0; i < n; i++) out[i] = reduce(a[i]!).quadrant;
  },
};

/** The bits of an array, in 32-bit words, the lower word of a double first. */
function wordsOf(a: LaneArray): Uint32Array {
  return new Uint32Array(a.buffer, a.byteOffset, a.byteLength / 4);
}

/**
 * How right a lowered function is: a row names it, says where it is asked and what is true there; `measure` draws points,
 * runs the program, and gives the worst error in units in the last place.
 */
import { Decimal } from "decimal.js";
import { type Lane, type Lowering, program } from "../src/ir/scalar.ts";
import { type LaneArray, laneArray, run } from "../src/runtime/scalars.ts";

/** 50 digits: a double has 17, and the rows' formulas lose a few. */
Decimal.set({ precision: 50 });

/** Both ends included. Ends that the lane cannot hold are rounded to it. */
export type Interval = readonly [from: number, to: number];

/** One interval for each argument. */
export type Box = readonly Interval[];

/** Everything the tests know of one function. */
export interface MathRow {
  readonly name: string;
  readonly lowering: Lowering;
  /** Where points are drawn from; every box gets its share. Together they are the domain, less where the answer is trivial. */
  readonly boxes: Readonly<Record<Lane, readonly Box[]>>;
  /** The true value, at arguments that are exactly what the program got. */
  readonly exact: (...x: Decimal[]) => Decimal;
  /** A double that is plainly near enough to the truth to judge a float32: 1e-12 relative, say. Used for f32 where present. */
  readonly quick?: (...x: number[]) => number;
  /** The largest error allowed, in ulps. */
  readonly limit: Readonly<Record<Lane, number>>;
  /** Errors up to this size count as none, whatever their ulps: for results beside a zero that is not at 0. */
  readonly slack?: Readonly<Record<Lane, number>>;
}

export interface Measurement {
  /** The largest error in ulps, and the arguments that had it. */
  readonly worst: number;
  readonly at: readonly number[];
  /** How long the program is. */
  readonly lines: number;
}

/** Asks `row` at about `count` points of its boxes. The same count gives the same points. */
export function measure(row: MathRow, lane: Lane, count: number): Measurement {
  const boxes = row.boxes[lane];
  const found = boxes.map((box) => judge(row, lane, sample(box, lane, Math.ceil(count / boxes.length))));
  return found.reduce((a, b) => (b.worst > a.worst ? b : a));
}

/** The largest error of `row` at the given points: an array for each argument. */
function judge(row: MathRow, lane: Lane, inputs: readonly LaneArray[]): Measurement {
  const p = program(lane, inputs.length, row.lowering);
  const n = inputs[0]!.length;
  const got = laneArray(lane, n);
  run(p, inputs, got, n);
  let [worst, at] = [0, 0];
  for (let i = 0; i < n; i++) {
    const error = errorAt(
      row,
      lane,
      inputs.map((x) => x[i]!),
      got[i]!,
    );
    if (error > worst) [worst, at] = [error, i];
  }
  return { worst, at: inputs.map((x) => x[at]!), lines: p.lines.length };
}

function errorAt(row: MathRow, lane: Lane, x: readonly number[], got: number): number {
  const exact = lane === "f32" && row.quick ? row.quick(...x) : row.exact(...x.map(decimal));
  if (row.slack && near(got, exact, row.slack[lane])) return 0;
  return ulps(got, exact, lane);
}

function near(got: number, exact: Decimal | number, slack: number): boolean {
  return Math.abs(Number(typeof exact === "number" ? got - exact : decimal(got).sub(exact))) <= slack;
}

/**
 * |got - exact| in units of the lane's spacing at `exact`: a correctly rounded result has at most 1/2.
 * Below the normal numbers the spacing is the smallest subnormal. Infinity counts as 2^128 (f64: 2^1024), the number after
 * the largest, and so does any greater `exact`. NaN is right only where NaN is due. The sign of zero is not looked at.
 */
export function ulps(got: number, exact: Decimal | number, lane: Lane): number {
  if (Number.isNaN(Number(exact)) || Number.isNaN(got)) return Object.is(got, Number(exact)) ? 0 : Infinity;
  const { limit } = format[lane];
  if (typeof exact === "number" && lane === "f32") {
    const truth = Math.max(-limit, Math.min(limit, exact));
    return Math.abs(Math.max(-limit, Math.min(limit, got)) - truth) / spacing(truth, lane);
  }
  const truth = clampDecimal(new Decimal(exact), limits[lane]);
  const value = Number.isFinite(got) ? decimal(got) : limits[lane].mul(Math.sign(got));
  return scaledDown(value.sub(truth).abs(), spacingExponent(truth, lane));
}

/** Of each lane: bits of the significand, exponent of the smallest normal number, and where infinity begins (in f64 beyond what a number can say). */
const format = {
  f32: { bits: 24, smallest: -126, limit: 2 ** 128 },
  f64: { bits: 53, smallest: -1022, limit: Infinity },
} as const;

const two = new Decimal(2);
const limits: Record<Lane, Decimal> = { f32: two.pow(128), f64: new Decimal((2n ** 1024n).toString()) };

function clampDecimal(x: Decimal, limit: Decimal): Decimal {
  return x.abs().gt(limit) ? limit.mul(Decimal.sign(x)) : x;
}

function spacing(x: number, lane: Lane): number {
  const { bits, smallest } = format[lane];
  return 2 ** (Math.max(binade(Math.abs(x)), smallest) - bits + 1);
}

function spacingExponent(x: Decimal, lane: Lane): number {
  const { bits, smallest } = format[lane];
  const nearest = Math.abs(x.toNumber());
  if (nearest === Infinity) return 1024 - bits;
  const e = binade(nearest);
  const below = nearest === 2 ** e && x.abs().lt(decimal(nearest)) ? 1 : 0;
  return Math.max(e - below, smallest) - bits + 1;
}

/** floor(log2 x). Math.log2 may be one off beside a power of two. */
function binade(x: number): number {
  if (x === 0) return -Infinity;
  const e = Math.floor(Math.log2(x));
  return 2 ** e > x ? e - 1 : 2 ** (e + 1) <= x ? e + 1 : e;
}

function scaledDown(x: Decimal, exponent: number): number {
  return x.div(two.pow(exponent)).toNumber();
}

/** Exactly x, where `new Decimal(x)` would take the digits that x prints. */
export function decimal(x: number): Decimal {
  if (!Number.isFinite(x) || Number.isInteger(x))
    return new Decimal(Number.isFinite(x) && x !== 0 ? BigInt(x).toString() : x);
  const e = Math.max(binade(Math.abs(x)), -1022) - 52;
  const integer = BigInt(x * 2 ** Math.min(-e, 1000) * 2 ** Math.max(0, -e - 1000));
  return new Decimal(`${integer * 5n ** BigInt(-e)}e${e}`);
}

/** Points of a box: ends and their neighbours, evenly spread ones, and ones spread evenly over the bit patterns, so that every binade has its share. */
export function sample(box: Box, lane: Lane, count: number): LaneArray[] {
  const random = generator(count);
  const drawn = box.map((interval) => edges(interval, lane));
  const corners = drawn.reduce<number[][]>((rows, xs) => rows.flatMap((r) => xs.map((x) => [...r, x])), [[]]);
  const points = [
    ...corners,
    ...Array.from({ length: count }, () => box.map((interval) => draw(interval, lane, random))),
  ];
  return box.map((_, i) => laneArray(lane, points.length).map((_, j) => points[j]![i]!));
}

function edges([from, to]: Interval, lane: Lane): number[] {
  const [a, b] = [ordinal(from, lane), ordinal(to, lane)];
  const near = [a, a + 1n, a + 2n, b - 2n, b - 1n, b].filter((k) => k >= a && k <= b);
  const zero = a <= 0n && b >= 0n ? [-2n, -1n, 0n, 1n, 2n].filter((k) => k >= a && k <= b) : [];
  return [...new Set([...near, ...zero])].map((k) => fromOrdinal(k, lane));
}

function draw([from, to]: Interval, lane: Lane, random: () => number): number {
  if (random() < 0.5) return between(from, to, random());
  const [a, b] = [ordinal(from, lane), ordinal(to, lane)];
  const k = a + ((b - a) * BigInt(Math.floor(random() * 2 ** 52))) / 2n ** 52n;
  return fromOrdinal(k, lane);
}

function between(from: number, to: number, t: number): number {
  return Math.min(to, Math.max(from, from * (1 - t) + to * t));
}

const scratch = { f32: new Float32Array(1), f64: new Float64Array(1) };
const scratchBits = { f32: new Uint32Array(scratch.f32.buffer), f64: new BigUint64Array(scratch.f64.buffer) };

/** The place of x among the lane's numbers: 0 is 0, the smallest subnormal 1, its negative -1. */
function ordinal(x: number, lane: Lane): bigint {
  scratch[lane][0] = Math.abs(x);
  const bits = BigInt(scratchBits[lane][0]!);
  return x < 0 ? -bits : bits;
}

/** The number at a place: the inverse of `ordinal`. */
function fromOrdinal(k: bigint, lane: Lane): number {
  const bits = k < 0n ? -k : k;
  if (lane === "f32") scratchBits.f32[0] = Number(bits);
  else scratchBits.f64[0] = bits;
  return k < 0n ? -scratch[lane][0]! : scratch[lane][0]!;
}

/** mulberry32 (Tommy Ettinger, public domain), two draws to a number for 52 bits: numbers in [0, 1). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  return () => next() * 2 ** -32 + (next() >>> 12) * 2 ** -52;
}

/** `lowering` at one point. */
export function evaluate(lowering: Lowering, lane: Lane, ...x: readonly number[]): number {
  return evaluateAll(lowering, lane, ...x.map((value) => [value]))[0]!;
}

/** `lowering` at many points: an array for each argument. */
export function evaluateAll(lowering: Lowering, lane: Lane, ...x: readonly (readonly number[])[]): number[] {
  const n = x[0]!.length;
  const out = laneArray(lane, n);
  const inputs = x.map((values) => laneArray(lane, n).map((_, i) => values[i]!));
  run(program(lane, x.length, lowering), inputs, out, n);
  return [...out];
}

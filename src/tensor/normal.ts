/**
 * Normal numbers from uniform ones, with PyTorch's roundings: uniform numbers go in, and normal ones come out in their place.
 * Box and Muller, A note on the generation of random normal deviates (1958): sqrt(-2 log u1) (cos 2 pi u2, sin 2 pi u2).
 */
import { log, sinCos } from "./rounded.ts";

/** How many numbers are turned at a time: eight u1 and then eight u2 become eight cosines and then eight sines. */
export const boxMullerBlock = 16;

const half = boxMullerBlock / 2;

/** Two normal numbers from two uniform ones, the roles of the two exchanged: as PyTorch draws fewer than sixteen, in either precision. */
export function boxMuller(u2: number, u1: number): [number, number] {
  const radius = Math.sqrt(-2 * Math.log1p(-u1));
  const [sin, cos] = sinCos(2 * Math.PI * u2);
  return [radius * cos + 0, radius * sin + 0];
}

/** Turns sixteen uniform numbers from `start` on into normal ones, in place, in float64. Adding zero keeps -0 out. */
export function boxMuller64(data: Float64Array, start: number): void {
  for (let i = start; i < start + half; i++) {
    const radius = Math.sqrt(-2 * log(1 - data[i]!));
    const [sin, cos] = sinCos(2 * Math.PI * data[i + half]!);
    data[i] = radius * cos + 0;
    data[i + half] = radius * sin + 0;
  }
}

/** The same in float32, every step rounded where PyTorch's vector instructions round. */
export function boxMuller32(data: Float32Array, start: number): void {
  for (let i = start; i < start + half; i++) {
    const radius = f32(Math.sqrt(-2 * log32(1 - data[i]!)));
    const theta = f32(twoPi * data[i + half]!);
    const quarter = nearestQuarter(theta);
    const rest = reduce(theta, quarter);
    data[i] = radius * turn(quarter + 1, rest) + 0;
    data[i + half] = radius * turn(quarter, rest) + 0;
  }
}

const f32 = Math.fround;
const twoPi = f32(2 * Math.PI);

// The float32 functions are those of Moshier's Cephes (logf, sinf, cosf), each multiplication fused with an addition that follows it.

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

const sqrtHalf = f32(Math.SQRT1_2);

/** log 2 in two parts, the first of few bits, so that its multiples are exact. */
const ln2High = 0.693359375;
const ln2Low = f32(-2.1219444e-4);

const logTail = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(f32);

/** log x of a normal x = 2^e (1 + f), 1 + f between sqrt(1/2) and sqrt(2): e log 2 + f - f^2/2 + f^3 P(f). */
function log32(x: number): number {
  float[0] = x;
  const exponent = (bits[0]! >>> 23) - 126;
  bits[0] = (bits[0]! & 0x7fffff) | 0x3f000000;
  const mantissa = float[0]!;
  const isLow = mantissa < sqrtHalf;
  const e = isLow ? exponent - 1 : exponent;
  const f = isLow ? 2 * mantissa - 1 : mantissa - 1;

  const square = f32(f * f);
  const cubic = fma(f32(horner(logTail, f) * f), square, f32(e * ln2Low));
  return fma(e, ln2High, f32(f + fma(square, -0.5, cubic)));
}

/** How many quarter turns are nearest to an angle in [0, 2 pi], as the rounded product with 4/pi has it. */
function nearestQuarter(theta: number): number {
  return (Math.trunc(f32(theta * fourOverPi)) + 1) >> 1;
}

const fourOverPi = f32(4 / Math.PI);

/** pi/4 in three parts, by Cody and Waite. */
const quarterPi = [0.78515625, 2.4187564849853516e-4, 3.774894977445941e-8].map(f32);

/** theta less so many quarter turns. */
function reduce(theta: number, quarter: number): number {
  let rest = theta;
  for (const part of quarterPi) rest = fma(-2 * quarter, part, rest);
  return rest;
}

/** The sine of so many quarter turns and the rest. */
function turn(quarter: number, rest: number): number {
  const value = quarter & 1 ? cosNear(rest) : sinNear(rest);
  return quarter & 2 ? -value : value;
}

const sinTail = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1].map(f32);
const cosTail = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2].map(f32);

/** sin x for |x| up to pi/4: x + x^3 P(x^2). */
function sinNear(x: number): number {
  const square = f32(x * x);
  return fma(f32(horner(sinTail, square) * square), x, x);
}

/** cos x for |x| up to pi/4: 1 - x^2/2 + x^4 P(x^2). */
function cosNear(x: number): number {
  const square = f32(x * x);
  return f32(fma(f32(horner(cosTail, square) * square), square, -0.5 * square) + 1);
}

/** A polynomial, the highest power first. */
function horner(coefficients: readonly number[], x: number): number {
  let sum = coefficients[0]!;
  for (let i = 1; i < coefficients.length; i++) sum = fma(sum, x, coefficients[i]!);
  return sum;
}

/** a b + c of float32 numbers, rounded once. The product is exact in float64. */
function fma(a: number, b: number, c: number): number {
  const sum = a * b + c;
  const rounded = f32(sum);
  const other = sum + (sum - rounded);
  return other !== rounded && f32(other) === other ? breakTie(a * b, c, sum, rounded, other) : rounded;
}

/** Halfway between two float32 numbers, what the float64 sum lost decides. */
function breakTie(a: number, b: number, sum: number, rounded: number, other: number): number {
  const back = sum - a;
  const lost = a - (sum - back) + (b - back);
  if (lost === 0) return rounded;
  return lost > 0 ? Math.max(rounded, other) : Math.min(rounded, other);
}

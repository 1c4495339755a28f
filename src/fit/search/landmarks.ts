/** What the data show of positions and frequencies: targets over a column come in, the places of peaks and the rates of waves come out. */
import { leastSquares } from "./projection.ts";
import { rangeOf, spacingOf } from "./roles.ts";

/** The most frequencies that are looked at, as they are many. */
const mostFrequencies = 4096;

/**
 * The angular frequencies of waves over a column, strongest first: each the greatest fall of the sum of squares that a sine and a
 * cosine make beside a parabola and the waves before it (Lomb, Least-squares frequency analysis of unequally spaced data, 1976).
 */
export function frequencies(column: Float64Array, targets: Float64Array, count: number): number[] {
  const { least, span } = rangeOf(column);
  const at = column.map((x) => (x - least) / span);
  const highest = Math.min(span / spacingOf(column) / 2, mostFrequencies / 4);
  const design: Float64Array[] = [at.map(() => 1), at, at.map((x) => x * x)];
  let { left } = leastSquares(design, targets);
  const found: number[] = [];
  while (found.length < count) {
    const powers = powersAt(at, left, Math.ceil(4 * highest));
    const best = (indexOfLargest(powers) + firstQuarter) / 4;
    const exact = sharpened((f) => powersAt(at, left, 1, f)[0]!, best, 0.25);
    found.push((2 * Math.PI * exact) / span);
    design.push(...wave(at, exact));
    left = leastSquares(design, targets).left;
  }
  return found;
}

/** Where frequencies begin, in quarters of a cycle. */
const firstQuarter = 2;

function wave(at: Float64Array, cycles: number): [Float64Array, Float64Array] {
  const omega = 2 * Math.PI * cycles;
  return [at.map((x) => Math.sin(omega * x)), at.map((x) => Math.cos(omega * x))];
}

/**
 * By how much waves of frequencies a quarter of a cycle apart make the sum of squares less. From one to the next each row's angle
 * turns by the same, so that no sines are worked out on the way.
 */
function powersAt(at: Float64Array, left: Float64Array, count: number, from = firstQuarter / 4): number[] {
  const [sines, cosines] = wave(at, from);
  const [turnSines, turnCosines] = wave(at, 1 / 4);
  const powers: number[] = [];
  for (let k = 0; k < count; k++) {
    powers.push(powerOf(sines, cosines, left));
    turn(sines, cosines, turnSines, turnCosines);
  }
  return powers;
}

/** By how much a sine and a cosine make the sum of squares less. Plain loops: a search spends its time here. */
function powerOf(sines: Float64Array, cosines: Float64Array, left: Float64Array): number {
  let ss = 0;
  let sc = 0;
  let cc = 0;
  let sy = 0;
  let cy = 0;
  for (let i = 0; i < left.length; i++) {
    const s = sines[i]!;
    const c = cosines[i]!;
    const y = left[i]!;
    ss += s * s;
    sc += s * c;
    cc += c * c;
    sy += s * y;
    cy += c * y;
  }
  const determinant = ss * cc - sc * sc;
  return determinant > 1e-9 * ss * cc ? (cc * sy * sy - 2 * sc * sy * cy + ss * cy * cy) / determinant : 0;
}

/** Turns the angles of sines and cosines, in place, by those of others. */
function turn(
  sines: Float64Array,
  cosines: Float64Array,
  turnSines: Float64Array,
  turnCosines: Float64Array,
): void {
  for (let i = 0; i < sines.length; i++) {
    const s = sines[i]!;
    const c = cosines[i]!;
    sines[i] = s * turnCosines[i]! + c * turnSines[i]!;
    cosines[i] = c * turnCosines[i]! - s * turnSines[i]!;
  }
}

function indexOfLargest(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}

/** The place of a maximum near x, by halving the step. */
function sharpened(of: (x: number) => number, x: number, step: number): number {
  let best = x;
  let most = of(x);
  for (let h = step / 2; h > step / 64; h /= 2)
    for (const near of [best - h, best + h]) {
      const value = of(near);
      if (value > most) [best, most] = [near, value];
    }
  return best;
}

/** Where targets have peaks and dips over a column, the most marked first: of the targets smoothed over several widths. */
export function extremes(column: Float64Array, targets: Float64Array, count: number): number[] {
  const order = Array.from(column.keys()).sort((i, j) => column[i]! - column[j]!);
  const [at, y] = [order.map((i) => column[i]!), order.map((i) => targets[i]!)];
  const found: { place: number; height: number }[] = [];
  for (const share of [0.02, 0.05, 0.12]) {
    const half = Math.max(1, Math.round((share * y.length) / 2));
    const smooth = smoothed(y, half);
    for (let i = 1; i < y.length - 1; i++) {
      const [a, b, c] = [smooth[i - 1]!, smooth[i]!, smooth[i + 1]!];
      if ((b - a) * (c - b) > 0) continue;
      const [far, near] = [smooth[Math.max(0, i - 4 * half)]!, smooth[Math.min(y.length - 1, i + 4 * half)]!];
      found.push({ place: at[i]!, height: Math.abs(b - (far + near) / 2) });
    }
  }
  return distinct(
    found.sort((a, b) => b.height - a.height).map(({ place }) => place),
    rangeOf(column).span / 50,
  ).slice(0, count);
}

function distinct(places: readonly number[], apart: number): number[] {
  const kept: number[] = [];
  for (const place of places) if (kept.every((other) => Math.abs(other - place) > apart)) kept.push(place);
  return kept;
}

/** Means over neighbours. */
function smoothed(y: readonly number[], half: number): number[] {
  return y.map((_, i) => {
    const near = y.slice(Math.max(0, i - half), i + half + 1);
    return near.reduce((sum, x) => sum + x, 0) / near.length;
  });
}

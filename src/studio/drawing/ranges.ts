/** What an axis shows: ranges of values that stay where they are while a curve moves in them, and how they are zoomed and moved. */
import { type Range, rangeOf } from "../../names.ts";

/** The range with a margin, as a share of it, on both sides. */
export function padded([low, high]: Range, share = 0.04): Range {
  const margin = (high - low) * share;
  return [low - margin, high + margin];
}

/**
 * The range of observations, widened for a curve as far as it stays near: by half of it at most, and in steps of a sixteenth, so that
 * the axis stands still while the curve moves.
 */
export function rangeWith(observed: Range, curve: ArrayLike<number>): Range {
  const sixteenth = (observed[1] - observed[0]) / 16;
  const [low, high] = rangeOf(curve);
  const steps = (beyond: number): number => Math.min(8, Math.max(0, Math.ceil(beyond / sixteenth)));
  return [
    observed[0] - steps(observed[0] - low) * sixteenth,
    observed[1] + steps(high - observed[1]) * sixteenth,
  ];
}

const sizes = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** The range that is as large on both sides of zero, and of a round size, so that it does not follow every move. */
export function symmetricRange(values: ArrayLike<number>): Range {
  const [low, high] = rangeOf(values, [0]);
  const size = Math.max(Math.abs(low), Math.abs(high));
  const power = 10 ** Math.floor(Math.log10(size));
  const round = power * (sizes.find((factor) => factor * power >= size * 1.12) ?? 12.5);
  return [-round, round];
}

/** The range, so many times as large, about a place in it that stays where it is. */
export function scaled([low, high]: Range, factor: number, about = (low + high) / 2): Range {
  return [about + (low - about) * factor, about + (high - about) * factor];
}

/** The range, moved by a share of its size. */
export function moved([low, high]: Range, share: number): Range {
  const by = (high - low) * share;
  return [low + by, high + by];
}

/** Whether a range can be told apart by doubles. */
export function isWide([low, high]: Range): boolean {
  return (
    Number.isFinite(low) &&
    Number.isFinite(high) &&
    high - low > 1e-12 * Math.max(Math.abs(low), Math.abs(high))
  );
}

/** So many numbers, evenly spaced over a range. */
export function evenly([low, high]: Range, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

/** Where a value is among values in rising order: linear between the two it lies between, NaN beyond them. `ys` are as many. */
export function between(x: number, xs: Float64Array, ys: Float64Array): number {
  let [low, high] = [0, xs.length - 1];
  if (!(x >= xs[low]! && x <= xs[high]!)) return Number.NaN;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle]! <= x) low = middle;
    else high = middle;
  }
  const width = xs[high]! - xs[low]!;
  const share = width > 0 ? (x - xs[low]!) / width : 0;
  return ys[low]! * (1 - share) + ys[high]! * share;
}

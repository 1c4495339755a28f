/**
 * Axes of pictures: the range that data take up, and the round numbers along it.
 */

/** From the smallest to the largest value that an axis shows; the second is always larger. */
export type Range = readonly [low: number, high: number];

/** Can this be drawn? Beyond 1e300 the width of a range could overflow. */
export function isDrawable(value: number | undefined): value is number {
  return value !== undefined && Math.abs(value) <= 1e300;
}

/** The range of all drawable values, widened where they are all (nearly) the same; 0 to 1 where there are none. */
export function rangeOf(...lists: ArrayLike<number>[]): Range {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const value = list[i];
      if (!isDrawable(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low > high ? [0, 1] : widened([low, high]);
}

/** The range itself, or a tenth of the value to each side where it is too narrow for distinct ticks. */
function widened([low, high]: Range): Range {
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > 1e-10 * size && high - low > 1e-290) return [low, high];
  const margin = size > 1e-280 ? size / 10 : 1;
  return [low - margin, high + margin];
}

/** The range of what was observed and, as far as it stays near, of a curve. */
export function rangeAround(observed: ArrayLike<number>, curve: ArrayLike<number>): Range {
  const seen = rangeOf(observed);
  return rangeOf(seen, nearby(curve, seen, (seen[1] - seen[0]) / 2));
}

/** The values, drawn in to the range and a margin around it, so that a curve that runs away is cut and not lost. */
export function nearby(values: ArrayLike<number>, [low, high]: Range, margin: number = high - low): number[] {
  return Array.from(values, (value) => Math.min(Math.max(value, low - margin), high + margin));
}

/** The range extended outward to whole ticks. */
export function niceRange([low, high]: Range, ticks: number): Range {
  const step = tickStep([low, high], ticks);
  return [rounded(Math.floor(low / step) * step), rounded(Math.ceil(high / step) * step)];
}

/** The round numbers in the range, about `count` of them and two at least, as in d3-array's `ticks`. */
export function ticksOf([low, high]: Range, count: number): number[] {
  const step = tickStep([low, high], count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  if (last <= first) return ticksOf([low, high], count + 1);
  return Array.from({ length: last - first + 1 }, (_, i) => rounded((first + i) * step));
}

/** Round numbers for a logarithmic axis over positive values: powers of ten, or 1, 2, 5 times them, or as on any axis where it spans little. */
export function logTicksOf([low, high]: Range, count: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const decades = Math.log10(high) - Math.log10(low);
  if (decades < 1) return ticksOf([low, high], count);
  const every = Math.max(1, Math.ceil(decades / count));
  const factors = decades < count / 2 ? [1, 2, 5] : [1];
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((k) => k % every === 0);
  const values = powers.flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)));
  return values.filter((value) => value >= low && value <= high);
}

/** 1, 2 or 5 times a power of ten, so that about `count` steps make the range. */
function tickStep([low, high]: Range, count: number): number {
  const raw = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const size = raw / power;
  return power * (size >= Math.sqrt(50) ? 10 : size >= Math.sqrt(10) ? 5 : size >= Math.SQRT2 ? 2 : 1);
}

/** Multiples of a decimal step carry rounding errors in the last digits: 0.30000000000000004. */
function rounded(value: number): number {
  return Number(value.toPrecision(14)) || 0;
}

/** Two ticks or more as texts, all with the same number of decimals, in powers of ten where they are very large or very small. */
export function tickLabels(ticks: readonly number[]): string[] {
  const size = Math.max(...ticks.map(Math.abs));
  const step = ticks[1]! - ticks[0]!;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  if (size < 1e6 && decimals <= 5) return ticks.map((tick) => tick.toFixed(decimals));
  return ticks.map((tick) => powerOfTen(tick, step));
}

/** As many digits as tell neighbouring ticks apart: 1.5e6. */
function powerOfTen(tick: number, step: number): string {
  if (tick === 0) return "0";
  const digits = Math.floor(Math.log10(Math.abs(tick)) + 1e-9) - Math.floor(Math.log10(step) + 1e-9);
  return tick.toExponential(Math.min(15, Math.max(0, digits))).replace("e+", "e");
}

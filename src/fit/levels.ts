/** Levels for contours: the losses over a grid come in, the heights to draw lines at come out. */

/** Contours beyond this many times the lowest one only show walls. */
const wall = 1e6;

/**
 * Levels for contours, ascending, `count` at most: their heights above the least loss are evenly spaced in their logarithms, so that a narrow
 * valley shows. The lowest has one in a hundred places below it, and the highest one in a hundred above it, or is a million times
 * as high as the lowest. None where all losses are the same.
 */
export function levelsOf(losses: ArrayLike<number>, count = 12): number[] {
  const finite = Float64Array.from(Array.from(losses).filter(Number.isFinite)).sort();
  const least = finite[0] ?? 0;
  const heights = finite.map((loss) => loss - least).filter((height) => height > 0 && height < Infinity);
  if (heights.length === 0) return [];
  const quantile = (share: number): number => heights[Math.round(share * (heights.length - 1))]!;
  const low = quantile(0.01);
  const ratio = Math.min(quantile(0.99) / low, wall);
  const levels = Array.from({ length: count }, (_, i) => least + low * ratio ** (i / Math.max(1, count - 1)));
  return [...new Set(levels)].filter((level) => level > least);
}

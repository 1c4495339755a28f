/**
 * How a sum of squares bends beside an answer: residuals and their derivatives, or sums over them where rows are many, come in; the
 * same few numbers of the parameters come out of either.
 */
import type { Normal } from "../optim/normal.ts";
import { length, type Triangle, triangularize } from "../optim/qr.ts";

/** The residuals r at an answer and their derivatives J, by some parameters. */
export interface Curvature {
  readonly names: readonly string[];
  /** The length of r. */
  readonly length: number;
  /** The lengths of the columns of J; 0 of parameters that make no difference. */
  readonly lengths: Float64Array;
  /**
   * R and Q'r of J with those columns, each divided by its length. Null where the sums have lost what would tell columns apart, or where a
   * derivative is no number.
   */
  readonly triangle: (kept: readonly number[]) => Triangle | null;
}

/** From all residuals and derivatives. */
export function curvatureOf(
  names: readonly string[],
  columns: readonly Float64Array[],
  residuals: Float64Array,
): Curvature {
  const lengths = Float64Array.from(columns, length);
  const isKnown = lengths.every(Number.isFinite);
  const scaled = (j: number): Float64Array => columns[j]!.map((x) => x / (lengths[j] || 1));
  return {
    names,
    length: length(residuals),
    lengths,
    triangle: (kept) => (isKnown ? triangularize(kept.map(scaled), residuals) : null),
  };
}

/** From r'r, J'r and J'J. */
export function curvatureOfSums(
  names: readonly string[],
  { sumOfSquares, gradient, gram }: Normal,
): Curvature {
  const p = names.length;
  const lengths = Float64Array.from(names, (_, j) => Math.sqrt(gram[j * (p + 1)]!));
  const size = (j: number): number => lengths[j] || 1;
  return {
    names,
    length: Math.sqrt(sumOfSquares),
    lengths,
    triangle: (kept) =>
      triangleOfSums(
        kept.map((i) => Float64Array.from(kept, (j) => gram[i * p + j]! / size(i) / size(j))),
        Float64Array.from(kept, (j) => gradient[j]! / size(j)),
      ),
  };
}

/** The least square of a diagonal element that keeps 6 digits beside the rounding of sums. */
const leastPivot = 1e-9;

/** The R with R'R = J'J and Q'r = R'^-1 J'r, after Cholesky; null where R is not to be told from one that is singular. */
function triangleOfSums(gram: readonly Float64Array[], gradient: Float64Array): Triangle | null {
  const columns = gram.map((column) => column.slice());
  const projected = gradient.slice();
  for (const [j, column] of columns.entries()) {
    for (let i = 0; i < j; i++) {
      for (let k = 0; k < i; k++) column[i]! -= columns[i]![k]! * column[k]!;
      column[i]! /= columns[i]![i]!;
      column[j]! -= column[i]! ** 2;
      projected[j]! -= column[i]! * projected[i]!;
    }
    if (!(column[j]! > leastPivot && column[j]! < Number.POSITIVE_INFINITY)) return null;
    column[j] = Math.sqrt(column[j]!);
    column.fill(0, j + 1);
    projected[j]! /= column[j]!;
  }
  return projected.every(Number.isFinite) ? { columns, projected } : null;
}

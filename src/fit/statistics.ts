/** Goodness of fit and standard errors: residuals and their derivatives at the solution come in, the numbers that reports show come out. */
import { inverseDiagonal, length, type Triangle, triangularize } from "../optim/qr.ts";
import type { Statistics } from "./result.ts";

/**
 * The statistics of weighted residuals (prediction - target, times sqrt(weight)) of weighted targets, with `parameters` of them fitted.
 * R squared is 1 - RSS / TSS about the weighted mean; AIC = n ln(RSS/n) + 2 p and BIC = n ln(RSS/n) + p ln n, as in lmfit.
 */
export function statisticsOf(
  residuals: Float64Array,
  targets: Float64Array,
  weights: Float64Array | null,
  parameters: number,
): Statistics {
  const n = residuals.length;
  const rss = sumOf(residuals, (r) => r * r);
  const freedom = n - parameters;
  const total = spread(targets, weights);
  const information = (penalty: number): number | null =>
    finite(n * Math.log(rss / n) + penalty * parameters);
  return {
    observations: n,
    degreesOfFreedom: freedom,
    residualSumOfSquares: rss,
    residualStandardDeviation: freedom > 0 ? finite(Math.sqrt(rss / freedom)) : null,
    rSquared: total > 0 ? finite(1 - rss / total) : null,
    aic: information(2),
    bic: information(Math.log(n)),
  };
}

/** How far from the minimum, in standard errors, an answer may be for these to be of use. */
const nearby = 0.01;

/** What errors depend on besides. */
export interface ErrorOptions {
  /** Degrees of freedom: observations less parameters fitted, those of the columns unless said. */
  readonly freedom?: number;
  /** Residuals of no more than this length are but rounding. */
  readonly noise?: number;
}

/**
 * One standard error of each parameter: s sqrt(diag((J' J)^-1)), with s^2 = RSS / freedom (Bates and Watts, Nonlinear
 * Regression Analysis, 1988, section 2.2). Null where observations are too few or the columns of J depend on one another; and
 * short of a minimum, as the relative offset tells (the same, section 2.2.3).
 */
export function standardErrors(
  columns: readonly Float64Array[],
  residuals: Float64Array,
  { freedom = residuals.length - columns.length, noise = 0 }: ErrorOptions = {},
): (number | null)[] {
  const scale = columns.map((column) => length(column) || 1);
  const unit = columns.map((column, j) => column.map((x) => x / scale[j]!));
  const triangle = triangularize(unit, residuals);
  const isKnown = freedom > 0 && unit.every((column) => column.every(Number.isFinite));
  const diagonal = isKnown ? inverseDiagonal(triangle) : null;
  const size = length(residuals);
  if (!diagonal || !(size <= noise || offset(triangle, size, freedom) <= nearby))
    return columns.map(() => null);
  return columns.map((_, j) => finite((size * Math.sqrt(diagonal[j]! / freedom)) / scale[j]!));
}

/** How far a minimum is from here, in standard errors, as far as a linear model can tell. */
function offset({ projected }: Triangle, size: number, freedom: number): number {
  const tangential = length(projected) / size;
  const normal = Math.sqrt(Math.max(1 - tangential ** 2, 0));
  return tangential / Math.sqrt(projected.length) / (normal / Math.sqrt(freedom));
}

/** The weighted sum of squares about the weighted mean; exactly 0 where all are equal. */
function spread(targets: Float64Array, weights: Float64Array | null): number {
  const weight = (i: number): number => weights?.[i] ?? 1;
  const first = targets[0] ?? 0;
  const mean = sumOf(targets, (t, i) => weight(i) * (t - first)) / sumOf(targets, (_, i) => weight(i));
  return sumOf(targets, (t, i) => weight(i) * (t - first - mean) ** 2);
}

function sumOf(values: Float64Array, term: (x: number, i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += term(values[i]!, i);
  return sum;
}

function finite(x: number): number | null {
  return Number.isFinite(x) ? x : null;
}

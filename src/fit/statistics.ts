/** Goodness of fit and standard errors: residuals and their derivatives at the solution come in, the numbers that reports show come out. */
import { inverseDiagonal, triangularize } from "../optim/qr.ts";
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

/**
 * One standard error of each parameter: s sqrt(diag((J' J)^-1)), with s^2 = RSS / (n - p) (Bates and Watts, Nonlinear
 * Regression Analysis, 1988, section 2.2). Null where observations are too few or the columns of J depend on one another.
 */
export function standardErrors(columns: readonly Float64Array[], residuals: Float64Array): (number | null)[] {
  const freedom = residuals.length - columns.length;
  const isKnown = freedom > 0 && columns.every((column) => column.every(Number.isFinite));
  const scale = columns.map((column) => Math.sqrt(sumOf(column, (x) => x * x)) || 1);
  const unit = columns.map((column, j) => column.map((x) => x / scale[j]!));
  const diagonal = isKnown ? inverseDiagonal(triangularize(unit, residuals)) : null;
  if (!diagonal) return columns.map(() => null);
  const variance = sumOf(residuals, (r) => r * r) / freedom;
  return columns.map((_, j) => finite(Math.sqrt(variance * diagonal[j]!) / scale[j]!));
}

/** The weighted sum of squares about the weighted mean. */
function spread(targets: Float64Array, weights: Float64Array | null): number {
  const weight = (i: number): number => weights?.[i] ?? 1;
  const mean = sumOf(targets, (t, i) => weight(i) * t) / sumOf(targets, (_, i) => weight(i));
  return sumOf(targets, (t, i) => weight(i) * (t - mean) ** 2);
}

function sumOf(values: Float64Array, term: (x: number, i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += term(values[i]!, i);
  return sum;
}

function finite(x: number): number | null {
  return Number.isFinite(x) ? x : null;
}

/** Goodness of fit: a sum of squared residuals and the targets come in, the numbers that reports show come out. */
import type { Statistics } from "./result.ts";

/**
 * The statistics of weighted residuals whose squares add up to `rss`, of targets with these weights, with `parameters` of them fitted.
 * R squared is 1 - RSS / TSS about the weighted mean, and its adjusted form R's. AIC = n ln(RSS/n) + 2 p and BIC = n ln(RSS/n) + p ln n, as in
 * lmfit; AICc = AIC + 2 p (p + 1) / (n - p - 1). The log-likelihood is R's `logLik`, of normal residuals of variance RSS / (n weight);
 * where weights are absolute, of variance 1 / weight.
 */
export function statisticsOf(
  rss: number,
  targets: ArrayLike<number>,
  weights: ArrayLike<number> | null,
  parameters: number,
  isAbsolute = false,
): Statistics {
  const [n, p] = [targets.length, parameters];
  const freedom = n - p;
  const total = spread(targets, weights);
  const rSquared = total > 0 ? finite(1 - rss / total) : null;
  const level = n * Math.log(rss / n);
  const aic = finite(level + 2 * p);
  const exponent = isAbsolute ? rss : n + level;
  const likelihood = -(n * Math.log(2 * Math.PI) + exponent - logarithms(weights)) / 2;
  return {
    observations: n,
    degreesOfFreedom: freedom,
    residualSumOfSquares: rss,
    residualStandardDeviation: freedom > 0 ? finite(Math.sqrt(rss / freedom)) : null,
    totalSumOfSquares: finite(total),
    chiSquare: finite(rss),
    reducedChiSquare: freedom > 0 ? finite(rss / freedom) : null,
    rSquared,
    adjustedRSquared:
      rSquared !== null && freedom > 0 ? finite(1 - ((1 - rSquared) * (n - 1)) / freedom) : null,
    aic,
    aicc: aic !== null && freedom > 1 ? finite(aic + (2 * p * (p + 1)) / (freedom - 1)) : null,
    bic: finite(level + p * Math.log(n)),
    logLikelihood: finite(likelihood),
  };
}

/** The weighted sum of squares about the weighted mean; exactly 0 where all are equal. */
export function spread(targets: ArrayLike<number>, weights: ArrayLike<number> | null): number {
  const first = targets[0] ?? 0;
  let [sum, weight] = [0, 0];
  for (let i = 0; i < targets.length; i++) {
    const w = weights ? weights[i]! : 1;
    sum += w * (targets[i]! - first);
    weight += w;
  }
  const mean = sum / weight;
  let squares = 0;
  for (let i = 0; i < targets.length; i++)
    squares += (weights ? weights[i]! : 1) * (targets[i]! - first - mean) ** 2;
  return squares;
}

/** The sum of the logarithms of the weights. */
function logarithms(weights: ArrayLike<number> | null): number {
  let sum = 0;
  for (let i = 0; i < (weights?.length ?? 0); i++) sum += Math.log(weights![i]!);
  return sum;
}

/** The number, or null where there is none. */
export function finite(x: number): number | null {
  return Number.isFinite(x) ? x : null;
}

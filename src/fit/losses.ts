/**
 * Losses: predictions and targets go in, one number (a scalar tensor) that is lower for better predictions comes out.
 * A row of the table gives the loss of each element; the reduction is written once.
 */
import { hint } from "../data/names.ts";
import { arange, where } from "../tensor/make.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** How the losses of the elements become the result: their mean (the default), their sum, or themselves. */
export type Reduction = "mean" | "sum" | "none";

/** What every loss takes: the reduction, and weights that broadcast against the losses of the elements. */
export interface LossOptions {
  readonly reduction?: Reduction;
  /** With weights, the mean is sum(w loss) / sum(w). */
  readonly weights?: Tensor;
}

/** A loss of predictions and targets. The shapes broadcast, except in `crossEntropy`. */
export type Loss<Options extends object = object> = (
  preds: Tensor,
  targets: Tensor,
  options?: LossOptions & Options,
) => Tensor;

type Elements<Options> = (preds: Tensor, targets: Tensor, options: Options) => Tensor;

function loss<Options extends object = object>(elements: Elements<Options>): Loss<Options> {
  return (preds, targets, options = {} as LossOptions & Options) =>
    reduce(elements(preds, targets, options), options);
}

function reduce(elements: Tensor, { reduction = "mean", weights }: LossOptions): Tensor {
  const weighted = weights ? elements.mul(weights) : elements;
  switch (reduction) {
    case "none":
      return weighted;
    case "sum":
      return weighted.sum();
    case "mean":
      return weights ? weighted.sum().div(weights.expand(elements.shape).sum()) : elements.mean();
    default:
      throw new TypeError(`unknown reduction: ${String(reduction satisfies never)}`);
  }
}

/**
 * Where losses with a scale begin to go easy on a deviation, in scales: so that with normal errors alone parameters have 95 % of the
 * precision that squares give them (Holland and Welsch, Robust regression using iteratively reweighted least-squares, 1977; that
 * of softL1 is found likewise).
 */
export const tuning = { huber: 1.345, softL1: 1.287, cauchy: 2.385, tukey: 4.685 } as const;

/** What losses with a scale take: the standard deviation of the errors that are no outliers. */
interface Scaled {
  readonly scale?: number;
}

/** A loss of deviations in units of k, with the slope of (p - t)^2 / 2 near 0; k is so many scales. */
function scaled(constant: number, rho: (u: Tensor) => Tensor): Loss<Scaled> {
  return loss((p, t, { scale = 1 }) => {
    const k = constant * scale;
    return rho(p.sub(t).div(k)).mul(k * k);
  });
}

/** The losses by name, PyTorch's where it has them. */
export const losses = {
  /** (p - t)^2. */
  mse: loss((p, t) => p.sub(t).square()),
  /** |p - t|. */
  l1: loss((p, t) => p.sub(t).abs()),
  /** (p - t)^2 / (2 beta) within beta (1) of the target, |p - t| - beta/2 beyond. */
  smoothL1: loss<{ readonly beta?: number }>((p, t, { beta = 1 }) => {
    const distance = p.sub(t).abs();
    return where(distance.lt(beta), distance.square().mul(0.5).div(beta), distance.sub(0.5 * beta));
  }),
  /** (p - t)^2 / 2 within delta (1) of the target, delta (|p - t| - delta/2) beyond. */
  huber: loss<{ readonly delta?: number }>((p, t, { delta = 1 }) => {
    const distance = p.sub(t).abs();
    return where(distance.le(delta), distance.square().mul(0.5), distance.sub(0.5 * delta).mul(delta));
  }),
  /** k^2 (sqrt(1 + ((p - t)/k)^2) - 1) with k of 1.287 scales (1): squares near the target, absolute values far from it. */
  softL1: scaled(tuning.softL1, (u) => {
    const square = u.square();
    return square.div(square.add(1).sqrt().add(1));
  }),
  /** k^2/2 log(1 + ((p - t)/k)^2) with k of 2.385 scales (1): what is far off pulls the less the farther it is. */
  cauchy: scaled(tuning.cauchy, (u) => u.square().log1p().mul(0.5)),
  /** k^2/6 (1 - (1 - ((p - t)/k)^2)^3) within k, 4.685 scales (1), of the target, k^2/6 beyond: what is far off does not pull. */
  tukey: scaled(tuning.tukey, (u) => {
    // 1 - (1 - s)^3 = s (3 - 3 s + s^2), exact beside 0.
    const square = u.square().minimum(1);
    return square.mul(square.mul(square.sub(3)).add(3)).div(6);
  }),
  /** log(cosh(p - t)). */
  logCosh: loss((p, t) => {
    const difference = p.sub(t);
    const isFar = difference.abs().gt(20);
    // log cosh d = log1p(2 sinh^2(d/2)), exact beside 0; far out it is |d| - log 2 to the last digit, without overflow.
    const near = where(isFar, 0, difference).mul(0.5).sinh().square().mul(2).log1p();
    return where(isFar, difference.abs().sub(Math.LN2), near);
  }),
  /** The pinball loss of the q-th quantile (0.5): q (t - p) where the prediction is too low, (1 - q) (p - t) where it is too high. */
  quantile: loss<{ readonly q?: number }>((p, t, { q = 0.5 }) => {
    const short = t.sub(p);
    return short.mul(q).maximum(short.mul(q - 1));
  }),
  /** Binary cross-entropy of sigmoid(p) and targets from 0 to 1: softplus(p) - p t. */
  binaryCrossEntropyWithLogits: loss((p, t) => p.softplus().sub(p.mul(t))),
  /** Cross-entropy of softmax(p) and classes: p is [n, classes], t whole numbers of shape [n]. */
  crossEntropy: loss((p, t) => {
    if (p.ndim !== 2 || t.ndim !== 1 || t.shape[0] !== p.shape[0])
      throw new RangeError(`crossEntropy expects [n,classes] and [n], got [${p.shape}] and [${t.shape}]`);
    const isClass = arange(p.shape[1]!).eq(t.float().unsqueeze(1));
    return where(isClass, p.logSoftmax({ dim: 1 }), 0)
      .sum({ dim: 1 })
      .neg();
  }),
  /** Negative log-likelihood of counts t under a Poisson law of rate exp(p), or of rate p with `logInput: false`; without the term of t alone. */
  poissonNll: loss<{ readonly logInput?: boolean; readonly eps?: number }>(
    (p, t, { logInput = true, eps = 1e-8 }) =>
      logInput ? p.exp().sub(t.mul(p)) : p.sub(t.mul(p.add(eps).log())),
  ),
};

export type LossName = keyof typeof losses;

type Misses = (preds: Tensor, targets: Tensor) => Tensor;

/** How far predictions are from targets, for losses whose predictions are not in the targets' units: logits, scores of classes, logarithms of rates. */
const misses: Partial<Record<LossName, Misses>> = {
  binaryCrossEntropyWithLogits: (p, t) => p.sigmoid().sub(t),
  crossEntropy: (p, t) => losses.crossEntropy(p, t, { reduction: "none" }).neg().expm1(),
  poissonNll: (p, t) => p.exp().sub(t),
};

/** What a loss with a scale makes of residuals. */
export interface Robust {
  /** The standard deviation of the errors that are no outliers, as found or as given. */
  readonly scale: number;
  readonly isFound: boolean;
  /** The share of a residual's pull that it keeps: psi(r) / r. */
  readonly weight: (residual: number) => number;
  /** Residuals and their derivatives, by columns, as a sum of squares whose standard errors are those of this loss. */
  readonly asSquares: (residuals: Float64Array, columns: readonly Float64Array[]) => AsSquares;
}

/** The rows that have a pull. */
export interface AsSquares {
  readonly residuals: Float64Array;
  readonly columns: readonly Float64Array[];
}

/** A loss as fits use it. */
export interface ChosenLoss {
  readonly name: LossName | "custom";
  readonly of: Loss;
  /** Whether predictions are in the units of targets. */
  readonly isDirect: boolean;
  /** How far predictions are from targets, in the units of targets; of classes, how far the right one's probability is from 1. */
  readonly misses: Misses;
  /** What goes easy on outliers, once there is a scale. */
  readonly robust: Robust | null;
}

/** Whether a loss has a scale. */
export function hasScale(name: string): boolean {
  return Object.hasOwn(tuning, name);
}

/** The loss that an option means. Those of the table are known by name even where they are given as functions. */
export function chosenLoss(loss: LossName | Loss = "mse", scale?: number): ChosenLoss {
  const name = typeof loss === "function" ? (nameOf(loss) ?? "custom") : lossName(loss);
  if (scale !== undefined && !hasScale(name))
    throw new Error(`scale expects the loss ${Object.keys(tuning).join(" or ")}, got ${name}`);
  const own = name === "custom" ? undefined : misses[name];
  return {
    name,
    of: typeof loss === "function" ? loss : losses[loss],
    isDirect: own === undefined,
    misses: own ?? ((preds, targets) => preds.sub(targets)),
    robust: null,
  };
}

function nameOf(loss: Loss): LossName | undefined {
  return (Object.keys(losses) as LossName[]).find((name) => losses[name] === loss);
}

function lossName(name: LossName): LossName {
  if (Object.hasOwn(losses, name)) return name;
  throw new Error(`unknown loss: ${name}${hint(name, Object.keys(losses))}`);
}

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

/** A loss as fits use it. */
export interface ChosenLoss {
  readonly name: LossName | "custom";
  readonly of: Loss;
  /** Whether predictions are in the units of targets. */
  readonly isDirect: boolean;
  /** How far predictions are from targets, in the units of targets; of classes, how far the right one's probability is from 1. */
  readonly misses: Misses;
}

/** The loss that an option means. Those of the table are known by name even where they are given as functions. */
export function chosenLoss(loss: LossName | Loss = "mse"): ChosenLoss {
  const name = typeof loss === "function" ? (nameOf(loss) ?? "custom") : lossName(loss);
  const own = name === "custom" ? undefined : misses[name];
  return {
    name,
    of: typeof loss === "function" ? loss : losses[loss],
    isDirect: own === undefined,
    misses: own ?? ((preds, targets) => preds.sub(targets)),
  };
}

function nameOf(loss: Loss): LossName | undefined {
  return (Object.keys(losses) as LossName[]).find((name) => losses[name] === loss);
}

function lossName(name: LossName): LossName {
  if (Object.hasOwn(losses, name)) return name;
  throw new Error(`unknown loss: ${name}${hint(name, Object.keys(losses))}`);
}

/** What `fit` takes. */
import { kindOf } from "../data/cells.ts";
import type { TableLike } from "../data/input.ts";
import { hint } from "../data/names.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { OptimizerName } from "../optim/optimizers.ts";
import type { Schedule } from "../optim/schedules.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Loss, LossName } from "./losses.ts";
import type { StepEvent } from "./result.ts";
import type { ParamOptions } from "./start.ts";

/**
 * A model as a function: the columns of the rows at hand, each a tensor of shape [rows], and the parameters come in; predictions
 * of shape [rows] go out. It is called once beforehand, to see which columns it reads.
 */
export type ModelFunction = (
  row: Readonly<Record<string, Tensor>>,
  params: Readonly<Record<string, Tensor>>,
) => Tensor;

/** When to stop before the steps run out. */
export interface StopOptions {
  /** After how many epochs without a better loss (that of validation, where there is one) to stop. Default: 10 with validation, else no limit. */
  readonly patience?: number;
  /** By how much the loss has to be below the last that counted as better. Default 0. */
  readonly minDelta?: number;
}

/** The options of a fit. Only `data` and `model` are needed. */
export interface FitOptions {
  /** A Table, columns (arrays, typed arrays or tensors by name), or rows (an object each). Rows that miss a value in a used column are left out. */
  readonly data: TableLike;
  /** `target ~ expression`, or a function, which needs `target` and `params`. */
  readonly model: string | ModelFunction;
  /** The target column of a model that is a function. */
  readonly target?: string;
  /** What is known of the parameters, by name. Those of a formula that are not here start at 1. */
  readonly params?: ParamOptions;
  /** A name, or a function of predictions and targets with a scalar result; weights, where there are any, are in its third argument. Default "mse". */
  readonly loss?: LossName | Loss;
  /**
   * The standard deviation of the errors that are no outliers, in units of the target, for the losses huber, softL1, cauchy and tukey.
   * Unless given it is found from the data, by the optimizers "auto" and "reweighted-least-squares", and then residuals beyond
   * 4.685 of it, gross errors, do not pull at all; other optimizers take 1, and huber with the delta of 1 that it has in PyTorch.
   */
  readonly scale?: number;
  /**
   * A name, an optimizer, or "auto" (the default): of few parameters Levenberg-Marquardt for squares and reweighted least squares
   * for absolute values, L-BFGS for other losses, adam for batches and where a learning rate is given.
   */
  readonly optimizer?:
    | OptimizerName
    | "levenberg-marquardt"
    | "reweighted-least-squares"
    | "auto"
    | Optimizer;
  /** The learning rate of an optimizer given by name. Without it, and without a schedule, first-order optimizers find their own, in units of their own. */
  readonly lr?: number;
  /** The learning rate of each step, in place of `lr`. */
  readonly schedule?: Schedule;
  /** How many times the parameters are updated at most. */
  readonly steps?: number;
  /** How many times the rows are gone through at most. */
  readonly epochs?: number;
  /** Rows in each update; all of them unless given. Shuffled anew each epoch. */
  readonly batchSize?: number;
  /** A share of the rows to hold out, or a table of others. The parameters with the least loss there are kept. */
  readonly validation?: number | TableLike;
  /** When to stop early; false runs every step. Without it a fit also ends where the loss no longer changes. */
  readonly stop?: StopOptions | false;
  /** The column of weights; each row counts in the loss in proportion to its weight, as if observed with variance 1 / weight. Rows of weight 0 are left out. */
  readonly weights?: string;
  /** The column of each row's standard deviation, in place of weights: a row counts as 1 / sigma^2. */
  readonly sigma?: string;
  /** Whether sigma is known outright. Unless it is, standard errors are scaled so that the reduced chi-square is 1, as in lmfit. */
  readonly absoluteSigma?: boolean;
  /** How often confidence intervals of parameters are to hold them. Default 0.95. */
  readonly level?: number;
  /** The precision of the computation. Default float64, or float32 for a function whose parameters come as float32 tensors. */
  readonly dtype?: "float32" | "float64";
  /** For the validation share and the shuffling. The same seed gives the same bits. Default 0. */
  readonly seed?: number;
  /** Aborting it ends the fit with the best parameters so far. */
  readonly signal?: AbortSignal;
  /** Called at every step, with the loss at the parameters before it. Returning false ends the fit. */
  readonly onStep?: (event: StepEvent) => unknown;
}

/** Every option, so that none goes unnoticed for being misspelt. */
const names: Readonly<Record<keyof FitOptions, true>> = {
  data: true,
  model: true,
  target: true,
  params: true,
  loss: true,
  scale: true,
  optimizer: true,
  lr: true,
  schedule: true,
  steps: true,
  epochs: true,
  batchSize: true,
  validation: true,
  stop: true,
  weights: true,
  sigma: true,
  absoluteSigma: true,
  level: true,
  dtype: true,
  seed: true,
  signal: true,
  onStep: true,
};

/** Refuses options that there are not, and a dtype that nothing else looks at before it is too late. */
export function checkOptions(options: FitOptions): void {
  if (typeof options !== "object" || options === null)
    throw new TypeError(`fit expects options such as { data, model }, got ${kindOf(options)}`);
  for (const name of Object.keys(options))
    if (!Object.hasOwn(names, name))
      throw new Error(`unknown option: ${name}${hint(name, Object.keys(names))}`);
  const { dtype, scale } = options;
  if (scale !== undefined && !(scale > 0 && Number.isFinite(scale)))
    throw new RangeError(`scale expects a number above 0, got ${kindOf(scale)}`);
  if (dtype !== undefined && dtype !== "float32" && dtype !== "float64")
    throw new Error(`dtype expects float32 or float64, got ${kindOf(dtype)}`);
}

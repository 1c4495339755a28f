/** What `fit` takes. */
import type { TableLike } from "../data/input.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { OptimizerName } from "../optim/optimizers.ts";
import type { Schedule } from "../optim/schedules.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Loss, LossName } from "./losses.ts";
import type { StepEvent } from "./result.ts";
import type { ParamOptions } from "./start.ts";

/** A model as a function: the columns of the rows at hand, each a tensor of shape [rows], and the parameters come in; predictions go out. */
export type ModelFunction = (
  row: Readonly<Record<string, Tensor>>,
  params: Readonly<Record<string, Tensor>>,
) => Tensor;

/** When to stop before the steps run out. */
export interface StopOptions {
  /** For how many epochs the loss (that of validation, where there is one) may fail to improve. Default: 10 with validation, else no limit. */
  readonly patience?: number;
  /** By how much it has to fall to count as improved. Default 0. */
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
  /** A name, or a function of predictions and targets with a scalar result. Default "mse". */
  readonly loss?: LossName | Loss;
  /** A name, an optimizer, or "auto" (the default): Levenberg-Marquardt for sums of squares, L-BFGS for other losses, adam for batches. */
  readonly optimizer?: OptimizerName | "auto" | Optimizer;
  /** The learning rate of an optimizer given by name. */
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
  /** When to stop early; false runs every step. */
  readonly stop?: StopOptions | false;
  /** The column of weights; each row counts in the loss in proportion to its weight, as if observed with variance 1 / weight. */
  readonly weights?: string;
  /** The precision of the computation. Default float64. */
  readonly dtype?: "float32" | "float64";
  /** For the validation share and the shuffling. The same seed gives the same bits. Default 0. */
  readonly seed?: number;
  /** Aborting it ends the fit with the best parameters so far. */
  readonly signal?: AbortSignal;
  /** Called at every step, with the loss at the parameters before it. Returning false ends the fit. */
  readonly onStep?: (event: StepEvent) => unknown;
}

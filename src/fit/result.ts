/**
 * What a fit leaves behind, as plain values: parameters, outcome, statistics, history. Reports, JSON, plots and model files read these.
 */

/** One parameter of the model. Bounds are null where there are none. */
export interface Parameter {
  readonly value: number;
  /**
   * One standard error, from the curvature of the sum of squares at the solution. Null where the data do not determine it, where
   * the parameter is held by a bound, and where the loss is another or the fit ended short of a minimum.
   */
  readonly standardError: number | null;
  readonly start: number;
  readonly fixed: boolean;
  /** The expression of other parameters that it follows from; null where it is its own. */
  readonly tie: string | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** How fits end, and whether the answer counts as found (or, for `steps`, the asked-for work as done). */
export const outcomes = {
  converged: true,
  /** As many steps or epochs as were asked for. */
  steps: true,
  /** The loss (that of validation, where there is one) had not improved for `patience` epochs; the best parameters were restored. */
  patience: true,
  /** Steps no longer change the loss, although it is not at a minimum: they are too short, or it has an edge there. */
  stalled: false,
  /** A budget that nobody asked for ran out first. */
  exhausted: false,
  /** The loss grew without bound, or became NaN or infinite, and smaller steps did not help. */
  diverged: false,
  /** The signal was aborted. */
  aborted: false,
  /** The model gives no finite loss at the start values. */
  invalid: false,
} as const satisfies Record<string, boolean>;

export type OutcomeKind = keyof typeof outcomes;

/** How a fit ended: a kind for programs, a sentence for people, and what to try where it fell short. */
export interface Outcome {
  readonly kind: OutcomeKind;
  readonly converged: boolean;
  readonly message: string;
  readonly advice: string | null;
}

/** One line of the history. Step 0 is the start; `loss` is the training loss before that step is taken (of the batch, with minibatches). */
export interface HistoryEntry {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly validationLoss: number | null;
  readonly learningRate: number | null;
}

/**
 * Goodness of fit on the training rows, in lmfit's and R's terms. Null where the data leave it undefined. Residuals are in units
 * of the target: where predictions are logits or logarithms of rates, they are those of the probabilities or rates.
 */
export interface Statistics {
  readonly observations: number;
  readonly degreesOfFreedom: number;
  /** Not finite where the squares are beyond doubles, or the fit is invalid. */
  readonly residualSumOfSquares: number;
  /** sqrt(residual sum of squares / degrees of freedom), in units of the target. */
  readonly residualStandardDeviation: number | null;
  readonly rSquared: number | null;
  readonly aic: number | null;
  readonly bic: number | null;
}

/** How start values were found that nobody gave. */
export interface Starts {
  /** How many places were looked at. */
  readonly tried: number;
  /** How many of them were walked from. */
  readonly polished: number;
  /** How many expeditions, that knew nothing of one another, ended where the fit starts. */
  readonly agreed: number;
  readonly seconds: number;
  readonly seed: number;
}

/** Everything a finished fit says. */
export interface Result {
  /** The formula as given; null for a model that is a function. */
  readonly formula: string | null;
  readonly target: string;
  readonly inputs: readonly string[];
  readonly params: Readonly<Record<string, Parameter>>;
  readonly loss: { readonly name: string; readonly value: number };
  /** Of a loss that has one: the standard deviation of the errors that are no outliers, in units of the target, as found from the data or as given. */
  readonly scale: number | null;
  readonly validationLoss: number | null;
  readonly outcome: Outcome;
  readonly statistics: Statistics;
  readonly optimizer: {
    readonly name: string;
    /** The learning rate of the first step. */
    readonly learningRate: number | null;
    /** Where the fit chose it: what it is measured in, since parameters are then walked in units of their own. */
    readonly chosen?: string;
  };
  readonly steps: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly history: readonly HistoryEntry[];
  /** Rows of the data that were left out, by reason: `missing speed: 3`, `weight 0: 1`. */
  readonly omitted: Readonly<Record<string, number>>;
  readonly dtype: "float32" | "float64";
  readonly seed: number;
  /** The search for start values; null where there was none. */
  readonly starts: Starts | null;
}

/** What `onStep` is told, at every step. Returning false stops the fit with the best so far. */
export interface StepEvent extends HistoryEntry {
  readonly params: Readonly<Record<string, number>>;
}

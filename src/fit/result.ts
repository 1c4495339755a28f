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
  /** value / standard error. */
  readonly tValue: number | null;
  /** How likely a |t| at least as large is where the parameter is 0: two-sided, by Student's t. */
  readonly pValue: number | null;
  /** The limits of the confidence interval, value -/+ t standard errors, at the level of the fit. */
  readonly lower: number | null;
  readonly upper: number | null;
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
  /** The sum of squares of the targets about their mean. */
  readonly totalSumOfSquares: number | null;
  /** lmfit's name for the residual sum of squares, weights and all. */
  readonly chiSquare: number | null;
  /** Chi-square / degrees of freedom. */
  readonly reducedChiSquare: number | null;
  /** 1 - residual / total sum of squares. */
  readonly rSquared: number | null;
  /** 1 - (1 - R squared) (n - 1) / degrees of freedom, as in R. */
  readonly adjustedRSquared: number | null;
  /** n ln(chi-square / n) + 2 p, as in lmfit; n are the observations and p the parameters fitted. */
  readonly aic: number | null;
  /** AIC + 2 p (p + 1) / (n - p - 1), for few observations. */
  readonly aicc: number | null;
  /** n ln(chi-square / n) + p ln n, as in lmfit. */
  readonly bic: number | null;
  /** Of normal residuals of the variance that makes it greatest, as R's `logLik`. */
  readonly logLikelihood: number | null;
}

/** A symmetric matrix of parameters, row by row, with nulls for those that the data do not determine. */
export interface NamedMatrix {
  readonly names: readonly string[];
  readonly matrix: readonly (readonly (number | null)[])[];
}

/** Something to know of a fit: a kind for programs, and a sentence for people. */
export interface Diagnostic {
  readonly kind: string;
  readonly message: string;
}

/** What limits predictions are wanted with: those of the curve, or those of a new observation. */
export interface IntervalOptions {
  readonly interval: "confidence" | "prediction";
  /** How often the limits are to hold. Default 0.95. */
  readonly level?: number;
}

/** Predictions with their limits, one of each a row. */
export interface Bands {
  readonly fit: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** What profile-likelihood intervals are wanted. */
export interface ProfileOptions {
  /** How often the intervals are to hold the parameter. Default 0.95. */
  readonly level?: number;
  /** Default: all that are free. */
  readonly params?: readonly string[];
}

/** A profile-likelihood interval; a limit that does not exist is null, and the message says why. */
export interface ProfileInterval {
  readonly lower: number | null;
  readonly upper: number | null;
  readonly message: string | null;
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
  /** Of the free parameters that are on no bound, where the loss is a sum of squares and the fit ended at a minimum. */
  readonly covariance: NamedMatrix | null;
  readonly correlations: NamedMatrix | null;
  /** The level of the intervals of parameters: 0.95 unless said. */
  readonly level: number;
  /** What is worth knowing, and what to do about it. */
  readonly diagnostics: readonly Diagnostic[];
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

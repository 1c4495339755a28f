/**
 * A result as one JSON object, the form that `--json` prints: the same keys always, and null for every number that is not finite.
 */
import type {
  Diagnostic,
  NamedMatrix,
  OutcomeKind,
  Parameter,
  Result,
  Starts,
  Statistics,
} from "../fit/result.ts";
import { isNumber } from "./numbers.ts";

type Nullable<Keys extends string> = { readonly [Key in Keys]: number | null };

/** What `resultJson` gives. Numbers are null where the fit leaves them undefined. */
export interface ResultJson {
  readonly formula: string | null;
  readonly outcome: {
    readonly kind: OutcomeKind;
    readonly converged: boolean;
    readonly message: string;
    readonly advice: string | null;
  };
  readonly loss: { readonly name: string; readonly value: number | null };
  readonly scale: number | null;
  readonly validationLoss: number | null;
  readonly params: Readonly<Record<string, ParameterJson>>;
  readonly statistics: { readonly observations: number } & Nullable<
    Exclude<keyof Statistics, "observations">
  >;
  readonly covariance: NamedMatrix | null;
  readonly correlations: NamedMatrix | null;
  /** The level of the intervals of the parameters. */
  readonly level: number;
  readonly diagnostics: readonly Diagnostic[];
  readonly omitted: Readonly<Record<string, number>>;
  readonly optimizer: {
    readonly name: string;
    /** Where the fit chose its learning rate: that of the first step, and what it is measured in. */
    readonly learningRate?: number | null;
    readonly chosen?: string;
  };
  readonly starts: (Omit<Starts, "seconds"> & Nullable<"seconds">) | null;
  readonly steps: number;
  readonly seconds: number | null;
  readonly history: readonly ({ readonly step: number } & Nullable<
    "loss" | "validationLoss" | "learningRate"
  >)[];
}

/** One parameter. Bounds are null where there are none. */
export type ParameterJson = { readonly fixed: boolean; readonly tie: string | null } & Nullable<
  "value" | "standardError" | "tValue" | "pValue" | "lower" | "upper" | "start" | "min" | "max"
>;

/** The result as a plain object for `JSON.stringify`. Shares nothing with the result. */
export function resultJson(result: Result): ResultJson {
  const { outcome, statistics } = result;
  return {
    formula: result.formula,
    outcome: {
      kind: outcome.kind,
      converged: outcome.converged,
      message: outcome.message,
      advice: outcome.advice,
    },
    loss: { name: result.loss.name, value: finite(result.loss.value) },
    scale: finite(result.scale),
    validationLoss: finite(result.validationLoss),
    // Entries, not assignment: a parameter may be called __proto__.
    params: Object.fromEntries(Object.entries(result.params).map(([name, it]) => [name, parameterJson(it)])),
    statistics: {
      ...mapped(statistics, (value) => finite(value)),
      observations: statistics.observations,
    },
    covariance: matrixJson(result.covariance),
    correlations: matrixJson(result.correlations),
    level: result.level,
    diagnostics: result.diagnostics.map(({ kind, message }) => ({ kind, message })),
    omitted: Object.fromEntries(Object.entries(result.omitted)),
    optimizer: optimizerJson(result.optimizer),
    starts: result.starts && { ...result.starts, seconds: finite(result.starts.seconds) },
    steps: result.steps,
    seconds: finite(result.seconds),
    history: result.history.map(({ step, loss, validationLoss, learningRate }) => ({
      step,
      loss: finite(loss),
      validationLoss: finite(validationLoss),
      learningRate: finite(learningRate),
    })),
  };
}

function optimizerJson({ name, learningRate, chosen }: Result["optimizer"]): ResultJson["optimizer"] {
  return chosen === undefined ? { name } : { name, learningRate: finite(learningRate), chosen };
}

function parameterJson({ fixed, tie, ...numbers }: Parameter): ParameterJson {
  return { ...mapped(numbers, (value) => finite(value)), fixed, tie };
}

function matrixJson(matrix: NamedMatrix | null): NamedMatrix | null {
  return matrix && { names: [...matrix.names], matrix: matrix.matrix.map((row) => row.map(finite)) };
}

/** The record with each value changed, under the same keys. */
function mapped<Keys extends string, From, To>(
  record: { readonly [Key in Keys]: From },
  change: (value: From) => To,
): { [Key in Keys]: To } {
  const entries = Object.entries<From>(record).map(([key, value]) => [key, change(value)]);
  return Object.fromEntries(entries) as { [Key in Keys]: To };
}

function finite(value: number | null): number | null {
  return isNumber(value) ? value : null;
}

/** Models kept in files: the JSON of a fit comes in unchecked, and a model that predicts, or that another fit starts from, comes out. */
import { kindOf } from "../data/cells.ts";
import type { TableLike } from "../data/input.ts";
import { tensor } from "../tensor/make.ts";
import { bandsOf, type Certainty } from "./bands.ts";
import { spreadOfCovariance } from "./covariance.ts";
import { FormulaError } from "./formula/error.ts";
import { type Formula, parseFormula } from "./formula/formula.ts";
import { type Named, predictor } from "./model.ts";
import { predictRows } from "./predict.ts";
import type { Bands, IntervalOptions } from "./result.ts";
import { type ParamOptions, startsFor } from "./start.ts";

/** A fitted formula as it was kept. */
export interface SavedModel {
  readonly formula: Formula;
  /** The fitted values, with bounds, as starts for another fit. Parameters that were fixed stay so. */
  readonly params: ParamOptions;
  readonly values: Readonly<Record<string, number>>;
  predict(data: TableLike): Float64Array;
  /** The predictions with limits. Errors: a fit that was kept without a covariance. */
  predict(data: TableLike, options: IntervalOptions): Bands;
}

/**
 * Reads what `JSON.parse` made of a model file: the object that `--json`, `--save` and `toJSON` give. Names of the formula that
 * are no parameters there are its inputs. Errors begin with `name` and take one line.
 */
export function readModel(json: unknown, name = "model"): SavedModel {
  try {
    return modelOf(json);
  } catch (error) {
    const problem = error instanceof FormulaError ? error.problem : (error as Error).message;
    throw new Error(`${name}: ${problem}`, { cause: error });
  }
}

function modelOf(json: unknown): SavedModel {
  const whole = recordOf(json, "a model that coaster saved");
  const { formula: source, params: saved } = whole;
  if (typeof source !== "string") throw new Error(`expected a formula, got ${kindOf(source)}`);
  const entries = Object.entries(recordOf(saved, "params by name"));
  const params = Object.fromEntries(entries.map(([name, value]) => [name, optionOf(name, value)]));
  const formula = formulaOf(source, Object.keys(params));
  // To start from them is to check them.
  const starts = startsFor(formula.params, params, "float64");
  const values = Object.fromEntries(
    starts.map(({ name, value, tie }) => [name, tie === null ? value.item() : savedValue(name, saved)]),
  );
  function predict(data: TableLike): Float64Array;
  function predict(data: TableLike, options: IntervalOptions): Bands;
  function predict(data: TableLike, options?: IntervalOptions): Float64Array | Bands {
    const model = ready(formula, values);
    return options ? bandsOf(model, certaintyOf(whole, values), data, options) : predictRows(model, data);
  }
  return { formula, params, values, predict };
}

/** How sure the fit was, as far as it was kept. */
function certaintyOf(
  { covariance, statistics }: Readonly<Record<string, unknown>>,
  values: Readonly<Record<string, number>>,
): Certainty {
  if (covariance == null)
    throw new Error("intervals expect a fit that was kept with its covariance, got one without");
  const { names, matrix } = recordOf(covariance, "a covariance of names and matrix");
  const { degreesOfFreedom, residualStandardDeviation } = recordOf(statistics, "statistics");
  const isKnown = (name: unknown): boolean => typeof name === "string" && Object.hasOwn(values, name);
  const isNumber = (x: unknown): boolean => x === null || Number.isFinite(x);
  const isRow = (row: unknown): boolean =>
    Array.isArray(row) && row.length === (names as string[]).length && row.every(isNumber);
  if (!(Array.isArray(names) && names.every(isKnown) && Array.isArray(matrix)))
    throw new Error("intervals expect a covariance of parameters, got other names");
  if (matrix.length !== names.length || !matrix.every(isRow))
    throw new Error("intervals expect a square covariance of numbers, got another");
  if (!(Number(degreesOfFreedom) > 0 && Number.isFinite(residualStandardDeviation)))
    throw new Error(`intervals expect degrees of freedom, got ${kindOf(degreesOfFreedom)}`);
  return {
    spread: spreadOfCovariance({ names, matrix }),
    freedom: Number(degreesOfFreedom),
    deviation: Number(residualStandardDeviation),
  };
}

/** The formula, with the names that are no parameters as its columns. */
function formulaOf(source: string, params: readonly string[]): Formula {
  const { names, target } = parseFormula(source);
  const columns = [target, ...names.filter((name) => !params.includes(name))];
  return parseFormula(source, { columns, params });
}

function ready(formula: Formula, values: Readonly<Record<string, number>>) {
  const dtype = "float64" as const;
  const params: Named = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, tensor(value, { dtype })]),
  );
  return { model: predictor(formula), inputs: formula.inputs, params, dtype };
}

function savedValue(name: string, params: unknown): number {
  const { value } = recordOf(recordOf(params, "params by name")[name], `values of parameter ${name}`);
  if (typeof value === "number") return value;
  throw new Error(`parameter ${name} expects a number as value, got ${kindOf(value)}`);
}

/** A saved parameter as an option: null bounds are none. */
function optionOf(name: string, saved: unknown): Exclude<ParamOptions[string], number> {
  const { value, min, max, fixed, tie } = recordOf(saved, `values of parameter ${name}`);
  if (typeof value !== "number")
    throw new Error(`parameter ${name} expects a number as value, got ${kindOf(value)}`);
  if (tie != null) return { tie: tie as string };
  if (typeof (fixed ?? false) !== "boolean")
    throw new Error(`parameter ${name} expects true or false as fixed, got ${kindOf(fixed)}`);
  return {
    start: value,
    ...(min == null ? {} : { min: min as number }),
    ...(max == null ? {} : { max: max as number }),
    ...(fixed ? { fixed: true } : {}),
  };
}

function recordOf(x: unknown, wanted: string): Readonly<Record<string, unknown>> {
  if (typeof x === "object" && x !== null && !Array.isArray(x)) return x as Record<string, unknown>;
  throw new Error(`expected ${wanted}, got ${kindOf(x)}`);
}

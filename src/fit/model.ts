/**
 * The model of a fit: a formula or a function, the options and a table come in; what it explains, what it reads, where its
 * parameters start and how it predicts come out.
 */
import { hint } from "../data/names.ts";
import type { Table } from "../data/table.ts";
import { tensor } from "../tensor/make.ts";
import { Tensor } from "../tensor/tensor.ts";
import { asTensor, tensors } from "./algebra.ts";
import { evaluate } from "./formula/evaluate.ts";
import { type Formula, parseFormula } from "./formula/formula.ts";
import type { FitOptions, ModelFunction } from "./options.ts";
import { type Named, type Precision, type Start, startsFor } from "./start.ts";
import { type Ties, tied, tiesOf, withTies } from "./ties.ts";

export type { Named } from "./start.ts";

/** The relative size of one rounding. */
export const roundings: Record<Precision, number> = { float32: 2 ** -24, float64: 2 ** -53 };

/** What a fit needs of its model. */
export interface Model {
  readonly formula: Formula | null;
  readonly target: string;
  /** The columns that it reads. */
  readonly inputs: readonly string[];
  readonly dtype: Precision;
  readonly starts: readonly Start[];
  readonly ties: Ties;
  readonly model: ModelFunction;
  /** What it predicts, of a target: the left side of a formula, as `log(y) ~ ...` has one. */
  readonly response: (target: Float64Array) => Float64Array;
}

/** The model that the options ask for. Errors: neither formula nor function; names, parameters or shapes that do not go together. */
export function modelOf(options: FitOptions, table: Table): Model {
  if (typeof options.model === "string") return formulaModel(options, options.model, table);
  if (typeof options.model === "function") return functionModel(options, options.model, table);
  throw new TypeError(`model expects a formula or a function, got ${typeof options.model}`);
}

function formulaModel(options: FitOptions, source: string, table: Table): Model {
  const { params = {}, target, dtype = "float64" } = options;
  const formula = parseFormula(source, { columns: table.names, params: Object.keys(params) });
  if (target !== undefined && target !== formula.target)
    throw new Error(`target expects the target of the formula, ${formula.target}, got ${target}`);
  const starts = startsFor(formula.params, params, dtype);
  refuseLarge(starts);
  const ties = tiesAmong(starts);
  return {
    formula,
    target: formula.target,
    inputs: formula.inputs,
    dtype,
    starts: settled(starts, ties),
    ties,
    model: tied(predictor(formula), ties),
    response: (column) => responseOf(formula, column),
  };
}

function tiesAmong(starts: readonly Start[]): Ties {
  const said = starts.flatMap(({ name, tie }) => (tie === null ? [] : [[name, tie] as const]));
  return tiesOf(
    new Map(said),
    starts.map(({ name }) => name),
  );
}

/** The starts, those of tied parameters where the others put them. */
function settled(starts: readonly Start[], ties: Ties): readonly Start[] {
  const values = withTies(ties, namedStarts(starts));
  return starts.map((start) => (start.tie === null ? start : { ...start, value: values[start.name]! }));
}

function refuseLarge(starts: readonly Start[]): void {
  for (const { name, value } of starts)
    if (value.size !== 1)
      throw new RangeError(
        `parameter ${name} of a formula expects one number, got a tensor of shape [${value.shape}]`,
      );
}

/** The function of columns and parameters that a formula says. */
export function predictor({ expression }: Formula): ModelFunction {
  return (row, params) =>
    asTensor(
      evaluate(expression, tensors, (name) => (Object.hasOwn(params, name) ? params[name]! : row[name]!)),
    );
}

function responseOf({ response }: Formula, target: Float64Array): Float64Array {
  if (response.kind === "name") return target;
  const value = evaluate(response, tensors, () => tensor(target));
  return Float64Array.from(asTensor(value).realize());
}

function functionModel(options: FitOptions, model: ModelFunction, table: Table): Model {
  const { params, target } = options;
  if (target === undefined)
    throw new Error("a model that is a function expects the name of the target column, got none");
  if (!table.has(target)) throw new Error(`unknown column: ${target}${hint(target, table.names)}`);
  if (!params) throw new Error("a model that is a function expects params, got none");
  const dtype = options.dtype ?? dtypeOf(Object.values(params));
  const starts = startsFor(Object.keys(params), params, dtype);
  const ties = tiesAmong(starts);
  const whole = tied(model, ties);
  const inputs = inputsOf(whole, namedStarts(starts), table, target, dtype);
  return {
    formula: null,
    target,
    inputs,
    dtype,
    starts: settled(starts, ties),
    ties,
    model: whole,
    response: (column) => column,
  };
}

/** float64, unless tensors come as float32. */
function dtypeOf(params: readonly unknown[]): Precision {
  return params.some((p) => p instanceof Tensor && p.dtype === "float32") ? "float32" : "float64";
}

/** The start values, by name. */
export function namedStarts(starts: readonly Start[]): Named {
  return Object.fromEntries(starts.map(({ name, value }) => [name, value]));
}

/** The columns that a function reads, found by calling it once. Nothing is computed, unless the function itself looks at numbers. */
function inputsOf(
  model: ModelFunction,
  params: Named,
  table: Table,
  target: string,
  dtype: Precision,
): string[] {
  const read = new Set<string>();
  const column = (name: string): Tensor => {
    read.add(name);
    return tensor(table.numbers(name), { dtype });
  };
  const preds: unknown = model(rowOf(table, target, column), params);
  if (!(preds instanceof Tensor))
    throw new TypeError(`model expects a function that returns a tensor, got ${typeof preds}`);
  return [...read];
}

/** A row that makes a column when it is looked at. Other names than those of columns are an error. */
function rowOf(table: Table, target: string, column: (name: string) => Tensor): Named {
  const row = {};
  for (const name of table.names.filter((other) => other !== target)) {
    const enumerable = typeof table.column(name)[0] !== "string";
    Object.defineProperty(row, name, { enumerable, get: () => column(name) });
  }
  return new Proxy(row as Named, {
    get: (known, name) => {
      if (name === target) throw new Error(`the target cannot be an input too: ${target}`);
      if (typeof name === "string" && !(name in known))
        throw new Error(`unknown column: ${name}${hint(name, table.names)}`);
      return Reflect.get(known, name);
    },
  });
}

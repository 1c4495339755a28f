/**
 * What is to be fitted, as one thing: the rows with numbers in them, the model, the loss and the parameters.
 * The options as a person gives them come in and are checked here; the loop trusts what comes out.
 */
import { toTable } from "../data/input.ts";
import { hint } from "../data/names.ts";
import { split } from "../data/split.ts";
import { complete, type Table } from "../data/table.ts";
import { tensor } from "../tensor/make.ts";
import type { Generator } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";
import { tensors } from "./algebra.ts";
import { evaluate } from "./formula/evaluate.ts";
import { type Formula, parseFormula } from "./formula/formula.ts";
import { type Loss, lossNamed } from "./losses.ts";
import type { FitOptions, ModelFunction } from "./options.ts";
import { type Start, startsFor } from "./start.ts";

/** Tensors by name: the columns of some rows, or the parameters. */
export type Named = Readonly<Record<string, Tensor>>;

/** Some rows, as tensors of one length. */
export interface Rows {
  readonly columns: Named;
  readonly targets: Tensor;
  readonly weights: Tensor | null;
  readonly count: number;
}

/** What is to be fitted. */
export interface Problem {
  readonly formula: Formula | null;
  readonly target: string;
  readonly inputs: readonly string[];
  readonly dtype: "float32" | "float64";
  readonly training: Rows;
  readonly validation: Rows | null;
  /** Rows left out, by the column whose value was missing. */
  readonly omitted: Readonly<Record<string, number>>;
  /** The rows that take part, as they came. */
  readonly table: Table;
  readonly model: ModelFunction;
  /** What the model predicts, of a target: the left side of a formula, as `log(y) ~ ...` has one. */
  readonly response: (target: Float64Array) => Float64Array;
  readonly loss: { readonly name: string; readonly of: Loss };
  readonly starts: readonly Start[];
}

/** Checks the options and brings them together. `generator` draws the rows of a validation share. */
export function problemOf(options: FitOptions, generator: Generator): Problem {
  const table = toTable(options.data);
  const shape =
    typeof options.model === "string" ? formulaProblem(table, options) : functionProblem(table, options);
  const dtype = options.dtype ?? defaultDtype(options);
  const weights = options.weights;
  const used = [...new Set([...shape.inputs, shape.target, ...(weights === undefined ? [] : [weights])])];
  const { table: rows, omitted } = complete(table, used);
  if (rows.rows === 0)
    throw new Error(`data expects at least one complete row of ${used.join(", ")}, got none`);
  const read = (t: Table): Rows => rowsOf(t, shape, weights, dtype);
  return {
    ...shape,
    dtype,
    ...divided(rows, options.validation, generator, used, read),
    omitted: Object.fromEntries([...omitted].map(([name, count]) => [`missing ${name}`, count])),
    table: rows,
    loss: lossOf(options.loss),
    starts: startsFor(shape.names, options.params ?? {}, dtype),
  };
}

/** The parts of a problem that the model decides. */
interface ModelPart {
  readonly formula: Formula | null;
  readonly target: string;
  readonly inputs: readonly string[];
  readonly names: readonly string[];
  readonly model: ModelFunction;
  readonly response: (target: Float64Array) => Float64Array;
}

function formulaProblem(table: Table, { model, params = {}, target }: FitOptions): ModelPart {
  const formula = parseFormula(model as string, { columns: table.names, params: Object.keys(params) });
  if (target !== undefined && target !== formula.target)
    throw new Error(`target expects the target of the formula, ${formula.target}, got ${target}`);
  return {
    formula,
    target: formula.target,
    inputs: formula.inputs,
    names: formula.params,
    model: predictor(formula),
    response: (target) => responseOf(formula, target),
  };
}

function responseOf({ response }: Formula, target: Float64Array): Float64Array {
  const value = evaluate(response, tensors, () => tensor(target));
  return Float64Array.from(asTensor(value).realize());
}

/** The function of columns and parameters that a formula says. */
export function predictor(formula: Formula): ModelFunction {
  return (row, params) =>
    asTensor(evaluate(formula.expression, tensors, (name) => params[name] ?? row[name]!));
}

function asTensor(value: Tensor | number): Tensor {
  return value instanceof Tensor ? value : tensor(value, { dtype: "float64" });
}

function functionProblem(table: Table, { model, params, target }: FitOptions): ModelPart {
  if (typeof model !== "function")
    throw new TypeError(`model expects a formula or a function, got ${typeof model}`);
  if (target === undefined)
    throw new Error("a model that is a function expects the name of the target column, got none");
  if (!table.has(target)) throw new Error(`unknown column: ${target}${hint(target, table.names)}`);
  if (!params) throw new Error("a model that is a function expects params, got none");
  const inputs = table.names.filter((name) => name !== target && typeof table.column(name)[0] !== "string");
  return { formula: null, target, inputs, names: Object.keys(params), model, response: (column) => column };
}

/** float64, unless the parameters of a function come as float32 tensors. */
function defaultDtype({ model, params = {} }: FitOptions): "float32" | "float64" {
  const given = Object.values(params).filter((p) => p instanceof Tensor);
  return typeof model === "function" && given.some((p) => p.dtype === "float32") ? "float32" : "float64";
}

function rowsOf(
  table: Table,
  { inputs, target, response }: ModelPart,
  weights: string | undefined,
  dtype: "float32" | "float64",
): Rows {
  const column = (name: string): Tensor => tensor(table.numbers(name), { dtype });
  return {
    columns: Object.fromEntries(inputs.map((name) => [name, column(name)])),
    targets: tensor(response(table.numbers(target)), { dtype }),
    weights: weights === undefined ? null : checkedWeights(weights, column(weights)),
    count: table.rows,
  };
}

function checkedWeights(name: string, weights: Tensor): Tensor {
  const bad = weights.realize().findIndex((w) => !(w >= 0));
  if (bad >= 0)
    throw new Error(
      `weights expect numbers from 0, got ${weights.realize()[bad]} in row ${bad + 1} of ${name}`,
    );
  return weights;
}

function divided(
  rows: Table,
  validation: FitOptions["validation"],
  generator: Generator,
  used: readonly string[],
  read: (table: Table) => Rows,
): Pick<Problem, "training" | "validation"> {
  if (validation === undefined) return { training: read(rows), validation: null };
  if (typeof validation !== "number")
    return { training: read(rows), validation: read(complete(toTable(validation), used).table) };
  const parts = split(rows.rows, validation, generator.permutation(rows.rows));
  return { training: read(rows.take(parts.training)), validation: read(rows.take(parts.validation)) };
}

function lossOf(loss: FitOptions["loss"] = "mse"): Problem["loss"] {
  return typeof loss === "function" ? { name: "custom", of: loss } : { name: loss, of: lossNamed(loss) };
}

/** The loss of the model over some rows: step 2, predict, and step 3, loss. */
export function lossOver(problem: Problem, rows: Rows, params: Named): Tensor {
  const preds = problem.model(rows.columns, params);
  const loss = problem.loss.of(preds, rows.targets, rows.weights ? { weights: rows.weights } : {});
  if (loss.size !== 1)
    throw new RangeError(`loss expects a function with a scalar result, got [${loss.shape}]`);
  return loss;
}

/** The rows of the given numbers. */
export function takeRows(rows: Rows, numbers: Int32Array): Rows {
  const index = tensor(numbers);
  const take = (t: Tensor): Tensor => t.indexSelect(0, index);
  return {
    columns: Object.fromEntries(Object.entries(rows.columns).map(([name, column]) => [name, take(column)])),
    targets: take(rows.targets),
    weights: rows.weights && take(rows.weights),
    count: numbers.length,
  };
}

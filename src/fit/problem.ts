/**
 * What is to be fitted, as one thing: the rows with numbers in them, the model, the loss and the parameters.
 * The options as a person gives them come in and are checked here; the loop trusts what comes out.
 */
import { kindOf } from "../data/cells.ts";
import { toTable } from "../data/input.ts";
import { split } from "../data/split.ts";
import { areFinite, complete, indices, type Table } from "../data/table.ts";
import { data } from "../ir/graph.ts";
import { tensor } from "../tensor/make.ts";
import type { Generator } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type ChosenLoss, chosenLoss } from "./losses.ts";
import { type Model, modelOf, type Named, namedStarts } from "./model.ts";
import type { FitOptions } from "./options.ts";

export type { Named } from "./model.ts";

/** Some rows, as tensors of one length. */
export interface Batch {
  readonly columns: Named;
  readonly targets: Tensor;
  readonly weights: Tensor | null;
  readonly count: number;
}

/** Rows that are named where something is said of them. */
export interface Rows extends Batch {
  readonly table: Table;
}

/** What is to be fitted. */
export interface Problem extends Model {
  readonly training: Rows;
  readonly validation: Rows | null;
  /** Rows left out, by reason. */
  readonly omitted: Readonly<Record<string, number>>;
  /** The rows that take part, as they came. */
  readonly table: Table;
  /** The numbers of those of them that are the validation share, ascending; null where none are. */
  readonly heldOut: Int32Array | null;
  readonly loss: ChosenLoss;
  /** Whether the weights are 1 / variance, and not only in proportion to it. */
  readonly isAbsolute: boolean;
}

/** Checks the options and brings them together. `generator` draws the rows of a validation share. */
export function problemOf(options: FitOptions, generator: Generator): Problem {
  const table = toTable(options.data);
  const model = modelOf(options, table);
  const weighing = weighingOf(options);
  const { rows, omitted } = usable("data", table, model, weighing);
  const parts = divided(rows, model, weighing, options, generator);
  const read = (part: Table): Rows => rowsOf(part, model, weighing);
  const problem: Problem = {
    ...model,
    training: read(parts.training),
    validation: parts.validation && read(parts.validation),
    omitted,
    table: rows,
    heldOut: parts.heldOut,
    loss: chosenLoss(options.loss, options.scale),
    isAbsolute: options.absoluteSigma === true,
  };
  tryOut(problem);
  return problem;
}

/** How rows come to their weights: a column, and what its numbers say. */
interface Weighing {
  readonly column: string;
  readonly wanted: string;
  readonly holds: (x: number) => boolean;
  readonly weightOf: (x: number) => number;
}

const byWeight = {
  wanted: "weights expect numbers from 0",
  holds: (x: number): boolean => x >= 0,
  weightOf: (x: number): number => x,
};
const byDeviation = {
  wanted: "sigma expects standard deviations above 0",
  holds: (x: number): boolean => x > 0 && Number.isFinite(x ** -2),
  weightOf: (x: number): number => x ** -2,
};

function weighingOf({ weights, sigma, absoluteSigma }: FitOptions): Weighing | null {
  if (weights !== undefined && sigma !== undefined)
    throw new Error("a fit expects weights or sigma, got both");
  if (absoluteSigma !== undefined && sigma === undefined)
    throw new Error("absoluteSigma expects sigma to say which column, got none");
  if (weights !== undefined) return { column: weights, ...byWeight };
  return sigma === undefined ? null : { column: sigma, ...byDeviation };
}

/** The rows that have a value in each column used, and a weight; and how many have not, by reason. */
function usable(
  what: "data" | "validation",
  table: Table,
  { inputs, target }: Model,
  weighing: Weighing | null,
): { rows: Table; omitted: Record<string, number> } {
  const used = [...new Set([...inputs, target, ...(weighing ? [weighing.column] : [])])];
  const { table: whole, omitted } = complete(table, used);
  const rows = weighing ? weighted(whole, weighing) : whole;
  if (rows.rows === 0)
    throw new Error(`${what} expects at least one complete row of ${used.join(", ")}, got none`);
  const reasons = [...omitted].map(([name, count]): [string, number] => [`missing ${name}`, count]);
  if (rows.rows < whole.rows) reasons.push(["weight 0", whole.rows - rows.rows]);
  return { rows, omitted: Object.fromEntries(reasons) };
}

/** The rows with a weight above 0: to count for nothing is not to be there. */
function weighted(table: Table, { column, wanted, holds, weightOf }: Weighing): Table {
  const numbers = table.numbers(column);
  const bad = numbers.findIndex((x) => !holds(x));
  if (bad >= 0) throw new Error(`${table.place(bad, column)}: ${wanted}, got ${numbers[bad]}`);
  return table.take(indices(table.rows).filter((row) => weightOf(numbers[row]!) > 0));
}

/** Rows to fit, and rows to judge the fit by, if any are wanted. */
function divided(
  rows: Table,
  model: Model,
  weighing: Weighing | null,
  { validation }: FitOptions,
  generator: Generator,
): { training: Table; validation: Table | null; heldOut: Int32Array | null } {
  if (validation === undefined) return { training: rows, validation: null, heldOut: null };
  if (typeof validation !== "number") {
    const others = usable("validation", toTable(validation), model, weighing).rows;
    return { training: rows, validation: others, heldOut: null };
  }
  const { training, validation: heldOut } = split(rows.rows, validation, generator.permutation(rows.rows));
  return { training: rows.take(training), validation: rows.take(heldOut), heldOut };
}

function rowsOf(table: Table, { inputs, target, response, dtype }: Model, weighing: Weighing | null): Rows {
  const column = (values: Float64Array): Tensor =>
    // What a table holds nobody writes to: it need not be copied.
    dtype === "float64" ? new Tensor(data(values, [values.length], dtype)) : tensor(values, { dtype });
  return {
    columns: Object.fromEntries(inputs.map((name) => [name, column(table.numbers(name))])),
    targets: column(responses(table, target, response)),
    weights: weighing && tensor(table.numbers(weighing.column).map(weighing.weightOf), { dtype }),
    count: table.rows,
    table,
  };
}

/** The targets as the model predicts them. One that has no such value, as -1 has no logarithm, is an error. */
function responses(table: Table, target: string, response: Model["response"]): Float64Array {
  const values = response(table.numbers(target));
  if (areFinite(values)) return values;
  const bad = values.findIndex((y) => !Number.isFinite(y));
  const given = table.numbers(target)[bad];
  throw new Error(`${table.place(bad, target)}: the left side of the formula is ${values[bad]} for ${given}`);
}

/** Makes predictions and a loss without computing them, so that errors of shape and of dtype come here, and not on the way. */
function tryOut({ training, starts, model, loss }: Problem): void {
  const preds = model(training.columns, namedStarts(starts));
  checkShape(preds.shape, training.count, !loss.isDirect);
  let isWeighted = false;
  const options = {
    get weights(): Tensor {
      isWeighted = true;
      return training.weights!;
    },
  };
  const result: unknown = loss.of(preds, training.targets, training.weights ? options : {});
  if (!(result instanceof Tensor && result.size === 1))
    throw new TypeError(`loss expects a function with a scalar tensor as result, got ${describe(result)}`);
  if (training.weights && !isWeighted)
    throw new Error(
      "weights expect a loss that reads them, as (preds, targets, { weights }), got one that does not",
    );
}

function describe(x: unknown): string {
  return x instanceof Tensor ? `a tensor of shape [${x.shape}]` : kindOf(x);
}

/** One prediction a row, or one for all; for losses over classes, scores for each row. */
function checkShape(shape: readonly number[], rows: number, hasScores: boolean): void {
  const [length = 1] = shape;
  if (shape.length <= 1 ? length === rows || length === 1 : length === rows && hasScores) return;
  throw new RangeError(`model expects predictions of shape [${rows}], one a row, got [${shape}]`);
}

/** The loss of the model over some rows: step 2, predict, and step 3, loss. */
export function lossOver({ model, loss }: Problem, rows: Batch, params: Named): Tensor {
  const preds = model(rows.columns, params);
  return loss.of(preds, rows.targets, rows.weights ? { weights: rows.weights } : {});
}

/** The sum of the weights. */
export function weightOf({ weights, count }: Batch): number {
  return weights ? weights.double().sum().item() : count;
}

/** The rows of the given numbers, a tensor of int32. */
export function takeRows(rows: Batch, index: Tensor): Batch {
  const take = (t: Tensor): Tensor => t.indexSelect(0, index);
  return {
    columns: Object.fromEntries(Object.entries(rows.columns).map(([name, column]) => [name, take(column)])),
    targets: take(rows.targets),
    weights: rows.weights && take(rows.weights),
    count: index.size,
  };
}

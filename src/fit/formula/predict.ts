/** Formulas over plain numbers: an expression and the values of its names come in, predictions go out. */

import { hint } from "../../data/names.ts";
import { type Stretch, stretches } from "./columns.ts";
import { evaluate, numbers } from "./evaluate.ts";
import { type Expression, namesIn } from "./expression.ts";

/** Columns by name: an element a row, or one number for all rows. */
export type ColumnValues = Readonly<Record<string, number | ArrayLike<number>>>;

/** Parameters by name. */
export type ParamValues<Params extends string = string> = { readonly [Name in Params]?: number };

/** What a formula's `predict` does: numbers for numbers, elements for columns. */
export interface Predict {
  (columns: Readonly<Record<string, number>>, params?: ParamValues): number;
  (columns: ColumnValues, params?: ParamValues): Float64Array;
}

/** The prediction of an expression in which `params` are the names of parameters. */
export function predictor(expression: Expression, params: readonly string[]): Predict {
  const names = namesIn(expression);
  function predict(columns: Readonly<Record<string, number>>, values?: ParamValues): number;
  function predict(columns: ColumnValues, values?: ParamValues): Float64Array;
  function predict(columns: ColumnValues, values: ParamValues = {}): number | Float64Array {
    for (const name of Object.keys(values))
      if (!params.includes(name)) throw new Error(`unknown parameter: ${name}${hint(name, params)}`);
    const known = new Map(names.map((name) => [name, valueFor(name, columns, values)]));
    const rows = rowsOf(columns);
    if (rows === null) return evaluate(expression, numbers, (name) => known.get(name) as number);
    return alongRows(rows, (from, to) =>
      evaluate(expression, stretches, (name) => stretchOf(known.get(name)!, from, to)),
    );
  }
  return predict;
}

function valueFor(name: string, columns: ColumnValues, params: ParamValues): number | ArrayLike<number> {
  const source = Object.hasOwn(params, name) ? params : columns;
  const value = Object.hasOwn(source, name) ? source[name] : undefined;
  if (typeof value === "number" || (typeof value === "object" && value !== null && source === columns))
    return value;
  throw new TypeError(
    `predict expects ${source === columns ? "a number or numbers" : "a number"} for ${name}, got ${value === undefined ? "none" : typeof value}`,
  );
}

/** How many rows are taken at a time: few enough for what comes between to stay in the cache. */
const together = 1024;

/** What `of` makes of each stretch of rows, in one column. */
function alongRows(rows: number, of: (from: number, to: number) => Stretch): Float64Array {
  const out = new Float64Array(rows);
  for (let from = 0; from < rows; from += together) {
    const to = Math.min(rows, from + together);
    const values = of(from, to);
    if (typeof values === "number") out.fill(values, from, to);
    else out.set(values, from);
  }
  return out;
}

function stretchOf(value: number | ArrayLike<number>, from: number, to: number): Stretch {
  if (typeof value === "number") return value;
  if (value instanceof Float64Array) return value.subarray(from, to);
  return Float64Array.from({ length: to - from }, (_, i) => Number(value[from + i]));
}

/** How many rows the columns have; null where all are numbers. */
function rowsOf(columns: ColumnValues): number | null {
  const lengths = Object.entries(columns).flatMap(([name, value]) =>
    typeof value === "number" ? [] : [[name, value.length] as const],
  );
  const [first, ...rest] = lengths;
  if (!first) return null;
  if (rest.some(([, length]) => length !== first[1]))
    throw new RangeError(
      `columns expect one length, got ${lengths.map((pair) => pair.join(": ")).join(", ")}`,
    );
  return first[1];
}

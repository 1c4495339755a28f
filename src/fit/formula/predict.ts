/** Formulas over plain numbers: an expression and the values of its names come in, predictions go out. */

import { hint } from "../../data/names.ts";
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
    const at = (row: number): number =>
      evaluate(expression, numbers, (name) => elementOf(known.get(name)!, row));
    const rows = rowsOf(columns);
    return rows === null ? at(0) : Float64Array.from({ length: rows }, (_, row) => at(row));
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

function elementOf(value: number | ArrayLike<number>, row: number): number {
  return typeof value === "number" ? value : Number(value[row]);
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

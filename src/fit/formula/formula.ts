/**
 * A formula and what its names are: `target ~ expression` comes in, with the columns of a table where they are known, and
 * the target, the inputs and the parameters come out.
 */

import { hint } from "../../data/names.ts";
import { FormulaError } from "./error.ts";
import { type Expression, namePlaces, namesIn } from "./expression.ts";
import { knownNames, parseSides } from "./parse.ts";
import { type ColumnValues, type ParamValues, predictor } from "./predict.ts";
import { looksLikeSlip } from "./suggest.ts";
import type { ParamNames } from "./types.ts";

/** A formula that has been read. Names are spelled as the columns are. */
export interface Formula<Params extends string = string> {
  /** As given. */
  readonly source: string;
  /** The column that the formula explains. */
  readonly target: string;
  /** The left side: the target, or what is made of it, as in `log(y) ~ ...`. */
  readonly response: Expression;
  /** The right side. */
  readonly expression: Expression;
  /** The names on the right, in order of appearance: inputs and parameters. */
  readonly names: readonly string[];
  /** Those of them that are columns. */
  readonly inputs: readonly string[];
  /** All others. */
  readonly params: readonly Params[];
  /**
   * The value of the right side in double precision: a number for numbers, and for columns an element a row. Any name may be
   * given as a column that is not given as a parameter. Errors: a name without a value, a parameter that there is not, columns
   * of different lengths.
   */
  predict(columns: Readonly<Record<string, number>>, params?: ParamValues<Params>): number;
  predict(columns: ColumnValues, params?: ParamValues<Params>): Float64Array;
  /** The value of the left side, an element a row: what predictions are measured against. Errors: a target without values. */
  observe(columns: Readonly<Record<string, ArrayLike<number>>>): Float64Array;
}

/** What is known of the names of a formula before it is read. */
export interface FormulaNames<Columns extends string = string> {
  /** The columns of the data. Without them nothing tells inputs from parameters, and every name on the right counts as a parameter. */
  readonly columns?: readonly Columns[];
  /** Names that are parameters even where they look like misspelt columns. */
  readonly params?: readonly string[];
}

/**
 * Reads a formula. Names on its right that are columns are inputs, and all others parameters; so without columns all are
 * parameters, of which `predict` may still be given some as columns. Fails with a FormulaError, which shows the place, on anything but `target ~ expression` with one column in
 * the target; on a name one slip away from a column (`tme` beside `time`) that is not declared in `params`; and on formulas
 * beyond `limits`. Reading evaluates nothing.
 */
export function parseFormula<const Source extends string, const Columns extends string = string>(
  source: Source,
  { columns, params: declared = [] }: FormulaNames<Columns> = {},
): Formula<ParamNames<Source, Columns>> {
  if (typeof source !== "string") throw new TypeError(`a formula is a string, got ${typeof source}`);
  const [response, expression] = parseSides(source, knownNames([...declared, ...(columns ?? [])]));
  const target = targetOf(response, source, columns);
  const names = namesIn(expression);
  const isColumn = membership(columns ?? []);
  refuseTargetAsInput(target, expression, source);
  if (columns) refuseSlips(expression, source, columns, declared);
  return {
    source,
    target,
    response,
    expression,
    names,
    inputs: names.filter(isColumn),
    params: names.filter((name) => !isColumn(name)) as ParamNames<Source, Columns>[],
    predict: predictor(
      expression,
      names.filter((name) => !isColumn(name)),
    ),
    observe: predictor(response, []),
  };
}

/** The one name on the left, which has to be a column where columns are known. */
function targetOf(response: Expression, source: string, columns: readonly string[] | undefined): string {
  const [first, ...rest] = namePlaces(response);
  if (!first) throw new FormulaError("the target has to name a column", source, response.span);
  const second = rest.find((place) => place.name !== first.name);
  if (second)
    throw new FormulaError(`the target names one column, got a second: ${second.name}`, source, second.span);
  if (columns && !columns.includes(first.name))
    throw new FormulaError(`unknown column: ${first.name}${hint(first.name, columns)}`, source, first.span);
  return first.name;
}

function refuseTargetAsInput(target: string, expression: Expression, source: string): void {
  const place = namePlaces(expression).find(({ name }) => name === target);
  if (place) throw new FormulaError(`the target cannot be an input too: ${target}`, source, place.span);
}

/** Refuses names that are no column but look like one misspelt, unless they are declared. */
function refuseSlips(
  expression: Expression,
  source: string,
  columns: readonly string[],
  declared: readonly string[],
): void {
  const isSettled = membership([...columns, ...declared]);
  for (const { name, span } of namePlaces(expression)) {
    const column = isSettled(name) ? undefined : columns.find((candidate) => looksLikeSlip(name, candidate));
    if (column === undefined) continue;
    const problem = `unknown name: ${name} (did you mean the column ${column}? to make it a parameter, name it in params)`;
    throw new FormulaError(problem, source, span);
  }
}

function membership(names: Iterable<string>): (name: string) => boolean {
  const set = new Set(names);
  return (name) => set.has(name);
}

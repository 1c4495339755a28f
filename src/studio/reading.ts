/** The formula as the page has read it: what was typed and the columns at hand come in; the library's reading, or what is wrong, goes out. */
import { type Formula, FormulaError, parseFormula, suggestNames } from "../names.ts";
import type { ColumnInfo, Trouble } from "./messages.ts";

/** A formula as far as it can be read, and what is wrong with it. */
export interface Reading {
  readonly formula: Formula | null;
  readonly trouble: Trouble | null;
  /** A name that looks like a misspelt column, where the formula is in order once it is said to be a parameter; else null. */
  readonly declarable: string | null;
}

/** What is known of names before a formula is read: columns, where there are data, and what was said to be a parameter. */
interface Known {
  readonly columns: readonly string[] | null;
  readonly params?: readonly string[];
}

/** Reads a formula. One that is not begun is no trouble. */
export function readFormula(source: string, known: Known): Reading {
  if (source.trim() === "") return { formula: null, trouble: null, declarable: null };
  try {
    return { formula: parsed(source, known), trouble: null, declarable: null };
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    const trouble = { message: error.problem, span: error.span };
    return { formula: null, trouble, declarable: declarableIn(source, error, known) };
  }
}

function parsed(source: string, { columns, params = [] }: Known): Formula {
  return parseFormula(source, { ...(columns && { columns }), params });
}

/** The name that the library would take for a parameter, if it was told to: its sentence says so, and nothing else is wrong. */
function declarableIn(source: string, { problem, span }: FormulaError, known: Known): string | null {
  const name = source.slice(span.start, span.end);
  if (!problem.includes("to make it a parameter")) return null;
  try {
    parsed(source, { ...known, params: [...(known.params ?? []), name] });
    return name;
  } catch {
    return null;
  }
}

/** Whether a formula is about other columns than these: it is in order, but for them. */
export function isOfOthers(source: string, columns: readonly string[]): boolean {
  return (
    readFormula(source, { columns: null }).formula !== null &&
    readFormula(source, { columns }).formula === null
  );
}

/** Whether a sentence of the library is about a place in the data of a name: `rides.csv:41 column "y": ...`. */
export function isAboutCell({ message, span }: Trouble, name: string): boolean {
  return span === null && message.startsWith(name) && /^(:| row )\d+ /.test(message.slice(name.length));
}

/** A formula to begin with, of data that nobody has said anything of: a line through the last column by the first. Null where there are no two. */
export function firstFormula(columns: readonly ColumnInfo[]): string | null {
  const numeric = columns.filter(({ kind }) => kind === "number").map(({ name }) => name);
  const [input, target] = [numeric[0], numeric.at(-1)];
  if (input === undefined || target === undefined || input === target) return null;
  const names = columns.map(({ name }) => name);
  const [slope, intercept] = ["a", "b", "c", "d", "slope", "intercept"].filter(
    (name) => !names.includes(name),
  );
  return `${written(target, names)} ~ ${slope}*${written(input, names)} + ${intercept}`;
}

/** A column as a formula names it: in backquotes where it needs them. */
function written(name: string, columns: readonly string[]): string {
  return suggestNames("", 0, { columns }).suggestions.find((offer) => offer.name === name)?.text ?? name;
}

/** The mean of the squared residuals at some parameters, over the rows that lack nothing; NaN where there are none. */
export function meanSquare(
  formula: Formula,
  columns: Readonly<Record<string, Float64Array>>,
  params: Readonly<Record<string, number>>,
): number {
  const used = [formula.target, ...formula.inputs].map((name) => columns[name]!);
  const lacksSome = (row: number): boolean => used.some((column) => Number.isNaN(column[row]));
  const observed = formula.observe(columns);
  const predicted = formula.predict(columns, params);
  let [sum, rows] = [0, 0];
  for (let i = 0; i < observed.length; i++) {
    const residual = observed[i]! - predicted[i]!;
    if (Number.isNaN(residual) && lacksSome(i)) continue;
    sum += residual * residual;
    rows++;
  }
  return sum / rows;
}

/** The table of parameters: its columns, a row each, with the cells of all parameters; and why errors are missing. Reports lay them out. */
import type { Parameter, Result } from "../fit/result.ts";
import { alignDecimals, dash, formatNumber, formatShare, isNumber, shortNumber } from "./numbers.ts";
import { printable } from "./style.ts";

/** One column of the parameter table: cells of equal width, and whether it may go when the room is narrow (higher goes first). */
interface Column {
  readonly heading: string | ((result: Result) => string);
  readonly cells: (params: readonly Named[]) => string[];
  readonly spare: number;
}

type Named = Parameter & { readonly name: string };

const parameterColumns: readonly Column[] = [
  { heading: "", cells: (params) => params.map(({ name }) => printable(name)), spare: 0 },
  {
    heading: "value",
    cells: (params) => alignDecimals(params.map(({ value }) => formatNumber(value))),
    spare: 0,
  },
  { heading: "std error", cells: errorCells, spare: 0 },
  { heading: "relative", cells: (params) => alignDecimals(params.map(relativeError)), spare: 4 },
  {
    heading: "t value",
    cells: (params) => alignDecimals(params.map(({ tValue }) => blank(tValue, formatNumber(tValue, 4)))),
    spare: 2,
  },
  { heading: "p value", cells: (params) => params.map(probability), spare: 2 },
  { heading: ({ level }) => `${shortNumber(100 * level)}% interval`, cells: intervals, spare: 1 },
  {
    heading: "start",
    cells: (params) => alignDecimals(params.map(({ start }) => shortNumber(start))),
    spare: 3,
  },
  { heading: "", cells: (params) => params.map(constraint), spare: 0 },
];

/** Nothing where there is no number: the column of errors says so. */
function blank(value: number | null, text: string): string {
  return isNumber(value) ? text : "";
}

/** A probability as R prints it. */
function probability({ pValue }: Named): string {
  if (!isNumber(pValue)) return "";
  return pValue < 2e-16 ? "<2e-16" : shortNumber(Math.min(pValue, 1), 3);
}

/** The limits, in as many digits as tell them from the value. */
function intervals(params: readonly Named[]): string[] {
  const limit = ({ value, standardError }: Named, x: number | null): string => {
    const digits = Math.log10(Math.abs(value) / (standardError || 1)) + 3;
    return blank(x, formatNumber(x, Math.round(Math.min(Math.max(digits, 3), 7)) || 3));
  };
  const lower = alignDecimals(params.map((one) => limit(one, one.lower)));
  const upper = alignDecimals(params.map((one) => limit(one, one.upper)));
  return lower.map((text, i) => (text.trim() === "" ? "" : `${text} to ${upper[i]!}`));
}

function errorCells(params: readonly Named[]): string[] {
  const errors = alignDecimals(params.map(({ standardError }) => formatNumber(standardError, 3)));
  return errors.map((text, i) => (isNumber(params[i]!.standardError) ? "+/- " : "    ") + text);
}

function relativeError({ value, standardError }: Named): string {
  return standardError === null ? dash : formatShare(Math.abs(standardError / value));
}

/** What held the parameter: a tie, fixed, or its bounds and whether it lies on one. */
function constraint({ fixed, tie, value, min, max }: Named): string {
  if (tie !== null) return `tied to ${printable(tie)}`;
  if (fixed) return "fixed";
  if (min === null && max === null) return "";
  if (value === min) return `at its lower bound ${shortNumber(min)}`;
  if (value === max) return `at its upper bound ${shortNumber(max)}`;
  if (max === null) return `at least ${shortNumber(min)}`;
  return min === null ? `at most ${shortNumber(max)}` : `${shortNumber(min)} to ${shortNumber(max)}`;
}

/** More rows than this say little to a reader; programs have `params`. */
const maxParameters = 50;

/** The table, column by column: cells of equal width, one a parameter; `more` parameters are left out. Columns without any text are not there. */
export interface ParameterTable {
  readonly columns: readonly {
    readonly heading: string;
    readonly cells: readonly string[];
    readonly spare: number;
  }[];
  readonly rows: number;
  readonly more: number;
}

export function parameterTable(result: Result): ParameterTable {
  const named = namedParams(result);
  const shown = named.slice(0, maxParameters);
  const columns = parameterColumns.map(({ heading, cells, spare }) => ({
    heading: typeof heading === "string" ? heading : heading(result),
    cells: cells(shown),
    spare,
  }));
  return {
    columns: columns.filter(({ cells }) => cells.some((text) => text.trim() !== "")),
    rows: shown.length,
    more: named.length - shown.length,
  };
}

function namedParams({ params }: Result): Named[] {
  return Object.entries(params).map(([name, parameter]) => ({ name, ...parameter }));
}

/** A sentence for the dashes among the standard errors; null where there are none. */
export function missingErrors(result: Result): string | null {
  const free = namedParams(result).filter(({ fixed, tie }) => !fixed && tie === null);
  const without = free.filter(({ standardError }) => !isNumber(standardError));
  if (without.length === 0) return null;
  const names = without.slice(0, 5).map(({ name }) => name);
  const others = without.length > names.length ? ` and ${without.length - names.length} more` : "";
  const whose = without.length === free.length ? "" : ` for ${names.join(", ")}${others}`;
  return `No standard error${whose}: ${whyMissing(without, result)}.`;
}

function whyMissing(without: readonly Named[], { loss, scale, outcome }: Result): string {
  if (loss.name !== "mse" && scale === null) return `it is known for mse, not for the loss ${loss.name}`;
  if (outcome.kind !== "converged") return "the fit did not settle at a minimum";
  if (without.every(({ value, min, max }) => value === min || value === max))
    return "at a bound there is none";
  return "the data do not determine it";
}

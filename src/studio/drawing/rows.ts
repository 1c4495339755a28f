/**
 * The rows of the data beside what a formula predicts of them: columns go in once, values of the parameters whenever they move, and
 * predictions and residuals come out. Where there are many rows, they follow a stretch at a time, so that no frame waits for all.
 */
import { type Formula, type Range, rangeOf } from "../../names.ts";

export type Values = Readonly<Record<string, number>>;
export type Columns = Readonly<Record<string, Float64Array>>;

export interface Rows {
  readonly formula: Formula;
  readonly columns: Columns;
  readonly count: number;
  /** What is observed, in the scale that the formula predicts. */
  readonly targets: Float64Array;
  readonly targetRange: Range;
  /** Of `values`, as far as `next`; beyond, of those before. Written in place. */
  readonly predictions: Float64Array;
  /** Observed less predicted. */
  readonly residuals: Float64Array;
  values: Values | null;
  /** The first row that is still to follow; 0 where all have. */
  next: number;
}

/** The rows, none of them predicted yet. */
export function rowsOf(formula: Formula, columns: Columns): Rows {
  const targets = formula.observe({ [formula.target]: columns[formula.target]! });
  const count = targets.length;
  return {
    formula,
    columns,
    count,
    targets,
    targetRange: rangeOf(targets),
    predictions: new Float64Array(count).fill(Number.NaN),
    residuals: new Float64Array(count).fill(Number.NaN),
    values: null,
    next: 0,
  };
}

/** Rows that are predicted in one frame: a few milliseconds' work. */
export const atOnce = 8_000;

/**
 * Has some more rows follow the values, in place; those that moved on while rows were following come next, so that all rows are of the
 * same values in the end. Returns whether that is now.
 */
export function follow(rows: Rows, values: Values): boolean {
  if (isUpToDate(rows, values)) return false;
  if (rows.next === 0) rows.values = values;
  const end = Math.min(rows.count, rows.next + atOnce);
  predictStretch(rows, rows.next, end);
  rows.next = end === rows.count ? 0 : end;
  return rows.next === 0;
}

/** Whether there is nothing to follow. */
export function isUpToDate(rows: Rows, values: Values): boolean {
  return rows.next === 0 && rows.values === values;
}

function predictStretch(
  { formula, columns, targets, predictions, residuals, values }: Rows,
  from: number,
  to: number,
): void {
  const stretch = formula.inputs.map((name) => [name, columns[name]!.subarray(from, to)] as const);
  if (stretch.length === 0) predictions.fill(formula.predict({}, values!), from, to);
  else predictions.set(formula.predict(Object.fromEntries(stretch), values!), from);
  for (let row = from; row < to; row++) residuals[row] = targets[row]! - predictions[row]!;
}

/** Marks of the rows in which nothing is missing, as marks of all rows; null where those are not as many. */
export function marksOfAll(marks: ArrayLike<number>, columns: Columns): Uint8Array | null {
  const all = Object.values(columns);
  const out = new Uint8Array(all[0]?.length ?? 0);
  let next = 0;
  for (let row = 0; row < out.length; row++)
    if (all.every((column) => !Number.isNaN(column[row]))) out[row] = marks[next++] ?? 0;
  return next === marks.length ? out : null;
}

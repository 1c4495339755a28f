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
  /** Written in place as they follow. */
  readonly predictions: Float64Array;
  /** Observed less predicted. */
  readonly residuals: Float64Array;
  /** The values that rows follow, the next row to follow, and how many are behind. */
  values: Values | null;
  next: number;
  behind: number;
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
    behind: 0,
  };
}

/** Rows that are predicted in one frame: a few milliseconds' work. */
const atOnce = 25_000;

/** Has some more rows follow the values, in place. Returns whether any did. */
export function follow(rows: Rows, values: Values): boolean {
  if (rows.values !== values) Object.assign(rows, { values, behind: rows.count });
  if (rows.behind === 0) return false;
  const end = Math.min(rows.count, rows.next + Math.min(atOnce, rows.behind));
  predictStretch(rows, rows.next, end);
  rows.behind -= end - rows.next;
  rows.next = end === rows.count ? 0 : end;
  return true;
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

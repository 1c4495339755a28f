/** What is held of fits of many groups: the shape of what comes out, for those who ask for it and for those who show it. */
import type { TableLike } from "../data/input.ts";
import type { Table } from "../data/table.ts";
import type { GroupKey } from "../fit/groups/partition.ts";
import type { Outcome } from "../fit/result.ts";
import type { ReportOptions } from "./text.ts";

export type { GroupKey };

/** A parameter of one group. Null where there is no number. */
export interface GroupParameter {
  readonly value: number | null;
  readonly standardError: number | null;
}

/** The answer for one group. */
export interface GroupFit<Names extends string = string> {
  readonly group: GroupKey;
  readonly params: { readonly [Name in Names]: GroupParameter };
  readonly observations: number;
  readonly residualSumOfSquares: number | null;
  readonly rSquared: number | null;
  readonly outcome: Outcome;
}

/** Finished fits of one model to many groups. */
export interface GroupedFit<Names extends string = string> {
  /** The formula as given; null for a model that is a function. */
  readonly formula: string | null;
  readonly target: string;
  readonly inputs: readonly string[];
  /** The column that tells groups apart. */
  readonly group: string;
  /** The parameters, and those of them that all groups share. */
  readonly names: readonly Names[];
  readonly shared: readonly string[];
  /** The groups, in the order in which they occur in the data. */
  readonly groups: readonly GroupKey[];
  /**
   * A row for each group: its value, each parameter with its standard error after it (`a`, `a_error`), `rss`, `observations`,
   * `rSquared`, `converged` (yes or no) and `message`. A number that there is none of is missing.
   */
  readonly table: Table;
  /** How many groups ended in which way: `{ converged: 998, stalled: 2 }`. */
  readonly counts: Readonly<Record<string, number>>;
  /** How it went in all: converged where each group has. */
  readonly outcome: { readonly converged: boolean; readonly message: string };
  /** Rows of the data that were left out, by reason. */
  readonly omitted: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** The answer for a group; an error where there is no such group. */
  fit(group: GroupKey): GroupFit<Names>;
  /** A prediction for each row, by the answer for its group; NaN where an input is missing, or the group was not fitted. */
  predict(data: TableLike): Float64Array;
  /** The report, as plain text: the table, in its middle shortened if it is long. */
  report(options?: ReportOptions): string;
  /** All answers as one plain object. */
  toJSON(): GroupedJson;
}

/** What `toJSON` gives. */
export interface GroupedJson {
  readonly formula: string | null;
  readonly group: string;
  readonly shared: readonly string[];
  readonly outcome: { readonly converged: boolean; readonly message: string };
  readonly counts: Readonly<Record<string, number>>;
  readonly omitted: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly groups: readonly GroupFit[];
}

/** The rows of a table by group: a column of numbers or text goes in, and for each value that occurs its rows come out. */
import type { Column } from "../../data/cells.ts";

/** What tells one group from another. */
export type GroupKey = number | string;

/** Rows by group: those of group i are `rows` from `starts[i]` up to `starts[i + 1]`, in the order in which they came. */
export interface Partition {
  /** In the order in which they occur first. */
  readonly keys: readonly GroupKey[];
  readonly rows: Int32Array;
  readonly starts: Int32Array;
  /** Rows without a group. */
  readonly missing: number;
}

/** Divides the rows of a column by what stands there. NaN and text that is empty are no group. */
export function partition(column: Column): Partition {
  const { keys, groups, missing } = numbered(column);
  const starts = new Int32Array(keys.length + 1);
  for (let row = 0; row < groups.length; row++) if (groups[row]! >= 0) starts[groups[row]! + 1]!++;
  for (let i = 0; i < keys.length; i++) starts[i + 1]! += starts[i]!;
  const next = starts.slice();
  const rows = new Int32Array(column.length - missing);
  for (let row = 0; row < groups.length; row++) {
    const group = groups[row]!;
    if (group >= 0) rows[next[group]!++] = row;
  }
  return { keys, rows, starts, missing };
}

/** The number of each row's group, -1 where there is none. */
function numbered(column: Column): { keys: GroupKey[]; groups: Int32Array; missing: number } {
  const numbers = new Map<GroupKey, number>();
  const groups = new Int32Array(column.length);
  let missing = 0;
  // Most tables have the rows of a group side by side.
  let [last, lastNumber]: [GroupKey, number] = [Number.NaN, -1];
  for (let row = 0; row < column.length; row++) {
    const key = column[row]!;
    if (key !== last) {
      last = key;
      lastNumber = isMissing(key) ? -1 : (numbers.get(key) ?? numbers.size);
      if (lastNumber === numbers.size) numbers.set(key, lastNumber);
    }
    groups[row] = lastNumber;
    if (lastNumber < 0) missing++;
  }
  return { keys: [...numbers.keys()], groups, missing };
}

function isMissing(key: GroupKey): boolean {
  return typeof key === "string" ? key.trim() === "" : Number.isNaN(key);
}

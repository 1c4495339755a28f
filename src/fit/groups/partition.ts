/** The rows of a table by group: a column of numbers or text goes in, and for each value that occurs its rows come out. */
import type { Column } from "../../data/cells.ts";

/** What tells one group from another. */
export type GroupKey = number | string;

/** Rows by group, group after group: those of group i are from place `starts[i]` up to `starts[i + 1]`, in the order in which they came. */
export interface Partition {
  /** In the order in which they occur first. */
  readonly keys: readonly GroupKey[];
  readonly starts: Int32Array;
  /** The row in each place; null where all rows lie group by group already. */
  readonly rows: Int32Array | null;
  /** Rows without a group. */
  readonly missing: number;
}

/** Divides the rows of a column by what stands there. NaN and text that is empty are no group. */
export function partition(column: Column): Partition {
  return inOrder(column) ?? sorted(column);
}

/** The rows of a group. */
export function rowsIn({ rows, starts }: Partition, one: number): Int32Array {
  const [from, to] = [starts[one]!, starts[one + 1]!];
  return rows ? rows.subarray(from, to) : Int32Array.from({ length: to - from }, (_, i) => from + i);
}

/** Groups that lie side by side, as most tables have them; null where they do not. */
function inOrder(column: Column): Partition | null {
  const changes = column instanceof Float64Array ? changesOf(column) : changesIn(column);
  const keys = changes.map((row) => column[row]!);
  if (keys.some(isMissing) || new Set(keys).size < keys.length) return null;
  return { keys, starts: Int32Array.from([...changes, column.length]), rows: null, missing: 0 };
}

/** The rows where another value begins. */
function changesIn(column: readonly string[]): number[] {
  const changes: number[] = [];
  for (let row = 0; row < column.length; row++)
    if (row === 0 || column[row] !== column[row - 1]) changes.push(row);
  return changes;
}

/** The same for numbers, which are not made into values of their own on the way. */
function changesOf(column: Float64Array): number[] {
  const changes: number[] = [];
  for (let row = 0, last = Number.NaN; row < column.length; row++) {
    const value = column[row]!;
    if (value === last) continue;
    changes.push(row);
    last = value;
  }
  return changes;
}

function sorted(column: Column): Partition {
  const numbers = new Map<GroupKey, number>();
  const groups = new Int32Array(column.length).fill(-1);
  const sizes: number[] = [];
  for (let row = 0; row < column.length; row++) {
    const key = column[row]!;
    if (isMissing(key)) continue;
    const group = numbers.get(key) ?? numbers.size;
    if (group === numbers.size) {
      numbers.set(key, group);
      sizes.push(0);
    }
    groups[row] = group;
    sizes[group]!++;
  }
  const starts = new Int32Array(sizes.length + 1);
  for (const [i, size] of sizes.entries()) starts[i + 1] = starts[i]! + size;
  const next = starts.slice();
  const rows = new Int32Array(starts.at(-1)!);
  for (let row = 0; row < groups.length; row++) {
    const group = groups[row]!;
    if (group >= 0) rows[next[group]!++] = row;
  }
  return { keys: [...numbers.keys()], starts, rows, missing: column.length - rows.length };
}

function isMissing(key: GroupKey): boolean {
  return typeof key === "string" ? key.trim() === "" : Number.isNaN(key);
}

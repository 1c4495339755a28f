/**
 * The table: observations as named columns, a row each. CSV text, records or arrays come in (csv.ts, input.ts);
 * columns of doubles go out, each error naming the column and the line or row it stands in.
 */

import { type Column, numberIn, quoted } from "./cells.ts";
import { hint } from "./names.ts";

/** Where rows came from: row i is `label` followed by `numbers[i]`, as in `data.csv:41` (a line of the file) or `row 41`. Default: rows counted from 1. */
export interface Origin {
  readonly label: string;
  readonly numbers?: ArrayLike<number>;
}

/** One row, by column name. A missing number is NaN. */
export type Row<Name extends string = string> = { readonly [N in Name]: number | string };

/**
 * Named columns of one length. A value: every method that changes something returns another table.
 * `Name` is the union of the column names where they are known to the compiler, else string.
 */
export class Table<Name extends string = string> {
  /** Column names, in order. */
  readonly names: readonly Name[];
  /** How many rows there are. */
  readonly rows: number;
  readonly #columns: ReadonlyMap<string, Column>;
  readonly #origin: Origin;

  /** Trusts that the columns are of one length and are no longer written to; `toTable` and `parseCsv` make sure of it. */
  constructor(columns: ReadonlyMap<Name, Column>, origin: Origin = { label: "row " }) {
    const [first] = columns.values();
    this.names = [...columns.keys()];
    this.rows = first?.length ?? 0;
    this.#columns = columns;
    this.#origin = origin;
  }

  /** Whether there is a column of this name. */
  has(name: string): name is Name {
    return this.#columns.has(name);
  }

  /** A column as it is: doubles with NaN for missing, or text. Shared, not to be written to. An unknown name is an error. */
  column(name: Name): Column {
    const column = this.#columns.get(name);
    if (column === undefined) throw new Error(`unknown column: ${name}${hint(name, this.names)}`);
    return column;
  }

  /** A column as doubles, NaN where missing. Shared, not to be written to. Text is an error that names the first cell that is no number. */
  numbers(name: Name): Float64Array {
    const column = this.column(name);
    if (column instanceof Float64Array) return column;
    const row = column.findIndex((cell) => numberIn(cell) === undefined);
    throw new Error(`${this.place(row, name)}: not a number: ${quoted(column[row] ?? "")}`);
  }

  /** Where a cell stands, to begin a message with: `data.csv:41 column "y"`, or `row 41 column "y"` if the rows came from no file. */
  place(row: number, name: Name): string {
    return `${this.#origin.label}${this.#number(row)} column "${name}"`;
  }

  #number(row: number): number {
    return this.#origin.numbers?.[row] ?? row + 1;
  }

  /** Row i, by column name. */
  row(index: number): Row<Name> {
    return Object.fromEntries(this.names.map((name) => [name, this.column(name)[index]!])) as Row<Name>;
  }

  /** The table with these columns only, in this order. */
  select<N extends Name>(names: readonly N[]): Table<N> {
    return new Table(new Map(names.map((name) => [name, this.column(name)])), this.#origin);
  }

  /** The table with these rows only, in this order. They keep their places in messages. */
  take(rows: ArrayLike<number>): Table<Name> {
    const columns = this.names.map((name) => [name, gather(this.column(name), rows)] as const);
    const numbers = Float64Array.from(rows, (row) => this.#number(row));
    return new Table(new Map(columns), { label: this.#origin.label, numbers });
  }

  /** The table with the rows that `keep` holds for. */
  filter(keep: (row: Row<Name>, index: number) => boolean): Table<Name> {
    return this.take(indices(this.rows).filter((i) => keep(this.row(i), i)));
  }

  /** The table with a column more at its end, or with the column of that name replaced. A different length is an error. */
  with<N extends string>(name: N, column: Column): Table<Name | N> {
    if (column.length !== this.rows)
      throw new Error(`column "${name}" expects a value for each of ${this.rows} rows, got ${column.length}`);
    const columns = new Map<Name | N, Column>(this.names.map((other) => [other, this.column(other)]));
    return new Table(columns.set(name, column.slice()), this.#origin);
  }
}

/** A table without its incomplete rows, and how many those were, each counted under the first used column that lacks a value. */
export interface Complete<Name extends string> {
  readonly table: Table<Name>;
  readonly omitted: ReadonlyMap<Name, number>;
}

/**
 * Leaves out the rows that lack a value in a used column; other columns may have gaps. A used column that is text, or holds
 * an infinite number, is an error at the first such cell.
 */
export function complete<Name extends string>(table: Table<Name>, used: Iterable<Name>): Complete<Name> {
  const columns = [...used].map((name) => ({ name, numbers: table.numbers(name) }));
  const omitted = new Map<Name, number>();
  if (columns.every(({ numbers }) => areFinite(numbers))) return { table, omitted };
  const kept = indices(table.rows).filter((row) => {
    const gap = columns.find(({ numbers }) => !Number.isFinite(numbers[row]));
    if (gap === undefined) return true;
    if (!Number.isNaN(gap.numbers[row])) throw infinite(table, row, gap.name);
    omitted.set(gap.name, (omitted.get(gap.name) ?? 0) + 1);
    return false;
  });
  return { table: table.take(kept), omitted };
}

/** By a plain loop, for most tables have no gaps, and some have millions of rows. */
export function areFinite(numbers: Float64Array): boolean {
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) return false;
  return true;
}

function infinite<Name extends string>(table: Table<Name>, row: number, name: Name): Error {
  return new Error(`${table.place(row, name)}: not a finite number: ${table.numbers(name)[row]}`);
}

/** What `complete` left out, in words: `3 rows left out: missing speed`, or `5 rows left out: missing speed (3), time (2)`; empty if nothing was. */
export function omissions(omitted: ReadonlyMap<string, number>): string {
  const total = [...omitted.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return "";
  const causes = [...omitted].map(([name, count]) => (omitted.size > 1 ? `${name} (${count})` : name));
  return `${total} ${total === 1 ? "row" : "rows"} left out: missing ${causes.join(", ")}`;
}

/** 0, 1, ..., count - 1. */
export function indices(count: number): Int32Array {
  return new Int32Array(count).map((_, i) => i);
}

function gather(column: Column, rows: ArrayLike<number>): Column {
  if (column instanceof Float64Array) return new Float64Array(rows.length).map((_, i) => column[rows[i]!]!);
  return Array.from(rows, (row) => column[row]!);
}

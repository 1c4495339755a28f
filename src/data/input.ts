/** The front door: whatever a person holds (a Table, columns, rows) comes in unchecked, and a Table goes out. */

import { type Column, columnOf, kindOf } from "./cells.ts";
import { Table } from "./table.ts";

/** One column as a person may hold it: an array, a typed array, anything iterable, or a tensor (anything with `toTypedArray`). */
export type Values =
  | Iterable<number | bigint | string | boolean | Date | null | undefined>
  | { toTypedArray(): ArrayLike<number> };

/** Columns by name. */
export type Columns = { readonly [name: string]: Values };

/** Rows: an object each, a column for each key that occurs. A key that a row does not have is missing there. */
export type Rows = readonly object[];

/** What `toTable` takes. */
export type TableLike = Table | Columns | Rows;

/** The column names that the compiler can see in data: `"time" | "speed"` for `{ time: [...], speed: [...] }`, string if it sees none. */
export type ColumnsOf<Data> =
  Data extends Table<infer Name>
    ? Name
    : Data extends readonly (infer Item)[]
      ? KeysOf<Item>
      : Data extends object
        ? KeysOf<Data>
        : string;

/** The keys of every member of a union together; string if the type names none. */
type KeysOf<Item> = [Keys<Item>] extends [never] ? string : Keys<Item>;
type Keys<Item> = Item extends unknown ? Extract<keyof Item, string> : never;

/**
 * A table of a Table (itself), of columns, or of rows. Values are copied. Errors: columns of different lengths, a column that is no
 * list, a cell that is neither number nor text, no columns, no rows, and anything else that is not a table.
 */
export function toTable<Data>(data: Data): Table<ColumnsOf<Data>>;
export function toTable(data: unknown): Table {
  if (data instanceof Table) return data;
  if (typeof data === "string") throw unknownData(data, " (parseCsv reads CSV text, readTable a file)");
  if (typeof data !== "object" || data === null || ArrayBuffer.isView(data)) throw unknownData(data);
  return new Table(Array.isArray(data) ? columnsOfRows(data) : columnsOfColumns(data));
}

function unknownData(data: unknown, advice = ""): Error {
  return new Error(`data expects a Table, columns or rows, got ${kindOf(data)}${advice}`);
}

function columnsOfColumns(data: object): Map<string, Column> {
  const columns = new Map(Object.entries(data).map(([name, values]) => [name, readColumn(name, values)]));
  if (columns.size === 0) throw new Error("data expects columns, got none");
  const lengths = [...columns].map(([name, column]) => `${name}: ${column.length}`);
  if (new Set([...columns.values()].map((column) => column.length)).size > 1)
    throw new Error(`columns expect one length, got ${lengths.join(", ")}`);
  return columns;
}

function readColumn(name: string, values: unknown): Column {
  if (values instanceof Float64Array || values instanceof Float32Array) return new Float64Array(values);
  if (typeof values !== "object" || values === null) throw notValues(name, kindOf(values));
  if (isTensor(values)) return readTensor(name, values);
  if (!(Symbol.iterator in values)) throw notValues(name, kindOf(values));
  return columnOf([...(values as Iterable<unknown>)], (i) => `row ${i + 1} column "${name}"`);
}

function notValues(name: string, got: string): Error {
  return new Error(`column "${name}" expects a list of values, got ${got}`);
}

interface TensorLike {
  readonly shape?: readonly number[];
  toTypedArray(): unknown;
}

function isTensor(values: object): values is TensorLike {
  return "toTypedArray" in values && typeof values.toTypedArray === "function";
}

/** A tensor of one dimension, which is all that a column can be. */
function readTensor(name: string, tensor: TensorLike): Column {
  if (tensor.shape !== undefined && tensor.shape.length !== 1)
    throw notValues(name, `a tensor of shape [${tensor.shape.join(",")}]`);
  return readColumn(name, tensor.toTypedArray());
}

function columnsOfRows(rows: readonly unknown[]): Map<string, Column> {
  if (rows.length === 0) throw new Error("data expects rows, got none");
  const records = rows.map((row, i) => checkedRow(row, i));
  const names = new Set(records.flatMap((row) => Object.keys(row)));
  if (names.size === 0) throw new Error("data expects rows with columns, got rows without any");
  const valuesOf = (name: string) => records.map((row) => own(row, name));
  return new Map([...names].map((name) => [name, readColumn(name, valuesOf(name))]));
}

function checkedRow(row: unknown, index: number): Record<string, unknown> {
  if (typeof row !== "object" || row === null || Array.isArray(row))
    throw new Error(`row ${index + 1} expects an object of named values, got ${kindOf(row)}`);
  return row as Record<string, unknown>;
}

/** Only what the row itself has: a column named `toString` is missing in a row that lacks it. */
function own(row: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(row, name) ? row[name] : undefined;
}

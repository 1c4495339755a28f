/** The data that everything is about: a file comes in; what was read, and its columns as they are asked for, go out. */
import { decodeText, type Encoding, parseCsv, type Table } from "../../page.ts";
import type { ColumnInfo, Doing, Observations, Tasks } from "../messages.ts";
import type { TableRead } from "./parquet.ts";

let table: Table | null = null;
let file = "";

/** The data. An error where none was opened. */
export function data(): Table {
  if (!table) throw new Error("expected observations, got none");
  return table;
}

/** What the file of the data is called. */
export function fileName(): string {
  return file;
}

/** How much is shown of the rows and columns. */
const shown = { rows: 100, columns: 50 };

/** Reads a file, which is the data from then on. Where it cannot be read, what was there stays. */
export async function open(
  { name, content }: Tasks["open"]["in"],
  { signal }: Doing<never>,
): Promise<Observations> {
  const bytes = new Uint8Array(await content.arrayBuffer());
  const read = isParquet(bytes)
    ? await (await import("./parquet.ts")).readParquet(bytes, name)
    : readText(bytes, name);
  if (!signal.aborted) {
    table = read.table;
    file = name;
  }
  return observationsOf(read, name);
}

export async function columns({
  names,
}: {
  names: readonly string[];
}): Promise<Record<string, Float64Array>> {
  return Object.fromEntries(names.map((name) => [name, data().numbers(name)]));
}

/** Whether a file begins as Parquet does: PAR1. */
function isParquet(bytes: Uint8Array): boolean {
  return [0x50, 0x41, 0x52, 0x31].every((byte, i) => bytes[i] === byte);
}

const encodingNotes: Readonly<Record<Encoding, readonly string[]>> = {
  "utf-8": [],
  "utf-16le": ["read as UTF-16"],
  "utf-16be": ["read as UTF-16"],
  "windows-1252": ["read as Latin-1, for it is no UTF-8"],
};

function readText(bytes: Uint8Array, name: string): TableRead {
  const { text, encoding } = decodeText(bytes, name);
  try {
    return { table: parseCsv(text, { name }), notes: encodingNotes[encoding] };
  } catch (error) {
    throw withLine(error as Error, text, name);
  }
}

/** An error that names a line of the text, and below it that line. */
function withLine(error: Error, text: string, name: string): Error {
  const [, number] = error.message.startsWith(`${name}:`)
    ? (/^:(\d+)/.exec(error.message.slice(name.length)) ?? [])
    : [];
  const line = number === undefined ? undefined : lineOf(text, Number(number));
  return line?.trim() ? new Error(`${error.message}\n${line.slice(0, 200)}`) : error;
}

/** A line of a text, counted from 1. */
function lineOf(text: string, number: number): string | undefined {
  let start = 0;
  for (let line = 1; line < number; line++) {
    start = text.indexOf("\n", start) + 1;
    if (start === 0) return undefined;
  }
  const end = text.indexOf("\n", start);
  return text.slice(start, end < 0 ? undefined : end);
}

function observationsOf({ table, notes }: TableRead, name: string): Observations {
  const columns = table.names.slice(0, shown.columns).map((column) => table.column(column));
  const preview = Array.from({ length: Math.min(shown.rows, table.rows) }, (_, row) =>
    columns.map((column) => cellText(column[row]!)),
  );
  return {
    name,
    rows: table.rows,
    columns: table.names.map((column) => columnInfo(table, column)),
    preview,
    notes,
  };
}

function columnInfo(read: Table, name: string): ColumnInfo {
  const column = read.column(name);
  return column instanceof Float64Array
    ? { name, kind: "number", missing: count(column, Number.isNaN) }
    : { name, kind: "text", missing: count(column as readonly string[], (cell) => cell === "") };
}

function count<T>(cells: ArrayLike<T>, isCounted: (cell: T) => boolean): number {
  let counted = 0;
  for (let i = 0; i < cells.length; i++) if (isCounted(cells[i]!)) counted++;
  return counted;
}

function cellText(cell: number | string): string {
  return typeof cell === "string" ? cell.slice(0, 200) : Number.isNaN(cell) ? "" : String(cell);
}

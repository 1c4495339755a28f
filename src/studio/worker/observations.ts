/** The data that everything is about: bytes of a file come in; what was read, and its columns as they are asked for, go out. */
import { parseCsv, type Table } from "../../page.ts";
import type { ColumnInfo, Observations } from "../messages.ts";

let table: Table | null = null;

/** The data. An error where none was opened. */
export function data(): Table {
  if (!table) throw new Error("expected observations, got none");
  return table;
}

/** How many rows are shown. */
const shown = 100;

export async function open({ name, bytes }: { name: string; bytes: Uint8Array }): Promise<Observations> {
  table = parseCsv(new TextDecoder().decode(bytes), { name });
  return observationsOf(table, name);
}

export async function columns({
  names,
}: {
  names: readonly string[];
}): Promise<Record<string, Float64Array>> {
  return Object.fromEntries(names.map((name) => [name, data().numbers(name)]));
}

function observationsOf(read: Table, name: string): Observations {
  const preview = Array.from({ length: Math.min(shown, read.rows) }, (_, row) =>
    read.names.map((column) => cellText(read.column(column)[row]!)),
  );
  return { name, rows: read.rows, columns: read.names.map((column) => columnInfo(read, column)), preview };
}

function columnInfo(read: Table, name: string): ColumnInfo {
  const column = read.column(name);
  const isNumeric = column instanceof Float64Array;
  const missing = isNumeric ? column.reduce((n, x) => n + (Number.isNaN(x) ? 1 : 0), 0) : 0;
  return { name, kind: isNumeric ? "number" : "text", missing };
}

function cellText(cell: number | string): string {
  return typeof cell === "string" ? cell : Number.isNaN(cell) ? "" : String(cell);
}

/**
 * CSV: text comes in, a Table goes out, and back. uDSV slices the cells, fast, but needs well-formed text: a short last row sends it into an
 * endless loop, and a short row elsewhere swallows the next. So records.ts looks at every record first; it also knows their lines.
 */

import { initParser, type SchemaColumn } from "udsv";
import { columnFrom, isNumber, quoted } from "./cells.ts";
import { type Delimiter, type Records, recordsOf } from "./records.ts";
import { Table } from "./table.ts";

/** How to read a text, where it does not speak for itself. */
export interface CsvOptions {
  /** What errors call the text: `data.csv` gives `data.csv:41 column "y": ...`. Default: csv. */
  readonly name?: string;
  /** Whether the first record holds the names. Default: yes, unless all its cells are numbers. */
  readonly header?: boolean;
  /** Default: the first of tab, semicolon, bar and comma that the first record has; else runs of spaces, if the first two lines have equally many words. */
  readonly delimiter?: Delimiter;
}

/**
 * Reads CSV text (RFC 4180, and what people write).
 *
 * Lines end in LF, CRLF or CR. Blank lines, and comments (#) before the first record, are passed over. Spaces around cells do not count;
 * those in quotes do. A column is numeric if each cell is a number (`numberIn`) or missing (`missingMarkers`); any other is text, and an
 * error only when used as numbers, which names its first cell that is none. In a file delimited by semicolons, where no number has a point,
 * a comma in a number is the decimal mark. Without a header columns are c1, c2, ...; so is a column whose name is empty.
 *
 * Errors name the line, counted from 1 as editors do: too few or too many cells, a quote that does not close, a name twice, no rows.
 */
export function parseCsv(text: string, options: CsvOptions = {}): Table {
  const file = options.name ?? "csv";
  const records = recordsOf(text, file, options.delimiter);
  const columns = decimalPoints(cellColumns(records), records.delimiter);
  const hasHeader = options.header ?? !columns.every(([first]) => isNumber(first!));
  const names = columns.map(([first], i) => (hasHeader && first !== "" ? first! : `c${i + 1}`));
  checkNames(names, `${file}:${records.lines[0]}`);
  const body = hasHeader ? 1 : 0;
  const lines = records.lines.slice(body);
  if (lines.length === 0) throw new Error(`${file}: expected rows below the header, got none`);
  const named = names.map((name, i) => [name, columnFrom(columns[i]!.slice(body))] as const);
  return new Table(new Map(named), { label: `${file}:`, numbers: lines });
}

/**
 * The cells of each column, sliced by uDSV. A one-column text gets a second, empty column: uDSV takes the end of a first cell for a blank line.
 * Of its parsers the string ones alone compile no code, which a page may forbid.
 */
function cellColumns({ pieces, width, delimiter }: Records): string[][] {
  const second = width === 1 ? delimiter : "";
  const text = pieces.join(`${second}\n`) + second;
  const encl = text.includes('"') ? '"' : "";
  const cols: SchemaColumn[] = Array.from({ length: Math.max(width, 2) }, () => textColumn);
  const parser = initParser({ col: delimiter, row: "\n", encl, esc: encl, trim: true, cols });
  return parser.stringCols<string[]>(text).slice(0, width);
}

const textColumn: SchemaColumn = {
  name: "",
  type: "s",
  repl: { empty: undefined, null: undefined, NaN: undefined },
};

const withComma = /^\s*[+-]?\d*,\d+(?:e[+-]?\d+)?\s*$/i;
const withPoint = /^\s*[+-]?\d*\.\d+(?:e[+-]?\d+)?\s*$/i;

/** Decimal commas to points. Where both occur, one of them separates thousands, and nobody can say which: the commas stay, and are no numbers. */
function decimalPoints(columns: string[][], delimiter: string): string[][] {
  const some = (pattern: RegExp) => columns.some((cells) => cells.some((cell) => pattern.test(cell)));
  if (delimiter !== ";" || !some(withComma) || some(withPoint)) return columns;
  return columns.map((cells) => cells.map((cell) => (withComma.test(cell) ? cell.replace(",", ".") : cell)));
}

function checkNames(names: readonly string[], place: string): void {
  const seen = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    const earlier = seen.get(name);
    if (earlier !== undefined)
      throw new Error(`${place} duplicate column name: ${quoted(name)} (columns ${earlier} and ${i + 1})`);
    seen.set(name, i + 1);
  }
}

/** A table as CSV text that `parseCsv` reads back to the bit: commas, LF, the fewest digits that give the same double, missing numbers empty. */
export function writeCsv(table: Table): string {
  const columns = table.names.map((name) => table.column(name));
  const lines = [line(table.names)];
  for (let row = 0; row < table.rows; row++) lines.push(line(columns.map((column) => column[row]!)));
  return lines.join("");
}

/** A line. Of a one-column table it may be empty, and is quoted then, lest it pass for a blank line. */
function line(values: readonly (number | string)[]): string {
  return `${values.map(cellText).join(",") || '""'}\n`;
}

function cellText(value: number | string): string {
  if (typeof value === "string") return isPlain.test(value) ? value : `"${value.replaceAll('"', '""')}"`;
  if (Number.isNaN(value)) return "";
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Text that needs no quotes in any reader: no spaces, delimiters, quotes or comment marks. */
const isPlain = /^[^\s,;|"#\uFEFF]*$/;

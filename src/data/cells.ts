/** Cells: what one value of a column says, be it the text of a file or a JavaScript value: a number, a gap, or text. */

/** A column: numbers, with NaN for a missing one, or text. */
export type Column = Float64Array | readonly string[];

/** What stands for a missing number: nothing at all, R's NA, NumPy's nan, JSON's and SQL's null, the question mark of the UCI sets. */
export const missingMarkers: ReadonlySet<string> = new Set(["", "NA", "NaN", "nan", "null", "NULL", "?"]);

const otherRadix = /^\s*0[xob]/i;

/**
 * The number a cell spells, NaN for a missing one, undefined for neither. Decimal only: `12`, `-0.5`, `.5`, `+3`, `1e-5`, `Infinity`, with
 * spaces around. More digits than a double holds are rounded to the nearest double: 12345678901234567890 becomes 12345678901234567168.
 */
export function numberIn(cell: string): number | undefined {
  const value = Number(cell);
  const isWord = Number.isNaN(value) || (value === 0 && cell.trim() === "");
  if (isWord) return missingMarkers.has(cell.trim()) ? Number.NaN : undefined;
  return otherRadix.test(cell) ? undefined : value;
}

/** Whether a cell spells a number, not a missing one. */
export function isNumber(cell: string): boolean {
  return !Number.isNaN(numberIn(cell) ?? Number.NaN);
}

/** Cells as a column: numeric if each is a number or missing, else text. One wrong cell makes a text column, whose `numbers` names that cell. */
export function columnFrom(cells: readonly string[]): Column {
  const numbers = new Float64Array(cells.length);
  for (let i = 0; i < cells.length; i++) {
    const value = numberIn(cells[i]!);
    if (value === undefined) return cells;
    numbers[i] = value;
  }
  return numbers;
}

/** JavaScript values as a column; null and undefined are missing, dates and booleans are text. `place(i)` says where value i stands. */
export function columnOf(values: readonly unknown[], place: (index: number) => string): Column {
  if (values.every(isNumeric)) return Float64Array.from(values, (value) => Number(value ?? Number.NaN));
  return columnFrom(values.map((value, i) => cellOf(value, () => place(i))));
}

function isNumeric(value: unknown): value is number | bigint | null | undefined {
  return typeof value === "number" || typeof value === "bigint" || value === null || value === undefined;
}

function cellOf(value: unknown, place: () => string): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (isNumeric(value) || typeof value === "boolean") return String(value);
  if (value instanceof Date) return value.toJSON() ?? "";
  throw new Error(`${place()}: not a number or text: ${kindOf(value)}`);
}

/** What a value is, in a word or two, for an error message. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return `the text ${quoted(value)}`;
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  return String(value as number | bigint | boolean);
}

/** Text in quotes on one line, shortened if long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}

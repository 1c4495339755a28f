/** Parquet: the bytes of a file come in, a table and what is to be known of it go out. Loaded when there is such a file, and not before. */
import { parquetMetadata, parquetRead, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { Table, toTable } from "../../page.ts";

/** A table, and sentences on how it was read. */
export interface TableRead {
  readonly table: Table;
  readonly notes: readonly string[];
}

const millisecondsADay = 86_400_000;

/** Dates and times as days, for a model reckons with numbers; what is written in other ways as the text it is. */
const parsers = {
  dateFromDays: (days: number) => days,
  timestampFromMilliseconds: (time: bigint) => Number(time) / millisecondsADay,
  timestampFromMicroseconds: (time: bigint) => Number(time) / 1e3 / millisecondsADay,
  timestampFromNanoseconds: (time: bigint) => Number(time) / 1e6 / millisecondsADay,
  jsonFromBytes: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
};

/** Columns of numbers, text, dates and times; those with lists and records in their cells are left out. Errors name the file. */
export async function readParquet(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<TableRead> {
  try {
    const metadata = parquetMetadata(bytes.buffer, { geoparquet: false });
    const columns = parquetSchema(metadata).children;
    const [flat, nested] = [true, false].map((isWanted) =>
      columns.filter((column) => isFlat(column) === isWanted).map(({ element }) => element.name),
    ) as [string[], string[]];
    const read = await valuesOf(bytes.buffer, flat, Number(metadata.num_rows));
    return {
      table: named(toTable(read), name),
      notes: [
        ...(columns.some(isTime) ? ["dates and times are days since 1970-01-01"] : []),
        ...(nested.length > 0
          ? [`left out, for their cells are lists or records: ${nested.join(", ")}`]
          : []),
      ],
    };
  } catch (error) {
    throw new Error(`${name}: not a Parquet file that can be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

type SchemaColumn = ReturnType<typeof parquetSchema>;

function isFlat({ children, element }: SchemaColumn): boolean {
  return children.length === 0 && element.repetition_type !== "REPEATED";
}

function isTime({ element: { type, converted_type, logical_type } }: SchemaColumn): boolean {
  const kinds = [type, converted_type, logical_type?.type];
  return kinds.some((kind) => kind !== undefined && /^(DATE|TIMESTAMP|INT96)/.test(kind));
}

/** All values of some columns. */
async function valuesOf(
  file: ArrayBuffer,
  columns: string[],
  rows: number,
): Promise<Record<string, unknown[]>> {
  const values = new Map(columns.map((name) => [name, new Array<unknown>(rows).fill(null)]));
  await parquetRead({
    file,
    columns,
    compressors,
    parsers,
    geoparquet: false,
    onChunk({ columnName, columnData, rowStart }) {
      const column = values.get(columnName)!;
      for (let i = 0; i < columnData.length; i++) column[rowStart + i] = columnData[i];
    },
  });
  return Object.fromEntries(values);
}

/** The table, with places that name the file. */
function named(table: Table, name: string): Table {
  if (table.rows === 0) throw new Error("expected rows, got none");
  return new Table(new Map(table.names.map((column) => [column, table.column(column)])), {
    label: `${name} row `,
  });
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Column, missingMarkers, numberIn } from "../src/data/cells.ts";
import { type CsvOptions, parseCsv, writeCsv } from "../src/data/csv.ts";
import { Table } from "../src/data/table.ts";

/** A table as plain columns, to compare. */
function columns(table: Table): Record<string, (number | string)[]> {
  return Object.fromEntries(table.names.map((name) => [name, [...table.column(name)]]));
}

const read = (text: string, options?: CsvOptions) => columns(parseCsv(text, options));
const { NaN: gap } = Number;
const both = { x: [1, 2], y: [3, 4] };

describe("parseCsv reads", () => {
  const texts: [what: string, text: string, expected: Record<string, (number | string)[]>][] = [
    ["commas", "x,y\n1,3\n2,4\n", both],
    ["no line end at the end", "x,y\n1,3\n2,4", both],
    ["CRLF", "x,y\r\n1,3\r\n2,4\r\n", both],
    ["CR", "x,y\r1,3\r2,4\r", both],
    ["mixed line ends", "x,y\r\n1,3\n2,4\r\n", both],
    ["CRLF after quotes", '"x","y"\r\n"1","3"\r\n"2","4"\r', both],
    ["a byte order mark", "\uFEFFx,y\n1,3\n2,4\n", both],
    ["a byte order mark before a quote", '\uFEFF"x",y\n1,3\n2,4\n', both],
    ["a byte order mark below a blank line", "\n\uFEFFx,y\n1,3\n2,4\n", both],
    ["semicolons", "x;y\n1;3\n2;4\n", both],
    ["tabs", "x\ty\n1\t3\n2\t4\n", both],
    ["bars", "x|y\n1|3\n2|4\n", both],
    ["runs of spaces", "  x   y\n  1   3\r\n 2\t4  \n", both],
    ["spaces around cells", ' x , "y"\n 1,3 \n2 , 4\n', both],
    ["blank lines", "\n\nx,y\n\n1,3\n  \n2,4\n\n\n", both],
    ["blank lines in CRLF", '\r\n"x",y\r\n\r\n1,3\r\n2,4\r\n\r\n', both],
    ["comments before the header", "# from the lab\n#\n\nx,y\n1,3\n2,4\n", both],
    ["one row", "x,y\n1,3", { x: [1], y: [3] }],
    ["one column", "x\n1\n\n2\n", { x: [1, 2] }],
    ["one column in quotes", '"x"\n"a"\n""\n"b c"', { x: ["a", "", "b c"] }],
    ["one column of one number", "5", { c1: [5] }],
    ["no header", "1,3\n2,4\n", { c1: [1, 2], c2: [3, 4] }],
    ["a header in which one name is a number", "x,2020\n1,3\n2,4\n", { x: [1, 2], 2020: [3, 4] }],
    ["a nameless column, as R writes row names", '"","y"\n"1",3\n"2",4\n', { c1: [1, 2], y: [3, 4] }],
    ["a delimiter at each line's end", "x,y,\n1,3,\n2,4,\n", { ...both, c3: [gap, gap] }],
    ["quotes", 'x,y\n"a ""b"", c",1\n"",2\n', { x: ['a "b", c', ""], y: [1, 2] }],
    ["line breaks in quotes", 'x,y\n"a\nb",1\n"c\r\nd",2\n', { x: ["a\nb", "c\r\nd"], y: [1, 2] }],
    ["a quote within a cell", 'x,y\n5" pipe,1\n6" pipe,2\n', { x: ['5" pipe', '6" pipe'], y: [1, 2] }],
    ["a quoted delimiter in the header", '"x;y",z\n1,2\n', { "x;y": [1], z: [2] }],
    ["decimal commas between semicolons", "x;y\n1,5;-2,5e3\n2;,5\n", { x: [1.5, 2], y: [-2500, 0.5] }],
    ["dates as text", "day\n2020-01-22\n2020-01-23\n", { day: ["2020-01-22", "2020-01-23"] }],
    ["a # in a row as a cell like any other", "x,y\n#N/A,1\nb,2\n", { x: ["#N/A", "b"], y: [1, 2] }],
  ];
  test.each(texts)("%s", (_, text, expected) => expect(read(text)).toEqual(expected));

  test("what the options say, whatever the text looks like", () => {
    expect(read("1,2\n3,4\n", { header: true })).toEqual({ 1: [3], 2: [4] });
    expect(read("x,y\n", { header: false })).toEqual({ c1: ["x"], c2: ["y"] });
    expect(read("a;b,c\n1;2,3\n", { delimiter: "," })).toEqual({ "a;b": ["1;2"], c: [3] });
  });

  test("a record of a thousand columns", () => {
    const row = Array.from({ length: 1000 }, (_, i) => i);
    const table = parseCsv(`${row.map((i) => `n${i}`).join(",")}\n${row.join(",")}\n`);
    expect(table.names.length).toBe(1000);
    expect(table.numbers("n999")).toEqual(Float64Array.of(999));
  });
});

describe("a cell is", () => {
  const numbers: [string, number][] = [
    ["12", 12],
    ["-0.5", -0.5],
    [".5", 0.5],
    ["5.", 5],
    ["+3", 3],
    ["1e-5", 1e-5],
    ["1E5", 1e5],
    [" 7\t", 7],
    ["-0", -0],
    ["007", 7],
    ["12345678901234567890", Number(12345678901234567168n)],
    ["4.9406564584124654e-324", 5e-324],
    ["1e999", Number.POSITIVE_INFINITY],
    ["-Infinity", Number.NEGATIVE_INFINITY],
  ];
  test.each(numbers)("a number: %j", (cell, value) => expect(numberIn(cell)).toBe(value));
  test.each([...missingMarkers, " ", " NA "])("missing: %j", (cell) => expect(numberIn(cell)).toBe(gap));
  const words = [
    "n/a",
    "N/A",
    "-",
    ".",
    "x",
    "0x10",
    " 0b1",
    "0o7",
    "1,5",
    "1_000",
    "1 2",
    "1e",
    "--1",
    "12px",
    "true",
  ];
  test.each(words)("neither: %j", (cell) => expect(numberIn(cell)).toBeUndefined());
});

describe("parseCsv refuses, naming the line,", () => {
  const refusals: [what: string, text: string, message: string][] = [
    ["an empty file", "", "data.csv: expected a header and rows, got an empty file"],
    ["blank lines only", "\n \r\n\n", "data.csv: expected a header and rows, got an empty file"],
    ["a header alone", "x,y\n", "data.csv: expected rows below the header, got none"],
    ["one name twice", "x,y,x\n1,2,3\n", 'data.csv:1 duplicate column name: "x" (columns 1 and 3)'],
    [
      "one name twice, below comments",
      "# a\n\nx,x\n1,2\n",
      'data.csv:3 duplicate column name: "x" (columns 1 and 2)',
    ],
    ["too many cells", "x,y\n1,2\n1,2,3\n", 'data.csv:3 expected 2 cells, got 3: "1,2,3"'],
    ["too few cells", "x,y\n1\n1,2\n", 'data.csv:2 expected 2 cells, got 1: "1"'],
    ["too few cells at the end", "x,y\n1,2\n3", 'data.csv:3 expected 2 cells, got 1: "3"'],
    ["two cells below one", "title\n\nx,y\n", 'data.csv:3 expected 1 cell, got 2: "x,y"'],
    [
      "too few cells below line breaks in quotes",
      'x,y\n"a\n\nb",2\n"c"\n',
      'data.csv:5 expected 2 cells, got 1: "\\"c\\""',
    ],
    [
      "a quote that does not close",
      'x,y\n1,"2\n3,4\n',
      'data.csv:2 expected each quote to close, at the end of its cell, got "1,\\"2"',
    ],
    [
      "text after a quote",
      'x,y\n"1"2,3\n',
      'data.csv:2 expected each quote to close, at the end of its cell, got "\\"1\\"2,3"',
    ],
  ];
  test.each(refusals)("%s", (_, text, message) => {
    expect(() => parseCsv(text, { name: "data.csv" })).toThrow(new Error(message));
  });

  test("a long quote that does not close, in no time", () => {
    const text = `x,y\n"${"1,2\n".repeat(1_000_000)}`;
    expect(() => parseCsv(text)).toThrow("csv:2 expected each quote to close");
  });
});

describe("a text column used as numbers names its first cell that is no number", () => {
  const cells: [what: string, text: string, message: string][] = [
    ["by line", `x,y\n${"1,2\n".repeat(39)}1,n/a\n1,b\n`, 'data.csv:41 column "y": not a number: "n/a"'],
    ["past missing cells", "x,y\n1,NA\n1,\n1,-\n", 'data.csv:4 column "y": not a number: "-"'],
    [
      "past blank lines and CRLF",
      "x,y\r\n\r\n1,2\r\n\r\n1,?!\r\n",
      'data.csv:5 column "y": not a number: "?!"',
    ],
    ["past line breaks in quotes", 'x,y\n"a\nb",1\nc,d\n', 'data.csv:4 column "y": not a number: "d"'],
    ["in a file without a header", "1,2\n3,x\n", 'data.csv:2 column "y": not a number: "x"'],
    ["where points and commas mix", "x;y\n1.234;1,5\n", 'data.csv:2 column "y": not a number: "1,5"'],
    [
      "on one line, though the cell has two",
      'x,y\n1,"a\nb"\n',
      'data.csv:2 column "y": not a number: "a\\nb"',
    ],
  ];
  test.each(cells)("%s", (_, text, message) => {
    const table = parseCsv(text, { name: "data.csv" });
    const last = table.names.at(-1)!;
    expect(() => table.numbers(last)).toThrow(message.replace('"y"', `"${last}"`));
    expect(() =>
      table
        .take([table.rows - 1])
        .filter(() => true)
        .place(0, last),
    ).not.toThrow();
  });

  test("and rows taken from the table keep their lines", () => {
    const table = parseCsv("x\n1\nb\n3\nd\n", { name: "data.csv" }).take([3, 0]);
    expect(() => table.numbers("x")).toThrow('data.csv:5 column "x": not a number: "d"');
  });
});

describe("writeCsv", () => {
  test("writes plain cells plainly", () => {
    const table = new Table(
      new Map<string, Column>([
        ["x", Float64Array.of(1.5, gap)],
        ["y", ["a", 'b "c"']],
      ]),
    );
    expect(writeCsv(table)).toBe('x,y\n1.5,a\n,"b ""c"""\n');
  });

  const hostile = fc.oneof(
    fc.string({ unit: fc.constantFrom(..." \t\r\n\"',;|#=aé1.-\uFEFF\0") }),
    fc.string({ unit: "binary" }),
    fc.constantFrom(...missingMarkers, "1", "-0", "1,5", "#", '""', "\r\n", "__proto__", "constructor"),
  );
  /** Text that stays text: one cell of the column is no number. */
  const text = (rows: number) =>
    fc
      .array(hostile, { minLength: rows, maxLength: rows })
      .filter((cells) => cells.some((cell) => numberIn(cell) === undefined));
  const numbers = (rows: number) =>
    fc.array(fc.double(), { minLength: rows, maxLength: rows }).map((values) => Float64Array.from(values));
  const name = hostile.filter((written) => written !== "" && !/^c\d+$/.test(written));
  const table = fc.integer({ min: 1, max: 6 }).chain((rows) =>
    fc
      .uniqueArray(fc.tuple(name, fc.oneof(text(rows), numbers(rows))), {
        minLength: 1,
        maxLength: 4,
        selector: ([n]) => n,
      })
      .map((named) => new Table(new Map<string, Column>(named))),
  );

  test("writes what parseCsv reads back: any text, any double to the bit", () => {
    fc.assert(
      fc.property(table, (written) => {
        const back = parseCsv(writeCsv(written), { header: true });
        expect(back.names).toEqual(written.names);
        for (const column of written.names) expect(back.column(column)).toEqual(written.column(column));
      }),
      { numRuns: 500 },
    );
  });
});

test("parseCsv answers any text with a table or an error of one line that names it", () => {
  const unit = fc.constantFrom('"', ",", ";", "\t", "|", " ", "\n", "\r", "#", "1", "a", ".", "\uFEFF");
  const answer = (text: string) => {
    try {
      return parseCsv(text, { name: "data.csv" });
    } catch (error) {
      return String(error);
    }
  };
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
      const got = answer(text);
      if (typeof got === "string") return /^Error: data\.csv:.+$/.test(got);
      return got.rows > 0 && got.names.every((name) => got.column(name).length === got.rows);
    }),
    { numRuns: 2000 },
  );
});

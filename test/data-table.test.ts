import { describe, expect, expectTypeOf, test } from "vitest";
import { type ColumnsOf, toTable } from "../src/data/input.ts";
import { editDistance, nearest } from "../src/data/names.ts";
import { complete, omissions, type Table } from "../src/data/table.ts";

const ride = toTable({ time: [0, 1, 2, 3], speed: [70, null, 50, undefined], place: ["a", "b", "c", "d"] });

describe("toTable takes", () => {
  const values: [what: string, column: unknown, expected: unknown][] = [
    ["an array", [1, 2.5], [1, 2.5]],
    ["a float32 array", Float32Array.of(1, 2.5), [1, 2.5]],
    ["an int32 array", Int32Array.of(1, 2), [1, 2]],
    ["big integers", BigInt64Array.of(1n, 2n), [1, 2]],
    ["anything iterable", new Set([1, 2]), [1, 2]],
    ["a tensor", { shape: [2], toTypedArray: () => Float32Array.of(1, 2) }, [1, 2]],
    ["numbers as text", ["1", " 2.5 "], [1, 2.5]],
    ["gaps", [null, undefined, 3, Number.NaN], [Number.NaN, Number.NaN, 3, Number.NaN]],
    ["gaps among text", ["a", null, 3], ["a", "", "3"]],
    ["booleans and dates as text", [true, new Date(0)], ["true", "1970-01-01T00:00:00.000Z"]],
  ];
  test.each(values)("%s", (_, column, expected) => {
    expect([...toTable({ x: column }).column("x")]).toEqual(expected);
  });

  test("a Table, which stays itself", () => expect(toTable(ride)).toBe(ride));

  test("rows, with a column for each key that occurs", () => {
    const table = toTable<object[]>([{ time: 0, speed: 70 }, { time: 1 }, { speed: 50, toString: 1 }]);
    expect(table.names).toEqual(["time", "speed", "toString"]);
    expect(table.numbers("speed")).toEqual(Float64Array.of(70, Number.NaN, 50));
    expect(toTable([{ x: 1 }, Object.create({ x: 2 })]).numbers("x")).toEqual(Float64Array.of(1, Number.NaN));
  });

  test("a column named like something every object has", () => {
    const table = toTable(JSON.parse('{ "__proto__": [1], "constructor": [2] }'));
    expect(table.row(0)).toEqual(JSON.parse('{ "__proto__": 1, "constructor": 2 }'));
  });

  test("a copy, which later changes do not reach", () => {
    const time = Float64Array.of(1, 2);
    const table = toTable({ time });
    time[0] = 9;
    expect(table.numbers("time")).toEqual(Float64Array.of(1, 2));
  });
});

describe("toTable refuses", () => {
  const refusals: [data: unknown, message: string][] = [
    [
      { time: Array(20).fill(0), speed: Array(19).fill(0) },
      "columns expect one length, got time: 20, speed: 19",
    ],
    [{}, "data expects columns, got none"],
    [[], "data expects rows, got none"],
    [[{}, {}], "data expects rows with columns, got rows without any"],
    [[{ x: 1 }, 5], "row 2 expects an object of named values, got 5"],
    [[[1, 2]], "row 1 expects an object of named values, got an array"],
    [{ x: 5 }, 'column "x" expects a list of values, got 5'],
    [{ x: "abc" }, 'column "x" expects a list of values, got the text "abc"'],
    [{ x: {} }, 'column "x" expects a list of values, got an object'],
    [{ x: [1, {}] }, 'row 2 column "x": not a number or text: an object'],
    [[{ x: 1 }, { x: [1] }], 'row 2 column "x": not a number or text: an array'],
    [
      { x: { shape: [2, 1], toTypedArray: () => [1, 2] } },
      'column "x" expects a list of values, got a tensor of shape [2,1]',
    ],
    [null, "data expects a Table, columns or rows, got null"],
    [5, "data expects a Table, columns or rows, got 5"],
    [Float64Array.of(1), "data expects a Table, columns or rows, got an object"],
    [
      "x,y",
      'data expects a Table, columns or rows, got the text "x,y" (parseCsv reads CSV text, readTable a file)',
    ],
  ];
  test.each(refusals)("%j", (data, message) => expect(() => toTable(data)).toThrow(new Error(message)));
});

describe("a table", () => {
  test("knows its names, its rows, and a row", () => {
    expect([ride.names, ride.rows]).toEqual([["time", "speed", "place"], 4]);
    expect(ride.row(0)).toEqual({ time: 0, speed: 70, place: "a" });
    expect([ride.has("time"), ride.has("tme")]).toEqual([true, false]);
  });

  test("guesses what a wrong name means", () => {
    const table: Table = ride;
    expect(() => table.column("tme")).toThrow(new Error("unknown column: tme (did you mean time?)"));
    expect(() => table.numbers("Speed")).toThrow(new Error("unknown column: Speed (did you mean speed?)"));
    expect(() => table.column("height")).toThrow(
      new Error("unknown column: height (known: time, speed, place)"),
    );
  });

  test("names the row of text used as a number", () => {
    expect(() => ride.numbers("place")).toThrow(new Error('row 1 column "place": not a number: "a"'));
    expect(() => ride.take([2]).numbers("place")).toThrow(
      new Error('row 3 column "place": not a number: "c"'),
    );
  });

  test("selects columns, takes rows and filters them", () => {
    expect(ride.select(["place", "time"]).row(1)).toEqual({ place: "b", time: 1 });
    expect(ride.take([3, 0, 0]).numbers("time")).toEqual(Float64Array.of(3, 0, 0));
    expect(ride.filter((row) => row.place > "b").column("place")).toEqual(["c", "d"]);
    expect(ride.filter(() => false).rows).toBe(0);
  });

  test("gains and replaces columns, and stays as it was", () => {
    const more = ride.with("height", Float64Array.of(1, 2, 3, 4)).with("time", ["p", "q", "r", "s"]);
    expect(more.names).toEqual(["time", "speed", "place", "height"]);
    expect(more.column("time")).toEqual(["p", "q", "r", "s"]);
    expect(ride.names).toEqual(["time", "speed", "place"]);
    expect(() => ride.with("height", [])).toThrow(
      'column "height" expects a value for each of 4 rows, got 0',
    );
  });
});

describe("complete", () => {
  test("leaves out rows with a gap in a used column, and counts them", () => {
    const { table, omitted } = complete(ride, ["time", "speed"]);
    expect(table.numbers("time")).toEqual(Float64Array.of(0, 2));
    expect(table.column("place")).toEqual(["a", "c"]);
    expect(omissions(omitted)).toBe("2 rows left out: missing speed");
  });

  test("lets gaps in other columns be, and the table with them", () => {
    expect(complete(ride, ["time"])).toEqual({ table: ride, omitted: new Map() });
    expect(complete(ride, ["time"]).table).toBe(ride);
  });

  test("counts a row once, under the first column that lacks a value", () => {
    const gaps = toTable({ x: [null, null, 3, 4], y: [null, 2, null, 4] });
    expect(omissions(complete(gaps, ["x", "y"]).omitted)).toBe("3 rows left out: missing x (2), y (1)");
    expect(omissions(complete(gaps, ["y", "x"]).omitted)).toBe("3 rows left out: missing y (2), x (1)");
  });

  test("says nothing of nothing, and one row of one", () => {
    expect(omissions(new Map())).toBe("");
    expect(omissions(new Map([["x", 1]]))).toBe("1 row left out: missing x");
  });

  test("refuses text, infinity and unknown columns", () => {
    expect(() => complete(ride, ["place"])).toThrow('row 1 column "place": not a number: "a"');
    const infinite = toTable({ x: [null, 1, Number.NEGATIVE_INFINITY] });
    expect(() => complete(infinite, ["x"])).toThrow('row 3 column "x": not a finite number: -Infinity');
    expect(() => complete(ride as Table, ["tme"])).toThrow("unknown column: tme (did you mean time?)");
  });
});

describe("types", () => {
  test("literal columns and rows carry their names", () => {
    expectTypeOf(toTable({ time: [1], speed: [2] })).toEqualTypeOf<Table<"time" | "speed">>();
    expectTypeOf(toTable([{ time: 1 }])).toEqualTypeOf<Table<"time">>();
    expectTypeOf(toTable([{ x: 1 }, { x: 2, y: 3 }]).names[0]).toEqualTypeOf<"x" | "y" | undefined>();
    expectTypeOf(ride.select(["time"])).toEqualTypeOf<Table<"time">>();
    expectTypeOf(ride.with("height", ["", "", "", ""])).toEqualTypeOf<
      Table<"time" | "speed" | "place" | "height">
    >();
    expectTypeOf(complete(ride, ["time"]).table).toEqualTypeOf(ride);
  });

  test("data seen only at run time has any names", () => {
    expectTypeOf<ColumnsOf<unknown>>().toEqualTypeOf<string>();
    expectTypeOf<ColumnsOf<Record<string, number[]>>>().toEqualTypeOf<string>();
    expectTypeOf<ColumnsOf<object[]>>().toEqualTypeOf<string>();
    expectTypeOf<ColumnsOf<Table>>().toEqualTypeOf<string>();
    expectTypeOf<Table<"time">>().toExtend<Table>();
  });

  test("a name that is not a column does not compile", () => {
    // @ts-expect-error the table has no such column
    expect(() => ride.column("tme")).toThrow("unknown column");
    // @ts-expect-error the table has no such column
    expect(() => complete(ride, ["tme"])).toThrow("unknown column");
  });
});

describe("near names", () => {
  const distances: [string, string, number][] = [
    ["", "", 0],
    ["", "abc", 3],
    ["time", "time", 0],
    ["tme", "time", 1],
    ["tiime", "time", 1],
    ["tine", "time", 1],
    ["tmie", "time", 1],
    ["kitten", "sitting", 3],
    ["ca", "abc", 3],
  ];
  test.each(distances)("%j and %j are %i edits apart, either way", (a, b, edits) => {
    expect([editDistance(a, b), editDistance(b, a)]).toEqual([edits, edits]);
  });

  test("the nearest wins, the first of equals; short names do not guess", () => {
    expect(nearest("adm", ["sgd", "adamw", "adam"])).toBe("adam");
    expect(nearest("tme", ["tame", "time"])).toBe("tame");
    expect(nearest("x", ["y"])).toBeUndefined();
    expect(nearest("X", ["x"])).toBe("x");
    expect(nearest("speed", ["time"])).toBeUndefined();
  });
});

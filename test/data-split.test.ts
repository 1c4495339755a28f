import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batches, shuffle, split } from "../src/data/split.ts";
import { indices } from "../src/data/table.ts";

const order = fc
  .integer({ min: 2, max: 60 })
  .chain((rows) => fc.shuffledSubarray([...indices(rows)], { minLength: rows, maxLength: rows }));
const share = fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true, noNaN: true });

describe("split", () => {
  test("sets aside the first of the order, and keeps the table's order", () => {
    const { training, validation } = split(5, 0.4, [4, 1, 3, 0, 2]);
    expect([[...training], [...validation]]).toEqual([
      [0, 2, 3],
      [1, 4],
    ]);
  });

  test("puts each row into one set, neither of them empty, the share as near as rows allow", () => {
    fc.assert(
      fc.property(order, share, (places, part) => {
        const rows = places.length;
        const { training, validation } = split(rows, part, places);
        expect([...training, ...validation].sort((a, b) => a - b)).toEqual([...indices(rows)]);
        const wanted = Math.min(Math.max(Math.round(part * rows), 1), rows - 1);
        expect(validation.length).toBe(wanted);
        expect([...validation]).toEqual(places.slice(0, wanted).sort((a, b) => a - b));
      }),
    );
  });

  test.each([1.5, 1, 0, -0.2, Number.NaN])("refuses a share of %d", (part) => {
    const message = `validation expects a share between 0 and 1, got ${part}`;
    expect(() => split(10, part, indices(10))).toThrow(new Error(message));
  });

  test("refuses one row, and an order that is none", () => {
    expect(() => split(1, 0.5, [0])).toThrow("validation expects at least 2 rows, got 1");
    expect(() => split(3, 0.5, [0, 1])).toThrow(
      "order expects each of 3 rows once, got 2 places, row 2 in none",
    );
    expect(() => split(3, 0.5, [0, 2, 2])).toThrow(
      "order expects each of 3 rows once, got 3 places, row 1 in none",
    );
    expect(() => split(2, 0.5, [0, 1, 1])).toThrow("order expects each of 2 rows once, got 3 places");
  });
});

describe("batches", () => {
  test("cut the rows in order, the last one smaller", () => {
    expect(batches(Int32Array.of(4, 1, 3, 0, 2), 2).map((batch) => [...batch])).toEqual([
      [4, 1],
      [3, 0],
      [2],
    ]);
    expect(batches(indices(4), 2).map((batch) => batch.length)).toEqual([2, 2]);
    expect(batches(indices(3), 10).map((batch) => [...batch])).toEqual([[0, 1, 2]]);
    expect(batches(indices(0), 10)).toEqual([]);
  });

  test.each([0, -1, 1.5, Number.NaN])("refuse a size of %d", (size) => {
    expect(() => batches(indices(3), size)).toThrow(`batchSize expects a whole number from 1, got ${size}`);
  });
});

describe("shuffle", () => {
  test("puts rows in the order that the caller's permutation gives", () => {
    expect([...shuffle(Int32Array.of(5, 7, 9), () => [2, 0, 1])]).toEqual([9, 5, 7]);
  });

  test("refuses what is no permutation", () => {
    expect(() => shuffle(Int32Array.of(5, 7), () => [0, 0])).toThrow("order expects each of 2 rows once");
  });
});

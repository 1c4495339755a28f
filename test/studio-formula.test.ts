/** The formula and its parameters as the page holds them: colours, what to begin with, fields and sliders. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formulaWords, parseFormula } from "../src/names.ts";
import { inked } from "../src/studio/inking.ts";
import { allowed, reachOf, withField } from "../src/studio/parameters.ts";
import { firstFormula, isAboutCell, isOfOthers, meanSquare, readFormula } from "../src/studio/reading.ts";

const columns = ["time", "speed"];

describe("the colours of a formula", () => {
  const spans = fc
    .tuple(fc.nat(40), fc.nat(40))
    .map(([one, other]) => ({ start: Math.min(one, other), end: Math.max(one, other) }));

  test("are of the text as it is, and mark the place at fault alone", () =>
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), fc.option(spans), (source, span) => {
        const inks = inked(formulaWords(source, { columns }), span);
        const joined = inks.map(({ text }) => text).join("");
        expect(joined.slice(0, source.length)).toBe(source);
        const fault = inks.map(({ text, isFault }) => (isFault ? text : "")).join("");
        if (!span) expect(fault).toBe("");
        else expect(fault).toBe(source.slice(span.start, span.end) || " ");
      }),
    ));

  test("have a place for a fault at the end, where there is no text", () => {
    const { trouble } = readFormula("speed ~ a*", { columns });
    expect(inked(formulaWords("speed ~ a*", { columns }), trouble!.span).at(-1)).toEqual({
      text: " ",
      role: "space",
      isFault: true,
    });
  });
});

describe("a formula to begin with", () => {
  const column = (name: string, kind: "number" | "text" = "number") => ({ name, kind, missing: 0 });

  test.each([
    [[column("time"), column("speed")], "speed ~ a*time + b"],
    [[column("who", "text"), column("x"), column("z"), column("y")], "y ~ a*x + b"],
    [[column("wind speed"), column("a")], "a ~ b*`wind speed` + c"],
    [[column("x")], null],
    [[column("x"), column("who", "text")], null],
    [[], null],
  ])("is a line through the last column of numbers by the first: %j", (all, formula) => {
    expect(firstFormula(all)).toBe(formula);
  });

  test("can be read, whatever the columns are called", () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1, maxLength: 10 }), {
          minLength: 2,
          maxLength: 6,
        }),
        (names) => {
          // A backquote and a line break no formula can have in a name.
          fc.pre(names.every((name) => !/[`\n\r\u2028\u2029]/.test(name) && name === name.normalize("NFC")));
          const formula = firstFormula(names.map((name) => column(name)))!;
          expect(readFormula(formula, { columns: names }).trouble).toBeNull();
        },
      ),
    ));
});

describe("what is read", () => {
  test("is no trouble before it is begun", () => {
    expect(readFormula("  ", { columns })).toEqual({ formula: null, trouble: null, declarable: null });
  });

  test("says what is wrong, and where", () => {
    expect(readFormula("speed ~ a*tme", { columns }).trouble).toMatchObject({ span: { start: 10, end: 13 } });
  });

  test.each([
    ["speed ~ a*tme", "tme"],
    ["speed ~ a*sin", null],
    ["speed ~ a*(tme", null],
    ["speeed ~ a*time", null],
  ])("tells the name that would do as a parameter, if that is all: %s", (formula, name) => {
    expect(readFormula(formula, { columns }).declarable).toBe(name);
    if (name) expect(readFormula(formula, { columns, params: [name] }).formula?.params).toContain(name);
  });

  test.each([
    ["speed ~ a*time", ["x", "y"], true],
    ["speed ~ a*time", columns, false],
    // Not in order, whatever the columns.
    ["speed ~ a*", ["x", "y"], false],
  ])("%s is of other columns than %j: %j", (formula, names, isSo) => {
    expect(isOfOthers(formula, names)).toBe(isSo);
  });

  test.each([
    ['rides.csv:41 column "y": not a number: "n/a"', null, true],
    ['rides.csv row 41 column "y": not a number: "n/a"', null, true],
    ["unknown column: y", null, false],
    ["rides.csv:41 column", { start: 0, end: 1 }, false],
  ])("a fault is beside the data where it is in one of their cells: %s", (message, span, isSo) => {
    expect(isAboutCell({ message, span }, "rides.csv")).toBe(isSo);
  });

  test("has a mean of squared residuals, over rows that have all values", () => {
    const formula = parseFormula("log(y) ~ a*x", { columns: ["x", "y"] });
    const data = { x: Float64Array.of(0, 1, 2, Number.NaN), y: Float64Array.of(1, Math.E, Number.NaN, 1) };
    expect(meanSquare(formula, data, { a: 3 })).toBe(2);
    expect(
      meanSquare(parseFormula("y ~ m", { columns: ["y"] }), { y: Float64Array.of(1, 3) }, { m: 2 }),
    ).toBe(1);
  });
});

describe("what is said of a parameter", () => {
  test("is kept as it is typed, and left open where nothing is", () => {
    expect(withField("a", {}, "start", " 2.5 ")).toEqual({ start: 2.5 });
    expect(withField("a", { start: 1, fixed: true }, "start", "")).toEqual({ fixed: true });
    expect(withField("a", { min: 0 }, "max", "1e3")).toEqual({ min: 0, max: 1000 });
  });

  test.each([
    [{}, "start", "two", 'parameter a expects a number as start, got "two"'],
    [{}, "max", "Infinity", 'parameter a expects a number as max, got "Infinity"'],
    [{ min: 3 }, "max", "1", "parameter a expects min <= max, got 3 and 1"],
    [{ min: 0, max: 2 }, "start", "5", "parameter a expects a start from 0 to 2, got 5"],
    [{ start: 5 }, "max", "2", "parameter a expects a start from -Infinity to 2, got 5"],
  ] as const)("is refused where it cannot be: %j, %s = %s", (setting, field, text, message) => {
    expect(() => withField("a", setting, field, text)).toThrow(message);
  });

  test("bounds what it is moved to", () => {
    expect([-1, 0.5, 3].map((value) => allowed(value, { min: 0, max: 2 }))).toEqual([0, 0.5, 2]);
    expect(allowed(-1, {})).toBe(-1);
  });
});

describe("the reach of a slider", () => {
  const value = fc.double({ min: -1e9, max: 1e9, noNaN: true });

  test("is between the limits, else as far to both sides as the value is from 0", () => {
    expect(reachOf(3, {})).toEqual({ from: 0, to: 6 });
    expect(reachOf(-3, { max: -1 })).toEqual({ from: -6, to: -1 });
    expect(reachOf(0, {})).toEqual({ from: -1, to: 1 });
    expect(reachOf(1e-30, {}, { error: 2 })).toEqual({ from: -10, to: 10 });
    expect(reachOf(Number.NaN, { min: 0, max: 2 })).toEqual({ from: 0, to: 2 });
  });

  test("stays where it is while the value is well within it", () => {
    const first = reachOf(3, {});
    expect(reachOf(4, {}, { last: first })).toBe(first);
    expect(reachOf(5.9, {}, { last: first })).toEqual({ from: 0, to: 11.8 });
    expect(reachOf(0.1, {}, { last: first })).not.toBe(first);
  });

  test("holds the value, whatever the last one was", () =>
    fc.assert(
      fc.property(value, value, (last, next) => {
        const { from, to } = reachOf(next, {}, { last: reachOf(last, {}) });
        expect(from).toBeLessThanOrEqual(next);
        expect(to).toBeGreaterThanOrEqual(next);
        expect(to).toBeGreaterThan(from);
      }),
    ));
});

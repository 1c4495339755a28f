/** Models kept as JSON: read again they predict and start as the fit did; whatever else is read is refused in one sentence. */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { fit, readModel } from "../src/index.ts";

const data = { time: [0, 1, 2, 3, 4, 5], speed: [3, 4.2, 4.9, 6.1, 7, 8.2] };
const model = "speed ~ a*time + b";
const kept = async (options: object = {}): Promise<unknown> =>
  JSON.parse(JSON.stringify(await fit({ data, model, ...options })));

describe("a fit that was kept", () => {
  it("predicts to the bit what it predicted", async () => {
    const fitted = await fit({ data, model });
    const read = readModel(JSON.parse(JSON.stringify(fitted)));
    expect(read.predict({ time: [1, 2.5, 1e6] })).toEqual(fitted.predict({ time: [1, 2.5, 1e6] }));
    expect(read.values).toEqual({ a: fitted.params.a.value, b: fitted.params.b.value });
    expect([read.formula.target, read.formula.inputs, read.formula.params]).toEqual([
      "speed",
      ["time"],
      ["a", "b"],
    ]);
    expect(() => read.predict({ tme: [1] })).toThrow("unknown column: time");
  });

  it("is where another fit starts, with its bounds and what was fixed", async () => {
    const read = readModel(await kept({ params: { a: { min: 0, max: 9 }, b: { fixed: 3 } } }));
    expect(read.params).toEqual({
      a: { start: read.values.a, min: 0, max: 9 },
      b: { start: 3, fixed: true },
    });
    const again = await fit({ data, model: read.formula.source, params: read.params });
    expect(again.outcome.kind).toBe("converged");
    expect(again.steps).toBeLessThan(3);
    expect(again.params.b).toMatchObject({ value: 3, fixed: true });
    expect(again.params.a).toMatchObject({ start: read.values.a, min: 0, max: 9 });
  });

  it("may have been in float32, on a bound that float32 rounds", async () => {
    const read = readModel(
      await kept({ dtype: "float32", params: { a: { max: 0.1, start: 0.05 }, b: { min: 0.7 } } }),
    );
    expect(read.values.a).toBe(Math.fround(0.1));
  });

  it("may have names like those of functions, of constants and of what objects have", async () => {
    const odd = { "wind speed": [1, 2, 3], e: [1, 3, 4], constructor: [2, 1, 5] };
    const fitted = await fit({ data: odd, model: "`wind speed` ~ toString*`e` + valueOf*constructor" });
    const read = readModel(JSON.parse(JSON.stringify(fitted)));
    expect(read.formula.inputs).toEqual(["e", "constructor"]);
    expect(read.predict(odd)).toEqual(fitted.predict(odd));
  });

  it("may have parameters that are a slip away from its columns", async () => {
    const read = readModel(await kept({ model: "speed ~ tim*time + sped", params: { tim: 1, sped: 2 } }));
    expect(read.formula.params).toEqual(["tim", "sped"]);
  });
});

describe("what is no model", () => {
  const good = { formula: "y ~ a*x + b", params: { a: { value: 1 }, b: { value: 2 } } };
  const bad: [string, unknown, string][] = [
    ["nothing", undefined, "model: expected a model that coaster saved, got undefined"],
    ["null", null, "model: expected a model that coaster saved, got null"],
    ["a number", 3, "model: expected a model that coaster saved, got 3"],
    ["a list", [good], "model: expected a model that coaster saved, got an array"],
    ["an empty object", {}, "model: expected a formula, got undefined"],
    ["no formula, as of a function", { ...good, formula: null }, "model: expected a formula, got null"],
    ["no params", { formula: good.formula }, "model: expected params by name, got undefined"],
    ["a list of params", { ...good, params: [1] }, "model: expected params by name, got an array"],
    ["a formula that does not parse", { ...good, formula: "y ~ a*(x" }, "model: a parenthesis is not closed"],
    ["a formula that would run code", { ...good, formula: "y ~ a*process.exit()" }, "model: "],
    [
      "a param that is a number",
      { ...good, params: { a: 1, b: { value: 2 } } },
      "model: expected values of parameter a, got 1",
    ],
    [
      "a value that is text",
      { ...good, params: { a: { value: "NaN" }, b: { value: 2 } } },
      'model: parameter a expects a number as value, got the text "NaN"',
    ],
    [
      "a value that is null, as of an infinite one",
      { ...good, params: { a: { value: null }, b: { value: 2 } } },
      "model: parameter a expects a number as value, got null",
    ],
    [
      "a value that is none",
      { ...good, params: { a: { value: Number.NaN }, b: { value: 2 } } },
      "model: parameter a expects a finite start, got NaN",
    ],
    [
      "a bound that is text",
      { ...good, params: { a: { value: 1, min: "0" }, b: { value: 2 } } },
      'model: parameter a expects a number as min, got the text "0"',
    ],
    [
      "a value beyond its bounds",
      { ...good, params: { a: { value: 1, max: 0 }, b: { value: 2 } } },
      "model: parameter a expects a start from -Infinity to 0, got 1",
    ],
    [
      "a number that says fixed",
      { ...good, params: { a: { value: 1, fixed: 5 }, b: { value: 2 } } },
      "model: parameter a expects true or false as fixed, got 5",
    ],
    [
      "a parameter that the formula does not have",
      { ...good, params: { ...good.params, c: { value: 1 } } },
      "model: unknown parameter: c",
    ],
    [
      "a parameter that is the target",
      { ...good, params: { ...good.params, y: { value: 1 } } },
      "model: unknown parameter: y",
    ],
    [
      "a parameter called __proto__",
      JSON.parse('{ "formula": "y ~ a*x", "params": { "a": { "value": 1 }, "__proto__": { "value": 1 } } }'),
      "model: unknown parameter: __proto__",
    ],
  ];
  test.each(bad)("such as %s is refused", (_, json, message) => {
    expect(() => readModel(json)).toThrow(message);
    try {
      readModel(json);
    } catch (error) {
      expect((error as Error).message).not.toContain("\n");
    }
  });

  it("is refused under the name of its file", () => {
    expect(() => readModel({}, "old.json")).toThrow("old.json: expected a formula, got undefined");
  });

  it("is refused or read, whatever it is, and never more than read", () => {
    const value = fc.oneof(
      fc.double(),
      fc.string(),
      fc.constant(null),
      fc.boolean(),
      fc.record({ value: fc.double(), min: fc.double() }),
    );
    const json = fc.record(
      {
        formula: fc.oneof(fc.constant("y ~ a*x + b"), fc.string()),
        params: fc.oneof(
          fc.dictionary(fc.constantFrom("a", "b", "x", "y", "__proto__", "toString"), value),
          value,
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(json, fc.anything()), (candidate) => {
        try {
          const { values, formula } = readModel(candidate);
          expect(Object.keys(values)).toEqual(formula.params);
          expect(Object.values(values).every(Number.isFinite)).toBe(true);
        } catch (error) {
          expect((error as Error).message).toMatch(/^model: .+$/);
        }
      }),
    );
    expect(({} as { value?: unknown }).value).toBeUndefined();
  });
});

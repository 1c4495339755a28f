/** Where a number that is none came from, in a sentence: for formulas, for functions, and for losses. */
import { describe, expect, it, test } from "vitest";
import { originOfNaN } from "../src/fit/diagnosis.ts";
import type { FitOptions } from "../src/fit/options.ts";
import { problemOf } from "../src/fit/problem.ts";
import { fit, parseCsv, type Tensor, tensor } from "../src/index.ts";
import { Generator } from "../src/tensor/random.ts";

/** What is said of the start values. */
function originAt(options: FitOptions): string | null {
  const problem = problemOf(options, new Generator(0));
  const params = Object.fromEntries(problem.starts.map(({ name, value }) => [name, value]));
  return originOfNaN(problem, problem.training, params);
}

const data = { x: [1, 2, 0, 800], y: [1, 2, 3, 4] };

describe("in a formula", () => {
  test.each([
    ["y ~ log(x - a)", { a: 1.5 }, 'log(x - a) is NaN at row 1 column "x", where x - a = -0.5'],
    ["y ~ a*log(x)", {}, 'log(x) is infinite at row 3 column "x", where x = 0'],
    ["y ~ a/x", {}, 'a/x is infinite at row 3 column "x", where a = 1 and x = 0'],
    ["y ~ a*exp(x)", {}, 'exp(x) is infinite at row 4 column "x", where x = 800'],
    ["y ~ a*x + sqrt(b)", { b: -2 }, "sqrt(b) is NaN, where b = -2"],
    ["y ~ (a - x)^0.5 + b", {}, 'is NaN at row 2 column "x", where a - x = -1'],
    [
      "y ~ sin(log(x - a)) + exp(log(x - a))",
      { a: 10 },
      'log(x - a) is NaN at row 1 column "x", where x - a = -9',
    ],
    ["y ~ a*x + log(0)", {}, "log(0) is infinite"],
  ])("%s with %o", (model, params, sentence) => {
    const said = originAt({ data, model, params: params as Record<string, number> });
    expect(said).toContain(sentence);
    expect(said!.endsWith(sentence)).toBe(true);
  });

  it("names the line of the file, gaps notwithstanding", () => {
    const rides = parseCsv("x,y\n1,1\n,2\n3,3\n2,5\n", { name: "rides.csv" });
    expect(originAt({ data: rides, model: "y ~ log(a - x)", params: { a: 2.5 } })).toBe(
      'log(a - x) is NaN at rides.csv:4 column "x", where a - x = -0.5',
    );
  });

  it("is null where every number is finite, and where a parameter is none", () => {
    expect(originAt({ data, model: "y ~ a*x" })).toBeNull();
    const problem = problemOf({ data, model: "y ~ a*x" }, new Generator(0));
    expect(
      originOfNaN(problem, problem.training, { a: tensor(Number.NaN, { dtype: "float64" }) }),
    ).toBeNull();
  });
});

describe("in a function, or a loss", () => {
  it("names the op, its operands and the element", () => {
    const model = (
      { x }: Readonly<Record<string, Tensor>>,
      { a }: Readonly<Record<string, Tensor>>,
    ): Tensor => x!.sub(a!).log().mul(2);
    expect(originAt({ data, target: "y", params: { a: 1.5 }, model })).toBe(
      "log gives NaN at element 0 from -0.5",
    );
  });

  it("finds squares that overflow", () => {
    expect(originAt({ data: { x: [1], y: [1e300] }, model: "y ~ a*x" })).toBe(
      "square gives infinite at element 0 from -1e+300",
    );
  });

  it("finds what float32 does not hold", () => {
    const said = originAt({ data: { x: [1, 100], y: [1, 2] }, model: "y ~ a*exp(x)", dtype: "float32" });
    expect(said).toBe("exp gives infinite at element 1 from 100");
  });
});

describe("an outcome", () => {
  it("has the sentence in its message", async () => {
    const { outcome, params, steps, history } = await fit({
      data,
      model: "y ~ a*log(x - b)",
      params: { a: 1, b: 1 },
      optimizer: "levenberg-marquardt",
    });
    expect(outcome.kind).toBe("invalid");
    expect(outcome.message).toBe(
      'the loss at the start values is not a number: log(x - b) is infinite at row 1 column "x", where x - b = 0; nothing was fitted',
    );
    expect(outcome.advice).toContain("try other start values");
    expect([params.a.value, params.b.value, steps, history]).toEqual([1, 1, 0, []]);
  });
});

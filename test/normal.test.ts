/** The normal equations of a fit: sums over its rows in one pass, the same as those over residuals and slopes that were stored. */
import { describe, expect, test } from "vitest";
import { namedStarts } from "../src/fit/model.ts";
import { normalAt } from "../src/fit/normal.ts";
import type { FitOptions } from "../src/fit/options.ts";
import { problemOf } from "../src/fit/problem.ts";
import { doubles, jacobianOf, residualsOf } from "../src/fit/squares.ts";
import { type Tensor, tensor } from "../src/index.ts";
import { Generator } from "../src/tensor/random.ts";

const t = Array.from({ length: 500 }, (_, i) => i / 100);
const y = t.map((x, i) => 2 * Math.exp(-1.3 * x) + 0.5 + 0.01 * Math.sin(i * 12.9898));
const w = t.map((_, i) => 1 + (i % 3));
const decay = { data: { t, y, w }, model: "y ~ a*exp(-b*t) + c" } as const;

/** Both ways to the sums at some values: by `normalAt`, and over the rows of stored residuals and slopes. */
function bothAt(options: FitOptions, values: Readonly<Record<string, number | number[]>>) {
  const problem = problemOf(options, new Generator(0));
  const fixedNames = problem.starts.filter((start) => start.fixed).map(({ name }) => name);
  const starts = namedStarts(problem.starts);
  const fixed = Object.fromEntries(fixedNames.map((name) => [name, starts[name]!]));
  const free = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, tensor(value, { dtype: problem.dtype })]),
  );
  const rows = problem.training;
  const r = doubles(residualsOf(problem, rows, { ...free, ...fixed }));
  const columns = jacobianOf(problem, rows, free, fixed);
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  return {
    problem,
    normal: normalAt(problem, rows, free, fixed),
    again: normalAt(problem, rows, free, fixed),
    stored: {
      sumOfSquares: dot(r, r),
      gradient: Float64Array.from(columns, (a) => dot(a, r)),
      gram: Float64Array.from(columns.flatMap((a) => columns.map((b) => dot(a, b)))),
    },
  };
}

/** Sums of 500 terms in another order: some tens of roundings apart, beside the largest of them. */
function expectClose(a: Float64Array, b: Float64Array, precision: number): void {
  const largest = Math.max(...b.map(Math.abs));
  expect(a.length).toBe(b.length);
  for (const [i, x] of a.entries()) expect(Math.abs(x - b[i]!)).toBeLessThan(precision * largest);
}

describe("the sums of the normal equations", () => {
  test.each<[string, FitOptions, Readonly<Record<string, number | number[]>>]>([
    ["of a decay", decay, { a: 1, b: 1, c: 0 }],
    ["with weights", { ...decay, weights: "w" }, { a: 3, b: 2, c: 0.1 }],
    ["with a parameter fixed", { ...decay, params: { b: { fixed: 1.3 } } }, { a: 1, c: 0 }],
    ["of one parameter", { ...decay, model: "y ~ m" }, { m: 0.3 }],
    [
      "of a function with a parameter of three numbers",
      {
        ...decay,
        target: "y",
        params: { p: tensor([1, 1, 1], { dtype: "float64" }) },
        model: ({ t }: Readonly<Record<string, Tensor>>, { p }: Readonly<Record<string, Tensor>>) => {
          const [c0, c1, c2] = p!;
          return c0!.add(c1!.mul(t!)).add(c2!.mul(t!.square()));
        },
      },
      { p: [1, -0.5, 0.1] },
    ],
  ])("%s are those over stored rows", (_, options, values) => {
    const { normal, again, stored } = bothAt(options, values);
    expect(normal.sumOfSquares).toBeCloseTo(stored.sumOfSquares, 10);
    expectClose(normal.gradient, stored.gradient, 1e-13);
    expectClose(normal.gram, stored.gram, 1e-13);
    expect(again).toEqual(normal);
  });

  test("of rows in float32 are made in float64, so that products lose no digits", () => {
    const { normal, stored } = bothAt({ ...decay, dtype: "float32" }, { a: 1, b: 1, c: 0 });
    // The rows are float32 either way: only how they are rounded within the pass may differ.
    expectClose(normal.gram, stored.gram, 1e-6);
    expectClose(normal.gradient, stored.gradient, 1e-6);
  });

  test("follow a model that looks at numbers", () => {
    const model = ({ t }: Readonly<Record<string, Tensor>>, { a }: Readonly<Record<string, Tensor>>) =>
      a!.item() > 0 ? t!.mul(a!) : t!.mul(a!).mul(2);
    const options: FitOptions = { ...decay, target: "y", params: { a: 1 }, model };
    for (const a of [1, -1]) {
      const { normal, stored } = bothAt(options, { a });
      expectClose(normal.gram, stored.gram, 1e-13);
    }
  });

  test("are not finite where the model is not", () => {
    const { normal } = bothAt({ ...decay, model: "y ~ a*log(t + b)" }, { a: 1, b: -2 });
    expect(normal.sumOfSquares).toBeNaN();
  });
});

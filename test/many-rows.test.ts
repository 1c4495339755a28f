/** Least squares over many rows go by sums over them, and lead to the same answer as columns do. */
import { expect, test } from "vitest";
import { fit, Generator, type Table, toTable } from "../src/index.ts";

const rows = 12_000;

/** Observations of a curve with an error of 0.1 standard deviations. */
function observed(of: (x: number) => number): Table {
  const error = new Generator(1).normal(new Float64Array(rows));
  const x = error.map((_, i) => (5 * i) / rows);
  return toTable({ x, y: x.map((t, i) => of(t) + 0.1 * error[i]!) });
}

const decay = observed((x) => 3 * Math.exp(-1.3 * x) + 0.5);
const model = "y ~ a*exp(-b*x) + c";
const params = { a: 1, b: 1, c: 0 };

test("the answer is that of half as many rows, which columns are kept of, each of them twice", async () => {
  const half = decay.take(Int32Array.from({ length: 6000 }, (_, i) => 2 * i));
  const doubled = decay.take(Int32Array.from({ length: rows }, (_, i) => 2 * Math.floor(i / 2)));
  const [once, twice] = [
    await fit({ data: half, model, params }),
    await fit({ data: doubled, model, params }),
  ];
  expect([once.outcome.kind, twice.outcome.kind]).toEqual(["converged", "converged"]);
  for (const name of ["a", "b", "c"] as const) {
    // Both are iterated to rounding, of numbers near 1.
    expect(twice.params[name].value).toBeCloseTo(once.params[name].value, 11);
    const ratio = twice.params[name].standardError! / once.params[name].standardError!;
    // The variance is halved, but for the degrees of freedom.
    expect(ratio).toBeCloseTo(Math.sqrt(5997 / 11_997), 8);
  }
});

test("bounds are kept", async () => {
  const { params: found } = await fit({
    data: decay,
    model,
    params: { a: 1, b: 1, c: { start: 1, min: 0.7 } },
  });
  expect(found.c.value).toBe(0.7);
  expect(found.c.standardError).toBeNull();
});

test("columns that are too much alike for sums of squares are fitted all the same", async () => {
  const line = observed((x) => 2 + 0.3 * x);
  const { params: found, outcome } = await fit({
    data: toTable({ x: line.numbers("x").map((x) => 1e6 + x), y: line.numbers("y") }),
    model: "y ~ a*x^1 + b*abs(1)",
    params: { a: 1, b: { start: 1, min: -1e9 } },
  });
  expect(outcome.converged).toBe(true);
  // The slope has a standard error of 6e-4.
  expect(found.a.value).toBeCloseTo(0.3, 2);
});

test("a parameter that makes no difference keeps its place", async () => {
  const { params: found } = await fit({
    data: decay,
    model: "y ~ a*exp(-b*x) + c + 0*d",
    params: { ...params, d: 7 },
  });
  expect(found.d.value).toBe(7);
  expect(found.a.value).toBeCloseTo(3, 1);
});

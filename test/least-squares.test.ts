/** Least squares over residual functions of named parameters. */
import { expect, test } from "vitest";
import { leastSquares, stack, tensor } from "../src/index.ts";

test("residuals of named parameters are made least: Rosenbrock's valley from its usual start", async () => {
  const { params, residuals, outcome, statistics } = await leastSquares(
    ({ x, y }) => stack([y.sub(x.square()).mul(10), x.neg().add(1)]),
    { x: -1.2, y: 1 },
  );
  expect(outcome.kind).toBe("converged");
  expect([params.x.value, params.y.value]).toEqual([1, 1]);
  expect([...residuals]).toEqual([0, 0]);
  expect(statistics.observations).toBe(2);
});

const t = tensor([0, 1, 2, 3, 4], { dtype: "float64" });
const decay = t.mul(-0.5).exp().mul(3);

test("several outputs count together, whatever their names", async () => {
  const { params, residuals } = await leastSquares(
    ({ a, k }) => ({ level: a.mul(t.mul(k).neg().exp()).sub(decay), slope: a.mul(k).neg().add(1.5) }),
    { a: 1, k: { start: 1, min: 0 } },
  );
  expect(params.a.value).toBeCloseTo(3, 9);
  expect(params.k.value).toBeCloseTo(0.5, 9);
  expect(residuals.length).toBe(6);
});

test("parameters may be tensors", async () => {
  const matrix = tensor(
    [
      [2, 1],
      [1, 3],
      [1, 1],
    ],
    { dtype: "float64" },
  );
  const { params } = await leastSquares(
    ({ w }) => matrix.matmul(w).sub(tensor([3, 4, 2], { dtype: "float64" })),
    {
      w: tensor([0, 0], { dtype: "float64" }),
    },
  );
  // A linear problem with an exact solution: roundings of numbers near 1.
  expect(params.w.value.toArray()).toEqual([expect.closeTo(1, 12), expect.closeTo(1, 12)]);
});

test("where the start leads nowhere another way is found, and said", async () => {
  // Beale's function at ten times its usual start: the valley there leads to infinity.
  const { outcome, statistics, diagnostics } = await leastSquares(
    ({ x, y }) =>
      stack(
        [1, 2, 3].map((k) =>
          x
            .mul(y.pow(k).neg().add(1))
            .neg()
            .add([1.5, 2.25, 2.625][k - 1]!),
        ),
      ),
    { x: 10, y: 10 },
  );
  expect(outcome.converged).toBe(true);
  expect(diagnostics[0]?.message).toMatch(
    /^from the start values the fit settled nowhere: it (started|went on) from /,
  );
  expect(statistics.residualSumOfSquares).toBeLessThan(1e-20);
});

test("a start where nothing is defined is left for one where something is", async () => {
  const { outcome, params } = await leastSquares(({ a }) => a.log().sub(t.mul(0).add(1)), { a: -5 });
  expect(outcome.converged).toBe(true);
  expect(params.a.value).toBeCloseTo(Math.E, 9);
});

test.each([
  [3, "leastSquares expects a function of parameters, got number"],
  [() => 3, "leastSquares expects residuals that are tensors, got undefined"],
  [() => [tensor(1), 2], "leastSquares expects residuals that are tensors, got number"],
])("%s is refused", async (residuals, message) => {
  await expect(leastSquares(residuals as never, { a: 1 })).rejects.toThrow(message);
});

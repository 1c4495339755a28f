/** Models that are linear in their parameters are solved at once. */
import { expect, test } from "vitest";
import { fit } from "../src/index.ts";
import { solveLeastSquares } from "../src/optim/linear.ts";

const x = Array.from({ length: 12 }, (_, i) => i + 1);

test.each([
  ["a line", "y ~ a*x + b"],
  ["a quadratic in the logarithm", "y ~ a + b*log(x) + c*log(x)^2"],
  ["parameters under a sum, divided by inputs", "y ~ (a + 2b)/x + 3*(b - a)"],
  ["waves of known periods", "y ~ a + b*sin(2*pi*x/12) + c*cos(2*pi*x/12)"],
])("%s is one step", async (_, model: string) => {
  const data = { x, y: x.map((t) => Math.sqrt(t) + (t % 3)) };
  const fitted = await fit({ data, model });
  expect(fitted.outcome.message).toBe("converged at once: the model is linear in its parameters");
  expect([fitted.optimizer.name, fitted.steps]).toEqual(["linear-least-squares", 1]);
  const walked = await fit({ data, model, optimizer: "levenberg-marquardt" });
  // The same minimum by two ways: digits are lost to its flatness, half of them.
  expect(fitted.loss / walked.loss).toBeCloseTo(1, 12);
  for (const [name, { value }] of Object.entries(walked.params))
    expect(fitted.params[name]!.value).toBeCloseTo(value, 7);
});

test.each([
  ["a product of parameters", "y ~ a*b*x + b"],
  ["a rate", "y ~ a*exp(-b*x)"],
  ["steps of a parameter, whose derivative is 0 everywhere", "y ~ a*x + floor(b)"],
  ["an absolute value", "y ~ abs(a)*x + b"],
])("%s is not linear", async (_, model: string) => {
  const data = { x, y: x.map((t) => 2 * t + 1) };
  expect((await fit({ data, model })).optimizer.name).not.toBe("linear-least-squares");
});

test("what the data do not determine stays where it starts", async () => {
  const data = { x, same: x.map((t) => 2 * t), y: x.map((t) => 8 * t) };
  const { params, statistics } = await fit({ data, model: "y ~ a*x + b*same" });
  expect(params.a.value + 2 * params.b.value).toBeCloseTo(8, 12);
  expect([params.a.value, params.b.value]).toContain(1);
  expect(statistics.residualSumOfSquares).toBeLessThan(1e-20);
});

test("bounds are kept", async () => {
  const { params } = await fit({
    data: { x, y: x.map((t) => 2 * t - 3) },
    model: "y ~ a*x + b",
    params: { b: { min: 0 } },
  });
  expect(params.b.value).toBe(0);
});

test("a solution has the digits that its numbers allow, columns as alike as they may be", () => {
  // Läuchli's matrix: A'A is singular in double precision, and the solution of A x = A [1, 1, 1] is exact.
  const small = 2 ** -30;
  const columns = [0, 1, 2].map((j) =>
    Float64Array.from([1, 0, 1, 2], (_, i) => (i === 0 ? 1 : i - 1 === j ? small : 0)),
  );
  const b = Float64Array.from([3, small, small, small]);
  const { solution, rank } = solveLeastSquares(columns, b, new Float64Array(3));
  expect(rank).toBe(3);
  for (const value of solution) expect(value).toBeCloseTo(1, 14);
});

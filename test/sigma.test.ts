/** Each row's standard deviation as its weight. */
import { expect, test } from "vitest";
import { fit } from "../src/index.ts";

const x = [0, 1, 2, 3, 4, 5, 6, 7];
const y = [1.1, 2.8, 5.3, 6.9, 9.4, 10.7, 13.5, 14.6];
const s = [0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.5, 0.5];
const model = "y ~ a*x + b";

test("a row counts as one over its variance", async () => {
  const bySigma = await fit({ data: { x, y, s }, model, sigma: "s" });
  const byWeight = await fit({ data: { x, y, w: s.map((t) => 1 / t ** 2) }, model, weights: "w" });
  for (const name of ["a", "b"] as const) {
    // Weights differ by a rounding or two.
    expect(bySigma.params[name].value).toBeCloseTo(byWeight.params[name].value, 13);
    expect(bySigma.params[name].standardError).toBeCloseTo(byWeight.params[name].standardError!, 13);
  }
});

test.each([
  [{ sigma: "s", weights: "s" }, "a fit expects weights or sigma, got both"],
  [{ absoluteSigma: true }, "absoluteSigma expects sigma to say which column, got none"],
  [{ sigma: "z" }, 'row 3 column "z": sigma expects standard deviations above 0, got 0'],
  [{ sigma: "n" }, 'row 1 column "n": sigma expects standard deviations above 0, got -1'],
])("%j is refused", async (options, message) => {
  const data = { x, y, s, z: s.map((t, i) => (i === 2 ? 0 : t)), n: s.map((t) => -10 * t) };
  await expect(fit({ data, model, ...options })).rejects.toThrow(message);
});

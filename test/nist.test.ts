/** Certified problems of least squares: the data are those that were certified, and fits find the certified answers. */
import { describe, expect, it, test } from "vitest";
import { fit } from "../src/index.ts";
import { digits, linear, nonlinear, startsOf } from "./nist.ts";

/** Its residuals are below the rounding of its certified parameters: their squares are not those of 11 digits. */
const roundedAway = "Lanczos1";

const named = <Set extends { name: string }>(sets: readonly Set[]) =>
  sets.map((set) => [set.name, set] as const);

describe("the certified sets", () => {
  it("are all of NIST's", () => {
    expect([nonlinear.length, linear.length]).toEqual([27, 11]);
  });

  test.each(named(nonlinear.filter(({ name }) => name !== roundedAway)))(
    "%s has the certified squares at the certified parameters",
    async (_, { data, model, params, residualSumOfSquares }) => {
      const held = Object.fromEntries(
        Object.entries(params).map(([name, { value }]) => [name, { fixed: value }]),
      );
      const { statistics } = await fit({ data, model, params: held });
      // Certified to 11 digits, at parameters of 11 digits, near which the sum is level but where residuals are tiny.
      expect(digits(statistics.residualSumOfSquares, residualSumOfSquares)).toBeGreaterThan(9);
    },
  );
});

describe("certified nonlinear fits", () => {
  const runs = nonlinear.flatMap((set) => [
    [set.name, "far", set, 0] as const,
    [set.name, "near", set, 1] as const,
  ]);

  test.each(runs)("%s from its %s start", async (_, __, set, which) => {
    const { data, model } = set;
    const { params, statistics, outcome } = await fit({ data, model, params: startsOf(set, which) });
    expect(outcome.kind).toBe("converged");
    // The aim of NIST's users is 6 digits of the 11; where residuals are rounding, errors are too.
    const isExact = set.name === roundedAway;
    for (const [name, { value, error }] of Object.entries(set.params)) {
      expect(digits(params[name]!.value, value), name).toBeGreaterThanOrEqual(6);
      if (!isExact)
        expect(digits(params[name]!.standardError, error), `error of ${name}`).toBeGreaterThanOrEqual(6);
    }
    if (isExact) return;
    expect(digits(statistics.residualSumOfSquares, set.residualSumOfSquares)).toBeGreaterThanOrEqual(9);
    expect(
      digits(statistics.residualStandardDeviation, set.residualStandardDeviation),
    ).toBeGreaterThanOrEqual(9);
  });
});

describe("certified linear fits", () => {
  test.each(named(linear))("%s", async (_, set) => {
    const { data, model } = set;
    const { params, outcome } = await fit({ data, model });
    expect(outcome.kind).toBe("converged");
    // Filip's polynomial of degree 10 has a condition of 1e15 as it stands, which leaves few digits of 16.
    const least = set.name === "Filip" ? 7 : 9;
    for (const [name, { value }] of Object.entries(set.params))
      expect(digits(params[name]!.value, value), name).toBeGreaterThanOrEqual(least);
  });
});

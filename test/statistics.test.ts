/** Goodness of fit and standard errors: against closed forms, and R's; certified ones are in test/nist.test.ts. */
import { describe, expect, it } from "vitest";
import { directionsOf, spreadOf, errorsOf as standardErrors } from "../src/fit/covariance.ts";
import { curvatureOf, curvatureOfSums } from "../src/fit/jacobian.ts";
import { statisticsOf } from "../src/fit/statistics.ts";
import { fit } from "../src/index.ts";

const vector = (...x: number[]): Float64Array => Float64Array.from(x);

/** A line through five points. With u = x - 3, y = 4.2 + 1.9 u, and residuals -0.4, 0.7, -0.2, -0.1, 0: the sums below are by hand. */
const x = [1, 2, 3, 4, 5];
const y = [0.8, 1.6, 4.4, 6.2, 8];

describe("the statistics of a fit", () => {
  it("are those of the closed form of a line", async () => {
    const { params, statistics } = await fit({ data: { x, y }, model: "y ~ a + b*x" });
    const [n, p, rss, tss, sxx] = [5, 2, 0.7, 36.8, 10];
    expect(params.b.value).toBeCloseTo(1.9, 13);
    expect(params.a.value).toBeCloseTo(-1.5, 13);
    expect(statistics).toEqual({
      observations: n,
      degreesOfFreedom: n - p,
      residualSumOfSquares: expect.closeTo(rss, 12),
      residualStandardDeviation: expect.closeTo(Math.sqrt(rss / 3), 12),
      totalSumOfSquares: expect.closeTo(tss, 12),
      chiSquare: expect.closeTo(rss, 12),
      reducedChiSquare: expect.closeTo(rss / 3, 12),
      rSquared: expect.closeTo(1 - rss / tss, 12),
      adjustedRSquared: expect.closeTo(1 - rss / 3 / (tss / 4), 12),
      aicc: expect.closeTo(n * Math.log(rss / n) + 2 * p + 6, 11),
      logLikelihood: expect.closeTo((-n / 2) * (Math.log((2 * Math.PI * rss) / n) + 1), 11),
      aic: expect.closeTo(n * Math.log(rss / n) + 2 * p, 11),
      bic: expect.closeTo(n * Math.log(rss / n) + p * Math.log(n), 11),
    });
    expect(params.b.standardError).toBeCloseTo(Math.sqrt(rss / 3 / sxx), 12);
    expect(params.a.standardError).toBeCloseTo(Math.sqrt((rss / 3) * (1 / n + 9 / sxx)), 12);
  });

  it("do not count fixed parameters, and give them no error", async () => {
    const { params, statistics } = await fit({
      data: { x, y },
      model: "y ~ a + b*x",
      params: { a: { fixed: -1.5 } },
    });
    expect(statistics.degreesOfFreedom).toBe(4);
    expect(params.a).toMatchObject({ value: -1.5, standardError: null, fixed: true });
    expect(params.b.standardError).toBeCloseTo(Math.sqrt(0.7 / 4 / 55), 12);
  });

  it("weigh as R's lm does", async () => {
    // summary(lm(y ~ x, weights = w)): the normal equations with weights, by hand below.
    const w = [1, 2, 3, 2, 4];
    const { params, statistics } = await fit({ data: { x, y, w }, model: "y ~ a + b*x", weights: "w" });
    const sum = (term: (i: number) => number): number =>
      w.reduce((total, weight, i) => total + weight * term(i), 0);
    const [mx, my] = [sum((i) => x[i]!) / 12, sum((i) => y[i]!) / 12];
    const sxx = sum((i) => (x[i]! - mx) ** 2);
    const slope = sum((i) => (x[i]! - mx) * (y[i]! - my)) / sxx;
    const rss = sum((i) => (y[i]! - my - slope * (x[i]! - mx)) ** 2);
    expect(params.b.value).toBeCloseTo(slope, 12);
    expect(params.b.standardError).toBeCloseTo(Math.sqrt(rss / 3 / sxx), 12);
    expect(params.a.standardError).toBeCloseTo(Math.sqrt((rss / 3) * (1 / 12 + mx ** 2 / sxx)), 12);
    expect(statistics.residualSumOfSquares).toBeCloseTo(rss, 12);
    expect(statistics.rSquared).toBeCloseTo(1 - rss / sum((i) => (y[i]! - my) ** 2), 12);
    expect(statistics.degreesOfFreedom).toBe(3);
  });

  it("find the same parameters for weights as for rows that many times, and leave out rows of weight 0", async () => {
    const w = [2, 0, 1, 3, 1];
    const rows = w.flatMap((times, i) =>
      new Array<{ x: number; y: number }>(times).fill({ x: x[i]!, y: y[i]! }),
    );
    for (const optimizer of ["auto", "lbfgs"] as const) {
      const weighted = await fit({ data: { x, y, w }, model: "y ~ a + b*x", weights: "w", optimizer });
      const repeated = await fit({ data: rows, model: "y ~ a + b*x", optimizer });
      expect(weighted.params.a.value).toBeCloseTo(repeated.params.a.value, 9);
      expect(weighted.params.b.value).toBeCloseTo(repeated.params.b.value, 9);
      expect(weighted.loss).toBeCloseTo(repeated.loss, 12);
      expect(weighted.statistics.observations).toBe(4);
      expect(weighted.omitted).toEqual({ "weight 0": 1 });
    }
  });

  it("say nothing of errors that the data do not determine", async () => {
    const twice = await fit({ data: { x, y }, model: "y ~ a*x + b*x + c" });
    expect(twice.outcome.converged).toBe(true);
    expect([twice.params.a, twice.params.b].map((p) => p.standardError)).toEqual([null, null]);
    // Without a last step that slopes allow, the sum of squares tells places apart to the root of a rounding, 1e-8.
    expect(twice.params.a.value + twice.params.b.value).toBeCloseTo(1.9, 8);

    const two = await fit({ data: { x: [1, 2], y: [1, 3] }, model: "y ~ a*x + b" });
    expect(two.params.a).toMatchObject({ value: expect.closeTo(2, 10), standardError: null });
    expect(two.statistics).toMatchObject({ degreesOfFreedom: 0, residualStandardDeviation: null });
  });

  it("say nothing of R squared where targets do not vary", async () => {
    // The mean of three times 0.1 is not 0.1 in doubles.
    const { statistics } = await fit({ data: { x: [1, 2, 3], y: [0.1, 0.1, 0.1] }, model: "y ~ a*x" });
    expect(statistics.rSquared).toBeNull();
  });

  it("give no error to a parameter on its bound, and the others theirs with it held", async () => {
    const held = await fit({ data: { x, y }, model: "y ~ a + b*x", params: { a: { start: 1, min: 0 } } });
    expect(held.params.a).toMatchObject({ value: 0, standardError: null });
    const without = await fit({ data: { x, y }, model: "y ~ b*x" });
    expect(held.params.b.value).toBeCloseTo(without.params.b.value, 12);
    const [s, t] = [held, without].map(({ statistics }) => statistics.residualStandardDeviation!);
    expect(held.params.b.standardError! / s!).toBeCloseTo(without.params.b.standardError! / t!, 12);
  });

  it("give errors where a walk came near enough to the minimum, and none where it did not", async () => {
    const run = (steps: number) =>
      fit({ data: { x, y }, model: "y ~ a + b*x", optimizer: "sgd", lr: 0.05, steps, stop: false });
    const [early, late] = [await run(20), await run(3000)];
    expect(early.params.b.standardError).toBeNull();
    expect(late.params.b.standardError).toBeCloseTo(Math.sqrt(0.7 / 3 / 10), 6);
  });

  it("are in units of the target for logits and for logarithms of rates", async () => {
    const logistic = await fit({
      data: { x: [-2, -1, 0, 1, 2, 3], y: [0, 0, 1, 0, 1, 1] },
      model: "y ~ a + b*x",
      loss: "binaryCrossEntropyWithLogits",
    });
    const chance = (t: number): number =>
      1 / (1 + Math.exp(-logistic.params.a.value - logistic.params.b.value * t));
    const expected = [0, 0, 1, 0, 1, 1].map((t, i) => (t - chance(i - 2)) ** 2).reduce((sum, s) => sum + s);
    expect(logistic.statistics.residualSumOfSquares).toBeCloseTo(expected, 12);
    expect([logistic.statistics.aic, logistic.statistics.bic]).toEqual([null, null]);

    const counts = await fit({ data: { x, y: [2, 3, 6, 7, 15] }, model: "y ~ a + b*x", loss: "poissonNll" });
    expect(counts.statistics.rSquared).toBeGreaterThan(0.9);
    // The score of the constant: rates and counts have one sum.
    const rates = [...counts.predict({ x })].map(Math.exp);
    expect(rates.reduce((sum, rate) => sum + rate)).toBeCloseTo(33, 6);
  });
});

/** The standard errors of parameters by which residuals change as the columns say, if residuals are more than noise. */
function errorsOf(columns: readonly Float64Array[], residuals: Float64Array): (number | null)[] {
  const curvature = curvatureOf(
    columns.map((_, j) => `p${j}`),
    columns,
    residuals,
  );
  const kept = columns.map((_, j) => j);
  const directions = directionsOf(curvature, kept, 2 ** -53);
  if (!directions) return columns.map(() => null);
  const deviation = curvature.length / Math.sqrt(residuals.length - columns.length);
  return [...standardErrors(spreadOf(directions, deviation)).values()];
}

describe("standard errors", () => {
  const ones = vector(1, 1, 1, 1);

  it("are the standard deviation of a mean", () => {
    const [error] = errorsOf([ones], vector(-1, 1, -1, 1));
    expect(error).toBeCloseTo(Math.sqrt(4 / 3 / 4), 15);
  });

  it("are of any scale that a double holds", () => {
    const [large] = errorsOf([ones.map((v) => v * 1e-200)], vector(-1e100, 1e100, -1e100, 1e100));
    expect(large! / Math.sqrt(1 / 3)).toBeCloseTo(1e300, -287);
    expect(errorsOf([ones.map((v) => v * 1e-200)], vector(-1e200, 1e200, -1e200, 1e200))).toEqual([null]);
  });

  it("are null for derivatives that are no numbers", () => {
    expect(errorsOf([vector(1, Number.NaN, 1, 1)], vector(-1, 1, -1, 1))).toEqual([null]);
    expect(errorsOf([vector(1, Number.POSITIVE_INFINITY, 1, 1)], vector(-1, 1, -1, 1))).toEqual([null]);
  });

  it("are those of sums where sums are all there is", () => {
    const columns = [ones, vector(1, 2, 3, 4)];
    const residuals = vector(-1, 1, 1, -1);
    const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
    const sums = {
      sumOfSquares: 4,
      gradient: Float64Array.from(columns, (column) => dot(column, residuals)),
      gram: Float64Array.from(columns.flatMap((x) => columns.map((y) => dot(x, y)))),
    };
    const directions = directionsOf(curvatureOfSums(["a", "b"], sums), [0, 1], 2 ** -53)!;
    const errors = [...standardErrors(spreadOf(directions, Math.sqrt(2))).values()];
    for (const [j, error] of errorsOf(columns, residuals).entries())
      expect(errors[j]).toBeCloseTo(error!, 14);
  });
});

describe("statistics", () => {
  it("of residuals that are exactly 0 have no logarithm", () => {
    expect(statisticsOf(0, vector(1, 2, 4), null, 1)).toMatchObject({
      rSquared: 1,
      aic: null,
      bic: null,
    });
  });

  it("of few rows go without what these leave undefined", () => {
    expect(statisticsOf(1, vector(5), null, 2)).toEqual({
      observations: 1,
      degreesOfFreedom: -1,
      residualSumOfSquares: 1,
      residualStandardDeviation: null,
      totalSumOfSquares: 0,
      chiSquare: 1,
      reducedChiSquare: null,
      rSquared: null,
      adjustedRSquared: null,
      aic: 4,
      aicc: null,
      bic: 0,
      logLikelihood: expect.closeTo(-(Math.log(2 * Math.PI) + 1) / 2, 14),
    });
  });
});

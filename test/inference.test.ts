/** How sure a fit is: limits, profiles, comparisons and notes, against R, closed forms, and models whose trouble is known. */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { compare, fit, readModel } from "../src/index.ts";

const x = [1, 2, 3, 4, 5, 6, 7, 8];
const y = [0.8, 1.6, 4.4, 6.2, 8, 8.3, 8.9, 9];
const data = { x, y };
const line = { data, model: "y ~ a + b*x" } as const;
const curve = { data, model: "y ~ a*(1-exp(-b*x)) + c", params: { c: { start: 0 } } } as const;

describe("limits of predictions", () => {
  it("are those of the normal equations of a line", async () => {
    const fitted = await fit(line);
    const { fit: at, lower, upper } = fitted.predict({ x: [4] }, { interval: "prediction", level: 0.9 });
    // numpy's inverse of X'X, and scipy's stats.t.ppf(0.95, 6).
    expect(lower[0]).toBeCloseTo(3.03491226, 8);
    expect(upper[0]! - at[0]!).toBeCloseTo(at[0]! - lower[0]!, 12);
    const s2 = fitted.statistics.reducedChiSquare!;
    const curveLimits = fitted.predict({ x: [4] }, { interval: "confidence", level: 0.9 });
    const [half, whole] = [curveLimits.upper[0]! - at[0]!, upper[0]! - at[0]!];
    // Student's quantile squared is what both have in common: 1.9432^2.
    expect(whole ** 2 - half ** 2).toBeCloseTo(s2 * 1.9431802805153 ** 2, 10);
  });

  it("are the same of a model that was kept, but for rounding", async () => {
    const fitted = await fit(curve);
    const read = readModel(JSON.parse(JSON.stringify(fitted)));
    const [now, then] = [fitted, read].map((one) => one.predict({ x: [1.5, 9] }, { interval: "confidence" }));
    for (const i of [0, 1]) expect(then!.lower[i]).toBeCloseTo(now!.lower[i]!, 12);
  });

  it("are known where parameters are not, if the prediction is", async () => {
    const twice = await fit({ data, model: "y ~ a*x + b*x + c" });
    const once = await fit({ data, model: "y ~ a*x + c" });
    const [two, one] = [twice, once].map((f) => f.predict({ x: [3] }, { interval: "confidence" }).upper[0]!);
    // One more parameter counts, so that the variance is spread over a degree of freedom less.
    expect(two).toBeGreaterThan(one!);
    const away = await fit({ data: { ...data, z: x }, model: "y ~ a*x + b*z + c" });
    expect(away.predict({ x: [3], z: [4] }, { interval: "confidence" }).upper[0]).toBeNaN();
  });

  it("are refused in a sentence where nothing is known", async () => {
    const fitted = await fit({ ...line, loss: "l1" });
    expect(() => fitted.predict({ x: [1] }, { interval: "confidence" })).toThrow(
      "intervals expect a fit with standard errors, got one without: the loss is l1",
    );
    const old = { ...JSON.parse(JSON.stringify(await fit(line))), covariance: undefined };
    expect(() => readModel(old).predict({ x: [1] }, { interval: "confidence" })).toThrow(
      "intervals expect a fit that was kept with its covariance, got one without",
    );
    const known = await fit(line);
    expect(() => known.predict({ x: [1] }, { interval: "confidence", level: 95 })).toThrow(
      "level expects a number between 0 and 1, got 95",
    );
  });
});

describe("profile intervals", () => {
  it("of a linear model are those of its standard errors", async () => {
    const fitted = await fit(line);
    for (const [name, { lower, upper }] of Object.entries(await fitted.profile())) {
      const { lower: low, upper: high } = fitted.params[name as "a"];
      // A parabola is met by the search to 1e-9 of the quantile.
      expect(lower).toBeCloseTo(low!, 7);
      expect(upper).toBeCloseTo(high!, 7);
    }
  });

  it("of a curve lie where the others fitted anew leave the sum of squares that the level allows", async () => {
    const fitted = await fit(curve);
    const { b } = await fitted.profile({ params: ["b"], level: 0.95 });
    const quantile = 2.5705818366147395; // scipy.stats.t.ppf(0.975, 5)
    const { residualSumOfSquares: s, degreesOfFreedom } = fitted.statistics;
    for (const end of [b!.lower!, b!.upper!]) {
      const held = await fit({ ...curve, params: { b: { fixed: end }, c: { start: 0 } } });
      const t = Math.sqrt((held.statistics.residualSumOfSquares / s - 1) * degreesOfFreedom);
      expect(t).toBeCloseTo(quantile, 6);
    }
    expect(fitted.params.b.value - b!.lower!).not.toBeCloseTo(b!.upper! - fitted.params.b.value, 2);
  });

  it("have no end where the data or a bound set none, and say so", async () => {
    const bounded = await fit({ ...curve, params: { c: { start: 0, min: -3 } } });
    expect((await bounded.profile({ params: ["c"] })).c).toEqual({
      lower: null,
      upper: expect.any(Number),
      message: "the bound of c lies within the interval",
    });
    await expect((await fit(line)).profile({ params: ["d"] })).rejects.toThrow(
      "profile expects free parameters, got d",
    );
  });
});

describe("compare", () => {
  it("tests nested models as R's anova does, and weighs all", async () => {
    const parabola = await fit({ data, model: "y ~ a + b*x + c*x^2" });
    const { models, tests } = compare([await fit(line), parabola]);
    const [one, two] = models;
    const f = (one!.residualSumOfSquares! - two!.residualSumOfSquares!) / (two!.residualSumOfSquares! / 5);
    expect(tests).toEqual([
      {
        smaller: 0,
        larger: 1,
        f: expect.closeTo(f, 10),
        degreesOfFreedom: [1, 5],
        pValue: expect.any(Number),
      },
    ]);
    // One parameter more: the F of it is the square of its t, and their probabilities are one.
    expect(tests[0]!.pValue).toBeCloseTo(parabola.params.c.pValue!, 10);
    expect(models.reduce((sum, { weight }) => sum + weight!, 0)).toBeCloseTo(1, 14);
    expect(Math.min(...models.map(({ delta }) => delta!))).toBe(0);
  });

  it("tests what does not look nested if a person says that it is", async () => {
    const fits = [await fit(line), await fit({ data, model: "y ~ p + q*x + r*x^2" })];
    expect(compare(fits).tests).toEqual([]);
    expect(compare(fits, { nested: true }).tests).toHaveLength(1);
  });

  it("refuses fits of other data, and fewer than two", async () => {
    const fitted = await fit(line);
    const shorter = await fit({ ...line, data: { x: x.slice(1), y: y.slice(1) } });
    const other = await fit({ ...line, data: { x, y: y.map((v) => v * 2) } });
    expect(() => compare([fitted, shorter])).toThrow("fits of the same data, got 8 and 7 observations");
    expect(() => compare([fitted, other])).toThrow("fits of the same targets and weights, got total sums");
    expect(() => compare([fitted])).toThrow("compare expects two fits or more, got 1");
  });
});

describe("notes", () => {
  /** What is said of a fit to eight points, by kind. */
  const notes = async (model: string, params: object = {}, rows: object = data) => {
    const { diagnostics } = await fit({ data: rows, model, params } as never);
    return Object.fromEntries(diagnostics.map(({ kind, message }) => [kind, message]));
  };

  test.each([
    ["y ~ a*b*x + c", "the data determine a*b only, and not each of a and b: hold one of them fixed"],
    ["y ~ a/b*x + c", "the data determine a/b only, and not each of a and b: hold one of them fixed"],
    ["y ~ a*x + c + d", "the data determine c + d only, and not each of c and d: hold one of them fixed"],
    ["y ~ a*x + c - 3*d", "the data determine c - 3*d only, and not each of c and d: hold one of them fixed"],
    ["y ~ a*x + b*c*d", "the data determine b*c*d only, and not each of b, c and d: hold 2 of them fixed"],
  ])("name what %s leaves open", async (model, sentence) => {
    const params = { a: 2, b: { start: 1.5 }, c: { start: 1.2 }, d: { start: 0.7 } };
    const used = Object.fromEntries(Object.entries(params).filter(([name]) => model.includes(name)));
    expect((await notes(model, used)).inseparable).toBe(sentence);
  });

  it("say where a combination has no simple name", async () => {
    const { inseparable } = await notes("y ~ a*exp(b*(x - c))", { a: 2, b: 0.2, c: 1 });
    expect(inseparable).toBe(
      "a and c can change together without changing the predictions: hold one of them fixed",
    );
  });

  it("name a bound, an idle parameter, and too few points", async () => {
    expect((await notes("y ~ a*x + b", { a: { start: 0, max: 0.5 } })).bound).toMatch(
      /^a is at its upper bound, 0.5/,
    );
    expect((await notes("y ~ a*x + 0*b")).idle).toMatch(/^b makes no difference/);
    expect((await notes("y ~ a*x + b", {}, { x: [1, 2], y: [1, 3] })).few).toMatch(/no degrees of freedom/);
    expect((await notes("y ~ a*x + b", {}, { x: [1], y: [1] })).few).toMatch(
      /^there are too few observations/,
    );
  });

  it("see a pattern and an outlier, and neither in noise", async () => {
    const t = Array.from({ length: 40 }, (_, i) => i / 4);
    const noise = t.map((_, i) => Math.sin(i * i * 1.7) * 0.1);
    const bent = await notes("v ~ a*t + b", {}, { t, v: t.map((u, i) => u ** 2 + noise[i]!) });
    expect(bent.pattern).toMatch(/^the residuals keep their sign along t, in \d+ runs/);
    const straight = t.map((u, i) => 2 * u + noise[i]!);
    expect(await notes("v ~ a*t + b", {}, { t, v: straight })).toEqual({});
    const wrong = straight.map((v, i) => (i === 7 ? v + 3 : v));
    expect((await notes("v ~ a*t + b", {}, { t, v: wrong })).outliers).toContain('row 8 column "v"');
  });
});

describe("odd data", () => {
  /** Whatever holds no number that is none. */
  const isWhole = (value: unknown): boolean =>
    typeof value === "number"
      ? Number.isFinite(value)
      : typeof value !== "object" || value === null || Object.values(value).every(isWhole);
  const number = fc.oneof(
    fc.integer({ min: -5, max: 5 }),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.constantFrom(0, 1e-150, 1e100, -1e100),
  );
  const rows = fc.array(fc.record({ x: number, z: number, y: number }), { minLength: 1, maxLength: 8 });
  const models = ["y ~ a", "y ~ a*x + b", "y ~ a*x + b*z + c", "y ~ a*x + b*x", "y ~ a*exp(-b*x)", "y ~ a*b"];

  test.each(models)("leave %s without a throw, without NaN and without infinity", async (model) => {
    await fc.assert(
      fc.asyncProperty(rows, fc.boolean(), async (some, isConstant) => {
        const table = isConstant ? some.map((row) => ({ ...row, y: 3 })) : some;
        const params = Object.fromEntries(
          ["a", "b", "c"].filter((name) => model.includes(name)).map((name) => [name, 1]),
        );
        const fitted = await fit({ data: table, model, steps: 30, params } as never);
        const { diagnostics, covariance, correlations, statistics, params: found } = fitted;
        const { residualSumOfSquares, ...rest } = statistics;
        const known = Object.values(found as object).map(({ value, ...inference }) => inference);
        expect(isWhole([diagnostics, covariance, correlations, rest, known])).toBe(true);
        expect(JSON.stringify(fitted) + fitted.report()).not.toMatch(/NaN|Infinity/);
      }),
      { numRuns: 20 },
    );
  });
});

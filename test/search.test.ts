/** Start values when nobody gives any: formulas are read, and fits of them end at the least sum of squares from nothing. */
import { describe, expect, it, test } from "vitest";
import { fit } from "../src/index.ts";
import { nonlinear } from "./nist.ts";

const range = (n: number, from: number, to: number) =>
  Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));

/** Numbers from -1 to 1 that repeat at no period of the data: errors that are the same at every run. */
const noise = (i: number) => Math.sin(12.9898 * (i + 1) ** 2);

/** Whether residuals of a fit are no larger than those of the parameters that made the data. */
async function leastOf(model: string, x: number[], truth: (x: number) => number, seed = 0) {
  const size = Math.max(...x.map((at) => Math.abs(truth(at))));
  const y = x.map((at, i) => truth(at) + 0.01 * size * noise(i));
  const { statistics, starts, outcome } = await fit({ data: { x, y }, model, seed });
  const made = y.reduce((sum, at, i) => sum + (at - truth(x[i]!)) ** 2, 0);
  return { ratio: statistics.residualSumOfSquares / made, starts, outcome };
}

describe("a fit without start values", () => {
  // One of each kind; the residual sum is certified to 11 digits.
  const kinds = [
    "Misra1a",
    "MGH09",
    "MGH10",
    "MGH17",
    "Rat43",
    "Roszman1",
    "Gauss1",
    "Hahn1",
    "ENSO",
    "Nelson",
  ];

  test.each(nonlinear.filter(({ name }) => kinds.includes(name)).map((set) => [set.name, set] as const))(
    "finds the certified least squares of %s",
    async (_, { data, model, residualSumOfSquares }) => {
      const { statistics, outcome } = await fit({ data, model });
      expect(outcome.converged).toBe(true);
      expect(statistics.residualSumOfSquares / residualSumOfSquares).toBeCloseTo(1, 6);
    },
  );

  const formulas: [what: string, model: string, x: number[], truth: (x: number) => number][] = [
    ["a decay in tiny units", "y ~ a*exp(-k*x)", range(30, 0, 2e-6), (x) => 7e4 * Math.exp(-2.1e6 * x)],
    ["a decay to a plateau", "y ~ a*exp(-x/tau) + c", range(40, 0, 5e5), (x) => 3 * Math.exp(-x / 8e4) + 20],
    [
      "an enzyme curve",
      "rate ~ vmax*x/(km + x)".replace("rate", "y"),
      range(12, 1, 400),
      (x) => (212 * x) / (47 + x),
    ],
    [
      "a logistic curve",
      "y ~ K/(1 + exp(-r*(x - m)))",
      range(60, 0, 120),
      (x) => 9e5 / (1 + Math.exp(-0.11 * (x - 71))),
    ],
    [
      "two peaks",
      "y ~ a*exp(-(x-m)^2/(2*s^2)) + b*exp(-(x-n)^2/(2*t^2))",
      range(120, 400, 700),
      (x) => 5 * Math.exp(-((x - 480) ** 2) / 450) + 3 * Math.exp(-((x - 600) ** 2) / 800),
    ],
    [
      "a damped wave",
      "y ~ a*exp(-k*x)*cos(w*x + p) + c",
      range(150, 0, 30),
      (x) => 4 * Math.exp(-0.08 * x) * Math.cos(3.7 * x + 0.5) + 1,
    ],
    [
      "a wave of unknown period",
      "y ~ a*sin(2*pi*x/T + p) + c",
      range(100, 1900, 2000),
      (x) => 3 * Math.sin((2 * Math.PI * x) / 11.1 + 1) + 50,
    ],
    ["a power law", "y ~ a*x^b", range(20, 1, 5000), (x) => 0.03 * x ** 1.7],
    ["a power of a shifted variable", "y ~ a*(x - x0)^b", range(25, 3, 60), (x) => 2 * (x + 4) ** 0.6],
    ["nothing linear", "y ~ exp(a + b*x)", range(20, 10, 40), (x) => Math.exp(-3 + 0.2 * x)],
  ];

  test.each(formulas)("finds %s", async (_, model, x, truth) => {
    const { ratio, outcome } = await leastOf(model, x, truth);
    expect(outcome.converged).toBe(true);
    // The least sum of squares is nowhere above that of the truth.
    expect(ratio).toBeLessThanOrEqual(1);
  });

  it("says how it found where to start", async () => {
    const { starts } = await leastOf("y ~ a*exp(-k*x) + c", range(30, 0, 9), (x) => 5 * Math.exp(-x) + 2, 3);
    expect(starts).toMatchObject({ tried: expect.any(Number), polished: expect.any(Number), seed: 3 });
    expect(starts!.agreed).toBeGreaterThanOrEqual(2);
  });

  it("is the same again with the same seed", async () => {
    const data = { x: range(40, 0, 9), y: range(40, 0, 9).map((x, i) => Math.sin(2.3 * x) + 0.1 * noise(i)) };
    const values = async () => {
      const { params } = await fit({ data, model: "y ~ a*sin(w*x + p)", seed: 5 });
      return [params.a.value, params.w.value, params.p.value];
    };
    expect(await values()).toEqual(await values());
  });

  it("has terms that are alike in one order", async () => {
    const x = range(60, 0, 10);
    const y = x.map((at) => 2 * Math.exp(-3 * at) + 5 * Math.exp(-0.4 * at));
    const { params } = await fit({ data: { x, y }, model: "y ~ a*exp(-k*x) + b*exp(-l*x)" });
    // The data are exact.
    expect(params.k.value).toBeCloseTo(0.4, 6);
    expect(params.l.value).toBeCloseTo(3, 6);
  });

  it("says where else it might have ended", async () => {
    // One peak for two that are nearly as high.
    const x = range(80, 0, 40);
    const y = x.map((at) => Math.exp(-((at - 9) ** 2)) + 0.95 * Math.exp(-((at - 31) ** 2)));
    const { params, diagnostics } = await fit({ data: { x, y }, model: "y ~ a*exp(-((x - m)/s)^2)" });
    expect(params.m.value).toBeCloseTo(9, 3);
    expect(diagnostics.map(({ kind }) => kind)).toContain("minima");
  });

  it("stays within bounds, and finds the best there", async () => {
    const x = range(30, 0, 9);
    const y = x.map((at) => 5 * Math.exp(-0.7 * at) + 2);
    const { params } = await fit({
      data: { x, y },
      model: "y ~ a*exp(-k*x) + c",
      params: { c: { max: 1.5 }, a: { min: 0 } },
    });
    expect(params.c.value).toBe(1.5);
    expect(params.k.value).toBeGreaterThan(0);
  });

  it("heeds weights, ties and fixed parameters", async () => {
    const x = range(40, 0, 9);
    const y = x.map((at) => 3 * Math.exp(-0.5 * at) + Math.exp(-1.5 * at) + 2);
    const bad = y.map((at, i) => (i % 10 === 3 ? 100 : at));
    const data = { x, y: bad, w: y.map((_, i) => (i % 10 === 3 ? 0 : 1)) };
    const { params } = await fit({
      data,
      model: "y ~ a*exp(-k*x) + b*exp(-l*x) + c",
      params: { l: { tie: "3*k" }, c: { fixed: 2 } },
      weights: "w",
    });
    // The data are exact.
    expect([params.k.value, params.l.value, params.a.value, params.c.value].map((v) => v.toFixed(6))).toEqual(
      ["0.500000", "1.500000", "3.000000", "2.000000"],
    );
  });

  it("looks at some of many rows, and fits all", async () => {
    const x = range(20_000, 0, 50);
    const { ratio } = await leastOf(
      "y ~ a*exp(-k*x) + c*sin(w*x + p)",
      x,
      (at) => 5 * Math.exp(-0.1 * at) + Math.sin(4.4 * at + 1),
    );
    expect(ratio).toBeLessThanOrEqual(1);
  });
});

describe("start values that are given", () => {
  const x = range(50, 0, 10);
  const y = x.map((at, i) => 2 * Math.sin(5.1 * at + 0.4) + 0.02 * noise(i));

  it("are where a fit starts, without a search", async () => {
    const { starts, params } = await fit({
      data: { x, y },
      model: "y ~ a*sin(w*x + p)",
      params: { a: 1, w: 5, p: 0 },
    });
    expect(starts).toBeNull();
    expect([params.a.start, params.w.start, params.p.start]).toEqual([1, 5, 0]);
  });

  it("are hints where others are left out", async () => {
    const { params, outcome } = await fit({ data: { x, y }, model: "y ~ a*sin(w*x + p)", params: { w: 5 } });
    expect(outcome.converged).toBe(true);
    // Ten times the standard error.
    expect(params.w.value).toBeCloseTo(5.1, 2);
  });

  it("are left where they lead nowhere, and that is said", async () => {
    const decay = x.map((at, i) => 7 * Math.exp(-0.8 * at) + 0.02 * noise(i));
    const { params, diagnostics } = await fit({
      data: { x, y: decay },
      model: "y ~ a*exp(-k*x)",
      params: { a: 1, k: 5000 },
    });
    expect(params.k.value).toBeCloseTo(0.8, 1);
    expect(diagnostics.find(({ kind }) => kind === "starts")?.message).toContain("settled nowhere");
  });

  it("are not looked for by optimizers that are asked for by name and step as a tutorial says", async () => {
    const { params, starts } = await fit({
      data: { x, y },
      model: "y ~ a*sin(w*x)",
      optimizer: "adam",
      lr: 0.01,
      steps: 1,
    });
    expect(starts).toBeNull();
    expect([params.a.start, params.w.start]).toEqual([1, 1]);
  });
});

describe("a search", () => {
  const x = Array.from({ length: 400 }, (_, i) => i / 40);
  const hard = {
    data: { x, y: x.map((t) => Math.sin(3 * t) + 0.3 * Math.cos(31 * t)) },
    model: "y ~ a*sin(w*x + p) + b*exp(-k*x) + c",
  };

  it("lets others have their turn while it goes on", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const { starts } = await fit(hard);
    clearInterval(timer);
    expect(starts?.tried).toBeGreaterThan(0);
    // A search that took no turns would leave room for those before and after it alone.
    expect(turns).toBeGreaterThan(5);
  });

  it("ends when it is aborted, with the best so far", async () => {
    const controller = new AbortController();
    const whole = await fit(hard);
    setTimeout(() => controller.abort(), 20);
    const { outcome, params, starts } = await fit({ ...hard, signal: controller.signal });
    expect(outcome.kind).toBe("aborted");
    expect(Object.values(params).every(({ value }) => Number.isFinite(value))).toBe(true);
    expect(starts?.tried ?? 0).toBeLessThan(whole.starts!.tried);
  });
});

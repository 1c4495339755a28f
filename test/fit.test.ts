/** The fit as a whole: what it recovers, by every optimizer and every loss, from formulas and functions; and what it makes of bad input. */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { tuning } from "../src/fit/losses.ts";
import {
  adam,
  type FitOptions,
  fit,
  type LossName,
  losses,
  manualSeed,
  type OptimizerName,
  parseCsv,
  parseFormula,
  randn,
  type Tensor,
  tensor,
} from "../src/index.ts";
import { optimizers } from "../src/optim/optimizers.ts";

const range = (count: number, step = 1, first = 0): number[] =>
  Array.from({ length: count }, (_, i) => first + step * i);

/** The same small errors at every run. */
const noise = (count: number, size: number): number[] => {
  manualSeed(7);
  return [...randn([count]).mul(size).toTypedArray()];
};

/** A model, its true parameters, sane starts, and where it is observed. */
interface Truth {
  readonly model: string;
  readonly of: (x: number) => number;
  readonly truth: Readonly<Record<string, number>>;
  readonly start: Readonly<Record<string, number>>;
  readonly x: readonly number[];
  readonly error: number;
}

const truths: Readonly<Record<string, Truth>> = {
  quadratic: {
    model: "y ~ a*x^2 + b*x + c",
    of: (x) => 0.75 * x ** 2 - 14.25 * x + 68,
    truth: { a: 0.75, b: -14.25, c: 68 },
    start: {},
    x: range(20),
    error: 1,
  },
  "exponential decay": {
    model: "y ~ n*exp(-x/tau) + floor",
    of: (x) => 100 * Math.exp(-x / 7) + 5,
    truth: { n: 100, tau: 7, floor: 5 },
    start: { n: 50, tau: 3, floor: 0 },
    x: range(30),
    error: 1,
  },
  "logistic growth": {
    model: "y ~ top/(1 + exp(-k*(x - middle)))",
    of: (x) => 50 / (1 + Math.exp(-0.8 * (x - 10))),
    truth: { top: 50, k: 0.8, middle: 10 },
    start: { top: 40, k: 0.3, middle: 8 },
    x: range(25),
    error: 0.5,
  },
  "power law": {
    model: "y ~ a*x^b",
    of: (x) => 3 * x ** 1.5,
    truth: { a: 3, b: 1.5 },
    start: {},
    x: range(20, 1, 1),
    error: 0.5,
  },
  "Gaussian peak": {
    model: "y ~ height*exp(-((x - center)/width)^2/2)",
    of: (x) => 8 * Math.exp(-(((x - 5) / 1.2) ** 2) / 2),
    truth: { height: 8, center: 5, width: 1.2 },
    start: { height: 5, center: 4, width: 2 },
    x: range(40, 0.25),
    error: 0.1,
  },
};

const observed = ({ of, x, error }: Truth): { x: readonly number[]; y: number[] } => {
  const errors = noise(x.length, error);
  return { x, y: x.map((t, i) => of(t) + errors[i]!) };
};

describe("the optimizer auto", () => {
  test.each(Object.entries(truths))("recovers the %s within its standard errors", async (_, row) => {
    const fitted = await fit({ data: observed(row), model: row.model, params: row.start });
    expect(fitted.outcome.kind).toBe("converged");
    expect(fitted.optimizer.name).toBe(
      row.model.includes("^2 + b*x") ? "linear-least-squares" : "levenberg-marquardt",
    );
    for (const [name, value] of Object.entries(row.truth)) {
      const { value: found, standardError } = fitted.params[name]!;
      expect(standardError).toBeGreaterThan(0);
      expect(Math.abs(found - value), name).toBeLessThan(4 * standardError!);
    }
    // The residuals are the errors, less what three parameters take up of them.
    expect(fitted.statistics.residualStandardDeviation! / row.error).toBeGreaterThan(0.6);
    expect(fitted.statistics.residualStandardDeviation! / row.error).toBeLessThan(1.5);
  });

  test.each(Object.entries(truths))("finds the %s to the digit where there are no errors", async (_, row) => {
    const { outcome, params } = await fit({
      data: observed({ ...row, error: 0 }),
      model: row.model,
      params: row.start,
    });
    expect(outcome.kind).toBe("converged");
    for (const [name, value] of Object.entries(row.truth))
      expect(params[name]!.value / value).toBeCloseTo(1, 10);
  });

  test.each(["l1", "quantile", "huber", "smoothL1", "logCosh"] as const)(
    "sees outliers for what they are by %s",
    async (loss) => {
      const { x, y } = observed({ ...truths.quadratic!, error: 0.1 });
      const wild = y.map((value, i) => (i % 6 === 5 ? value + 100 : value));
      const fitted = await fit({ data: { x, y: wild }, model: "y ~ a*x^2 + b*x + c", loss });
      expect(fitted.outcome.kind).toBe("converged");
      expect(fitted.optimizer.name).toBe("reweighted-least-squares");
      // Three outliers of 20 at +100 pull by no more than three rows of +1 do; as squares they would pull c by more than 10.
      expect(Math.abs(fitted.params.c.value - 68)).toBeLessThan(1);
      expect(Math.abs(fitted.params.a.value - 0.75)).toBeLessThan(0.02);
    },
  );

  it("finds the line of least absolute deviations: as low as the lowest of those through two points", async () => {
    const [x, y] = [range(12), observed({ ...truths.quadratic!, x: range(12) }).y];
    const { loss } = await fit({ data: { x, y }, model: "y ~ a*x + b", loss: "l1" });
    const heights = x.flatMap((p, i) =>
      x.slice(i + 1).map((q, j) => {
        const slope = (y[i + 1 + j]! - y[i]!) / (q - p);
        return x.reduce((sum, t, k) => sum + Math.abs(y[i]! + slope * (t - p) - y[k]!), 0) / x.length;
      }),
    );
    // The least of absolute values is at a corner, and the fit ends in it.
    expect(Math.abs(loss / Math.min(...heights) - 1)).toBeLessThan(1e-14);
  });

  it("is honest of losses whose edges its way does not round off", async () => {
    const l1 = (preds: Tensor, targets: Tensor): Tensor => preds.sub(targets).abs().mean();
    const fitted = await fit({ data: observed(truths.quadratic!), model: "y ~ a*x^2 + b*x + c", loss: l1 });
    expect(fitted.outcome.kind).toBe("stalled");
    expect(fitted.outcome.advice).toContain("huber");
  });

  it("says so where a parameter makes no difference", async () => {
    const data = { x: [1, 2, 3], y: [2, 4, 7] };
    const { outcome, params, statistics } = await fit({ data, model: "y ~ a*x + 0*b" });
    expect(outcome).toMatchObject({
      kind: "converged",
      advice: expect.stringContaining("near the answer b makes no difference"),
    });
    // One degree of freedom is left, and 14 is the sum of the squares of x.
    const s = Math.sqrt(statistics.residualSumOfSquares);
    expect(params.a.standardError).toBeCloseTo(s / Math.sqrt(14), 12);
    expect(params.b.standardError).toBeNull();
  });

  it("respects bounds, and is at rest on them", async () => {
    const data = observed(truths["exponential decay"]!);
    const params = { n: { start: 50, max: 90 }, tau: { start: 3, min: 1 }, floor: { start: 0, max: 20 } };
    for (const loss of ["mse", "huber", "l1"] as const) {
      const fitted = await fit({ data, model: "y ~ n*exp(-x/tau) + floor", params, loss });
      expect(fitted.outcome.kind, loss).toBe("converged");
      expect(fitted.params.n.value, loss).toBe(90);
      expect(fitted.params.n.standardError).toBeNull();
    }
  });
});

/** Learning rates that suit the problems below, whose columns are of order 1. */
const rates: Readonly<Record<OptimizerName, number>> = {
  sgd: 0.02,
  adam: 0.05,
  adamw: 0.05,
  rmsprop: 0.02,
  adagrad: 0.3,
  adadelta: 5,
  nadam: 0.05,
  radam: 0.05,
  adamax: 0.05,
  lbfgs: 1,
};

const small: Readonly<
  Record<string, { model: string; of: (x: number) => number; params: Record<string, number> }>
> = {
  line: { model: "y ~ a*x + b", of: (x) => 2 * x - 1, params: {} },
  exponential: { model: "y ~ a*exp(b*x)", of: (x) => 2 * Math.exp(-x), params: { b: -0.5 } },
  wave: { model: "y ~ a*sin(x + b)", of: (x) => 1.5 * Math.sin(x + 0.3), params: {} },
};

describe("every optimizer on every problem", () => {
  const x = range(17, 0.125, -1);
  const pairs = Object.keys(optimizers).flatMap((name) =>
    Object.keys(small).map((problem) => [name as OptimizerName, problem] as const),
  );

  test.each(pairs)("%s goes down on the %s", async (optimizer, problem) => {
    const { model, of, params } = small[problem]!;
    const options = { data: { x, y: x.map(of) }, model, params, optimizer, lr: rates[optimizer], steps: 150 };
    const fitted = await fit(options);
    expect(fitted.optimizer.name).toBe(optimizer);
    expect(fitted.outcome.converged).toBe(true);
    expect(fitted.loss).toBeLessThan(0.2 * fitted.history[0]!.loss);
    const again = await fit(options);
    expect(again.params).toEqual(fitted.params);
  });
});

describe("every loss by name", () => {
  const x = range(11, 0.4, -2);
  const fits: Readonly<Record<Exclude<LossName, "crossEntropy">, number[]>> = {
    mse: x.map((t) => t + Math.sin(9 * t)),
    l1: x.map((t) => t + Math.sin(9 * t)),
    smoothL1: x.map((t) => t + Math.sin(9 * t)),
    huber: x.map((t) => t + Math.sin(9 * t)),
    softL1: x.map((t) => t + Math.sin(9 * t)),
    cauchy: x.map((t) => t + Math.sin(9 * t)),
    tukey: x.map((t) => t + Math.sin(9 * t)),
    logCosh: x.map((t) => t + Math.sin(9 * t)),
    quantile: x.map((t) => t + Math.sin(9 * t)),
    binaryCrossEntropyWithLogits: x.map((_, i) => Number([4, 6, 7, 9, 10].includes(i))),
    poissonNll: x.map((t, i) => Math.round(Math.exp(t + 1) + (i % 2))),
  };

  test.each(Object.entries(fits))(
    "%s converges, and is what its function says of the predictions",
    async (name, y) => {
      const loss = name as LossName;
      const fitted = await fit({ data: { x, y }, model: "y ~ a*x + b", loss });
      expect(fitted.outcome.kind).toBe("converged");
      const preds = tensor(fitted.predict({ x }));
      const options =
        fitted.scale === null ? {} : { scale: fitted.scale, delta: tuning.huber * fitted.scale };
      expect(fitted.loss).toBeCloseTo(
        losses[loss](preds, tensor(y, { dtype: "float64" }), options).item(),
        13,
      );
      // No step from here goes down: neither a parameter up nor down.
      for (const [a, b] of [
        [1e-3, 0],
        [-1e-3, 0],
        [0, 1e-3],
        [0, -1e-3],
      ]) {
        const beside = tensor(
          x.map((t) => (fitted.params.a.value + a!) * t + fitted.params.b.value + b!),
          { dtype: "float64" },
        );
        expect(losses[loss](beside, tensor(y, { dtype: "float64" }), options).item()).toBeGreaterThanOrEqual(
          fitted.loss * (1 - 1e-9),
        );
      }
    },
  );

  it("crossEntropy takes scores of classes from a function", async () => {
    const kinds = x.map((_, i) => (i < 5 ? 0 : i < 8 ? 1 : 2) + (i === 3 ? 1 : 0) - (i === 9 ? 1 : 0));
    const fitted = await fit({
      data: { x, y: kinds },
      target: "y",
      params: { w: tensor([0, 0, 0]), b: tensor([0, 0, 0]) },
      model: ({ x }, { w, b }) => x.unsqueeze(1).mul(w).add(b),
      loss: "crossEntropy",
      dtype: "float64",
    });
    expect(fitted.outcome.kind).toBe("converged");
    expect(fitted.loss).toBeLessThan(0.6);
    const scores = fitted.predict({ x: [-2, 2] });
    expect(scores.length).toBe(6);
    expect([scores[0]! > scores[2]!, scores[5]! > scores[3]!]).toEqual([true, true]);
    expect(fitted.statistics.residualSumOfSquares).toBeGreaterThan(0);
    expect(fitted.statistics.aic).toBeNull();
  });

  it("may be given as the function itself, and is known by its name", async () => {
    const data = observed(truths.quadratic!);
    const model = "y ~ a*x^2 + b*x + c";
    const [named, given] = [
      await fit({ data, model, loss: "huber" }),
      await fit({ data, model, loss: losses.huber }),
    ];
    expect(given.toJSON().loss).toEqual(named.toJSON().loss);
    expect(given.params).toEqual(named.params);
  });

  it("may be somebody's own, of a scalar", async () => {
    const own = (preds: Tensor, targets: Tensor): Tensor => preds.sub(targets).pow(4).mean();
    const fitted = await fit({ data: { x, y: x.map((t) => 2 * t) }, model: "y ~ a*x", loss: own });
    expect(fitted.params.a.value).toBeCloseTo(2, 2);
    expect(fitted.toJSON().loss.name).toBe("custom");
  });

  it("takes weights in its third argument, or weights are refused", async () => {
    const data = { x, y: x, w: x.map((_, i) => 1 + (i % 2)) };
    const blind = (preds: Tensor, targets: Tensor): Tensor => preds.sub(targets).square().mean();
    await expect(fit({ data, model: "y ~ a*x", weights: "w", loss: blind })).rejects.toThrow(
      "weights expect a loss that reads them",
    );
    const own: NonNullable<FitOptions["loss"]> = (p, t, { weights } = {}) =>
      p.sub(t).square().mul(weights!).sum();
    expect((await fit({ data, model: "y ~ a*x", weights: "w", loss: own })).params.a.value).toBeCloseTo(1, 6);
  });
});

describe("a model that is a function", () => {
  const x = range(10);
  const data = { x, wind: range(10, 2), note: x.map((t) => `n${t}`), y: x.map((t) => 3 * t + 2) };

  it("finds what a formula finds", async () => {
    const formula = await fit({ data, model: "y ~ a*x + b" });
    const own = await fit({
      data,
      target: "y",
      params: { a: 1, b: 1 },
      model: ({ x }, { a, b }) => a.mul(x).add(b),
    });
    expect(own.params.a.value).toBe(formula.params.a.value);
    expect(own.params.b.standardError).toBe(formula.params.b.standardError);
    expect(own.predict({ x: [20] })).toEqual(formula.predict({ x: [20] }));
    expect(own.toJSON().formula).toBeNull();
    expect(own.report()).toContain("y ~ model(x)");
  });

  it("has for inputs the columns that it reads", async () => {
    const gaps = {
      ...data,
      wind: range(10).map((i) => (i === 3 ? null : i)),
      x: x.map((t) => (t === 5 ? null : t)),
    };
    const own = await fit({ data: gaps, target: "y", params: { a: 1 }, model: (row, { a }) => a.mul(row.x) });
    expect(own.inputs).toEqual(["x"]);
    expect(own.omitted).toEqual({ "missing x": 1 });
  });

  it("may go over all columns of numbers", async () => {
    const sum = await fit({
      data,
      target: "y",
      params: { a: 1 },
      model: (row, { a }) =>
        Object.values(row)
          .reduce((total, column) => total.add(column))
          .mul(a),
    });
    expect(sum.inputs).toEqual(["x", "wind"]);
  });

  it("keeps tensors for tensors, of any shape", async () => {
    const own = await fit({
      data,
      target: "y",
      params: { w: tensor([0.5, 0.5]), b: { start: tensor(1), fixed: true }, c: 1 },
      model: ({ x }, { w, b, c }) => {
        const [w0, w1] = w as unknown as [Tensor, Tensor];
        return w0.mul(x).add(w1).add(b).add(c);
      },
      dtype: "float64",
    });
    expect(own.params.w.value.shape).toEqual([2]);
    expect((own.params.w.value.toArray() as number[])[0]).toBeCloseTo(3, 9);
    expect(own.params.w.start.toArray()).toEqual([0.5, 0.5]);
    expect(own.params.b).toMatchObject({ fixed: true });
    expect(own.params.b.value.item()).toBe(1);
    expect(typeof own.params.c.value).toBe("number");
    expect(own.statistics.degreesOfFreedom).toBe(7);
    expect(own.params.c.standardError).toBeNull();
  });

  const bad: [string, Partial<Record<keyof FitOptions, unknown>>, string][] = [
    [
      "no target",
      { target: undefined },
      "a model that is a function expects the name of the target column, got none",
    ],
    ["a target that there is not", { target: "z" }, "unknown column: z"],
    ["no params", { params: undefined }, "a model that is a function expects params, got none"],
    [
      "a column that there is not",
      { model: (row: Record<string, Tensor>) => row.wnd },
      "unknown column: wnd (did you mean wind?)",
    ],
    [
      "the target as input",
      { model: (row: Record<string, Tensor>) => row.y },
      "the target cannot be an input too: y",
    ],
    [
      "a column of text",
      { model: (row: Record<string, Tensor>) => row.note },
      'row 1 column "note": not a number: "n0"',
    ],
    ["no tensor as result", { model: () => 3 }, "model expects a function that returns a tensor, got number"],
    [
      "a column vector, which would meet the targets all with all",
      { model: ({ x }: Record<string, Tensor>) => x!.unsqueeze(1) },
      "model expects predictions of shape [10], one a row, got [10,1]",
    ],
    [
      "too few predictions",
      { model: () => tensor([1, 2]) },
      "model expects predictions of shape [10], one a row, got [2]",
    ],
    [
      "a loss that is no scalar",
      { loss: (p: Tensor, t: Tensor) => p.sub(t) },
      "loss expects a function with a scalar tensor as result, got a tensor of shape [10]",
    ],
    [
      "a loss that is no tensor",
      { loss: () => 3 },
      "loss expects a function with a scalar tensor as result, got 3",
    ],
  ];
  test.each(bad)("is refused with %s", async (_, options, message) => {
    const model = ({ x }: Record<string, Tensor>, { a }: Record<string, Tensor>) => a!.mul(x!);
    const all = { data, target: "y", params: { a: 1 }, model, ...options };
    await expect(fit(all as never)).rejects.toThrow(message);
  });
});

describe("bad input", () => {
  const data = { time: [1, 2, 3, 4], speed: [2, 3, 5, 4], who: ["a", "b", "c", "d"], gap: [1, null, 2, 3] };
  const model = "speed ~ a*time + b";
  const bad: [string, Record<string, unknown>, string | RegExp][] = [
    ["no options", undefined as never, "fit expects options such as { data, model }, got undefined"],
    ["an option that there is not", { data, model, step: 3 }, "unknown option: step (did you mean steps?)"],
    ["no data", { model }, "data expects a Table, columns or rows, got undefined"],
    ["no model", { data }, "model expects a formula or a function, got undefined"],
    ["a formula that is none", { data, model: "speed ~ a*" }, /expected a number, a name or a parenthesis/],
    ["a column misspelt", { data, model: "speed ~ a*tme" }, /did you mean the column time\?/],
    ["a target misspelt", { data, model: "sped ~ a*time" }, /unknown column: sped \(did you mean speed\?\)/],
    [
      "two targets",
      { data, model, target: "time" },
      "target expects the target of the formula, speed, got time",
    ],
    ["a column of text", { data, model: "speed ~ a*who" }, 'row 1 column "who": not a number: "a"'],
    [
      "an infinite number",
      { data: { time: [1, 1 / 0], speed: [1, 2] }, model },
      'row 2 column "time": not a finite number: Infinity',
    ],
    [
      "no whole row",
      { data: { time: [1, null], speed: [null, 2] }, model },
      "data expects at least one complete row of time, speed, got none",
    ],
    [
      "columns of different lengths",
      { data: { time: [1], speed: [1, 2] }, model },
      "columns expect one length, got time: 1, speed: 2",
    ],
    ["a parameter that there is not", { data, model, params: { z: 1 } }, "unknown parameter: z"],
    [
      "a parameter that is text",
      { data, model, params: { a: "1" } },
      'parameter a expects a number, a tensor or { start, min, max, fixed, tie }, got the text "1"',
    ],
    [
      "a parameter that is none",
      { data, model, params: { a: null } },
      "parameter a expects a number, a tensor or { start, min, max, fixed, tie }, got null",
    ],
    [
      "a start of NaN",
      { data, model, params: { a: Number.NaN } },
      "parameter a expects a finite start, got NaN",
    ],
    [
      "a start of text",
      { data, model, params: { a: { start: "1" } } },
      'parameter a expects a number or a tensor as start, got the text "1"',
    ],
    [
      "an option of a parameter that there is not",
      { data, model, params: { a: { mn: 0 } } },
      "unknown option of parameter a: mn (known: start, min, max, fixed, tie)",
    ],
    [
      "a bound of NaN",
      { data, model, params: { a: { min: Number.NaN } } },
      "parameter a expects a number as min, got NaN",
    ],
    [
      "bounds the wrong way round",
      { data, model, params: { a: { min: 2, max: 1 } } },
      "parameter a expects min <= max, got 2 and 1",
    ],
    [
      "a start beyond a bound",
      { data, model, params: { a: { start: -1, min: 0 } } },
      "parameter a expects a start from 0 to Infinity, got -1",
    ],
    [
      "a value to fix beyond a bound",
      { data, model, params: { a: { fixed: 3, max: 2 } } },
      "parameter a expects a start from -Infinity to 2, got 3",
    ],
    [
      "text that says fixed",
      { data, model, params: { a: { fixed: "yes" } } },
      'parameter a expects true, false or a number as fixed, got the text "yes"',
    ],
    [
      "a vector for a formula's parameter",
      { data, model, params: { a: tensor([1, 2]) } },
      "parameter a of a formula expects one number, got a tensor of shape [2]",
    ],
    ["a loss that there is not", { data, model, loss: "mae" }, "unknown loss: mae (did you mean mse?)"],
    [
      "an optimizer that there is not",
      { data, model, optimizer: "adm" },
      "unknown optimizer: adm (did you mean adam?)",
    ],
    [
      "an optimizer's maker",
      { data, model, optimizer: adam },
      /optimizer expects a name or an optimizer such as adam/,
    ],
    [
      "an optimizer that is none",
      { data, model, optimizer: {} },
      /optimizer expects a name or an optimizer such as adam/,
    ],
    [
      "a negative learning rate",
      { data, model, lr: -1 },
      "adam expects lr to be a number above 0, or a schedule, got -1",
    ],
    [
      "a rate for an optimizer that has one",
      { data, model, optimizer: adam(), lr: 1 },
      "an optimizer that is given whole has its learning rate in it, got lr besides",
    ],
    [
      "a rate for a solver",
      { data, model, optimizer: "levenberg-marquardt", lr: 1 },
      "levenberg-marquardt takes all rows at once, and no learning rate, got lr",
    ],
    [
      "batches for a solver",
      { data, model, optimizer: "levenberg-marquardt", batchSize: 2 },
      "levenberg-marquardt takes all rows at once, and no learning rate, got batchSize",
    ],
    [
      "another loss for a solver",
      { data, model, optimizer: "levenberg-marquardt", loss: "huber" },
      "levenberg-marquardt expects the loss mse, got huber",
    ],
    ["weights that there are not", { data, model, weights: "w" }, "unknown column: w"],
    [
      "negative weights",
      { data: { ...data, w: [1, 2, -3, 1] }, model, weights: "w" },
      'row 3 column "w": weights expect numbers from 0, got -3',
    ],
    [
      "weights that are all 0",
      { data: { ...data, w: [0, 0, 0, 0] }, model, weights: "w" },
      "data expects at least one complete row of time, speed, w, got none",
    ],
    [
      "a dtype that there is not",
      { data, model, dtype: "float16" },
      'dtype expects float32 or float64, got the text "float16"',
    ],
    ["a seed that is no whole number", { data, model, seed: 1.5 }, "seed expects an integer"],
    [
      "a target whose left side has no value",
      { data: { time: [1, 2], speed: [1, -1] }, model: "log(speed) ~ a*time" },
      'row 2 column "speed": the left side of the formula is NaN for -1',
    ],
    [
      "scores of classes for a formula",
      { data, model, loss: "crossEntropy" },
      "crossEntropy expects [n,classes] and [n], got [4] and [4]",
    ],
  ];
  test.each(bad)("with %s is refused, saying what came and where", async (_, options, message) => {
    await expect(fit(options as never)).rejects.toThrow(message);
  });

  it("names the line of a file", async () => {
    const table = parseCsv("time,speed\n1,2\n2,fast\n", { name: "rides.csv" });
    await expect(fit({ data: table, model })).rejects.toThrow(
      'rides.csv:3 column "speed": not a number: "fast"',
    );
  });

  it("leaves rows with gaps out, and counts them", async () => {
    const fitted = await fit({ data, model: "speed ~ a*gap + b" });
    expect([fitted.statistics.observations, fitted.omitted]).toEqual([3, { "missing gap": 1 }]);
    expect((await fit({ data, model })).omitted).toEqual({});
  });
});

describe("few data, and odd ones", () => {
  const kindOf = async (options: FitOptions): Promise<string> => (await fit(options as never)).outcome.kind;

  it("do not stop a fit", async () => {
    const line = "y ~ a*x + b";
    expect(await kindOf({ data: { x: [1], y: [3] }, model: line })).toBe("converged");
    expect(await kindOf({ data: { x: [1, 1, 1], y: [3, 4, 5] }, model: line })).toBe("converged");
    expect(await kindOf({ data: { x: [1, 2], y: [3, 4] }, model: "y ~ a + b*x + c*x^2 + d*x^3" })).toBe(
      "converged",
    );
    expect(await kindOf({ data: { x: [1, 2], y: [0, 0] }, model: line })).toBe("converged");
    expect(await kindOf({ data: { y: [1, 2, 4] }, model: "y ~ c" })).toBe("converged");
    expect(
      await kindOf({
        data: { x: [1, 2], y: [3, 4] },
        model: line,
        params: { a: { fixed: 1 }, b: { fixed: true } },
      }),
    ).toBe("converged");
    expect(await kindOf({ data: { x: [1, 2], y: [3, 4] }, model: "y ~ 2*x" })).toBe("converged");
  });

  it("of all parameters fixed just measure", async () => {
    const fitted = await fit({
      data: { x: [1, 2], y: [3, 6] },
      model: "y ~ a*x",
      params: { a: { fixed: 2 } },
    });
    expect(fitted).toMatchObject({
      steps: 0,
      loss: 2.5,
      statistics: { degreesOfFreedom: 2, residualSumOfSquares: 5 },
    });
    for (const optimizer of ["adam", "lbfgs"] as const) {
      const other = await fit({ data: { x: [1, 2], y: [3, 6] }, model: "y ~ 2*x", optimizer });
      expect(other).toMatchObject({ steps: 0, loss: 2.5, params: {}, outcome: { kind: "converged" } });
    }
  });

  it("take names as they come", async () => {
    const data = { constructor: [1, 2, 3, 4], toString: [2, 1, 4, 2], "a b": [3, 1, 5, 5] };
    const model: string = "`a b` ~ valueOf*constructor + hasOwnProperty*toString + isPrototypeOf";
    for (const optimizer of ["auto", "lbfgs"] as const) {
      const fitted = await fit({ data, model, optimizer, params: { valueOf: { min: -9 } } });
      expect(fitted.outcome.kind).toBe("converged");
      expect(Object.keys(fitted.params)).toEqual(["valueOf", "hasOwnProperty", "isPrototypeOf"]);
      expect(fitted.predict(data).length).toBe(4);
    }
  });

  test.each([1e150, 1e100, 1e-100, 1e-300])("are fitted in units of %g", async (unit) => {
    const x = range(6);
    const y = x.map((t) => (2 * t + 1 + (t % 2)) * unit);
    const plain = await fit({ data: { x, y: y.map((v) => v / unit) }, model: "y ~ a*x + b" });
    const scaled = await fit({ data: { x, y }, model: "y ~ a*x + b" });
    expect(scaled.outcome.kind).toBe("converged");
    expect(scaled.params.a.value / unit / plain.params.a.value).toBeCloseTo(1, 12);
    const wide = await fit({
      data: { x: x.map((t) => t * unit), y: y.map((v) => v / unit) },
      model: "y ~ a*x + b",
      params: { a: 1 / unit },
    });
    expect((wide.params.a.value * unit) / plain.params.a.value).toBeCloseTo(1, 12);
  });

  it("too large to be squared have no loss, and fits say so", async () => {
    const { outcome, params } = await fit({
      data: { x: [1, 2], y: [1e300, 2e300] },
      model: "y ~ a*x",
      optimizer: "levenberg-marquardt",
    });
    expect(outcome).toMatchObject({
      kind: "invalid",
      converged: false,
      advice: expect.stringContaining("other units"),
    });
    expect(outcome.message).toBe(
      "the loss at the start values is infinite: square gives infinite at element 0 from -1e+300; nothing was fitted",
    );
    expect(params.a.value).toBe(1);
  });

  it.each<[model: string, loss: "mse" | "huber", rows: [number, number][]]>([
    [
      "y ~ a*sin(b*x) + abs(c*x)",
      "mse",
      [
        [Number.MAX_VALUE, 0],
        [-1e300, 0],
      ],
    ],
    [
      "y ~ a/(x - b)",
      "huber",
      [
        [0, 0],
        [0, Number.MAX_VALUE],
        [0, 5e-324],
      ],
    ],
  ])("of numbers as large as can be under %s end in finite ones, by %s", async (model, loss, rows) => {
    const data = { x: rows.map(([x]) => x), y: rows.map(([, y]) => y) };
    const { params } = await fit({ data, model, loss, steps: 30 });
    expect(Object.values(params).every(({ value }) => Number.isFinite(value))).toBe(true);
  });

  it("of any numbers under any formula end in an outcome of finite numbers, and never in an error", async () => {
    const models = [
      "y ~ a*x + b",
      "y ~ a*exp(b*x)",
      "y ~ a*x^b",
      "y ~ a/(x - b)",
      "y ~ log(a*x + b)",
      "y ~ a*sqrt(x - b)",
      "y ~ a*sin(b*x) + abs(c*x)",
      "y ~ max(a*x, b) + floor(c)",
      "y ~ a^b^x",
    ];
    const size = fc.oneof(
      { weight: 4, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }) },
      fc.constantFrom(0, 1, -1, 1e-300, 1e300, -1e300, 1e-10, 1e10, 5e-324, Number.MAX_VALUE),
    );
    const table = fc.array(fc.tuple(size, size), { minLength: 1, maxLength: 8 });
    const loss = fc.constantFrom(
      "mse" as const,
      "l1" as const,
      "huber" as const,
      "logCosh" as const,
      "poissonNll" as const,
    );
    const ways = fc.constantFrom(
      {},
      { optimizer: "lbfgs" as const },
      { optimizer: "sgd" as const, lr: 0.1 },
      { optimizer: "adam" as const, lr: 1 },
    );
    const property = fc.asyncProperty(
      table,
      fc.constantFrom(...models),
      loss,
      ways,
      async (rows, model, loss, way) => {
        const data = { x: rows.map(([x]) => x), y: rows.map(([, y]) => y) };
        const fitted = await fit({ data, model: model as string, loss, steps: 30, ...way });
        expect(fitted.outcome.message.length).toBeGreaterThan(20);
        for (const { value, standardError } of Object.values(fitted.params))
          expect([Number.isFinite(value), standardError === null || Number.isFinite(standardError)]).toEqual([
            true,
            true,
          ]);
        expect(fitted.history.every((entry) => Number.isFinite(entry.loss))).toBe(true);
        expect(fitted.outcome.kind === "invalid" || Number.isFinite(fitted.loss)).toBe(true);
        expect(fitted.outcome.kind === "invalid" || fitted.history.length > 0).toBe(true);
        expect(Object.keys(JSON.parse(JSON.stringify(fitted)).params)).toEqual(Object.keys(fitted.params));
        expect(fitted.report()).toContain("[[Outcome]]");
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });
});

describe("a finished fit", () => {
  const data = { time: range(10), speed: range(10).map((t) => 3 * t + 1 + (t % 2)) };

  it("predicts rows, NaN where an input is missing", async () => {
    const fitted = await fit({ data, model: "speed ~ a*time + b" });
    const [at20, gap, at21] = fitted.predict({ time: [20, null, 21] });
    expect(at20).toBeCloseTo(fitted.params.a.value * 20 + fitted.params.b.value, 12);
    expect(gap).toBeNaN();
    expect(at21! - at20!).toBeCloseTo(fitted.params.a.value, 12);
    expect([...fitted.predict([{ time: 20 }, { time: 21 }])]).toEqual([at20, at21]);
    expect(() => fitted.predict({ tme: [1] })).toThrow("unknown column: time");
  });

  it("predicts a number a row for a formula without inputs", async () => {
    const fitted = await fit({ data, model: "speed ~ c" });
    expect([...fitted.predict({ time: [1, 2, 3] })]).toEqual(new Array(3).fill(fitted.params.c.value));
  });

  it("predicts in the scale of its left side", async () => {
    const fitted = await fit({
      data: { x: [1, 2, 3], y: [1, 10, 100].map((v) => v) },
      model: "log10(y) ~ a*x + b",
    });
    expect(fitted.predict({ x: [4] })[0]).toBeCloseTo(3, 12);
  });

  it("has a report, JSON and a picture", async () => {
    const fitted = await fit({ data, model: "speed ~ a*time + b" });
    expect(fitted.report()).toContain("[[Parameters]]");
    expect(JSON.parse(JSON.stringify(fitted))).toEqual(JSON.parse(JSON.stringify(fitted.toJSON())));
    expect(fitted.picture()).toMatchObject({ xLabel: "time", yLabel: "speed" });
    const flat = await fit({ data, model: "speed ~ c" });
    expect(flat.picture().residuals.length).toBe(10);
  });

  it("does not depend on how the data came", async () => {
    const model = "speed ~ a*time + b";
    const rows = data.time.map((time, i) => ({ time, speed: data.speed[i]! }));
    const tensors = { time: tensor(data.time, { dtype: "float64" }), speed: Float64Array.from(data.speed) };
    const csv = parseCsv(`time,speed\n${rows.map(({ time, speed }) => `${time},${speed}`).join("\n")}\n`);
    const { params } = await fit({ data, model });
    expect((await fit({ data: rows, model })).params).toEqual(params);
    expect((await fit({ data: tensors, model })).params).toEqual(params);
    expect((await fit({ data: csv, model })).params).toEqual(params);
  });

  it("leaves the data and the options as they were", async () => {
    const options = {
      data: structuredClone(data),
      model: "speed ~ a*time + b",
      params: { a: { start: 2, min: 0 } },
    } as const;
    const before = structuredClone(options);
    await fit(options);
    expect(options).toEqual(before);
  });
});

describe("a formula predicts by itself", () => {
  const formula = parseFormula("speed ~ a*time^2 + b*time + c", { columns: ["time", "speed"] });

  it("a number from numbers, and an array from arrays", () => {
    expect(formula.predict({ time: 2 }, { a: 1, b: 10, c: 100 })).toBe(124);
    expect(formula.predict({ time: [0, 1, 2] }, { a: 1, b: 10, c: 100 })).toEqual(
      Float64Array.of(100, 111, 124),
    );
    expect(formula.predict({ time: Float32Array.of(2) }, { a: 1, b: 10, c: 100 })).toEqual(
      Float64Array.of(124),
    );
    expect(formula.predict({ time: [1, 2], wind: [5, 6] }, { a: 0, b: 0, c: 1 })).toEqual(
      Float64Array.of(1, 1),
    );
    expect(parseFormula("y ~ c", { columns: ["y", "x"] }).predict({ x: [1, 2] }, { c: 3 })).toEqual(
      Float64Array.of(3, 3),
    );
  });

  it("what a fit of it predicts", async () => {
    const data = { time: range(10), speed: range(10).map((t) => t ** 2 + Math.sin(t)) };
    const fitted = await fit({ data, model: "speed ~ a*time^2 + b*time + c" });
    const params = Object.fromEntries(
      Object.entries(fitted.params).map(([name, { value }]) => [name, value]),
    );
    const here = formula.predict({ time: data.time }, params);
    fitted.predict(data).forEach((value, i) => {
      expect(here[i]).toBeCloseTo(value, 12);
    });
  });

  it("with columns that it was not told of", () => {
    const alone = parseFormula("speed ~ a*time + b");
    expect(alone.params).toEqual(["a", "time", "b"]);
    expect(alone.predict({ time: [1, 2] }, { a: 2, b: 1 })).toEqual(Float64Array.of(3, 5));
    expect(alone.predict({}, { a: 2, time: 3, b: 1 })).toBe(7);
  });

  test.each([
    [{ time: 1 }, { a: 1, b: 2 }, "predict expects a number or numbers for c, got none"],
    [{}, { a: 1, b: 2, c: 3 }, "predict expects a number or numbers for time, got none"],
    [{ time: 1 }, { a: 1, b: 2, c: "3" }, "predict expects a number for c, got string"],
    [{ time: 1 }, { a: 1, b: 2, c: 3, d: 4 }, "unknown parameter: d"],
    [{ time: 1 }, { a: 1, b: 2, c: 3, time: 4 }, "unknown parameter: time"],
    [{ time: [1, 2], a: [1] }, { b: 2, c: 3 }, "columns expect one length, got time: 2, a: 1"],
    [{ time: "12" }, { a: 1, b: 2, c: 3 }, "predict expects a number or numbers for time, got string"],
  ])("not from %o with %o", (columns, params, message) => {
    expect(() => formula.predict(columns as never, params as never)).toThrow(message);
  });
});

/** Learning rates that nobody gives: optimizers find their own, in units of their own, and say so. */
import { describe, expect, test } from "vitest";
import {
  arange,
  type FitOptions,
  fit,
  Generator,
  lrFind,
  manualSeed,
  randn,
  rateFigure,
  stack,
  type Tensor,
  tensor,
  toTable,
} from "../src/index.ts";
import { optimizers } from "../src/optim/optimizers.ts";
import { scaled, stateIn } from "../src/optim/scaled.ts";
import { nonlinear, startsOf } from "./nist.ts";

// data/roller-coaster.csv, made as it was made.
manualSeed(42);
const time = arange(20);
const rides = toTable({ time, speed: randn([20]).mul(3).add(time.sub(9.5).pow(2).mul(0.75)).add(1) });
const quadratic = "speed ~ a*time^2 + b*time + c";
const best = (await fit({ data: rides, model: quadratic })).loss;

type Options = Partial<FitOptions>;
const ride = (options: Options) =>
  fit({ data: rides, model: quadratic, epochs: 200, ...options } as FitOptions & { model: string });

/** Starts of a standard normal distribution. */
function drawn(seed: number): Record<string, number> {
  const [a, b, c] = new Generator(seed).normal(new Float64Array(16));
  return { a: a!, b: b!, c: c! };
}

const starts: [string, Record<string, number>][] = [
  ["ones", { a: 1, b: 1, c: 1 }],
  ...[0, 1, 2, 3, 42].map((seed): [string, Record<string, number>] => [`draws of ${seed}`, drawn(seed)]),
];

describe("sgd without a learning rate, on the roller coaster", () => {
  test.each(starts)("comes within 0.01 % of the least loss in 200 epochs, from %s", async (_, params) => {
    const [whole, batched] = [
      await ride({ optimizer: "sgd", params }),
      await ride({ optimizer: "sgd", params, batchSize: 5 }),
    ];
    expect(whole.loss / best).toBeLessThan(1.0001);
    expect(batched.loss / best).toBeLessThan(1.0001);
    expect([whole.outcome.converged, batched.outcome.converged]).toEqual([true, true]);
  });

  test.each([1e6, 1e-6])("in time units %d as large, in both precisions", async (unit) => {
    const data = { time: rides.numbers("time").map((t) => t * unit), speed: rides.numbers("speed") };
    for (const dtype of ["float64", "float32"] as const)
      for (const options of [{}, { batchSize: 5 }])
        expect((await ride({ data, optimizer: "sgd", dtype, ...options })).loss / best).toBeLessThan(1.0001);
  });

  test("gives the same bits whether anybody looks on or not", async () => {
    for (const options of [{}, { batchSize: 5 }, { batchSize: 7, optimizer: "adam" as const }]) {
      const all = { optimizer: "sgd" as const, epochs: 60, stop: false as const, ...options };
      const [alone, watched] = [await ride(all), await ride({ ...all, onStep: () => true })];
      expect(watched.history).toEqual(alone.history);
      expect(watched.params).toEqual(alone.params);
    }
  });

  test("says which rate it chose, and what it is measured in", async () => {
    const fitted = await ride({ optimizer: "sgd" });
    // The loss is a parabola: one step of 1 leads to its bottom.
    expect(fitted.optimizer.learningRate).toBeCloseTo(1, 9);
    expect(fitted.history[1]!.loss / best).toBeCloseTo(1, 9);
    expect(fitted.report().replace(/\s+/g, " ")).toContain(
      "sgd, learning rate 1 at first, found from the curvature",
    );
    expect(fitted.toJSON().optimizer.chosen).toBe(fitted.optimizer.chosen);
    expect((await ride({ optimizer: "sgd", lr: 1e-5 })).optimizer.chosen).toBeUndefined();
  });

  test("keeps parameters within their bounds, and finds the least loss there", async () => {
    const params = { a: { max: 0.7 }, c: { min: 0, start: 1 } };
    const bounded = await fit({ data: rides, model: quadratic, params });
    for (const batchSize of [undefined, 5]) {
      const fitted = await ride({ optimizer: "sgd", params, ...(batchSize && { batchSize }) });
      expect(fitted.params.a!.value).toBeLessThanOrEqual(0.7);
      expect(fitted.loss / bounded.loss).toBeLessThan(1.0001);
    }
  });

  test("never rises above the start, even where steps are steep", async () => {
    const data = { x: [0, 1, 2, 3, 4, 5], y: [1, 3, 8, 20, 54, 149] };
    const fitted = await fit({
      data,
      model: "y ~ exp(a*x + b)",
      params: { a: 3, b: -6 },
      optimizer: "sgd",
      steps: 7,
    });
    expect(fitted.loss).toBeLessThan(fitted.history[0]!.loss);
    expect(fitted.history.every(({ loss }) => Number.isFinite(loss))).toBe(true);
  });

  test("of no free parameter measures, and stops", async () => {
    const fitted = await ride({
      optimizer: "sgd",
      params: { a: { fixed: 1 }, b: { fixed: 1 }, c: { fixed: 1 } },
    });
    expect(fitted.params.a!.value).toBe(1);
  });
});

describe("other optimizers without a learning rate", () => {
  // What a person who leaves the rate open may hope for within 200 epochs: 1 % of the optimum over all rows, or 5 % in batches, of
  // which adadelta, whose steps grow from nothing, is no part.
  const names = Object.keys(optimizers).filter((name) => !["sgd", "lbfgs", "adadelta"].includes(name));
  test.each(names)("%s comes close on the roller coaster", async (name) => {
    const optimizer = name as "adam";
    expect((await ride({ optimizer })).loss / best).toBeLessThan(1.01);
    expect((await ride({ optimizer, batchSize: 5 })).loss / best).toBeLessThan(1.05);
  });
});

describe("sgd without a learning rate, on NIST's certified problems", () => {
  // The near starts: from far ones descent may end in another minimum.
  const easy = nonlinear.filter(({ difficulty }) => /lower/i.test(difficulty));
  test.each(easy.map((set) => [set.name, set] as const))(
    "%s: the certified sum of squares",
    async (_, set) => {
      const fitted = await fit({
        data: set.data,
        model: set.model,
        params: startsOf(set, 1),
        optimizer: "sgd",
      } as FitOptions & { model: string });
      // Of a sum certified to 11 digits, of which data in decimals leave some 8.
      expect(Math.abs(fitted.statistics.residualSumOfSquares / set.residualSumOfSquares - 1)).toBeLessThan(
        1e-8,
      );
    },
  );
});

describe("many parameters", () => {
  /** Two half circles that reach into one another. */
  const angles = Array.from({ length: 100 }, (_, i) => (i * 2.399963) % Math.PI);
  const noise = new Generator(1).normal(new Float64Array(400));
  const x = angles.flatMap((a, i) => [
    Math.cos(a) + 0.1 * noise[4 * i]!,
    1 - Math.cos(a) + 0.1 * noise[4 * i + 1]!,
  ]);
  const y = angles.flatMap((a, i) => [
    Math.sin(a) + 0.1 * noise[4 * i + 2]!,
    0.5 - Math.sin(a) + 0.1 * noise[4 * i + 3]!,
  ]);
  const side = angles.flatMap(() => [0, 1]);
  const draw = new Generator(3);
  const weights = (...shape: number[]): Tensor =>
    tensor(
      draw
        .normal(
          new Float64Array(
            Math.max(
              16,
              shape.reduce((a, b) => a * b),
            ),
          ),
        )
        .subarray(
          0,
          shape.reduce((a, b) => a * b),
        ),
      { shape, dtype: "float32" },
    );
  const network = () =>
    ({
      data: { x, y, side },
      target: "side",
      params: { w: weights(2, 24), b: weights(24), v: weights(24, 1), c: weights(1) },
      model: (row: { x: Tensor; y: Tensor }, p: { w: Tensor; b: Tensor; v: Tensor; c: Tensor }) =>
        stack([row.x, row.y], 1).matmul(p.w).add(p.b).tanh().matmul(p.v).add(p.c).squeeze(1),
      loss: "binaryCrossEntropyWithLogits",
      epochs: 40,
    }) as const;

  test.each([undefined, 20])(
    "a small network learns by sgd and by adam, in batches of %s",
    async (batchSize) => {
      for (const optimizer of ["sgd", "adam"] as const) {
        const fitted = await fit({ ...network(), optimizer, ...(batchSize && { batchSize }) } as never);
        // A network that has learned nothing is at log 2, 0.69; one straight line between the classes at about 0.25.
        expect((fitted as { loss: number }).loss, optimizer).toBeLessThan(0.4);
      }
    },
  );
});

describe("the learning rate range test", () => {
  test("suggests a rate well below two over the largest curvature, where steps blow up", async () => {
    const found = await lrFind({ data: rides, model: quadratic });
    // The mean of [t^2, t, 1] [t^2, t, 1]', twice, has the largest eigenvalue 56,000: between 0 and 2 / 56,000 plain steps go down.
    expect(found.suggestion!).toBeGreaterThan(1e-7);
    expect(found.suggestion!).toBeLessThan(2 / 56_000);
    expect(found.blowUp!).toBeGreaterThan(2 / 56_000);
    expect(found.rates).toHaveLength(found.losses.length);
    expect(found.message).toMatch(/^the loss falls fastest at a rate of .* and blows up from .* on$/);
    const fitted = await ride({ optimizer: "sgd", lr: found.suggestion! });
    expect(fitted.loss).toBeLessThan(fitted.history[0]!.loss / 10);
  });

  test("of batches, and of adam, too", async () => {
    for (const options of [
      { batchSize: 5 },
      { optimizer: "adam" },
      { optimizer: "adam", batchSize: 5 },
    ] as const) {
      const found = await lrFind({ data: rides, model: quadratic, ...options });
      const fitted = await ride({ optimizer: "sgd", ...options, lr: found.suggestion! });
      expect(fitted.loss).toBeLessThan(fitted.history[0]!.loss / 4);
    }
  });

  test("tries the rates asked for, and says where none is any good", async () => {
    const found = await lrFind({ data: rides, model: quadratic, from: 1, to: 10, steps: 20 });
    expect([found.suggestion, found.rates[0]]).toEqual([null, 1]);
    expect(found.message).toMatch(/^the loss falls at none of the rates/);
  });

  test.each([
    [{ optimizer: "lbfgs" }, "lrFind expects an optimizer that takes a rate, got lbfgs"],
    [{ from: 1, to: 0.1 }, "lrFind expects rates with 0 < from < to, got 1 and 0.1"],
  ])("refuses %j", async (options, message) => {
    await expect(lrFind({ data: rides, model: quadratic, ...options } as never)).rejects.toThrow(message);
  });

  test("is a picture", async () => {
    const found = await lrFind({ data: rides, model: quadratic });
    expect(await rateFigure({ ...found, title: quadratic, caption: found.message })).toMatch(
      /^<svg.*learning rate/s,
    );
  });
});

describe("other coordinates", () => {
  test("an optimizer in other coordinates moves by B times its move for B' g", () => {
    const basis = tensor([1, 2, 0, 3], { shape: [2, 2], dtype: "float64" });
    const own = optimizers.sgd({ lr: 0.5 }) as Parameters<typeof scaled>[0];
    const state = stateIn(own, { basis: [basis], scale: [], gain: [tensor(1, { dtype: "float64" })] });
    const params = { p: tensor([1, 1], { dtype: "float64" }) };
    const { params: moved } = scaled(own).update({ p: tensor([1, 1], { dtype: "float64" }) }, state, params);
    // B' g = [1, 5], its move is -[0.5, 2.5], and B times that is -[5.5, 7.5].
    expect(moved.p.toArray()).toEqual([-4.5, -6.5]);
  });
});

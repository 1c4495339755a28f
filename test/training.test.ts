/** A fit taken in hand: the same steps as those of a fit, taken in any portions, gone back to, and gone on from with something changed. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  adam,
  fit,
  Generator,
  lbfgs,
  manualSeed,
  optimizers,
  randn,
  randomStart,
  sgd,
  type Training,
  type TrainOptions,
  train,
} from "../src/index.ts";
import golden from "./golden/roller-coaster.json" with { type: "json" };

const time = Array.from({ length: 20 }, (_, i) => i);
const noise = new Generator(7).normal(new Float64Array(20));
const decay = { time, count: time.map((t, i) => 90 * Math.exp(-t / 4) + 5 + noise[i]!) };
const options: TrainOptions & { readonly model: string } = {
  data: decay,
  model: "count ~ n*exp(-k*time) + base",
  params: { n: 60, k: 0.5, base: 1 },
};

/** The tutorial's ride, its starts and its rate. */
const ride = golden.cases[0]! as {
  speed: { data: number[] };
  params: { data: number[] };
  steps: { loss: number; grad: number[] }[];
};
const tutorial: TrainOptions = {
  data: { time, speed: ride.speed.data },
  model: "speed ~ a*time^2 + b*time + c",
  params: randomStart(["a", "b", "c"], 20, 42),
  optimizer: "sgd",
  lr: 1e-5,
};

type More = Omit<TrainOptions, "data" | "model" | "params" | "target">;

/** A way downhill, and how many steps are looked at. */
const ways: [name: string, more: More, steps: number][] = [
  ...Object.keys(optimizers)
    .filter((name) => name !== "lbfgs")
    .map((name): [string, More, number] => [
      name,
      { optimizer: name as "sgd", lr: name === "sgd" ? 1e-5 : 0.01 },
      40,
    ]),
  ["lbfgs", { optimizer: "lbfgs" }, 12],
  ["levenberg-marquardt", { optimizer: "levenberg-marquardt" }, 5],
  ["auto", {}, 5],
  ["sgd of a rate of its own", { optimizer: "sgd" }, 40],
  ["sgd with momentum", { optimizer: sgd({ lr: 1e-5, momentum: 0.9 }) }, 40],
  ["reweighted least squares", { loss: "l1" }, 8],
];

const rows: [name: string, more: More][] = [
  ["all rows", {}],
  ["all rows, some held out", { validation: 0.2, seed: 3 }],
  ["batches", { batchSize: 6, seed: 3 }],
  ["batches, some held out", { batchSize: 6, validation: 0.2, seed: 3 }],
];

/** Which go together: what solves for all rows takes no batches. */
const takesBatches = ({ optimizer, lr }: More): boolean =>
  lr !== undefined || typeof optimizer === "object" || optimizer === "sgd";

const cases = ways.flatMap(([name, way, steps]) =>
  rows
    .filter(([, more]) => more.batchSize === undefined || takesBatches(way))
    .map(([what, more]) => ({ title: `${name}, ${what}`, way: { ...options, ...way, ...more }, steps })),
);

const values = (params: object): number[] =>
  Object.values(params).map((p) => (typeof p === "number" ? p : (p as { value: number }).value));

/** All that a walk says of where it is, but for the rate, which some find as they go. */
function facts(training: Training): unknown[] {
  const { learningRate: _, ...moment } = training.moment;
  return [moment, training.outcome, training.stepTaken(), training.gradients()];
}

describe.each(cases)("$title", ({ way, steps }) => {
  it("takes the steps of a fit, to the bit, in whatever portions", async () => {
    const whole = await fit({ ...way, steps });
    for (const portion of [1, 3, steps]) {
      const training = await train({ ...way, steps });
      while (!training.outcome) training.take({ steps: portion });
      const { params, loss, history, outcome } = await training.finish();
      expect(values(params)).toEqual(values(whole.params));
      expect([loss, outcome, history]).toEqual([whole.loss, whole.outcome, whole.history]);
    }
  });

  it("comes back to any step, to the bit", async () => {
    const training = await train(way);
    const seen = [facts(training)];
    for (let step = 0; step < steps && !training.outcome; step++) {
      training.take();
      seen[training.moment.step] = facts(training);
    }
    const { last } = training;
    for (const step of [0, last, 1, Math.floor(last / 2), last - 1, 0]) {
      training.to(Math.max(step, 0));
      expect(facts(training)).toEqual(seen[Math.max(step, 0)]);
    }
    training.take({ steps: last });
    expect(facts(training)).toEqual(seen[last]);
  });
});

describe("the tutorial, led by hand", () => {
  let training: Training;
  beforeAll(async () => {
    training = await train(tutorial);
  });

  it("starts where its seed says", () => {
    expect(values(training.moment.params)).toEqual(ride.params.data);
    manualSeed(42);
    randn([20]);
    expect([...randn([3])].map((t) => t.item())).toEqual(ride.params.data);
  });

  it("has its losses and gradients at every step", () => {
    for (const { loss, grad } of ride.steps.slice(0, 8)) {
      // Those were computed in float32, these in float64: the digits that float32 has, less some that sums lose.
      expect(training.moment.loss / loss).toBeCloseTo(1, 5);
      const slopes = Object.values(training.gradients());
      for (const [i, slope] of slopes.entries()) expect(slope / grad[i]!).toBeCloseTo(1, 3);
      training.take();
    }
  });

  it("says how the last step came about", () => {
    const { before, gradients, learningRate } = training.stepTaken()!;
    for (const [name, value] of Object.entries(training.moment.params))
      expect(value).toBeCloseTo(before.params[name]! - learningRate! * gradients[name]!, 12);
  });
});

describe("a long walk", () => {
  let training: Training;
  beforeAll(async () => {
    training = await train({ ...tutorial, stop: false });
    training.take({ steps: 30_000 });
  });

  it("keeps a bounded number of places, evenly, from the start to where it is", () => {
    const path = training.path(100);
    expect(path.length).toBeLessThanOrEqual(100);
    expect([path[0]!.step, path.at(-1)!.step]).toEqual([0, 30_000]);
    const strides = path.slice(1, -1).map(({ step }, i) => step - path[i]!.step);
    expect(new Set(strides).size).toBe(1);
  });

  it("comes back to steps between those that it kept", async () => {
    const short = await train({ ...tutorial, stop: false });
    for (const step of [12_345, 29_999, 1]) {
      short.to(0);
      short.take({ steps: step });
      expect(training.to(step)).toEqual(short.moment);
    }
  });

  it("goes on for as long as it is told", () => {
    training.to(training.last);
    const { step } = training.moment;
    expect(training.take({ milliseconds: 5 }).step).toBeGreaterThan(step);
  });
});

describe("a change on the way", () => {
  it("of the rate holds from there on, and the way before stays as it was", async () => {
    const training = await train({ ...tutorial, stop: false });
    training.take({ steps: 10 });
    const before = training.moment;
    await training.change({ lr: 1e-6 });
    expect(training.moment).toEqual({ ...before, learningRate: 1e-6 });
    training.take({ steps: 20 });
    const after = training.moment;
    expect(training.stepTaken()!.learningRate).toBe(1e-6);
    training.to(9);
    expect(training.moment.learningRate).toBe(1e-5);
    training.take({ steps: 21 });
    expect(training.moment).toEqual(after);
    expect(training.to(10)).toEqual({ ...before, learningRate: 1e-6 });
  });

  it("of the rate keeps the momentum", async () => {
    const heavy = { ...tutorial, optimizer: sgd({ lr: 1e-5, momentum: 0.9 }), stop: false } as const;
    const { lr: _, ...rest } = heavy;
    const training = await train(rest);
    training.take({ steps: 5 });
    await training.change({ lr: 1e-12 });
    training.take();
    const { before, gradients } = training.stepTaken()!;
    const moved = training.moment.params.a! - before.params.a!;
    // With so small a rate all of the move is what was remembered, in PyTorch's rule times the rate.
    expect(Math.abs(moved)).toBeGreaterThan(1.5 * Math.abs(1e-12 * gradients.a!));
  });

  it("of a parameter moves it, and forgets the way beyond", async () => {
    const training = await train({ ...tutorial, stop: false });
    training.take({ steps: 30 });
    training.to(12);
    await training.change({ params: { b: -14 } });
    expect([training.moment.params.b, training.last, training.outcome]).toEqual([-14, 12, null]);
    training.take();
    expect(training.stepTaken()!.before.params.b).toBe(-14);
  });

  it("of a fixed parameter holds it elsewhere", async () => {
    const training = await train({ ...options, params: { k: { fixed: 0.5 } }, optimizer: "adam", lr: 0.01 });
    await training.change({ params: { k: 0.25 } });
    training.take({ steps: 3 });
    expect(training.moment.params.k).toBe(0.25);
  });

  it.each(["levenberg-marquardt", "lbfgs", "auto"] as const)("is got over by %s", async (optimizer) => {
    const training = await train({ ...options, optimizer });
    training.take({ steps: 2 });
    await training.change({ params: { k: 1 } });
    while (!training.outcome) training.take({ steps: 100 });
    expect(training.outcome.converged).toBe(true);
    expect(training.moment.params.k).toBeCloseTo(0.25, 1);
  });

  it("is refused where it cannot be", async () => {
    const training = await train({ ...tutorial, params: { a: { start: 1, min: 0, max: 2 } } });
    await expect(training.change({ params: { a: 3 } })).rejects.toThrow(
      "parameter a expects a number from 0 to 2, got 3",
    );
    await expect(training.change({ params: { z: 3 } })).rejects.toThrow(
      "change expects parameters of the model, got z",
    );
    expect(() => training.to(1)).toThrow("to expects a step from 0 to 0, got 1");
    expect(() => training.take({ steps: -1 })).toThrow("take expects steps from 0, got -1");
    const solver = await train({ ...options, optimizer: "levenberg-marquardt" });
    await expect(solver.change({ lr: 1 })).rejects.toThrow(
      "levenberg-marquardt takes all rows at once, and no learning rate, got lr",
    );
  });
});

/** What a person may do with a walk. */
const deed = fc.oneof(
  fc.record({ do: fc.constant("take" as const), steps: fc.integer({ min: 0, max: 150 }) }),
  fc.record({ do: fc.constant("to" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ do: fc.constant("rate" as const), lr: fc.constantFrom(1e-5, 5e-6, 2e-6) }),
  fc.record({ do: fc.constant("move" as const), b: fc.integer({ min: -20, max: 5 }) }),
);

describe("a walk that is led anywhere", () => {
  it.each<[string, More]>([
    ["with all rows", { optimizer: "sgd", lr: 1e-5 }],
    ["with momentum and batches", { optimizer: sgd({ lr: 1e-6, momentum: 0.9 }), batchSize: 6, seed: 5 }],
    ["with adam, batches and rows held out", { optimizer: "adam", lr: 0.01, batchSize: 7, validation: 0.2 }],
  ])("is at each step where it was, until that is changed: %s", async (_, way) => {
    const { optimizer: _optimizer, lr: _lr, ...ride } = tutorial;
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 12 }), async (deeds) => {
        const training = await train({ ...ride, ...way, stop: false });
        const known = new Map([[0, training.moment]]);
        for (const one of deeds) {
          if (one.do === "take") training.take({ steps: one.steps });
          else if (one.do === "to") training.to(Math.floor(one.share * training.last));
          else await training.change(one.do === "rate" ? { lr: one.lr } : { params: { b: one.b } });
          const { moment } = training;
          const isChange = one.do === "rate" || one.do === "move";
          if (isChange) for (const step of known.keys()) if (step >= moment.step) known.delete(step);
          expect(moment).toEqual(known.get(moment.step) ?? moment);
          known.set(moment.step, moment);
        }
        for (const [step, moment] of known) expect(training.to(step)).toEqual(moment);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a walk", () => {
  it("says which rows are held out", async () => {
    const gap = { time, speed: ride.speed.data.map((y, i) => (i === 4 ? Number.NaN : y)) };
    const { rows: parts } = await train({ ...tutorial, data: gap, validation: 0.25, seed: 1 });
    const all = [...parts.training, ...parts.validation].sort((a, b) => a - b);
    expect(all).toEqual(time.filter((i) => i !== 4));
    expect(parts.validation.length).toBe(5);
  });

  it("that grows without bound ends, with the best so far as its answer", async () => {
    const training = await train({ ...tutorial, lr: 1 });
    while (!training.outcome) training.take({ steps: 10 });
    expect(training.outcome.kind).toBe("diverged");
    const { params, loss } = await training.finish();
    expect([...values(params), loss].every(Number.isFinite)).toBe(true);
  });

  it("stops at no number of steps unless one is asked for", async () => {
    const training = await train({
      ...tutorial,
      optimizer: adam({ lr: 1e-9 }),
      lr: undefined as never,
    }).catch((error: Error) => error);
    expect(training).not.toBeInstanceOf(Error);
  });

  it("of L-BFGS made by hand takes its rate", async () => {
    const { lr: _, ...rest } = tutorial;
    const training = await train({ ...rest, optimizer: lbfgs({ lr: 0.5 }) });
    await training.change({ lr: 1 });
    expect(training.moment.learningRate).toBeNull();
    training.take({ steps: 2 });
    expect(training.moment.step).toBe(2);
  });
});

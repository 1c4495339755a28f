/** The loop: how far it goes, over which rows, when it stops and with which parameters, and what it tells of itself on the way. */
import { describe, expect, it, test } from "vitest";
import { History } from "../src/fit/history.ts";
import { outcomes, type StepEvent } from "../src/fit/result.ts";
import { begin, observe, type Progress, reasonToStop, resolveStop, type Stop } from "../src/fit/stopping.ts";
import { adam, type FitOptions, fit, lbfgs, sgd, type Tensor, tensor } from "../src/index.ts";
import { schedules } from "../src/optim/schedules.ts";
import { type GoldenTensor, golden } from "./golden.ts";

const x = Array.from({ length: 20 }, (_, i) => i / 4 - 2);
/** A line with a wave on it, so that rows differ. */
const y = x.map((t, i) => 3 * t - 1 + 0.3 * Math.sin(17 * i));
const model = "y ~ a*x + b";

type Options = Partial<Omit<FitOptions, "model">>;

/** A fit of the line. */
const line = (options: Options = {}) =>
  fit({ data: { x, y } as FitOptions["data"], model: model as string, ...options });

/** A walk by plain descent; the minimum of the line is some hundred steps away. */
const walk = (options: Options = {}) => line({ optimizer: "sgd", lr: 0.05, ...options });

const valuesOf = ({ params }: { params: Readonly<Record<string, { value: number }>> }): number[] =>
  Object.values(params).map(({ value }) => value);

interface Run {
  readonly time: GoldenTensor;
  readonly speed: GoldenTensor;
  readonly params: GoldenTensor;
  readonly steps: readonly { readonly loss: number; readonly params: number[] }[];
}

const [run] = (await golden<Run>("roller-coaster")) as [Run];

describe("the tutorial", () => {
  it("is what fit does with sgd and its rate: 200 losses within 2e-6", async () => {
    const [a, b, c] = run.params.data as [number, number, number];
    const fitted = await fit({
      data: { time: run.time.data as number[], speed: run.speed.data as number[] },
      model: "speed ~ a*time^2 + b*time + c",
      params: { a, b, c },
      optimizer: "sgd",
      lr: 1e-5,
      steps: 200,
      dtype: "float32",
    });
    expect(fitted.outcome).toMatchObject({ kind: "steps", converged: true });
    expect(fitted.history.length).toBe(201);
    // float32 keeps 6e-8; a step adds a few roundings, and descent damps them.
    const worst = Math.max(...run.steps.map(({ loss }, i) => Math.abs(fitted.history[i]!.loss / loss - 1)));
    expect(worst).toBeLessThan(2e-6);
  });
});

describe("steps and epochs", () => {
  it("count updates, and end the walk at the last parameters", async () => {
    const fitted = await walk({ steps: 3 });
    expect([fitted.steps, fitted.epochs]).toEqual([3, 3]);
    expect(fitted.outcome).toMatchObject({ kind: "steps", converged: true });
    expect(fitted.outcome.message).toMatch(
      /^ran the 3 steps asked for: the loss went from [\d.]+ to [\d.]+$/,
    );
    expect(fitted.history.map(({ step }) => step)).toEqual([0, 1, 2, 3]);
    expect(fitted.history.at(-1)!.loss).toBe(fitted.loss);
  });

  it("of 0 leave everything at its start", async () => {
    for (const none of [{ steps: 0 }, { epochs: 0 }]) {
      const fitted = await walk({ ...none, params: { a: 5 } });
      expect(valuesOf(fitted)).toEqual([5, 1]);
      expect(fitted).toMatchObject({ steps: 0, epochs: 0, outcome: { kind: "steps", converged: true } });
      expect(fitted.history).toEqual([
        { step: 0, epoch: 0, loss: fitted.loss, validationLoss: null, learningRate: null },
      ]);
    }
  });

  it("go through all rows once an epoch, whatever the size of batches", async () => {
    for (const [batchSize, perEpoch] of [
      [20, 1],
      [7, 3],
      [1, 20],
      [1000, 1],
    ] as const) {
      const fitted = await walk({ batchSize, epochs: 2, lr: 0.01 });
      expect([fitted.steps, fitted.epochs]).toEqual([2 * perEpoch, 2]);
      expect(fitted.history.map(({ epoch }) => epoch)).toEqual(
        Array.from({ length: 2 * perEpoch + 1 }, (_, step) => Math.floor(step / perEpoch)),
      );
    }
  });

  it("hold together where both are given: the fewer steps count", async () => {
    expect((await walk({ batchSize: 5, epochs: 2, steps: 3 })).steps).toBe(3);
    expect((await walk({ batchSize: 5, epochs: 2, steps: 30 })).steps).toBe(8);
  });

  test.each([
    [{ steps: -1 }, "steps expects a whole number from 0, got -1"],
    [{ epochs: 1.5 }, "epochs expects a whole number from 0, got 1.5"],
    [{ batchSize: 0 }, "batchSize expects a whole number from 1, got 0"],
    [{ steps: Number.NaN }, "steps expects a whole number from 0, got NaN"],
  ])("of %o are refused", async (options, message) => {
    await expect(walk(options)).rejects.toThrow(message);
  });
});

describe("batches", () => {
  const run = (seed: number) => walk({ batchSize: 3, epochs: 3, lr: 0.02, seed });

  it("come in the same order to the bit for the same seed, and in another for another", async () => {
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(again.history).toEqual(first.history);
    expect(valuesOf(again)).toEqual(valuesOf(first));
    expect(other.history).not.toEqual(first.history);
  });

  it("hold each row once an epoch", async () => {
    const seen: number[] = [];
    const record = ({ x }: { x: Tensor }, { a }: { a: Tensor }): Tensor => {
      if (x.size < 20) seen.push(...(x.toArray() as number[]));
      return a.mul(x);
    };
    await fit({
      data: { x, y },
      target: "y",
      params: { a: 1 },
      model: record,
      optimizer: "sgd",
      lr: 1e-3,
      batchSize: 6,
      epochs: 2,
    });
    for (const epoch of [seen.slice(0, 20), seen.slice(20)])
      expect([...epoch].sort((p, q) => p - q)).toEqual(x);
    expect(seen.slice(20)).not.toEqual(seen.slice(0, 20));
  });

  it("bring weights along: a step is that of the batch's own weighted mean", async () => {
    const w = x.map((_, i) => 1 + (i % 3));
    const whole = await walk({ data: { x, y, w }, weights: "w", batchSize: 20, steps: 5 });
    expect(whole.history).toEqual((await walk({ data: { x, y, w }, weights: "w", steps: 5 })).history);
    const single = await walk({ data: { x, y, w }, weights: "w", batchSize: 1, epochs: 2, lr: 0.01 });
    // Alone in its batch, a row counts in full whatever its weight.
    expect(valuesOf(single)).toEqual(valuesOf(await walk({ batchSize: 1, epochs: 2, lr: 0.01 })));
  });

  it("reach the neighbourhood of the minimum that all rows have", async () => {
    const batched = await walk({ optimizer: "auto", batchSize: 4, lr: 0.05, epochs: 60 });
    const least = await line();
    expect(batched.optimizer.name).toBe("adam");
    expect(batched.loss).toBeLessThan(1.05 * least.loss);
  });
});

describe("schedules", () => {
  const options = {
    lr: 0.05,
    stepSize: 2,
    milestones: [2, 4],
    gamma: 0.5,
    TMax: 5,
    T0: 3,
    maxLr: 0.05,
    totalSteps: 8,
  };

  test.each(Object.entries(schedules))("%s gives the rate of each step of the history", async (_, make) => {
    const schedule = (make as (o: object) => (step: number) => number)(options);
    const { history } = await line({ optimizer: "sgd", schedule, steps: 8, stop: false });
    expect(history.slice(0, -1).map(({ learningRate }) => learningRate)).toEqual(
      Array.from({ length: 8 }, (_, step) => schedule(step)),
    );
    expect(history.at(-1)!.learningRate).toBeNull();
  });

  it("move as the rate says", async () => {
    const halved = await line({
      optimizer: "sgd",
      schedule: (step) => (step === 0 ? 0.05 : 0),
      steps: 5,
      stop: false,
    });
    expect(valuesOf(halved)).toEqual(valuesOf(await walk({ steps: 1 })));
  });

  it("do not go with a rate besides", async () => {
    await expect(walk({ schedule: () => 0.1 })).rejects.toThrow("a fit expects lr or schedule, got both");
  });
});

describe("validation", () => {
  it("by a share holds rows out, the same for the same seed, and is no part of the loss", async () => {
    const parts = await Promise.all([1, 1, 2].map((seed) => walk({ validation: 0.25, steps: 5, seed })));
    expect(parts.map(({ statistics }) => statistics.observations)).toEqual([15, 15, 15]);
    expect(parts[1]!.history).toEqual(parts[0]!.history);
    expect(parts[2]!.history).not.toEqual(parts[0]!.history);
    for (const { history, validationLoss } of parts) {
      expect(history.every((entry) => entry.validationLoss !== null)).toBe(true);
      expect(history.at(-1)!.validationLoss).toBe(validationLoss);
    }
  });

  it("by a table judges by that table", async () => {
    const fitted = await line({ validation: { x: [0, 1], y: [-1, 2] } });
    const [first, second] = fitted.predict({ x: [0, 1] });
    expect(fitted.validationLoss).toBeCloseTo(((first! + 1) ** 2 + (second! - 2) ** 2) / 2, 14);
    expect(fitted.statistics.observations).toBe(20);
  });

  it("keeps the parameters that did best there, and stops when there were none better for ten epochs", async () => {
    // Rows to judge by that want a slope of 2: on the way from 0 to 3 the walk comes by, and goes on.
    const judge = { x: [1, -1], y: [2, -2] };
    const fitted = await walk({ validation: judge, params: { a: 0, b: { fixed: 0 } }, lr: 0.005 });
    expect(fitted.outcome).toMatchObject({ kind: "patience", converged: true });
    expect(fitted.outcome.message).toContain("no better loss for 10 epochs; the best parameters were kept");
    const best = fitted.history.reduce((p, q) => (q.validationLoss! < p.validationLoss! ? q : p));
    expect(fitted.validationLoss).toBe(best.validationLoss);
    expect(fitted.steps).toBe(best.step + 10);
    expect(fitted.loss).toBe(best.loss);
    expect(fitted.params.a!.value).toBeCloseTo(2, 1);
  });

  it("keeps the best even of a walk that ended otherwise", async () => {
    const common = { validation: { x: [1, -1], y: [2, -2] }, params: { a: 0, b: { fixed: 0 } } };
    const sgd = { optimizer: "sgd", lr: 0.005, steps: 200 } as const;
    for (const ending of [sgd, { ...sgd, stop: false } as const, {}]) {
      const fitted = await line({ ...common, ...ending });
      const least = Math.min(...fitted.history.map((entry) => entry.validationLoss!));
      expect(fitted.validationLoss).toBe(least);
    }
  });

  test.each([
    [0, "validation expects a share between 0 and 1, got 0"],
    [1, "validation expects a share between 0 and 1, got 1"],
    [Number.NaN, "validation expects a share between 0 and 1, got NaN"],
    [{ x: [1] }, "unknown column: y"],
    [{ x: [null], y: [1] }, "validation expects at least one complete row of x, y, got none"],
  ])("of %o is refused", async (validation, message) => {
    await expect(walk({ validation: validation as never })).rejects.toThrow(message);
  });

  it("whose loss is no number at the start says so", async () => {
    const fitted = await fit({
      data: { x: [1, 2, 3], y: [0, 1, 1] },
      model: "y ~ a*log(x)",
      validation: { x: [-1], y: [0] },
    });
    expect(fitted.outcome.kind).toBe("invalid");
    expect(fitted.outcome.message).toBe(
      'the validation loss at the start values is no finite number: log(x) is NaN at row 1 column "x", where x = -1; nothing was fitted',
    );
  });
});

describe("stopping", () => {
  const rules = (options: Parameters<typeof resolveStop>[0]): Stop => resolveStop(options, false, "float64");
  /** After how many scores there is a reason to stop, and which. */
  const ending = (scores: number[], stop: Stop): [number, string] | null => {
    const place = { steps: 0, params: {} };
    let progress: Progress = begin(place);
    for (const [i, score] of scores.entries()) {
      progress = observe(progress, place, score, stop);
      const reason = reasonToStop(progress, stop.patience);
      if (reason) return [i + 1, reason];
    }
    return null;
  };

  test.each([
    [
      "as many scores as patience says without a better one",
      { patience: 3 },
      [5, 4, 4.5, 4.2, 4.1, 1],
      [5, "patience"],
    ],
    ["a better score begins anew", { patience: 2 }, [5, 6, 4, 6, 3, 6, 2], null],
    ["patience 0 is that of 1", { patience: 0 }, [5, 4, 4.5], [3, "patience"]],
    ["the same score is no better", { patience: 1 }, [5, 5], [2, "patience"]],
    [
      "improvements below minDelta do not count",
      { patience: 3, minDelta: 1 },
      [5, 4.9, 4.8, 4.7],
      [4, "patience"],
    ],
    ["but small ones add up", { patience: 3, minDelta: 0.25 }, [5, 4.9, 4.8, 4.7, 4.6, 4.5, 4.4], null],
    ["NaN is no better", { patience: 2 }, [5, Number.NaN, Number.NaN], [3, "patience"]],
    ["without patience scores may rise", {}, Array.from({ length: 100 }, (_, i) => i), null],
    ["ten scores alike are a standstill", {}, [5, ...new Array<number>(11).fill(4)], [12, "still"]],
    [
      "rounding is no change",
      {},
      [5, ...Array.from({ length: 11 }, (_, i) => 4 * (1 + 1e-14 * (i % 2)))],
      [12, "still"],
    ],
    ["nine alike are none", {}, [5, ...new Array<number>(10).fill(4), 3, 2, 1], null],
  ] as const)("%s", (_, options, scores, expected) => {
    expect(ending([...scores], rules(options))).toEqual(expected);
  });

  it("false runs every step, past any minimum", async () => {
    const fitted = await walk({ stop: false, steps: 2500 });
    expect([fitted.steps, fitted.outcome.kind]).toEqual([2500, "steps"]);
    expect((await line({ stop: false, steps: 30 })).steps).toBe(30);
    expect((await walk({ stop: false })).outcome).toMatchObject({ kind: "steps", converged: true });
  });

  it("at a minimum says that the walk converged", async () => {
    const fitted = await walk({ steps: 100_000 });
    expect(fitted.outcome.kind).toBe("converged");
    expect(fitted.steps).toBeLessThan(2500);
    const least = await line();
    // Ten steps that change the loss by less than 1e-12 of it leave about so much.
    expect(fitted.loss / least.loss).toBeCloseTo(1, 11);
  });

  it("does not take steps that are too short for a minimum", async () => {
    const short = await walk({ lr: 1e-18 });
    expect(short.outcome).toMatchObject({ kind: "stalled", converged: false });
    expect(short.outcome.advice).toContain("try a larger learning rate, such as 1e-17");
    expect((await walk({ lr: 1e-18, steps: 50 })).outcome.kind).toBe("steps");
    expect((await walk({ lr: 1e-12, dtype: "float32" })).outcome.kind).toBe("stalled");
  });

  it("with patience does without validation, too", async () => {
    const fitted = await line({ optimizer: adam({ lr: 0.5 }), stop: { patience: 4 } });
    expect(fitted.outcome.kind).toBe("patience");
    expect(fitted.loss).toBe(Math.min(...fitted.history.map(({ loss }) => loss)));
  });

  it("where a budget that nobody asked for runs out says so, and keeps the best", async () => {
    const fitted = await walk({ lr: 1e-4 });
    expect(fitted.outcome).toMatchObject({ kind: "exhausted", converged: false });
    expect(fitted.outcome.advice).toContain("allow more steps");
  });

  test.each([
    [{ patience: -1 }, "stop expects patience from 0, got -1"],
    [{ minDelta: Number.NaN }, "stop expects minDelta from 0, got NaN"],
    [{ patiense: 3 }, "unknown option of stop: patiense (did you mean patience?)"],
  ])("by %o is refused", async (stop, message) => {
    await expect(walk({ stop: stop as never })).rejects.toThrow(message);
  });
});

describe("divergence", () => {
  const plain = { optimizer: "sgd", lr: 10 } as const;
  const ways: [string, Options][] = [
    ["sgd", plain],
    ["sgd with momentum", { optimizer: sgd({ lr: 10, momentum: 0.9 }) }],
    ["batches", { ...plain, batchSize: 4 }],
    ["float32", { ...plain, dtype: "float32" }],
    ["a few steps, none of which leaves the numbers", { ...plain, lr: 1, steps: 10 }],
  ];
  test.each(ways)("by %s ends with the best parameters, in words and with advice", async (_, options) => {
    const fitted = await line(options);
    expect(fitted.outcome).toMatchObject({ kind: "diverged", converged: false });
    expect(fitted.outcome.message).toMatch(
      /^diverged: the loss went from [\d.]+ to (infinite|not a number|[\d.e+]+) in \d+ steps? with learning rate (1|10); the best parameters before were kept$/,
    );
    expect(fitted.outcome.advice).toMatch(/^try a smaller learning rate, such as (0.1|1), /);
    expect(valuesOf(fitted).every(Number.isFinite)).toBe(true);
    expect(fitted.loss).toBeLessThanOrEqual(fitted.history[0]!.loss * 1.5);
    expect(fitted.history.every(({ loss }) => Number.isFinite(loss))).toBe(true);
  });

  it("into where the model is undefined says where", async () => {
    const fitted = await fit({
      data: { x: [1, 2], y: [-9, -9] },
      model: "y ~ log(a*x)",
      params: { a: 0.5 },
      optimizer: "sgd",
      lr: 1,
    });
    expect(fitted.outcome.kind).toBe("diverged");
    expect(fitted.outcome.message).toContain('(log(a*x) is NaN at row 1 column "x", where a*x = ');
    expect(fitted.params.a.value).toBe(0.5);
  });
});

describe("onStep", () => {
  it("is told of every step before it is taken", async () => {
    const events: StepEvent[] = [];
    const fitted = await walk({ steps: 4, onStep: (event) => events.push(event) });
    expect(events.map(({ params: _, ...entry }) => entry)).toEqual(fitted.history.slice(0, -1));
    expect(events[0]!.params).toEqual({ a: 1, b: 1 });
  });

  it("ends the walk where it returns false, with the best so far", async () => {
    const fitted = await walk({ onStep: ({ step }) => step < 3 });
    expect([fitted.steps, fitted.outcome.kind, fitted.outcome.converged]).toEqual([3, "aborted", false]);
    expect(fitted.history.map(({ step }) => step)).toEqual([0, 1, 2, 3]);
    expect(valuesOf(fitted)).toEqual(valuesOf(await walk({ steps: 3 })));
  });

  it("may return anything else, and may throw", async () => {
    expect((await walk({ steps: 2, onStep: () => undefined })).steps).toBe(2);
    const refusal = walk({
      onStep: () => {
        throw new Error("enough");
      },
    });
    await expect(refusal).rejects.toThrow("enough");
  });
});

describe("a signal", () => {
  it("that was aborted before leaves everything at its start", async () => {
    const fitted = await walk({ signal: AbortSignal.abort() });
    expect(fitted).toMatchObject({ steps: 0, outcome: { kind: "aborted", converged: false } });
    expect(valuesOf(fitted)).toEqual([1, 1]);
  });

  it("ends a walk from outside, while it goes on", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 60);
    const fitted = await walk({ steps: 10_000_000, stop: false, signal: controller.signal });
    expect(fitted.outcome.kind).toBe("aborted");
    expect(fitted.outcome.message).toMatch(
      /^stopped on request after \d+ steps; the best parameters so far were kept$/,
    );
    expect(fitted.steps).toBeGreaterThan(0);
    expect(fitted.loss).toBeLessThan(fitted.history[0]!.loss);
  });

  it("gives the best so far, not the last", async () => {
    const controller = new AbortController();
    // A rate so large that the loss rises from step to step.
    const fitted = await walk({
      lr: 0.75,
      signal: controller.signal,
      onStep: ({ step }) => {
        if (step === 4) controller.abort();
      },
    });
    expect(fitted.outcome.kind).toBe("aborted");
    expect(fitted.loss).toBe(Math.min(...fitted.history.map(({ loss }) => loss)));
    expect(fitted.loss).toBeLessThan(fitted.history.at(-1)!.loss);
  });
});

describe("the history", () => {
  const entry = (step: number) => ({
    step,
    epoch: step,
    loss: 1 / (step + 1),
    validationLoss: null,
    learningRate: 0.1,
  });
  const historyOf = (steps: number): History => {
    const history = new History();
    for (let step = 0; step < steps; step++) history.add({ number: step, entry: () => entry(step) });
    return history;
  };

  it("keeps all of a few steps", () => {
    expect(historyOf(0).entries()).toEqual([]);
    expect(historyOf(999).entries()).toEqual(Array.from({ length: 999 }, (_, step) => entry(step)));
  });

  test.each([1000, 1001, 5000, 123_457])(
    "of %i steps keeps at most a thousand, evenly, and both ends",
    (steps) => {
      const kept = historyOf(steps)
        .entries()
        .map(({ step }) => step);
      expect(kept.length).toBeGreaterThan(400);
      expect(kept.length).toBeLessThanOrEqual(1000);
      expect([kept[0], kept.at(-1)]).toEqual([0, steps - 1]);
      const gaps = new Set(kept.slice(1, -1).map((step, i) => step - kept[i]!));
      expect(gaps.size).toBe(1);
    },
  );

  it("has one entry a step, of numbers only", async () => {
    for (const options of [
      { steps: 3 },
      { onStep: () => false },
      { stop: { patience: 1 }, lr: 0.5 },
      { steps: 100_000 },
    ]) {
      const { history } = await walk(options);
      const steps = history.map(({ step }) => step);
      expect(new Set(steps).size).toBe(steps.length);
    }
  });
});

describe("what a walk says of itself", () => {
  it("is its time, in seconds", async () => {
    const { seconds } = await walk({ steps: 10 });
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(60);
  });

  it("is a sentence and, where it fell short, advice, for every kind of outcome", async () => {
    const ways: Record<
      keyof typeof outcomes,
      Promise<{ outcome: { kind: string; message: string; advice: string | null } }>
    > = {
      converged: line(),
      steps: walk({ steps: 1 }),
      patience: walk({ stop: { patience: 1 }, lr: 0.75 }),
      stalled: walk({ lr: 1e-18 }),
      exhausted: walk({ lr: 1e-4 }),
      diverged: walk({ lr: 10 }),
      aborted: walk({ onStep: () => false }),
      invalid: fit({
        data: { x, y },
        model: "y ~ log(x - a)",
        params: { a: 1 },
        optimizer: "levenberg-marquardt",
      }),
    };
    for (const [kind, way] of Object.entries(ways)) {
      const { outcome } = await way;
      expect(outcome.kind).toBe(kind);
      expect(outcome.message).toMatch(/^[a-z].{20,}[^.]$/);
      const fellShort = !outcomes[kind as keyof typeof outcomes] && kind !== "aborted";
      expect(outcome.advice !== null, kind).toBe(fellShort);
    }
  });
});

describe("precision", () => {
  it("is float64 unless said, and float32 throughout where it is said", async () => {
    const [double, single] = [await walk({ steps: 20 }), await walk({ steps: 20, dtype: "float32" })];
    expect([double.dtype, single.dtype]).toEqual(["float64", "float32"]);
    for (const value of valuesOf(single)) expect(Math.fround(value)).toBe(value);
    valuesOf(single).forEach((value, i) => {
      expect(value).not.toBe(valuesOf(double)[i]);
      // Twenty steps of a few roundings of 6e-8.
      expect(Math.abs(value / valuesOf(double)[i]! - 1)).toBeLessThan(1e-5);
    });
  });

  it("is that of tensors for a function", async () => {
    const single = await fit({
      data: { x, y },
      target: "y",
      params: { a: tensor(1), b: tensor([2]) },
      model: ({ x }, { a, b }) => a.mul(x).add(b),
      optimizer: lbfgs({ lineSearchFn: "strongWolfe" }),
    });
    expect([single.dtype, single.params.a.value.dtype]).toEqual(["float32", "float32"]);
  });
});

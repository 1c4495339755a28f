/** Many steps in one go: the walk comes to the same end as by steps one by one, and finds every place again that it needs. */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type Method, oneByOne, type Span, type Taken } from "../src/fit/method.ts";
import { methodFor } from "../src/fit/methods.ts";
import type { Named } from "../src/fit/model.ts";
import { planOf } from "../src/fit/plan.ts";
import { type Problem, problemOf } from "../src/fit/problem.ts";
import { type Walk, type Walked, walk } from "../src/fit/walk.ts";
import { type FitOptions, manualSeed, randn, schedules, sgd, tensor } from "../src/index.ts";
import { Generator } from "../src/tensor/random.ts";

const x = Array.from({ length: 20 }, (_, i) => i / 4 - 2);
/** A line with a wave on it, so that rows differ. */
const y = x.map((t, i) => 3 * t - 1 + 0.3 * Math.sin(17 * i));
const w = x.map((_, i) => 1 + (i % 3));

type Options = Partial<FitOptions>;

/** The walk of a fit, and its start. `methodOf` makes another method of the one that the options ask for. */
async function walkOf(
  options: Options,
  methodOf: (method: Method, problem: Problem) => Method,
): Promise<[Walk, Named]> {
  const given = {
    data: { x, y, w },
    model: "y ~ a*x + b",
    optimizer: "sgd",
    lr: 0.1,
    ...options,
  } as FitOptions;
  const generator = new Generator(given.seed ?? 0);
  const problem = problemOf(given, generator);
  const [fixed, free] = [true, false].map((isFixed) =>
    Object.fromEntries(problem.starts.filter((s) => s.fixed === isFixed).map((s) => [s.name, s.value])),
  ) as [Named, Named];
  const method = methodOf(await methodFor(problem, fixed, given), problem);
  const plan = planOf(problem, method, given);
  return [{ problem, fixed, method, plan, generator, signal: given.signal, onStep: given.onStep }, free];
}

/** A method without its `run`. */
const stepwise = ({ run: _, ...method }: Method): Method => method;

const numbersOf = (params: Named) => Object.entries(params).map(([name, t]) => [name, t.toArray()]);

/** All there is to know of where a walk ended, as plain values. */
const plain = ({ params, last, ...walked }: Walked) => ({
  ...walked,
  params: numbersOf(params),
  last: [numbersOf(last.params), last.loss],
});

const ended = async (...[options, methodOf]: Parameters<typeof walkOf>) =>
  plain(await walk(...(await walkOf(options, methodOf))));

describe("steps in one go", () => {
  const ways: Options[] = [
    { lr: 0.05 },
    { optimizer: sgd({ lr: 0.02, momentum: 0.9 }), lr: undefined },
    { optimizer: "adam", lr: 0.1 },
    { optimizer: "rmsprop", lr: 0.1 },
    { schedule: schedules.cosineAnnealing({ lr: 0.1, TMax: 30 }), lr: undefined },
    { lr: 0.75 },
    { lr: 10 },
    { lr: 1e-18 },
  ] as Options[];
  const ends: Options[] = [
    {},
    { steps: 150 },
    { steps: 37, stop: false },
    { epochs: 9 },
    { stop: { patience: 3 } },
    { stop: { patience: 5, minDelta: 0.01 } },
  ];
  const rows: Options[] = [{}, { batchSize: 6 }, { batchSize: 5 }, { weights: "w" }, { dtype: "float32" }];
  const problems: Options[] = [
    {},
    { validation: 0.25 },
    { validation: { x: [1, -1], y: [2, -2], w: [1, 1] }, params: { a: 0, b: { fixed: 0 } } },
    { params: { a: { start: 1, max: 2 } } },
    { model: "y ~ a*log(x + 3 + b)" },
    { model: "y ~ a*x^2 + exp(b*x)" },
    { loss: "l1" },
  ];
  const some = fc.tuple(...[ways, ends, rows, problems].map((list) => fc.constantFrom(...list)));

  it("come to the same end to the bit as one by one, with the same history", async () => {
    const property = fc.asyncProperty(some, fc.nat(3), async (parts, seed) => {
      const options: Options = Object.assign({ seed }, ...parts);
      expect(await ended(options, (method) => method)).toEqual(await ended(options, stepwise));
    });
    await fc.assert(property, { numRuns: 60 });
  });
});

/** What a step does, by its number. */
interface Script {
  readonly loss?: (number: number) => number;
  /** Where it leads. */
  readonly after?: (number: number) => number;
  readonly end?: (number: number) => Taken["end"];
}

/** A method that does as it is told, quickly. Spans that it runs are noted in `spans`. */
function scripted(
  { loss = (n) => 1 / (n + 1), after = (n) => n + 1, end = () => null }: Script,
  spans: Span[] = [],
) {
  return (_: Method, problem: Problem): Method => {
    const step: Method["step"] = (_free, _state, _rows, number) => ({
      params: { a: tensor(after(number), { dtype: "float64" }) },
      state: number,
      loss: loss(number),
      end: end(number),
    });
    const run = oneByOne(problem, {}, step);
    return {
      name: "scripted",
      rateAt: () => null,
      budget: 1000,
      step,
      run: (free, state, span) => {
        spans.push(span);
        return run(free, state, span);
      },
    };
  };
}

/** A line through the origin. The nearer `a` comes to 50, the smaller the loss. */
const slope: Options = { data: { x, y: x.map((t) => 50 * t) }, model: "y ~ a*x", params: { a: 0 } };

describe("a reason to stop within steps taken in one go", () => {
  const fail = (): never => {
    throw new Error("out of steps");
  };
  /** `a` is what the walk answers with. */
  interface Case extends Script {
    readonly stop?: FitOptions["stop"];
    readonly steps?: number;
    readonly expected: { kind: string; steps: number; a: number };
  }
  const cases: Record<string, Case> = {
    "is a loss that is no number": {
      loss: (n) => (n === 13 ? Number.NaN : 1 / (n + 1)),
      expected: { kind: "diverged", steps: 13, a: 13 },
    },
    "are parameters that are none, with a loss that is one": {
      after: (n) => (n < 13 ? n + 1 : Number.POSITIVE_INFINITY),
      expected: { kind: "diverged", steps: 14, a: 13 },
    },
    "is a minimum": {
      end: (n) => (n >= 21 ? "converged" : null),
      expected: { kind: "converged", steps: 21, a: 21 },
    },
    "is an end short of one": {
      end: (n) => (n === 22 ? "stalled" : null),
      expected: { kind: "stalled", steps: 22, a: 22 },
    },
    "is that nothing gets better, and the best is found again": {
      loss: (n) => Math.abs(n - 19),
      after: (n) => 19 - Math.abs(n - 18),
      stop: { patience: 7 },
      expected: { kind: "patience", steps: 26, a: 19 },
    },
    "is the count": { steps: 45, expected: { kind: "steps", steps: 45, a: 45 } },
    "comes before a step that fails": {
      after: (n) => (n < 30 ? n + 1 : fail()),
      end: (n) => (n === 25 ? "converged" : null),
      expected: { kind: "converged", steps: 25, a: 25 },
    },
  };
  test.each(Object.entries(cases))("%s", async (_, { stop, steps, expected, ...script }) => {
    const options = { ...slope, stop, steps } as Options;
    const found = await ended(options, scripted(script));
    expect({ kind: found.kind, steps: found.steps, params: found.params }).toEqual({
      kind: expected.kind,
      steps: expected.steps,
      params: [["a", expected.a]],
    });
    expect(found).toEqual(await ended(options, (...given) => stepwise(scripted(script)(...given))));
  });

  it("is what a step throws, once the walk is there", async () => {
    const script: Script = { after: (n) => (n < 30 ? n + 1 : fail()) };
    await expect(ended(slope, scripted(script))).rejects.toThrow("out of steps");
  });
});

describe("the steps of a walk", () => {
  it("are taken ever more in one go while that is quick", async () => {
    const spans: Span[] = [];
    await ended({ ...slope, steps: 2000, stop: false }, scripted({ after: () => 0 }, spans));
    const counts = spans.map(({ count }) => count);
    expect(counts.reduce((sum, count) => sum + count)).toBe(2000);
    expect(counts[0]).toBe(1);
    // Where a leg is held up the next is as long, else twice as long; the last is what is left.
    for (const [i, count] of counts.slice(1, -1).entries()) expect([1, 2]).toContain(count / counts[i]!);
    expect(counts.length).toBeLessThan(100);
  });

  it("are taken one by one while somebody looks on", async () => {
    const spans: Span[] = [];
    const seen: unknown[] = [];
    await ended({ ...slope, steps: 9, onStep: ({ params }) => seen.push(params.a) }, scripted({}, spans));
    expect(spans.map(({ count }) => count)).toEqual(new Array(9).fill(1));
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("stay within an epoch of batches, where each row is once, and the last smaller batch is by itself", async () => {
    const spans: Span[] = [];
    await ended({ ...slope, batchSize: 3, epochs: 5 }, scripted({}, spans));
    const rowsOf = (epoch: number) =>
      spans.filter(({ step }) => Math.floor(step / 7) === epoch).flatMap(({ rows }) => [...rows!]);
    for (let epoch = 0; epoch < 5; epoch++)
      expect(rowsOf(epoch).sort((p, q) => p - q)).toEqual(x.map((_, i) => i));
    expect(rowsOf(1)).not.toEqual(rowsOf(0));
    for (const { step, count, rows } of spans) expect(rows!.length).toBe(step % 7 === 6 ? 2 : 3 * count);
    expect(Math.max(...spans.map(({ count }) => count))).toBeGreaterThan(1);
  });

  it("let a signal be heard between two legs", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 40);
    const spans: Span[] = [];
    const options = { ...slope, steps: 10_000_000, stop: false, signal: controller.signal } as const;
    const { kind, steps } = await ended(options, scripted({}, spans));
    expect(kind).toBe("aborted");
    // The last span may be one to find the best place again.
    expect(spans.slice(-2).map(({ step, count }) => step + count)).toContain(steps);
  });
});

describe("a model of one's own", () => {
  type Function = Exclude<FitOptions["model"], string>;
  const line: Function = ({ x }, { a, b }) => a!.mul(x!).add(b!);
  const offsets = (n: number) => Float64Array.from({ length: n }, (_, i) => i / 1000);
  let calls = 0;

  /** Models, and whether they say the same each time. */
  const models: Record<string, [model: Function, isSteady: boolean]> = {
    "is repeated where it says the same each time": [line, true],
    "may make tensors of its own, if they hold the same": [
      (row, params) => line(row, params).add(tensor(offsets(row.x!.size))),
      true,
    ],
    "may look at numbers of the rows": [
      (row, params) => line(row, params).mul((row.x!.toArray() as number[]).length / 20),
      true,
    ],
    "may look at numbers of the parameters, and is called each time": [
      (row, params) => (params.a!.item() > 2 ? line(row, params) : line(row, params).mul(0.9)),
      false,
    ],
    "may draw at random, and is called each time": [
      (row, params) => line(row, params).add(randn([row.x!.size], { dtype: "float64" }).mul(1e-3)),
      false,
    ],
    "may count its calls, and is called each time": [
      (row, params) => line(row, params).mul(1 + 1e-6 * calls++),
      false,
    ],
  };
  const options = (own: Function) =>
    ({
      target: "y",
      params: { a: tensor(1, { dtype: "float64" }), b: tensor(1, { dtype: "float64" }) },
      model: own,
      dtype: "float64",
      steps: 600,
      stop: false,
      lr: 0.05,
    }) as Options;

  test.each(Object.entries(models))("%s", async (_, [own, steady]) => {
    const noted = async (change: typeof stepwise) => {
      let called = 0;
      manualSeed((calls = 0));
      const found = await ended(
        options((row, params) => {
          called++;
          return own(row, params);
        }),
        change,
      );
      return { found, called };
    };
    const [many, single] = [await noted((method) => method), await noted(stepwise)];
    if (steady) expect(many.found).toEqual(single.found);
    expect(many.called < 300).toBe(steady);
    expect(single.called).toBeGreaterThanOrEqual(600);
  });
});

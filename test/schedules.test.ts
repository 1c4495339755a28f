/** The schedules against PyTorch's own numbers, and what each promises at its ends and at the door. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Schedule, schedules } from "../src/optim/schedules.ts";
import { camelCase, golden } from "./golden.ts";

interface Case {
  schedule: string;
  options: Record<string, number | number[]>;
  base_lr: number;
  lrs: number[];
}

type Maker = (options: Record<string, unknown>) => Schedule;

const cases = await golden<Case>("schedules");
const makers = schedules as unknown as Record<string, Maker>;

const nameOf = (c: Case) => (c.schedule === "step" ? "stepLr" : c.schedule);

/** `step_size` is `stepSize` here, `T_0` is `T0`. */
function optionsOf(c: Case): Record<string, unknown> {
  const renamed = Object.entries(c.options).map(([name, value]) => [camelCase(name), value] as const);
  return { lr: c.base_lr, ...Object.fromEntries(renamed) };
}

describe("the rates are PyTorch's", () => {
  // PyTorch multiplies the last rate by a factor at every step: forty roundings of 2^-53, or 4e-15, at most a few of them enlarged
  // where the cosine is near its end. The closed forms here do not gather them. Hence 1e-14 relative; the worst is 3.4e-15.
  it.each(cases.map((c) => [nameOf(c), c] as const))("%s", (name, c) => {
    const schedule = makers[name]!(optionsOf(c));
    c.lrs.forEach((lr, step) => {
      expect(Math.abs(schedule(step) - lr), `step ${step}`).toBeLessThanOrEqual(1e-14 * lr);
    });
  });

  it("in every schedule of the table", () => {
    expect(cases.map(nameOf).sort()).toEqual(Object.keys(schedules).sort());
  });
});

/** The rates at a few steps, from PyTorch's formulas worked out by hand, for options that the golden cases leave at their defaults. */
const byHand: [name: string, options: Record<string, unknown>, rates: [step: number, lr: number][]][] = [
  [
    "stepLr",
    { lr: 1, stepSize: 2 },
    [
      [1, 1],
      [2, 0.1],
      [4, 0.01],
    ],
  ],
  [
    "multiStep",
    { lr: 1, milestones: [3, 3], gamma: 0.5 },
    [
      [2, 1],
      [3, 0.25],
    ],
  ],
  [
    "cosineAnnealing",
    { lr: 1, TMax: 4 },
    [
      [0, 1],
      [2, 0.5],
      [4, 0],
      [8, 1],
    ],
  ],
  [
    "cosineWarmRestarts",
    { lr: 1, T0: 4 },
    [
      [0, 1],
      [2, 0.5],
      [4, 1],
      [4_000_002, 0.5],
    ],
  ],
  [
    "cosineWarmRestarts",
    { lr: 1, T0: 1, TMult: 3, etaMin: 0.5 },
    [
      [0, 1],
      [1, 1],
      [4, 1],
      [13, 1],
      [26.5, 0.75],
    ],
  ],
  [
    "oneCycle",
    { maxLr: 1, totalSteps: 11, pctStart: 0.5454545454545454, annealStrategy: "linear" },
    [
      [0, 0.04],
      [5, 1],
      [10, 4e-6],
      [99, 4e-6],
    ],
  ],
  [
    "oneCycle",
    { maxLr: 1, totalSteps: 10, pctStart: 0.3, divFactor: 2, finalDivFactor: 4, threePhase: true },
    [
      [0, 0.5],
      [1, 0.75],
      [2, 1],
      [3, 0.75],
      [4, 0.5],
      [9, 0.125],
    ],
  ],
  ["oneCycle", { maxLr: 1, totalSteps: 1, pctStart: 1 }, [[0, 1]]],
  [
    "linear",
    { lr: 3 },
    [
      [0, 1],
      [5, 3],
      [9, 3],
    ],
  ],
  [
    "linear",
    { lr: 1, endFactor: 0.5, startFactor: 1, totalIters: 2 },
    [
      [0, 1],
      [1, 0.75],
      [2, 0.5],
    ],
  ],
  [
    "polynomial",
    { lr: 1 },
    [
      [0, 1],
      [2, 0.6],
      [5, 0],
      [6, 0],
    ],
  ],
];

describe("defaults and ends", () => {
  it.each(byHand)("%s(%j)", (name, options, rates) => {
    const schedule = makers[name]!(options);
    for (const [step, lr] of rates) expect(schedule(step), `step ${step}`).toBeCloseTo(lr, 12);
  });
});

describe("cosineWarmRestarts", () => {
  it("starts anew exactly where the runs end, however many there were", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 12 }),
        (T0, TMult, runs) => {
          const schedule = schedules.cosineWarmRestarts({ lr: 1, T0, TMult });
          const restart = Array.from({ length: runs }, (_, i) => T0 * TMult ** i).reduce((a, b) => a + b, 0);
          expect(schedule(restart)).toBe(1);
          if (restart > 0 && T0 > 1) expect(schedule(restart - 1)).toBeLessThan(1);
        },
      ),
    );
  });
});

describe("options are checked at the door", () => {
  const bad: [name: string, options: Record<string, unknown>, message: string][] = [
    ["stepLr", { lr: 0.1 }, "stepLr expects stepSize to be a whole number of at least 1, got undefined"],
    ["stepLr", { lr: -1, stepSize: 3 }, "stepLr expects lr to be a number of at least 0, got -1"],
    [
      "multiStep",
      { lr: 1, milestones: [1.5] },
      "multiStep expects milestones to be a list of steps, got [1.5]",
    ],
    [
      "exponential",
      { lr: 1, gamma: Number.NaN },
      "exponential expects gamma to be a number above 0, got NaN",
    ],
    [
      "cosineAnnealing",
      { lr: 1, TMax: 0 },
      "cosineAnnealing expects TMax to be a whole number of at least 1, got 0",
    ],
    [
      "cosineWarmRestarts",
      { lr: 1, T0: 2, TMult: 0.5 },
      "cosineWarmRestarts expects TMult to be a whole number of at least 1, got 0.5",
    ],
    [
      "oneCycle",
      { maxLr: 1, totalSteps: 5, annealStrategy: "cosine" },
      `oneCycle expects annealStrategy to be "cos" or "linear", got "cosine"`,
    ],
    [
      "oneCycle",
      { maxLr: 1, totalSteps: 5, pctStart: 30 },
      "oneCycle expects pctStart to be a number from 0 to 1, got 30",
    ],
    ["linear", { lr: 1, startFactor: 2 }, "linear expects startFactor to be a number from 0 to 1, got 2"],
    ["polynomial", { lr: "0.1" }, `polynomial expects lr to be a number of at least 0, got "0.1"`],
  ];
  it.each(bad)("%s(%j)", (name, options, message) => {
    expect(() => makers[name]!(options)).toThrow(new RangeError(message));
  });
});

/**
 * Learning rate schedules: options go in, and a function from the step, counted from 0, to the rate comes out.
 * Names, defaults and numbers are those of `torch.optim.lr_scheduler`, in closed form: the rate at a step does not depend on the steps before it.
 */

/** The learning rate to use at a step. Steps count from 0. */
export type Schedule = (step: number) => number;

/** `lr` times `gamma` every `stepSize` steps. Throws RangeError for an option out of range, as all schedules do. */
export function stepLr(options: { lr: number; stepSize: number; gamma?: number }): Schedule {
  const { lr, stepSize, gamma = 0.1 } = options;
  check("stepLr", { lr: [lr, rate], stepSize: [stepSize, count], gamma: [gamma, factor] });
  return (step) => lr * gamma ** Math.floor(step / stepSize);
}

/** `lr` times `gamma` at every milestone; a step given twice counts twice. */
export function multiStep(options: { lr: number; milestones: readonly number[]; gamma?: number }): Schedule {
  const { lr, milestones, gamma = 0.1 } = options;
  check("multiStep", { lr: [lr, rate], milestones: [milestones, steps], gamma: [gamma, factor] });
  return (step) => lr * gamma ** milestones.filter((m) => m <= step).length;
}

/** `lr` times `gamma` every step. */
export function exponential(options: { lr: number; gamma: number }): Schedule {
  const { lr, gamma } = options;
  check("exponential", { lr: [lr, rate], gamma: [gamma, factor] });
  return (step) => lr * gamma ** step;
}

/** From `lr` down to `etaMin` along half a cosine in `TMax` steps, and up again in as many (Loshchilov and Hutter, SGDR, 2017, equation 5). */
export function cosineAnnealing(options: { lr: number; TMax: number; etaMin?: number }): Schedule {
  const { lr, TMax, etaMin = 0 } = options;
  check("cosineAnnealing", { lr: [lr, rate], TMax: [TMax, count], etaMin: [etaMin, rate] });
  return (step) => alongCosine(lr, etaMin, step / TMax);
}

/** The same, but back at `lr` in one step after `T0` steps, then after `TMult` times as many, and so on (the same paper, section 3). */
export function cosineWarmRestarts(options: {
  lr: number;
  T0: number;
  TMult?: number;
  etaMin?: number;
}): Schedule {
  const { lr, T0, TMult = 1, etaMin = 0 } = options;
  check("cosineWarmRestarts", {
    lr: [lr, rate],
    T0: [T0, count],
    TMult: [TMult, count],
    etaMin: [etaMin, rate],
  });
  return (step) => alongCosine(lr, etaMin, shareOfRun(step, T0, TMult));
}

/** How much of its run a step has behind it, where each run is `TMult` times as long as the one before. */
function shareOfRun(step: number, T0: number, TMult: number): number {
  if (TMult === 1) return (step % T0) / T0;
  let [TCur, TI] = [step, T0];
  for (; TCur >= TI; TI *= TMult) TCur -= TI;
  return TCur / TI;
}

/** What `oneCycle` takes. */
export interface OneCycleOptions {
  /** Accepted, as by all schedules, and not used: `maxLr` and the factors say everything. */
  lr?: number;
  /** The rate at the top. */
  maxLr: number;
  /** The length of the cycle. */
  totalSteps: number;
  /** The share of the cycle spent going up. Default 0.3. */
  pctStart?: number;
  /** Default "cos". */
  annealStrategy?: "cos" | "linear";
  /** The cycle starts at maxLr / divFactor. Default 25. */
  divFactor?: number;
  /** And ends at maxLr / divFactor / finalDivFactor. Default 10,000. */
  finalDivFactor?: number;
  /** Goes down to the start as fast as it went up, and then to the end. Default false. */
  threePhase?: boolean;
}

/** Up to `maxLr` and down again, once; from the last step on the rate stays at its end (Smith and Topin, Super-convergence, 2019). */
export function oneCycle(options: OneCycleOptions): Schedule {
  const { lr = 0, maxLr, totalSteps, pctStart = 0.3, annealStrategy = "cos" } = options;
  const { divFactor = 25, finalDivFactor = 1e4, threePhase = false } = options;
  check("oneCycle", {
    lr: [lr, rate],
    maxLr: [maxLr, rate],
    totalSteps: [totalSteps, count],
    pctStart: [pctStart, share],
    annealStrategy: [annealStrategy, strategy],
    divFactor: [divFactor, factor],
    finalDivFactor: [finalDivFactor, factor],
  });
  const first = maxLr / divFactor;
  const top = pctStart * totalSteps - 1;
  const phases: Phase[] = [
    { from: first, to: maxLr, end: top },
    ...(threePhase ? [{ from: maxLr, to: first, end: 2 * top }] : []),
    { from: threePhase ? first : maxLr, to: first / finalDivFactor, end: totalSteps - 1 },
  ];
  return (step) => alongPhases(phases, strategies[annealStrategy], step);
}

/** A stretch from one rate to another, over at `end`; it starts where the one before ended. */
interface Phase {
  readonly from: number;
  readonly to: number;
  readonly end: number;
}

function alongPhases(phases: readonly Phase[], along: Curve, step: number): number {
  const found = phases.findIndex((phase) => step <= phase.end);
  if (found < 0) return phases.at(-1)!.to;
  const { from, to, end } = phases[found]!;
  const start = found === 0 ? 0 : phases[found - 1]!.end;
  return end > start ? along(from, to, (step - start) / (end - start)) : to;
}

/** From `lr * startFactor` to `lr * endFactor` along a line in `totalIters` steps. */
export function linear(options: {
  lr: number;
  startFactor?: number;
  endFactor?: number;
  totalIters?: number;
}): Schedule {
  const { lr, startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = options;
  check("linear", {
    lr: [lr, rate],
    startFactor: [startFactor, share],
    endFactor: [endFactor, share],
    totalIters: [totalIters, count],
  });
  return (step) => lr * alongLine(startFactor, endFactor, Math.min(step / totalIters, 1));
}

/** From `lr` to 0 in `totalIters` steps, as the `power`-th power of what is left. */
export function polynomial(options: { lr: number; totalIters?: number; power?: number }): Schedule {
  const { lr, totalIters = 5, power = 1 } = options;
  check("polynomial", { lr: [lr, rate], totalIters: [totalIters, count], power: [power, factor] });
  return (step) => lr * (1 - Math.min(step / totalIters, 1)) ** power;
}

/** All schedules by name. */
export const schedules = {
  stepLr,
  multiStep,
  exponential,
  cosineAnnealing,
  cosineWarmRestarts,
  oneCycle,
  linear,
  polynomial,
} as const;

/** A way from one rate to another as `part` goes from 0 to 1. */
type Curve = (from: number, to: number, part: number) => number;

const alongCosine: Curve = (from, to, part) => to + ((from - to) * (1 + Math.cos(Math.PI * part))) / 2;
const alongLine: Curve = (from, to, part) => from + (to - from) * part;

const strategies = { cos: alongCosine, linear: alongLine };

/** What an option may be, and how an error says it. */
interface Kind {
  readonly wanted: string;
  holds(value: unknown): boolean;
}

const isNumber = (x: unknown): x is number => Number.isFinite(x);
const rate: Kind = { wanted: "a number of at least 0", holds: (x) => isNumber(x) && x >= 0 };
const factor: Kind = { wanted: "a number above 0", holds: (x) => isNumber(x) && x > 0 };
const share: Kind = { wanted: "a number from 0 to 1", holds: (x) => isNumber(x) && x >= 0 && x <= 1 };
const count: Kind = {
  wanted: "a whole number of at least 1",
  holds: (x) => Number.isInteger(x) && Number(x) >= 1,
};
const steps: Kind = { wanted: "a list of steps", holds: (x) => Array.isArray(x) && x.every(isStep) };
const strategy: Kind = { wanted: `"cos" or "linear"`, holds: (x) => x === "cos" || x === "linear" };

function isStep(x: unknown): boolean {
  return Number.isInteger(x) && Number(x) >= 0;
}

/** Refuses the first option that is not of its kind. */
function check(schedule: string, options: Record<string, readonly [value: unknown, kind: Kind]>): void {
  for (const [name, [value, kind]] of Object.entries(options))
    if (!kind.holds(value))
      throw new RangeError(`${schedule} expects ${name} to be ${kind.wanted}, got ${show(value)}`);
}

function show(value: unknown): string {
  return typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
}

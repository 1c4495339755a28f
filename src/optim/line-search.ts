/**
 * The line search of L-BFGS: a function along a line goes in, a step length that satisfies the strong Wolfe conditions comes out
 * (Nocedal and Wright, Numerical Optimization, 2006, algorithms 3.5 and 3.6), by the interpolation of `torch.optim.LBFGS`.
 */

/** A place on the line: how far, the function there, and its slope. */
export interface Trial {
  readonly t: number;
  readonly f: number;
  readonly slope: number;
}

/** What is searched along. */
export interface Line<T extends Trial> {
  /** The place at t = 0, where the slope is negative. */
  readonly start: T;
  /** A function value of infinity is one to stay away from. */
  at(t: number): T;
  /** The largest element of the direction: how far a parameter goes for t = 1. */
  readonly reach: number;
}

/** The best place found, and how often `at` was asked. */
export interface Found<T extends Trial> {
  readonly trial: T;
  readonly evaluations: number;
}

/** How much of the promised decrease must be had (the c1 of the Wolfe conditions), and how much of the slope may be left (c2). */
const decrease = 1e-4;
const flatness = 0.9;
/** Intervals that move no parameter by more than this are not searched further. */
const smallest = 1e-9;
const mostTrials = 26;

/** The trials between which a place that satisfies the conditions lies; one trial twice, if it does itself. */
interface Bracket<T extends Trial> {
  readonly low: T;
  readonly high: T;
  readonly evaluations: number;
}

/** A place that satisfies the strong Wolfe conditions, first trying t; or, failing that in 26 trials, the lowest end of what is left. */
export function strongWolfe<T extends Trial>(line: Line<T>, t: number): Found<T> {
  return zoom(line, bracket(line, t));
}

/** Goes out from t until the function has risen, or is flat enough. */
function bracket<T extends Trial>(line: Line<T>, t: number): Bracket<T> {
  let before = line.start;
  let trial = line.at(t);
  for (let evaluations = 1; evaluations < mostTrials; evaluations++) {
    const isTooHigh = rises(line, trial) || (evaluations > 2 && trial.f >= before.f);
    if (!isTooHigh && isFlat(line, trial)) return { low: trial, high: trial, evaluations };
    if (isTooHigh || trial.slope >= 0) return { ...ordered(before, trial), evaluations };
    const further = [trial.t + 0.01 * (trial.t - before.t), trial.t * 10] as const;
    const next = clamp(cubicMinimum(before, trial), ...further);
    before = trial;
    trial = line.at(next);
  }
  return { ...ordered(line.start, trial), evaluations: mostTrials };
}

/** Narrows the bracket, from `low`, the lowest place so far. */
function zoom<T extends Trial>(line: Line<T>, { low, high, evaluations }: Bracket<T>): Found<T> {
  let isSlow = false;
  while (evaluations < mostTrials && Math.abs(high.t - low.t) * line.reach >= smallest) {
    let t: number;
    [t, isSlow] = inside(clamp(cubicMinimum(low, high), ...ends(low, high)), ends(low, high), isSlow);
    const trial = line.at(t);
    evaluations++;
    if (rises(line, trial) || trial.f >= low.f) ({ low, high } = ordered(low, trial));
    else if (isFlat(line, trial)) return { trial, evaluations };
    else [low, high] = [trial, trial.slope * (high.t - low.t) >= 0 ? low : high];
  }
  return { trial: low, evaluations };
}

/** Whether the function is higher than a small part of the slope at the start promises. */
function rises<T extends Trial>({ start }: Line<T>, { t, f }: T): boolean {
  return f > start.f + decrease * t * start.slope;
}

function isFlat<T extends Trial>({ start }: Line<T>, { slope }: T): boolean {
  return Math.abs(slope) <= -flatness * start.slope;
}

function ordered<T extends Trial>(a: T, b: T): { low: T; high: T } {
  return a.f <= b.f ? { low: a, high: b } : { low: b, high: a };
}

function ends(a: Trial, b: Trial): readonly [number, number] {
  return [Math.min(a.t, b.t), Math.max(a.t, b.t)];
}

/** t, or a tenth inside the nearer end if t is on an end, or close to one for the second time in a row; and whether it is close for the first. */
function inside(
  t: number,
  [from, to]: readonly [number, number],
  isSlow: boolean,
): [t: number, isSlow: boolean] {
  const margin = 0.1 * (to - from);
  if (Math.min(to - t, t - from) >= margin) return [t, false];
  if (!isSlow && t > from && t < to) return [t, true];
  return [to - t < t - from ? to - margin : from + margin, false];
}

/** Where the cubic through both places, with their slopes, is least (Nocedal and Wright, equation 3.59); NaN where it is not. */
function cubicMinimum(a: Trial, b: Trial): number {
  const [x1, x2] = a.t <= b.t ? [a, b] : [b, a];
  const d1 = x1.slope + x2.slope - (3 * (x1.f - x2.f)) / (x1.t - x2.t);
  const d2 = Math.sqrt(d1 ** 2 - x1.slope * x2.slope);
  return x2.t - (x2.t - x1.t) * ((x2.slope + d2 - d1) / (x2.slope - x1.slope + 2 * d2));
}

/** The middle for NaN. */
function clamp(t: number, from: number, to: number): number {
  return Number.isNaN(t) ? (from + to) / 2 : Math.min(Math.max(t, from), to);
}

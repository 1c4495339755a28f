/**
 * Many small descents side by side: for each of them the sums of squares at a trial go in, and the next trial comes out, until it has
 * arrived. Levenberg-Marquardt on normal equations, with Moré's scales and Nielsen's damping; one pass over the data is one step.
 */
import { Solver } from "./solver.ts";

/** Sums of many descents, one after the other. */
export type Sums = Float32Array | Float64Array;

/** How a descent stands. */
export const standings = {
  /** A trial is out. */
  going: 0,
  converged: 1,
  /** Nothing to be sure of: it is for a solver with more patience. */
  doubtful: 2,
} as const;

/** Where the sums of a descent with P parameters lie: r'r, then J'r, then the rows of J'J up to the diagonal. */
export function sumsOf(parameters: number): number {
  return ((parameters + 1) * (parameters + 2)) / 2;
}

/** When a descent has arrived. */
export interface Goal {
  /** What a step may leave undone, as a part of a parameter or of its standard error. */
  readonly precise: number;
  /** The largest step, likewise, that is taken without a look at where it leads. */
  readonly small: number;
  /** A decrease, as a part of the sum of squares, that rounding may hide. */
  readonly hidden: number;
  readonly mostSteps: number;
}

export const goals = {
  /** To the last digits. */
  arrived: { precise: 1e-10, small: 1e-6, hidden: 1e-11, mostSteps: 60 },
  /** As near as sums in float32 can tell. */
  near: { precise: 1e-3, small: 1e-2, hidden: 1e-5, mostSteps: 60 },
  /** Nowhere: only the sum of squares at the start is wanted. */
  look: { precise: 0, small: 0, hidden: 0, mostSteps: -1 },
} as const satisfies Record<string, Goal>;

/** How far the first step may go, in lengths of the parameters by their scales. */
const firstRadius = 1;

/** What descents of one model have in common. */
export interface Terms {
  /** A bound for each parameter, or an infinite number. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly goal: Goal;
}

/** What is known of each descent beforehand: degrees of freedom, and the sum of squares that is but rounding. */
export interface Known {
  readonly freedom: Int32Array;
  readonly noise: Float64Array;
}

/** Descents that share their bounds, each by its number. */
export class Descents {
  readonly parameters: number;
  readonly standing: Uint8Array;
  readonly steps: Int32Array;
  /** The parameters so far, of one descent after the other. */
  readonly params: Float64Array;
  readonly trial: Float64Array;
  /** The sums at the parameters. */
  readonly sums: Float64Array;
  /** r'r at the start. */
  readonly first: Float64Array;
  readonly #freedom: Int32Array;
  readonly #noise: Float64Array;
  readonly #terms: Terms;
  readonly #scale: Float64Array;
  /** How far a step may go, and how far the trial is, by the scales. */
  readonly #radius: Float64Array;
  readonly #reach: Float64Array;
  readonly #slope: Float64Array;
  /** The length of the step before, and by how much the sum of squares should fall on the trial's. */
  readonly #length: Float64Array;
  readonly #promise: Float64Array;
  readonly #begun: Uint8Array;
  readonly #solver: Solver;
  readonly #k: number;

  constructor(starts: Float64Array, { freedom, noise }: Known, terms: Terms) {
    const count = freedom.length;
    const parameters = terms.lower.length;
    const each = () => new Float64Array(count * parameters);
    this.parameters = parameters;
    this.standing = new Uint8Array(count);
    this.steps = new Int32Array(count);
    this.params = starts.slice();
    this.trial = starts.slice();
    this.sums = new Float64Array(count * sumsOf(parameters));
    this.first = new Float64Array(count);
    this.#freedom = freedom;
    this.#noise = noise;
    this.#terms = terms;
    this.#scale = each();
    this.#radius = new Float64Array(count);
    this.#reach = new Float64Array(count);
    this.#slope = new Float64Array(count);
    this.#length = new Float64Array(count);
    this.#promise = new Float64Array(count);
    this.#begun = new Uint8Array(count);
    this.#solver = new Solver(parameters);
    this.#k = sumsOf(parameters);
  }

  /** Takes the sums at the trial of a descent, which are in place `slot` of each array. Whether there is a next trial. */
  advance(one: number, slot: number, sums: readonly Sums[]): boolean {
    if (!this.#arrive(one, slot, sums)) return this.standing[one] === standings.going && this.#next(one);
    return this.#next(one);
  }

  /** Takes the trial for the place to be, if it is better. */
  #arrive(one: number, slot: number, sums: readonly Sums[]): boolean {
    const at = one * sums.length;
    const here = this.sums[at]!;
    const there = sums[0]![slot]!;
    if (this.#begun[one] === 0) return this.#begin(one, slot, sums);
    this.steps[one]!++;
    const promise = this.#promise[one]!;
    const { hidden } = this.#terms.goal;
    const isFlat = promise <= hidden * here;
    const isBetter = there < here || (isFlat && there <= here * (1 + hidden));
    if (!isBetter || !this.#keep(one, slot, sums)) {
      if (isFlat) this.standing[one] = standings.converged;
      const slope = this.#slope[one]!;
      const part = (0.5 * slope) / (slope + 0.5 * (here - there));
      this.#radius[one] = this.#reach[one]! * (part > 0.1 ? Math.min(part, 0.5) : 0.1);
      return false;
    }
    const kept = isFlat ? 1 : (here - there) / promise;
    if (kept > 0.75) this.#radius[one] = Math.max(this.#radius[one]!, 2 * this.#reach[one]!);
    else if (kept < 0.25) this.#radius[one] = 0.5 * this.#reach[one]!;
    return true;
  }

  /** Takes the trial and its sums, if those are numbers. */
  #keep(one: number, slot: number, sums: readonly Sums[]): boolean {
    let check = 0;
    for (let i = 1; i < sums.length; i++) check += sums[i]![slot]!;
    if (!Number.isFinite(check + sums[0]![slot]!)) return false;
    const at = one * sums.length;
    const all = this.sums;
    for (let i = 0; i < sums.length; i++) all[at + i] = sums[i]![slot]!;
    const p = this.parameters;
    const params = this.params;
    const trial = this.trial;
    for (let j = one * p; j < (one + 1) * p; j++) params[j] = trial[j]!;
    return true;
  }

  #begin(one: number, slot: number, sums: readonly Sums[]): boolean {
    this.#begun[one] = 1;
    this.first[one] = sums[0]![slot]!;
    if (this.#keep(one, slot, sums)) return true;
    this.standing[one] = standings.doubtful;
    return false;
  }

  /** Sets the next trial, unless what is left is too little for one. */
  #next(one: number): boolean {
    const { lower, upper, goal } = this.#terms;
    if (this.steps[one]! > goal.mostSteps) return this.#end(one, standings.doubtful);
    const p = this.parameters;
    const params = this.params;
    const trial = this.trial;
    const solver = this.#solver;
    const { scale, step } = solver;
    const at = one * p;
    const rss = this.sums[one * this.#k]!;
    const size = this.#look(one);
    if (this.#radius[one] === 0) this.#radius[one] = firstRadius * size || firstRadius;
    const damping = solver.within(this.#radius[one]!);
    if (damping < 0) return this.#end(one, standings.doubtful);
    let reach = 0;
    for (let j = 0; j < p; j++) {
      const from = params[at + j]!;
      const to = from + step[j]! / scale[j]!;
      const within = to < lower[j]! ? lower[j]! : to > upper[j]! ? upper[j]! : to;
      trial[at + j] = within;
      if (within !== to) step[j] = (within - from) * scale[j]!;
      reach += step[j]! * step[j]!;
    }
    const curved = solver.curvature();
    const slope = solver.slope();
    const length = Math.sqrt(curved);
    const shrinking = length / this.#length[one]!;
    this.#reach[one] = Math.sqrt(reach);
    this.#slope[one] = slope;
    this.#promise[one] = -2 * slope - curved;
    this.#length[one] = length;
    if (rss <= this.#noise[one]!) return this.#end(one, standings.converged);
    if (damping > 0 || !(shrinking < 0.5)) return true;
    if (!this.#isLast(at, rss / Math.max(this.#freedom[one]!, 1), shrinking)) return true;
    // What this step leaves undone is too little to look at.
    for (let j = at; j < at + p; j++) params[j] = trial[j]!;
    this.sums[one * this.#k] = Math.max(rss - this.#promise[one]!, 0);
    return this.#end(one, standings.converged);
  }

  /** Gives the normal equations to the solver, by scales that never shrink; the length of the parameters by them comes out. */
  #look(one: number): number {
    const { lower, upper } = this.#terms;
    const p = this.parameters;
    const params = this.params;
    const sums = this.sums;
    const scales = this.#scale;
    const solver = this.#solver;
    const { scale, held } = solver;
    const at = one * p;
    const first = one * this.#k + 1;
    let size = 0;
    for (let j = 0; j < p; j++) {
      const length = Math.sqrt(sums[first + p + (j * (j + 3)) / 2]!);
      const before = scales[at + j]!;
      const most = length > before ? length : before || 1;
      const value = params[at + j]!;
      const slope = sums[first + j]!;
      const isOut = (value <= lower[j]! && slope > 0) || (value >= upper[j]! && slope < 0) || length === 0;
      scale[j] = scales[at + j] = most;
      held[j] = isOut ? 1 : 0;
      size += most * value * most * value;
    }
    solver.read(sums, first);
    return Math.sqrt(size);
  }

  /** Whether the step, with what is left of those that would follow, is all there is to go. */
  #isLast(at: number, variance: number, shrinking: number): boolean {
    const { step, scale } = this.#solver;
    const { precise, small } = this.#terms.goal;
    for (let j = 0; j < step.length; j++) {
      const size = Math.abs(step[j]!) / scale[j]!;
      // A standard error is no less than this.
      const unit = Math.max(Math.abs(this.params[at + j]!), Math.sqrt(variance) / scale[j]!);
      if (size * shrinking > precise * unit || size > small * unit) return false;
    }
    return true;
  }

  #end(one: number, standing: number): boolean {
    this.standing[one] = standing;
    return false;
  }
}

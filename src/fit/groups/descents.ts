/**
 * Many small descents side by side: for each of them the sums of squares at a trial go in, and the next trial comes out, until it has
 * arrived. Levenberg-Marquardt on normal equations, with Moré's scales and Nielsen's damping; one pass over the data is one step.
 */

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
/** What a pivot of Cholesky's has to be above, of columns of length 1. */
const leastPivot = 1e-14;

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
    if (!isBetter || !areFinite(sums, slot)) {
      if (isFlat) this.standing[one] = standings.converged;
      const slope = this.#slope[one]!;
      const part = (0.5 * slope) / (slope + 0.5 * (here - there));
      this.#radius[one] = this.#reach[one]! * (part > 0.1 ? Math.min(part, 0.5) : 0.1);
      return false;
    }
    this.#keep(one, slot, sums);
    const kept = isFlat ? 1 : (here - there) / promise;
    if (kept > 0.75) this.#radius[one] = Math.max(this.#radius[one]!, 2 * this.#reach[one]!);
    else if (kept < 0.25) this.#radius[one] = 0.5 * this.#reach[one]!;
    return true;
  }

  #keep(one: number, slot: number, sums: readonly Sums[]): void {
    const at = one * sums.length;
    for (let i = 0; i < sums.length; i++) this.sums[at + i] = sums[i]![slot]!;
    const p = this.parameters;
    for (let j = one * p; j < (one + 1) * p; j++) this.params[j] = this.trial[j]!;
  }

  #begin(one: number, slot: number, sums: readonly Sums[]): boolean {
    this.#begun[one] = 1;
    this.first[one] = sums[0]![slot]!;
    if (!areFinite(sums, slot)) {
      this.standing[one] = standings.doubtful;
      return false;
    }
    this.#keep(one, slot, sums);
    return true;
  }

  /** Sets the next trial, unless what is left is too little for one. */
  #next(one: number): boolean {
    const { lower, upper, goal } = this.#terms;
    if (this.steps[one]! > goal.mostSteps) return this.#end(one, standings.doubtful);
    const p = this.parameters;
    const solver = this.#solver;
    const at = one * p;
    const k = sumsOf(p);
    const rss = this.sums[one * k]!;
    const scale = this.#scale;
    solver.read(this.sums, one * k + 1);
    let size = 0;
    for (let j = 0; j < p; j++) {
      const length = Math.sqrt(solver.diagonal(j));
      scale[at + j] = Math.max(scale[at + j]!, length) || 1;
      const value = this.params[at + j]!;
      const slope = solver.gradient[j]!;
      solver.held[j] =
        (value <= lower[j]! && slope > 0) || (value >= upper[j]! && slope < 0) || length === 0 ? 1 : 0;
      size += (scale[at + j]! * value) ** 2;
    }
    if (this.#radius[one] === 0) this.#radius[one] = firstRadius * Math.sqrt(size) || firstRadius;
    const damping = solver.within(scale, at, this.#radius[one]!);
    if (damping === null) return this.#end(one, standings.doubtful);
    let reach = 0;
    for (let j = 0; j < p; j++) {
      const to = this.params[at + j]! + solver.step[j]!;
      this.trial[at + j] = Math.min(Math.max(to, lower[j]!), upper[j]!);
      solver.step[j] = this.trial[at + j]! - this.params[at + j]!;
      reach += (scale[at + j]! * solver.step[j]!) ** 2;
    }
    this.#reach[one] = Math.sqrt(reach);
    const curved = solver.curvature();
    const length = Math.sqrt(curved);
    this.#slope[one] = solver.slope();
    this.#promise[one] = -2 * this.#slope[one]! - curved;
    const before = this.#length[one]!;
    this.#length[one] = length;
    if (rss <= this.#noise[one]!) return this.#end(one, standings.converged);
    if (damping > 0) return true;
    if (!this.#isLast(at, rss / Math.max(this.#freedom[one]!, 1), length / before)) return true;
    // What this step leaves undone is too little to look at.
    for (let j = at; j < at + p; j++) this.params[j] = this.trial[j]!;
    this.sums[one * k] = Math.max(rss - this.#promise[one]!, 0);
    return this.#end(one, standings.converged);
  }

  /** Whether the step, with what is left of those that would follow, is all there is to go. */
  #isLast(at: number, variance: number, shrinking: number): boolean {
    const { step } = this.#solver;
    const { precise, small } = this.#terms.goal;
    const left = Math.min(shrinking, 1);
    for (let j = 0; j < step.length; j++) {
      const size = Math.abs(step[j]!);
      const error = Math.sqrt(variance / this.#solver.diagonal(j));
      const unit = Math.max(Math.abs(this.params[at + j]!), Number.isFinite(error) ? error : 0);
      if (size * left > precise * unit || size > small * unit) return false;
    }
    return left < 0.5;
  }

  #end(one: number, standing: number): boolean {
    this.standing[one] = standing;
    return false;
  }
}

function areFinite(sums: readonly Sums[], slot: number): boolean {
  let all = 0;
  for (let i = 0; i < sums.length; i++) all += sums[i]![slot]!;
  return Number.isFinite(all);
}

/** Small damped normal equations, in place. */
export class Solver {
  readonly gradient: Float64Array;
  readonly step: Float64Array;
  /** Parameters that stay where they are. */
  readonly held: Uint8Array;
  readonly #p: number;
  readonly #gram: Float64Array;
  readonly #factor: Float64Array;
  readonly #work: Float64Array;

  constructor(p: number) {
    this.#p = p;
    this.gradient = new Float64Array(p);
    this.step = new Float64Array(p);
    this.held = new Uint8Array(p);
    this.#gram = new Float64Array(p * p);
    this.#factor = new Float64Array(p * p);
    this.#work = new Float64Array(p);
  }

  /** Reads J'r and J'J. */
  read(sums: Float64Array, at: number): void {
    const p = this.#p;
    for (let j = 0; j < p; j++) this.gradient[j] = sums[at + j]!;
    let next = at + p;
    for (let i = 0; i < p; i++)
      for (let j = 0; j <= i; j++) this.#gram[i * p + j] = this.#gram[j * p + i] = sums[next++]!;
  }

  diagonal(j: number): number {
    return this.#gram[j * this.#p + j]!;
  }

  /**
   * The step that makes |J step + r| least among those no longer than the radius, by the scales; its damping comes out, and null
   * where no step is to be had. (Moré, The Levenberg-Marquardt algorithm, 1978, section 5.)
   */
  within(scales: Float64Array, at: number, radius: number): number | null {
    let damping = 0;
    let least = 0;
    if (!this.#factorize(scales, at, 0)) {
      damping = least = 1e-13;
      while (!this.#factorize(scales, at, damping)) if ((damping = least = damping * 10) > 1) return null;
    }
    for (let trial = 0; ; trial++) {
      const size = this.#solve(scales, at);
      if (size <= 1.1 * radius && (damping === least || size >= 0.9 * radius)) break;
      if (trial === 10) break;
      // Newton's method on 1 / size - 1 / radius.
      damping = Math.max(damping + (size / radius) * ((size - radius) / this.#bend(size)), least);
      if (!this.#factorize(scales, at, damping)) return null;
    }
    for (let i = 0; i < this.#p; i++) this.step[i]! /= scales[at + i]!;
    return damping;
  }

  #factorize(scales: Float64Array, at: number, damping: number): boolean {
    const [p, gram, l, held] = [this.#p, this.#gram, this.#factor, this.held];
    for (let i = 0; i < p; i++) {
      const si = scales[at + i]!;
      for (let j = 0; j <= i; j++) {
        let sum =
          held[i] || held[j]
            ? i === j
              ? 1
              : 0
            : gram[i * p + j]! / (si * scales[at + j]!) + (i === j ? damping : 0);
        for (let m = 0; m < j; m++) sum -= l[i * p + m]! * l[j * p + m]!;
        if (i !== j) l[i * p + j] = sum / l[j * p + j]!;
        else if (sum > leastPivot) l[i * p + i] = Math.sqrt(sum);
        else return false;
      }
    }
    return true;
  }

  /** The step by the scales; its length comes out. */
  #solve(scales: Float64Array, at: number): number {
    const [p, l, held, step] = [this.#p, this.#factor, this.held, this.step];
    for (let i = 0; i < p; i++) {
      let sum = held[i] ? 0 : -this.gradient[i]! / scales[at + i]!;
      for (let m = 0; m < i; m++) sum -= l[i * p + m]! * step[m]!;
      step[i] = sum / l[i * p + i]!;
    }
    let size = 0;
    for (let i = p - 1; i >= 0; i--) {
      let sum = step[i]!;
      for (let m = i + 1; m < p; m++) sum -= l[m * p + i]! * step[m]!;
      step[i] = sum / l[i * p + i]!;
      size += step[i]! ** 2;
    }
    return Math.sqrt(size);
  }

  /** By how much the length of the step falls as damping grows. */
  #bend(size: number): number {
    const [p, l, step, w] = [this.#p, this.#factor, this.step, this.#work];
    let sum = 0;
    for (let i = 0; i < p; i++) {
      let x = step[i]! / size;
      for (let m = 0; m < i; m++) x -= l[i * p + m]! * w[m]!;
      w[i] = x / l[i * p + i]!;
      sum += w[i]! ** 2;
    }
    return sum * size;
  }

  /** |J step|^2 */
  curvature(): number {
    const [p, gram, step] = [this.#p, this.#gram, this.step];
    let total = 0;
    for (let i = 0; i < p; i++) {
      let sum = 0;
      for (let j = 0; j < p; j++) sum += gram[i * p + j]! * step[j]!;
      total += sum * step[i]!;
    }
    return Math.max(total, 0);
  }

  /** J'r times the step. */
  slope(): number {
    let sum = 0;
    for (let j = 0; j < this.#p; j++) sum += this.gradient[j]! * this.step[j]!;
    return sum;
  }
}

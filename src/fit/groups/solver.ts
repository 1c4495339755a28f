/**
 * Small normal equations with a bound on the length of the step: J'r and J'J by the scales of the parameters go in, and the step
 * comes out. The arrays are the solver's own and are written again and again, for there are very many such equations.
 */

/** What a pivot of Cholesky's has to be above, of columns of length 1. */
const leastPivot = 1e-14;

/** How far from the bound a step may end. */
const slack = 0.1;

/** Solves one problem after the other, each of so many parameters. */
export class Solver {
  /** What a change of 1 of each parameter counts. */
  readonly scale: Float64Array;
  /** Parameters that stay where they are. */
  readonly held: Uint8Array;
  /** The step, in units of the scales. */
  readonly step: Float64Array;
  readonly #p: number;
  readonly #gradient: Float64Array;
  readonly #gram: Float64Array;
  readonly #factor: Float64Array;
  /** 1 over the diagonal of the factor. */
  readonly #pivots: Float64Array;
  readonly #work: Float64Array;

  constructor(p: number) {
    this.#p = p;
    this.scale = new Float64Array(p);
    this.held = new Uint8Array(p);
    this.step = new Float64Array(p);
    this.#gradient = new Float64Array(p);
    this.#gram = new Float64Array(p * p);
    this.#factor = new Float64Array(p * p);
    this.#pivots = new Float64Array(p);
    this.#work = new Float64Array(p);
  }

  /** Reads J'r and the rows of J'J up to the diagonal, which begin at `at`, as `scale` and `held` are now. */
  read(sums: Float64Array, at: number): void {
    const p = this.#p;
    const gram = this.#gram;
    const gradient = this.#gradient;
    const scale = this.scale;
    const held = this.held;
    // The room for the work of other steps is free here.
    const inverses = this.#work;
    let next = at + p;
    for (let i = 0; i < p; i++) {
      const inverse = 1 / scale[i]!;
      inverses[i] = inverse;
      const isOut = held[i] === 1;
      gradient[i] = isOut ? 0 : sums[at + i]! * inverse;
      for (let j = 0; j <= i; j++, next++) {
        const entry = isOut || held[j] === 1 ? (i === j ? 1 : 0) : sums[next]! * inverse * inverses[j]!;
        gram[i * p + j] = gram[j * p + i] = entry;
      }
    }
  }

  /**
   * The step that makes |J step + r| least among those no longer than the radius; its damping comes out, and -1 where no step is
   * to be had (Moré, The Levenberg-Marquardt algorithm, 1978, section 5).
   */
  within(radius: number): number {
    let least = 0;
    while (!this.#factorize(least)) {
      least = least === 0 ? 1e-13 : 10 * least;
      if (least > 1) return -1;
    }
    let damping = least;
    for (let trial = 0; trial < 10; trial++) {
      const size = this.#solve();
      if (size <= (1 + slack) * radius && (damping === least || size >= (1 - slack) * radius)) break;
      // Newton's method on 1 / size - 1 / radius.
      damping = Math.max(damping + (size / radius) * ((size - radius) / this.#bend(size)), least);
      if (!this.#factorize(damping)) return -1;
    }
    return damping;
  }

  /** |J step|^2 */
  curvature(): number {
    const p = this.#p;
    const gram = this.#gram;
    const step = this.step;
    let total = 0;
    for (let i = 0; i < p; i++) {
      let sum = 0;
      for (let j = 0; j < p; j++) sum += gram[i * p + j]! * step[j]!;
      total += sum * step[i]!;
    }
    return total > 0 ? total : 0;
  }

  /** J'r times the step. */
  slope(): number {
    const gradient = this.#gradient;
    const step = this.step;
    let sum = 0;
    for (let j = 0; j < this.#p; j++) sum += gradient[j]! * step[j]!;
    return sum;
  }

  /** Cholesky's factor of J'J with damping on its diagonal; false where it is not positive enough. */
  #factorize(damping: number): boolean {
    const p = this.#p;
    const gram = this.#gram;
    const l = this.#factor;
    const pivots = this.#pivots;
    for (let i = 0; i < p; i++) {
      const row = i * p;
      for (let j = 0; j < i; j++) {
        let sum = gram[row + j]!;
        for (let m = 0; m < j; m++) sum -= l[row + m]! * l[j * p + m]!;
        l[row + j] = sum * pivots[j]!;
      }
      let pivot = gram[row + i]! + damping;
      for (let m = 0; m < i; m++) pivot -= l[row + m]! * l[row + m]!;
      if (!(pivot > leastPivot)) return false;
      pivots[i] = 1 / Math.sqrt(pivot);
    }
    return true;
  }

  /** The step of the factor; its length comes out. */
  #solve(): number {
    const p = this.#p;
    const l = this.#factor;
    const pivots = this.#pivots;
    const step = this.step;
    const gradient = this.#gradient;
    for (let i = 0; i < p; i++) {
      let sum = -gradient[i]!;
      for (let m = 0; m < i; m++) sum -= l[i * p + m]! * step[m]!;
      step[i] = sum * pivots[i]!;
    }
    let size = 0;
    for (let i = p - 1; i >= 0; i--) {
      let sum = step[i]!;
      for (let m = i + 1; m < p; m++) sum -= l[m * p + i]! * step[m]!;
      const x = sum * pivots[i]!;
      step[i] = x;
      size += x * x;
    }
    return Math.sqrt(size);
  }

  /** By how much the length of the step falls as damping grows. */
  #bend(size: number): number {
    const p = this.#p;
    const l = this.#factor;
    const pivots = this.#pivots;
    const step = this.step;
    const work = this.#work;
    let sum = 0;
    for (let i = 0; i < p; i++) {
      let x = step[i]! / size;
      for (let m = 0; m < i; m++) x -= l[i * p + m]! * work[m]!;
      x *= pivots[i]!;
      work[i] = x;
      sum += x * x;
    }
    return sum * size;
  }
}

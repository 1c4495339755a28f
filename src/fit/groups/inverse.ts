/** Small symmetric matrices: the rows of one up to the diagonal go in, and the diagonal of its inverse comes out. */

/** The least part of a column that is not in those before it, squared, for normal equations to be trusted. */
const least = 1e-10;

/** Inverts one matrix after the other, each of so many rows, in arrays of its own. */
export class Inverter {
  /** Rows and columns that are left out. */
  readonly held: Uint8Array;
  /** The diagonal of the inverse. */
  readonly diagonal: Float64Array;
  readonly #size: Float64Array;
  readonly #factor: Float64Array;
  readonly #column: Float64Array;

  constructor(p: number) {
    this.held = new Uint8Array(p);
    this.diagonal = new Float64Array(p);
    this.#size = new Float64Array(p);
    this.#factor = new Float64Array(p * p);
    this.#column = new Float64Array(p);
  }

  /** Inverts J'J, whose rows begin at `at`; false where the columns of J hardly differ. */
  invert(rows: Float64Array, at: number): boolean {
    if (!this.#factorize(rows, at)) return false;
    // Column by column, the inverse of the factor.
    const l = this.#factor;
    const column = this.#column;
    const p = column.length;
    for (let j = 0; j < p; j++) {
      let total = 0;
      for (let i = j; i < p; i++) {
        let sum = i === j ? 1 : 0;
        for (let m = j; m < i; m++) sum -= l[i * p + m]! * column[m]!;
        column[i] = sum / l[i * p + i]!;
        total += column[i]! * column[i]!;
      }
      this.diagonal[j] = total / (this.#size[j]! * this.#size[j]!);
    }
    return true;
  }

  /** Cholesky's factor by columns of length 1. */
  #factorize(rows: Float64Array, at: number): boolean {
    const l = this.#factor;
    const size = this.#size;
    const held = this.held;
    const p = size.length;
    for (let i = 0, next = at; i < p; i++) {
      size[i] = Math.sqrt(rows[at + (i * (i + 3)) / 2]!);
      for (let j = 0; j <= i; j++, next++) {
        const isOut = held[i] === 1 || held[j] === 1;
        let sum = isOut ? (i === j ? 1 : 0) : rows[next]! / (size[i]! * size[j]!);
        for (let m = 0; m < j; m++) sum -= l[i * p + m]! * l[j * p + m]!;
        if (i !== j) l[i * p + j] = sum / l[j * p + j]!;
        else if (sum > least) l[i * p + i] = Math.sqrt(sum);
        else return false;
      }
    }
    return true;
  }
}

/** Small symmetric matrices: the rows of one up to the diagonal go in, and the diagonal of its inverse comes out. */

/** The least part of a column that is not in those before it, squared, for normal equations to be trusted. */
const least = 1e-10;

/**
 * The diagonal of (J'J)^-1 with the columns left out that are held, from the rows of J'J up to the diagonal, which begin at `at`.
 * Null where the columns hardly differ.
 */
export function inverseOf(rows: Float64Array, at: number, isHeld: readonly boolean[]): Float64Array | null {
  const p = isHeld.length;
  const place = (i: number, j: number): number => at + (i * (i + 1)) / 2 + j;
  const size = Float64Array.from(isHeld, (_, i) => Math.sqrt(rows[place(i, i)]!));
  // Column by column, the inverse of Cholesky's factor of the scaled matrix.
  const l = new Float64Array(p * p);
  for (let i = 0; i < p; i++)
    for (let j = 0; j <= i; j++) {
      let sum = isHeld[i] || isHeld[j] ? Number(i === j) : rows[place(i, j)]! / (size[i]! * size[j]!);
      for (let m = 0; m < j; m++) sum -= l[i * p + m]! * l[j * p + m]!;
      if (i !== j) l[i * p + j] = sum / l[j * p + j]!;
      else if (sum > least) l[i * p + i] = Math.sqrt(sum);
      else return null;
    }
  const diagonal = new Float64Array(p);
  const column = new Float64Array(p);
  for (let j = 0; j < p; j++) {
    for (let i = j; i < p; i++) {
      let sum = Number(i === j);
      for (let m = j; m < i; m++) sum -= l[i * p + m]! * column[m]!;
      column[i] = sum / l[i * p + i]!;
      diagonal[j]! += column[i]! ** 2;
    }
    diagonal[j]! /= size[j]! ** 2;
  }
  return diagonal;
}

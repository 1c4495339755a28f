/** Dense linear least squares by Householder's QR: columns of a matrix and a right side go in, the solution and R come out. */

/** The factorization A = Q R of a matrix with p columns: R by columns, upper triangular, p by p. */
export interface Triangle {
  readonly columns: readonly Float64Array[];
  /** The first p entries of Q' b. */
  readonly projected: Float64Array;
}

/**
 * Reduces [A | b], given as columns, to R and Q' b (Golub and Van Loan, Matrix Computations, algorithm 5.2.1). A with fewer rows
 * than columns counts as having rows of zeros below. The arguments are copied.
 */
export function triangularize(columns: readonly Float64Array[], b: Float64Array): Triangle {
  const p = columns.length;
  const work = [...columns, b].map((column) => padded(column, Math.max(b.length, p)));
  for (let k = 0; k < p; k++) reflect(work, k);
  return { columns: work.slice(0, p).map((column) => column.slice(0, p)), projected: work[p]!.slice(0, p) };
}

function padded(x: Float64Array, length: number): Float64Array {
  const longer = new Float64Array(length);
  longer.set(x);
  return longer;
}

/** Makes column k zero below its diagonal, in place, by one reflection of all columns from k on. */
function reflect(work: readonly Float64Array[], k: number): void {
  const v = work[k]!.slice(k);
  const size = length(v);
  if (size === 0) return;
  for (let i = 0; i < v.length; i++) v[i]! /= size;
  v[0]! += v[0]! >= 0 ? 1 : -1;
  const squared = dot(v, v, 0);
  for (let j = k; j < work.length; j++) {
    const column = work[j]!;
    const factor = (2 * dot(v, column, k)) / squared;
    for (let i = 0; i < v.length; i++) column[k + i]! -= factor * v[i]!;
  }
}

/** The sum of v[i] column[start + i]. */
export function dot(v: Float64Array, column: Float64Array, start = 0): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += v[i]! * column[start + i]!;
  return sum;
}

/** The Euclidean length of a vector, without overflow or underflow on the way; not finite where an element is not. */
export function length(x: Float64Array): number {
  let largest = 0;
  for (const value of x) largest = Math.max(largest, Math.abs(value));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (const value of x) sum += (value / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/** The same for A with a row below for each column: sqrt(damping) on the diagonal, and zeros at their right (Levenberg 1944). */
export function damp({ columns, projected }: Triangle, damping: number): Triangle {
  const p = columns.length;
  const longer = columns.map((column, j) => {
    const below = padded(column, 2 * p);
    below[p + j] = Math.sqrt(damping);
    return below;
  });
  return triangularize(longer, padded(projected, 2 * p));
}

/** The x with R x = Q' b. Where the diagonal of R is zero to rounding, that x is 0, and the others need not be the best beside it. */
export function solve({ columns, projected }: Triangle): Float64Array {
  const x = projected.slice();
  const smallest = Number.EPSILON * largestOnDiagonal(columns);
  for (let k = x.length - 1; k >= 0; k--) {
    const diagonal = columns[k]![k]!;
    x[k] = Math.abs(diagonal) <= smallest ? 0 : x[k]! / diagonal;
    for (let i = 0; i < k; i++) x[i]! -= columns[k]![i]! * x[k]!;
  }
  return x;
}

/** The x with R' R x = b, and so with A' A x = b. */
export function solveNormal({ columns }: Pick<Triangle, "columns">, b: Float64Array): Float64Array {
  const projected = b.slice();
  for (let k = 0; k < projected.length; k++) {
    for (let i = 0; i < k; i++) projected[k]! -= columns[k]![i]! * projected[i]!;
    projected[k]! /= columns[k]![k]!;
  }
  return solve({ columns, projected });
}

/** The diagonal of (A' A)^-1 = R^-1 R^-T, or null where the columns of A depend on one another. */
export function inverseDiagonal({ columns }: Pick<Triangle, "columns">): Float64Array | null {
  const p = columns.length;
  const smallest = p * Number.EPSILON * largestOnDiagonal(columns);
  if (columns.some((column, k) => !(Math.abs(column[k]!) > smallest))) return null;
  const diagonal = new Float64Array(p);
  for (let j = 0; j < p; j++) {
    const unit = new Float64Array(p);
    unit[j] = 1;
    const inverse = solve({ columns, projected: unit });
    for (let i = 0; i < p; i++) diagonal[i]! += inverse[i]! ** 2;
  }
  return diagonal;
}

function largestOnDiagonal(columns: readonly Float64Array[]): number {
  return columns.reduce((largest, column, k) => Math.max(largest, Math.abs(column[k]!)), 0);
}

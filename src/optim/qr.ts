/** Dense linear least squares by Householder's QR: columns of a matrix and a right side go in, the solution and R come out. */

/** The factorization A = Q R of a matrix with more rows than columns; R by columns, upper triangular. */
export interface Triangle {
  readonly columns: readonly Float64Array[];
  /** The first entries of Q' b, as many as there are columns. */
  readonly projected: Float64Array;
}

/** Reduces [A | b], given as columns, to R and Q' b (Golub and Van Loan, Matrix Computations, algorithm 5.2.1). The arguments are copied. */
export function triangularize(columns: readonly Float64Array[], b: Float64Array): Triangle {
  const work = [...columns, b].map((c) => c.slice());
  for (let k = 0; k < columns.length; k++) reflect(work, k);
  return { columns: work.slice(0, -1), projected: work.at(-1)!.slice(0, columns.length) };
}

/** Makes column k zero below its diagonal, in place, by one reflection of all columns from k on. */
function reflect(work: readonly Float64Array[], k: number): void {
  const v = work[k]!.slice(k);
  const norm = Math.hypot(...v);
  if (norm === 0) return;
  v[0]! += v[0]! >= 0 ? norm : -norm;
  const squared = dot(v, v, 0);
  for (let j = k; j < work.length; j++) {
    const column = work[j]!;
    const factor = (2 * dot(v, column, k)) / squared;
    for (let i = 0; i < v.length; i++) column[k + i]! -= factor * v[i]!;
  }
}

/** The sum of v[i] column[start + i]. */
function dot(v: Float64Array, column: Float64Array, start: number): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += v[i]! * column[start + i]!;
  return sum;
}

/** The x with R x = Q' b. Where the diagonal of R is zero to rounding, that x is 0. */
export function solve({ columns, projected }: Triangle): Float64Array {
  const x = projected.slice();
  const smallest = Number.EPSILON * Math.max(...columns.map((c, k) => Math.abs(c[k]!)));
  for (let k = x.length - 1; k >= 0; k--) {
    const diagonal = columns[k]![k]!;
    x[k] = Math.abs(diagonal) <= smallest ? 0 : x[k]! / diagonal;
    for (let i = 0; i < k; i++) x[i]! -= columns[k]![i]! * x[k]!;
  }
  return x;
}

/** The diagonal of (A' A)^-1 = R^-1 R^-T, or null where the columns of A depend on one another. */
export function inverseDiagonal({ columns }: Triangle): Float64Array | null {
  const p = columns.length;
  const largest = Math.max(...columns.map((c, k) => Math.abs(c[k]!)));
  if (columns.some((c, k) => !(Math.abs(c[k]!) > p * Number.EPSILON * largest))) return null;
  const diagonal = new Float64Array(p);
  for (let j = 0; j < p; j++) {
    const unit = Float64Array.from({ length: p }, (_, i) => (i === j ? 1 : 0));
    const inverse = solve({ columns, projected: unit });
    for (let i = 0; i < p; i++) diagonal[i]! += inverse[i]! ** 2;
  }
  return diagonal;
}

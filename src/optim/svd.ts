/**
 * The singular values of a small matrix: its columns go in; values and vectors come out, the small ones as exact as the columns
 * themselves.
 */
import { dot } from "./qr.ts";

/** The decomposition A = U S V'. */
export interface Singular {
  /** The diagonal of S, from the largest down. */
  readonly values: Float64Array;
  /** The columns of U S. */
  readonly left: readonly Float64Array[];
  /** The columns of V. */
  readonly right: readonly Float64Array[];
}

const mostSweeps = 40;

/**
 * Turns pairs of columns until each is at a right angle to all others (Hestenes, Inversion of matrices by biorthogonalization, 1958;
 * for its digits see Demmel and Veselić, Jacobi's method is more accurate than QR, 1992). The columns are copied.
 */
export function singular(columns: readonly Float64Array[]): Singular {
  const p = columns.length;
  const left = columns.map((column) => column.slice());
  const right = columns.map((_, j) => unit(p, j));
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let turned = false;
    for (let i = 0; i < p; i++) for (let j = i + 1; j < p; j++) turned = turn(left, right, i, j) || turned;
    if (!turned) break;
  }
  const sizes = left.map((column) => Math.sqrt(dot(column, column)));
  const order = sizes.map((_, j) => j).sort((a, b) => sizes[b]! - sizes[a]!);
  return {
    values: Float64Array.from(order, (j) => sizes[j]!),
    left: order.map((j) => left[j]!),
    right: order.map((j) => right[j]!),
  };
}

function unit(p: number, j: number): Float64Array {
  const vector = new Float64Array(p);
  vector[j] = 1;
  return vector;
}

/** Brings columns i and j to a right angle; false where they stand so, but for rounding. */
function turn(left: readonly Float64Array[], right: readonly Float64Array[], i: number, j: number): boolean {
  const [x, y] = [left[i]!, left[j]!];
  const [xx, yy, xy] = [dot(x, x), dot(y, y), dot(x, y)];
  if (!(Math.abs(xy) > Number.EPSILON * Math.sqrt(xx * yy))) return false;
  const zeta = (yy - xx) / (2 * xy);
  const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const cosine = 1 / Math.hypot(1, tangent);
  rotate(x, y, cosine, cosine * tangent);
  rotate(right[i]!, right[j]!, cosine, cosine * tangent);
  return true;
}

function rotate(x: Float64Array, y: Float64Array, cosine: number, sine: number): void {
  for (let k = 0; k < x.length; k++) {
    const [a, b] = [x[k]!, y[k]!];
    x[k] = cosine * a - sine * b;
    y[k] = sine * a + cosine * b;
  }
}

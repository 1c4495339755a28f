/**
 * Linear least squares: the columns of a matrix and a right side come in; the solution goes out, refined with residuals of twice the
 * precision, so that it has the digits that the numbers given allow.
 */
import { length } from "./qr.ts";

/** A solution, and how many of its elements the columns determine. */
export interface LinearSolution {
  /** Elements of columns that depend on others are as in `otherwise`. */
  readonly solution: Float64Array;
  readonly rank: number;
}

/** Columns that are no longer than this part of themselves beside those before them depend on those. */
const negligible = 1e-13;
const refinements = 3;

/**
 * The x that makes |A x - b| least, for A of scaled columns, by Householder's QR with column pivoting (Businger and Golub, Linear
 * least squares solutions by Householder transformations, 1965) and refinement of x and of the residual together (Björck, Iterative
 * refinement of linear least squares solutions, 1967). `otherwise` is what elements are that the columns do not determine.
 */
export function solveLeastSquares(
  columns: readonly Float64Array[],
  b: Float64Array,
  otherwise: Float64Array,
): LinearSolution {
  const scale = columns.map((column) => powerOfTwo(length(column)));
  const scaled = columns.map((column, j) => column.map((x) => x / scale[j]!));
  const factors = factorize(scaled);
  const { order, rank } = factors;
  const rest = order.slice(rank);
  const right = b.map((y, i) => rest.reduce((sum, j) => sum - columns[j]![i]! * otherwise[j]!, y));
  const refined = refine(
    factors,
    order.slice(0, rank).map((j) => scaled[j]!),
    right,
  );
  const solution = otherwise.slice();
  order.slice(0, rank).forEach((j, k) => {
    solution[j] = refined[k]! / scale[j]!;
  });
  return { solution, rank };
}

/** A power of two near a length: dividing by it rounds nothing. */
function powerOfTwo(size: number): number {
  return size > 0 && Number.isFinite(size) ? 2 ** Math.round(Math.log2(size)) : 1;
}

/** The factorization A P = Q R, Q as the vectors of its reflections. */
interface Factors {
  /** Reflections I - 2 v v' / v'v, the k-th of which leaves the first k elements as they are. */
  readonly reflections: readonly Float64Array[];
  /** The columns of R. */
  readonly triangle: readonly Float64Array[];
  /** Which column is where. */
  readonly order: readonly number[];
  readonly rank: number;
}

function factorize(columns: readonly Float64Array[]): Factors {
  const rows = columns[0]?.length ?? 0;
  const work = columns.map((column) => column.slice());
  const order = columns.map((_, j) => j);
  const sizes = columns.map(length);
  const reflections: Float64Array[] = [];
  for (let k = 0; k < Math.min(rows, columns.length); k++) {
    const left = order.slice(k).map((j) => length(work[j]!.subarray(k)));
    const pivot = left.reduce((best, size, i) => (size > left[best]! ? i : best), 0);
    if (!(left[pivot]! > negligible * sizes[order[k + pivot]!]!)) break;
    order.splice(k, 0, ...order.splice(k + pivot, 1));
    const v = reflectionOf(work[order[k]!]!, k, left[pivot]!);
    for (const j of order.slice(k)) reflect(v, k, work[j]!);
    reflections.push(v);
  }
  return { reflections, triangle: order.map((j) => work[j]!), order, rank: reflections.length };
}

/** The v of the reflection that makes a column zero below k, where `size` is its length from there. */
function reflectionOf(column: Float64Array, k: number, size: number): Float64Array {
  const v = column.slice(k);
  for (let i = 0; i < v.length; i++) v[i]! /= size;
  v[0]! += v[0]! >= 0 ? 1 : -1;
  return v;
}

/** x - 2 v (v' x) / (v' v), in place, v beginning at k. */
function reflect(v: Float64Array, k: number, x: Float64Array): void {
  let [dot, squared] = [0, 0];
  for (let i = 0; i < v.length; i++) {
    dot += v[i]! * x[k + i]!;
    squared += v[i]! * v[i]!;
  }
  const factor = (2 * dot) / squared;
  for (let i = 0; i < v.length; i++) x[k + i]! -= factor * v[i]!;
}

/** Solves [I A; A' 0] [r; x] = [b; 0], and again for what is left of the right sides, while that is of use. */
function refine(factors: Factors, columns: readonly Float64Array[], b: Float64Array): Float64Array {
  let r: Float64Array = new Float64Array(b.length);
  let x: Float64Array = new Float64Array(columns.length);
  let before = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= refinements; i++) {
    const [f, g] = leftOver(columns, b, r, x);
    const step = solveAugmented(factors, f, g);
    const size = length(step.x);
    if (!(size < before / 2)) break;
    r = r.map((value, row) => value + step.r[row]!);
    x = x.map((value, j) => value + step.x[j]!);
    before = size;
  }
  return x;
}

/** b - r - A x, and -A' r, summed in twice the precision. */
function leftOver(
  columns: readonly Float64Array[],
  b: Float64Array,
  r: Float64Array,
  x: Float64Array,
): [f: Float64Array, g: Float64Array] {
  const f = b.map((y, i) => {
    const sum = new Twofold(y).add(-r[i]!);
    for (let j = 0; j < columns.length; j++) sum.addProduct(-columns[j]![i]!, x[j]!);
    return sum.value();
  });
  const g = Float64Array.from(columns, (column) => {
    const sum = new Twofold(0);
    for (let i = 0; i < column.length; i++) sum.addProduct(-column[i]!, r[i]!);
    return sum.value();
  });
  return [f, g];
}

/** The r and x with r + A x = f and A' r = g. */
function solveAugmented(
  { reflections, triangle, rank }: Factors,
  f: Float64Array,
  g: Float64Array,
): { readonly r: Float64Array; readonly x: Float64Array } {
  const c = f.slice();
  for (let k = 0; k < rank; k++) reflect(reflections[k]!, k, c);
  const h = g.slice();
  for (let k = 0; k < rank; k++) {
    for (let i = 0; i < k; i++) h[k]! -= triangle[k]![i]! * h[i]!;
    h[k]! /= triangle[k]![k]!;
  }
  const x = h.map((value, k) => c[k]! - value);
  for (let k = rank - 1; k >= 0; k--) {
    x[k]! /= triangle[k]![k]!;
    for (let i = 0; i < k; i++) x[i]! -= triangle[k]![i]! * x[k]!;
  }
  c.set(h);
  for (let k = rank - 1; k >= 0; k--) reflect(reflections[k]!, k, c);
  return { r: c, x };
}

/** A sum kept as two doubles, after Dekker, A floating-point technique for extending the available precision, 1971. */
class Twofold {
  #high: number;
  #low = 0;

  constructor(value: number) {
    this.#high = value;
  }

  add(x: number): this {
    const sum = this.#high + x;
    const part = sum - this.#high;
    this.#low += this.#high - (sum - part) + (x - part);
    this.#high = sum;
    return this;
  }

  addProduct(x: number, y: number): this {
    const product = x * y;
    const [a, b] = [upper(x), upper(y)];
    const [c, d] = [x - a, y - b];
    this.#low += d * c - (product - a * b - c * b - a * d);
    return this.add(product);
  }

  value(): number {
    return this.#high + this.#low;
  }
}

/** The upper half of a significand. */
function upper(x: number): number {
  const shifted = x * 134217729;
  return shifted - (shifted - x);
}

/**
 * How sure an answer is of its parameters: the curvature of a sum of squares comes in; standard errors, covariances and
 * correlations come out, and which parameters the data do not tell apart.
 */
import { dot, length } from "../optim/qr.ts";
import { type Singular, singular } from "../optim/svd.ts";
import type { Curvature } from "./jacobian.ts";
import type { NamedMatrix } from "./result.ts";
import { finite } from "./statistics.ts";

/** What is known of some parameters together. */
export interface Spread {
  readonly names: readonly string[];
  /** A row for each parameter: its length is the standard error, and the product of two is their covariance. */
  readonly roots: readonly Float64Array[];
  /** A row for each parameter: how far it goes in each direction in which no prediction changes. */
  readonly idle: readonly Float64Array[];
  /** By how much the predictions change with each parameter. */
  readonly lengths: Float64Array;
  readonly isDetermined: readonly boolean[];
}

/** Parameters that can change together without a change of predictions, in so many ways. */
export interface Group {
  readonly members: readonly string[];
  readonly ways: number;
  /** How the one number that the data determine changes with each member; null where there are more such numbers. */
  readonly slopes: Float64Array | null;
}

/** The directions of a curvature: how much of it lies along each, and how many are more than rounding. */
export interface Directions extends Pick<Curvature, "names" | "lengths"> {
  readonly svd: Singular;
  readonly rank: number;
  /** A part of a direction that is none. */
  readonly negligible: number;
  /** How much of the residuals lies along the derivatives. */
  readonly tangential: number;
}

/** The directions in the parameters `kept`, given the relative size of a rounding; null where the curvature is not known. */
export function directionsOf(
  curvature: Curvature,
  kept: readonly number[],
  precision: number,
): Directions | null {
  const triangle = curvature.triangle(kept);
  if (!triangle) return null;
  const svd = singular(triangle.columns);
  const smallest = 100 * kept.length * precision * (svd.values[0] ?? 0);
  const rank = svd.values.filter((value) => value > smallest).length;
  const along = svd.left
    .slice(0, rank)
    .map((u, k) => u.reduce((sum, x, i) => sum + x * triangle.projected[i]!, 0) / svd.values[k]!);
  return {
    names: kept.map((j) => curvature.names[j]!),
    lengths: Float64Array.from(kept, (j) => curvature.lengths[j]! || 1),
    svd,
    rank,
    negligible: Math.max(1e-6, (10 * smallest) / (svd.values[rank - 1] ?? 1)),
    tangential: length(Float64Array.from(along)),
  };
}

/**
 * The parameters for residuals of standard deviation s: covariance s^2 (J'J)^+ (Bates and Watts, Nonlinear Regression Analysis, 1988,
 * section 2.2), with the pseudo-inverse over the directions that the data determine.
 */
export function spreadOf({ names, lengths, svd, rank, negligible }: Directions, s: number): Spread {
  const rows = (from: number, to: number, factor: (k: number) => number): Float64Array[] =>
    names.map((_, j) =>
      Float64Array.from(svd.right.slice(from, to), (v, k) => (v[j]! * factor(from + k)) / lengths[j]!),
    );
  const idle = rows(rank, names.length, () => 1);
  return {
    names,
    roots: rows(0, rank, (k) => s / svd.values[k]!),
    idle,
    lengths,
    isDetermined: idle.map((row, j) => length(row) * lengths[j]! <= negligible),
  };
}

/** How far a minimum is from here, in standard errors, as far as a linear model can tell: the relative offset (the same, 2.2.3). */
export function offsetOf({ tangential, rank }: Directions, size: number, freedom: number): number {
  const part = tangential / size;
  const normal = Math.sqrt(Math.max(1 - part ** 2, 0));
  return rank === 0 ? 0 : part / Math.sqrt(rank) / (normal / Math.sqrt(freedom));
}

/** One standard error of each parameter that is determined; null where it is not, or is beyond doubles. */
export function errorsOf({ names, roots, isDetermined }: Spread): Map<string, number | null> {
  return new Map(names.map((name, j) => [name, isDetermined[j] ? finite(length(roots[j]!)) : null]));
}

export function covarianceOf(spread: Spread): NamedMatrix {
  return matrixOf(spread, (a, b) => dot(a, b));
}

export function correlationsOf(spread: Spread): NamedMatrix {
  const directions = spread.roots.map((root) => root.map((x) => x / (length(root) || 1)));
  return matrixOf({ ...spread, roots: directions }, (a, b) =>
    a === b ? 1 : Math.max(-1, Math.min(1, dot(a, b))),
  );
}

function matrixOf(
  { names, roots, isDetermined }: Spread,
  element: (a: Float64Array, b: Float64Array) => number,
): NamedMatrix {
  const matrix = roots.map((a, i) =>
    roots.map((b, j) => (isDetermined[i] && isDetermined[j] ? finite(element(a, b)) : null)),
  );
  return { names, matrix };
}

/** The spread that a covariance matrix says; parameters without a variance are not determined. */
export function spreadOfCovariance({ names, matrix }: NamedMatrix): Spread {
  const errors = matrix.map((row, j) => Math.sqrt(row[j] ?? 0));
  const isDetermined = matrix.map((row, j) => row[j] !== null);
  const unit = (j: number): number => errors[j] || 1;
  const { values, right } = singular(
    matrix.map((row, i) => Float64Array.from(row, (x, j) => (x ?? 0) / unit(i) / unit(j))),
  );
  return {
    names,
    roots: names.map((_, j) => Float64Array.from(right, (v, k) => v[j]! * Math.sqrt(values[k]!) * unit(j))),
    idle: names.map((_, j) => Float64Array.from(names, (_, k) => (j === k && !isDetermined[j] ? 1 : 0))),
    lengths: new Float64Array(names.length).fill(1),
    isDetermined,
  };
}

/** The standard deviation of what changes with the parameters by these slopes; NaN where the data do not determine it. */
export function deviationOf({ roots, idle, lengths }: Spread, slopes: ArrayLike<number>): number {
  const sum = (rows: readonly Float64Array[]): Float64Array => {
    const total = new Float64Array(rows[0]?.length ?? 0);
    for (let j = 0; j < rows.length; j++)
      for (let k = 0; k < total.length; k++) total[k]! += slopes[j]! * rows[j]![k]!;
    return total;
  };
  const size = length(lengths.map((scale, j) => slopes[j]! / scale));
  return length(sum(idle)) <= 1e-6 * size ? length(sum(roots)) : Number.NaN;
}

/** The groups of parameters that the data do not tell apart: those that the directions of no curvature have in common. */
export function groupsOf({ names, lengths, svd, rank, negligible }: Directions): Group[] {
  const p = names.length;
  const idle = svd.right.slice(rank);
  const shared = names.map((_, i) => names.map((_, j) => idle.reduce((sum, v) => sum + v[i]! * v[j]!, 0)));
  const left = new Set(names.keys());
  const groups: Group[] = [];
  for (const first of left) {
    const members = [first];
    for (const i of members)
      for (let j = 0; j < p; j++)
        if (!members.includes(j) && Math.abs(shared[i]![j]!) > negligible) members.push(j);
    for (const j of members) left.delete(j);
    const ways = Math.round(members.reduce((sum, j) => sum + shared[j]![j]!, 0));
    if (members.length < 2 || ways < 1) continue;
    members.sort((a, b) => a - b);
    groups.push({
      members: members.map((j) => names[j]!),
      ways,
      slopes: members.length - ways === 1 ? slopesOf(shared, members, lengths) : null,
    });
  }
  return groups;
}

/** What is at a right angle to all ways to change together, in units of the parameters. */
function slopesOf(
  shared: readonly (readonly number[])[],
  members: readonly number[],
  lengths: Float64Array,
): Float64Array {
  const column = (i: number): Float64Array =>
    Float64Array.from(members, (j) => (i === j ? 1 : 0) - shared[i]![j]!);
  const longest = members.map(column).reduce((a, b) => (length(b) > length(a) ? b : a));
  return Float64Array.from(members, (j, k) => longest[k]! * lengths[j]!);
}

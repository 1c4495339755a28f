/**
 * Levenberg-Marquardt by the normal equations, for more residuals than one would keep: parameters and sums over the residuals there
 * go in, better parameters come out. Each trial costs one look at the residuals; the columns must not be too much alike, for their
 * condition counts twice.
 */
import { type End, eagerness } from "./levenberg.ts";

/** Sums over residuals r and their derivatives J. */
export interface Normal {
  /** r'r */
  readonly sumOfSquares: number;
  /** J'r: half the gradient of r'r. */
  readonly gradient: Float64Array;
  /** J'J, symmetric, row by row. */
  readonly gram: Float64Array;
}

/** A sum of squares to be made least. */
export interface NormalProblem {
  readonly at: (params: Float64Array) => Normal;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** The relative size of a rounding. */
  readonly precision: number;
  /** The length of what residuals are differences of. */
  readonly magnitude: number;
}

/** Where the search stands. */
export interface NormalState {
  readonly normal: Normal;
  /** How much a step is held back; 0 where sums of squares no longer tell places apart, and slopes must. */
  readonly damping: number;
  /** The greatest length that each column of J has had. */
  readonly scale: Float64Array;
  readonly end: End | null;
}

export interface NormalStep {
  readonly params: Float64Array;
  readonly state: NormalState;
}

/** The state at the start. */
export function init(problem: NormalProblem, params: Float64Array): NormalState {
  const normal = problem.at(params);
  return { normal, damping: 1e-3, scale: scaleAt(normal, new Float64Array(params.length)), end: null };
}

const mostTrials = 60;
/** A decrease, as a part of the sum of squares, that is none. */
const negligible = 1e-14;

/** One step down, or the end. (Moré, The Levenberg-Marquardt algorithm, 1978; Nielsen, Damping parameter in Marquardt's method, 1999.) */
export function update(problem: NormalProblem, state: NormalState, params: Float64Array): NormalStep {
  const next = state.damping > 0 ? lower(problem, state, params) : null;
  return (
    next ??
    polished(problem, state, params) ?? { params, state: { ...state, end: endAt(problem, state, params) } }
  );
}

function lower(problem: NormalProblem, state: NormalState, params: Float64Array): NormalStep | null {
  const { sumOfSquares } = state.normal;
  for (let [trial, damping, growth] = [0, state.damping, 2]; trial < mostTrials; trial++) {
    const to = landing(problem, state, params, damping);
    if (to.every((p, j) => Math.abs(p - params[j]!) <= problem.precision * Math.abs(p))) return null;
    const normal = problem.at(to);
    const decrease = 1 - normal.sumOfSquares / sumOfSquares;
    if (decrease > negligible && isUsable(normal)) {
      const kept =
        decrease /
        promised(
          state.normal,
          to.map((p, j) => p - params[j]!),
        );
      const eased = Math.max(1e-16, damping * eagerness(kept));
      return {
        params: to,
        state: { normal, damping: eased, scale: scaleAt(normal, state.scale), end: null },
      };
    }
    if (Math.abs(decrease) <= negligible) return null;
    damping *= growth;
    growth *= 2;
  }
  return null;
}

/** Where the squares no longer tell, a step that makes the slope less is one to take. */
function polished(problem: NormalProblem, state: NormalState, params: Float64Array): NormalStep | null {
  const to = landing(problem, state, params, 1e-16);
  const normal = problem.at(to);
  const isLevel = normal.sumOfSquares <= state.normal.sumOfSquares * (1 + 1e4 * problem.precision);
  if (!isLevel || !isUsable(normal)) return null;
  const there = { normal, damping: 0, scale: scaleAt(normal, state.scale), end: null };
  return steepness(problem, there, to) < 0.5 * steepness(problem, state, params)
    ? { params: to, state: there }
    : null;
}

function isUsable({ gradient, gram }: Normal): boolean {
  return gradient.every(Number.isFinite) && gram.every(Number.isFinite);
}

function scaleAt({ gram, gradient }: Normal, before: Float64Array): Float64Array {
  return before.map((size, j) => Math.max(size, Math.sqrt(gram[j * gradient.length + j]!)));
}

/** Where the step leads that makes |r + J step|^2 + damping |scale step|^2 least, within the bounds. */
function landing(
  problem: NormalProblem,
  state: NormalState,
  params: Float64Array,
  damping: number,
): Float64Array {
  const step = stepOf(state, heldAt(problem, state.normal, params), damping);
  return params.map((p, j) => Math.min(Math.max(p + step[j]!, problem.lower[j]!), problem.upper[j]!));
}

function stepOf(
  { normal: { gradient, gram }, scale }: NormalState,
  held: readonly boolean[],
  damping: number,
): Float64Array {
  const p = gradient.length;
  const unit = scale.map((size) => size || 1);
  const matrix = gram.map((sum, at) => {
    const [i, j] = [Math.floor(at / p), at % p];
    if (held[i] || held[j]) return i === j ? 1 : 0;
    return sum / (unit[i]! * unit[j]!) + (i === j ? damping : 0);
  });
  const right = gradient.map((g, j) => (held[j] ? 0 : -g / unit[j]!));
  return solveDefinite(matrix, right).map((x, j) => x / unit[j]!);
}

/** Parameters on a bound that downhill is beyond. */
function heldAt({ lower, upper }: NormalProblem, { gradient }: Normal, params: Float64Array): boolean[] {
  return [...params].map(
    (p, j) => (p <= lower[j]! && gradient[j]! > 0) || (p >= upper[j]! && gradient[j]! < 0),
  );
}

/** By how much the squares fall on a step, as a part of their sum, if residuals were linear. */
function promised({ sumOfSquares, gradient, gram }: Normal, step: Float64Array): number {
  const p = step.length;
  let change = 0;
  for (let i = 0; i < p; i++) {
    change -= 2 * gradient[i]! * step[i]!;
    for (let j = 0; j < p; j++) change -= gram[i * p + j]! * step[i]! * step[j]!;
  }
  return Math.max(change / sumOfSquares, Number.MIN_VALUE);
}

/** The greatest cosine between the residuals and a column that is free to move. */
function steepness(problem: NormalProblem, { normal }: NormalState, params: Float64Array): number {
  const held = heldAt(problem, normal, params);
  const { sumOfSquares, gradient, gram } = normal;
  return gradient.reduce((most, g, j) => {
    const size = Math.sqrt(gram[j * gradient.length + j]! * sumOfSquares);
    return held[j] || !(size > 0) ? most : Math.max(most, Math.abs(g) / size);
  }, 0);
}

/** The cosine between residuals and a column that counts as a right angle. */
const flat = 1e-5;

function endAt(problem: NormalProblem, state: NormalState, params: Float64Array): End {
  const { sumOfSquares } = state.normal;
  const isExact = Math.sqrt(sumOfSquares) <= 64 * problem.precision * problem.magnitude;
  return isExact || steepness(problem, state, params) <= flat ? "converged" : "stalled";
}

/** The x with A x = b for a symmetric positive definite A, row by row; elements that A does not determine are next to 0. */
function solveDefinite(a: Float64Array, b: Float64Array): Float64Array {
  const [p, l, x] = [b.length, factorize(a, b.length), b.slice()];
  for (let i = 0; i < p; i++) for (let k = 0; k < i; k++) x[i]! -= l[i * p + k]! * x[k]!;
  for (let i = 0; i < p; i++) x[i]! /= l[i * p + i]!;
  for (let i = p - 1; i >= 0; i--) for (let k = i + 1; k < p; k++) x[i]! -= l[k * p + i]! * x[k]!;
  return x;
}

/** The least pivot of a matrix with a diagonal of ones that is more than rounding. */
const leastPivot = 1e-15;

/** A = L D L', L's diagonal of ones replaced by D, in which a pivot of rounding alone counts as infinite. (Golub and Van Loan, 4.1.2.) */
function factorize(a: Float64Array, p: number): Float64Array {
  const l = a.slice();
  for (let j = 0; j < p; j++) {
    for (let k = 0; k < j; k++) l[j * p + j]! -= l[j * p + k]! ** 2 * l[k * p + k]!;
    const pivot = l[j * p + j]!;
    const isDetermined = pivot > leastPivot;
    if (!isDetermined) l[j * p + j] = Number.MAX_VALUE;
    for (let i = j + 1; i < p; i++) {
      for (let k = 0; k < j; k++) l[i * p + j]! -= l[i * p + k]! * l[j * p + k]! * l[k * p + k]!;
      l[i * p + j] = isDetermined ? l[i * p + j]! / pivot : 0;
    }
  }
  return l;
}

/** How far the columns are from depending on one another: the least pivot of J'J with columns of length 1; 0 where they do. */
export function independence({ gradient, gram }: Normal): number {
  const p = gradient.length;
  const size = (j: number): number => Math.sqrt(gram[j * (p + 1)]!) || 1;
  const unit = gram.map((sum, at) => sum / (size(Math.floor(at / p)) * size(at % p)));
  const l = factorize(unit, p);
  const pivots = Array.from({ length: p }, (_, j) => l[j * (p + 1)]!);
  return pivots.reduce((least, pivot) => (pivot > 1 + Number.EPSILON ? 0 : Math.min(least, pivot)), 1);
}

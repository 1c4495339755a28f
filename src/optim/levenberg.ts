/**
 * Levenberg-Marquardt: the least sum of squares of residuals, with exact Jacobians, Moré's column scaling, damping after Nielsen, and
 * steps bent along the residuals' curvature. Parameters and what residuals make of them go in; better parameters come out, until
 * no step makes a difference.
 */
import { damp, dot, length, solve, solveNormal, type Triangle, triangularize } from "./qr.ts";

/** A sum of squares to be made least. */
export interface SquaresProblem {
  /** The residuals, as many numbers at every call; infinite or NaN where the model is undefined. */
  readonly residuals: (params: Float64Array) => Float64Array;
  /** The derivatives of the residuals, a column for each parameter. */
  readonly jacobian: (params: Float64Array) => Float64Array[];
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** The relative size of a rounding in the residuals: 2^-53, or 2^-24 for float32. */
  readonly precision: number;
  /** The length of what residuals are differences of, the targets: times the precision, it says how much of them is rounding. */
  readonly magnitude: number;
}

/** How a search ends: at a minimum, or where no step leads down although the slope is not zero, or is no number. */
export type End = "converged" | "stalled";

/** Where the search stands. */
export interface LevenbergState {
  readonly residuals: Float64Array;
  /** The square root of the sum of squared residuals. */
  readonly length: number;
  /** How much a step is held back, relative to the scale of each column. 0 where the sum of squares is as small as it can be told. */
  readonly damping: number;
  /** The greatest length that each column of the Jacobian has had. */
  readonly scale: Float64Array;
  /** Null as long as the search goes on. */
  readonly end: End | null;
}

export interface LevenbergStep {
  readonly params: Float64Array;
  readonly state: LevenbergState;
}

/** The state at the start. */
export function init(problem: SquaresProblem, params: Float64Array): LevenbergState {
  const residuals = problem.residuals(params);
  const scale = new Float64Array(params.length);
  return { residuals, length: length(residuals), damping: 1e-3, scale, end: null };
}

const mostTrials = 60;

/** One step down, or the end. (Moré, The Levenberg-Marquardt algorithm, 1978; Nielsen, Damping parameter in Marquardt's method, 1999.) */
export function update(problem: SquaresProblem, state: LevenbergState, params: Float64Array): LevenbergStep {
  const here = modelAt(problem, state, params);
  const next = state.damping > 0 && state.length > 0 ? lower(problem, here, state.damping) : null;
  return next ?? polished(problem, state, here) ?? { params, state: { ...state, end: endAt(problem, here) } };
}

/** The first step that lowers the sum of squares, with ever more damping; null if none does. */
function lower(problem: SquaresProblem, here: Model, first: number): LevenbergStep | null {
  for (let [trial, damping, growth] = [0, first, 2]; trial < mostTrials; trial++) {
    const next = tryStep(problem, here, damping);
    if (next && next.length < here.length) return arrived(here, next, damping);
    if (next && isNegligible(next.params, here.params, problem.precision)) return null;
    damping *= growth;
    growth *= 2;
  }
  return null;
}

/** What is left of a slope after a step that was of use. */
const gentler = 0.9;
/** Damping that holds nothing back but what the columns do not determine. */
const leastDamping = 1e-20;

/**
 * Where sums of squares no longer tell places apart, slopes still do: a step with next to no damping, if it makes the slope less, and
 * so on to the end. Null if it does not. It may double the digits of the parameters.
 */
function polished(problem: SquaresProblem, state: LevenbergState, here: Model): LevenbergStep | null {
  const step = solve(damp(here.triangle, leastDamping));
  const { params, residuals, length: size } = placeAt(problem, landing(problem, here, step));
  if (!(size <= here.length * (1 + 1e3 * problem.precision))) return null;
  const there = { ...state, residuals, length: size, damping: 0 };
  const isGentler = steepness(modelAt(problem, there, params)) < gentler * steepness(here);
  return isGentler ? { params, state: there } : null;
}

/** The greatest cosine between the residuals and a column. */
function steepness({ columns, triangle }: Model): number {
  const slopes = columns.map(
    (column, j) => Math.abs(dot(triangle.columns[j]!, triangle.projected)) / (length(column) || 1),
  );
  return slopes.reduce((most, slope) => Math.max(most, slope), 0);
}

/**
 * The residuals beside a point as linear in steps. A step of 1 changes a parameter by length / scale, and the residuals by
 * length * column: so no square overflows.
 */
interface Model {
  readonly params: Float64Array;
  readonly residuals: Float64Array;
  readonly length: number;
  readonly scale: Float64Array;
  readonly columns: readonly Float64Array[];
  /** Of the columns, and of -residuals / length. */
  readonly triangle: Triangle;
}

function modelAt(problem: SquaresProblem, state: LevenbergState, params: Float64Array): Model {
  const { residuals, length: size } = state;
  const jacobian = problem.jacobian(params);
  const isIdle = idle(params, jacobian, size, problem.precision);
  const free = jacobian.map((c, j) =>
    isIdle[j] || isHeld(problem, params, residuals, c, j) ? new Float64Array(c.length) : c,
  );
  const scale = state.scale.map((before, j) => Math.max(before, length(free[j]!)) || 1);
  const columns = free.map((column, j) => column.map((x) => x / scale[j]!));
  const right = residuals.map((r) => -r / (size || 1));
  return { params, residuals, length: size, scale, columns, triangle: triangularize(columns, right) };
}

/** Whether parameter j lies on a bound that downhill is beyond. */
function isHeld(
  { lower, upper }: SquaresProblem,
  params: Float64Array,
  residuals: Float64Array,
  column: Float64Array,
  j: number,
): boolean {
  const slope = dot(column, residuals);
  return (params[j]! <= lower[j]! && slope > 0) || (params[j]! >= upper[j]! && slope < 0);
}

/**
 * Which parameters make no difference where the residuals have this length: as much again of one changes them by less than they
 * are rounded, and by next to nothing beside what others change. A step that its column calls for would lead nowhere, however far.
 */
export function idle(
  params: Float64Array,
  columns: readonly Float64Array[],
  size: number,
  precision: number,
): boolean[] {
  const effects = columns.map((column, j) => Math.abs(params[j]! || 1) * length(column));
  const most = precision * effects.reduce((x, y) => Math.max(x, y), 0);
  return effects.map((effect, j) => params[j] !== 0 && effect <= precision * Math.min(size, most));
}

/** Where a step leads. */
interface Place {
  readonly params: Float64Array;
  readonly residuals: Float64Array;
  /** That of the residuals; not finite where there is nothing to be had. */
  readonly length: number;
}

/** How far a step may bend, as a part of its length. */
const mostBend = 0.375;

/**
 * Takes the step that makes |columns step + residuals|^2 + damping |step|^2 least, bent by half its acceleration, so that it
 * follows a curved valley (Transtrum and Sethna, Improvements to the Levenberg-Marquardt algorithm, 2012). Null if it bends too
 * far to be trusted.
 */
function tryStep(problem: SquaresProblem, here: Model, damping: number): Place | null {
  const damped = damp(here.triangle, damping);
  const step = stepTo(here, landing(problem, here, solve(damped)));
  const bend = bendOf(problem, here, damped, step);
  if (!(length(bend) <= mostBend * length(step))) return null;
  return placeAt(
    problem,
    landing(
      problem,
      here,
      step.map((x, j) => x + bend[j]! / 2),
    ),
  );
}

/** How far ahead, as a part of a step, a look at the residuals shows how they curve. */
const ahead = 0.1;

/** The acceleration along a step: what the residuals' second derivative in its direction calls for, damped as the step is. */
function bendOf(problem: SquaresProblem, here: Model, damped: Triangle, step: Float64Array): Float64Array {
  const { residuals, length: size, columns } = here;
  const part = step.map((x) => ahead * x);
  const beyond = problem.residuals(landing(problem, here, part));
  const curvature = residuals.map((r, i) => {
    const linear = columns.reduce((sum, column, j) => sum + column[i]! * part[j]!, 0);
    return (2 / ahead ** 2) * ((beyond[i]! - r) / size - linear);
  });
  return solveNormal(
    damped,
    Float64Array.from(columns, (column) => -dot(column, curvature)),
  );
}

/** Where a step leads, within the bounds. */
function landing({ lower, upper }: SquaresProblem, here: Model, step: Float64Array): Float64Array {
  return here.params.map((p, j) => {
    const to = p + (step[j]! * here.length) / here.scale[j]!;
    return Math.min(Math.max(to, lower[j]!), upper[j]!);
  });
}

/** The step that leads to the parameters. */
function stepTo(here: Model, params: Float64Array): Float64Array {
  return params.map((p, j) => ((p - here.params[j]!) * here.scale[j]!) / (here.length || 1));
}

/** What is at the parameters. Where one is infinite nothing is, though residuals may be finite. */
function placeAt(problem: SquaresProblem, params: Float64Array): Place {
  const residuals = problem.residuals(params);
  const isPlace = params.every(Number.isFinite);
  return { params, residuals, length: isPlace ? length(residuals) : Number.POSITIVE_INFINITY };
}

/** By how much the model says that the sum of squares falls on a step, as a part of it. */
function promised({ triangle: { columns, projected } }: Model, step: Float64Array): number {
  return projected.reduce((sum, before, i) => {
    const change = columns.reduce((total, column, j) => total + column[i]! * step[j]!, 0);
    return sum + change * (2 * before - change);
  }, 0);
}

/** A decrease, as a part of the sum of squares, that is none. */
const negligible = 1e-15;

/** A step taken, with damping for the next: the less, the better the model has kept its promise. None where it made no difference. */
function arrived(here: Model, next: Place, damping: number): LevenbergStep | null {
  const ratio = next.length / here.length;
  const decrease = (1 - ratio) * (1 + ratio);
  if (decrease <= negligible) return null;
  const kept = decrease / Math.max(promised(here, stepTo(here, next.params)), Number.MIN_VALUE);
  const eased = damping * eagerness(kept);
  const { params, residuals, length: size } = next;
  return {
    params,
    state: { residuals, length: size, damping: Math.max(eased, leastDamping), scale: here.scale, end: null },
  };
}

/**
 * What becomes of the damping after a step that kept this part of its promise: the less, the better it was kept. Nielsen's least is
 * 1/3; a promise kept to the letter says that the residuals are all but linear.
 */
export function eagerness(kept: number): number {
  const least = Math.max(1e-6, Math.min(0.1, Math.abs(kept - 1)));
  return Math.max(least, 1 - (2 * kept - 1) ** 3);
}

function isNegligible(moved: Float64Array, params: Float64Array, precision: number): boolean {
  return moved.every((p, j) => Math.abs(p - params[j]!) <= precision * Math.abs(p));
}

/** The cosine between residuals and a column of the Jacobian that counts as a right angle. */
const flat = 1e-5;

/** Whether the residuals stand at right angles to the columns, but for rounding: there the sum of squares has no slope. */
function endAt({ precision, magnitude }: SquaresProblem, here: Model): End {
  const { params, residuals, columns, scale, length: size } = here;
  const lengths = columns.map(length);
  const terms = lengths.reduce(
    (sum, column, j) => sum + column * scale[j]! * Math.abs(params[j]!),
    magnitude,
  );
  const isFlat = columns.every((column, j) => {
    const slope = Math.abs(dot(column, residuals));
    return slope <= lengths[j]! * (flat * size + 1000 * precision * terms);
  });
  return isFlat ? "converged" : "stalled";
}

/**
 * Levenberg-Marquardt: the least sum of squares of residuals, with exact Jacobians, Moré's column scaling and Nielsen's damping.
 * Parameters and what residuals make of them go in; better parameters come out, until no step makes a difference.
 */
import { solve, triangularize } from "./qr.ts";

/** A sum of squares to be made least. */
export interface SquaresProblem {
  /** The residuals, as many numbers at every call; infinite or NaN where the model is undefined. */
  readonly residuals: (params: Float64Array) => Float64Array;
  /** The derivatives of the residuals, a column for each parameter. */
  readonly jacobian: (params: Float64Array) => Float64Array[];
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Where the search stands. */
export interface LevenbergState {
  readonly residuals: Float64Array;
  /** Half the sum of squared residuals. */
  readonly cost: number;
  /** How much a step is held back, relative to the scale of each column. */
  readonly damping: number;
  readonly growth: number;
  readonly scale: Float64Array;
  /** Whether no step made the sum smaller by more than rounding. */
  readonly converged: boolean;
}

export interface LevenbergStep {
  readonly params: Float64Array;
  readonly state: LevenbergState;
}

/** The state at the start. */
export function init(problem: SquaresProblem, params: Float64Array): LevenbergState {
  const residuals = problem.residuals(params);
  const scale = new Float64Array(params.length);
  return { residuals, cost: halfSquares(residuals), damping: 1e-3, growth: 2, scale, converged: false };
}

/** One accepted step, or the end. (Moré, The Levenberg-Marquardt algorithm, 1978; Nielsen, Damping parameter in Marquardt's method, 1999.) */
export function update(problem: SquaresProblem, state: LevenbergState, params: Float64Array): LevenbergStep {
  const jacobian = problem.jacobian(params);
  const scale = state.scale.map((before, j) => Math.max(before, norm(jacobian[j]!)) || 1);
  let { damping, growth } = state;
  for (let trial = 0; trial < 60; trial++) {
    const step = dampedStep(jacobian, state.residuals, scale, damping);
    const moved = params.map((p, j) =>
      Math.min(Math.max(p + step[j]!, problem.lower[j]!), problem.upper[j]!),
    );
    const residuals = problem.residuals(moved);
    const cost = halfSquares(residuals);
    if (cost < state.cost) {
      const ratio = (state.cost - cost) / promised(jacobian, state.residuals, params, moved);
      damping *= Math.max(1 / 3, 1 - (2 * ratio - 1) ** 3);
      const converged = state.cost - cost <= 1e-15 * state.cost;
      return {
        params: moved,
        state: { residuals, cost, damping: Math.max(damping, 1e-15), growth: 2, scale, converged },
      };
    }
    if (isNegligible(moved, params)) break;
    damping *= growth;
    growth *= 2;
  }
  return { params, state: { ...state, scale, converged: true } };
}

/** The step h that makes |J h + r|^2 + damping |D h|^2 least, for D the scales. */
function dampedStep(
  jacobian: readonly Float64Array[],
  r: Float64Array,
  scale: Float64Array,
  damping: number,
): Float64Array {
  const p = jacobian.length;
  const columns = jacobian.map((column, j) => {
    const extended = new Float64Array(column.length + p);
    extended.set(column);
    extended[column.length + j] = Math.sqrt(damping) * scale[j]!;
    return extended;
  });
  const right = new Float64Array(r.length + p);
  right.set(r.map((x) => -x));
  return solve(triangularize(columns, right));
}

/** By how much the linear model says that the cost falls on the way from params to moved. */
function promised(
  jacobian: readonly Float64Array[],
  r: Float64Array,
  params: Float64Array,
  moved: Float64Array,
): number {
  const linear = r.map((x, i) =>
    jacobian.reduce((sum, column, j) => sum + column[i]! * (moved[j]! - params[j]!), x),
  );
  return Math.max(halfSquares(r) - halfSquares(linear), Number.MIN_VALUE);
}

function isNegligible(moved: Float64Array, params: Float64Array): boolean {
  return moved.every((p, j) => Math.abs(p - params[j]!) <= 1e-16 * Math.abs(p));
}

function norm(column: Float64Array): number {
  return Math.sqrt(2 * halfSquares(column));
}

function halfSquares(x: Float64Array): number {
  let sum = 0;
  for (const value of x) sum += value * value;
  return 0.5 * sum;
}

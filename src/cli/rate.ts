/** A learning rate for plain gradient descent: a problem comes in, the curvature of its loss, and so the rate, goes out. */
import { lossOver, type Named, type Problem } from "../fit/problem.ts";
import { hessian } from "../tensor/autodiff.ts";
import { stack } from "../tensor/make.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * The largest curvature of the loss at the start values, in any direction of the free parameters, which are scalars. A step of
 * gradient / curvature does not overshoot where the curvature stays so (Nesterov, Introductory Lectures on Convex Optimization, 2004, section 1.2.3).
 * 0 where there is none, or where it is no number.
 */
export function curvatureAt({ problem, free, fixed }: Footing): number {
  const loss = (vector: Tensor): Tensor => {
    const values = [...vector];
    const moving = Object.fromEntries(Object.keys(free).map((name, i) => [name, values[i]!]));
    return lossOver(problem, problem.training, { ...fixed, ...moving });
  };
  const size = largestEigenvalue(hessian(loss)(stack(Object.values(free))).toArray() as number[][]);
  return Number.isFinite(1 / size) ? size : 0;
}

/** Where a walk starts: what moves, and what does not. */
export interface Footing {
  readonly problem: Problem;
  readonly free: Named;
  readonly fixed: Named;
}

/** The absolute value of the largest eigenvalue of a symmetric matrix, by the power method: multiply, scale, repeat. */
function largestEigenvalue(matrix: readonly (readonly number[])[]): number {
  let vector = matrix.map((_, i) => 1 + i / 7);
  for (let round = 0; round < 100; round++) {
    const size = Math.hypot(...vector);
    vector = matrix.map((row) => row.reduce((sum, x, i) => sum + (x * vector[i]!) / size, 0));
  }
  return Math.hypot(...vector);
}

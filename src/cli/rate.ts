/** A learning rate for plain gradient descent: a problem comes in, the curvature of its loss, and so the rate, goes out. */
import { lossOver, type Named, type Problem } from "../fit/problem.ts";
import { hessian } from "../tensor/autodiff.ts";
import { stack } from "../tensor/make.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * The largest curvature of the loss at the start values in any direction of the free parameters, all of which are scalars. Steps of 1 / curvature times the gradient do
 * not overshoot where the curvature stays what it is (Nesterov, Introductory Lectures on Convex Optimization, 2004, section 1.2.3).
 */
export function curvatureAt(problem: Problem): number {
  const free = problem.starts.filter(({ fixed }) => !fixed);
  const fixed = problem.starts.filter((start) => start.fixed).map(({ name, value }) => [name, value] as const);
  const loss = (vector: Tensor): Tensor => {
    const values = [...vector];
    const moving: Named = Object.fromEntries(free.map(({ name }, i) => [name, values[i]!]));
    return lossOver(problem, problem.training, { ...Object.fromEntries(fixed), ...moving });
  };
  const matrix = hessian(loss)(stack(free.map(({ value }) => value))).toArray() as number[][];
  return largestEigenvalue(matrix);
}

/** The absolute value of the largest eigenvalue of a symmetric matrix, by the power method: multiply, scale, repeat. */
function largestEigenvalue(matrix: readonly (readonly number[])[]): number {
  let vector = matrix.map((_, i) => 1 + i / 7);
  let size = 0;
  for (let round = 0; round < 100; round++) {
    size = Math.hypot(...vector);
    const unit = vector.map((x) => x / size);
    vector = matrix.map((row) => row.reduce((sum, x, i) => sum + x * unit[i]!, 0));
  }
  return Math.hypot(...vector);
}

/** How a loss curves: a place goes in; its largest curvature, which says how long steps along gradients may be, comes out. */
import { apart, flat } from "../optim/scaled.ts";
import { grad, jvp } from "../tensor/autodiff.ts";
import { tensor } from "../tensor/make.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Named } from "./model.ts";
import { type Batch, lossOver, type Problem } from "./problem.ts";
import { doubles } from "./squares.ts";

/** Where a walk is, or starts: what moves, and what does not. */
export interface Footing {
  readonly problem: Problem;
  readonly free: Named;
  readonly fixed: Named;
}

/** A linear map of vectors of doubles. */
export type LinearMap = (vector: Float64Array) => Float64Array;

/** The product of the Hessian of the loss over some rows with a vector of the free parameters' elements, without the Hessian (Pearlmutter, Fast exact multiplication by the Hessian, 1994). */
export function hessianAt({ problem, free, fixed }: Footing, rows: Batch): LinearMap {
  const [names, at] = [Object.keys(free), Object.values(free)];
  const loss = (params: Named): Tensor => lossOver(problem, rows, { ...params, ...fixed });
  const slopes = (...values: Tensor[]): Tensor =>
    flat(Object.values(grad(loss)(Object.fromEntries(values.map((t, i) => [names[i]!, t])))));
  return (vector) => doubles(jvp(slopes, at, apart(tensor(vector, { dtype: problem.dtype }), at))[1]);
}

/** The product of the Gauss-Newton matrix with a vector: the part of the Hessian where predictions count as straight (Schraudolph, Fast curvature matrix-vector products, 2002). */
export function gaussNewtonAt({ problem, free, fixed }: Footing, rows: Batch): LinearMap {
  const { loss, model, dtype } = problem;
  const [names, at] = [Object.keys(free), Object.values(free)];
  const predictions = (params: Named): Tensor => model(rows.columns, { ...params, ...fixed });
  const predict = (...values: Tensor[]): Tensor =>
    predictions(Object.fromEntries(values.map((t, i) => [names[i]!, t])));
  const steepness = grad((preds: Tensor) =>
    loss.of(preds, rows.targets, rows.weights ? { weights: rows.weights } : {}),
  );
  const preds = predictions(free);
  return (vector) => {
    const [, along] = jvp(predict, at, apart(tensor(vector, { dtype }), at));
    const bent = jvp(steepness, [preds], [along])[1];
    const slopes = grad((params: Named) => predictions(params).mul(bent).sum())(free);
    return doubles(flat(Object.values(slopes)));
  };
}

/** How close to itself an estimate has to come, and in how many rounds at most. */
const tolerance = 1e-8;
const mostRounds = 100;

/** The absolute value of the largest eigenvalue of a symmetric map, by the power method: multiply, scale, repeat. Not a number where the map gives none. */
export function largestEigenvalue(map: LinearMap, size: number, rounds: number = mostRounds): number {
  let vector: Float64Array = Float64Array.from({ length: size }, (_, i) => 1 + ((i * 5) % 7) / 7);
  let [value, before] = [Math.hypot(...vector), 0];
  for (let round = 0; round < rounds && value > 0; round++) {
    vector = map(vector.map((x) => x / value));
    [before, value] = [value, Math.hypot(...vector)];
    if (!(Math.abs(value - before) > tolerance * value)) break;
  }
  return value;
}

/**
 * The largest curvature of the loss over the training rows, in any direction of the free parameters as they are measured. A step of
 * gradient / curvature does not overshoot where the curvature stays so (Nesterov, Introductory Lectures on Convex Optimization,
 * 2004, section 1.2.3). 0 where there is none, or where it is no number.
 */
export function curvatureAt(footing: Footing): number {
  const size = Object.values(footing.free).reduce((sum, t) => sum + t.size, 0);
  const curvature = largestEigenvalue(hessianAt(footing, footing.problem.training), size);
  return Number.isFinite(1 / curvature) ? curvature : 0;
}

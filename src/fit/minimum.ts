/** Whether a place is a minimum: a problem and its parameters go in; what slope and curvature there tell comes out. */
import { length } from "../optim/qr.ts";
import { grad, jvp } from "../tensor/autodiff.ts";
import { where } from "../tensor/make.ts";
import { realize, type Tensor } from "../tensor/tensor.ts";
import { inwards } from "./bounds.ts";
import { type Named, roundings } from "./model.ts";
import { lossOver, type Problem } from "./problem.ts";
import { doubles, residualsOf, targetsOf } from "./squares.ts";

/** A promise to lower the loss by so small a part of it is none. */
const nothing = 1e-8;

/**
 * Whether the loss over the training rows is least at the parameters, as far as derivatives can tell: whether the best step
 * along the gradient promises nothing, or predictions are the targets but for rounding. Never where the slope is not zero and
 * the loss has no curvature, as beside the edges of absolute values.
 */
export function isLeast(problem: Problem, fixed: Named, free: Named): boolean {
  return isExact(problem, { ...free, ...fixed }) || promised(problem, fixed, free) <= nothing;
}

function isExact(problem: Problem, params: Named): boolean {
  const { training, dtype } = problem;
  const residuals = length(doubles(residualsOf(problem, training, params)));
  return residuals <= 1000 * roundings[dtype] * length(doubles(targetsOf(training)));
}

/** By how much Newton's step along the gradient, in units of the parameters, lowers the loss: slope^2 / (2 curvature), as a part of it. */
function promised(problem: Problem, fixed: Named, free: Named): number {
  const loss = (params: Named): Tensor => lossOver(problem, problem.training, { ...params, ...fixed });
  const names = Object.keys(free);
  const at = Object.values(free);
  const direction = directionOf(free, inwards(problem.starts, free, grad(loss)(free)));
  const slopeAlong = (...values: Tensor[]): Tensor => {
    const slopes = grad(loss)(Object.fromEntries(values.map((t, i) => [names[i]!, t])));
    return Object.values(slopes)
      .map((slope, i) => slope.mul(direction[i]!).sum())
      .reduce((sum, part) => sum.add(part));
  };
  const [slope, curvature] = jvp(slopeAlong, at, direction).map((t) => t.item()) as [number, number];
  if (slope === 0) return 0;
  const height = Math.abs(loss(free).item());
  return curvature > 0 ? slope ** 2 / (2 * curvature * height) : Number.POSITIVE_INFINITY;
}

/** The gradient where each parameter is measured in units of itself, and the largest element is 1. */
function directionOf(free: Named, slopes: Named): Tensor[] {
  const steep = Object.entries(slopes).map(([name, slope]) => slope.mul(unitOf(free[name]!).square()));
  realize(steep);
  const largest = Math.max(...steep.map((t) => t.abs().amax().item()));
  return steep.map((t) => t.div(largest || 1));
}

/** The size of each element, 1 for 0. */
function unitOf(t: Tensor): Tensor {
  return where(t.eq(0), 1, t.abs());
}

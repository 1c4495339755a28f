/** Step 4, gradients, and step 5, step, by the rule of an optimizer: a problem goes in, a method comes out. */
import type { Objective, Optimizer, OptimizerState } from "../optim/optimizer.ts";
import { rateAt } from "../optim/options.ts";
import { realize } from "../tensor/tensor.ts";
import { bounded } from "./bounds.ts";
import { type Method, oneByOne } from "./method.ts";
import { isLeast } from "./minimum.ts";
import type { Named } from "./model.ts";
import type { Batch, Problem } from "./problem.ts";
import { repeating } from "./program.ts";
import { slopesOver } from "./slopes.ts";

/**
 * Descent along gradients by reverse mode, by the optimizer's rule. Parameters `fixed` stay where they are. `unit` is what the
 * optimizer measures the loss in: those with absolute tolerances need a loss that is neither large nor small.
 */
export function descent(problem: Problem, fixed: Named, optimizer: Optimizer, unit = 1): Method {
  const { starts } = problem;
  const { rule } = optimizer;
  const step: Method["step"] = (free, state, rows, number) => {
    const objective = objectiveOver(problem, fixed, rows, unit);
    const { loss, grads } = objective(free);
    const before = (state as OptimizerState | undefined) ?? optimizer.init(free);
    const options = { lr: rateAt(optimizer.lr, number), loss, objective };
    const moved = optimizer.update(grads, before, free, options);
    const end = allZero(grads) ? "converged" : null;
    return { params: bounded(starts, moved.params), state: moved.state, loss: loss * unit, end };
  };
  return {
    name: optimizer.name,
    rateAt: (step) => (optimizer.needsObjective ? null : rateAt(optimizer.lr, step)),
    budget: optimizer.needsObjective ? 200 : 1000,
    step,
    ...(rule && { run: repeating(problem, fixed, optimizer, rule, oneByOne(problem, fixed, step)) }),
    isLeast: (free) => isLeast(problem, fixed, free),
  };
}

/** The loss over some rows, and its gradients. */
function objectiveOver(problem: Problem, fixed: Named, rows: Batch, unit: number): Objective<Named> {
  const slopes = slopesOver(problem, fixed, rows, unit);
  return (free) => {
    const { loss, grads } = slopes(free);
    realize([loss, ...Object.values(grads)]);
    return { loss: loss.item(), grads };
  };
}

function allZero(grads: Named): boolean {
  return Object.values(grads).every((g) => g.realize().every((x) => x === 0));
}

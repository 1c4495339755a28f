/** Step 4, gradients: a problem and some of its rows go in; the loss and its gradients come out, recorded and not computed. */
import { valueAndGrad } from "../tensor/autodiff.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { bounded, inwards } from "./bounds.ts";
import type { Named } from "./model.ts";
import { type Batch, lossOver, type Problem } from "./problem.ts";

/** A loss, and its gradients for the parameters that are free. */
export interface Slopes {
  readonly loss: Tensor;
  readonly grads: Named;
}

/**
 * The loss over some rows in parts of `unit`, and its gradients as far as bounds let parameters follow them. Beyond the bounds
 * the loss is what it is on them.
 */
export function slopesOver(problem: Problem, fixed: Named, rows: Batch, unit = 1): (free: Named) => Slopes {
  const { starts } = problem;
  const both = valueAndGrad((free: Named): Tensor => {
    const loss = lossOver(problem, rows, { ...bounded(starts, free), ...fixed });
    return unit === 1 ? loss : loss.div(unit);
  });
  return (free) => {
    const [loss, slopes] = both(free);
    return { loss, grads: inwards(starts, free, slopes) };
  };
}

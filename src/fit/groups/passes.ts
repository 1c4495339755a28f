/**
 * One pass over the rows of many groups: their rows side by side and parameters of each go in; the sums of their normal equations
 * come out, all of one loop that stores nothing of the number of rows.
 */
import type { Storage } from "../../ir/dtype.ts";
import { data } from "../../ir/graph.ts";
import type { Shape } from "../../ir/shape.ts";
import { linearize } from "../../tensor/autodiff.ts";
import { compile } from "../../tensor/compile.ts";
import { zeros } from "../../tensor/make.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Named } from "../model.ts";
import type { Problem } from "../problem.ts";

/** The rows of some groups, each tensor of shape [groups, rows of each]. */
export interface Block {
  readonly columns: Named;
  readonly targets: Tensor;
  /** The square roots of weights, where rows differ in them. */
  readonly roots: readonly Tensor[];
}

/** The sums for each group of a block, at parameters by name of shape [groups, 1]. */
export type Pass = (block: Block, params: Named) => Tensor[];

/** A tensor of elements that are not written to any more. */
export function holding(elements: Storage, shape: Shape, dtype: "float32" | "float64"): Tensor {
  return new Tensor(data(elements, shape, dtype));
}

/** The pass for a problem: r'r, then J'r, then the rows of J'J up to the diagonal, each of shape [groups]. */
export function passFor({ model }: Pick<Problem, "model">, fixed: Named): Pass {
  return compile(({ columns, targets, roots }: Block, params: Named) => {
    const { shape, dtype } = targets;
    // Along with their rows parameters are part of the one loop, however the model combines them.
    const spread = Object.entries(params).map(([name, t]) => [name, t.expand(shape)] as const);
    const residuals = (offsets: readonly Tensor[]): Tensor => {
      const moved = spread.map(([name, t], j) => [name, t.add(offsets[j]!)]);
      const misses = model(columns, { ...fixed, ...Object.fromEntries(moved) }).sub(targets);
      return roots.reduce((r, root) => r.mul(root), misses);
    };
    const [r, slopes] = linearize(
      residuals,
      spread.map(() => zeros([], { dtype })),
    );
    const sum = (a: Tensor, b: Tensor): Tensor => a.mul(b).sum({ dim: 1 });
    return [
      sum(r, r),
      ...slopes.map((slope) => sum(slope, r)),
      ...slopes.flatMap((a, i) => slopes.slice(0, i + 1).map((b) => sum(a, b))),
    ];
  });
}

/** Bounds: parameters and their limits go in; parameters within them, and gradients that point into them, come out. */
import { where, zerosLike } from "../tensor/make.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Named } from "./model.ts";
import type { Start } from "./start.ts";

/** The parameters, those outside their bounds brought to the nearest one. */
export function bounded(starts: readonly Start[], params: Named): Named {
  return mapped(starts, params, (t, { min, max }) => t.clamp(min, max));
}

/** The gradients without those elements whose parameter lies on a bound that downhill is beyond. */
export function inwards(starts: readonly Start[], params: Named, grads: Named): Named {
  return mapped(starts, grads, (grad, { name, min, max }) => {
    const [p, zero] = [params[name]!, zerosLike(grad)];
    const inside = where(p.le(min), grad.minimum(zero), grad);
    return where(p.ge(max), inside.maximum(zero), inside);
  });
}

/** The tensors of parameters that have bounds, changed; the others as they are. */
function mapped(
  starts: readonly Start[],
  tensors: Named,
  change: (t: Tensor, start: Start) => Tensor,
): Named {
  const limited = new Map(starts.filter(isLimited).map((start) => [start.name, start]));
  return Object.fromEntries(
    Object.entries(tensors).map(([name, t]) => {
      const start = limited.get(name);
      return [name, start ? change(t, start) : t];
    }),
  );
}

function isLimited({ min, max }: Start): boolean {
  return min > Number.NEGATIVE_INFINITY || max < Number.POSITIVE_INFINITY;
}

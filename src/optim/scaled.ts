/**
 * A first-order optimizer in other coordinates: params = origin + B q. Gradients and parameters as people measure them go in; the
 * optimizer sees the gradient for q, B' g, and its moves come out as moves of the parameters.
 */
import { cat, zeros, zerosLike } from "../tensor/make.ts";
import { realize, type Tensor } from "../tensor/tensor.ts";
import { rebuild, type Tensors, tensorsOf } from "../tensor/tree.ts";
import type { Moved, Optimizer, OptimizerState, UpdateRule } from "./optimizer.ts";
import { rateAt } from "./options.ts";

type Lists = OptimizerState["slots"];

/** Coordinates as slots of the state, so that a program that was made once serves for all. */
export interface Coordinates {
  /** B, of all elements of the parameters together: one tensor [elements, elements]. Empty where each element has a scale of its own. */
  readonly basis: readonly Tensor[];
  /** The diagonal of B, a tensor like each parameter. Empty where there is a basis. */
  readonly scale: readonly Tensor[];
  /** What gradients for q are multiplied by: one scalar. */
  readonly gain: readonly [Tensor];
}

/** The state of `scaled(inner)` in some coordinates, before its first update there. */
export function stateIn(inner: Optimizer, { basis, scale, gain }: Coordinates): OptimizerState {
  const q = basis.length > 0 ? basis.map((b) => zeros([b.shape[0]!], { dtype: b.dtype })) : scale;
  const { step, slots } = inner.init(q);
  return { step, slots: { ...slots, basis, scale, gain } };
}

/** The optimizer in the coordinates that its state holds. `stateIn` makes the state. */
export function scaled(inner: Optimizer & { readonly rule: UpdateRule }): Optimizer {
  const { rule } = inner;
  return {
    name: inner.name,
    lr: inner.lr,
    needsObjective: false,
    init: (params) => inner.init(params),
    update: (grads, { step, slots }, params, { lr = rateAt(inner.lr, step) } = {}) => {
      const { moved, state } = within(slots, grads, params, (g, own, q) => {
        realize(g);
        const next = inner.update(g, { step, slots: own }, q, { lr });
        return { params: next.params, slots: next.state.slots };
      });
      realize(tensorsOf(moved));
      return { params: moved, state: { step: step + 1, slots: state } };
    },
    rule: {
      numbersAt: (step, lr) => rule.numbersAt(step, lr),
      move: (grads, slots, params, numbers) => {
        const { moved, state } = within(slots, grads, params, (g, own, q) => rule.move(g, own, q, numbers));
        return { params: moved, slots: state };
      },
    },
  };
}

type Step = (grads: readonly Tensor[], slots: Lists, q: readonly Tensor[]) => Moved<readonly Tensor[]>;

/** A step in the coordinates, from q = 0. */
function within<Params extends Tensors>(
  { basis = [], scale = [], gain = [], ...own }: Lists,
  grads: Params,
  params: Params,
  step: Step,
): { readonly moved: Params; readonly state: Lists } {
  const [before, slopes] = [tensorsOf(params), tensorsOf(grads)];
  const [matrix] = basis;
  const inner = matrix ? [flat(slopes).unsqueeze(0).matmul(matrix).squeeze(0)] : times(slopes, scale);
  const g = inner.map((t) => t.mul(gain[0]!));
  const { params: q, slots } = step(
    g,
    own,
    g.map((t) => zerosLike(t)),
  );
  const moves = matrix ? apart(matrix.matmul(q[0]!.unsqueeze(1)).squeeze(1), before) : times(q, scale);
  const moved = rebuild(
    params,
    before.map((p, i) => p.add(moves[i]!)),
  );
  return { moved, state: { ...slots, basis, scale, gain } };
}

function times(a: readonly Tensor[], b: readonly Tensor[]): Tensor[] {
  return a.map((t, i) => t.mul(b[i]!));
}

/** All elements of some tensors, one tensor after the other. */
export function flat(tensors: readonly Tensor[]): Tensor {
  return cat(tensors.map((t) => t.reshape([-1])));
}

/** The elements of a vector in the shapes of some tensors. */
export function apart(vector: Tensor, like: readonly Tensor[]): Tensor[] {
  let start = 0;
  return like.map((t) => vector.slice([[start, (start += t.size)]]).reshape(t.shape));
}

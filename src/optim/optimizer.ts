/**
 * What every optimizer is: state and gradients go in, moved parameters and the next state come out, nothing in place.
 * And the holder that does this in PyTorch's way, on tensors that keep their gradients.
 */
import { describe, isDifferentiable } from "../ir/graph.ts";
import { zerosLike } from "../tensor/make.ts";
import { recording, type Tensor } from "../tensor/tensor.ts";
import { type Tensors, tensorsOf } from "../tensor/tree.ts";
import { type Rate, rateAt } from "./options.ts";

/** What an optimizer remembers from one update to the next. To save it is to save these numbers; they carry on to the same bits. */
export interface OptimizerState {
  /** How many updates there have been. */
  readonly step: number;
  /** Lists of tensors by name; those of first-order optimizers have one for each parameter. */
  readonly slots: Readonly<Record<string, readonly Tensor[]>>;
}

/** The loss, and its gradients, at any parameters. */
export type Objective<Params extends Tensors> = (params: Params) => { loss: number; grads: Params };

/** What an update may be told besides. */
export interface UpdateOptions<Params extends Tensors> {
  /** The learning rate of this update, in place of the optimizer's own. */
  readonly lr?: number;
  /** The loss that the gradients belong to, where it is known. */
  readonly loss?: number;
  /** Needed where `needsObjective`; others do not look at it. */
  readonly objective?: Objective<Params>;
}

/** Moved parameters, and the state for the next update. */
export interface Updated<Params extends Tensors> {
  readonly params: Params;
  readonly state: OptimizerState;
}

/** Moved parameters and slots, not computed. */
export interface Moved<Params extends Tensors> {
  readonly params: Params;
  readonly slots: OptimizerState["slots"];
}

/**
 * An update taken apart, for programs that take many steps: what changes from step to step, worked out beforehand, and the
 * operations, which are the same at every step. Both together give the bits of `update`.
 */
export interface UpdateRule {
  /** The numbers of the update after `step` others, at a learning rate: always the same names, in the same order. */
  numbersAt(step: number, lr: number): Readonly<Record<string, number>>;
  /** The operations, recorded and not computed. Of each number a float64 scalar is wanted: it is rounded once, to the dtype of each parameter. */
  move<Params extends Tensors>(
    grads: Params,
    slots: OptimizerState["slots"],
    params: Params,
    numbers: Readonly<Record<string, Tensor>>,
  ): Moved<Params>;
}

/** A way downhill, over any structure of floating-point tensors. */
export interface Optimizer {
  readonly name: string;
  readonly lr: Rate;
  /** The options that it was made with, for whoever writes them down. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Whether it looks at the loss elsewhere than at the parameters given, as line searches do. */
  readonly needsObjective: boolean;
  /** The state before the first update. */
  init(params: Tensors): OptimizerState;
  /**
   * One step downhill from `params`, where the gradients are `grads`. What comes out is computed, so that loops do not grow
   * expressions; only where one of the tensors asks for gradients it is left to be. Throws where the structures do not agree.
   */
  update<Params extends Tensors>(
    grads: Params,
    state: OptimizerState,
    params: Params,
    options?: UpdateOptions<Params>,
  ): Updated<Params>;
  /** The same apart; none where `needsObjective`, whose operations depend on what they find. */
  readonly rule?: UpdateRule;
}

/** Refuses parameters that gradients cannot move: the check at the door of every `init`. */
export function refuseIntegers(name: string, params: Tensors): void {
  const whole = tensorsOf(params).find((t) => !isDifferentiable(t.node));
  if (whole) throw new TypeError(`${name} expects floating-point parameters, got ${describe(whole.node)}`);
}

/** PyTorch's optimizer objects: parameters, moved where they are by the gradients that `backward` left on them. */
export interface Holder {
  /** The states of the parts that move by themselves: of each parameter, or of all together where `needsObjective`. Can be assigned. */
  states: readonly OptimizerState[];
  /** Moves every parameter that has a gradient. Throws if none has. */
  step(): void;
  /** The same after `closure`, which computes the loss, calls `backward` and returns the loss; returns what it returned first. */
  step(closure: () => Tensor): Tensor;
  /** Sets all gradients to null. */
  zeroGrad(): void;
}

/** `optimizer([params], sgd({ lr }))`: a holder of leaves. A schedule counts the holder's steps. */
export function optimizer(params: readonly Tensor[], method: Optimizer): Holder {
  const parts = method.needsObjective ? [params] : params.map((p) => [p]);
  function step(): void;
  function step(closure: () => Tensor): Tensor;
  function step(closure?: () => Tensor): Tensor | undefined {
    const loss = closure && recording(closure);
    if (params.every((p) => p.grad === null))
      throw new Error("step expects parameters with gradients, got none: call backward first");
    const steps = Math.max(...holder.states.map((state) => state.step));
    const options = { lr: rateAt(method.lr, steps), ...(closure && objectiveOf(closure, loss!)) };
    holder.states = parts.map((part, i) => {
      const state = holder.states[i]!;
      return part.some((p) => p.grad) ? moved(method, part, state, options) : state;
    });
    return loss;
  }
  const holder: Holder = {
    states: parts.map((part) => method.init(part)),
    step,
    zeroGrad() {
      for (const p of params) p.grad = null;
    },
  };
  return holder;

  function objectiveOf(closure: () => Tensor, loss: Tensor): UpdateOptions<readonly Tensor[]> {
    const objective: Objective<readonly Tensor[]> = (at) => {
      place(params, at);
      return { loss: recording(closure).item(), grads: gradsOf(params) };
    };
    return { loss: loss.item(), objective };
  }
}

/** Moves the parameters where they are, and returns the next state. */
function moved(
  method: Optimizer,
  params: readonly Tensor[],
  state: OptimizerState,
  options: UpdateOptions<readonly Tensor[]>,
): OptimizerState {
  const before = params.map((p) => p.data);
  const after = method.update(gradsOf(params), state, before, options);
  place(params, after.params);
  return after.state;
}

function gradsOf(params: readonly Tensor[]): readonly Tensor[] {
  return params.map((p) => p.grad ?? zerosLike(p));
}

function place(params: readonly Tensor[], at: readonly Tensor[]): void {
  params.forEach((p, i) => {
    p.data = at[i]!;
  });
}

/**
 * The first-order optimizers: their rules for one tensor, lifted to structures of tensors. Options go in, an optimizer comes out.
 * Names, options and numbers are those of `torch.optim`.
 */
import { describe } from "../ir/graph.ts";
import { full } from "../tensor/make.ts";
import { noGrad, realize, type Tensor } from "../tensor/tensor.ts";
import { rebuild, type Tensors, tensorsOf } from "../tensor/tree.ts";
import { type Moved, type Optimizer, refuseIntegers } from "./optimizer.ts";
import { type Rate, rateAt, readOptions } from "./options.ts";
import * as rules from "./rules.ts";

/** Makes an optimizer; options that are left out have PyTorch's defaults. Throws for unknown options and values out of range. */
export type Maker<Options> = (options?: Partial<Options>) => Optimizer;

/** The optimizer of a row: its rule at every tensor of a structure. */
function firstOrder<Options extends { lr: Rate }, Slot extends string, Name extends string>(
  name: string,
  row: rules.Row<Options, Slot, Name>,
): Maker<Options> {
  return (given = {}) => {
    const options = readOptions<Options>(name, row.defaults, given);
    row.check?.(options);
    // Slots that the options do not call for are not there, and the rule does not look at them.
    const starts = row.slots(options) as Record<Slot, number>;
    const lift = lifting(name, starts, row.rule(options));
    return {
      name,
      lr: options.lr,
      options: { ...given },
      needsObjective: false,
      init: (params) => {
        refuseIntegers(name, params);
        return { step: 0, slots: startSlots(starts, tensorsOf(params)) };
      },
      update: (grads, { step, slots }, params, { lr = rateAt(options.lr, step) } = {}) => {
        const numbers = row.numbers(options, { lr, step: step + 1 });
        const moved = lift(grads, slots, params, () => numbers);
        if (!tensorsOf([params, grads]).some((t) => t.requiresGrad))
          realize(tensorsOf([moved.params, moved.slots]));
        return { params: moved.params, state: { step: step + 1, slots: moved.slots } };
      },
      rule: {
        numbersAt: (step, lr) => row.numbers(options, { lr, step: step + 1 }),
        move: (grads, slots, params, numbers) => {
          const scalars = numbers as Readonly<Record<Name, Tensor>>;
          return lift(grads, slots, params, ({ dtype }) => mapValues(scalars, (_, x) => x.to(dtype)));
        },
      },
    };
  };
}

/** A rule for one tensor as a rule for structures. `numbersFor` gives the numbers as operands of a parameter. */
function lifting<Slot extends string, Name extends string>(
  name: string,
  starts: Readonly<Record<Slot, number>>,
  move: rules.Move<Slot, Name>,
) {
  return <Params extends Tensors>(
    grads: Params,
    slots: Lists,
    params: Params,
    numbersFor: (param: Tensor) => rules.Numbers<Name>,
  ): Moved<Params> => {
    const [before, gradients] = [tensorsOf(params), tensorsOf(grads)];
    refuseMismatch(name, before, { grads: gradients, ...mapValues(starts, (slot) => slots[slot] ?? []) });
    const after = noGrad(() =>
      before.map((param, i) => move(param, gradients[i]!, pick(slots, i), numbersFor(param))),
    );
    const moved = after.map(({ param }) => param);
    return {
      params: rebuild(params, moved),
      slots: mapValues(starts, (slot) => after.map((one) => one.slots[slot])),
    };
  };
}

/** What each parameter starts with. */
function startSlots<Slot extends string>(
  starts: Readonly<Record<Slot, number>>,
  params: readonly Tensor[],
): Record<Slot, Tensor[]> {
  return mapValues(starts, (_, value) => params.map((p) => full(p.shape, value, { dtype: p.dtype })));
}

/** Refuses gradients, or slots of another state, that are not like the parameters one for one. */
function refuseMismatch(name: string, params: readonly Tensor[], lists: Lists): void {
  const wanted = params.map((p) => describe(p.node)).join(", ");
  for (const [what, tensors] of Object.entries(lists)) {
    const got = tensors.map((t) => describe(t.node)).join(", ");
    if (got !== wanted)
      throw new TypeError(`${name} expects ${what} like the parameters ${wanted}, got ${got || "none"}`);
  }
}

type Lists = Readonly<Record<string, readonly Tensor[]>>;

/** The slots of the i-th parameter. */
function pick<Slot extends string>(slots: Lists, i: number): rules.Slots<Slot> {
  return mapValues(slots, (_, tensors) => tensors[i]!) as rules.Slots<Slot>;
}

function mapValues<Name extends string, A, B>(
  record: Readonly<Record<Name, A>>,
  f: (name: Name, value: A) => B,
): Record<Name, B> {
  const entries = Object.entries(record) as [Name, A][];
  return Object.fromEntries(entries.map(([name, value]) => [name, f(name, value)])) as Record<Name, B>;
}

/** Stochastic gradient descent, with momentum if asked for (Sutskever et al., On the importance of initialization and momentum, 2013). `lr` must be given. */
export const sgd: (options: Pick<rules.SgdOptions, "lr"> & Partial<rules.SgdOptions>) => Optimizer =
  firstOrder("sgd", rules.sgd);

/** Adam (Kingma and Ba, Adam: A method for stochastic optimization, 2015, algorithm 1), with amsgrad if asked for. lr 0.001. */
export const adam: Maker<rules.AdamOptions> = firstOrder("adam", rules.adam);

/** Adam with weights that decay by themselves (Loshchilov and Hutter, Decoupled weight decay regularization, 2019, algorithm 2). lr 0.001, weightDecay 0.01. */
export const adamw: Maker<rules.AdamOptions> = firstOrder("adamw", rules.adamw);

/** RMSprop (Tieleman and Hinton, lecture 6.5, 2012), with momentum or centered if asked for. lr 0.01. */
export const rmsprop: Maker<rules.RmspropOptions> = firstOrder("rmsprop", rules.rmsprop);

/** Adagrad (Duchi, Hazan and Singer, Adaptive subgradient methods, 2011). lr 0.01. */
export const adagrad: Maker<rules.AdagradOptions> = firstOrder("adagrad", rules.adagrad);

/** Adadelta (Zeiler, ADADELTA: An adaptive learning rate method, 2012, algorithm 1). lr 1. */
export const adadelta: Maker<rules.AdadeltaOptions> = firstOrder("adadelta", rules.adadelta);

/** Adam with Nesterov's momentum (Dozat, Incorporating Nesterov momentum into Adam, 2016), as in PyTorch 1.13. lr 0.002. */
export const nadam: Maker<rules.NadamOptions> = firstOrder("nadam", rules.nadam);

/** Adam that does not divide before it has seen enough (Liu et al., On the variance of the adaptive learning rate and beyond, 2020, algorithm 2). lr 0.001. */
export const radam: Maker<rules.MomentOptions> = firstOrder("radam", rules.radam);

/** Adam by the largest gradient, not the mean square (Kingma and Ba, 2015, algorithm 2). lr 0.002. */
export const adamax: Maker<rules.MomentOptions> = firstOrder("adamax", rules.adamax);

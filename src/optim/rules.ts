/**
 * How a tensor moves along its gradient: a row for each first-order optimizer, in tensor operations. A tensor with its gradient and
 * slots, and the numbers of the step go in, the moved tensor and its slots come out. Defaults, numbers and order of operations are
 * PyTorch's.
 */
import type { Operand, Tensor } from "../tensor/tensor.ts";
import type { Defaults, Rate } from "./options.ts";

/** A tensor for each slot of a parameter. */
export type Slots<Slot extends string> = Readonly<Record<Slot, Tensor>>;

/** A step: its rate, and its place, counted from 1. */
interface At {
  readonly lr: number;
  readonly step: number;
}

/** The numbers of a step as operands: as they are where one step is taken, scalars of the tensor's dtype in a program for many. */
export type Numbers<Name extends string> = Readonly<Record<Name, Operand>>;

/** How one tensor moves. Slots that the options do not call for are dropped. */
export type Move<Slot extends string, Name extends string> = (
  param: Tensor,
  grad: Tensor,
  slots: Slots<Slot>,
  numbers: Numbers<Name>,
) => { readonly param: Tensor; readonly slots: Slots<Slot> };

/**
 * All there is to say about one optimizer. What changes from step to step is in its numbers alone. The operations of a rule depend
 * on the options and on nothing else, so that the same program runs at every step.
 */
export interface Row<Options, Slot extends string, Name extends string> {
  /** undefined where a value must be given. */
  readonly defaults: Defaults<Options>;
  /** Throws where options that are right by themselves do not go together. */
  readonly check?: (options: Options) => void;
  /** What is remembered for each parameter, by the value that it starts from everywhere. */
  readonly slots: (options: Options) => Partial<Record<Slot, number>>;
  /** What the step has to say, in plain arithmetic. */
  readonly numbers: (options: Options, at: At) => Readonly<Record<Name, number>>;
  readonly rule: (options: Options) => Move<Slot, Name>;
}

/** What all of them take: `lr`, a number or a schedule, and `weightDecay`, the weight of half the squared parameters in the loss. */
interface Common {
  lr: Rate;
  weightDecay: number;
}

/** What `sgd` takes. */
export interface SgdOptions extends Common {
  /** How much of the last step is kept. */
  momentum: number;
  /** How much of a gradient the momentum does not take up, from the second step on. */
  dampening: number;
  /** Looks ahead along the momentum; with momentum and without dampening. */
  nesterov: boolean;
}

/** What `adam` and `adamw` take. */
export interface AdamOptions extends Common {
  /** How much of the running means of gradients and of their squares is kept at each step. */
  betas: readonly [number, number];
  /** Added to what is divided by. */
  eps: number;
  /** Divides by the largest mean square so far. */
  amsgrad: boolean;
}

/** What `adamax` and `radam` take. */
export type MomentOptions = Omit<AdamOptions, "amsgrad">;

/** What `nadam` takes. */
export interface NadamOptions extends MomentOptions {
  /** How fast the momentum grows to `betas[0]`. */
  momentumDecay: number;
}

/** What `rmsprop` takes. */
export interface RmspropOptions extends Common {
  /** How much of the running mean of squared gradients is kept at each step. */
  alpha: number;
  eps: number;
  momentum: number;
  /** Divides by the standard deviation of gradients, not by their root mean square. */
  centered: boolean;
}

/** What `adagrad` takes. */
export interface AdagradOptions extends Common {
  /** The rate falls as 1 / (1 + lrDecay * step). */
  lrDecay: number;
  /** What the sums of squared gradients start from. */
  initialAccumulatorValue: number;
  eps: number;
}

/** What `adadelta` takes. */
export interface AdadeltaOptions extends Common {
  /** How much of the running means is kept at each step. */
  rho: number;
  eps: number;
}

export const sgd: Row<SgdOptions, "momentumBuffer", "lr" | "taken"> = {
  defaults: { lr: undefined, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false },
  check: ({ momentum, dampening, nesterov }) => {
    if (nesterov && !(momentum > 0 && dampening === 0))
      throw new RangeError(
        `sgd expects momentum above 0 and dampening 0 with nesterov, got ${momentum} and ${dampening}`,
      );
  },
  slots: ({ momentum }) => (momentum > 0 ? { momentumBuffer: 0 } : {}),
  numbers: ({ dampening }, { lr, step }) => ({ lr, taken: step === 1 ? 1 : 1 - dampening }),
  rule:
    ({ momentum, weightDecay, nesterov }) =>
    (param, grad, slots, { lr, taken }) => {
      const g = decayed(grad, param, weightDecay);
      const momentumBuffer = momentum > 0 ? slots.momentumBuffer.mul(momentum).add(g.mul(taken)) : g;
      const direction = nesterov ? g.add(momentumBuffer.mul(momentum)) : momentumBuffer;
      return { param: param.sub(direction.mul(lr)), slots: { momentumBuffer } };
    },
};

type AdamSlot = "expAvg" | "expAvgSq" | "maxExpAvgSq";
type AdamNumber = "stepSize" | "correction";

export const adam: Row<AdamOptions, AdamSlot, AdamNumber> = {
  defaults: { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false },
  slots: ({ amsgrad }) => ({ expAvg: 0, expAvgSq: 0, ...(amsgrad && { maxExpAvgSq: 0 }) }),
  numbers: ({ betas: [beta1, beta2] }, { lr, step }) => ({
    stepSize: lr / (1 - beta1 ** step),
    correction: Math.sqrt(1 - beta2 ** step),
  }),
  rule:
    ({ betas: [beta1, beta2], eps, weightDecay, amsgrad }) =>
    (param, grad, slots, { stepSize, correction }) => {
      const g = decayed(grad, param, weightDecay);
      const expAvg = average(slots.expAvg, g, beta1);
      const expAvgSq = average(slots.expAvgSq, g.square(), beta2);
      const maxExpAvgSq = amsgrad ? slots.maxExpAvgSq.maximum(expAvgSq) : expAvgSq;
      const divisor = maxExpAvgSq.sqrt().div(correction).add(eps);
      return {
        param: param.sub(expAvg.mul(stepSize).div(divisor)),
        slots: { expAvg, expAvgSq, maxExpAvgSq },
      };
    },
};

export const adamw: Row<AdamOptions, AdamSlot, AdamNumber | "kept"> = {
  defaults: { ...adam.defaults, weightDecay: 1e-2 },
  slots: adam.slots,
  numbers: (options, at) => ({ ...adam.numbers(options, at), kept: 1 - at.lr * options.weightDecay }),
  rule: (options) => {
    const move = adam.rule({ ...options, weightDecay: 0 });
    return (param, grad, slots, numbers) => move(param.mul(numbers.kept), grad, slots, numbers);
  },
};

export const rmsprop: Row<RmspropOptions, "squareAvg" | "gradAvg" | "momentumBuffer", "lr"> = {
  defaults: { lr: 1e-2, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false },
  slots: ({ momentum, centered }) => ({
    squareAvg: 0,
    ...(centered && { gradAvg: 0 }),
    ...(momentum > 0 && { momentumBuffer: 0 }),
  }),
  numbers: (_, { lr }) => ({ lr }),
  rule:
    ({ alpha, eps, weightDecay, momentum, centered }) =>
    (param, grad, slots, { lr }) => {
      const g = decayed(grad, param, weightDecay);
      const squareAvg = average(slots.squareAvg, g.square(), alpha);
      const gradAvg = centered ? average(slots.gradAvg, g, alpha) : g;
      const variance = centered ? squareAvg.sub(gradAvg.square()) : squareAvg;
      const scaled = g.div(variance.sqrt().add(eps));
      const momentumBuffer = momentum > 0 ? slots.momentumBuffer.mul(momentum).add(scaled) : scaled;
      return { param: param.sub(momentumBuffer.mul(lr)), slots: { squareAvg, gradAvg, momentumBuffer } };
    },
};

export const adagrad: Row<AdagradOptions, "sum", "rate"> = {
  defaults: { lr: 1e-2, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10 },
  slots: ({ initialAccumulatorValue }) => ({ sum: initialAccumulatorValue }),
  numbers: ({ lrDecay }, { lr, step }) => ({ rate: lr / (1 + (step - 1) * lrDecay) }),
  rule:
    ({ weightDecay, eps }) =>
    (param, grad, slots, { rate }) => {
      const g = decayed(grad, param, weightDecay);
      const sum = slots.sum.add(g.square());
      return { param: param.sub(g.mul(rate).div(sum.sqrt().add(eps))), slots: { sum } };
    },
};

export const adadelta: Row<AdadeltaOptions, "squareAvg" | "accDelta", "lr"> = {
  defaults: { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0 },
  slots: () => ({ squareAvg: 0, accDelta: 0 }),
  numbers: (_, { lr }) => ({ lr }),
  rule:
    ({ rho, eps, weightDecay }) =>
    (param, grad, slots, { lr }) => {
      const g = decayed(grad, param, weightDecay);
      const squareAvg = average(slots.squareAvg, g.square(), rho);
      const delta = slots.accDelta.add(eps).sqrt().div(squareAvg.add(eps).sqrt()).mul(g);
      const accDelta = average(slots.accDelta, delta.square(), rho);
      return { param: param.sub(delta.mul(lr)), slots: { squareAvg, accDelta } };
    },
};

export const nadam: Row<NadamOptions, "expAvg" | "expAvgSq", "gradSize" | "expAvgSize" | "correction"> = {
  defaults: { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, momentumDecay: 4e-3 },
  slots: () => ({ expAvg: 0, expAvgSq: 0 }),
  numbers: ({ betas: [beta1, beta2], momentumDecay }, { lr, step }) => {
    const mu = (t: number) => beta1 * (1 - 0.5 * 0.96 ** (t * momentumDecay));
    // PyTorch 1.13 keeps this product in float32, and multiplies by mu(step) once too often on the way to the next.
    const times = (x: number, y: number) => Math.fround(x * Math.fround(y));
    const muProduct = product(mu, step, times);
    const muProductNext = times(times(muProduct, mu(step)), mu(step + 1));
    return {
      gradSize: (lr * (1 - mu(step))) / (1 - muProduct),
      expAvgSize: (lr * mu(step + 1)) / (1 - muProductNext),
      correction: 1 - beta2 ** step,
    };
  },
  rule:
    ({ betas: [beta1, beta2], eps, weightDecay }) =>
    (param, grad, slots, { gradSize, expAvgSize, correction }) => {
      const g = decayed(grad, param, weightDecay);
      const expAvg = average(slots.expAvg, g, beta1);
      const expAvgSq = average(slots.expAvgSq, g.square(), beta2);
      const divisor = expAvgSq.div(correction).sqrt().add(eps);
      const byGrad = param.sub(g.mul(gradSize).div(divisor));
      return { param: byGrad.sub(expAvg.mul(expAvgSize).div(divisor)), slots: { expAvg, expAvgSq } };
    },
};

type RadamNumber = "lr" | "correction" | "scale" | "offset" | "numerator" | "rect";

export const radam: Row<MomentOptions, "expAvg" | "expAvgSq", RadamNumber> = {
  defaults: { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 },
  slots: () => ({ expAvg: 0, expAvgSq: 0 }),
  numbers: ({ betas: [beta1, beta2] }, { lr, step }) => {
    const correction = 1 - beta1 ** step;
    const correction2 = 1 - beta2 ** step;
    const rhoInf = 2 / (1 - beta2) - 1;
    const rho = rhoInf - (2 * step * beta2 ** step) / correction2;
    // Multiplying by 1 and adding 0, or by 0 and adding 1, takes either branch to the bit in one program.
    if (!(rho > 5)) return { lr, correction, scale: 0, offset: 1, numerator: 1, rect: 1 };
    const rect = Math.sqrt(((rho - 4) * (rho - 2) * rhoInf) / ((rhoInf - 4) * (rhoInf - 2) * rho));
    return { lr, correction, scale: 1, offset: 0, numerator: Math.sqrt(correction2), rect };
  },
  rule:
    ({ betas: [beta1, beta2], eps, weightDecay }) =>
    (param, grad, slots, { lr, correction, scale, offset, numerator, rect }) => {
      const g = decayed(grad, param, weightDecay);
      const expAvg = average(slots.expAvg, g, beta1);
      const expAvgSq = average(slots.expAvgSq, g.square(), beta2);
      const adaptive = expAvgSq.sqrt().add(eps).mul(scale).add(offset).reciprocal().mul(numerator);
      const move = expAvg.div(correction).mul(lr).mul(adaptive).mul(rect);
      return { param: param.sub(move), slots: { expAvg, expAvgSq } };
    },
};

export const adamax: Row<MomentOptions, "expAvg" | "expInf", "stepSize"> = {
  defaults: { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 },
  slots: () => ({ expAvg: 0, expInf: 0 }),
  numbers: ({ betas: [beta1] }, { lr, step }) => ({ stepSize: lr / (1 - beta1 ** step) }),
  rule:
    ({ betas: [beta1, beta2], eps, weightDecay }) =>
    (param, grad, slots, { stepSize }) => {
      const g = decayed(grad, param, weightDecay);
      const expAvg = average(slots.expAvg, g, beta1);
      const expInf = slots.expInf.mul(beta2).maximum(g.abs().add(eps));
      return { param: param.sub(expAvg.mul(stepSize).div(expInf)), slots: { expAvg, expInf } };
    },
};

/** The gradient of the loss with half the squared parameters, times weightDecay, added to it. */
function decayed(grad: Tensor, param: Tensor, weightDecay: number): Tensor {
  return weightDecay === 0 ? grad : grad.add(param.mul(weightDecay));
}

/** A running mean that keeps `kept` of what it was. */
function average(before: Tensor, now: Tensor, kept: number): Tensor {
  return before.mul(kept).add(now.mul(1 - kept));
}

/** factor(1) times factor(2) ... times factor(n), or 0 as soon as it makes no difference beside 1. No factor is above 1. */
function product(factor: (i: number) => number, n: number, times: (x: number, y: number) => number): number {
  let result = 1;
  for (let i = 1; i <= n; i++) {
    if (result < 2 ** -60) return 0;
    result = times(result, factor(i));
  }
  return result;
}

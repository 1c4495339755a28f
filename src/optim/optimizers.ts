/** All optimizers by name, as `fit` and the command line look them up. */
import { hint } from "../data/names.ts";
import { adadelta, adagrad, adam, adamax, adamw, nadam, radam, rmsprop, sgd } from "./first-order.ts";
import { lbfgs } from "./lbfgs.ts";

export const optimizers = {
  sgd,
  adam,
  adamw,
  rmsprop,
  adagrad,
  adadelta,
  nadam,
  radam,
  adamax,
  lbfgs,
} as const;

export type OptimizerName = keyof typeof optimizers;

/** The name, if there is an optimizer of that name; else throws, with the name that was probably meant, of these or of `others`. */
export function optimizerName(name: string, others: readonly string[] = []): OptimizerName {
  if (Object.hasOwn(optimizers, name)) return name as OptimizerName;
  throw new TypeError(`unknown optimizer: ${name}${hint(name, [...others, ...Object.keys(optimizers)])}`);
}

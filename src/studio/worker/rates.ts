/** Which learning rates suit: what is asked comes in, the losses of rates from tiny ones up go out. */
import { lrFind, type OptimizerName } from "../../page.ts";
import type { Asked, Doing, Rates } from "../messages.ts";
import { walkingOptions } from "./begin.ts";

/** Tries rates from where a walk would begin. */
export async function rates(asked: Asked, { signal }: Doing<never>): Promise<Rates> {
  const { optimizer } = asked.settings;
  const { lr: _, stop: _stop, validation: _validation, ...options } = walkingOptions(asked);
  const found = await lrFind({ ...options, optimizer: rated(optimizer), signal });
  return { rates: found.rates, losses: found.smoothed, suggestion: found.suggestion, message: found.message };
}

/** The optimizer whose rate is looked for; those that take none have sgd in their place. */
function rated(name: string | null): Exclude<OptimizerName, "lbfgs"> {
  const none = [null, "lbfgs", "levenberg-marquardt", "reweighted-least-squares"];
  return none.includes(name) ? "sgd" : (name as Exclude<OptimizerName, "lbfgs">);
}

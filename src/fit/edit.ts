/** Changes on the way of a walk: what somebody wants otherwise comes in, checked at the door; parameters and options go out. */
import { tensor } from "../tensor/make.ts";
import type { Named } from "./model.ts";
import type { FitOptions } from "./options.ts";
import type { Problem } from "./problem.ts";

/** What to change from here on. */
export interface Edit {
  readonly params?: Readonly<Record<string, number>>;
  readonly lr?: number;
}

/** Refuses parameters that there are not, and numbers that they cannot be. */
export function checkParams({ starts }: Problem, params: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(params)) {
    const start = starts.find((one) => one.name === name && one.tie === null);
    if (!start) throw new Error(`change expects parameters of the model, got ${name}`);
    const { min, max } = start;
    if (!(value >= min && value <= max && Number.isFinite(value)))
      throw new RangeError(`parameter ${name} expects a number from ${min} to ${max}, got ${value}`);
  }
}

/** The parameters, those of them that are to be elsewhere moved; the others are the same objects. */
export function moved({ dtype }: Problem, all: Named, params: Readonly<Record<string, number>>): Named {
  return Object.fromEntries(
    Object.entries(all).map(([name, t]) => [
      name,
      Object.hasOwn(params, name) ? tensor(params[name]!, { dtype }) : t,
    ]),
  );
}

/** The options with another rate; that of an optimizer that was given whole is its own. */
export function withRate({ lr: _, optimizer, ...options }: FitOptions, lr: number | undefined): FitOptions {
  const asked = { ...options, ...(optimizer && { optimizer }) };
  if (lr === undefined) return asked;
  return typeof optimizer === "object" ? { ...asked, optimizer: { ...optimizer, lr } } : { ...asked, lr };
}

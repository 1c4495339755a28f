/** The options of optimizers: what a person gives goes in; all of them, checked and with defaults filled in, come out. */
import { nearest } from "../data/names.ts";
import type { Schedule } from "./schedules.ts";

/** A learning rate: a number, or a function from the step, counted from 0, to the number. */
export type Rate = number | Schedule;

/** What an option may be, and how an error says it. */
interface Kind {
  readonly wanted: string;
  holds(value: unknown): boolean;
}

const isNumber = (x: unknown): x is number => Number.isFinite(x);
const isDecay = (x: unknown): boolean => isNumber(x) && x >= 0 && x < 1;

const size: Kind = { wanted: "a number of at least 0", holds: (x) => isNumber(x) && x >= 0 };
const share: Kind = { wanted: "a number from 0 to 1", holds: (x) => isNumber(x) && x >= 0 && x <= 1 };
const flag: Kind = { wanted: "true or false", holds: (x) => typeof x === "boolean" };
const count: Kind = {
  wanted: "a whole number of at least 1",
  holds: (x) => Number.isInteger(x) && Number(x) >= 1,
};

/** One row an option. It means the same to every optimizer that takes it. */
const kinds: Record<string, Kind> = {
  lr: {
    wanted: "a number above 0, or a schedule",
    holds: (x) => typeof x === "function" || (isNumber(x) && x > 0),
  },
  momentum: size,
  dampening: size,
  weightDecay: size,
  nesterov: flag,
  betas: {
    wanted: "two numbers of at least 0 and below 1",
    holds: (x) => Array.isArray(x) && x.length === 2 && x.every(isDecay),
  },
  eps: size,
  amsgrad: flag,
  alpha: share,
  centered: flag,
  lrDecay: size,
  initialAccumulatorValue: size,
  rho: share,
  momentumDecay: size,
  maxIter: count,
  maxEval: { wanted: "a whole number of at least 1, or null", holds: (x) => x === null || count.holds(x) },
  toleranceGrad: size,
  toleranceChange: size,
  historySize: count,
  lineSearchFn: { wanted: `"strongWolfe" or null`, holds: (x) => x === null || x === "strongWolfe" },
};

/** A value for every option; undefined where one must be given. */
export type Defaults<Options> = { readonly [Name in keyof Options]: Options[Name] | undefined };

/** The options given to an optimizer, with its defaults for the rest. Throws for unknown names and values out of range. */
export function readOptions<Options extends object>(
  optimizer: string,
  defaults: Defaults<Options>,
  given: Partial<Options>,
): Options {
  if (typeof given !== "object" || given === null)
    throw new TypeError(`${optimizer} expects options such as { lr: 0.1 }, got ${show(given)}`);
  const asked = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  refuseUnknown(optimizer, Object.keys(asked), Object.keys(defaults));
  const options = { ...defaults, ...asked };
  for (const [name, value] of Object.entries(options)) refuseUnfit(optimizer, name, value);
  return options as Options;
}

function refuseUnknown(optimizer: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const near = nearest(unknown, known);
  const hint = near === undefined ? "" : ` (did you mean ${near}?)`;
  throw new TypeError(`${optimizer} expects options ${known.join(", ")}, got ${unknown}${hint}`);
}

function refuseUnfit(optimizer: string, name: string, value: unknown): void {
  const kind = kinds[name]!;
  if (!kind.holds(value))
    throw new RangeError(`${optimizer} expects ${name} to be ${kind.wanted}, got ${show(value)}`);
}

/** The learning rate at a step, counted from 0. Throws RangeError if a schedule gives none that is finite and at least 0. */
export function rateAt(lr: Rate, step: number): number {
  const rate = typeof lr === "number" ? lr : lr(step);
  if (!size.holds(rate)) throw new RangeError(`lr at step ${step} expects ${size.wanted}, got ${show(rate)}`);
  return rate;
}

function show(value: unknown): string {
  return typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
}

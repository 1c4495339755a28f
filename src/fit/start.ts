/** Step 1, initialize: what a person says of the parameters comes in, a checked parameter each with its start value comes out. */
import { hint } from "../data/names.ts";
import type { Dtype } from "../ir/dtype.ts";
import { tensor } from "../tensor/make.ts";
import { Tensor } from "../tensor/tensor.ts";

/** What can be said of one parameter: its start, or more; `fixed` holds it at its start, or at the number given. Tensors are welcome as starts. */
export type ParamOption =
  | number
  | Tensor
  | {
      readonly start?: number | Tensor;
      readonly min?: number;
      readonly max?: number;
      readonly fixed?: boolean | number;
    };

/** The options of all parameters, by name. */
export type ParamOptions = { readonly [name: string]: ParamOption };

/** A parameter before the fit: its start as a tensor of the fit's dtype, a scalar unless the start was larger. */
export interface Start {
  readonly name: string;
  readonly value: Tensor;
  readonly min: number;
  readonly max: number;
  readonly fixed: boolean;
}

/** Where parameters start that nothing is said of, or the nearest number within their bounds. */
const unsaid = 1;

/** A start for each name, from the options. Options for other names are an error, for a misspelt one would go unnoticed. */
export function startsFor(names: readonly string[], options: ParamOptions, dtype: Dtype): Start[] {
  for (const name of Object.keys(options))
    if (!names.includes(name)) throw new Error(`unknown parameter: ${name}${hint(name, names)}`);
  return names.map((name) => startOf(name, options[name], dtype));
}

function startOf(name: string, option: ParamOption | undefined, dtype: Dtype): Start {
  const {
    start,
    min = Number.NEGATIVE_INFINITY,
    max = Number.POSITIVE_INFINITY,
    fixed = false,
  } = asRecord(name, option);
  if (!(min <= max)) throw new Error(`parameter ${name} expects min <= max, got ${min} and ${max}`);
  const given = typeof fixed === "number" ? fixed : start;
  const value = tensor(given ?? Math.min(Math.max(unsaid, min), max), { dtype });
  checkValues(name, value, min, max);
  return { name, value, min, max, fixed: fixed !== false };
}

function asRecord(name: string, option: ParamOption | undefined): Exclude<ParamOption, number | Tensor> {
  if (option === undefined) return {};
  if (typeof option === "number" || option instanceof Tensor) return { start: option };
  if (typeof option !== "object" || option === null || Array.isArray(option))
    throw new TypeError(
      `parameter ${name} expects a number, a tensor or { start, min, max, fixed }, got ${JSON.stringify(option)}`,
    );
  for (const key of Object.keys(option))
    if (!keys.includes(key)) throw new Error(`unknown option of parameter ${name}: ${key}${hint(key, keys)}`);
  for (const key of ["min", "max"] as const)
    if (option[key] !== undefined && (typeof option[key] !== "number" || Number.isNaN(option[key])))
      throw new TypeError(`parameter ${name} expects a number as ${key}, got ${JSON.stringify(option[key])}`);
  return option;
}

const keys = ["start", "min", "max", "fixed"];

function checkValues(name: string, value: Tensor, min: number, max: number): void {
  for (const x of value.realize()) {
    if (!Number.isFinite(x)) throw new Error(`parameter ${name} expects a finite start, got ${x}`);
    if (x < min || x > max)
      throw new Error(`parameter ${name} expects a start from ${min} to ${max}, got ${x}`);
  }
}

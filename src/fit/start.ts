/** Step 1, initialize: what a person says of the parameters comes in, a checked parameter each with its start value comes out. */
import { kindOf } from "../data/cells.ts";
import { hint } from "../data/names.ts";
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
      /** What it follows from, an expression of other parameters: `2*k1`. It is not fitted, nor bounded. */
      readonly tie?: string;
    };

/** The options of all parameters, by name. */
export type ParamOptions = { readonly [name: string]: ParamOption };

/** Tensors by name: the columns of some rows, or parameters. */
export type Named = Readonly<Record<string, Tensor>>;

/** The precisions that a fit computes in. */
export type Precision = "float32" | "float64";

/** A parameter before the fit: its start as a tensor of the fit's dtype, a scalar unless the start was larger; bounds in that dtype too. */
export interface Start {
  readonly name: string;
  readonly value: Tensor;
  readonly min: number;
  readonly max: number;
  /** Whether it stays where it is, or follows others: it is not fitted. */
  readonly fixed: boolean;
  /** What it follows from, if anything. */
  readonly tie: string | null;
  /** Whether a person said where it starts. */
  readonly given: boolean;
}

/** Where parameters start that nothing is said of, or the nearest number within their bounds. */
const unsaid = 1;

/** A start for each name, from the options. Options for other names are an error, for a misspelt one would go unnoticed. */
export function startsFor(names: readonly string[], options: ParamOptions, dtype: Precision): Start[] {
  for (const name of Object.keys(options))
    if (!names.includes(name)) throw new Error(`unknown parameter: ${name}${hint(name, names)}`);
  return names.map((name) => startOf(name, Object.hasOwn(options, name) ? options[name] : undefined, dtype));
}

function startOf(name: string, option: ParamOption | undefined, dtype: Precision): Start {
  const { start, fixed = false, tie = null, ...bounds } = asRecord(name, option);
  if (tie !== null) refuseBesides(name, { start, fixed: fixed || undefined, ...bounds });
  const min = rounded(bounds.min ?? Number.NEGATIVE_INFINITY, dtype);
  const max = rounded(bounds.max ?? Number.POSITIVE_INFINITY, dtype);
  if (!(min <= max)) throw new Error(`parameter ${name} expects min <= max, got ${min} and ${max}`);
  const given = typeof fixed === "number" ? fixed : start;
  const value = tensor(given ?? Math.min(Math.max(unsaid, min), max), { dtype });
  checkValues(name, value, min, max);
  return { name, value, min, max, fixed: fixed !== false || tie !== null, tie, given: given !== undefined };
}

/** A tie says all there is to say of a parameter. */
function refuseBesides(name: string, others: Readonly<Record<string, unknown>>): void {
  const other = Object.keys(others).find((key) => others[key] !== undefined);
  if (other !== undefined) throw new Error(`parameter ${name} expects a tie alone, got ${other} besides`);
}

/** A number as a tensor of the dtype has it. */
function rounded(x: number, dtype: Precision): number {
  return dtype === "float32" ? Math.fround(x) : x;
}

function asRecord(name: string, option: ParamOption | undefined): Exclude<ParamOption, number | Tensor> {
  if (option === undefined) return {};
  if (isValue(option)) return { start: option };
  if (typeof option !== "object" || option === null || Array.isArray(option))
    throw new TypeError(
      `parameter ${name} expects a number, a tensor or { start, min, max, fixed, tie }, got ${kindOf(option)}`,
    );
  for (const [key, value] of Object.entries(option)) checkOption(name, key, value);
  return option;
}

function isValue(x: unknown): x is number | Tensor {
  return typeof x === "number" || x instanceof Tensor;
}

function isBound(x: unknown): boolean {
  return typeof x === "number" && !Number.isNaN(x);
}

/** What can be said of a parameter, a row each. */
const kinds: Readonly<Record<string, { readonly wanted: string; readonly holds: (x: unknown) => boolean }>> =
  {
    start: { wanted: "a number or a tensor", holds: isValue },
    min: { wanted: "a number", holds: isBound },
    max: { wanted: "a number", holds: isBound },
    fixed: {
      wanted: "true, false or a number",
      holds: (x) => typeof x === "boolean" || typeof x === "number",
    },
    tie: { wanted: "an expression of other parameters", holds: (x) => typeof x === "string" },
  };

function checkOption(name: string, key: string, value: unknown): void {
  const known = Object.keys(kinds);
  if (!known.includes(key)) throw new Error(`unknown option of parameter ${name}: ${key}${hint(key, known)}`);
  const { wanted, holds } = kinds[key]!;
  if (value !== undefined && !holds(value))
    throw new TypeError(`parameter ${name} expects ${wanted} as ${key}, got ${kindOf(value)}`);
}

function checkValues(name: string, value: Tensor, min: number, max: number): void {
  for (const x of value.realize()) {
    if (!Number.isFinite(x)) throw new Error(`parameter ${name} expects a finite start, got ${x}`);
    if (x < min || x > max)
      throw new Error(`parameter ${name} expects a start from ${min} to ${max}, got ${x}`);
  }
}

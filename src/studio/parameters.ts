/** What a person says of a parameter: the text of a field comes in and a checked setting goes out; and how far a slider goes. */
import type { ParamSetting } from "./state.ts";

export type ParamField = "start" | "min" | "max";

export const paramFields: readonly ParamField[] = ["start", "min", "max"];

/** The setting with one field as it was typed; an empty one is left open. Errors: no number, and limits that leave no room for a start. */
export function withField(
  name: string,
  setting: ParamSetting,
  field: ParamField,
  text: string,
): ParamSetting {
  const { [field]: _, ...others } = setting;
  const trimmed = text.trim();
  if (trimmed === "") return others;
  const value = Number(trimmed);
  if (!Number.isFinite(value))
    throw new Error(`parameter ${name} expects a number as ${field}, got ${JSON.stringify(trimmed)}`);
  const changed = { ...others, [field]: value };
  check(name, changed);
  return changed;
}

/** As the library checks it, but at the door. */
function check(
  name: string,
  { start, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: ParamSetting,
): void {
  if (min > max) throw new Error(`parameter ${name} expects min <= max, got ${min} and ${max}`);
  if (start !== undefined && (start < min || start > max))
    throw new Error(`parameter ${name} expects a start from ${min} to ${max}, got ${start}`);
}

/** A value that the limits of a parameter allow: the nearest. */
export function allowed(value: number, { min, max }: ParamSetting): number {
  return Math.min(Math.max(value, min ?? Number.NEGATIVE_INFINITY), max ?? Number.POSITIVE_INFINITY);
}

/** From where to where a slider goes. */
export interface Reach {
  readonly from: number;
  readonly to: number;
}

/**
 * How far a slider goes for a value: between the limits where there are both, else as far to both sides as the value is from 0, or
 * as some standard errors. The last reach stays while the value is well within it and not lost in it, so that a slider does not jump.
 */
export function reachOf(
  value: number,
  setting: ParamSetting,
  { last, error = 0 }: { readonly last?: Reach | undefined; readonly error?: number } = {},
): Reach {
  const { min, max } = setting;
  if (min !== undefined && max !== undefined && min < max) return { from: min, to: max };
  const centre = Number.isFinite(value) ? value : 0;
  const size = Math.max(Math.abs(centre), 5 * error);
  const side = size > least ? size : 1;
  const fresh = { from: allowed(centre - side, setting), to: allowed(centre + side, setting) };
  const isLost = last !== undefined && last.to - last.from > 20 * (fresh.to - fresh.from);
  return last && !isLost && holds(last, centre, setting) ? last : fresh;
}

/** Nearer to 0 than this a value is 0, of which nothing can be said. */
const least = 1e-300;

/** Whether a value is well within a reach, which at a limit it need not be. */
function holds({ from, to }: Reach, value: number, { min, max }: ParamSetting): boolean {
  const margin = (to - from) / 20;
  return value >= (from === min ? from : from + margin) && value <= (to === max ? to : to - margin);
}

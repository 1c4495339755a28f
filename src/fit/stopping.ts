/** Step 7, stop: the losses of a fit come in, one an epoch; whether to stop, and the best so far, come out. */
import { kindOf } from "../data/cells.ts";
import { hint } from "../data/names.ts";
import type { Place } from "./method.ts";
import type { StopOptions } from "./options.ts";
import type { Precision } from "./start.ts";

/** What a fit's losses have been like. */
export interface Progress {
  /** The place with the least score so far. */
  readonly best: { readonly place: Place; readonly score: number };
  /** The score that the next has to be below by minDelta to count as better. */
  readonly mark: number;
  /** Epochs without a better score. */
  readonly stale: number;
  /** Epochs in a row in which the score moved by no more than rounding. */
  readonly still: number;
  readonly previous: number;
}

/** Nothing seen yet. */
export function begin(place: Place): Progress {
  const none = Number.POSITIVE_INFINITY;
  return { best: { place, score: none }, mark: none, stale: 0, still: 0, previous: Number.NaN };
}

/** Takes the score of a place: the validation loss where there is one, else the training loss. */
export function observe(progress: Progress, place: Place, score: number, stop: Stop): Progress {
  const { best, mark, previous } = progress;
  const isBetter = score < mark - stop.minDelta;
  const isStill = Math.abs(score - previous) <= stop.rounding * Math.abs(score);
  return {
    best: score < best.score ? { place, score } : best,
    mark: isBetter ? score : mark,
    stale: isBetter ? 0 : progress.stale + 1,
    still: isStill ? progress.still + 1 : 0,
    previous: score,
  };
}

/** How many epochs of no change count as standing still. */
const stillness = 10;

/** Why to stop now, if at all. Standing still is said again every so many epochs. */
export function reasonToStop({ stale, still }: Progress, patience: number): "patience" | "still" | null {
  if (stale > 0 && stale >= patience) return "patience";
  return still > 0 && still % stillness === 0 ? "still" : null;
}

/** When to stop, with nothing left open. */
export interface Stop {
  readonly patience: number;
  readonly minDelta: number;
  /** A relative change of the loss that counts as none. */
  readonly rounding: number;
  readonly isOn: boolean;
}

/** What counts as none in each precision: many roundings in float64, the last digit in float32. */
const stills: Record<Precision, number> = { float64: 1e-12, float32: 2 ** -23 };

/** The options, with validation's default patience. */
export function resolveStop(
  stop: StopOptions | false | undefined,
  hasValidation: boolean,
  dtype: Precision,
): Stop {
  const rounding = stills[dtype];
  if (stop === false) return { patience: Number.POSITIVE_INFINITY, minDelta: 0, rounding, isOn: false };
  const given = stop ?? {};
  for (const [name, value] of Object.entries(given)) checkOption(name, value);
  const { patience = hasValidation ? 10 : Number.POSITIVE_INFINITY, minDelta = 0 } = given;
  return { patience, minDelta, rounding, isOn: true };
}

const names = ["patience", "minDelta"];

function checkOption(name: string, value: unknown): void {
  if (!names.includes(name)) throw new Error(`unknown option of stop: ${name}${hint(name, names)}`);
  if (value !== undefined && !(typeof value === "number" && value >= 0))
    throw new RangeError(`stop expects ${name} from 0, got ${kindOf(value)}`);
}

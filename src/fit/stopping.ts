/** Step 7, stop: the losses of a fit come in, one an epoch; whether to stop, and the best so far, come out. */
import type { StopOptions } from "./options.ts";
import type { Named } from "./problem.ts";

/** The parameters with the least score so far, and for how long there have been none better. */
export interface Progress {
  readonly best: { readonly params: Named; readonly score: number };
  /** Epochs since the score improved by more than minDelta. */
  readonly stale: number;
  /** Epochs in a row in which the score moved by no more than rounding. */
  readonly still: number;
  readonly previous: number;
}

/** Nothing seen yet. */
export function begin(params: Named): Progress {
  return { best: { params, score: Number.POSITIVE_INFINITY }, stale: 0, still: 0, previous: Number.NaN };
}

/** Takes the score of parameters: the validation loss where there is one, else the training loss. */
export function observe(progress: Progress, params: Named, score: number, minDelta: number): Progress {
  const { best } = progress;
  const moved = Math.abs(score - progress.previous);
  return {
    best: score < best.score ? { params, score } : best,
    stale: score < best.score - minDelta ? 0 : progress.stale + 1,
    still: moved <= rounding * Math.abs(score) ? progress.still + 1 : 0,
    previous: score,
  };
}

/** A relative change of the loss that counts as none. */
const rounding = 1e-12;
/** How many epochs of no change count as the end. */
const stillness = 10;

/** Why to stop now, if at all. */
export function reasonToStop(progress: Progress, patience: number): "converged" | "patience" | null {
  if (progress.stale > patience) return "patience";
  return progress.still >= stillness ? "converged" : null;
}

/** When to stop, with nothing left open. */
export interface Stop {
  readonly patience: number;
  readonly minDelta: number;
  readonly isOn: boolean;
}

/** The options, with validation's default patience. */
export function resolveStop(stop: StopOptions | false | undefined, hasValidation: boolean): Stop {
  if (stop === false) return { patience: Number.POSITIVE_INFINITY, minDelta: 0, isOn: false };
  const { patience = hasValidation ? 10 : Number.POSITIVE_INFINITY, minDelta = 0 } = stop ?? {};
  if (!(patience >= 0)) throw new RangeError(`stop expects patience from 0, got ${patience}`);
  if (!(minDelta >= 0)) throw new RangeError(`stop expects minDelta from 0, got ${minDelta}`);
  return { patience, minDelta, isOn: true };
}

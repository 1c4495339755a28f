/** How far a walk may go: the options come in checked and with nothing left open. */
import type { Method } from "./method.ts";
import type { FitOptions } from "./options.ts";
import type { Problem } from "./problem.ts";
import { resolveStop, type Stop } from "./stopping.ts";

/** How far the walk may go. */
export interface Plan {
  readonly steps: number;
  /** Whether somebody asked for that many. */
  readonly isAsked: boolean;
  readonly batchSize: number;
  /** Steps in an epoch. */
  readonly perEpoch: number;
  readonly stop: Stop;
}

/** The plan that the options ask for. Errors: steps, epochs or batchSize that are no whole numbers. */
export function planOf(
  { training, validation, dtype }: Problem,
  method: Method,
  { steps, epochs, batchSize, stop }: FitOptions,
): Plan {
  checkWhole({ steps, epochs }, 0);
  checkWhole({ batchSize }, 1);
  const size = Math.min(batchSize ?? training.count, training.count);
  const perEpoch = Math.ceil(training.count / size);
  const asked = Math.min(steps ?? Number.POSITIVE_INFINITY, (epochs ?? Number.POSITIVE_INFINITY) * perEpoch);
  const isCounted = Number.isFinite(asked);
  return {
    steps: isCounted ? asked : method.budget,
    isAsked: isCounted || stop === false,
    batchSize: size,
    perEpoch,
    stop: resolveStop(stop, validation !== null, dtype),
  };
}

function checkWhole(counts: Record<string, number | undefined>, least: number): void {
  for (const [name, value] of Object.entries(counts))
    if (value !== undefined && !(Number.isInteger(value) && value >= least))
      throw new RangeError(`${name} expects a whole number from ${least}, got ${String(value)}`);
}

/** Ways of going downhill, under one interface: the loop does not know which it runs. */
import type { Named } from "./model.ts";
import type { Batch } from "./problem.ts";

/** What one step makes. */
export interface Taken {
  readonly params: Named;
  readonly state: unknown;
  /** The loss over the rows at the parameters before the step. */
  readonly loss: number;
  /** Whether the parameters before the step are where steps lead no further: at a minimum, or short of one. */
  readonly end: "converged" | "stalled" | null;
}

/** A way of going downhill. What it remembers comes out as state and goes in again at the next step; undefined at the first. */
export interface Method {
  readonly name: string;
  readonly rateAt: (step: number) => number | null;
  /** How many steps make a budget where nobody asks for one. */
  readonly budget: number;
  /** Step 4, gradients, and step 5, step. */
  readonly step: (free: Named, state: unknown, rows: Batch, step: number) => Taken;
  /** Whether a loss that no longer changes is at a minimum. Methods that see their end for themselves have no need of it. */
  readonly isLeast?: (free: Named) => boolean;
}

/**
 * Step 4, gradients, and step 5, step: the ways of going downhill, under one interface. Parameters and rows come in, better
 * parameters and the loss at the old ones go out. The loop does not know which it runs.
 */
import { hint } from "../data/names.ts";
import { sizeOf } from "../ir/shape.ts";
import * as levenberg from "../optim/levenberg.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { optimizers } from "../optim/optimizers.ts";
import { valueAndGrad } from "../tensor/autodiff.ts";
import { realize } from "../tensor/tensor.ts";
import type { FitOptions } from "./options.ts";
import { lossOver, type Named, type Problem, type Rows } from "./problem.ts";
import { pack, squaresOver, unpack } from "./squares.ts";
import type { Start } from "./start.ts";

/** What one step makes. */
export interface Taken<State> {
  readonly params: Named;
  readonly state: State;
  /** The loss over the rows at the parameters before the step. */
  readonly loss: number;
  /** Whether further steps would make no difference. */
  readonly converged: boolean;
}

/** A way of going downhill. `free` are the parameters that move; what the method remembers goes in and comes out as state. */
export interface Method<State> {
  readonly name: string;
  readonly rateAt: (step: number) => number | null;
  readonly init: (free: Named) => State;
  readonly step: (free: Named, state: State, rows: Rows, step: number) => Taken<State>;
}

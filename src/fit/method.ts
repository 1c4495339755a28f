/** Ways of going downhill, under one interface: the loop does not know which it runs. */
import { batches } from "../data/split.ts";
import { tensor } from "../tensor/make.ts";
import type { Named } from "./model.ts";
import { type Batch, lossOver, type Problem, type Rows, takeRows } from "./problem.ts";

/** A place where steps lead no further: a minimum, or short of one. */
export type End = "converged" | "stalled";

/** What one step makes. */
export interface Taken {
  readonly params: Named;
  readonly state: unknown;
  /** The loss over the rows at the parameters before the step. */
  readonly loss: number;
  /** Whether steps lead no further than the parameters before the step. */
  readonly end: End | null;
}

/** Steps to be taken in one go. */
export interface Span {
  /** The number of the first. */
  readonly step: number;
  readonly count: number;
  /** The numbers of their rows, of one step after the other, as many for each; null where each takes all rows. */
  readonly rows: Int32Array | null;
  /** The rows to judge the parameters before each step by, where that is wanted. */
  readonly validation: Rows | null;
}

/** What steps make that were taken in one go. */
export interface Leg {
  /** The loss of each step taken: at least one, and none beyond the span. */
  readonly losses: ArrayLike<number>;
  /** The validation loss before each step, where the span wants it. */
  readonly validationLosses: ArrayLike<number> | null;
  /** The first step, counted from 0, that leads no further. */
  readonly end: { readonly at: number; readonly kind: End } | null;
  /** The parameters after the last step. */
  readonly params: Named;
  readonly state: unknown;
}

/** Somewhere on the way. The parameters are found when they are asked for. */
export interface Place {
  /** How many steps led there. */
  readonly steps: number;
  readonly params: Named;
}

/** Takes the steps of a span. */
export type Run = (free: Named, state: unknown, span: Span) => Leg;

/** A way of going downhill. What it remembers comes out as state and goes in again at the next step; undefined at the first. */
export interface Method {
  readonly name: string;
  readonly rateAt: (step: number) => number | null;
  /** Where the rate is the method's own choice: what it is a part of. */
  readonly chosen?: string;
  /** Whether its first step leads to the minimum, whatever the start. */
  readonly isDirect?: true;
  /** How many steps make a budget where nobody asks for one. */
  readonly budget: number;
  /** Step 4, gradients, and step 5, step. */
  readonly step: (free: Named, state: unknown, rows: Batch, step: number) => Taken;
  /**
   * Many such steps in one go, to the same bits, be they one span or several. Where one of them throws, those before it are
   * taken; it throws where it is the first.
   */
  readonly run?: Run;
  /** Whether a loss that no longer changes is at a minimum. Methods that see their end for themselves have no need of it. */
  readonly isLeast?: (free: Named) => boolean;
}

/** How many row numbers a step of a span has; 0 where it takes all. */
export function rowsAStep({ rows, count }: Span): number {
  return rows ? rows.length / count : 0;
}

/** A run that takes one step after the other. */
export function oneByOne(problem: Problem, fixed: Named, step: Method["step"]): Run {
  return (free, state, span) => {
    const taken: Taken[] = [];
    const validationLosses: number[] = [];
    for (const rows of rowsOf(problem, span)) {
      const at = taken.at(-1) ?? { params: free, state };
      if (span.validation)
        validationLosses.push(lossOver(problem, span.validation, { ...at.params, ...fixed }).item());
      try {
        taken.push(step(at.params, at.state, rows, span.step + taken.length));
      } catch (error) {
        if (taken.length === 0) throw error;
        break;
      }
    }
    return legOf(taken, span.validation && validationLosses);
  };
}

/** The rows of each step. */
function rowsOf({ training }: Problem, span: Span): Batch[] {
  const { rows, count } = span;
  if (!rows) return new Array<Batch>(count).fill(training);
  return batches(rows, rowsAStep(span)).map((numbers) => takeRows(training, tensor(numbers)));
}

function legOf(taken: readonly Taken[], validationLosses: readonly number[] | null): Leg {
  const { params, state } = taken.at(-1)!;
  const at = taken.findIndex(({ end }) => end);
  const end = at < 0 ? null : { at, kind: taken[at]!.end! };
  return { losses: taken.map(({ loss }) => loss), validationLosses, end, params, state };
}

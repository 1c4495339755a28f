/**
 * Methods that solve for all parameters at once, each for some losses over all rows: Levenberg-Marquardt for squares, and
 * reweighted squares for losses that go easy on outliers.
 */
import * as levenberg from "../optim/levenberg.ts";
import * as normal from "../optim/normal.ts";
import type { LossName } from "./losses.ts";
import type { Method } from "./method.ts";
import type { Named } from "./model.ts";
import { normalOver } from "./normal.ts";
import { type Problem, weightOf } from "./problem.ts";
import { pack, squaresOver, unpack } from "./squares.ts";

/** A solver: the losses that it makes least, and the method. */
export interface Solver {
  readonly losses: readonly LossName[];
  readonly method: (problem: Problem, fixed: Named) => Method | Promise<Method>;
}

interface Memory {
  readonly vector: Float64Array;
  readonly at: levenberg.LevenbergState;
}

/** Levenberg-Marquardt, with Jacobians by forward mode. */
function leastSquares(problem: Problem, fixed: Named): Method {
  const step = problem.training.count < many ? stepByColumns(problem, fixed) : stepBySums(problem, fixed);
  return { name: "levenberg-marquardt", rateAt: () => null, budget: 500, step };
}

/** From so many rows on, sums over them serve in place of columns. */
export const many = 10_000;

/** With all columns of the Jacobian at hand, and all the digits that they allow. */
function stepByColumns(problem: Problem, fixed: Named): Method["step"] {
  return (free, state, rows) => {
    const squares = squaresOver(problem, rows, free, fixed);
    const { vector, at } = (state as Memory | undefined) ?? begin(squares, pack(free));
    const { params, state: next } = levenberg.update(squares, at, vector);
    return {
      params: unpack(params, free),
      state: { vector: params, at: next } satisfies Memory,
      loss: at.length ** 2 / weightOf(rows),
      end: next.end,
    };
  };
}

/** With sums over the rows, as long as the columns are not too much alike for that. */
function stepBySums(problem: Problem, fixed: Named): Method["step"] {
  const byColumns = stepByColumns(problem, fixed);
  return (free, state, rows, step) => {
    const before = state ?? sumsAt(normalOver(problem, rows, free, fixed), pack(free));
    if (!isSummed(before)) return byColumns(free, before, rows, step);
    const { squares, vector, at } = before;
    if (normal.independence(at.normal) < alike) return byColumns(free, undefined, rows, step);
    const { params, state: next } = normal.update(squares, at, vector);
    return {
      params: unpack(params, free),
      state: { squares, vector: params, at: next } satisfies Summed,
      loss: at.normal.sumOfSquares / weightOf(rows),
      end: next.end,
    };
  };
}

interface Summed {
  readonly squares: normal.NormalProblem;
  readonly vector: Float64Array;
  readonly at: normal.NormalState;
}

function sumsAt(squares: normal.NormalProblem, vector: Float64Array): Summed {
  return { squares, vector, at: normal.init(squares, vector) };
}

function isSummed(state: unknown): state is Summed {
  return typeof state === "object" && state !== null && "squares" in state;
}

/** Columns that are no further apart lose too many digits when they are squared. */
const alike = 1e-11;

function begin(squares: levenberg.SquaresProblem, vector: Float64Array): Memory {
  return { vector, at: levenberg.init(squares, vector) };
}

/** Losses that are squares with weights of their own. */
const reweightable = [
  "l1",
  "quantile",
  "smoothL1",
  "logCosh",
  "huber",
  "softL1",
  "cauchy",
  "tukey",
] as const satisfies readonly LossName[];

/** The solvers by name. */
export const solvers = {
  "levenberg-marquardt": { losses: ["mse"], method: leastSquares },
  "reweighted-least-squares": {
    losses: reweightable,
    method: async (problem, fixed) => (await import("./robust.ts")).leastReweighted(problem, fixed),
  },
} as const satisfies Record<string, Solver>;

export type SolverName = keyof typeof solvers;

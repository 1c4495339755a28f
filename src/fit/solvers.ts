/**
 * Methods that solve for all parameters at once, each for some losses over all rows: Levenberg-Marquardt for squares, and
 * reweighted squares for losses that go easy on outliers.
 */
import * as levenberg from "../optim/levenberg.ts";
import * as normal from "../optim/normal.ts";
import type { LossName } from "./losses.ts";
import type { Method, Taken } from "./method.ts";
import type { Named } from "./model.ts";
import { normalOver } from "./normal.ts";
import { type Batch, lossOver, type Problem } from "./problem.ts";
import { doubles, pack, squaresOver, unpack } from "./squares.ts";

/** A solver: the losses that it makes least, and the method. */
export interface Solver {
  readonly losses: readonly LossName[];
  readonly method: (problem: Problem, fixed: Named) => Method;
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

/** The sum of the weights. */
function weightOf({ weights, count }: Batch): number {
  return weights ? weights.double().sum().item() : count;
}

/**
 * A loss as squares with weights of their own: of a deviation d = |prediction - target| it has the slope that weight(d) d^2 / 2
 * has, and is nowhere above it. The weight falls with d, so that the loss goes easy on outliers. Losses with an edge at 0 are
 * taken to be round there over some width.
 */
interface Reweighting {
  readonly weight: (deviation: number, width: number) => number;
  readonly hasEdge: boolean;
}

const absolute: Reweighting = { weight: (d, width) => 1 / (d + width), hasEdge: true };
const untilOne: Reweighting = { weight: (d) => 1 / Math.max(d, 1), hasEdge: false };

const reweightings = {
  l1: absolute,
  quantile: absolute,
  smoothL1: untilOne,
  huber: untilOne,
  logCosh: { weight: (d) => (d === 0 ? 1 : Math.tanh(d) / d), hasEdge: false },
} as const satisfies Partial<Record<LossName, Reweighting>>;

/** The solvers by name. */
export const solvers = {
  "levenberg-marquardt": { losses: ["mse"], method: leastSquares },
  "reweighted-least-squares": {
    losses: Object.keys(reweightings) as LossName[],
    method: leastReweighted,
  },
} as const satisfies Record<string, Solver>;

export type SolverName = keyof typeof solvers;

interface Rounding {
  /** How far around an edge the loss is taken to be round. */
  readonly width: number;
  readonly damping: number;
}

/** The least width, as a part of the mean deviation: by about so much may the loss be above its minimum. */
const narrowest = 1e-8;
/** A decrease, as a part of the loss, that is none beside that. */
const negligible = 1e-10;

/**
 * Iteratively reweighted least squares: each step goes down on squares whose weights are those of the place before it, and so
 * down on the loss, of whose edges ever less is rounded off (Hunter and Lange, Quantile regression via an MM algorithm, 2000;
 * Holland and Welsch, Robust regression using iteratively reweighted least-squares, 1977).
 */
function leastReweighted(problem: Problem, fixed: Named): Method {
  const row = reweightings[problem.loss.name as keyof typeof reweightings];
  return {
    name: "reweighted-least-squares",
    rateAt: () => null,
    budget: 2000,
    step: (free, state, rows): Taken => {
      const squares = squaresOver(problem, rows, free, fixed);
      const vector = pack(free);
      const deviations = deviationsOf(squares.residuals(vector), rows);
      const mean = meanOf(deviations, rows);
      const { width, damping } = (state as Rounding | undefined) ?? { width: mean, damping: 1e-3 };
      const down = stepDown(
        reweighted(
          squares,
          deviations.map((d) => row.weight(d, width)),
        ),
        vector,
        damping,
      );
      const isNarrow = !row.hasEdge || width <= narrowest * mean;
      const isShort = down.decrease < (isNarrow ? negligible : 1e-2);
      return {
        params: unpack(down.params, free),
        state: { width: isShort ? width / 10 : width, damping: down.damping } satisfies Rounding,
        loss: lossOver(problem, rows, { ...free, ...fixed }).item(),
        end: !isNarrow ? null : row.hasEdge && isShort ? (down.end ?? "converged") : down.end,
      };
    },
  };
}

/** |prediction - target| for each row, of residuals, which have the roots of the weights in them. */
function deviationsOf(residuals: Float64Array, { weights }: Batch): Float64Array {
  const roots = weights && doubles(weights.sqrt());
  return residuals.map((r, i) => Math.abs(r) / (roots?.[i] ?? 1));
}

function meanOf(values: Float64Array, rows: Batch): number {
  const weights = rows.weights && doubles(rows.weights);
  return values.reduce((sum, x, i) => sum + x * (weights?.[i] ?? 1), 0) / weightOf(rows);
}

/** The sum of squares with a weight more for each row. */
function reweighted(squares: levenberg.SquaresProblem, weights: Float64Array): levenberg.SquaresProblem {
  const roots = weights.map((w) => (Number.isFinite(w) ? Math.sqrt(w) : 1));
  const scale = (x: Float64Array): Float64Array => x.map((value, i) => value * roots[i]!);
  return {
    ...squares,
    residuals: (vector) => scale(squares.residuals(vector)),
    jacobian: (vector) => squares.jacobian(vector).map(scale),
    magnitude: squares.magnitude * roots.reduce((most, x) => Math.max(most, x), 0),
  };
}

/** What one step of Levenberg-Marquardt makes, and by what part of the sum of squares it goes down. */
function stepDown(squares: levenberg.SquaresProblem, vector: Float64Array, damping: number) {
  const before = { ...levenberg.init(squares, vector), damping };
  const { params, state } = levenberg.update(squares, before, vector);
  const decrease = before.length === 0 ? 0 : 1 - (state.length / before.length) ** 2;
  return { params, damping: state.damping || damping, end: state.end, decrease };
}

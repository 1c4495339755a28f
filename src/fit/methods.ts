/**
 * Step 4, gradients, and step 5, step: the ways of going downhill, under one interface. Parameters and rows come in, better
 * parameters and the loss at the old ones go out. The loop does not know which it runs.
 */
import * as levenberg from "../optim/levenberg.ts";
import { type Objective, type Optimizer, type OptimizerState } from "../optim/optimizer.ts";
import { type OptimizerName, optimizerName, optimizers } from "../optim/optimizers.ts";
import { rateAt } from "../optim/options.ts";
import { valueAndGrad } from "../tensor/autodiff.ts";
import { realize, type Tensor } from "../tensor/tensor.ts";
import type { FitOptions } from "./options.ts";
import { lossOver, type Named, type Problem, type Rows } from "./problem.ts";
import { pack, squaresOver, unpack } from "./squares.ts";

/** What one step makes. */
export interface Taken {
  readonly params: Named;
  readonly state: unknown;
  /** The loss over the rows at the parameters before the step. */
  readonly loss: number;
  /** Whether further steps would make no difference. */
  readonly converged: boolean;
}

/** A way of going downhill. What it remembers comes out as state and goes in again at the next step; undefined at the first. */
export interface Method {
  readonly name: string;
  readonly rateAt: (step: number) => number | null;
  /** How many steps make a budget where nobody asks for one. */
  readonly budget: number;
  readonly step: (free: Named, state: unknown, rows: Rows, step: number) => Taken;
}

/** The method that the options ask for, over a problem whose parameters `fixed` stay where they are. */
export function methodFor(problem: Problem, fixed: Named, options: FitOptions): Method {
  const { optimizer = "auto" } = options;
  const chosen = optimizer === "auto" ? choose(problem, options) : optimizer;
  if (chosen === leastSquaresName) return leastSquares(problem, fixed);
  const method = typeof chosen === "object" ? chosen : named(chosen, options);
  return firstOrder(problem, fixed, method);
}

const leastSquaresName = "levenberg-marquardt";

/** Sums of squares of few parameters have a solver of their own; other losses over all rows go to L-BFGS, batches and given rates to adam. */
function choose(
  problem: Problem,
  { batchSize, lr, schedule }: FitOptions,
): OptimizerName | typeof leastSquaresName {
  if (batchSize !== undefined || lr !== undefined || schedule !== undefined) return "adam";
  const size = problem.starts.reduce((n, { value, fixed }) => n + (fixed ? 0 : value.size), 0);
  return problem.loss.name === "mse" && size <= 64 ? leastSquaresName : "lbfgs";
}

/** An optimizer by name, with the rate asked for; L-BFGS with a line search, which needs none. */
function named(name: string, { lr, schedule }: FitOptions): Optimizer {
  const known = optimizerName(name);
  const rate = schedule ?? lr;
  const options = rate === undefined ? {} : { lr: rate };
  if (known === "lbfgs") return optimizers.lbfgs({ lineSearchFn: "strongWolfe", ...options });
  if (known !== "sgd") return optimizers[known](options);
  if (rate === undefined) throw new Error("sgd expects a learning rate, lr, got none");
  return optimizers.sgd({ lr: rate });
}

/** Gradients by reverse mode, and the optimizer's rule. */
function firstOrder(problem: Problem, fixed: Named, optimizer: Optimizer): Method {
  return {
    name: optimizer.name,
    rateAt: (step) => (optimizer.needsObjective ? null : rateAt(optimizer.lr, step)),
    budget: optimizer.needsObjective ? 200 : 1000,
    step: (free, state, rows, step) => {
      const both = valueAndGrad((params: Named) => lossOver(problem, rows, { ...params, ...fixed }));
      const [loss, grads] = both(free);
      realize([loss, ...Object.values(grads)]);
      const before = (state as OptimizerState | undefined) ?? optimizer.init(free);
      const moved = optimizer.update(grads, before, free, {
        lr: rateAt(optimizer.lr, step),
        loss: loss.item(),
        objective: objective(both),
      });
      return {
        params: bounded(problem, moved.params),
        state: moved.state,
        loss: loss.item(),
        converged: allZero(grads),
      };
    },
  };
}

function objective(both: (params: Named) => [Tensor, Named]): Objective<Named> {
  return (params) => {
    const [loss, grads] = both(params);
    realize([loss, ...Object.values(grads)]);
    return { loss: loss.item(), grads };
  };
}

/** Parameters outside their bounds brought to the nearest bound. */
function bounded(problem: Problem, params: Named): Named {
  return Object.fromEntries(
    Object.entries(params).map(([name, t]) => {
      const { min, max } = problem.starts.find((start) => start.name === name)!;
      return [
        name,
        min === Number.NEGATIVE_INFINITY && max === Number.POSITIVE_INFINITY ? t : t.clamp(min, max),
      ];
    }),
  );
}

function allZero(grads: Named): boolean {
  return Object.values(grads).every((g) => g.realize().every((x) => x === 0));
}

interface LeastSquaresMemory {
  readonly vector: Float64Array;
  readonly at: levenberg.LevenbergState;
}

/** Levenberg-Marquardt over all rows at once, with Jacobians by forward mode. */
function leastSquares(problem: Problem, fixed: Named): Method {
  return {
    name: leastSquaresName,
    rateAt: () => null,
    budget: 500,
    step: (free, state, rows) => {
      const squares = squaresOver(problem, rows, free, fixed);
      const memory = (state as LeastSquaresMemory | undefined) ?? first(squares, pack(free));
      const { params, state: at } = levenberg.update(squares, memory.at, memory.vector);
      return {
        params: unpack(params, free),
        state: { vector: params, at } satisfies LeastSquaresMemory,
        loss: (2 * memory.at.cost) / weightOf(rows),
        converged: at.converged,
      };
    },
  };
}

function first(squares: levenberg.SquaresProblem, vector: Float64Array): LeastSquaresMemory {
  return { vector, at: levenberg.init(squares, vector) };
}

function weightOf({ weights, count }: Rows): number {
  return weights ? weights.double().sum().item() : count;
}

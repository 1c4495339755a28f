/** Which way to go downhill: a problem and the options come in, a method comes out. */
import type { Optimizer } from "../optim/optimizer.ts";
import { type OptimizerName, optimizerName, optimizers } from "../optim/optimizers.ts";
import type { Rate } from "../optim/options.ts";
import { descent } from "./descent.ts";
import type { Method } from "./method.ts";
import { type Named, namedStarts } from "./model.ts";
import type { FitOptions } from "./options.ts";
import { lossOver, type Problem } from "./problem.ts";
import { type Solver, type SolverName, solvers } from "./solvers.ts";

/** The method that the options ask for, over a problem whose parameters `fixed` stay where they are. */
export async function methodFor(problem: Problem, fixed: Named, options: FitOptions): Promise<Method> {
  const { optimizer = "auto" } = options;
  if (typeof optimizer !== "string") return given(problem, fixed, optimizer, options);
  const name = nameFor(problem, options);
  if (isSolver(name)) return solverFor(problem, fixed, name, options);
  return named(problem, fixed, optimizerName(name, ["auto", ...Object.keys(solvers)]), options);
}

/** The optimizer that is meant, by name; where it is given whole, it has none. */
export function nameFor(problem: Problem, options: FitOptions): string {
  const { optimizer = "auto" } = options;
  if (typeof optimizer !== "string") return "";
  return optimizer === "auto" ? choose(problem, options) : optimizer;
}

function isSolver(name: string): name is SolverName {
  return Object.hasOwn(solvers, name);
}

/** Few parameters over all rows have solvers of their own for some losses; other losses go to L-BFGS, batches and given rates to adam. */
function choose(problem: Problem, { batchSize, lr, schedule }: FitOptions): OptimizerName | SolverName {
  if (batchSize !== undefined || lr !== undefined || schedule !== undefined) return "adam";
  const size = problem.starts.reduce((n, { value, fixed }) => n + (fixed ? 0 : value.size), 0);
  const found = Object.keys(solvers).find((name) => lossesOf(name as SolverName).includes(problem.loss.name));
  return size <= few && found !== undefined ? (found as SolverName) : "lbfgs";
}

const few = 64;

function lossesOf(name: SolverName): readonly string[] {
  return (solvers[name] satisfies Solver).losses;
}

function solverFor(
  problem: Problem,
  fixed: Named,
  name: SolverName,
  options: FitOptions,
): Method | Promise<Method> {
  const losses = lossesOf(name);
  if (!losses.includes(problem.loss.name))
    throw new Error(`${name} expects the loss ${losses.join(" or ")}, got ${problem.loss.name}`);
  for (const option of ["lr", "schedule", "batchSize"] as const)
    if (options[option] !== undefined)
      throw new Error(`${name} takes all rows at once, and no learning rate, got ${option}`);
  return solvers[name].method(problem, fixed);
}

/** An optimizer that was made with options of its own. */
function given(problem: Problem, fixed: Named, optimizer: Optimizer, { lr, schedule }: FitOptions): Method {
  if (typeof optimizer?.init !== "function" || typeof optimizer.update !== "function")
    throw new TypeError(
      "optimizer expects a name or an optimizer such as adam({ lr: 0.01 }), got another object",
    );
  if (lr !== undefined || schedule !== undefined)
    throw new Error(
      `an optimizer that is given whole has its learning rate in it, got ${lr === undefined ? "schedule" : "lr"} besides`,
    );
  return descent(problem, fixed, optimizer);
}

/** An optimizer by name, with the rate asked for, or else one of its own. */
async function named(
  problem: Problem,
  fixed: Named,
  name: OptimizerName,
  options: FitOptions,
): Promise<Method> {
  const lr = rateOf(options);
  if (name === "lbfgs") return searching(problem, fixed, lr === undefined ? {} : { lr });
  if (lr !== undefined) return descent(problem, fixed, optimizers[name]({ lr }));
  return (await import("./tuned.ts")).tuned(problem, fixed, name, options);
}

/** L-BFGS with a line search, which needs no rate, over the loss as a part of what it is at the start: its tolerances are absolute. */
export function searching(problem: Problem, fixed: Named, rate: { readonly lr?: Rate }): Method {
  const start = lossOver(problem, problem.training, namedStarts(problem.starts)).item();
  const options = { lineSearchFn: "strongWolfe", toleranceGrad: 0, toleranceChange: 0 } as const;
  return descent(problem, fixed, optimizers.lbfgs({ ...options, ...rate }), Math.abs(start) || 1);
}

function rateOf({ lr, schedule }: FitOptions): Rate | undefined {
  if (lr !== undefined && schedule !== undefined) throw new Error("a fit expects lr or schedule, got both");
  return schedule ?? lr;
}

/** The walk that `coaster steps` tells of: options come in; where it starts, how it goes on and where it ends come out. */
import type { TableLike } from "../data/input.ts";
import type { Footing } from "../fit/curvature.ts";
import { printExpression } from "../fit/formula/print.ts";
import { plainRate } from "../fit/plain-rate.ts";
import { predictRows } from "../fit/predict.ts";
import { lossOver, type Named, type Problem, problemOf } from "../fit/problem.ts";
import type { StepEvent } from "../fit/result.ts";
import { fit } from "../report/fitted.ts";
import { valueAndGrad } from "../tensor/autodiff.ts";
import { tensor } from "../tensor/make.ts";
import { Generator } from "../tensor/random.ts";
import { realize, type Tensor } from "../tensor/tensor.ts";
import type { Finished } from "./fit.ts";
import { interruptible } from "./interrupt.ts";
import type { FormulaOptions } from "./options.ts";

/** A finished walk, with all that there is to tell of it. */
export interface Walk {
  readonly problem: Problem;
  /** What is predicted: the target, or what the formula makes of it. */
  readonly response: string;
  /** At the start values. */
  readonly loss: number;
  readonly gradients: Numbers;
  readonly rate: Rate;
  readonly finished: Finished;
  /** What a wiser rule makes of the same start, where the walk was ours to choose and that gets clearly further down. */
  readonly best: Finished | null;
  /** Whether each step is the gradient times the rate, and nothing more. */
  readonly isPlain: boolean;
  /** Before each step, and at the end. */
  readonly path: readonly Place[];
}

type Numbers = Readonly<Record<string, number>>;

/** Where the walk is before a step. */
export interface Place {
  readonly step: number;
  readonly loss: number;
  /** The free parameters. */
  readonly params: Numbers;
}

/**
 * The learning rate, and where it comes from: it is 1 / `curvature`, that of the loss at the start, then cut to a quarter `cuts` times; a guess
 * where that curvature is 0; and nothing of ours where it is null.
 */
export interface Rate {
  readonly lr: number | null;
  readonly curvature: number | null;
  readonly cuts: number;
}

/** How many steps make a walk, unless said. */
const walkLength = 200;

/** Walks by the optimizer asked for, else downhill by the gradient alone, with a rate that suits the loss at the start. */
export async function walkOf(options: FormulaOptions): Promise<Walk> {
  const footing = footingOf(options);
  const [loss, gradients] = slopeAt(footing);
  const common = { ...options, steps: options.steps ?? walkLength, optimizer: options.optimizer ?? "sgd" };
  const isOurs = common.optimizer === "sgd" && common.lr === undefined;
  const { rate, ...went } = await interruptible(async (signal) => {
    const found = isOurs ? await plainRate({ ...common, signal }) : null;
    const rate: Rate = found ?? { lr: options.lr ?? null, curvature: null, cuts: 0 };
    return { rate, ...(await walked({ ...common, signal, ...(found && { lr: found.lr }) })) };
  });
  const { problem } = footing;
  const response = printExpression(problem.formula!.response);
  const best = rate.curvature === null ? null : await betterOf(options, went.finished);
  return { problem, response, loss, gradients, isPlain: common.optimizer === "sgd", rate, best, ...went };
}

/** The fit that `coaster fit` makes of the same, if it gets clearly further down. */
async function betterOf(
  { steps: _, ...options }: FormulaOptions,
  { loss, outcome }: Finished,
): Promise<Finished | null> {
  if (outcome.kind === "aborted") return null;
  const best = await interruptible((signal) => fit({ ...options, signal }));
  return best.outcome.converged && best.loss < 0.99 * loss ? best : null;
}

function footingOf(options: FormulaOptions): Footing {
  const problem = problemOf(options, new Generator(options.seed ?? 0));
  const at = (fixed: boolean): Named =>
    Object.fromEntries(
      problem.starts.filter((s) => s.fixed === fixed).map(({ name, value }) => [name, value]),
    );
  if (problem.starts.every(({ fixed }) => fixed)) throw new Error("steps expects a free parameter, got none");
  return { problem, free: at(false), fixed: at(true) };
}

/** Steps 3 and 4: the loss at the start, and its gradients. */
function slopeAt({ problem, free, fixed }: Footing): [loss: number, gradients: Numbers] {
  const [loss, grads] = valueAndGrad((p: Named) => lossOver(problem, problem.training, { ...p, ...fixed }))(
    free,
  );
  const all: Tensor[] = [loss, ...Object.values(grads)];
  realize(all);
  return [loss.item(), Object.fromEntries(Object.entries(grads).map(([name, g]) => [name, g.item()]))];
}

async function walked(options: FormulaOptions): Promise<Pick<Walk, "finished" | "path">> {
  const path: Place[] = [];
  const onStep = ({ step, loss, params }: StepEvent): void => {
    path.push({ step, loss, params });
  };
  const finished = await fit({ ...options, onStep });
  // What diverged has no end: the parameters kept are of a step long told.
  if (finished.outcome.kind !== "diverged") path.push(endOf(finished));
  return { finished, path };
}

function endOf({ steps, loss, params }: Finished): Place {
  return {
    step: steps,
    loss,
    params: Object.fromEntries(Object.entries(params).map(([name, { value }]) => [name, value])),
  };
}

/** What the rows of a problem observed, in the scale that the model predicts. */
export function observedOf({ response, table, target }: Problem): Float64Array {
  return response(table.numbers(target));
}

/** Step 2: the predictions for columns, at some values of the free parameters. */
export function predictionsAt(problem: Problem, params: Numbers, columns: TableLike): Float64Array {
  const { model, inputs, starts, dtype } = problem;
  const all = starts.map(({ name, value }) => [
    name,
    name in params ? tensor(params[name]!, { dtype }) : value,
  ]);
  return predictRows({ model, inputs, dtype, params: Object.fromEntries(all) as Named }, columns);
}

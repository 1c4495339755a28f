/**
 * The fit: the seven steps over any model. Options go in; parameters, outcome, statistics and a way to predict come out.
 * 1 initialize (start.ts), 2 predict (the model), 3 loss (losses.ts), 4 gradients and 5 step (methods.ts), 6 repeat (walk.ts),
 * 7 stop (stopping.ts).
 */
import { linearize } from "../tensor/autodiff.ts";
import { Generator } from "../tensor/random.ts";
import { realize, type Tensor } from "../tensor/tensor.ts";
import { originOfNaN } from "./diagnosis.ts";
import { type Method, methodFor } from "./methods.ts";
import type { FitOptions } from "./options.ts";
import { outcomeOf } from "./outcome.ts";
import { lossOver, type Named, type Problem, problemOf } from "./problem.ts";
import type { Parameter, Result } from "./result.ts";
import { residualsOf } from "./squares.ts";
import type { Start } from "./start.ts";
import { standardErrors, statisticsOf } from "./statistics.ts";
import { type Plan, planOf, type Walked, walk } from "./walk.ts";

/** A finished fit: its plain result, and what it takes to predict and to plot. */
export interface Run {
  readonly result: Result;
  readonly problem: Problem;
  /** All parameters at the end, fixed ones too. */
  readonly params: Named;
}

/** Fits a model to data. Bad input is an error; a fit that does not converge is an outcome, with the best parameters found. */
export async function run(options: FitOptions): Promise<Run> {
  const started = performance.now();
  const { seed = 0, signal, onStep } = options;
  const generator = new Generator(seed);
  const problem = problemOf(options, generator);
  const [free, fixed] = [valuesOf(problem, false), valuesOf(problem, true)];
  const method = methodFor(problem, fixed, options);
  const plan = planOf(problem, method, options);
  const walked = await walk({ problem, fixed, method, plan, generator, signal, onStep }, free);
  const params = { ...fixed, ...walked.params };
  const seconds = (performance.now() - started) / 1000;
  return { problem, params, result: { ...resultOf(problem, method, plan, walked, params), seconds, seed } };
}

function valuesOf({ starts }: Problem, fixed: boolean): Named {
  return Object.fromEntries(starts.filter((s) => s.fixed === fixed).map(({ name, value }) => [name, value]));
}

function resultOf(
  problem: Problem,
  method: Method,
  plan: Plan,
  walked: Walked,
  params: Named,
): Omit<Result, "seconds" | "seed"> {
  const { formula, target, inputs, dtype, omitted, loss, validation } = problem;
  const { errors, statistics } = measure(problem, params);
  return {
    formula: formula?.source ?? null,
    target,
    inputs,
    dtype,
    omitted,
    params: parametersOf(problem.starts, params, errors),
    loss: { name: loss.name, value: lossOver(problem, problem.training, params).item() },
    validationLoss: validation && lossOver(problem, validation, params).item(),
    outcome: outcomeOf({
      ...walked,
      patience: plan.stop.patience,
      learningRate: method.rateAt(0),
      method: method.name,
      origin: walked.kind === "invalid" ? originOfNaN(problem, params) : null,
    }),
    statistics,
    optimizer: { name: method.name, learningRate: method.rateAt(0) },
    steps: walked.steps,
    epochs: Math.ceil(walked.steps / plan.perEpoch),
    history: walked.history,
  };
}

/** The statistics of the training rows, and the standard errors of the free scalars: known for sums of squares. */
function measure(
  problem: Problem,
  params: Named,
): { statistics: Result["statistics"]; errors: Map<string, number | null> } {
  const { starts, training } = problem;
  const free = starts.filter((s) => !s.fixed);
  const residuals = doubles(residualsOf(problem, training, params));
  const count = free.reduce((n, { value }) => n + value.size, 0);
  const weights = training.weights && doubles(training.weights);
  const statistics = statisticsOf(residuals, doubles(training.targets), weights, count);
  const isScalar = free.every(({ value }) => value.size === 1);
  if (problem.loss.name !== "mse" || !isScalar) return { statistics, errors: new Map() };
  const moving = Object.fromEntries(free.map(({ name }) => [name, params[name]!]));
  const [, columns] = linearize((p: Named) => residualsOf(problem, training, { ...params, ...p }), moving);
  realize(columns);
  const errors = standardErrors(columns.map(doubles), residuals);
  return { statistics, errors: new Map(free.map(({ name }, j) => [name, errors[j]!])) };
}

function doubles(t: Tensor): Float64Array {
  return Float64Array.from(t.realize());
}

/** The scalar parameters, by name. Larger ones are for `Run.params` alone. */
function parametersOf(
  starts: readonly Start[],
  params: Named,
  errors: ReadonlyMap<string, number | null>,
): Record<string, Parameter> {
  const scalars = starts.filter(({ value }) => value.size === 1);
  return Object.fromEntries(
    scalars.map(({ name, value, min, max, fixed }) => [
      name,
      {
        value: params[name]!.item(),
        standardError: errors.get(name) ?? null,
        start: value.item(),
        fixed,
        min: Number.isFinite(min) ? min : null,
        max: Number.isFinite(max) ? max : null,
      },
    ]),
  );
}

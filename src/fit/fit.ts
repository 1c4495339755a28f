/**
 * The fit: the seven steps over any model. Options go in; parameters, outcome, statistics and a way to predict come out.
 * 1 initialize (start.ts), 2 predict (the model), 3 loss (losses.ts), 4 gradients and 5 step (methods.ts), 6 repeat (walk.ts),
 * 7 stop (stopping.ts).
 */
import { Generator } from "../tensor/random.ts";
import { begin, valuesOf } from "./beginning.ts";
import { originOfNaN } from "./diagnosis.ts";
import type { Way } from "./legs.ts";
import type { Measures } from "./measure.ts";
import type { Method } from "./method.ts";
import type { Named } from "./model.ts";
import { checkOptions, type FitOptions } from "./options.ts";
import { outcomeOf } from "./outcome.ts";
import { planOf } from "./plan.ts";
import { lossOver, type Problem, problemOf } from "./problem.ts";
import type { Diagnostic, Outcome, Parameter, Result, Starts } from "./result.ts";
import type { Start } from "./start.ts";
import { surely } from "./sure.ts";
import { withTies } from "./ties.ts";
import type { Walked } from "./walk.ts";

/** A finished fit: its plain result, and what it takes to predict and to plot. */
export interface Run {
  readonly result: Result;
  readonly problem: Problem;
  /** All parameters at the end, fixed ones too. */
  readonly params: Named;
  /** What is known of the answer. */
  readonly measures: Measures;
}

/** Fits a model to data. Bad input is an error; a fit that does not converge is an outcome, with the best parameters found. */
export async function run(options: FitOptions): Promise<Run> {
  const ready = await prepare(options);
  const { signal, onStep } = options;
  const { walked, note, starts } = await surely(
    { ...ready, signal, onStep },
    ready.free,
    options,
    ready.found,
  );
  return conclude({ ...ready, starts, note }, walked);
}

/** A fit that is ready to walk. */
export interface Ready extends Way {
  readonly options: FitOptions;
  readonly free: Named;
  /** How its start was found, and what else was, in words. */
  readonly found: Starts | null;
  readonly others: string | null;
  /** When it was begun. */
  readonly started: number;
}

/** Everything before the first step: options come in and are checked. */
export async function prepare(options: FitOptions): Promise<Ready> {
  const started = performance.now();
  checkOptions(options);
  const generator = new Generator(options.seed ?? 0);
  const given = problemOf(options, generator);
  const fixed = valuesOf(given, true);
  const { problem, method, free, starts: found, others } = await begin(given, fixed, options);
  const plan = planOf(problem, method, options);
  return { options, problem, fixed, method, plan, generator, free, found, others, started };
}

/** Everything after the last: what is known of the answer. */
export async function conclude(
  ready: Ready & { readonly starts: Starts | null; readonly note: string | null },
  walked: Walked,
): Promise<Run> {
  const { problem, fixed, starts, started, options } = ready;
  const { seed = 0, level = 0.95 } = options;
  const params = withTies(problem.ties, { ...fixed, ...walked.params });
  const { measure } = await import("./measure.ts");
  const measures = measure(problem, params, level);
  const result = resultOf({ ...ready, walked, params, measures });
  const seconds = (performance.now() - started) / 1000;
  return { problem, params, measures, result: { ...result, level, starts, seconds, seed } };
}

/** All that led to a result. */
interface Ended extends Way {
  readonly walked: Walked;
  readonly note: string | null;
  readonly others: string | null;
  readonly params: Named;
  readonly measures: Measures;
}

function resultOf(ended: Ended): Omit<Result, "level" | "seconds" | "seed" | "starts"> {
  const { problem, method, plan, walked, params, measures } = ended;
  const { formula, target, inputs, dtype, omitted, loss, training, validation } = problem;
  const { statistics, covariance, correlations, idle } = measures;
  return {
    formula: formula?.source ?? null,
    target,
    inputs,
    dtype,
    omitted,
    params: parametersOf(problem.starts, params, measures),
    loss: { name: loss.name, value: lossOver(problem, training, params).item() },
    scale: loss.robust?.scale ?? null,
    validationLoss: validation && lossOver(problem, validation, params).item(),
    outcome: endOf(ended, walked, idle),
    statistics,
    covariance,
    correlations,
    diagnostics: [...foundBeside(ended), ...measures.diagnostics],
    optimizer: { name: method.name, learningRate: method.rateAt(0), ...chosen(method) },
    steps: walked.steps,
    epochs: Math.ceil(walked.steps / plan.perEpoch),
    history: walked.history,
  };
}

/** What was found on the way beside the answer. */
function foundBeside({ note, others }: Ended): Diagnostic[] {
  const said: readonly (readonly [kind: string, message: string | null])[] = [
    ["starts", note],
    ["minima", others],
  ];
  return said.flatMap(([kind, message]) => (message === null ? [] : [{ kind, message }]));
}

/** How it ended; where numbers gave out, with the place. */
export function endOf(
  { problem, method, plan, fixed }: Way,
  { kind, steps, first, last }: Omit<Walked, "history">,
  idle: readonly string[] = [],
): Outcome {
  const [training, validation] = [problem.training, problem.validation];
  const rows = Number.isFinite(last.loss) ? validation : training;
  const isLost = kind === "invalid" || Number.isNaN(last.loss);
  return outcomeOf({
    kind,
    steps,
    first,
    last: last.loss,
    patience: plan.stop.patience,
    learningRate: method.chosen === undefined ? method.rateAt(0) : null,
    origin: isLost && rows ? originOfNaN(problem, rows, { ...last.params, ...fixed }) : null,
    idle,
    isDirect: method.isDirect === true,
  });
}

/** What the method says of a rate of its own choice. */
function chosen({ chosen }: Method): Pick<Result["optimizer"], "chosen"> {
  return chosen === undefined ? {} : { chosen };
}

/** The scalar parameters, by name. Larger ones are for `Run.params` alone. */
function parametersOf(
  starts: readonly Start[],
  params: Named,
  { inference }: Measures,
): Record<string, Parameter> {
  const scalars = starts.filter(({ value }) => value.size === 1);
  return Object.fromEntries(
    scalars.map(({ name, value, min, max, fixed, tie }) => [
      name,
      {
        value: params[name]!.item(),
        ...inference(name),
        start: value.item(),
        fixed: fixed && tie === null,
        tie,
        min: Number.isFinite(min) ? min : null,
        max: Number.isFinite(max) ? max : null,
      },
    ]),
  );
}

/**
 * The fit: the seven steps over any model. Options go in; parameters, outcome, statistics and a way to predict come out.
 * 1 initialize (start.ts), 2 predict (the model), 3 loss (losses.ts), 4 gradients and 5 step (methods.ts), 6 repeat (walk.ts),
 * 7 stop (stopping.ts).
 */
import { Generator } from "../tensor/random.ts";
import { originOfNaN } from "./diagnosis.ts";
import { hasScale } from "./losses.ts";
import type { Measures } from "./measure.ts";
import type { Method } from "./method.ts";
import { methodFor, nameFor, searching } from "./methods.ts";
import type { Named } from "./model.ts";
import { checkOptions, type FitOptions } from "./options.ts";
import { outcomeOf } from "./outcome.ts";
import { type Plan, planOf } from "./plan.ts";
import { lossOver, type Problem, problemOf } from "./problem.ts";
import type { Rescued } from "./rescue.ts";
import type { Outcome, Parameter, Result, Starts } from "./result.ts";
import type { Begun } from "./search/begin.ts";
import type { Start } from "./start.ts";
import { withTies } from "./ties.ts";
import { type Walk, type Walked, walk } from "./walk.ts";

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
  const started = performance.now();
  checkOptions(options);
  const { seed = 0, signal, onStep, level = 0.95 } = options;
  const generator = new Generator(seed);
  const given = problemOf(options, generator);
  const fixed = valuesOf(given, true);
  const atOnce = await direct(given, fixed, valuesOf(given, false), options);
  const { problem: placed, starts: found } = atOnce ? untouched(given) : await begun(given, options);
  const { problem, free } = await scaled(placed, valuesOf(placed, false), fixed, options);
  const method = atOnce ?? (await methodFor(problem, fixed, options));
  const plan = planOf(problem, method, options);
  const way = { problem, fixed, method, plan, generator, signal, onStep };
  const { walked, note, starts } = await surely(way, free, options, found);
  const params = withTies(problem.ties, { ...fixed, ...walked.params });
  const { measure } = await import("./measure.ts");
  const measures = measure(problem, params, level);
  const result = resultOf({ problem, method, plan, walked, note, params, fixed, measures });
  const seconds = (performance.now() - started) / 1000;
  return { problem, params, measures, result: { ...result, level, starts, seconds, seed } };
}

/** The way of models that are linear in their parameters, where the choice is left open. */
async function direct(
  problem: Problem,
  fixed: Named,
  free: Named,
  options: FitOptions,
): Promise<Method | null> {
  const { optimizer = "auto", lr, schedule, batchSize } = options;
  if (optimizer !== "auto" || [lr, schedule, batchSize].some((option) => option !== undefined)) return null;
  const { linearLeastSquares } = await import("./linear.ts");
  return linearLeastSquares(problem, fixed, free);
}

function untouched(problem: Problem): Begun {
  return { problem, starts: null, others: null };
}

/** The methods that go down from where they start and no further, and so begin where a search says, if nobody else does. */
const seekers = ["levenberg-marquardt", "reweighted-least-squares", "lbfgs"];

/** The problem with starts for those parameters of a formula that have none. */
async function begun(problem: Problem, options: FitOptions): Promise<Begun> {
  const { optimizer = "auto", lr, schedule, steps, epochs, seed = 0 } = options;
  const isOpen = problem.starts.some((start) => !start.fixed && !start.given);
  const isOff =
    typeof optimizer !== "string" ||
    [lr, schedule].some((o) => o !== undefined) ||
    steps === 0 ||
    epochs === 0;
  if (!isOpen || isOff || !isSearchable(problem)) return untouched(problem);
  if (!seekers.includes(nameFor(problem, options))) return untouched(problem);
  const { begin } = await import("./search/begin.ts");
  return begin(problem, seed);
}

/** Whether squares say something of the loss, and a formula what its parameters are. */
function isSearchable({ formula, loss }: Problem): boolean {
  return formula !== null && loss.isDirect && loss.name !== "custom";
}

/** A walk, and what was done where the first was not to be trusted. */
interface Sure {
  readonly walked: Walked;
  readonly note: string | null;
  /** The search that found the start, if one did. */
  readonly starts: Starts | null;
}

/** The walk from the start, or a better one where its answer is doubtful and the choice of the solver was left open. */
async function surely(way: Walk, start: Named, options: FitOptions, found: Starts | null): Promise<Sure> {
  const { optimizer = "auto", seed = 0 } = options;
  const walked = await walk(way, start);
  const asIs: Sure = { walked, note: null, starts: found };
  if (optimizer !== "auto" || way.method.name !== "levenberg-marquardt" || way.plan.isAsked) return asIs;
  const { isDoubtful, isPoor, rescue } = await import("./rescue.ts");
  if (!isDoubtful(way, walked) && !isPoor(way, walked)) return asIs;
  const rescued =
    (found === null && isSearchable(way.problem) ? await bySearch(way, walked, seed) : null) ??
    (await rescue({ way, walked, start, other: searching(way.problem, way.fixed, {}) }));
  if (!rescued) return asIs;
  const note = `from the start values the fit settled nowhere: it ${rescued.how}`;
  return { walked: rescued.walked, note, starts: rescued.starts ?? found };
}

async function bySearch(way: Walk, walked: Walked, seed: number): Promise<Rescued | null> {
  const { elsewhere } = await import("./search/begin.ts");
  return elsewhere(way, walked, seed);
}

/** The problem and its start values: where the loss has a scale, with that, and with start values that bear outliers. */
async function scaled(
  problem: Problem,
  free: Named,
  fixed: Named,
  options: FitOptions,
): Promise<{ problem: Problem; free: Named }> {
  const isSolved = nameFor(problem, options) === "reweighted-least-squares";
  if (!hasScale(problem.loss.name) || !(isSolved || options.scale !== undefined)) return { problem, free };
  const robust = await import("./robust.ts");
  return isSolved
    ? robust.robustly(problem, free, fixed, options)
    : { problem: robust.withScale(problem, options.scale!, false), free };
}

function valuesOf({ starts }: Problem, fixed: boolean): Named {
  return Object.fromEntries(starts.filter((s) => s.fixed === fixed).map(({ name, value }) => [name, value]));
}

/** All that led to a result. */
interface Ended {
  readonly problem: Problem;
  readonly method: Method;
  readonly plan: Plan;
  readonly walked: Walked;
  readonly note: string | null;
  readonly params: Named;
  readonly fixed: Named;
  readonly measures: Measures;
}

function resultOf(ended: Ended): Omit<Result, "level" | "seconds" | "seed" | "starts"> {
  const { problem, method, plan, walked, params, measures } = ended;
  const { formula, target, inputs, dtype, omitted, loss, training, validation } = problem;
  const { statistics, covariance, correlations, diagnostics, idle } = measures;
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
    outcome: endOf(ended, idle),
    statistics,
    covariance,
    correlations,
    diagnostics,
    optimizer: { name: method.name, learningRate: method.rateAt(0), ...chosen(method) },
    steps: walked.steps,
    epochs: Math.ceil(walked.steps / plan.perEpoch),
    history: walked.history,
  };
}

/** How it ended; where numbers gave out, with the place. */
function endOf({ problem, method, plan, walked, note, fixed }: Ended, idle: readonly string[]): Outcome {
  const { kind, steps, first, last } = walked;
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
    note,
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

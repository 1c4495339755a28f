/**
 * Step 1 before the walk, where much is left open: a problem and the options go in; the method, and where it is to start, come
 * out. What few fits need is loaded when one does.
 */
import { hasScale } from "./losses.ts";
import type { Method } from "./method.ts";
import { methodFor, nameFor } from "./methods.ts";
import type { Named } from "./model.ts";
import type { FitOptions } from "./options.ts";
import type { Problem } from "./problem.ts";
import type { Starts } from "./result.ts";

/** A fit that is ready to walk. */
export interface Beginning {
  readonly problem: Problem;
  readonly method: Method;
  /** The parameters that walk, at their starts. */
  readonly free: Named;
  /** The search that found the starts, if one did. */
  readonly starts: Starts | null;
  /** What else it found, in words. */
  readonly others: string | null;
}

/** Chooses the way: at once where that can be, else from starts that were given, or searched for. */
export async function begin(given: Problem, fixed: Named, options: FitOptions): Promise<Beginning> {
  const atOnce = await direct(given, fixed, options);
  if (atOnce)
    return { problem: given, method: atOnce, free: valuesOf(given, false), starts: null, others: null };
  const { problem: placed, starts, others } = await searched(given, options);
  const { problem, free } = await scaled(placed, fixed, options, starts !== null);
  return { problem, method: await methodFor(problem, fixed, options), free, starts, others };
}

/** The start values of the parameters that are fixed, or of those that are not. */
export function valuesOf({ starts }: Problem, fixed: boolean): Named {
  return Object.fromEntries(starts.filter((s) => s.fixed === fixed).map(({ name, value }) => [name, value]));
}

/** The way of models that are linear in their parameters, where the choice is left open. */
async function direct(problem: Problem, fixed: Named, options: FitOptions): Promise<Method | null> {
  const { optimizer = "auto", lr, schedule, batchSize } = options;
  if (optimizer !== "auto" || [lr, schedule, batchSize].some((option) => option !== undefined)) return null;
  const { linearLeastSquares } = await import("./linear.ts");
  return linearLeastSquares(problem, fixed, valuesOf(problem, false));
}

/** The methods that go down from where they start and no further, and so begin where a search says, if nobody else does. */
const seekers = ["levenberg-marquardt", "reweighted-least-squares", "lbfgs"];

/** The problem with starts for those parameters of a formula that have none. */
async function searched(
  problem: Problem,
  options: FitOptions,
): Promise<Pick<Beginning, "problem" | "starts" | "others">> {
  const isOpen = problem.starts.some(({ fixed, given }) => !fixed && !given);
  if (!isOpen || !isLeftOpen(options) || !isSearchable(problem))
    return { problem, starts: null, others: null };
  if (!seekers.includes(nameFor(problem, options))) return { problem, starts: null, others: null };
  const { placed } = await import("./search/begin.ts");
  return placed(problem, options);
}

/** Whether nothing in the options says that the walk begins where the parameters are. */
function isLeftOpen({ optimizer = "auto", lr, schedule, steps, epochs }: FitOptions): boolean {
  const isRated = lr !== undefined || schedule !== undefined;
  return typeof optimizer === "string" && !isRated && steps !== 0 && epochs !== 0;
}

/** Whether squares say something of the loss, and a formula what its parameters are. */
export function isSearchable({ formula, loss }: Problem): boolean {
  return formula !== null && loss.isDirect && loss.name !== "custom";
}

/** The problem and its start values: where the loss has a scale, with that, and with start values that bear outliers. */
async function scaled(
  problem: Problem,
  fixed: Named,
  options: FitOptions,
  isSought: boolean,
): Promise<{ problem: Problem; free: Named }> {
  const free = valuesOf(problem, false);
  const isSolved = nameFor(problem, options) === "reweighted-least-squares";
  if (!hasScale(problem.loss.name) || !(isSolved || options.scale !== undefined)) return { problem, free };
  const robust = await import("./robust.ts");
  return isSolved
    ? robust.robustly(problem, free, fixed, { ...options, seek: isSought ? await seekerWith(options) : null })
    : { problem: robust.withScale(problem, options.scale!, false), free };
}

/** The search for starts, over the rows that it is given. */
async function seekerWith(options: FitOptions): Promise<(problem: Problem) => Promise<Named>> {
  const { placed } = await import("./search/begin.ts");
  return async (problem) => valuesOf((await placed(problem, options)).problem, false);
}

/**
 * The loss as a landscape over two parameters, the others held: the options of a fit come in; the loss at any place, over a grid, or over
 * ever finer grids, comes out. It is the loss that the fit goes down, over the same rows, at the same weights.
 */
import { hint } from "../data/names.ts";
import { tensor } from "../tensor/make.ts";
import { Generator } from "../tensor/random.ts";
import { scan } from "../tensor/scan.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { valuesOf } from "./beginning.ts";
import { hasScale } from "./losses.ts";
import type { Named } from "./model.ts";
import { checkOptions, type FitOptions } from "./options.ts";
import { lossOver, type Problem, problemOf } from "./problem.ts";
import { isSteady } from "./steady.ts";
import {
  type LandscapeView,
  type LossGrid,
  type Places,
  type Refining,
  refined,
  surveyOf,
  whole,
} from "./survey.ts";

/** The loss of a fit as a function of its parameters. Errors: names that are not among `names`, an axis without a width. */
export interface Landscape {
  /** The parameters that are free, and numbers. */
  readonly names: readonly string[];
  /** The name of the loss. */
  readonly loss: string;
  /** The loss at a place. Bounds do not matter: beyond them it is what the model makes it. */
  lossAt(params: Readonly<Record<string, number>>): number;
  /** The loss over a grid, in one go. */
  over(view: LandscapeView): LossGrid;
  /**
   * The loss over ever finer grids, some 9 by 9 first and the whole view last, no place computed twice. Yields each grid when it is whole, and
   * null in between after every few milliseconds, so that whoever asks may do something else, or stop.
   */
  refine(view: LandscapeView): Refining;
}

/**
 * The landscape of a fit with these options. All rows count at every place. A loss with a scale takes that of the options, so give it the
 * one that a fit found. Rejects on bad input, as fits do.
 */
export async function lossLandscape(options: FitOptions): Promise<Landscape> {
  checkOptions(options);
  const problem = await scaled(problemOf(options, new Generator(options.seed ?? 0)), options);
  const ground = groundOf(problem);
  if (Object.keys(ground.starts).length === 0)
    throw new Error("lossLandscape expects a free parameter that is a number, got none");
  const survey = (view: LandscapeView) => surveyOf(view, standing(ground, view.at ?? {}), ground.lossesAt);
  return {
    names: Object.keys(ground.starts),
    loss: problem.loss.name,
    lossAt: (params) => ground.lossesAt(onePlace(standing(ground, params)))[0]!,
    over: (view) => whole(survey(view)),
    refine: (view) => refined(survey(view)),
  };
}

/** The problem, its loss at the scale that was given. */
async function scaled(problem: Problem, { scale }: FitOptions): Promise<Problem> {
  if (scale === undefined || !hasScale(problem.loss.name)) return problem;
  const { withScale } = await import("./robust.ts");
  return withScale(problem, scale, false);
}

/** What a landscape is made of. */
interface Ground {
  readonly problem: Problem;
  /** The free numbers, where they start. */
  readonly starts: Readonly<Record<string, number>>;
  readonly lossesAt: (places: Places) => Float64Array;
}

function groundOf(problem: Problem): Ground {
  const [free, held] = [valuesOf(problem, false), valuesOf(problem, true)];
  const numbers = Object.entries(free).filter(([, value]) => value.size === 1);
  const lossOf = (params: Named): Tensor =>
    lossOver(problem, problem.training, { ...free, ...held, ...params });
  return {
    problem,
    starts: Object.fromEntries(numbers.map(([name, value]) => [name, value.item()])),
    lossesAt: isSteady(problem, held, free, 0) ? together(numbers, lossOf) : oneByOne(numbers, lossOf),
  };
}

type LossesAt = Ground["lossesAt"];
type Numbers = readonly (readonly [name: string, start: Tensor])[];

/** All places in one call of compiled code. */
function together(numbers: Numbers, lossOf: (params: Named) => Tensor): LossesAt {
  const step = (none: Named, params: Named): [Named, Tensor] => [none, lossOf(params)];
  return (places) => {
    const rows = numbers.map(([name, { shape, dtype }]) => {
      const column = places[name]!;
      return [name, tensor(column, { dtype, shape: [column.length, ...shape] })] as const;
    });
    const [, losses] = scan<Named, Named, Tensor>(step, {}, Object.fromEntries(rows));
    return Float64Array.from(losses.realize());
  };
}

/** A model that says something else each time is called at each place. */
function oneByOne(numbers: Numbers, lossOf: (params: Named) => Tensor): LossesAt {
  return (places) => {
    const at = (i: number): Named =>
      Object.fromEntries(
        numbers.map(([name, { shape, dtype }]) => [name, tensor([places[name]![i]!], { dtype, shape })]),
      );
    const [first] = Object.values(places);
    return Float64Array.from(first!, (_, i) => lossOf(at(i)).item());
  };
}

/** The numbers where the parameters stand: those given, and the others at their starts. What is said of fixed parameters says nothing new. */
function standing(
  { problem, starts }: Ground,
  given: Readonly<Record<string, number>>,
): Record<string, number> {
  const all = problem.starts.map(({ name }) => name);
  for (const name of Object.keys(given))
    if (!all.includes(name)) throw new Error(`unknown parameter: ${name}${hint(name, all)}`);
  const free = Object.entries(starts);
  return Object.fromEntries(
    free.map(([name, start]) => [name, Object.hasOwn(given, name) ? given[name]! : start]),
  );
}

function onePlace(numbers: Readonly<Record<string, number>>): Places {
  return Object.fromEntries(Object.entries(numbers).map(([name, x]) => [name, Float64Array.of(x)]));
}

/**
 * The learning rate range test (Smith, Cyclical learning rates for training neural networks, 2017, section 3.3): the options of a
 * fit go in; it walks with a rate that grows at every step until the loss blows up; the losses by rate, and which rate they
 * suggest, come out.
 */
import { hint } from "../data/names.ts";
import { type OptimizerName, optimizers } from "../optim/optimizers.ts";
import { Generator } from "../tensor/random.ts";
import { curvatureAt, type Footing } from "./curvature.ts";
import { descent } from "./descent.ts";
import type { Named } from "./model.ts";
import { checkOptions, type FitOptions } from "./options.ts";
import { planOf } from "./plan.ts";
import { type Problem, problemOf } from "./problem.ts";
import type { HistoryEntry } from "./result.ts";
import { walk } from "./walk.ts";

/** The options of a fit, but for those that say a rate or an end; and the rates to try. */
export interface LrFindOptions
  extends Omit<FitOptions, "optimizer" | "lr" | "schedule" | "epochs" | "stop" | "validation"> {
  /** Default "sgd". */
  readonly optimizer?: Exclude<OptimizerName, "lbfgs">;
  /**
   * The first rate and the last. For sgd they are taken from the curvature of the loss at the start, a hundred-thousandth of its
   * inverse and a hundred times that, unless given; for others 1e-7 and 10.
   */
  readonly from?: number;
  readonly to?: number;
  /** How many rates to try, a step each. Default 100. */
  readonly steps?: number;
}

/** What the test found. */
export interface LrFound {
  readonly optimizer: string;
  readonly loss: string;
  /** The rates that were tried, ascending, as far as the loss was worth looking at. */
  readonly rates: readonly number[];
  /** The loss before each step, of its batch. */
  readonly losses: readonly number[];
  /** The same without the ups and downs of batches: running means. */
  readonly smoothed: readonly number[];
  /** The rate at which the loss falls fastest; null where it does not fall. */
  readonly suggestion: number | null;
  /** The first rate at which the loss was above four times its least; null where none was. */
  readonly blowUp: number | null;
  /** A sentence that says so. */
  readonly message: string;
}

/** Tries rates from tiny ones up. Rejects on bad input, as fits do. */
export async function lrFind({ from, to, ...options }: LrFindOptions): Promise<LrFound> {
  checkOptions(options);
  const { optimizer = "sgd", seed = 0, steps = 100, signal, onStep } = options;
  if (!Object.hasOwn(optimizers, optimizer) || (optimizer as string) === "lbfgs")
    throw new Error(
      `lrFind expects an optimizer that takes a rate, got ${optimizer}${hint(optimizer, firstOrder)}`,
    );
  const generator = new Generator(seed);
  const problem = problemOf(options, generator);
  const footing: Footing = { problem, free: valuesOf(problem, false), fixed: valuesOf(problem, true) };
  const rateOf = growing(rangeFor(footing, optimizer, from, to), steps);
  const method = descent(problem, footing.fixed, optimizers[optimizer]({ lr: rateOf }));
  const plan = planOf(problem, method, { ...options, steps, stop: false });
  const { history } = await walk(
    { problem, fixed: footing.fixed, method, plan, generator, signal, onStep },
    footing.free,
  );
  return { optimizer, loss: problem.loss.name, ...reading(history, plan.perEpoch > 1) };
}

const firstOrder = Object.keys(optimizers).filter((name) => name !== "lbfgs");

function valuesOf({ starts }: Problem, fixed: boolean): Named {
  return Object.fromEntries(starts.filter((s) => s.fixed === fixed).map(({ name, value }) => [name, value]));
}

/** The first and the last rate. */
function rangeFor(footing: Footing, optimizer: string, from?: number, to?: number): [number, number] {
  const curvature = optimizer === "sgd" ? curvatureAt(footing) : 0;
  const usual: [number, number] = curvature > 0 ? [1e-5 / curvature, 1e2 / curvature] : [1e-7, 10];
  const [low, high] = [from ?? usual[0], to ?? usual[1]];
  if (!(low > 0 && high > low && Number.isFinite(high)))
    throw new RangeError(`lrFind expects rates with 0 < from < to, got ${low} and ${high}`);
  return [low, high];
}

/** A rate that is multiplied by the same factor at every step. */
function growing([low, high]: [number, number], steps: number): (step: number) => number {
  return (step) => low * (high / low) ** (step / Math.max(1, steps - 1));
}

/** How many times the least loss is too much to look further. */
const tooMuch = 4;

/** How losses are read: how much of a running mean is kept, how many of the first are passed over, how far apart two are compared. */
interface Lens {
  readonly kept: number;
  readonly skipped: number;
  readonly reach: number;
}

/** Batches make the loss go up and down, most of all where the running mean is of few. */
const lenses = {
  batches: { kept: 0.9, skipped: 10, reach: 5 },
  all: { kept: 0.5, skipped: 0, reach: 1 },
} as const satisfies Record<string, Lens>;

function reading(history: readonly HistoryEntry[], isBatched: boolean): Omit<LrFound, "optimizer" | "loss"> {
  const lens = isBatched ? lenses.batches : lenses.all;
  const tried = history.filter(({ learningRate }) => learningRate !== null);
  const all = smooth(
    tried.map(({ loss }) => loss),
    lens.kept,
  );
  const end = blowUpOf(all);
  const seen = tried.slice(0, end < 0 ? undefined : end + 1);
  const rates = seen.map(({ learningRate }) => learningRate!);
  const smoothed = all.slice(0, seen.length);
  const blowUp = end < 0 ? null : rates[end]!;
  const at = steepest(smoothed, lens);
  const suggestion = at < 0 ? null : rates[at]!;
  return {
    rates,
    losses: seen.map(({ loss }) => loss),
    smoothed,
    suggestion,
    blowUp,
    message: sentence(suggestion, blowUp),
  };
}

/** Running means, each in proportion to how much of it there is (Kingma and Ba, Adam, 2015, section 3). */
function smooth(losses: readonly number[], share: number): number[] {
  let mean = 0;
  return losses.map((loss, i) => {
    mean = share * mean + (1 - share) * loss;
    return mean / (1 - share ** (i + 1));
  });
}

/** Where the loss is first too far above the least so far; -1 where it never is. */
function blowUpOf(smoothed: readonly number[]): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return smoothed.findIndex((loss) => {
    [least, most] = [Math.min(least, loss), Math.max(most, Math.abs(loss))];
    return !(loss <= least + (tooMuch - 1) * Math.abs(least) + 1e-12 * most);
  });
}

/** Where the loss falls fastest before it is least: the rates are evenly spaced in their logarithms. -1 where it does not fall. */
function steepest(smoothed: readonly number[], { skipped, reach }: Lens): number {
  const bottom = smoothed.indexOf(Math.min(...smoothed));
  const falls = smoothed.map((_, i) =>
    i < skipped + reach || i > bottom
      ? Number.NEGATIVE_INFINITY
      : smoothed[i - reach]! - smoothed[Math.min(i + reach, bottom)]!,
  );
  const most = Math.max(...falls);
  return most > 0 ? falls.indexOf(most) : -1;
}

function sentence(suggestion: number | null, blowUp: number | null): string {
  const limit = blowUp === null ? "" : ` and blows up from ${short(blowUp)} on`;
  if (suggestion === null)
    return `the loss falls at none of the rates${limit}: try smaller rates, or other start values`;
  return `the loss falls fastest at a rate of ${short(suggestion)}${limit}`;
}

function short(x: number): string {
  return String(Number(x.toPrecision(2)));
}

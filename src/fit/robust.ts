/**
 * Losses that go easy on outliers: a problem and start values come in; the scale of the errors, start values that outliers have no
 * part in, and a method that makes the loss least by reweighted squares come out.
 */
import { cornerBeside } from "../optim/corner.ts";
import type { SquaresProblem } from "../optim/levenberg.ts";
import {
  agreed,
  type Estimate,
  enoughRows,
  mScale,
  reweighted,
  sEstimate,
  stepDown,
} from "../optim/s-estimate.ts";
import { tensor } from "../tensor/make.ts";
import { Generator } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { areFinite } from "./legs.ts";
import {
  type AsSquares,
  type ChosenLoss,
  type Loss,
  type LossName,
  losses,
  type Robust,
  tuning,
} from "./losses.ts";
import type { Method, Taken } from "./method.ts";
import { type Named, roundings } from "./model.ts";
import { unremarkable } from "./neighbours.ts";
import { type Batch, lossOver, type Problem, takeRows, weightOf } from "./problem.ts";
import { doubles, pack, squaresOver, unpack } from "./squares.ts";
import { inTurns } from "./turns.ts";

/** The losses that have a scale. */
type ScaledName = keyof typeof tuning;

/** What a loss makes of a residual, which would pull as much as it is large if the loss were half its square. */
interface Pull {
  /** The share of its pull that it keeps: psi(u) / u. */
  readonly weight: (u: number) => number;
  /** By how much the pull grows with it: psi'(u). */
  readonly slope: (u: number) => number;
}

/** Of residuals in units of where a loss begins to go easy. */
const pulls: Readonly<Record<ScaledName, Pull>> = {
  huber: { weight: (u) => 1 / Math.max(u, 1), slope: (u) => (u <= 1 ? 1 : 0) },
  softL1: { weight: (u) => 1 / Math.hypot(1, u), slope: (u) => Math.hypot(1, u) ** -3 },
  cauchy: { weight: (u) => 1 / (1 + u * u), slope: (u) => (1 - u * u) / (1 + u * u) ** 2 },
  tukey: {
    weight: (u) => (u < 1 ? (1 - u * u) ** 2 : 0),
    slope: (u) => (u < 1 ? (1 - u * u) * (1 - 5 * u * u) : 0),
  },
};

/** Residuals of more scales than this are gross errors, where the scale is found from the data: none of them pulls. Tukey's ends there. */
const farthest = tuning.tukey;

/** The loss at a scale, in units of targets. One that is found comes with the end of all pull. */
function atScale(loss: ChosenLoss, name: ScaledName, scale: number, isFound: boolean): ChosenLoss {
  return { ...loss, of: lossAt(name, scale, isFound), robust: robustAt(name, scale, isFound) };
}

function robustAt(name: ScaledName, scale: number, isFound: boolean): Robust {
  const pull = pullAt(name, scale, isFound);
  return { scale, isFound, weight: pull.weight, asSquares: (r, columns) => asSquares(pull, r, columns) };
}

/** What is made of a residual, in units of targets. */
function pullAt(name: ScaledName, scale: number, isFound: boolean): Pull {
  const end = isFound ? farthest * scale : Number.POSITIVE_INFINITY;
  const within = (of: (u: number) => number) => (residual: number) => {
    const size = Math.abs(residual);
    return size > end ? 0 : of(size / (tuning[name] * scale));
  };
  return { weight: within(pulls[name].weight), slope: within(pulls[name].slope) };
}

/**
 * Squares whose s^2 (J' J)^-1 is the covariance of an M-estimate: K^2 [sum psi^2 / (n - p)] / [mean psi']^2 (J' J)^-1, with
 * K = 1 + p/n var(psi') / [mean psi']^2, over the rows with a weight (Huber, Robust Statistics, 1981, section 7.6).
 */
function asSquares(pull: Pull, residuals: Float64Array, columns: readonly Float64Array[]): AsSquares {
  const weights = residuals.map(pull.weight);
  const kept = (x: Float64Array): Float64Array => x.filter((_, i) => weights[i] !== 0);
  const slopes = kept(residuals).map(pull.slope);
  const mean = slopes.reduce((sum, x) => sum + x, 0) / slopes.length;
  const variance = slopes.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (slopes.length - 1);
  const correction = 1 + ((columns.length / slopes.length) * variance) / mean ** 2;
  const factor = mean > 0 ? correction / mean : Number.NaN;
  return {
    residuals: kept(residuals.map((r, i) => factor * weights[i]! * r)),
    columns: columns.map(kept),
  };
}

/** The mean of the losses of the rows, each as far off as its weight, one over its variance, says. */
function lossAt(name: ScaledName, scale: number, isFound: boolean): Loss {
  return (preds, targets, { weights } = {}) => {
    const off = preds.sub(targets).abs();
    const far = weights ? off.mul(weights.sqrt()) : off;
    const distance = isFound ? far.minimum(farthest * scale) : far;
    const sum = sumAt(name, distance, scale);
    return sum.div(weights ? weights.expand(distance.shape).sum() : distance.size);
  };
}

function sumAt(name: ScaledName, distance: Tensor, scale: number): Tensor {
  const zero = tensor(0, { dtype: distance.dtype });
  return name === "huber"
    ? losses.huber(distance, zero, { delta: tuning.huber * scale, reduction: "sum" })
    : losses[name](distance, zero, { scale, reduction: "sum" });
}

/** Where a fit with outliers starts. */
export interface Footing {
  readonly problem: Problem;
  readonly free: Named;
}

/** Free parameters that a search over the rows of a problem finds. */
export type Seek = (problem: Problem) => Promise<Named>;

/** What is said of a fit with outliers. */
interface Wish {
  readonly scale?: number | undefined;
  readonly seed?: number | undefined;
  /** Where nobody said where to start, a way to find out. */
  readonly seek: Seek | null;
}

/**
 * The problem with the scale of its loss found from the data, or as given, and start values that agree with most rows: an
 * S-estimate, and from it Tukey's M-estimate (Yohai, High breakdown-point and high efficiency robust estimates for regression, 1987).
 */
export async function robustly(problem: Problem, free: Named, fixed: Named, wish: Wish): Promise<Footing> {
  const { scale } = wish;
  const estimate = scaleOf(problem, free, fixed, await agreement(problem, free, fixed, wish));
  if (!estimate) return { problem: withScale(problem, scale ?? 1, false), free };
  const found = withScale(problem, scale ?? estimate.scale, scale === undefined);
  const start = unpack(estimate.params, free);
  const tukey = { ...problem, loss: atScale(problem.loss, "tukey", estimate.scale, true) };
  const led = problem.loss.name === "tukey" ? start : efficient(tukey, start, fixed);
  // Numbers beyond doubles lead nowhere.
  return { problem: found, free: areFinite(led) ? led : free };
}

/** The problem with its loss at a scale. */
export function withScale(problem: Problem, scale: number, isFound: boolean): Problem {
  return { ...problem, loss: atScale(problem.loss, problem.loss.name as ScaledName, scale, isFound) };
}

/** Where most rows agree; of many rows, as some of them say. */
async function agreement(
  problem: Problem,
  free: Named,
  fixed: Named,
  { seed = 0, seek }: Wish,
): Promise<Float64Array | null> {
  const start = pack(free);
  if (start.length === 0) return start;
  const generator = new Generator(seed);
  const rows = sampled(problem.training, generator);
  const squares = squaresOver(problem, rows, free, fixed);
  const sought = async (numbers: Int32Array): Promise<Float64Array[]> =>
    seek ? [pack(await seek(over(problem, takeRows(rows, tensor(numbers)))))] : [];
  const starts = [start, ...(await sought(smooth(problem, rows)))];
  const first = await inTurns(sEstimate(squares, starts, generator));
  if (!first || !seek) return first?.params ?? null;
  const closest = nearest(squares.residuals(first.params));
  return agreed(squares, [first.params, ...(await sought(closest))])?.params ?? null;
}

function over(problem: Problem, rows: Batch): Problem {
  return { ...problem, training: { ...problem.training, ...rows } };
}

/** The rows that do not stand out from those beside them, where there is one input to say who is. */
function smooth({ inputs }: Problem, { columns, targets, count }: Batch): Int32Array {
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0) return Int32Array.from({ length: count }, (_, i) => i);
  return unremarkable(doubles(columns[input]!), doubles(targets));
}

/** What part of the rows is taken to be good, be the fit what it may. */
const trusted = 0.7;

/** The rows with the least residuals. */
function nearest(residuals: Float64Array): Int32Array {
  const sizes = residuals.map(Math.abs);
  const order = Int32Array.from(sizes.keys()).sort((a, b) => sizes[a]! - sizes[b]!);
  return order.slice(0, Math.ceil(trusted * sizes.length)).sort();
}

/** The scale of all residuals there, or what is but rounding. */
function scaleOf(problem: Problem, free: Named, fixed: Named, params: Float64Array | null): Estimate | null {
  if (!params) return null;
  const { training, dtype } = problem;
  const { residuals, magnitude } = squaresOver(problem, training, free, fixed);
  const rounding = (1000 * roundings[dtype] * magnitude) / Math.sqrt(training.count) || 1;
  const scale = Math.max(mScale(residuals(params), params.length), rounding);
  return Number.isFinite(scale) ? { params, scale } : null;
}

function sampled(rows: Batch, generator: Generator): Batch {
  if (rows.count <= enoughRows) return rows;
  return takeRows(rows, tensor(generator.permutation(rows.count).slice(0, enoughRows)));
}

/** How many steps, at most, lead from an estimate that bears outliers to one that is precise besides. */
const enoughSteps = 50;

function efficient(problem: Problem, start: Named, fixed: Named): Named {
  const { step } = leastReweighted(problem, fixed);
  let [params, state]: [Named, unknown] = [start, undefined];
  for (let i = 0; i < enoughSteps; i++) {
    const taken = step(params, state, problem.training, i);
    if (taken.end) break;
    ({ params, state } = taken);
  }
  return params;
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

/** Those of losses without a scale. */
const reweightings = {
  l1: absolute,
  quantile: absolute,
  smoothL1: { weight: (d) => 1 / Math.max(d, 1), hasEdge: false },
  logCosh: { weight: (d) => (d === 0 ? 1 : Math.tanh(d) / d), hasEdge: false },
} as const satisfies Partial<Record<LossName, Reweighting>>;

interface Rounding {
  /** How far around an edge the loss is taken to be round. */
  readonly width: number;
  readonly damping: number;
  /** Whether this is a corner that no direction leads down from. */
  readonly isCorner?: boolean;
}

/** The least width, as a part of the mean deviation: by about so much may the loss be above its minimum. */
const narrowest = 1e-8;
/** A decrease, as a part of the loss, that is none beside that. */
const negligible = 1e-10;

/**
 * Iteratively reweighted least squares: each step goes down on squares whose weights are those of the place before it, and so
 * down on the loss, of whose edges ever less is rounded off (Hunter and Lange, Quantile regression via an MM algorithm, 2000;
 * Holland and Welsch, Robust regression using iteratively reweighted least-squares, 1977). Where edges meet it may end at once.
 */
export function leastReweighted(problem: Problem, fixed: Named): Method {
  const row = reweightingOf(problem.loss);
  return {
    name: "reweighted-least-squares",
    rateAt: () => null,
    budget: 2000,
    step: (free, state, rows): Taken => {
      const loss = lossOver(problem, rows, { ...free, ...fixed }).item();
      const before = state as Rounding | undefined;
      if (before?.isCorner) return { params: free, state, loss, end: "converged" };
      const squares = squaresOver(problem, rows, free, fixed);
      const { params, end, ...next } = descend(row, { problem, rows, squares }, pack(free), before);
      return { params: unpack(params, free), state: next satisfies Rounding, loss, end };
    },
  };
}

/** What is to be made least. */
interface Aim {
  readonly problem: Problem;
  readonly rows: Batch;
  readonly squares: SquaresProblem;
}

function descend(row: Reweighting, aim: Aim, start: Float64Array, before: Rounding | undefined) {
  const deviations = deviationsOf(aim, start);
  const mean = meanOf(deviations, aim.rows);
  const { width, damping } = before ?? { width: mean, damping: 1e-3 };
  const weights = deviations.map((d) => row.weight(d, width));
  const down = stepDown(reweighted(aim.squares, weights), start, damping);
  const isNarrow = !row.hasEdge || width <= narrowest * mean;
  const isShort = down.decrease < (isNarrow ? negligible : 1e-2);
  const corner = row.hasEdge && isShort ? cornerBeside(aim.squares, down.params, rootsOf(aim.rows)) : null;
  if (corner) return { params: corner, width, damping, isCorner: true, end: null };
  return {
    params: down.params,
    width: isShort ? width / 10 : width,
    damping: down.damping,
    end: !isNarrow ? null : row.hasEdge && isShort ? (down.end ?? "converged") : down.end,
  };
}

function reweightingOf({ name, robust }: ChosenLoss): Reweighting {
  return robust ? { weight: robust.weight, hasEdge: false } : reweightings[name as keyof typeof reweightings];
}

/** |prediction - target| for each row; residuals have the roots of the weights in them, and where there is a scale the loss has them too. */
function deviationsOf({ problem, rows, squares }: Aim, params: Float64Array): Float64Array {
  const residuals = squares.residuals(params);
  if (problem.loss.robust) return residuals.map(Math.abs);
  const roots = rootsOf(rows);
  return residuals.map((r, i) => Math.abs(r) / roots[i]!);
}

/** The roots of the weights. */
function rootsOf({ weights, count }: Batch): Float64Array {
  return weights ? doubles(weights.sqrt()) : new Float64Array(count).fill(1);
}

function meanOf(values: Float64Array, rows: Batch): number {
  const weights = rows.weights && doubles(rows.weights);
  return values.reduce((sum, x, i) => sum + x * (weights?.[i] ?? 1), 0) / weightOf(rows);
}

/**
 * What can be said of an answer: a problem and its parameters go in; statistics, standard errors and what follows from them, and what is
 * worth knowing come out. Loaded when a fit has an answer.
 */
import type { TableLike } from "../data/input.ts";
import { length } from "../optim/qr.ts";
import { linearize } from "../tensor/autodiff.ts";
import { tensor } from "../tensor/make.ts";
import { bandsOf, type Certainty, checkLevel } from "./bands.ts";
import { combinationOf } from "./combinations.ts";
import {
  correlationsOf,
  covarianceOf,
  type Directions,
  deviationOf,
  directionsOf,
  errorsOf,
  groupsOf,
  offsetOf,
  type Spread,
  spreadOf,
} from "./covariance.ts";
import { diagnosticsOf, type Facts, type Scatter } from "./diagnostics.ts";
import { distributions } from "./distributions.ts";
import { type Curvature, curvatureOf, curvatureOfSums } from "./jacobian.ts";
import { type Named, roundings } from "./model.ts";
import { normalAt } from "./normal.ts";
import type { Problem } from "./problem.ts";
import type {
  Bands,
  Diagnostic,
  IntervalOptions,
  NamedMatrix,
  Parameter,
  ProfileInterval,
  ProfileOptions,
  Statistics,
} from "./result.ts";
import { many } from "./solvers.ts";
import { doubles, jacobianOf, residualsOf } from "./squares.ts";
import type { Start } from "./start.ts";
import { finite, statisticsOf } from "./statistics.ts";
import { withTies } from "./ties.ts";

/** How sure a parameter is. */
export type Inference = Pick<Parameter, "standardError" | "tValue" | "pValue" | "lower" | "upper">;

/** What is known of an answer. */
export interface Measures {
  readonly statistics: Statistics;
  readonly covariance: NamedMatrix | null;
  readonly correlations: NamedMatrix | null;
  readonly diagnostics: readonly Diagnostic[];
  /** Free parameters that make no difference to any prediction. */
  readonly idle: readonly string[];
  readonly inference: (name: string) => Inference;
  /** Predictions with limits. Errors: an answer whose parameters have no errors. */
  readonly bands: (data: TableLike, options: IntervalOptions) => Bands;
  /** Intervals of a profile. Errors: an answer that is no least sum of squares. */
  readonly profile: (options: ProfileOptions) => Promise<Record<string, ProfileInterval>>;
}

/** Measures the answer `params`, over the training rows. `level` is that of the intervals. */
export function measure(problem: Problem, params: Named, level = 0.95): Measures {
  checkLevel(level);
  const at = answerOf(problem, params);
  const { curvature, sumOfSquares, freedom } = at;
  const { targets, weights } = problem.training;
  const statistics = inUnits(
    statisticsOf(sumOfSquares, targets.realize(), weights?.realize() ?? null, at.fitted, problem.isAbsolute),
    problem,
  );
  const directions = curvature && directionsOf(curvature, looseIn(at), roundings[problem.dtype]);
  const pooled = problem.isAbsolute || !curvature ? 1 : curvature.length / Math.sqrt(freedom);
  const deviation = problem.loss.robust?.scale ?? pooled;
  const spread = directions && isNearMinimum(at, directions) ? spreadOf(directions, pooled) : null;
  const errors = spread ? errorsWithTies(at, spread) : new Map<string, number | null>();
  const correlations = spread && correlationsOf(spread);
  const idle = curvature ? curvature.names.filter((_, j) => curvature.lengths[j] === 0) : [];
  const diagnostics = diagnosticsOf({
    observations: statistics.observations,
    fitted: at.fitted,
    starts: problem.starts,
    values: new Map(Object.entries(params).flatMap(([name, t]) => (t.size === 1 ? [[name, t.item()]] : []))),
    idle,
    groups: directions && freedom >= 0 ? determinedIn(at, directions) : [],
    correlations,
    scatter: curvature && curvature.length > noiseOf(problem) ? scatterOf(at, spread) : null,
  });
  return {
    statistics,
    covariance: spread && covarianceOf(spread),
    correlations,
    diagnostics,
    idle,
    inference: inferenceOf(params, errors, freedom, level),
    bands: (data, options) =>
      bandsOf(
        { ...problem, params },
        certain(problem, spread && freedom > 0 ? { spread, freedom, deviation } : null),
        data,
        options,
      ),
    profile: async (options) => {
      if (problem.loss.name !== "mse" || !curvature)
        throw new Error(`profile expects the loss mse, got ${problem.loss.name}`);
      const { profiles } = await import("./profile.ts");
      return profiles({ problem, params, free: curvature.names, errors, freedom, sumOfSquares }, options);
    },
  };
}

/** An answer as a sum of squares. */
interface Answer {
  readonly problem: Problem;
  readonly params: Named;
  readonly free: readonly Start[];
  /** How many numbers were fitted. */
  readonly fitted: number;
  /** Of the rows that have a pull. */
  readonly freedom: number;
  readonly sumOfSquares: number;
  /** Null where rows are many. */
  readonly residuals: Float64Array | null;
  /** The derivatives, where they are at hand. */
  readonly columns: readonly Float64Array[] | null;
  /** By the free parameters, where they are scalars and the loss is a sum of squares. */
  readonly curvature: Curvature | null;
}

function answerOf(problem: Problem, params: Named): Answer {
  const free = problem.starts.filter(({ fixed }) => !fixed);
  const fitted = free.reduce((n, { value }) => n + value.size, 0);
  const isScalar = free.every(({ value }) => value.size === 1);
  const isSummed = isScalar && problem.loss.name === "mse" && problem.training.count >= many;
  const squares =
    (isSummed ? bySums(problem, free, params) : null) ?? byColumns(problem, free, params, isScalar);
  return { problem, params, free, fitted, ...squares, freedom: squares.rows - fitted };
}

interface Squares extends Pick<Answer, "sumOfSquares" | "residuals" | "columns" | "curvature"> {
  /** How many rows have a pull. */
  readonly rows: number;
}

/** One pass over the rows; null where that does not tell the parameters apart. */
function bySums(problem: Problem, free: readonly Start[], params: Named): Squares | null {
  const [moving, fixed] = parted(free, params);
  const normal = normalAt(problem, problem.training, moving, fixed);
  const curvature = curvatureOfSums(Object.keys(moving), normal);
  const isTold = curvature.triangle(curvature.names.map((_, j) => j)) !== null;
  const { count } = problem.training;
  const { sumOfSquares } = normal;
  return isTold ? { sumOfSquares, residuals: null, columns: null, curvature, rows: count } : null;
}

/** From all rows; of losses that go easy on outliers, in the squares that stand for them. */
function byColumns(problem: Problem, free: readonly Start[], params: Named, isScalar: boolean): Squares {
  const { training, loss } = problem;
  const residuals = doubles(residualsOf(problem, training, params));
  let sumOfSquares = 0;
  for (const r of residuals) sumOfSquares += r * r;
  const plain = { sumOfSquares, residuals, rows: training.count };
  if (!isScalar || !(loss.name === "mse" || loss.robust)) return { ...plain, columns: null, curvature: null };
  const [moving, fixed] = parted(free, params);
  const columns = jacobianOf(problem, training, moving, fixed);
  const stand = loss.robust?.asSquares(residuals, columns) ?? { residuals, columns };
  const curvature = curvatureOf(Object.keys(moving), stand.columns, stand.residuals);
  return { ...plain, columns, curvature, rows: stand.residuals.length };
}

/** The parameters that are free, and the others. */
function parted(free: readonly Start[], params: Named): [moving: Named, fixed: Named] {
  const names = new Set(free.map(({ name }) => name));
  const part = (isFree: boolean): Named =>
    Object.fromEntries(Object.entries(params).filter(([name]) => names.has(name) === isFree));
  return [part(true), part(false)];
}

/** The criteria that a sum of squares gives mean nothing where another loss says how likely targets are. */
function inUnits(statistics: Statistics, { loss }: Problem): Statistics {
  return loss.isDirect
    ? statistics
    : { ...statistics, aic: null, aicc: null, bic: null, logLikelihood: null };
}

/** The parameters that are on no bound, by number: the others have no error, and these have theirs with those held. */
function looseIn({ curvature, free, params }: Answer): number[] {
  const starts = new Map(free.map((start) => [start.name, start]));
  return [...curvature!.names.keys()].filter((j) => {
    const { name, min, max } = starts.get(curvature!.names[j]!)!;
    const value = params[name]!.item();
    return value > min && value < max;
  });
}

/** How far from the minimum, in standard errors, an answer may be for these to be of use. */
const nearby = 0.01;

function isNearMinimum({ problem, curvature, freedom }: Answer, directions: Directions): boolean {
  const { length: size } = curvature!;
  if (!((freedom > 0 || problem.isAbsolute) && Number.isFinite(size))) return false;
  return size <= noiseOf(problem) || offsetOf(directions, size, Math.max(freedom, 1)) <= nearby;
}

/** Residuals of no more than this length are but rounding. */
function noiseOf({ training: { targets, weights }, dtype }: Problem): number {
  const [y, w] = [targets.realize(), weights?.realize()];
  let most = 0;
  for (let i = 0; i < y.length; i++) most = Math.max(most, Math.abs(y[i]!) * (w ? Math.sqrt(w[i]!) : 1));
  return 1000 * roundings[dtype] * most * Math.sqrt(y.length);
}

/** The errors of the free parameters, and of those that follow from them, to first order. */
function errorsWithTies({ problem, params }: Answer, spread: Spread): Map<string, number | null> {
  const errors = errorsOf(spread);
  const { ties } = problem;
  const moving: Named = Object.fromEntries(spread.names.map((name) => [name, params[name]!]));
  for (const name of ties.keys()) {
    const [, slopes] = linearize((free: Named) => withTies(ties, { ...params, ...free })[name]!, moving);
    const byName = new Map(Object.keys(moving).map((free, j) => [free, slopes[j]!.item()]));
    const error = deviationOf(
      spread,
      Float64Array.from(spread.names, (free) => byName.get(free)!),
    );
    errors.set(name, Number.isFinite(error) ? error : null);
  }
  return errors;
}

const unknown: Inference = { standardError: null, tValue: null, pValue: null, lower: null, upper: null };

function inferenceOf(
  params: Named,
  errors: ReadonlyMap<string, number | null>,
  freedom: number,
  level: number,
): Measures["inference"] {
  const { t } = distributions;
  const quantile = errors.size > 0 && freedom > 0 ? t.quantile((1 + level) / 2, freedom) : Number.NaN;
  return (name) => {
    const standardError = errors.get(name) ?? null;
    if (standardError === null) return unknown;
    const value = params[name]!.item();
    const tValue = finite(value / standardError);
    return {
      standardError,
      tValue,
      pValue: tValue === null || freedom <= 0 ? null : 2 * t.tail(Math.abs(tValue), freedom),
      lower: finite(value - quantile * standardError),
      upper: finite(value + quantile * standardError),
    };
  };
}

/** The groups of parameters that the data do not tell apart, with what they determine of them in words. */
function determinedIn(at: Answer, directions: Directions): Facts["groups"] {
  const { problem, params } = at;
  const before = residualsOf(problem, problem.training, params).realize();
  return groupsOf(directions).map((group) => {
    const { members, slopes } = group;
    const values = members.map((name) => params[name]!.item());
    const change = (moved: readonly number[]): number => {
      const elsewhere = Object.fromEntries(
        members.map((name, i) => [name, tensor(moved[i]!, { dtype: problem.dtype })]),
      );
      const after = residualsOf(problem, problem.training, { ...params, ...elsewhere }).realize();
      return Math.hypot(...Array.from(after.slice(0, many), (r, i) => r - before[i]!));
    };
    return { ...group, determined: slopes && combinationOf(members, values, [...slopes], change) };
  });
}

/** The residuals of few enough rows, as they are scattered. */
function scatterOf(
  { problem, residuals, columns, curvature, freedom }: Answer,
  spread: Spread | null,
): Scatter | null {
  const { training, inputs, target, loss } = problem;
  if (!residuals || training.count >= many) return null;
  const [input] = inputs;
  const own = loss.robust ? null : spread;
  return {
    freedom,
    place: (row) => training.table.place(row, target),
    studentized: own && columns && studentized(residuals, columnsOf(own, curvature!, columns), own, freedom),
    weights: loss.robust && residuals.map(loss.robust.weight),
    ordered:
      input === undefined
        ? null
        : { input, residuals: inOrder(residuals, training.columns[input]!.realize()) },
  };
}

function inOrder(residuals: Float64Array, by: ArrayLike<number>): Float64Array {
  const order = [...residuals.keys()].sort((a, b) => by[a]! - by[b]!);
  return Float64Array.from(order, (i) => residuals[i]!);
}

function columnsOf(
  { names }: Spread,
  curvature: Curvature,
  columns: readonly Float64Array[],
): Float64Array[] {
  return names.map((name) => columns[curvature.names.indexOf(name)]!);
}

/** Each residual by its standard deviation as the other rows tell it (Cook and Weisberg, Residuals and Influence in Regression, 1982, 2.2.3). */
function studentized(
  residuals: Float64Array,
  columns: readonly Float64Array[],
  spread: Spread,
  freedom: number,
): Float64Array {
  const size = length(residuals);
  const deviation = size / Math.sqrt(freedom);
  return residuals.map((residual, row) => {
    const root =
      deviationOf(
        spread,
        Float64Array.from(columns, (column) => column[row]!),
      ) / deviation;
    const [r, own] = [residual / size, 1 - root ** 2];
    const t = r / Math.sqrt(((1 - r ** 2 / own) / (freedom - 1)) * own);
    return own > 1e-9 && Number.isFinite(t) ? t : 0;
  });
}

/** Refuses intervals where nothing is known of how sure the parameters are. */
function certain({ loss }: Problem, certainty: Certainty | null): Certainty {
  if (certainty) return certainty;
  const why = loss.name === "mse" ? "" : `: the loss is ${loss.name}`;
  throw new Error(`intervals expect a fit with standard errors, got one without${why}`);
}

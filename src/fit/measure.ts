/** What can be said of an answer: a problem and its parameters go in; statistics, standard errors and idle parameters come out. */
import { length } from "../optim/qr.ts";
import { type Named, roundings } from "./model.ts";
import type { Problem } from "./problem.ts";
import type { Statistics } from "./result.ts";
import { doubles, jacobianOf, residualsOf, targetsOf } from "./squares.ts";
import type { Start } from "./start.ts";
import { standardErrors, statisticsOf } from "./statistics.ts";

/** What is known of an answer. */
export interface Measures {
  readonly statistics: Statistics;
  /** Of the free parameters, where they are scalars and the loss is a sum of squares. */
  readonly errors: ReadonlyMap<string, number | null>;
  /** Free parameters that make no difference to any prediction. */
  readonly idle: readonly string[];
}

/** Measures the answer `params`, over the training rows. */
export function measure(problem: Problem, params: Named): Measures {
  const { starts, training, loss } = problem;
  const residuals = doubles(residualsOf(problem, training, params));
  const free = starts.filter(({ fixed }) => !fixed);
  const count = free.reduce((n, { value }) => n + value.size, 0);
  const weights = training.weights && doubles(training.weights);
  const statistics = statisticsOf(residuals, doubles(training.targets), weights, count);
  const isSquares = (loss.name === "mse" || loss.robust) && free.every(({ value }) => value.size === 1);
  if (!isSquares) return { statistics: ownUnits(statistics, problem), errors: new Map(), idle: [] };
  const slopes = slopesOf(problem, free, params);
  return { statistics, errors: errorsOf(problem, slopes, residuals), idle: idleIn(slopes) };
}

/** The criteria that a sum of squares gives mean nothing where another loss says how likely targets are. */
function ownUnits(statistics: Statistics, { loss }: Problem): Statistics {
  return loss.isDirect ? statistics : { ...statistics, aic: null, bic: null };
}

/** A free parameter, and how the residuals change with it. */
interface Slope {
  readonly name: string;
  readonly column: Float64Array;
  /** Whether it lies on one of its bounds. */
  readonly isBound: boolean;
}

function slopesOf(problem: Problem, free: readonly Start[], params: Named): Slope[] {
  const names = new Set(free.map(({ name }) => name));
  const [moving, fixed] = [true, false].map((isFree) =>
    Object.fromEntries(Object.entries(params).filter(([name]) => names.has(name) === isFree)),
  ) as [Named, Named];
  const columns = jacobianOf(problem, problem.training, moving, fixed);
  const byName = new Map(Object.keys(moving).map((name, j) => [name, columns[j]!]));
  return free.map(({ name, min, max }) => {
    const value = params[name]!.item();
    return { name, column: byName.get(name)!, isBound: value <= min || value >= max };
  });
}

/** Parameters on their bounds have no error, and the others have theirs with those held. */
function errorsOf(
  { training, dtype, loss }: Problem,
  slopes: readonly Slope[],
  all: Float64Array,
): Map<string, number | null> {
  const loose = slopes.filter(({ isBound }) => !isBound);
  const derivatives = loose.map(({ column }) => column);
  const { residuals, columns } = loss.robust?.asSquares(all, derivatives) ?? {
    residuals: all,
    columns: derivatives,
  };
  const noise = 1000 * roundings[dtype] * length(doubles(targetsOf(training)));
  const freedom = residuals.length - slopes.length;
  const errors = standardErrors(columns, residuals, { freedom, noise });
  return new Map(loose.map(({ name }, j) => [name, errors[j]!]));
}

function idleIn(slopes: readonly Slope[]): string[] {
  return slopes.filter(({ column }) => column.every((x) => x === 0)).map(({ name }) => name);
}

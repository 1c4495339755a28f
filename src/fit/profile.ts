/**
 * Profile-likelihood intervals: an answer comes in, and each parameter is moved away from it with all others fitted anew, until the
 * sum of squares has grown as much as the level allows. The places where it has come out.
 */
import { hint } from "../data/names.ts";
import * as levenberg from "../optim/levenberg.ts";
import { length } from "../optim/qr.ts";
import { tensor } from "../tensor/make.ts";
import { checkLevel } from "./bands.ts";
import { distributions } from "./distributions.ts";
import type { Problem } from "./problem.ts";
import type { ProfileInterval, ProfileOptions } from "./result.ts";
import { doubles, pack, residualsOf, squaresOver, unpack } from "./squares.ts";
import type { Named } from "./start.ts";

/** The answer to start from. */
export interface Answer {
  readonly problem: Problem;
  readonly params: Named;
  readonly free: readonly string[];
  readonly errors: ReadonlyMap<string, number | null>;
  readonly freedom: number;
  readonly sumOfSquares: number;
}

/** The intervals of the parameters asked for, or of all that are free. */
export function profiles(
  answer: Answer,
  { level = 0.95, params = answer.free }: ProfileOptions,
): Record<string, ProfileInterval> {
  checkLevel(level);
  const { free, freedom, sumOfSquares } = answer;
  for (const name of params)
    if (!free.includes(name))
      throw new Error(`profile expects free parameters, got ${name}${hint(name, free)}`);
  if (!(freedom > 0 && sumOfSquares > 0))
    throw new Error(
      `profile expects residuals and degrees of freedom, got ${freedom} degrees of freedom and a sum of squares of ${sumOfSquares}`,
    );
  const quantile = distributions.t.quantile((1 + level) / 2, freedom);
  return Object.fromEntries(params.map((name) => [name, intervalOf(answer, name, quantile)]));
}

/** An end of an interval, or why there is none. */
interface Side {
  readonly value: number | null;
  readonly message: string | null;
}

function intervalOf(answer: Answer, name: string, quantile: number): ProfileInterval {
  const [lower, upper] = [sideOf(answer, name, quantile, -1), sideOf(answer, name, quantile, 1)];
  const messages = [...new Set([lower.message, upper.message].filter((text) => text !== null))];
  return {
    lower: lower.value,
    upper: upper.value,
    message: messages.length > 0 ? messages.join("; ") : null,
  };
}

const mostSteps = 80;

/** A distance from the answer, and the profile t there (Bates and Watts, Nonlinear Regression Analysis, 1988, section 6.1.2) less its limit. */
interface Place {
  readonly distance: number;
  readonly excess: number;
}

/** One end: the bracket is widened from the answer outward, then closed by the secant, or by halves where that is slow. */
function sideOf(answer: Answer, name: string, quantile: number, direction: 1 | -1): Side {
  const { problem, params, errors, sumOfSquares, freedom } = answer;
  const at = params[name]!.item();
  const { min, max } = problem.starts.find((start) => start.name === name)!;
  const farthest = Math.abs((direction < 0 ? min : max) - at);
  const sums = profileOf(answer, name);
  let isBetter = false;
  const look = (distance: number): Place => {
    const growth = sums(at + direction * distance) - sumOfSquares;
    isBetter ||= growth < -1e-6 * sumOfSquares;
    const t = Math.sqrt((Math.max(growth, 0) / sumOfSquares) * freedom);
    return { distance, excess: Number.isNaN(t) ? Number.POSITIVE_INFINITY : t - quantile };
  };
  let inner: Place = { distance: 0, excess: -quantile };
  let outer = look(Math.min(quantile * (errors.get(name) ?? (Math.abs(at) / 10 || 1)), farthest));
  for (let step = 0; outer.excess < 0; step++) {
    if (outer.distance >= farthest)
      return { value: null, message: `the bound of ${name} lies within the interval` };
    if (isBetter) return { value: null, message: `there is a better fit at another ${name}` };
    if (step === mostSteps || !Number.isFinite(at + direction * outer.distance * 2))
      return {
        value: null,
        message: `the data set no ${direction < 0 ? "lower" : "upper"} limit to ${name}`,
      };
    const slope = (outer.excess - inner.excess) / (outer.distance - inner.distance || 1);
    const ahead = slope > 0 ? -outer.excess / slope : Number.POSITIVE_INFINITY;
    const next = outer.distance + Math.min(Math.max(1.1 * ahead, 0.1 * outer.distance), 2 * outer.distance);
    [inner, outer] = [outer, look(Math.min(next, farthest))];
  }
  return { value: at + direction * closed(look, inner, outer, quantile), message: null };
}

/** The distance at which the excess is 0, between two places (Dowell and Jarratt, A modified regula falsi method, 1971). */
function closed(look: (distance: number) => Place, inner: Place, outer: Place, quantile: number): number {
  let [low, high, before] = [inner, outer, 0];
  for (let step = 0; step < mostSteps; step++) {
    const width = high.distance - low.distance;
    const part = Number.isFinite(high.excess) ? -low.excess / (high.excess - low.excess) : 0.5;
    const middle = look(low.distance + width * Math.min(Math.max(part, 0.01), 0.99));
    if (Math.abs(middle.excess) <= 1e-9 * quantile || width <= 1e-12 * high.distance) return middle.distance;
    const side = Math.sign(middle.excess);
    // An end that stays twice counts for half, or it would stay for ever.
    const eased = side === before ? 2 : 1;
    if (side < 0) [low, high] = [middle, { ...high, excess: high.excess / eased }];
    else [low, high] = [{ ...low, excess: low.excess / eased }, middle];
    before = side;
  }
  return (low.distance + high.distance) / 2;
}

/** The least sum of squares with a parameter held, each found from where the one before was. */
function profileOf({ problem, params, free }: Answer, name: string): (value: number) => number {
  const { training, dtype } = problem;
  const others = free.filter((other) => other !== name);
  let moving: Named = Object.fromEntries(others.map((other) => [other, params[other]!]));
  return (value) => {
    const fixed = { ...without(params, others), [name]: tensor(value, { dtype }) };
    if (others.length === 0) return length(doubles(residualsOf(problem, training, fixed))) ** 2;
    const squares = squaresOver(problem, training, moving, fixed);
    let vector = pack(moving);
    let state = levenberg.init(squares, vector);
    for (let step = 0; state.end === null && step < mostSteps; step++)
      ({ params: vector, state } = levenberg.update(squares, state, vector));
    if (Number.isFinite(state.length)) moving = unpack(vector, moving);
    return state.length ** 2;
  };
}

function without(params: Named, names: readonly string[]): Named {
  return Object.fromEntries(Object.entries(params).filter(([name]) => !names.includes(name)));
}

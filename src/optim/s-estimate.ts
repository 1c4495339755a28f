/**
 * Fits that most rows agree on, be the others what they may: a sum of squares and a start go in; the parameters whose residuals
 * have the least M-scale, and that scale, come out. (S-estimates: Rousseeuw and Yohai, Robust regression by means of S-estimators,
 * 1984; found as in Salibian-Barrera and Yohai, A fast algorithm for S-regression estimates, 2006.)
 */
import type { Generator as RandomGenerator } from "../tensor/random.ts";
import { init, type SquaresProblem, update } from "./levenberg.ts";
import { solve, triangularize } from "./qr.ts";

/** A place, and the scale of the residuals there: the standard deviation where they are normal. */
export interface Estimate {
  readonly params: Float64Array;
  readonly scale: number;
}

/** Tukey's bisquare with this constant and this mean is consistent at the normal distribution, and bears half of the rows being anything. */
const constant = 1.5476;
const mean = 0.5;

/**
 * The M-scale s of residuals with so many parameters fitted: sum rho(r / s) = (n - p) / 2, with rho Tukey's bisquare from 0 to 1
 * (Huber, Robust Statistics, 1981, section 5.2). 0 where half of the rows or more have none, and infinite where a residual is none.
 * Of places to begin at, the one with the least of it is that which most rows agree on.
 */
export function mScale(residuals: Float64Array, parameters = 0): number {
  const sizes = residuals.map(Math.abs).sort();
  const wanted = mean * (sizes.length - parameters);
  if (!Number.isFinite(sizes.at(-1) ?? 0)) return Number.POSITIVE_INFINITY;
  if (!(sizes.length - sizes.filter((r) => r === 0).length > wanted)) return 0;
  let scale = sizes[Math.floor(sizes.length / 2)]! / 0.6745 || sizes.at(-1)!;
  for (let trial = 0; trial < mostTrials; trial++) {
    const [sum, slope] = bisquares(sizes, constant * scale);
    // Newton's step for log(s) to begin with; then one that cannot miss: s^2 times what the sum is of what it should be.
    const step = trial < 20 && slope > 0 ? Math.min((sum - wanted) / slope, 1) : Math.log(sum / wanted) / 2;
    scale *= Math.exp(step);
    if (Math.abs(step) <= 1e-11) break;
  }
  return scale;
}

const mostTrials = 200;

/** The sums of Tukey's rho, from 0 to 1, and of its slopes times where they are, of residuals in units of k. */
function bisquares(sizes: Float64Array, k: number): [sum: number, slope: number] {
  let [sum, slope] = [0, 0];
  for (let i = 0; i < sizes.length; i++) {
    const inside = 1 - Math.min(sizes[i]! / k, 1) ** 2;
    sum += 1 - inside ** 3;
    slope += 6 * (1 - inside) * inside ** 2;
  }
  return [sum, slope];
}

/** A sum of squares, and whether it is known that one step leads to the least of it. */
interface Squares extends SquaresProblem {
  readonly isLinear?: boolean;
}

/** How many rows, at most, are looked at for a fit that bears outliers to begin with. */
export const enoughRows = 1000;

/** How many trials are refined to the end. */
const finalists = 5;

/** Where most rows agree: sought from some starts, and from fits to few rows drawn at random; yields often, so that others have their turn. Null where the model gives no finite residuals. */
export function* sEstimate(
  problem: SquaresProblem,
  starts: readonly Float64Array[],
  generator: RandomGenerator,
): Generator<undefined, Estimate | null> {
  const [start] = starts as [Float64Array];
  const linear = affine(problem, start);
  const squares: Squares = linear ?? problem;
  const trials: Estimate[] = [];
  for (const from of starts) {
    trials.push(...fromAllRows(squares, from));
    yield;
  }
  trials.sort(byScale);
  const drawn = drawsFor(start.length, linear !== null);
  for (let draw = 0; draw < drawn; draw++) {
    const base = linear || draw % 2 === 0 ? start : trials[0]!.params;
    trials.push(concentrated(squares, elemental(squares, base, generator), 2));
    trials.sort(byScale).splice(finalists);
    yield;
  }
  return settled(problem, squares, trials);
}

/** The best of some places, each of which goes down as far as it leads. */
export function agreed(problem: SquaresProblem, starts: readonly Float64Array[]): Estimate | null {
  return settled(
    problem,
    problem,
    starts.map((params) => ({ params })),
  );
}

function settled(
  problem: SquaresProblem,
  squares: Squares,
  trials: readonly Pick<Estimate, "params">[],
): Estimate | null {
  const [best] = trials.map(({ params }) => concentrated(squares, params, 50)).sort(byScale);
  return best && Number.isFinite(best.scale) ? concentrated(problem, best.params, 50) : null;
}

function byScale(a: Estimate, b: Estimate): number {
  return a.scale - b.scale;
}

/** So many that one of them is of good rows alone, but for 1 in 1000, where 3 rows in 10 are bad; some more, for not all good rows make a good fit. */
function drawsFor(parameters: number, isLinear: boolean): number {
  const needed = Math.log(1e-3) / Math.log(1 - 0.7 ** parameters);
  const [least, most] = isLinear ? [100, 1000] : [20, 100];
  return Math.ceil(Math.min(Math.max(2 * needed, least), most));
}

/** The start as it is, and what squares and absolute values make of it. */
function fromAllRows(squares: Squares, start: Float64Array): Estimate[] {
  const least = descended(squares, start, 30);
  let nearest = start;
  for (let step = 0; step < 10; step++) {
    const sizes = squares.residuals(nearest).map(Math.abs);
    const width = 0.1 * (sizes.reduce((sum, r) => sum + r, 0) / sizes.length);
    const weights = sizes.map((r) => 1 / (r + width));
    nearest = stepDown(reweighted(squares, weights), nearest, easy).params;
  }
  return [start, least, nearest].map((params) => concentrated(squares, params, 2));
}

/** The fit to as many rows as there are parameters, drawn at random. */
function elemental(squares: Squares, start: Float64Array, generator: RandomGenerator): Float64Array {
  const count = squares.residuals(start).length;
  const rows = generator.permutation(count).slice(0, Math.min(start.length, count));
  const take = (x: Float64Array): Float64Array => Float64Array.from(rows, (row) => x[row]!);
  const few: Squares = {
    ...squares,
    residuals: (params) => take(squares.residuals(params)),
    jacobian: (params) => squares.jacobian(params).map(take),
  };
  return descended(few, start, 10);
}

/** Levenberg-Marquardt, so many steps at most. */
function descended(squares: Squares, start: Float64Array, steps: number): Float64Array {
  if (squares.isLinear) return lowest(squares, start);
  let [params, state] = [start, init(squares, start)];
  for (let step = 0; step < steps && !state.end && Number.isFinite(state.length); step++)
    ({ params, state } = update(squares, state, params));
  return params;
}

/** Where linear residuals have the least sum of squares. */
function lowest(squares: SquaresProblem, start: Float64Array): Float64Array {
  const right = squares.residuals(start).map((r) => -r);
  const step = solve(triangularize(squares.jacobian(start), right));
  return start.map((p, j) => p + step[j]!);
}

const easy = 1e-3;

/** Goes down on the M-scale by reweighting, so many steps at most: the weights are those of Tukey's bisquare at the scale of the place before. */
function concentrated(squares: Squares, start: Float64Array, steps: number): Estimate {
  const at = (params: Float64Array) => {
    const residuals = squares.residuals(params);
    return { params, residuals, scale: mScale(residuals, params.length) };
  };
  let best = at(start);
  for (let [step, damping] = [0, easy]; step < steps; step++) {
    if (!(best.scale > 0 && Number.isFinite(best.scale))) break;
    const weights = best.residuals.map((r) => tukeyWeight(r / (constant * best.scale)));
    const down = stepDown(reweighted(squares, weights), best.params, damping);
    const next = at(down.params);
    if (!(next.scale < best.scale * (1 - 1e-9))) break;
    [best, damping] = [next, down.damping];
  }
  return { params: best.params, scale: best.scale };
}

/** Tukey's weight of a residual in units of where it ends. */
function tukeyWeight(u: number): number {
  return u * u < 1 ? (1 - u * u) ** 2 : 0;
}

/** The same sum of squares, without a look at the model, where residuals are linear in the parameters; else null. */
function affine(squares: SquaresProblem, start: Float64Array): Squares | null {
  const columns = squares.jacobian(start);
  const elsewhere = squares.jacobian(start.map((p) => 1.37 * p + 0.61));
  const isSame = columns.every((column, j) =>
    column.every((x, i) => Math.abs(x - elsewhere[j]![i]!) <= 8 * squares.precision * Math.abs(x)),
  );
  if (!isSame) return null;
  const residuals = squares.residuals(start);
  return {
    ...squares,
    isLinear: [...squares.lower, ...squares.upper].every((bound) => !Number.isFinite(bound)),
    residuals: (params) =>
      residuals.map((r, i) => columns.reduce((sum, c, j) => sum + c[i]! * (params[j]! - start[j]!), r)),
    jacobian: () => columns,
  };
}

/** The sum of squares with a weight more for each row. */
export function reweighted<S extends SquaresProblem>(squares: S, weights: Float64Array): S {
  const roots = weights.map((w) => (Number.isFinite(w) ? Math.sqrt(w) : 1));
  const scale = (x: Float64Array): Float64Array => x.map((value, i) => value * roots[i]!);
  return {
    ...squares,
    residuals: (vector) => scale(squares.residuals(vector)),
    jacobian: (vector) => squares.jacobian(vector).map(scale),
    magnitude: squares.magnitude * roots.reduce((most, x) => Math.max(most, x), 0),
  };
}

/** What one step of Levenberg-Marquardt makes, and by what part of the sum of squares it goes down. */
export function stepDown(squares: Squares, vector: Float64Array, damping: number) {
  if (squares.isLinear) return { params: lowest(squares, vector), damping, end: null, decrease: 1 };
  const before = { ...init(squares, vector), damping };
  const { params, state } = update(squares, before, vector);
  const decrease = before.length === 0 ? 0 : 1 - (state.length / before.length) ** 2;
  return { params, damping: state.damping || damping, end: state.end, decrease };
}

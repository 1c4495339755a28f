/**
 * Fits that most rows agree on, be the others what they may: a sum of squares and a start go in; the parameters whose residuals
 * have the least M-scale, and that scale, come out. (S-estimates: Rousseeuw and Yohai, Robust regression by means of S-estimators,
 * 1984; found as in Salibian-Barrera and Yohai, A fast algorithm for S-regression estimates, 2006.)
 */
import type { Generator } from "../tensor/random.ts";
import { init, type SquaresProblem, update } from "./levenberg.ts";

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
  const sizes = residuals.map(Math.abs);
  if (!sizes.every(Number.isFinite)) return Number.POSITIVE_INFINITY;
  const wanted = mean * (sizes.length - parameters);
  if (!(sizes.reduce((count, r) => count + (r > 0 ? 1 : 0), 0) > wanted)) return 0;
  let scale = sizes.slice().sort()[Math.floor(sizes.length / 2)]! / 0.6745 || Math.max(...sizes);
  for (let trial = 0; trial < 200; trial++) {
    const before = scale;
    scale *= Math.sqrt(sizes.reduce((sum, r) => sum + bisquare(r / (constant * before)), 0) / wanted);
    if (!(Math.abs(scale - before) > 1e-10 * before)) break;
  }
  return scale;
}

/** Tukey's rho, from 0 to 1. */
function bisquare(u: number): number {
  return u < 1 ? 1 - (1 - u * u) ** 3 : 1;
}

/** How many rows, at most, are looked at for a fit that bears outliers to begin with. */
export const enoughRows = 1000;

/** How many trials are refined to the end. */
const finalists = 5;

/** Where most rows agree: sought from a start, and from fits to few rows drawn at random. Null where the model gives no finite residuals. */
export function sEstimate(
  problem: SquaresProblem,
  start: Float64Array,
  generator: Generator,
): Estimate | null {
  const linear = affine(problem, start);
  const squares = linear ?? problem;
  const trials = fromAllRows(squares, start);
  const drawn = drawsFor(start.length, linear !== null);
  for (let draw = 0; draw < drawn; draw++) {
    const base = linear || draw % 2 === 0 ? start : trials[0]!.params;
    trials.push(concentrated(squares, elemental(squares, base, generator), 2));
    trials.sort(byScale).splice(finalists);
  }
  const [best] = trials.map(({ params }) => concentrated(squares, params, 50)).sort(byScale);
  return Number.isFinite(best!.scale) ? concentrated(problem, best!.params, 50) : null;
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
function fromAllRows(squares: SquaresProblem, start: Float64Array): Estimate[] {
  const lowest = descended(squares, start, 30);
  let nearest = start;
  for (let step = 0; step < 10; step++) {
    const sizes = squares.residuals(nearest).map(Math.abs);
    const width = 0.1 * (sizes.reduce((sum, r) => sum + r, 0) / sizes.length);
    const weights = sizes.map((r) => 1 / (r + width));
    nearest = stepDown(reweighted(squares, weights), nearest, easy).params;
  }
  return [start, lowest, nearest].map((params) => concentrated(squares, params, 2));
}

/** The fit to as many rows as there are parameters, drawn at random. */
function elemental(squares: SquaresProblem, start: Float64Array, generator: Generator): Float64Array {
  const count = squares.residuals(start).length;
  const rows = generator.permutation(count).slice(0, Math.min(start.length, count));
  const take = (x: Float64Array): Float64Array => Float64Array.from(rows, (row) => x[row]!);
  const few: SquaresProblem = {
    ...squares,
    residuals: (params) => take(squares.residuals(params)),
    jacobian: (params) => squares.jacobian(params).map(take),
  };
  return descended(few, start, 10);
}

/** Levenberg-Marquardt, so many steps at most. */
function descended(squares: SquaresProblem, start: Float64Array, steps: number): Float64Array {
  let [params, state] = [start, init(squares, start)];
  for (let step = 0; step < steps && !state.end && Number.isFinite(state.length); step++)
    ({ params, state } = update(squares, state, params));
  return params;
}

const easy = 1e-3;

/** Goes down on the M-scale by reweighting, so many steps at most: the weights are those of Tukey's bisquare at the scale of the place before. */
function concentrated(squares: SquaresProblem, start: Float64Array, steps: number): Estimate {
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
function affine(squares: SquaresProblem, start: Float64Array): SquaresProblem | null {
  const columns = squares.jacobian(start);
  const elsewhere = squares.jacobian(start.map((p) => 1.37 * p + 0.61));
  const isSame = columns.every((column, j) =>
    column.every((x, i) => Math.abs(x - elsewhere[j]![i]!) <= 8 * squares.precision * Math.abs(x)),
  );
  if (!isSame) return null;
  const residuals = squares.residuals(start);
  return {
    ...squares,
    residuals: (params) =>
      residuals.map((r, i) => columns.reduce((sum, c, j) => sum + c[i]! * (params[j]! - start[j]!), r)),
    jacobian: () => columns,
  };
}

/** The sum of squares with a weight more for each row. */
export function reweighted(squares: SquaresProblem, weights: Float64Array): SquaresProblem {
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
export function stepDown(squares: SquaresProblem, vector: Float64Array, damping: number) {
  const before = { ...init(squares, vector), damping };
  const { params, state } = update(squares, before, vector);
  const decrease = before.length === 0 ? 0 : 1 - (state.length / before.length) ** 2;
  return { params, damping: state.damping || damping, end: state.end, decrease };
}

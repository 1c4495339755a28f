/**
 * Variable projection: values for some parameters come in; those that a linear system gives, in closed form, and the sum of squares
 * that is left come out (Golub and Pereyra, The differentiation of pseudo-inverses and nonlinear least squares, 1973).
 */
import { evaluate } from "../formula/evaluate.ts";
import { columns, filled } from "./columns.ts";
import { fractionAt, type LinearPart } from "./structure.ts";
import type { Task } from "./task.ts";
import type { Terms } from "./terms.ts";

/** Values of all free parameters by name, and the weighted sum of squares there; infinite where the model is undefined. */
export interface Trial {
  readonly values: ReadonlyMap<string, number>;
  readonly squares: number;
}

type Values = ReadonlyMap<string, number>;

/** The trial at values for the parameters that are not linear. */
export function project(task: Task, part: LinearPart, values: Values): Trial {
  if (part.bits.size === 0) return trialAt(task, values);
  const held = new Map(values);
  for (let left = part; ; ) {
    const solution = solvedFor(task, left, held);
    if (!solution) return { values: held, squares: Number.POSITIVE_INFINITY };
    const beyond = task.unknowns.filter(
      ({ name, min, max }) =>
        left.bits.has(name) && !(solution.values.get(name)! >= min && solution.values.get(name)! <= max),
    );
    if (beyond.length === 0) return solution;
    for (const { name, min, max } of beyond) held.set(name, clipped(solution.values.get(name)!, min, max));
    const rest = without(left, new Set(beyond.map(({ name }) => name)));
    if (rest === null || rest.bits.size === 0) return trialAt(task, clippedAll(task, solution.values));
    left = rest;
  }
}

function clipped(value: number, min: number, max: number): number {
  return Number.isFinite(value) ? Math.min(Math.max(value, min), max) : Math.max(min, Math.min(max, 1));
}

function clippedAll(task: Task, values: Values): Values {
  return new Map(task.unknowns.map(({ name, min, max }) => [name, clipped(values.get(name)!, min, max)]));
}

/** The part that is left where some of its parameters are held; null where those are factors of others. */
function without({ bits, solved }: LinearPart, names: ReadonlySet<string>): LinearPart | null {
  if (solved.some(({ others }) => others.length > 0)) return null;
  return {
    bits: new Map([...bits].filter(([name]) => !names.has(name))),
    solved: solved.filter(({ name }) => !names.has(name)),
  };
}

/** What the formula predicts at values for all parameters. */
export function predictionsAt(task: Task, values: Values): Float64Array {
  const { expression, fixed, inputs, rows } = task;
  const value = evaluate(
    expression,
    columns,
    (name) => values.get(name) ?? fixed.get(name) ?? inputs.get(name)!,
  );
  return filled(value, rows);
}

/** The sum of squares at values for all parameters. */
export function trialAt(task: Task, values: Values): Trial {
  const preds = predictionsAt(task, values);
  let squares = 0;
  for (let i = 0; i < task.rows; i++)
    squares += ((preds[i]! - task.targets[i]!) * (task.roots?.[i] ?? 1)) ** 2;
  const isPlace = Number.isFinite(squares) && [...values.values()].every(Number.isFinite);
  return { values, squares: isPlace ? squares : Number.POSITIVE_INFINITY };
}

/** The parameters of the part at values for the others, with the sum of squares there. */
function solvedFor(task: Task, part: LinearPart, values: Values): Trial | null {
  const fraction = fractionAt(task, part.bits, values);
  if (!fraction || fraction.below) return null;
  const { above } = fraction;
  const right = minus(task, above);
  const design = part.solved.map(({ product }) => weighted(task, filled(above.get(product) ?? 0, task.rows)));
  const { coefficients, squares } = leastSquares(design, right);
  const all = factored(part, values, coefficients);
  return Number.isFinite(squares) && all ? { values: all, squares } : null;
}

/** The targets less what no linear parameter has a part in. */
function minus({ targets, roots, rows }: Task, above: Terms): Float64Array {
  const known = filled(above.get(0) ?? 0, rows);
  return targets.map((y, i) => (y - known[i]!) * (roots?.[i] ?? 1));
}

function weighted({ roots }: Task, column: Float64Array): Float64Array {
  return roots ? column.map((x, i) => x * roots[i]!) : column;
}

/** All values, those of the part's parameters from the coefficients of their products; null where one is no number. */
function factored({ solved }: LinearPart, values: Values, coefficients: Float64Array): Values | null {
  const all = new Map(values);
  for (const [j, { name, others }] of solved.entries()) {
    const factor = others.reduce((product, other) => product * all.get(other)!, 1);
    const value = factor === 1 ? coefficients[j]! : coefficients[j]! / factor;
    if (!Number.isFinite(value)) return null;
    all.set(name, value);
  }
  return all;
}

const rounds = 6;

/**
 * Values from the formula multiplied by its denominator, y D = N, which is linear in more parameters; each round weighs the rows by
 * what the denominator was in the one before (Sanathanan and Koerner, Transfer function synthesis as a ratio of two complex
 * polynomials, 1963). The best round counts; null where none gives numbers.
 */
export function multipliedOut(task: Task, part: LinearPart, values: Values): Trial | null {
  const fraction = fractionAt(task, part.bits, values);
  if (!fraction) return null;
  const below = fraction.below ?? new Map([[0, 1]]);
  const difference = (product: number): Float64Array => {
    const [n, d] = [fraction.above, below].map((terms) => filled(terms.get(product) ?? 0, task.rows));
    return weighted(
      task,
      task.targets.map((y, i) => n![i]! - y * d![i]!),
    );
  };
  const design = part.solved.map(({ product }) => difference(product));
  const right = difference(0).map((x) => -x);
  let best: Trial | null = null;
  let denominators: Float64Array | null = null;
  for (let round = 0; round < rounds; round++) {
    const scale = (x: Float64Array): Float64Array =>
      denominators ? x.map((e, i) => e / denominators![i]!) : x;
    const { coefficients, squares } = leastSquares(design.map(scale), scale(right));
    const all = Number.isFinite(squares) ? factored(part, values, coefficients) : null;
    if (!all) return best;
    const trial = trialAt(task, clippedAll(task, all));
    if (!best || trial.squares < best.squares) best = trial;
    denominators = denominatorsAt(task, part, below, coefficients);
  }
  return best;
}

function denominatorsAt(
  task: Task,
  part: LinearPart,
  below: Terms,
  coefficients: Float64Array,
): Float64Array {
  const sums = filled(below.get(0) ?? 0, task.rows).slice();
  for (const [j, { product }] of part.solved.entries()) {
    const column = filled(below.get(product) ?? 0, task.rows);
    for (let i = 0; i < sums.length; i++) sums[i]! += coefficients[j]! * column[i]!;
  }
  const largest = sums.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return sums.map((x) => Math.max(Math.abs(x), 1e-9 * largest) || 1);
}

/** What is left of a column after those before it, as a part of it, that counts as nothing. */
const dependent = 1e-11;

/**
 * The least squares of columns against a right side, by modified Gram-Schmidt, which is as good as Householder's for this (Björck,
 * Solving linear least squares problems by Gram-Schmidt orthogonalization, 1967). Columns that depend on others get a 0.
 */
export function leastSquares(
  design: readonly Float64Array[],
  right: Float64Array,
): { coefficients: Float64Array; squares: number; left: Float64Array } {
  const basis: { j: number; q: Float64Array; r: number[]; size: number; part: number }[] = [];
  const left = right.slice();
  for (const [j, column] of design.entries()) {
    const q = column.slice();
    const before = norm(q);
    if (!Number.isFinite(before))
      return { coefficients: new Float64Array(design.length), squares: Number.POSITIVE_INFINITY, left };
    const r = basis.map((b) => takeOut(q, b.q));
    const size = norm(q);
    if (!(size > dependent * before)) continue;
    for (let i = 0; i < q.length; i++) q[i]! /= size;
    basis.push({ j, q, r, size, part: takeOut(left, q) });
  }
  const coefficients = new Float64Array(design.length);
  for (let k = basis.length - 1; k >= 0; k--) {
    const { j, part, size } = basis[k]!;
    let sum = part;
    for (let l = k + 1; l < basis.length; l++) sum -= basis[l]!.r[k]! * coefficients[basis[l]!.j]!;
    coefficients[j] = sum / size;
  }
  return { coefficients, squares: norm(left) ** 2, left };
}

/** Makes x orthogonal to the unit vector q, in place; what was taken out. */
function takeOut(x: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += q[i]! * x[i]!;
  for (let i = 0; i < x.length; i++) x[i]! -= sum * q[i]!;
  return sum;
}

function norm(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * x[i]!;
  return Math.sqrt(sum);
}

/**
 * The units to walk in: a place goes in; coordinates come out in which the loss curves alike in all directions, as far as the
 * predictions tell. Few parameters are turned and stretched together, of many each element is stretched by itself.
 */
import { length } from "../optim/qr.ts";
import type { Coordinates } from "../optim/scaled.ts";
import { singular } from "../optim/svd.ts";
import { grad, jvp, linearize } from "../tensor/autodiff.ts";
import { onesLike, tensor } from "../tensor/make.ts";
import { Generator } from "../tensor/random.ts";
import { realize, type Tensor } from "../tensor/tensor.ts";
import type { Footing, LinearMap } from "./curvature.ts";
import { type Named, roundings } from "./model.ts";
import { type Batch, type Problem, takeRows } from "./problem.ts";
import { doubles, unpack } from "./squares.ts";

/** Coordinates q of the parameters' elements, params = origin + B q, where a step of 1 along the gradient is about Newton's. */
export interface Scaling {
  /** B: row-major, or its diagonal. */
  readonly basis: Float64Array;
  readonly isWhole: boolean;
  /** B' g. */
  readonly gradient: LinearMap;
  /** B q. */
  readonly move: LinearMap;
}

/** So many elements are turned together. */
export const few = 64;

/** Rows that tell the units: more of them, evenly chosen, tell nothing new. */
const enough = 10_000;

/** The coordinates at a place. Elements that are `held` by a bound are not mixed with others. */
export function scalingAt(footing: Footing, held: readonly boolean[]): Scaling {
  const rows = someOf(footing.problem.training);
  return held.length <= few ? wholeAt(footing, rows, held) : eachAt(footing, rows);
}

function someOf(rows: Batch): Batch {
  if (rows.count <= enough) return rows;
  const numbers = Int32Array.from({ length: enough }, (_, i) => Math.floor((i * rows.count) / enough));
  return takeRows(rows, tensor(numbers));
}

/** The slots of an optimizer in some coordinates: `unit` is the length that counts as 1 in q, `gain` what gradients are multiplied by. */
export function coordinatesOf(
  { basis, isWhole }: Scaling,
  free: Named,
  unit: number,
  gain: number,
): Coordinates {
  const [first] = Object.values(free);
  const dtype = first!.dtype;
  const b = basis.map((x) => x * unit);
  const size = Math.sqrt(b.length);
  return {
    basis: isWhole ? [tensor(b, { dtype, shape: [size, size] })] : [],
    scale: isWhole ? [] : Object.values(unpack(b, free)),
    gain: [tensor(gain, { dtype })],
  };
}

/** Predictions as a function of the free parameters. */
function predictionsOver({ problem, fixed }: Footing, rows: Batch): (free: Named) => Tensor {
  return (free) => problem.model(rows.columns, { ...free, ...fixed });
}

/** The loss as a function of predictions. */
function lossOfPredictions({ loss }: Problem, { targets, weights }: Batch): (preds: Tensor) => Tensor {
  return (preds) => loss.of(preds, targets, weights ? { weights } : {});
}

/**
 * With J the derivatives of predictions and L the curvature of the loss over them, J'LJ is the Gauss-Newton matrix (Schraudolph,
 * Fast curvature matrix-vector products, 2002). With D the root of its diagonal and J'LJ = D V S V' D, B = D^-1 V |S|^-1/2.
 */
function wholeAt(footing: Footing, rows: Batch, held: readonly boolean[]): Scaling {
  const { problem, free } = footing;
  const [preds, slopes] = linearize(predictionsOver(footing, rows), free);
  const columns = slopes.map((column, i) => (held[i] ? column.mul(0) : column));
  const steepness = grad(lossOfPredictions(problem, rows));
  const curved = columns.map((column) => jvp(steepness, [preds], [column])[1]);
  realize([...columns, ...curved]);
  const p = columns.length;
  const gram = gramOf(columns.map(doubles), curved.map(doubles));
  const isFlat = gram.every((x, i) => i % (p + 1) !== 0 || !(Math.abs(x) > 0));
  return whole(isFlat ? gramOf(...secants(footing, rows, preds, columns)) : gram, p, problem);
}

/** Where a loss has no curvature, as absolute values have none, its slope over the deviation stands in for it (that of a parabola that touches it). */
function secants(
  { problem }: Footing,
  rows: Batch,
  preds: Tensor,
  columns: readonly Tensor[],
): [Float64Array[], Float64Array[]] {
  const weight = secantOf(problem, rows, preds);
  const weighted = columns.map((column) => column.mul(weight));
  realize(weighted);
  return [columns.map(doubles), weighted.map(doubles)];
}

function secantOf(problem: Problem, rows: Batch, preds: Tensor): Tensor {
  const deviation = problem.loss.misses(preds, rows.targets).abs().mean().item();
  return grad(lossOfPredictions(problem, rows))(preds)
    .abs()
    .div(deviation || 1);
}

/** A'B, symmetric, row-major. */
function gramOf(a: readonly Float64Array[], b: readonly Float64Array[]): Float64Array {
  const p = a.length;
  const gram = new Float64Array(p * p);
  for (let i = 0; i < p; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < a[i]!.length; k++) sum += a[i]![k]! * b[j]![k]!;
      gram[i * p + j] = gram[j * p + i] = sum;
    }
  return gram;
}

/** B of a Gauss-Newton matrix. Directions that the rows do not tell are not stretched without end. */
function whole(gram: Float64Array, p: number, { dtype }: Problem): Scaling {
  const units = Float64Array.from({ length: p }, (_, i) => Math.sqrt(Math.abs(gram[i * p + i]!)) || 0);
  const inverse = units.map((u) => (Number.isFinite(1 / u) ? 1 / u : 0));
  const even = gram.map((x, at) => finite(x * inverse[Math.floor(at / p)]! * inverse[at % p]!));
  const { values, right } = singular(columnsOf(even, p));
  const least = (values[0] ?? 0) * p * 16 * roundings[dtype];
  const stretch = values.map((value) => 1 / Math.sqrt(Math.max(value, least) || 1));
  const basis = even.map((_, at) => {
    const [i, j] = [Math.floor(at / p), at % p];
    return inverse[i]! * right[j]![i]! * stretch[j]!;
  });
  return {
    basis,
    isWhole: true,
    gradient: (g) => product(basis, (i, j) => j * p + i, g),
    move: (q) => product(basis, (i, j) => i * p + j, q),
  };
}

/** The columns of a symmetric matrix, which are its rows. */
function columnsOf(matrix: Float64Array, p: number): Float64Array[] {
  return Array.from({ length: p }, (_, i) => matrix.slice(i * p, (i + 1) * p));
}

function finite(x: number): number {
  return Number.isFinite(x) ? x : 0;
}

function product(
  matrix: Float64Array,
  at: (i: number, j: number) => number,
  vector: Float64Array,
): Float64Array {
  return vector.map((_, i) => vector.reduce((sum, x, j) => sum + matrix[at(i, j)]! * x, 0));
}

/** Random directions that estimate a diagonal. */
const probes = 16;

/**
 * The diagonal of the Gauss-Newton matrix, as the mean of (J' L^1/2 z)^2 over random signs z (Martens, Sutskever and Swersky,
 * Estimating the Hessian by back-propagating curvature, 2012, section 4), and B = D^-1/2.
 */
function eachAt(footing: Footing, rows: Batch): Scaling {
  const { problem, free } = footing;
  const predictions = predictionsOver(footing, rows);
  const preds = predictions(free);
  const root = rootOf(problem, rows, preds);
  const generator = new Generator(0);
  const sums = Object.values(free).map((t) => new Float64Array(t.size));
  for (let probe = 0; probe < probes; probe++) {
    const signs = generator.uniform(new Float64Array(preds.size)).map((u) => (u < 0.5 ? -1 : 1));
    const along = tensor(signs, { dtype: preds.dtype, shape: preds.shape }).mul(root);
    const slopes = Object.values(grad((at: Named) => predictions(at).mul(along).sum())(free));
    realize(slopes);
    for (const [i, t] of slopes.entries())
      for (const [k, x] of doubles(t).entries()) sums[i]![k]! += (x * x) / probes;
  }
  const basis = Float64Array.from(
    sums.flatMap((sum, i) =>
      Array.from(raised(sum, Object.values(free)[i]!.shape), (x) => finite(1 / Math.sqrt(x))),
    ),
  );
  const each: LinearMap = (v) => v.map((x, i) => x * basis[i]!);
  return { basis, isWhole: false, gradient: each, move: each };
}

/** The root of the curvature of the loss at each prediction; where several predictions of a row hang together, of its slope's square. */
function rootOf(problem: Problem, rows: Batch, preds: Tensor): Tensor {
  const steepness = grad(lossOfPredictions(problem, rows));
  if (preds.ndim > 1) return steepness(preds).mul(Math.sqrt(rows.count));
  const curvature = jvp(steepness, [preds], [onesLike(preds)])[1];
  return curvature
    .maximum(
      curvature
        .amax()
        .le(0)
        .to(preds.dtype)
        .mul(secantOf(problem, rows, preds)),
    )
    .maximum(0)
    .sqrt();
}

/** The least part of what is usual along its dimensions that an element counts for: one that hardly matters now may do so later. */
const usual = 1e-2;

/** The elements, those that are small beside others of the same index in every dimension made larger. */
function raised(elements: Float64Array, shape: readonly number[]): Float64Array {
  const means = shape.map((size, dim) => meansAlong(elements, shape, size, dim));
  return elements.map(
    (x, at) => Math.max(x, usual * Math.min(...means.map((mean) => mean(at)), Number.MAX_VALUE)) || 0,
  );
}

/** For each element the mean of those that share its index in a dimension. */
function meansAlong(
  elements: Float64Array,
  shape: readonly number[],
  size: number,
  dim: number,
): (at: number) => number {
  const stride = shape.slice(dim + 1).reduce((a, b) => a * b, 1);
  const indexOf = (at: number): number => Math.floor(at / stride) % size;
  const sums = new Float64Array(size);
  for (const [at, x] of elements.entries()) sums[indexOf(at)]! += (x * size) / elements.length;
  return (at) => (shape.length > 1 ? sums[indexOf(at)]! : sums.reduce((a, b) => a + b / size, 0) * usual);
}

/** The length of Newton's step in q, as far as the coordinates know, from the gradient of the loss. */
export function newtonLength(scaling: Scaling, gradient: Float64Array): number {
  return length(scaling.gradient(gradient));
}

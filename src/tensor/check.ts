/** Exact gradients held against central differences: a function and its inputs go in; agreement, or an error that says where not, comes out. */
import { isFloating } from "../ir/dtype.ts";
import { showShape } from "../ir/shape.ts";
import { vjp } from "./autodiff.ts";
import { tensor } from "./make.ts";
import type { Tensor } from "./tensor.ts";

/** How far apart the inputs of a difference are, relative to their size, and how far the two gradients may be. */
export interface CheckOptions {
  readonly step?: number;
  readonly tolerance?: number;
}

/**
 * Compares the gradient of sum(f(...inputs) * w), for fixed uneven weights w, with central differences, in float64, for every
 * element of every floating-point input. Returns true, or throws an error that names the input and the element that differ most.
 * A difference counts relative to the larger gradient, or to 1 where that is smaller.
 */
export function checkGradients(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  { step = 1e-5, tolerance = 1e-6 }: CheckOptions = {},
): true {
  const moving = inputs.flatMap((x, i) => (isFloating(x.dtype) ? [i] : []));
  const points = moving.map((i) => inputs[i]!.detach().double());
  const g = (...moved: Tensor[]) => f(...inputs.map((x, i) => moved[moving.indexOf(i)] ?? x));
  const [value, pullback] = vjp(g, points);
  const weights = unevenLike(value);
  const exact = pullback(weights);
  const comparisons = points.flatMap((point, k) => {
    const along = (moved: Tensor) => weightedSum(g(...points.with(k, moved)), weights);
    const differences = centralDifferences(along, point, step);
    return differences.map((difference, element) => compare(moving[k]!, element, exact[k]!, difference));
  });
  const worst = farthest(comparisons);
  if (!worst || worst.distance <= tolerance) return true;
  const { input, element, gradient, difference } = worst;
  throw new Error(
    `gradient of input ${input} at ${showShape(indexOf(element, inputs[input]!.shape))} disagrees: exact ${gradient}, central difference ${difference}`,
  );
}

/** Weights that no two elements share, so that no error cancels another. */
function unevenLike(value: Tensor): Tensor {
  const elements = Float64Array.from({ length: value.size }, (_, i) => 1 + 0.25 * Math.cos(i));
  return tensor(elements, { shape: value.shape });
}

function weightedSum(value: Tensor, weights: Tensor): number {
  return value.mul(weights).sum().item();
}

/** (f(x + h) - f(x - h)) / 2h for each element of x in order. */
function centralDifferences(f: (x: Tensor) => number, x: Tensor, step: number): number[] {
  return Array.from(x.realize(), (at, i) => {
    const h = step * Math.max(1, Math.abs(at));
    return (f(withElement(x, i, at + h)) - f(withElement(x, i, at - h))) / (2 * h);
  });
}

interface Comparison {
  readonly input: number;
  readonly element: number;
  readonly gradient: number;
  readonly difference: number;
  readonly distance: number;
}

function compare(input: number, element: number, exact: Tensor, difference: number): Comparison {
  const gradient = exact.realize()[element]!;
  return { input, element, gradient, difference, distance: distance(gradient, difference) };
}

function farthest(comparisons: readonly Comparison[]): Comparison | undefined {
  return comparisons.reduce<Comparison | undefined>(
    (worst, c) => (worst && worst.distance >= c.distance ? worst : c),
    undefined,
  );
}

function distance(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  const apart = Math.abs(a - b) / Math.max(1, Math.abs(a), Math.abs(b));
  return Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart;
}

function withElement(x: Tensor, i: number, value: number): Tensor {
  const elements = x.toTypedArray();
  elements[i] = value;
  return tensor(elements, { shape: x.shape });
}

function indexOf(element: number, shape: readonly number[]): number[] {
  let rest = element;
  return shape
    .toReversed()
    .map((size) => {
      const index = rest % size;
      rest = Math.floor(rest / size);
      return index;
    })
    .toReversed();
}

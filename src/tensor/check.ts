/** Exact gradients held against central differences: a function and its inputs go in; agreement, or an error that says where not, comes out. */
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
  const doubles = inputs.map((x) => x.detach().double());
  const [value, pullback] = vjp(f, doubles);
  const weights = tensor(
    Float64Array.from({ length: value.size }, (_, i) => 1 + 0.25 * Math.cos(i)),
    { shape: value.shape },
  );
  const exact = pullback(weights);
  const weighted = (moved: readonly Tensor[]): number =>
    f(...moved)
      .mul(weights)
      .sum()
      .item();
  const differences = doubles.map((x, which) =>
    Array.from(x.realize(), (at, i) => {
      const h = step * Math.max(1, Math.abs(at));
      const movedTo = (to: number) =>
        weighted(doubles.map((y, j) => (j === which ? withElement(y, i, to) : y)));
      return (movedTo(at + h) - movedTo(at - h)) / (2 * h);
    }),
  );
  const worst = farthest(exact, differences);
  if (!worst || worst.distance <= tolerance) return true;
  const { input, element, gradient, difference } = worst;
  throw new Error(
    `gradient of input ${input} at ${showShape(indexOf(element, doubles[input]!.shape))} disagrees: exact ${gradient}, central difference ${difference}`,
  );
}

interface Comparison {
  readonly input: number;
  readonly element: number;
  readonly gradient: number;
  readonly difference: number;
  readonly distance: number;
}

function farthest(exact: readonly Tensor[], differences: readonly number[][]): Comparison | undefined {
  return differences
    .flatMap((along, input) =>
      along.map((difference, element) => {
        const gradient = exact[input]!.realize()[element]!;
        return { input, element, gradient, difference, distance: distance(gradient, difference) };
      }),
    )
    .reduce<Comparison | undefined>(
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

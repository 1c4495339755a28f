/**
 * Reductions, and what is built on them: tables of functions of a node and the dimensions they run over. Extremes are ops of
 * their own; the others are graphs of sums and elementwise ops, so derivatives of every order follow.
 */
import type { Domain } from "./elementwise.ts";
import { describe, isDifferentiable, make, type Node, number, type Op } from "./graph.ts";
import { cast, cat, cumsum, detach, permute, reshape, slice, sum, summed, zerosLike } from "./linear.ts";
import { o } from "./maps.ts";
import { reduceShape, type Shape, sizeOf } from "./shape.ts";

/** The largest or smallest; where several are, they share the gradient, as in PyTorch. */
function extreme(fold: "max" | "min"): Op {
  const share = (node: Node): Node => {
    const isChosen = o.where(o.eq(node.inputs[0]!, node), 1, zerosLike(node.inputs[0]!));
    return o.div(isChosen, sum(isChosen, node.attrs));
  };
  return {
    name: `a${fold}`,
    work: { kind: "reduce", fold },
    vjp: (node, g) => [o.mul(share(node), g)],
    jvp: (node, [t]) => (t ? sum(o.mul(share(node), t), node.attrs) : null),
  };
}

const extremes = { max: extreme("max"), min: extreme("min") };

const positions: Record<"max" | "min", Op> = {
  max: { name: "argmax", work: { kind: "position", of: "max" } },
  min: { name: "argmin", work: { kind: "position", of: "min" } },
};

/** What some reductions take besides dimensions. */
export interface ReductionOptions {
  /** Taken from the count in `var` and `std`: 1 (the default) for the unbiased estimate, 0 for the mean square. */
  readonly correction?: number;
}

interface Reduction {
  /** Folds dims, each kept with size 1. */
  readonly reduce: (x: Node, dims: readonly number[], options: ReductionOptions) => Node;
  readonly wants: "any" | "floating" | "elements";
  readonly domain: Domain;
}

function reduction(
  wants: Reduction["wants"],
  reduce: Reduction["reduce"],
  domain: Domain = [[-2, 2]],
): Reduction {
  return { reduce, wants, domain };
}

/** Functions that fold dimensions away. `wants` is checked by `reduce`. */
export const reductions = {
  sum: reduction("any", sum),
  mean: reduction("floating", mean),
  /** Products by halves: a fixed tree of multiplications, exact in its derivatives also beside zeros. */
  prod: reduction("any", (x, dims) =>
    reshape(productOfLast(flattened(cast(x, summed(x.dtype)), dims)), reduceShape(x.shape, dims, true)),
  ),
  /** The largest element; NaN if any is. */
  amax: reduction("elements", (x, dims) => fold(extremes.max, x, dims)),
  /** The smallest element; NaN if any is. */
  amin: reduction("elements", (x, dims) => fold(extremes.min, x, dims)),
  /** The mean squared distance from the mean, over n - correction. */
  var: reduction("floating", variance),
  /** The square root of `var`; its gradient at zero is zero. */
  std: reduction("floating", (x, dims, options) => rootOfSquares(variance(x, dims, options))),
  /** The Euclidean norm; its gradient at zero is zero. */
  norm: reduction("floating", (x, dims) => rootOfSquares(sum(o.square(x), dims))),
  /** log(sum(exp(x))) without overflow. */
  logsumexp: reduction("floating", (x, dims) => {
    const shift = finitePeak(x, dims);
    return o.add(o.log(sum(o.exp(o.sub(x, shift)), dims)), shift);
  }),
} satisfies Record<string, Reduction>;

export type ReductionName = keyof typeof reductions;

/** Applies a row of the table: x with dims folded away, or kept as 1. */
export function reduce(
  name: ReductionName,
  x: Node,
  dims: readonly number[],
  keepdim: boolean,
  options: ReductionOptions = {},
): Node {
  const row: Reduction = reductions[name];
  check(name, row.wants, x, dims);
  return reshape(row.reduce(x, dims, options), reduceShape(x.shape, dims, keepdim));
}

function check(name: string, wants: Reduction["wants"], x: Node, dims: readonly number[]): void {
  if (wants === "floating" && !isDifferentiable(x))
    throw new TypeError(`${name} expects a floating-point tensor, got ${describe(x)}`);
  if (wants === "elements" && dims.some((d) => x.shape[d] === 0))
    throw new RangeError(`${name} expects at least one element along its dims, got ${describe(x)}`);
}

function fold(op: Op, x: Node, dims: readonly number[]): Node {
  return dims.length === 0 ? x : make(op, [x], reduceShape(x.shape, dims, true), x.dtype, dims);
}

/** How many elements fold into one: an argument of the program, as the number of rows is. */
function count(x: Node, dims: readonly number[], correction = 0): Node {
  return number(Math.max(sizeOf(dims.map((d) => x.shape[d]!)) - correction, 0), x.dtype);
}

function mean(x: Node, dims: readonly number[]): Node {
  return o.div(sum(x, dims), count(x, dims));
}

function variance(x: Node, dims: readonly number[], { correction = 1 }: ReductionOptions): Node {
  const deviation = o.sub(x, mean(x, dims));
  return o.div(sum(o.square(deviation), dims), count(x, dims, correction));
}

/** sqrt(x), with a gradient of zero at zero: there x is the least that a sum of squares can be. */
function rootOfSquares(x: Node): Node {
  const isZero = o.eq(x, 0);
  return o.where(isZero, 0, o.sqrt(o.where(isZero, 1, x)));
}

/** The largest element, or 0 where that is infinite: a shift that keeps exponentials in range, of no account to gradients. */
function finitePeak(x: Node, dims: readonly number[]): Node {
  const peak = detach(fold(extremes.max, x, dims));
  return o.where(o.lt(o.abs(peak), Number.POSITIVE_INFINITY), peak, 0);
}

/** x as [the other dimensions, all of dims in one]. */
function flattened(x: Node, dims: readonly number[]): Node {
  const others = x.shape.map((_, i) => i).filter((i) => !dims.includes(i));
  const rest = others.map((d) => x.shape[d]!);
  return reshape(permute(x, [...others, ...dims]), [...rest, sizeOf(dims.map((d) => x.shape[d]!))]);
}

/** [.., n] to [.., 1]: the first half times the second, until one is left. */
function productOfLast(x: Node): Node {
  const n = x.shape.at(-1)!;
  if (n === 1) return x;
  if (n === 0) return o.add(sum(x, [x.shape.length - 1]), 1);
  const half = Math.floor(n / 2);
  const product = o.mul(lastFrom(x, 0, half), lastFrom(x, half, half));
  const odd = n % 2 === 1 ? [lastFrom(x, n - 1, 1)] : [];
  return productOfLast(cat([product, ...odd], x.shape.length - 1));
}

function lastFrom(x: Node, start: number, length: number): Node {
  const last = x.shape.length - 1;
  return slice(
    x,
    x.shape.map((_, i) => (i === last ? start : 0)),
    x.shape.map((d, i) => (i === last ? length : d)),
  );
}

/** Functions along one dimension that keep the shape. */
export const alongs = {
  /** exp(x) over its sum. */
  softmax: (x: Node, dim: number): Node => {
    const weights = o.exp(o.sub(x, finitePeak(x, [dim])));
    return o.div(weights, sum(weights, [dim]));
  },
  /** log(softmax(x)), without the round trip. */
  logSoftmax: (x: Node, dim: number): Node => {
    const shifted = o.sub(x, finitePeak(x, [dim]));
    return o.sub(shifted, o.log(sum(o.exp(shifted), [dim])));
  },
  /** Running sums. */
  cumsum,
} satisfies Record<string, (x: Node, dim: number) => Node>;

export type AlongName = keyof typeof alongs;

/** The position of the first largest (or smallest) element along `dim`, kept with size 1; NaN counts as the largest and the smallest. */
export function position(of: "max" | "min", x: Node, dim: number): Node {
  if (x.shape[dim] === 0)
    throw new RangeError(`arg${of} expects at least one element along dim ${dim}, got ${describe(x)}`);
  const shape: Shape = reduceShape(x.shape, [dim], true);
  return make(positions[of], [x], shape, "int32", [dim]);
}

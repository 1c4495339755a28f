/**
 * The ops that move elements about or add them up. Each is linear, so its tangent is itself applied to the tangents,
 * and its gradient is its adjoint: expand and sum, slice and pad, gather and scatter, each the other's.
 */
import type { Dtype } from "./dtype.ts";
import { constant, isDifferentiable, make, Node, type Op, type Work } from "./graph.ts";
import {
  expandView,
  flipView,
  permuteView,
  reduceShape,
  reshapeView,
  type Shape,
  sameShape,
  sliceView,
  type View,
} from "./shape.ts";

/** A linear op. `adjoint` gives the gradients of its inputs, in order; inputs of indices come last and have none. */
function linear(name: string, work: Work, adjoint: (node: Node, g: Node) => Node[]): Op {
  return {
    name,
    work,
    vjp: adjoint,
    jvp: (node, tangents) =>
      make(
        node.op,
        node.inputs.map((x, i) => tangents[i] ?? unmoved(x)),
        node.shape,
        node.dtype,
        node.attrs,
      ),
  };
}

/** What stands for an input without a tangent: zeros, or indices as they are. */
function unmoved(x: Node): Node {
  return isDifferentiable(x) ? zerosLike(x) : x;
}

function viewing(
  name: string,
  view: (input: View, node: Node) => View | null,
  adjoint: (node: Node, g: Node) => Node,
): Op {
  return linear(name, { kind: "view", view }, (node, g) => [adjoint(node, g)]);
}

const input = (node: Node): Node => node.inputs[0]!;

/** Zeros of a node's shape and dtype. */
export function zerosLike(x: Node): Node {
  return filled(0, x.shape, x.dtype);
}

/** A literal in every element. */
export function filled(value: number, shape: Shape, dtype: Dtype): Node {
  return expand(constant(value, dtype), shape);
}

const reshapeOp = viewing(
  "reshape",
  (view, node) => reshapeView(view, node.shape),
  (node, g) => reshape(g, input(node).shape),
);

/** The same elements in the same order under another shape of the same size. */
export function reshape(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x;
  return make(reshapeOp, [x.op === reshapeOp ? input(x) : x], shape, x.dtype);
}

const expandOp = viewing(
  "expand",
  (view, node) => expandView(view, node.shape),
  (node, g) => sumTo(g, input(node).shape),
);

/** Broadcast to `shape`: missing dimensions and those of size 1 stretched. */
export function expand(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x;
  return make(expandOp, [x.op === expandOp ? input(x) : x], shape, x.dtype);
}

/** The adjoint of `expand`: sums over the dimensions that were stretched. */
function sumTo(g: Node, shape: Shape): Node {
  const added = g.shape.length - shape.length;
  const stretched: number[] = [];
  for (let i = 0; i < g.shape.length; i++)
    if (i < added || shape[i - added] !== g.shape[i]) stretched.push(i);
  return reshape(sum(g, stretched), shape);
}

const permuteOp = viewing(
  "permute",
  (view, node) => permuteView(view, node.attrs),
  (node, g) => permute(g, inverse(node.attrs)),
);

/** Dimension i of the result is dimension order[i] of x. */
export function permute(x: Node, order: readonly number[]): Node {
  if (order.every((d, i) => d === i)) return x;
  return make(
    permuteOp,
    [x],
    order.map((d) => x.shape[d]!),
    x.dtype,
    order,
  );
}

function inverse(order: readonly number[]): number[] {
  return order.map((_, i) => order.indexOf(i));
}

const sliceOp = viewing(
  "slice",
  (view, node) => sliceView(view, node.attrs, node.shape),
  (node, g) => pad(g, node.attrs, input(node).shape),
);

/** The box of the given shape that begins at `starts`. */
export function slice(x: Node, starts: readonly number[], shape: Shape): Node {
  return sameShape(x.shape, shape) ? x : make(sliceOp, [x], shape, x.dtype, starts);
}

const padOp = linear("pad", { kind: "pad" }, (node, g) => [slice(g, node.attrs, input(node).shape)]);

/** x in a tensor of zeros of the given shape, beginning at `starts`. */
function pad(x: Node, starts: readonly number[], shape: Shape): Node {
  return sameShape(x.shape, shape) ? x : make(padOp, [x], shape, x.dtype, starts);
}

const flipOp = viewing(
  "flip",
  (view, node) => flipView(view, node.attrs),
  (node, g) => flip(g, node.attrs),
);

/** The named dimensions read backwards. */
export function flip(x: Node, dims: readonly number[]): Node {
  return dims.length === 0 ? x : make(flipOp, [x], x.shape, x.dtype, dims);
}

const catOp = linear("cat", { kind: "cat" }, (node, g) => {
  const dim = node.attrs[0]!;
  let start = 0;
  return node.inputs.map((x) => {
    const starts = x.shape.map((_, i) => (i === dim ? start : 0));
    start += x.shape[dim]!;
    return slice(g, starts, x.shape);
  });
});

/** The inputs, of equal dtype and of equal sizes in all other dimensions, one after the other along `dim`. */
export function cat(inputs: readonly Node[], dim: number): Node {
  const length = inputs.reduce((n, x) => n + x.shape[dim]!, 0);
  const shape = inputs[0]!.shape.map((d, i) => (i === dim ? length : d));
  return inputs.length === 1 ? inputs[0]! : make(catOp, inputs, shape, inputs[0]!.dtype, [dim]);
}

const sumOp = linear("sum", { kind: "reduce", fold: "sum" }, (node, g) => [expand(g, input(node).shape)]);

/** Sums over `dims`, each kept with size 1. Bools are counted, in int32. */
export function sum(x: Node, dims: readonly number[]): Node {
  const dtype = summed(x.dtype);
  return dims.length === 0 ? cast(x, dtype) : make(sumOp, [x], reduceShape(x.shape, dims, true), dtype, dims);
}

/** The dtype of sums and products. */
export function summed(dtype: Dtype): Dtype {
  return dtype === "bool" ? "int32" : dtype;
}

const cumsumOp = linear("cumsum", { kind: "cumsum" }, (node, g) => [
  flip(cumsum(flip(g, node.attrs), node.attrs[0]!), node.attrs),
]);

/** Running sums along `dim`. */
export function cumsum(x: Node, dim: number): Node {
  return make(cumsumOp, [x], x.shape, summed(x.dtype), [dim]);
}

const gatherOp = linear("gather", { kind: "gather" }, (node, g) => [
  scatter(g, node.inputs[1]!, node.attrs[0]!, input(node).shape[node.attrs[0]!]!),
]);

/** out[.., i, ..] = x[.., index[i], ..] along `dim`; index is int32 of one dimension, in range. */
export function gather(x: Node, index: Node, dim: number): Node {
  return make(gatherOp, [x, index], withSize(x.shape, dim, index.shape[0]!), x.dtype, [dim]);
}

const scatterOp = linear("scatter", { kind: "scatter" }, (node, g) => [
  gather(g, node.inputs[1]!, node.attrs[0]!),
]);

/** out[.., index[i], ..] += x[.., i, ..] along `dim`, which has `size` places, in the order of i. */
function scatter(x: Node, index: Node, dim: number, size: number): Node {
  return make(scatterOp, [x, index], withSize(x.shape, dim, size), x.dtype, [dim]);
}

function withSize(shape: Shape, dim: number, size: number): Shape {
  return shape.map((d, i) => (i === dim ? size : d));
}

const castOp = linear("cast", { kind: "cast" }, (node, g) => [cast(g, input(node).dtype)]);

/** The elements converted: to int32 toward zero and modulo 2^32, to bool by being other than zero. Gradients flow between floating dtypes. */
export function cast(x: Node, dtype: Dtype): Node {
  return x.dtype === dtype ? x : make(castOp, [x], x.shape, dtype);
}

const aliasOp = viewing(
  "alias",
  (view) => view,
  (_, g) => g,
);

/** The same tensor as a variable of its own, each time another: what is differentiated with respect to it does not see x by other ways. */
export function alias(x: Node): Node {
  return new Node(aliasOp, [x], x.shape, x.dtype);
}

const detachOp: Op = { name: "detach", work: { kind: "view", view: (view) => view } };

/** The same tensor, where gradients stop. */
export function detach(x: Node): Node {
  return make(detachOp, [x], x.shape, x.dtype);
}

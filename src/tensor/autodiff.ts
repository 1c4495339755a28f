/** Derivatives of functions of tensors, in JAX's terms: a function goes in, the function of its derivatives comes out. */

import { storage } from "../ir/dtype.ts";
import { ancestors, data, describe, isDifferentiable, type Node } from "../ir/graph.ts";
import { alias, detach, filled } from "../ir/linear.ts";
import { sizeOf } from "../ir/shape.ts";
import { gradients, matching, tangents } from "./gradients.ts";
import { stack, zeros } from "./make.ts";
import { keepsHistory, note, recording } from "./recording.ts";
import { isLeaf, Tensor } from "./tensor.ts";
import { rebuild, type Tensors, tensorsOf } from "./tree.ts";

/** The gradient of a scalar function for its first argument, of that argument's structure. */
export function grad<X extends Tensors, Rest extends unknown[]>(
  f: (x: X, ...rest: Rest) => Tensor,
): (x: X, ...rest: Rest) => X {
  const both = valueAndGrad(f);
  return (x, ...rest) => both(x, ...rest)[1];
}

/** The value of a scalar function and its gradient for the first argument. */
export function valueAndGrad<X extends Tensors, Rest extends unknown[]>(
  f: (x: X, ...rest: Rest) => Tensor,
): (x: X, ...rest: Rest) => [value: Tensor, gradient: X] {
  return (x, ...rest) => {
    const [value, gradient] = differentiating(x, (variables, nodes) => {
      const result = resultOf("grad", f(variables, ...rest));
      if (sizeOf(result.shape) !== 1)
        throw new RangeError(`grad expects a function with a scalar result, got ${describe(result)}`);
      return [result, gradients(result, filled(1, result.shape, result.dtype), nodes)];
    });
    const [first, ...parts] = known([value, ...gradient]);
    return [first!, rebuild(x, parts)];
  };
}

/** The value of f(...primals), and its tangent when the primals move along `directions`, one for each. */
export function jvp<Primals extends readonly Tensor[]>(
  f: (...primals: Primals) => Tensor,
  primals: Primals,
  directions: { readonly [K in keyof Primals]: Tensor },
): [value: Tensor, tangent: Tensor] {
  if (directions.length !== primals.length)
    throw new RangeError(
      `jvp expects a tangent for each of ${primals.length} primals, got ${directions.length}`,
    );
  for (const direction of directions) note(direction);
  const [value, tangent] = differentiating(primals, (variables, nodes) => {
    const result = resultOf("jvp", f(...variables));
    const along = nodes.map((node, i) => matching("jvp", "tangent", directions[i]!.node, node));
    return [result, tangents([result], nodes, along)[0]!];
  });
  return known([value, tangent]) as [Tensor, Tensor];
}

/** The value of f(...primals), and the function from a gradient of that value to the gradients of the primals. */
export function vjp<Primals extends readonly Tensor[]>(
  f: (...primals: Primals) => Tensor,
  primals: Primals,
): [value: Tensor, pullback: (gradient: Tensor) => { [K in keyof Primals]: Tensor }] {
  const [value, nodes] = differentiating(primals, (variables, nodes) => [
    resultOf("vjp", f(...variables)),
    nodes,
  ]);
  const pullback = (gradient: Tensor) => {
    note(gradient);
    return known(gradients(value, matching("vjp", "gradient", gradient.node, value), nodes));
  };
  return [known([value])[0]!, pullback as (gradient: Tensor) => { [K in keyof Primals]: Tensor }];
}

/**
 * The value of f at a structure of tensors, and its derivative for each of their elements in order: tensors of the shape of
 * the value, the columns of the Jacobian. One forward walk each, over what they share.
 */
export function linearize<X extends Tensors>(f: (x: X) => Tensor, x: X): [value: Tensor, columns: Tensor[]] {
  const [value, columns] = differentiating(x, (variables, nodes) => {
    const result = resultOf("linearize", f(variables));
    return [result, nodes.flatMap((node) => oneHots(node).map((t) => tangents([result], [node], [t])[0]!))];
  });
  const [first, ...rest] = known([value, ...columns]);
  return [first!, rest];
}

/**
 * Whether the derivative of f is the same wherever x is, as far as its graph tells: f is affine, or a step function of something,
 * whose derivative is 0 wherever it has one.
 */
export function hasConstantDerivative<X extends Tensors>(f: (x: X) => Tensor, x: X): boolean {
  return differentiating(x, (variables, nodes) => {
    const result = resultOf("linearize", f(variables));
    const columns = nodes.flatMap((node) => oneHots(node).map((t) => tangents([result], [node], [t])[0]!));
    return !ancestors(columns, () => false).some((node) => nodes.includes(node));
  });
}

/** All first derivatives of f at x: shape [...shape of f(x), ...shape of x]. By rows or by columns, whichever are fewer. */
export function jacobian(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return (x) => {
    const [result, lines, dim] = differentiating(x, (variable, [node]) => {
      const value = resultOf("jacobian", f(variable));
      return sizeOf(value.shape) < x.size
        ? [value, oneHots(value).map((t) => gradients(value, t, [node!])[0]!), 0]
        : [value, oneHots(node!).map((t) => tangents([value], [node!], [t])[0]!), 1];
    });
    const shape = [...result.shape, ...x.shape];
    if (lines.length === 0) return zeros(shape, { dtype: result.dtype });
    const flat = known(lines).map((line) => line.reshape([-1]));
    return stack(flat, dim).reshape(shape);
  };
}

/** All second derivatives of a scalar function at x: shape [...shape of x, ...shape of x]. */
export function hessian(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return jacobian(grad(f));
}

/** A tensor like x for each of its elements, 1 there and 0 elsewhere. */
function oneHots({ shape, dtype }: Node): Node[] {
  const size = sizeOf(shape);
  if (size === 1) return [filled(1, shape, dtype)];
  return Array.from({ length: size }, (_, i) => {
    const elements = storage(dtype, size);
    elements[i] = 1;
    return data(elements, shape, dtype);
  });
}

/** The variables of the derivatives being taken now: what comes from them still depends on an outer derivative. */
const active = new Set<Node>();

/** Runs f on variables of their own in place of the tensors of x, so that nothing else that f sees is taken for x. */
function differentiating<X extends Tensors, const R>(x: X, f: (variables: X, nodes: Node[]) => R): R {
  const tensors = tensorsOf(x);
  for (const t of tensors) note(t);
  const nodes = tensors.map((t) => {
    if (!isDifferentiable(t.node))
      throw new TypeError(`derivatives expect floating-point tensors, got ${describe(t.node)}`);
    return alias(t.node);
  });
  const variables = nodes.map((node) => new Tensor(node, true));
  for (const node of nodes) active.add(node);
  try {
    return recording(() => f(rebuild(x, variables), nodes));
  } finally {
    for (const node of nodes) active.delete(node);
  }
}

/** The node of what a differentiated function returned. */
function resultOf(op: string, result: unknown): Node {
  if (!(result instanceof Tensor))
    throw new TypeError(`${op} expects a function that returns a tensor, got ${typeof result}`);
  if (!isDifferentiable(result.node))
    throw new TypeError(
      `${op} expects a function with a floating-point result, got ${describe(result.node)}`,
    );
  return result.node;
}

/** Results as tensors, which ask for gradients only where they depend on an outer derivative or a leaf, and those are wanted. */
function known(nodes: readonly Node[]): Tensor[] {
  const isTracked = (x: Node) => active.has(x) || isLeaf(x);
  const depends = (...outputs: Node[]) => ancestors(outputs, () => false).some(isTracked);
  if (!depends(...nodes)) return nodes.map((node) => new Tensor(node));
  if (!keepsHistory()) return nodes.map((node) => new Tensor(detach(node)));
  return nodes.map((node) => new Tensor(node, depends(node)));
}

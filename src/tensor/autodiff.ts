/** Derivatives of functions of tensors, in JAX's terms: a function goes in, the function of its derivatives comes out. */

import { storage } from "../ir/dtype.ts";
import { ancestors, data, describe, isDifferentiable, type Node } from "../ir/graph.ts";
import { alias, filled } from "../ir/linear.ts";
import { sizeOf } from "../ir/shape.ts";
import { gradients, tangents } from "./gradients.ts";
import { stack } from "./make.ts";
import { isLeaf, recording, Tensor } from "./tensor.ts";
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
    const [value, parts] = differentiating(x, (variables, nodes) => {
      const result = f(variables, ...rest);
      if (result.size !== 1)
        throw new RangeError(`grad expects a function with a scalar result, got ${describe(result.node)}`);
      return [result.node, gradients(result.node, filled(1, result.shape, result.dtype), nodes)];
    });
    return [known(value), rebuild(x, parts.map(known))];
  };
}

/** The value of f(...primals), and its tangent when the primals move along `directions`, one for each. */
export function jvp<Primals extends readonly Tensor[]>(
  f: (...primals: Primals) => Tensor,
  primals: Primals,
  directions: { readonly [K in keyof Primals]: Tensor },
): [value: Tensor, tangent: Tensor] {
  const [value, tangent] = differentiating(primals, (variables, nodes) => {
    const result = f(...variables);
    return [
      result.node,
      tangents(
        [result.node],
        nodes,
        directions.map((t) => t.node),
      )[0]!,
    ];
  });
  return [known(value), known(tangent)];
}

/** The value of f(...primals), and the function from a gradient of that value to the gradients of the primals. */
export function vjp<Primals extends readonly Tensor[]>(
  f: (...primals: Primals) => Tensor,
  primals: Primals,
): [value: Tensor, pullback: (gradient: Tensor) => { [K in keyof Primals]: Tensor }] {
  const [value, nodes] = differentiating(primals, (variables, nodes) => [f(...variables).node, nodes]);
  const pullback = (gradient: Tensor) => gradients(value, gradient.node, nodes).map(known);
  return [known(value), pullback as (gradient: Tensor) => { [K in keyof Primals]: Tensor }];
}

/**
 * The value of f at a structure of tensors, and its derivative for each of their elements in order: tensors of the shape of
 * the value, the columns of the Jacobian. One forward walk each, over what they share.
 */
export function linearize<X extends Tensors>(f: (x: X) => Tensor, x: X): [value: Tensor, columns: Tensor[]] {
  const [value, columns] = differentiating(x, (variables, nodes) => {
    const result = f(variables).node;
    const along = nodes.map((node) => oneHots(node).map((t) => tangents([result], [node], [t])[0]!));
    return [result, along.flat()];
  });
  return [known(value), columns.map(known)];
}

/** All first derivatives of f at x: shape [...shape of f(x), ...shape of x]. */
export function jacobian(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return (x) => {
    const [value, rows] = differentiating(x, (variable, [node]) => {
      const result = f(variable).node;
      return [
        result,
        x.size > sizeOf(result.shape) && oneHots(result).map((t) => gradients(result, t, [node!])[0]!),
      ];
    });
    const parts = rows ? rows.map(known) : linearize(f, x)[1];
    return stack(
      parts.map((part) => part.reshape([-1])),
      rows ? 0 : 1,
    ).reshape([...value.shape, ...x.shape]);
  };
}

/** All second derivatives of a scalar function at x: shape [...shape of x, ...shape of x]. */
export function hessian(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return jacobian(grad(f));
}

/** A tensor like x for each of its elements, 1 there and 0 elsewhere. */
function oneHots({ shape, dtype }: Node): Node[] {
  const size = sizeOf(shape);
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
  const nodes = tensorsOf(x).map((t) => {
    if (!isDifferentiable(t.node))
      throw new TypeError(`derivatives expect floating-point tensors, got ${describe(t.node)}`);
    return alias(t.node);
  });
  for (const node of nodes) active.add(node);
  try {
    return recording(() =>
      f(
        rebuild(
          x,
          nodes.map((node) => new Tensor(node, true)),
        ),
        nodes,
      ),
    );
  } finally {
    for (const node of nodes) active.delete(node);
  }
}

/** A result as a tensor, which asks for gradients only where an outer derivative or a leaf does. */
function known(node: Node): Tensor {
  return new Tensor(
    node,
    ancestors([node], () => false).some((x) => active.has(x) || isLeaf(x)),
  );
}

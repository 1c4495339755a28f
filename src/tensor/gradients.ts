/** The chain rule over graphs: nodes go in, the nodes of their derivatives come out. Two short walks, one each way. */
import { ancestors, describe, isDifferentiable, type Node } from "../ir/graph.ts";
import { cast, zerosLike } from "../ir/linear.ts";
import { o } from "../ir/maps.ts";
import { sameShape } from "../ir/shape.ts";

/**
 * Reverse mode: the gradient of sum(output * seed) with respect to each of `wrt`, of that node's shape. A node of `wrt` is a
 * variable: the walk does not pass through it. What output does not depend on has a gradient of zeros.
 */
export function gradients(output: Node, seed: Node, wrt: readonly Node[]): Node[] {
  const variables = new Set(wrt);
  const order = dependents([output], variables);
  const gradient = new Map<Node, Node>([[output, seed]]);
  for (const node of order.reverse()) {
    const g = gradient.get(node);
    if (!g || variables.has(node) || !node.op.vjp) continue;
    const parts = node.op.vjp(node, g);
    node.inputs.forEach((input, i) => {
      const part = parts[i];
      if (!part || !isDifferentiable(input)) return;
      const before = gradient.get(input);
      gradient.set(input, before ? o.add(before, part) : part);
    });
  }
  return wrt.map((node) => gradient.get(node) ?? zerosLike(node));
}

/** Forward mode: the tangent of each output when each of `wrt` moves along its tangent. */
export function tangents(
  outputs: readonly Node[],
  wrt: readonly Node[],
  directions: readonly Node[],
): Node[] {
  const tangent = new Map<Node, Node | null>(wrt.map((node, i) => [node, directions[i]!]));
  for (const node of dependents(outputs, new Set(wrt))) {
    if (tangent.has(node) || !node.op.jvp) continue;
    tangent.set(
      node,
      node.op.jvp(
        node,
        node.inputs.map((input) => tangent.get(input) ?? null),
      ),
    );
  }
  return outputs.map((node) => tangent.get(node) ?? zerosLike(node));
}

/** A gradient or tangent that was given for a node: of its shape, brought to its dtype. */
export function matching(op: string, what: "gradient" | "tangent", given: Node, node: Node): Node {
  if (!sameShape(given.shape, node.shape))
    throw new RangeError(`${op} expects a ${what} for ${describe(node)}, got ${describe(given)}`);
  return cast(given, node.dtype);
}

/** The differentiable nodes on the way from `variables` to `outputs`, inputs first. */
function dependents(outputs: readonly Node[], variables: ReadonlySet<Node>): Node[] {
  const moving = new Set<Node>();
  return ancestors(outputs, (node) => variables.has(node)).filter((node) => {
    const moves = isDifferentiable(node) && (variables.has(node) || node.inputs.some((x) => moving.has(x)));
    if (moves) moving.add(node);
    return moves;
  });
}

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
  const { order, found } = reverse(output, seed, (node) => variables.has(node));
  return wrt.map((node) => (order[node.place] === node && found[node.place]) || zerosLike(node));
}

/** Reverse mode for the variables that are on the way: each of them, and its gradient. */
export function gradientsOfAll(
  output: Node,
  seed: Node,
  isVariable: (node: Node) => boolean,
): { wrt: Node[]; gradients: Node[] } {
  const { order, found } = reverse(output, seed, isVariable);
  const wrt = order.filter(isVariable);
  return { wrt, gradients: wrt.map((node) => found[node.place] ?? zerosLike(node)) };
}

/** The walk back: the nodes on the way, and by place the gradients of those that gradients reach. */
function reverse(
  output: Node,
  seed: Node,
  isVariable: (node: Node) => boolean,
): { order: readonly Node[]; found: readonly (Node | undefined)[] } {
  const order = ancestors([output], isVariable);
  const moves = moving(order, isVariable);
  const isWanted = (x: Node) => moves[x.place]!;
  const found = new Array<Node | undefined>(order.length);
  found[output.place] = seed;
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]!;
    const g = found[i];
    if (!g || !moves[i] || !node.op.vjp || isVariable(node)) continue;
    const parts = node.op.vjp(node, g, isWanted);
    for (let k = 0; k < parts.length; k++) {
      const part = parts[k];
      const { place } = node.inputs[k]!;
      if (!part || !moves[place]) continue;
      const before = found[place];
      found[place] = before ? o.add(before, part) : part;
    }
  }
  return { order, found };
}

/** Forward mode: the tangent of each output when each of `wrt` moves along its tangent. */
export function tangents(
  outputs: readonly Node[],
  wrt: readonly Node[],
  directions: readonly Node[],
): Node[] {
  const tangent = new Map<Node, Node | null>(wrt.map((node, i) => [node, directions[i]!]));
  const isVariable = (node: Node) => tangent.has(node);
  const order = ancestors(outputs, isVariable);
  const moves = moving(order, isVariable);
  for (const node of order) {
    if (!moves[node.place] || tangent.has(node) || !node.op.jvp) continue;
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

/** By place, whether a node is differentiable and depends on a variable. */
function moving(order: readonly Node[], isVariable: (node: Node) => boolean): boolean[] {
  const moves: boolean[] = [];
  for (const node of order)
    moves.push(isDifferentiable(node) && (isVariable(node) || hasMoving(node.inputs, moves)));
  return moves;
}

function hasMoving(inputs: readonly Node[], moves: readonly boolean[]): boolean {
  for (const input of inputs) if (moves[input.place]) return true;
  return false;
}

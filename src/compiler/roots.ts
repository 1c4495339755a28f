/**
 * Which nodes are stored: a graph goes in, the nodes whose elements must lie in memory come out. All others are computed in
 * the loops that need them, as often as they are needed.
 */
import { isGiven, type Node } from "../ir/graph.ts";
import { contiguous, isContiguous, sizeOf } from "../ir/shape.ts";

/** How many elementwise ops deep a loop computes: what is below is stored. */
const deepest = 64;
/** A result that is read so many times over, stretched, is stored and not computed each time. */
const stretched = 4;
/** How many views deep a loop computes: each reads the same at other places, and what is below is computed for each of them. */
const windows = 3;

/** The nodes that are stored, among them the leaves that are read. */
export class Roots {
  readonly #marked = new Set<Node>();
  readonly #apart = new Set<Node>();
  readonly #depths = new Map<Node, number>();
  readonly #views = new Map<Node, number>();

  /** `order` has inputs first. */
  constructor(order: readonly Node[], outputs: readonly Node[]) {
    for (const node of order) this.#visit(node);
    for (const node of outputs) this.mark(node);
  }

  has(node: Node): boolean {
    return this.#marked.has(node);
  }

  /** Whether loops that read a node must come after the one that stores it. */
  isApart(node: Node): boolean {
    return this.#apart.has(node);
  }

  /** Stores a node, or what it is another shape of. */
  mark(node: Node, isApart = false): void {
    this.#marked.add(origin(node));
    if (isApart) this.#apart.add(origin(node));
  }

  #visit(node: Node): void {
    if (isGiven(node)) return;
    this.#depths.set(node, 1 + this.#most(node, this.#depths));
    this.#views.set(node, this.#viewsTo(node));
    for (const x of this.#needed(node)) this.mark(x);
  }

  /** How many views lie between a node and what is stored, one above the other with something computed between them. */
  #viewsTo(node: Node): number {
    const x = base(node);
    if (node === x || origin(node) === x) return this.#most(node, this.#views);
    const isComputed = !isGiven(x) && !this.has(x) && literal(x) === undefined && sizeOf(x.shape) > 1;
    return isComputed ? 1 + this.#views.get(x)! : 0;
  }

  /** The most of what was counted for the inputs that are not stored. */
  #most(node: Node, counts: ReadonlyMap<Node, number>): number {
    return node.inputs.reduce((most, x) => Math.max(most, this.has(x) ? 0 : (counts.get(x) ?? 0)), 0);
  }

  /** Which nodes the work of a node wants stored, itself among them. */
  #needed(node: Node): readonly Node[] {
    const { work } = node.op;
    const [x, y] = node.inputs as [Node, Node];
    switch (work.kind) {
      case "map":
      case "cast":
        return this.#depths.get(node)! > deepest ? [node] : [];
      case "view":
        return isStretched(node) || this.#views.get(node)! > windows ? [base(x)] : [];
      case "reduce":
      case "cat":
        return [node];
      case "pad":
        return [base(x)];
      // Elements from everywhere are waited for: a loop that does nothing else waits for many at once.
      case "gather":
        return [node, base(x), base(y)];
      case "matmul":
        return [node, base(x), base(y)];
      case "position":
      case "cumsum":
      case "scatter":
        return [node, ...node.inputs];
      case "data":
      case "number":
      case "constant":
      case "argument":
        return [];
      default:
        return work satisfies never;
    }
  }
}

/** The literal that a node repeats, seen through views of this program; undefined for anything else. */
export function literal(node: Node): number | undefined {
  const { op, value } = base(node);
  return op.work.kind === "constant" ? value![0] : undefined;
}

/** What a node is another shape of, with the same elements in the same order. */
export function origin(node: Node): Node {
  let at = node;
  while (at.op.work.kind === "view" && !isGiven(at)) {
    const [x] = at.inputs as [Node];
    const view = at.op.work.view(contiguous(x.shape), at);
    const isSame = view?.offset === 0 && isContiguous(view) && sizeOf(x.shape) === sizeOf(at.shape);
    if (!isSame) return at;
    at = x;
  }
  return at;
}

/** The node below all views. */
export function base(node: Node): Node {
  let at = node;
  while (at.op.work.kind === "view" && !isGiven(at)) at = at.inputs[0]!;
  return at;
}

/** Whether a view repeats what is computed, and that is more than one number: numbers are computed before the loop begins. */
function isStretched(node: Node): boolean {
  const [x] = node.inputs as [Node];
  const size = sizeOf(x.shape);
  return size > 1 && sizeOf(node.shape) >= stretched * size && base(x).op.work.kind === "map";
}

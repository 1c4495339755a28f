/**
 * The graph: immutable nodes that say how a tensor comes about. The same expression is the same node, so what is asked twice is computed once.
 * Ops and input nodes go in; a node with its shape and dtype comes out. Nothing is computed here.
 */
import { type Dtype, dtypes, isFloating, type Storage } from "./dtype.ts";
import type { Lowering } from "./scalar.ts";
import { type Shape, sameShape, showShape, type View } from "./shape.ts";

/** How an op's numbers come about: the closed set of shapes of work that a backend knows how to do. */
export type Work =
  /** A leaf: the numbers are given; those of an argument only while its program runs. */
  | { readonly kind: "data" | "number" | "constant" | "argument" }
  /** Each element from the elements at the same place. `integer` is the lowering where the result is int32. */
  | { readonly kind: "map"; readonly lower: Lowering; readonly integer: Lowering }
  /** The input's own elements, read another way; null where no strides can say it, and the elements must be copied into order first. */
  | { readonly kind: "view"; readonly view: (input: View, node: Node) => View | null }
  /** The input in the middle of zeros, beginning at attrs. */
  | { readonly kind: "pad" }
  /** Each element converted to the dtype of the node. */
  | { readonly kind: "cast" }
  /** The inputs one after the other along dimension attrs[0]. */
  | { readonly kind: "cat" }
  /** The dimensions in attrs folded into one element, in the order that docs/sums.md fixes. */
  | { readonly kind: "reduce"; readonly fold: "sum" | "max" | "min" }
  /** The position of the first largest or smallest along dimension attrs[0]. */
  | { readonly kind: "position"; readonly of: "max" | "min" }
  /** Running sums along dimension attrs[0], in float64. */
  | { readonly kind: "cumsum" }
  /** [batch, m, k] by [batch, k, n]. */
  | { readonly kind: "matmul" }
  /** gather: out[.., i, ..] = x[.., index[i], ..] along dimension attrs[0]; scatter, its adjoint: out[.., index[i], ..] += x[.., i, ..]. */
  | { readonly kind: "gather" | "scatter" };

/** One op: its name, its work, and its derivatives as graphs. An op without derivatives stops gradients. */
export interface Op {
  readonly name: string;
  readonly work: Work;
  /** Gradients for the inputs from the gradient of the output: null where there is none. Those that are not wanted may be left out. */
  readonly vjp?: (node: Node, gradient: Node, isWanted: (input: Node) => boolean) => readonly (Node | null)[];
  /** The output's tangent from the inputs' tangents; null means zero, for both. */
  readonly jvp?: (node: Node, tangents: readonly (Node | null)[]) => Node | null;
}

let clock = 0;
const none: readonly number[] = [];

/** An expression. Everything about it is fixed but `value`, which realization fills in. */
export class Node {
  readonly op: Op;
  readonly inputs: readonly Node[];
  readonly shape: Shape;
  readonly dtype: Dtype;
  /** Whole numbers that the op's work reads: dims, starts, an order. */
  readonly attrs: readonly number[];
  /** Its number in order of creation. */
  readonly id = ++clock;
  /** Its id, or 0 for what depends on no data: such a node is older than any other. */
  readonly age: number;
  /** The elements, once known: given for leaves, else put here by realization. */
  value: Storage | undefined = undefined;
  /** Nodes made from this one as their youngest input, the last one first. */
  consumers: Remembered | undefined = undefined;
  /** Whom gradients that arrive at this node are left with, if anybody; of no account to the graph. */
  owner: object | undefined = undefined;
  /** The last walk that listed this node, negative while its inputs come first, and its place in that list. */
  walk = 0;
  place = 0;

  constructor(
    op: Op,
    inputs: readonly Node[],
    shape: Shape,
    dtype: Dtype,
    attrs: readonly number[] = none,
    isTimeless = false,
  ) {
    this.op = op;
    this.inputs = inputs;
    this.shape = shape;
    this.dtype = dtype;
    this.attrs = attrs;
    this.age = isTimeless ? 0 : this.id;
  }
}

/** A link in the chain of nodes that another remembers: most chains are so short that looking along them is quicker than any hashing. */
interface Remembered {
  readonly node: Node;
  next: Remembered | undefined;
}

/** What given elements are, and in a program also those that are known already. */
export const dataOp: Op = { name: "data", work: { kind: "data" } };
const numberOp: Op = { name: "number", work: { kind: "number" } };
const constantOp: Op = { name: "constant", work: { kind: "constant" } };

/** Given elements. Each call is a node of its own; `value` is held, not copied. */
export function data(value: Storage, shape: Shape, dtype: Dtype): Node {
  const node = new Node(dataOp, [], shape, dtype);
  node.value = value;
  return node;
}

const argumentOp: Op = { name: "argument", work: { kind: "argument" } };

/** Elements that are given later, each time anew, as `value`. */
export function argument(shape: Shape, dtype: Dtype): Node {
  return new Node(argumentOp, [], shape, dtype);
}

/** A number that is an argument of the program: another value of it is the same program. A scalar of shape []. */
export function number(value: number, dtype: Dtype): Node {
  return scalarLeaf(numberOp, value, dtype, numbers);
}

/** A literal of the program. A scalar of shape []. */
export function constant(value: number, dtype: Dtype): Node {
  return scalarLeaf(constantOp, value, dtype, constants);
}

type Leaves = Record<Dtype, Map<number | "-0", Node>>;

const [numbers, constants] = [leavesByDtype(), leavesByDtype()];

function leavesByDtype(): Leaves {
  return { bool: new Map(), int32: new Map(), float32: new Map(), float64: new Map() };
}

function scalarLeaf(op: Op, value: number, dtype: Dtype, leaves: Leaves): Node {
  const known = leaves[dtype];
  const key = Object.is(value, -0) ? "-0" : value;
  const before = known.get(key);
  if (before) return before;
  const node = new Node(op, [], [], dtype, none, true);
  node.value = new dtypes[dtype].array(1).fill(value);
  remember(known, key, node);
  return node;
}

/** The literal that a node repeats, seen through views; undefined for anything else, also for a number that is an argument. */
export function literalOf(node: Node): number | undefined {
  let seen = node;
  while (seen.op.work.kind === "view") seen = seen.inputs[0]!;
  return seen.op === constantOp ? seen.value![0] : undefined;
}

/**
 * The node for op(inputs). An equal node made before is returned again while its youngest input still remembers it, which
 * makes a node's remembered lifetime that of the input it dies with: a loop that goes on making new data leaves nothing behind.
 */
export function make(
  op: Op,
  inputs: readonly Node[],
  shape: Shape,
  dtype: Dtype,
  attrs: readonly number[] = none,
): Node {
  const youngest = youngestOf(inputs);
  let length = 0;
  for (let known = youngest.consumers; known; known = known.next, length++)
    if (isSame(known.node, op, inputs, shape, dtype, attrs)) return known.node;
  const node = new Node(op, inputs, shape, dtype, attrs, youngest.age === 0);
  youngest.consumers = { node, next: length < memory.ofNode ? youngest.consumers : undefined };
  return node;
}

/** Gives a node its elements. It is remembered no longer: large results live as long as those who asked for them, not their inputs. */
export function settle(node: Node, elements: Storage): void {
  node.value = elements;
  if (node.inputs.length > 0) forget(node, youngestOf(node.inputs));
}

/** Takes a node out of the chain of its youngest input. */
function forget(node: Node, youngest: Node): void {
  let before: Remembered | undefined;
  for (let known = youngest.consumers; known; before = known, known = known.next) {
    if (known.node !== node) continue;
    if (before) before.next = known.next;
    else youngest.consumers = known.next;
    return;
  }
}

function youngestOf(inputs: readonly Node[]): Node {
  let youngest = inputs[0]!;
  for (let i = 1; i < inputs.length; i++) if (inputs[i]!.age > youngest.age) youngest = inputs[i]!;
  return youngest;
}

/** How many expressions a node remembers at once, and a table of numbers. Forgetting costs a second computation, never a wrong one. */
const memory = { ofNode: 64, ofTable: 256 } as const;

function remember<K>(known: Map<K, Node>, key: K, node: Node): void {
  if (known.size >= memory.ofTable) known.clear();
  known.set(key, node);
}

function isSame(
  node: Node,
  op: Op,
  inputs: readonly Node[],
  shape: Shape,
  dtype: Dtype,
  attrs: readonly number[],
): boolean {
  if (node.op !== op || node.dtype !== dtype || node.inputs.length !== inputs.length) return false;
  for (let i = 0; i < inputs.length; i++) if (node.inputs[i] !== inputs[i]) return false;
  return sameShape(node.shape, shape) && sameShape(node.attrs, attrs);
}

let walks = 0;

/**
 * Every node that `outputs` depend on and they themselves, inputs first; until the next walk each node's `place` is where it
 * stands. `isLeaf` stops the walk: such a node is listed, its inputs are not.
 */
export function ancestors(outputs: readonly Node[], isLeaf: (node: Node) => boolean): Node[] {
  const walk = ++walks;
  const order: Node[] = [];
  const stack = [...outputs];
  while (stack.length > 0) {
    const node = stack[stack.length - 1]!;
    const isNew = node.walk !== walk && node.walk !== -walk;
    if (isNew && node.inputs.length > 0 && !isLeaf(node)) {
      node.walk = -walk;
      for (const input of node.inputs) if (input.walk !== walk) stack.push(input);
      continue;
    }
    stack.pop();
    if (node.walk !== walk) node.place = order.push(node) - 1;
    node.walk = walk;
  }
  return order;
}

/** `float32[4,5]`, for messages. */
export function describe(node: Node): string {
  return `${node.dtype}${showShape(node.shape)}`;
}

/** Whether gradients can flow through a node of this dtype. */
export function isDifferentiable(node: Node): boolean {
  return isFloating(node.dtype);
}

/** Whether a node's elements are given from outside, each time its program runs. */
export function isGiven(node: Node): boolean {
  const { kind } = node.op.work;
  return kind === "argument" || (node.value !== undefined && kind !== "constant");
}

/**
 * Which graphs are the same program: those that differ in nothing but the elements of their leaves. A graph goes in as a walk
 * lists it, and what was kept for one like it comes out. Of a graph that is kept no node stays, and so none of its elements.
 */
import type { Dtype } from "../ir/dtype.ts";
import { dataOp, type Node, type Op } from "../ir/graph.ts";
import { type Shape, sameShape } from "../ir/shape.ts";

/** What counts of a node: inputs by their places in the list, and of elements only a literal. */
interface Line {
  readonly op: Op;
  readonly dtype: Dtype;
  readonly shape: Shape;
  readonly attrs: readonly number[];
  readonly inputs: readonly number[];
  readonly literal: number;
}

interface Entry<P> {
  readonly lines: readonly Line[];
  readonly outputs: readonly number[];
  readonly program: P;
  /** When it was found last. */
  used: number;
}

type Hash = (order: readonly Node[], outputs: readonly Node[]) => number;

/**
 * A table from graphs to programs. A graph is the list that `ancestors` gives, before any other walk, with the nodes whose
 * elements are known for its leaves. Of more than `most` programs, those go that have not been found for the longest time.
 */
export class Signatures<P> {
  readonly #most: number;
  readonly #onEvict: (program: P) => void;
  readonly #hash: Hash;
  readonly #entries = new Map<number, Entry<P>[]>();
  #size = 0;
  #clock = 0;

  constructor(most: number, onEvict: (program: P) => void = () => {}, hash: Hash = hashOf) {
    this.#most = most;
    this.#onEvict = onEvict;
    this.#hash = hash;
  }

  get size(): number {
    return this.#size;
  }

  /** The program of a graph like this one. */
  find(order: readonly Node[], outputs: readonly Node[]): P | undefined {
    const alike = this.#entries.get(this.#hash(order, outputs));
    if (alike)
      for (const entry of alike) {
        if (!isSame(entry, order, outputs)) continue;
        entry.used = ++this.#clock;
        return entry.program;
      }
    return undefined;
  }

  /** Keeps the program of a graph that `find` does not know. */
  add(order: readonly Node[], outputs: readonly Node[], program: P): void {
    if (this.#size === this.#most) this.#evict();
    const hash = this.#hash(order, outputs);
    const entry = { lines: order.map(lineOf), outputs: placesOf(outputs), program, used: ++this.#clock };
    this.#entries.set(hash, [...(this.#entries.get(hash) ?? []), entry]);
    this.#size++;
  }

  #evict(): void {
    let [oldest, at]: [Entry<P> | undefined, number] = [undefined, 0];
    for (const [hash, alike] of this.#entries)
      for (const entry of alike) if (!oldest || entry.used < oldest.used) [oldest, at] = [entry, hash];
    if (!oldest) return;
    const rest = this.#entries.get(at)!.filter((entry) => entry !== oldest);
    if (rest.length > 0) this.#entries.set(at, rest);
    else this.#entries.delete(at);
    this.#size--;
    this.#onEvict(oldest.program);
  }
}

function isSame(
  { lines, outputs: places }: Entry<unknown>,
  order: readonly Node[],
  outputs: readonly Node[],
): boolean {
  if (lines.length !== order.length || places.length !== outputs.length) return false;
  for (let i = 0; i < order.length; i++) if (!isLine(lines[i]!, order[i]!)) return false;
  return areAt(outputs, places);
}

function isLine(line: Line, node: Node): boolean {
  if (opOf(node) !== line.op || node.dtype !== line.dtype || !sameShape(node.shape, line.shape)) return false;
  return isLeaf(node)
    ? Object.is(literalOf(node), line.literal)
    : sameShape(node.attrs, line.attrs) && areAt(node.inputs, line.inputs);
}

function areAt(nodes: readonly Node[], places: readonly number[]): boolean {
  if (nodes.length !== places.length) return false;
  for (let i = 0; i < nodes.length; i++) if (nodes[i]!.place !== places[i]) return false;
  return true;
}

function lineOf(node: Node): Line {
  const { dtype, shape, attrs, inputs } = node;
  const op = opOf(node);
  return isLeaf(node)
    ? { op, dtype, shape, attrs: [], inputs: [], literal: literalOf(node) }
    : { op, dtype, shape, attrs, inputs: placesOf(inputs), literal: 0 };
}

function placesOf(nodes: readonly Node[]): number[] {
  return nodes.map(({ place }) => place);
}

function isLeaf(node: Node): boolean {
  return node.value !== undefined || node.inputs.length === 0;
}

/** A node whose elements are known is data, whatever they were computed by. */
function opOf(node: Node): Op {
  return node.value !== undefined && node.inputs.length > 0 ? dataOp : node.op;
}

/** The number that a constant is; 0 for other leaves, whose elements do not count. */
function literalOf(leaf: Node): number {
  return leaf.op.work.kind === "constant" ? leaf.value![0]! : 0;
}

/** FNV-1a over what is quick to read. Of ops that is the length of the name: those of equal length are told apart by comparison. */
function hashOf(order: readonly Node[], outputs: readonly Node[]): number {
  let h = 0x811c9dc5;
  for (const node of order) {
    for (const d of node.shape) h = mix(h, d);
    h = mix(h, opOf(node).name.length);
    if (isLeaf(node)) h = mix(h, literalOf(node));
    else {
      for (const a of node.attrs) h = mix(h, a);
      for (const { place } of node.inputs) h = mix(h, place);
    }
  }
  for (const { place } of outputs) h = mix(h, place);
  return h;
}

function mix(h: number, part: number): number {
  return Math.imul(h ^ part, 0x01000193);
}

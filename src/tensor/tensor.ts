/**
 * What a person holds: a handle on a graph node. Operations record; numbers appear when they are looked at.
 * Methods for elementwise ops and reductions come from the tables; those with arguments of their own are written here.
 */
import { checkDtype, type Dtype, isFloating, type Storage } from "../ir/dtype.ts";
import type { MapRow } from "../ir/elementwise.ts";
import { data, describe, isDifferentiable, type Node, settle } from "../ir/graph.ts";
import { cast, detach, filled } from "../ir/linear.ts";
import { elementwise, type MapName, maps, o, power, walkMaps } from "../ir/maps.ts";
import { matmul } from "../ir/matmul.ts";
import { type AlongName, alongs, type ReductionName, reductions } from "../ir/reductions.ts";
import { type Shape, sameShape, sizeOf } from "../ir/shape.ts";
import { evaluate } from "../runtime/evaluate.ts";
import {
  type AlongOptions,
  along,
  type FoldOptions,
  folded,
  type PositionOptions,
  positionOf,
} from "./folding.ts";
import { gradientsOfAll, matching } from "./gradients.ts";
import * as movement from "./movement.ts";
import { print } from "./print.ts";
import { isTracing, keepsHistory, note } from "./recording.ts";

export { noGrad, recording } from "./recording.ts";

/** An operand: a tensor, or a number that broadcasts. */
export type Operand = Tensor | number;

/** Elements in arrays nested as deep as the tensor has dimensions; bools are booleans. */
export type Nested = number | boolean | Nested[];

type Maps = typeof maps;
type OfArity<N> = { [K in MapName]: Maps[K] extends { arity: N } ? K : never }[MapName];
type Parametric = { [K in MapName]: Maps[K] extends { defaults: readonly number[] } ? K : never }[MapName];
type UnaryMethods = { [K in keyof Pick<Maps, OfArity<1>>]: () => Tensor };
type BinaryMethods = {
  [K in keyof Pick<Maps, Exclude<OfArity<2>, Parametric | "pow">>]: (other: Operand) => Tensor;
};
type ParametricMethods = { [K in keyof Pick<Maps, Parametric>]: (parameter?: Operand) => Tensor };
type ReductionMethods = {
  [K in keyof typeof reductions]: (options?: FoldOptions) => Tensor;
};
type AlongMethods = { [K in keyof typeof alongs]: (options?: AlongOptions) => Tensor };
type TableMethods = UnaryMethods & BinaryMethods & ParametricMethods & ReductionMethods & AlongMethods;

/** The methods that every tensor has from the tables. */
export interface Tensor extends TableMethods {}

/**
 * An n-dimensional array of float32, float64, int32 or bool, lazily computed, with gradients. Its elements do not change;
 * the handle can be given others (`data`), and carries the gradient that `backward` leaves (`grad`).
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the methods declared above are put on the prototype below.
export class Tensor {
  #node: Node;
  #requiresGrad: boolean;
  #depth: number;
  #grad: Tensor | null = null;

  /** For the rooms that build on tensors; people use `tensor`, `zeros`, `randn`, ... `depth` counts recorded operations. */
  constructor(node: Node, requiresGrad = false, depth = 0) {
    this.#node = node;
    this.#requiresGrad = requiresGrad;
    this.#depth = depth;
    if (depth > deepest && !requiresGrad && !isTracing()) this.realize();
  }

  get shape(): Shape {
    return this.#node.shape;
  }
  get ndim(): number {
    return this.#node.shape.length;
  }
  /** How many elements. */
  get size(): number {
    return sizeOf(this.#node.shape);
  }
  get dtype(): Dtype {
    return this.#node.dtype;
  }
  /** The graph node behind the handle, for the rooms that build on tensors. */
  get node(): Node {
    return this.#node;
  }
  /** How many operations deep the recorded expression is. */
  get depth(): number {
    return this.#depth;
  }

  /** Whether gradients flow to this tensor. Setting it makes a leaf: a floating-point tensor with elements and no history. */
  get requiresGrad(): boolean {
    return this.#requiresGrad;
  }
  set requiresGrad(wanted: boolean) {
    if (wanted === this.#requiresGrad) return;
    if (wanted && !isDifferentiable(this.#node))
      throw new TypeError(`requiresGrad expects a floating-point tensor, got ${describe(this.#node)}`);
    if (!wanted && !isLeaf(this.#node))
      throw new Error("requiresGrad = false expects a leaf, got the result of operations (use detach)");
    this.#become(this.realize(), wanted);
  }

  /** The gradient that `backward` has added up for this leaf: null before, and again when you set it so. */
  get grad(): Tensor | null {
    return this.#grad;
  }
  set grad(value: Tensor | null) {
    if (value !== null) this.#checkLike("grad", value);
    this.#grad = value;
  }

  /** The elements without history. Assigning computes the new elements then and there. */
  get data(): Tensor {
    return this.detach();
  }
  set data(value: Tensor) {
    this.#checkLike("data", value);
    this.#become(value.realize(), this.#requiresGrad);
  }

  #checkLike(what: string, value: Tensor): void {
    const { node } = asTensor(what, value);
    if (!sameShape(node.shape, this.shape) || node.dtype !== this.dtype)
      throw new TypeError(`${what} expects ${describe(this.#node)}, got ${describe(node)}`);
  }

  #become(elements: Storage, requiresGrad: boolean): void {
    this.#node = data(elements, this.shape, this.dtype);
    this.#requiresGrad = requiresGrad;
    if (requiresGrad) this.#node.owner = this;
  }

  /** Computes the elements, flat in row-major order; not to be written to. What no gradient needs forgets how it was made. */
  realize(): Storage {
    note(this);
    if (!this.#node.value) this.settle(evaluate([this.#node])[0]!);
    return this.#node.value!;
  }

  /** Takes its computed elements, for the rooms that compute several tensors at once. */
  settle(elements: Storage): void {
    settle(this.#node, elements);
    if (!this.#requiresGrad) this.#become(elements, false);
    this.#depth = 0;
  }

  /** The one element as a number; a bool is 1 or 0. */
  item(): number {
    if (this.size !== 1)
      throw new RangeError(`item expects a tensor of one element, got ${describe(this.#node)}`);
    return this.realize()[0]!;
  }

  /** All elements, in arrays nested as deep as there are dimensions. */
  toArray(): Nested {
    return nest([...this.realize()], this.shape, this.dtype === "bool");
  }

  /** A copy of the elements, flat in row-major order; bools as bytes. */
  toTypedArray(): Storage {
    return this.realize().slice();
  }

  toString(): string {
    return print(this.realize(), this.shape, this.dtype, this.#requiresGrad);
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** The parts along dimension 0, each one dimension less; gradients flow back through them. */
  *[Symbol.iterator](): Generator<Tensor, void, undefined> {
    if (this.ndim === 0) throw new RangeError("iteration expects at least one dimension, got a scalar");
    for (let i = 0; i < this.shape[0]!; i++) yield record([this], (x) => movement.part(x, i));
  }

  /**
   * Adds to `grad` of every leaf that requires it the gradient of this scalar, or of sum(this * gradient).
   * Everything is computed then and there, in one walk.
   */
  backward(gradient?: Tensor): void {
    if (!this.#requiresGrad)
      throw new Error("backward expects a tensor made from one with requiresGrad, got one without");
    const seed = seedFor(this.#node, gradient);
    const { wrt, gradients } = gradientsOfAll(this.#node, seed, isLeaf);
    const totals = wrt.map((node, i) => {
      const before = (node.owner as Tensor).grad;
      return before ? o.add(before.node, gradients[i]!) : gradients[i]!;
    });
    const elements = evaluate([this.#node, ...totals]);
    this.settle(elements[0]!);
    wrt.forEach((node, i) => {
      (node.owner as Tensor).#grad = new Tensor(data(elements[i + 1]!, node.shape, node.dtype));
    });
  }

  /** The same elements, where gradients stop. */
  detach(): Tensor {
    return new Tensor(this.#requiresGrad ? detach(this.#node) : this.#node, false, this.#depth);
  }
  /** The same elements under a handle of its own; gradients flow. */
  clone(): Tensor {
    return record([this], (x) => x);
  }

  /** Converted elements: to int32 toward zero, to bool by being other than zero. */
  to(dtype: Dtype): Tensor {
    return record([this], (x) => cast(x, checkDtype(dtype)));
  }
  /** As float32. */
  float(): Tensor {
    return this.to("float32");
  }
  /** As float64. */
  double(): Tensor {
    return this.to("float64");
  }

  /** This to a power. */
  pow(exponent: Operand): Tensor {
    return typeof exponent === "number"
      ? record([this], (x) => power(x, exponent))
      : mapped("pow", [this, exponent]);
  }
  /** No smaller than min and no larger than max; either may be left out. */
  clamp(min?: Operand, max?: Operand): Tensor {
    if (isFloating(this.dtype)) return mapped("clamp", [this, min ?? -Infinity, max ?? Infinity]);
    const raised = min === undefined ? this : this.maximum(min);
    return max === undefined ? raised : raised.minimum(max);
  }
  /** The matrix product [.., m, k] @ [.., k, n], with PyTorch's rules for vectors and batches. Dtypes agree. */
  matmul(other: Tensor): Tensor {
    return record([this, asTensor("matmul", other)], matmul);
  }

  /** The position of the first largest element along dim, as int32; of all elements in order when no dim is given. */
  argmax(options?: PositionOptions): Tensor {
    return record([this], (x) => positionOf("max", x, options));
  }
  /** The position of the first smallest element. */
  argmin(options?: PositionOptions): Tensor {
    return record([this], (x) => positionOf("min", x, options));
  }

  /** The same elements in the same order; a size of -1 is what the others leave. */
  reshape(shape: Shape): Tensor {
    return record([this], (x) => movement.reshape(x, shape));
  }
  /** Dimension i of the result is dimension order[i]. */
  permute(order: readonly number[]): Tensor {
    return record([this], (x) => movement.permute(x, order));
  }
  /** Two dimensions exchanged. */
  transpose(dim0: number, dim1: number): Tensor {
    return record([this], (x) => movement.transpose(x, dim0, dim1));
  }
  /** Sizes of 1 stretched, dimensions added in front; -1 keeps a size. */
  expand(shape: Shape): Tensor {
    return record([this], (x) => movement.expand(x, shape));
  }
  /** Without dimensions of size 1, or without the one named. */
  squeeze(dim?: number): Tensor {
    return record([this], (x) => movement.squeeze(x, dim));
  }
  /** With a new dimension of size 1 at dim. */
  unsqueeze(dim: number): Tensor {
    return record([this], (x) => movement.unsqueeze(x, dim));
  }
  /** `slice([[1, 4], [2, 6]])`: a range for each dimension, from the first; negative numbers count from the end. */
  slice(ranges: readonly movement.Range[]): Tensor {
    return record([this], (x) => movement.slice(x, ranges));
  }
  /** The named dimensions read backwards. */
  flip(dims: number | readonly number[]): Tensor {
    return record([this], (x) => movement.flip(x, dims));
  }
  /** Row i of the result, along dim, is row indices[i]. */
  indexSelect(dim: number, indices: Tensor | readonly number[]): Tensor {
    const index = indices instanceof Tensor ? indices : indexTensor(indices);
    return record([this, index], (x, i) => movement.indexSelect(x, dim, i));
  }
}

/** How deep an expression that no gradient needs may grow before it is computed, so that a loop that looks at nothing stays small. */
const deepest = 500;

/** Whether a node is that of a leaf that asks for gradients. */
export function isLeaf(node: Node): boolean {
  return node.owner !== undefined;
}

/** Computes several tensors at once, sharing what they share. */
export function realize(tensors: readonly Tensor[]): void {
  const waiting = tensors.filter((t) => t.node.value === undefined);
  const elements = evaluate(waiting.map((t) => t.node));
  waiting.forEach((t, i) => {
    t.settle(elements[i]!);
  });
}

/** The tensor of a node made from those of the operands, and from numbers as they are. All operations come through here. */
export function record(operands: readonly Tensor[], build: (...nodes: [Node, Node, Node]) => Node): Tensor;
export function record(operands: readonly Operand[], build: (...nodes: (Node | number)[]) => Node): Tensor;
export function record(operands: readonly Operand[], build: (...nodes: never[]) => Node): Tensor {
  const nodes = new Array<Node | number>(operands.length);
  let depth = 0;
  let asksForGradients = false;
  for (let i = 0; i < operands.length; i++) {
    const x = operands[i]!;
    nodes[i] = typeof x === "number" ? x : nodeOf(x);
    if (typeof x === "number") continue;
    depth = Math.max(depth, x.depth);
    asksForGradients ||= x.requiresGrad;
  }
  const node = build(...(nodes as never[]));
  return new Tensor(node, asksForGradients && keepsHistory() && isDifferentiable(node), depth + 1);
}

/** What an operation takes of a tensor. */
function nodeOf(x: Tensor): Node {
  note(x);
  return x.requiresGrad && !keepsHistory() ? detach(x.node) : x.node;
}

/** An elementwise op on tensors and numbers; at least one is a tensor. */
export function mapped(name: MapName, args: readonly Operand[]): Tensor {
  return operations[name](args);
}

const operations = walkMaps(operationOf);

function operationOf(name: MapName, row: MapRow): (args: readonly Operand[]) => Tensor {
  const write = elementwise[name];
  return (args) => {
    const operands = withDefaults(row, args);
    for (const x of operands)
      if (!(x instanceof Tensor) && typeof x !== "number")
        throw new TypeError(`${name} expects tensors or numbers, got ${typeName(x)}`);
    return record(operands, write);
  };
}

/** As many operands as the row takes: the last ones by default where they are not given. */
function withDefaults({ arity, defaults = [] }: MapRow, args: readonly Operand[]): readonly Operand[] {
  if (args.length === arity && !args.includes(undefined as unknown as Operand)) return args;
  return Array.from({ length: arity }, (_, i) => args[i] ?? defaults[i - arity + defaults.length]!);
}

/** The operand of an op that takes no numbers. */
export function asTensor(op: string, x: unknown): Tensor {
  if (x instanceof Tensor) return x;
  throw new TypeError(`${op} expects a tensor, got ${typeName(x)}`);
}

function typeName(x: unknown): string {
  return x === null ? "null" : Array.isArray(x) ? "an array" : typeof x;
}

/** Rows whose methods have arguments of their own, or none. */
const handwritten: ReadonlySet<MapName> = new Set(["where", "clamp", "pow"]);

for (const name of Object.keys(maps) as MapName[]) {
  if (handwritten.has(name)) continue;
  const operation = operations[name];
  define(name, function (...args: Operand[]) {
    return operation([this, ...args]);
  });
}
for (const name of Object.keys(reductions) as ReductionName[])
  define(name, function (options?: FoldOptions) {
    return record([this], (x) => folded(name, x, options));
  });
for (const name of Object.keys(alongs) as AlongName[])
  define(name, function (options?: AlongOptions) {
    return record([this], (x) => along(name, x, options));
  });

function define(name: string, value: (this: Tensor, ...args: never[]) => Tensor): void {
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
}

function nest(elements: number[], shape: Shape, isBool: boolean): Nested {
  if (shape.length === 0) return isBool ? elements[0] !== 0 : elements[0]!;
  const [length, ...rest] = shape as [number, ...number[]];
  const size = sizeOf(rest);
  return Array.from({ length }, (_, i) => nest(elements.slice(i * size, (i + 1) * size), rest, isBool));
}

function seedFor(node: Node, gradient: Tensor | undefined): Node {
  if (!gradient && sizeOf(node.shape) !== 1)
    throw new RangeError(`backward expects a scalar, or a gradient for its shape, got ${describe(node)}`);
  return gradient ? matching("backward", "gradient", gradient.node, node) : filled(1, node.shape, node.dtype);
}

function indexTensor(indices: readonly number[]): Tensor {
  if (!Array.isArray(indices) || !indices.every(Number.isInteger))
    throw new TypeError(`indexSelect expects whole numbers, got [${String(indices)}]`);
  return new Tensor(data(Int32Array.from(indices), [indices.length], "int32"));
}

/** Makers of tensors: from numbers, by rule, at random, and from other tensors. */
import { type Dtype, dtypes, isFloating, promote, type Storage, storage } from "../ir/dtype.ts";
import { data } from "../ir/graph.ts";
import { cast } from "../ir/linear.ts";
import { type Shape, showShape, sizeOf } from "../ir/shape.ts";
import * as movement from "./movement.ts";
import { Generator } from "./random.ts";
import { mapped, type Operand, record, Tensor } from "./tensor.ts";

/** What makers take last. The dtype is float32 unless said; gradients only flow to floating-point tensors. */
export interface MakeOptions {
  readonly dtype?: Dtype;
  readonly requiresGrad?: boolean;
}

/** What `tensor` makes a tensor of: a number or bool, arrays of them nested to a regular shape, a typed array, a tensor. */
export type TensorData = number | boolean | Tensor | ArrayLike<number> | readonly TensorData[];

/**
 * A tensor of the given elements, copied. Numbers become float32 and booleans bool unless `dtype` says otherwise; typed
 * arrays keep their type. `shape` reads a flat array as another shape.
 */
export function tensor(
  source: TensorData,
  { dtype, shape, requiresGrad }: MakeOptions & { readonly shape?: Shape } = {},
): Tensor {
  const given = read(source);
  const elements = convert(given.elements, dtype ?? given.dtype);
  const shaped = shape ?? given.shape;
  if (sizeOf(shaped) !== elements.length)
    throw new RangeError(
      `tensor expects ${sizeOf(shaped)} elements for shape ${showShape(shaped)}, got ${elements.length}`,
    );
  return leaf(elements, shaped, dtype ?? given.dtype, requiresGrad);
}

function leaf(elements: Storage, shape: Shape, dtype: Dtype, requiresGrad = false): Tensor {
  const made = new Tensor(data(elements, shape, dtype));
  if (requiresGrad) made.requiresGrad = true;
  return made;
}

interface Given {
  readonly elements: ArrayLike<number>;
  readonly shape: Shape;
  readonly dtype: Dtype;
}

function read(source: unknown): Given {
  if (source instanceof Tensor)
    return { elements: source.realize(), shape: source.shape, dtype: source.dtype };
  if (ArrayBuffer.isView(source) && !(source instanceof DataView))
    return readTyped(source as unknown as ArrayLike<unknown>);
  const shape = shapeOf(source);
  const flat: unknown[] = [];
  flatten(source, shape, [], flat);
  const isBool = flat.length > 0 && flat.every((x) => typeof x === "boolean");
  return { elements: flat.map(Number), shape, dtype: isBool ? "bool" : "float32" };
}

function readTyped(source: ArrayLike<unknown>): Given {
  if (typeof source[0] === "bigint") throw new TypeError(`tensor expects numbers, got bigint ${source[0]}n`);
  const dtype =
    source instanceof Float64Array ? "float64" : source instanceof Float32Array ? "float32" : "int32";
  return { elements: source as ArrayLike<number>, shape: [source.length], dtype };
}

/** The shape of nested arrays, read along the first of each. */
function shapeOf(source: unknown): number[] {
  if (source instanceof Tensor) return [...source.shape];
  if (Array.isArray(source)) return [source.length, ...(source.length > 0 ? shapeOf(source[0]) : [])];
  return ArrayBuffer.isView(source) ? [(source as unknown as ArrayLike<unknown>).length] : [];
}

function flatten(source: unknown, shape: Shape, at: readonly number[], out: unknown[]): void {
  if (shape.length === 0) {
    const element = source instanceof Tensor && source.size === 1 ? source.item() : source;
    if (typeof element !== "number" && typeof element !== "boolean")
      throw new TypeError(
        `tensor expects numbers or booleans, got ${JSON.stringify(source) ?? typeof source} at ${showShape(at)}`,
      );
    out.push(element);
    return;
  }
  const items = source instanceof Tensor ? [...source] : isArrayLike(source) ? Array.from(source) : [];
  if (items.length !== shape[0])
    throw new RangeError(
      `tensor expects ${shape[0]} elements at ${showShape(at)}, as in the first place, got ${items.length}`,
    );
  for (const [i, item] of items.entries()) flatten(item, shape.slice(1), [...at, i], out);
}

function isArrayLike(source: unknown): source is ArrayLike<unknown> {
  return Array.isArray(source) || (ArrayBuffer.isView(source) && !(source instanceof DataView));
}

function convert(elements: ArrayLike<number>, dtype: Dtype): Storage {
  if (!(dtype in dtypes)) throw new TypeError(`unknown dtype: ${dtype}`);
  const out = storage(dtype, elements.length);
  if (dtype === "bool") for (let i = 0; i < out.length; i++) out[i] = elements[i] === 0 ? 0 : 1;
  else out.set(elements);
  return out;
}

/** A tensor of zeros. */
export function zeros(shape: Shape, options: MakeOptions = {}): Tensor {
  return full(shape, 0, options);
}

/** A tensor of ones. */
export function ones(shape: Shape, options: MakeOptions = {}): Tensor {
  return full(shape, 1, options);
}

/** A tensor of the one value everywhere. */
export function full(
  shape: Shape,
  value: number,
  { dtype = "float32", requiresGrad }: MakeOptions = {},
): Tensor {
  return leaf(
    convert(new Float64Array(checked("full", shape)).fill(value), dtype),
    shape,
    dtype,
    requiresGrad,
  );
}

function checked(op: string, shape: Shape): number {
  if (!Array.isArray(shape) || shape.some((d) => !Number.isInteger(d) || d < 0))
    throw new RangeError(
      `${op} expects a shape of whole numbers, got ${Array.isArray(shape) ? showShape(shape) : String(shape)}`,
    );
  return sizeOf(shape);
}

/** Zeros of a tensor's shape and dtype. */
export function zerosLike(t: Tensor, options: MakeOptions = {}): Tensor {
  return zeros(t.shape, { dtype: t.dtype, ...options });
}

/** Ones of a tensor's shape and dtype. */
export function onesLike(t: Tensor, options: MakeOptions = {}): Tensor {
  return ones(t.shape, { dtype: t.dtype, ...options });
}

/** The n by n identity matrix. */
export function eye(n: number, { dtype = "float32", requiresGrad }: MakeOptions = {}): Tensor {
  const elements = storage(dtype, checked("eye", [n, n]));
  for (let i = 0; i < n; i++) elements[i * (n + 1)] = 1;
  return leaf(elements, [n, n], dtype, requiresGrad);
}

/** start, start + step, ... up to but not including end; `arange(end)` begins at 0 with steps of 1. float32, unlike PyTorch's whole numbers. */
export function arange(end: number, options?: MakeOptions): Tensor;
export function arange(start: number, end: number, options?: MakeOptions): Tensor;
export function arange(start: number, end: number, step: number, options?: MakeOptions): Tensor;
export function arange(...args: (number | MakeOptions | undefined)[]): Tensor {
  const numbers = args.filter((a) => typeof a === "number");
  const options = args.find((a) => typeof a === "object") ?? {};
  const [start, end, step = 1] =
    numbers.length === 1 ? [0, numbers[0]!] : (numbers as [number, number, number?]);
  const length = Math.ceil((end - start) / step);
  if (!(step !== 0 && length >= 0 && Number.isFinite(length)))
    throw new RangeError(`arange expects a step that leads from start to end, got ${start}, ${end}, ${step}`);
  return sequence(length, (i) => start + i * step, options);
}

/** `steps` numbers from start to end, both included, evenly spaced. */
export function linspace(start: number, end: number, steps: number, options: MakeOptions = {}): Tensor {
  checked("linspace", [steps]);
  const step = (end - start) / (steps - 1);
  return sequence(steps, (i) => (i < steps / 2 ? start + i * step : end - (steps - 1 - i) * step), options);
}

function sequence(
  length: number,
  term: (i: number) => number,
  { dtype = "float32", requiresGrad }: MakeOptions,
): Tensor {
  return leaf(
    convert(
      Float64Array.from({ length }, (_, i) => term(i)),
      dtype,
    ),
    [length],
    dtype,
    requiresGrad,
  );
}

/** The stream that random makers draw from; PyTorch's default seed. */
let generator = new Generator(67280421310721);

/** Starts the random stream anew: after the same seed come the same numbers, which are those of PyTorch on the CPU. */
export function manualSeed(seed: number): void {
  generator = new Generator(seed);
}

/** Uniform numbers in [0, 1). */
export function rand(shape: Shape, options: MakeOptions = {}): Tensor {
  return drawn("rand", shape, options, (out) => generator.uniform(out));
}

/** Numbers from the standard normal distribution. */
export function randn(shape: Shape, options: MakeOptions = {}): Tensor {
  return drawn("randn", shape, options, (out) => generator.normal(out));
}

function drawn(
  op: string,
  shape: Shape,
  { dtype = "float32", requiresGrad }: MakeOptions,
  draw: (out: Float32Array | Float64Array) => void,
): Tensor {
  if (!isFloating(dtype)) throw new TypeError(`${op} expects a floating-point dtype, got ${dtype}`);
  const out = storage(dtype, checked(op, shape)) as Float32Array | Float64Array;
  draw(out);
  return leaf(out, shape, dtype, requiresGrad);
}

/** Whole numbers from low up to but not including high, as int32. */
export function randint(
  low: number,
  high: number,
  shape: Shape,
  { dtype = "int32" }: MakeOptions = {},
): Tensor {
  if (!(Number.isInteger(low) && Number.isInteger(high) && low < high))
    throw new RangeError(`randint expects whole numbers low < high, got ${low} and ${high}`);
  const out = new Int32Array(checked("randint", shape));
  generator.integers(out, low, high);
  return leaf(convert(out, dtype), shape, dtype);
}

/** The numbers 0 to n - 1 in random order, as int32. */
export function randperm(n: number, { dtype = "int32" }: MakeOptions = {}): Tensor {
  checked("randperm", [n]);
  return leaf(convert(generator.permutation(n), dtype), [n], dtype);
}

/** The tensors one after the other along dim. Dtypes promote. */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  return joined(tensors, (nodes) => movement.cat(nodes, dim));
}

/** The tensors along a new dimension. Dtypes promote. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  return joined(tensors, (nodes) => movement.stack(nodes, dim));
}

function joined(
  tensors: readonly Tensor[],
  join: (nodes: Parameters<typeof movement.cat>[0]) => ReturnType<typeof movement.cat>,
): Tensor {
  const dtype = tensors.map((t) => t.dtype).reduce(promote, "bool");
  return record(tensors, (...nodes) => join(nodes.map((x) => cast(x, dtype))));
}

/** Elements of a where the condition holds (is other than zero), else of b; all three broadcast. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  return mapped("where", [condition, a, b]);
}

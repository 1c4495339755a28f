/** Makers of tensors: from numbers, by rule, at random, and from other tensors. */
import { checkDtype, type Dtype, isFloating, promote, type Storage, storage } from "../ir/dtype.ts";
import { data, type Node } from "../ir/graph.ts";
import { cast } from "../ir/linear.ts";
import { type Shape, showShape, sizeOf } from "../ir/shape.ts";
import * as movement from "./movement.ts";
import { Generator } from "./random.ts";
import { read, show, type TensorData } from "./source.ts";
import { asTensor, mapped, type Operand, record, Tensor } from "./tensor.ts";

export type { TensorData };

/** What makers take last. The dtype is float32 unless said; gradients only flow to floating-point tensors. */
export interface MakeOptions {
  readonly dtype?: Dtype;
  readonly requiresGrad?: boolean;
}

/**
 * A tensor of the given elements, copied. Numbers become float32 and booleans bool unless `dtype` says otherwise; typed
 * arrays keep their type where there is one for it. `shape` reads the elements as another shape.
 */
export function tensor(
  source: TensorData,
  { dtype, shape, requiresGrad }: MakeOptions & { readonly shape?: Shape } = {},
): Tensor {
  const given = read(source);
  const shaped = shape ?? given.shape;
  const size = checkShape("tensor", shaped);
  if (size !== given.elements.length)
    throw new RangeError(
      `tensor expects ${size} elements for shape ${showShape(shaped)}, got ${given.elements.length}`,
    );
  return leaf(convert(given.elements, dtype ?? given.dtype), shaped, dtype ?? given.dtype, requiresGrad);
}

function leaf(elements: Storage, shape: Shape, dtype: Dtype, requiresGrad = false): Tensor {
  const made = new Tensor(data(elements, [...shape], dtype));
  if (requiresGrad) made.requiresGrad = true;
  return made;
}

function convert(elements: ArrayLike<number>, dtype: Dtype): Storage {
  const out = storage(checkDtype(dtype), elements.length);
  if (dtype === "bool") for (let i = 0; i < out.length; i++) out[i] = elements[i] === 0 ? 0 : 1;
  else out.set(elements);
  return out;
}

/** A tensor of zeros. */
export function zeros(shape: Shape, options?: MakeOptions): Tensor {
  return filled("zeros", shape, 0, options);
}

/** A tensor of ones. */
export function ones(shape: Shape, options?: MakeOptions): Tensor {
  return filled("ones", shape, 1, options);
}

/** A tensor of the one value everywhere. */
export function full(shape: Shape, value: number, options?: MakeOptions): Tensor {
  return filled("full", shape, value, options);
}

function filled(
  op: string,
  shape: Shape,
  value: number,
  { dtype = "float32", requiresGrad }: MakeOptions = {},
): Tensor {
  const size = checkShape(op, shape);
  const [element] = convert([value], dtype);
  return leaf(storage(dtype, size).fill(element!), shape, dtype, requiresGrad);
}

/** The size of a shape as people give it. */
function checkShape(op: string, shape: Shape): number {
  if (!Array.isArray(shape) || !shape.every((d) => Number.isInteger(d) && d >= 0))
    throw new RangeError(
      `${op} expects a shape of whole numbers, got ${Array.isArray(shape) ? showShape(shape) : show(shape)}`,
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
  const elements = storage(checkDtype(dtype), checkShape("eye", [n, n]));
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
  const length = (end - start) / step;
  if (!(length >= 0 && length < Infinity))
    throw new RangeError(`arange expects a step that leads from start to end, got ${start}, ${end}, ${step}`);
  return sequence(Math.ceil(length), (i) => start + i * step, options);
}

/** `steps` numbers from start to end, both included, evenly spaced. */
export function linspace(start: number, end: number, steps: number, options: MakeOptions = {}): Tensor {
  checkShape("linspace", [steps]);
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  return sequence(steps, (i) => (i < steps / 2 ? start + i * step : end - (steps - 1 - i) * step), options);
}

function sequence(
  length: number,
  term: (i: number) => number,
  { dtype = "float32", requiresGrad }: MakeOptions,
): Tensor {
  const terms = new Float64Array(length);
  for (let i = 0; i < length; i++) terms[i] = term(i);
  return leaf(convert(terms, dtype), [length], dtype, requiresGrad);
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
  if (!isFloating(checkDtype(dtype)))
    throw new TypeError(`${op} expects a floating-point dtype, got ${dtype}`);
  const out = storage(dtype, checkShape(op, shape)) as Float32Array | Float64Array;
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
  const out = new Int32Array(checkShape("randint", shape));
  generator.integers(out, low, high);
  return leaf(convert(out, dtype), shape, dtype);
}

/** The numbers 0 to n - 1 in random order, as int32. */
export function randperm(n: number, { dtype = "int32" }: MakeOptions = {}): Tensor {
  checkShape("randperm", [n]);
  return leaf(convert(generator.permutation(n), dtype), [n], dtype);
}

/** The tensors one after the other along dim. Dtypes promote; tensors of shape [0] fit beside any, as in PyTorch. */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  return joined("cat", tensors, (nodes) => movement.cat(nodes, dim));
}

/** The tensors along a new dimension. Dtypes promote. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  return joined("stack", tensors, (nodes) => movement.stack(nodes, dim));
}

function joined(op: string, tensors: readonly Tensor[], join: (nodes: readonly Node[]) => Node): Tensor {
  if (!Array.isArray(tensors)) throw new TypeError(`${op} expects an array of tensors, got ${show(tensors)}`);
  const dtype = tensors.map((t) => asTensor(op, t).dtype).reduce(promote, "bool");
  return record(tensors, (...nodes) => join(nodes.map((x) => cast(x, dtype))));
}

/** Elements of a where the condition holds (is other than zero), else of b; all three broadcast. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  return mapped("where", [condition, a, b]);
}

/** What `tensor` is given, read: numbers, nested arrays, typed arrays and tensors go in; flat elements, a shape and a dtype come out. */
import { type Dtype, promote } from "../ir/dtype.ts";
import { type Shape, sameShape, showShape } from "../ir/shape.ts";
import { Tensor } from "./tensor.ts";

/** What `tensor` makes a tensor of: a number or bool, arrays of them nested to a regular shape, a typed array, a tensor. */
export type TensorData = number | boolean | Tensor | ArrayLike<number> | readonly TensorData[];

/** Elements, flat in row-major order, and what they are. */
export interface Given {
  readonly elements: ArrayLike<number>;
  readonly shape: Shape;
  readonly dtype: Dtype;
}

/** Reads a source. Throws where it is ragged, or holds what is no number. */
export function read(source: unknown): Given {
  const flat = flatSource(source);
  if (flat) return flat;
  const shape = shapeOf(source);
  const found: Found = { elements: [], dtypes: new Set() };
  flatten(source, shape, [], found);
  const dtype = [...found.dtypes].reduce<Dtype>(promote, "bool");
  return { elements: found.elements, shape, dtype: found.dtypes.size === 0 ? "float32" : dtype };
}

/** What holds its elements flat and in one dtype: a tensor or a typed array. */
function flatSource(source: unknown): Given | undefined {
  if (source instanceof Tensor)
    return { elements: source.realize(), shape: source.shape, dtype: source.dtype };
  if (!ArrayBuffer.isView(source)) return undefined;
  const elements = source as unknown as ArrayLike<number> & { readonly [Symbol.toStringTag]: string };
  const dtype = dtypeOfArray[elements[Symbol.toStringTag]];
  if (!dtype) throw new TypeError(`tensor expects numbers, got a ${elements[Symbol.toStringTag]}`);
  return { elements, shape: [elements.length], dtype };
}

/** The narrowest dtype that holds every number a typed array can; bigints have none. */
const dtypeOfArray: Readonly<Record<string, Dtype>> = {
  Int8Array: "int32",
  Uint8Array: "int32",
  Uint8ClampedArray: "int32",
  Int16Array: "int32",
  Uint16Array: "int32",
  Int32Array: "int32",
  Uint32Array: "float64",
  Float16Array: "float32",
  Float32Array: "float32",
  Float64Array: "float64",
};

/** The shape of nested arrays, read along the first of each. */
function shapeOf(source: unknown): number[] {
  if (Array.isArray(source)) return [source.length, ...(source.length > 0 ? shapeOf(source[0]) : [])];
  return [...(flatSource(source)?.shape ?? [])];
}

/** What the walk through nested arrays has come upon. */
interface Found {
  readonly elements: number[];
  readonly dtypes: Set<Dtype>;
}

/** Adds the elements of `source`, which should have `shape`, to what was found. `at` is the way to it, and changes on the way. */
function flatten(source: unknown, shape: Shape, at: number[], found: Found): void {
  const flat = flatSource(source);
  if (flat && sameShape(flat.shape, shape)) {
    found.dtypes.add(flat.dtype);
    for (let i = 0; i < flat.elements.length; i++) found.elements.push(flat.elements[i]!);
  } else if (shape.length === 0) flattenNumber(source, at, found);
  else flattenParts(source, shape, at, found);
}

function flattenNumber(source: unknown, at: number[], found: Found): void {
  if (typeof source !== "number" && typeof source !== "boolean")
    throw new TypeError(`tensor expects numbers or booleans, got ${show(source)} at ${showShape(at)}`);
  found.dtypes.add(typeof source === "number" ? "float32" : "bool");
  found.elements.push(Number(source));
}

function flattenParts(source: unknown, [length, ...inner]: Shape, at: number[], found: Found): void {
  const given = Array.isArray(source) ? source.length : show(source);
  if (given !== length)
    throw new RangeError(
      `tensor expects ${length} elements at ${showShape(at)}, as in the first place, got ${given}`,
    );
  for (const [i, part] of (source as readonly unknown[]).entries()) {
    at.push(i);
    flatten(part, inner, at, found);
    at.pop();
  }
}

/** A value that does not belong, for messages. */
export function show(x: unknown): string {
  if (typeof x === "string") return JSON.stringify(x);
  if (typeof x === "bigint") return `${x}n`;
  if (x instanceof Tensor) return `a tensor of shape ${showShape(x.shape)}`;
  if (typeof x === "number") return `the number ${x}`;
  return Array.isArray(x) ? "an array" : typeof x === "object" && x !== null ? "an object" : String(x);
}

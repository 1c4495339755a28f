/** Tensors the plain way, as an oracle: elements by their index, loops over all indices. And shapes for property tests. */
import fc from "fast-check";
import { type Dtype, type Tensor, tensor } from "../src/index.ts";

export type Index = readonly number[];

/** Every index of a shape, in row-major order. */
export function indicesOf(shape: Index): Index[] {
  return shape.reduce<Index[]>(
    (found, size) => found.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])),
    [[]],
  );
}

/** The elements of tensors that were asked for one. */
const nested = new WeakMap<Tensor, unknown>();

/** The element of a tensor at an index, by walking its nested arrays. */
export function at(t: Tensor, index: Index): number {
  if (!nested.has(t)) nested.set(t, t.toArray());
  let part = nested.get(t);
  for (const i of index) part = (part as unknown[])[i];
  return Number(part);
}

/** The element that broadcasting puts at an index of a larger shape. */
export function broadcastAt(t: Tensor, index: Index): number {
  const own = index.slice(index.length - t.ndim);
  return at(
    t,
    own.map((i, d) => (t.shape[d] === 1 ? 0 : i)),
  );
}

/** A tensor of the given shape with f(index) for elements. */
export function build(shape: Index, dtype: Dtype, f: (index: Index) => number): Tensor {
  return tensor(Float64Array.from(indicesOf(shape), f), { shape, dtype });
}

/** Shapes of up to four dimensions, sizes of 0 and 1 among them. */
export const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });

/** Shapes without a dimension of size 0. */
export const filledShapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });

/** A shape, and another that stretches to it: with 1 for some sizes, without some of the first dimensions. */
export function stretchingTo(shape: Index): fc.Arbitrary<Index> {
  return fc
    .tuple(fc.integer({ min: 0, max: shape.length }), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
    .map(([dropped, ones]) => shape.map((d, i) => (ones[i] ? 1 : d)).slice(dropped));
}

/** A tensor of a shape, of small whole numbers: sums and products of a few are exact in every dtype of numbers. */
export function tensorOf(shape: Index, dtype: Dtype = "float32"): fc.Arbitrary<Tensor> {
  const size = indicesOf(shape).length;
  return fc
    .array(fc.integer({ min: -3, max: 3 }), { minLength: size, maxLength: size })
    .map((elements) => tensor(elements, { shape, dtype }));
}

/** A tensor of any shape. */
export const tensors = shapes.chain((shape) => tensorOf(shape));

/** What two tensors share: shape, dtype and elements. */
export function contents(t: Tensor): unknown {
  return { shape: t.shape, dtype: t.dtype, elements: [...t.toTypedArray()].map((x) => x + 0) };
}

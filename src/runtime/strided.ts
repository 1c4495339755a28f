/** Reading and writing elements through views: strided on one side, in row-major order on the other. */
import { type Dtype, dtypes, type Storage, storage } from "../ir/dtype.ts";
import type { Lane } from "../ir/scalar.ts";
import { isContiguous, sizeOf, type View } from "../ir/shape.ts";
import { type LaneArray, laneArray, type Reader, readerOf } from "./scalars.ts";

/** Elements held somewhere, read through a view. */
export interface Value {
  readonly elements: Storage;
  readonly view: View;
  readonly dtype: Dtype;
}

/** Copies elements start..start+count-1 of a view, in row-major order, to the beginning of `out`, in place. */
function gather(out: Storage, { elements, view }: Value, start: number, count: number): void {
  walk(view, start, count, (position, stride, at, length) => {
    for (let i = 0; i < length; i++) out[at + i] = elements[position + i * stride]!;
  });
}

/** Writes row-major `elements` to the places of a view of `out`, in place. */
export function scatter(out: Storage, view: View, elements: Storage): void {
  walk(view, 0, sizeOf(view.shape), (position, stride, at, length) => {
    for (let i = 0; i < length; i++) out[position + i * stride] = elements[at + i]!;
  });
}

/** Visits a view in row-major order as runs along its last dimension: where a run begins, its stride, its number in order, its length. */
function walk(
  { shape, strides, offset }: View,
  start: number,
  count: number,
  visit: (position: number, stride: number, at: number, length: number) => void,
): void {
  const last = shape.length - 1;
  if (last < 0) {
    if (count > 0) visit(offset, 0, 0, 1);
    return;
  }
  const index = indexOf(start, shape);
  for (let done = 0; done < count; ) {
    const length = Math.min(shape[last]! - index[last]!, count - done);
    let position = offset;
    for (let d = 0; d <= last; d++) position += index[d]! * strides[d]!;
    visit(position, strides[last]!, done, length);
    done += length;
    index[last] = shape[last]!;
    for (let d = last; d > 0 && index[d] === shape[d]; d--) {
      index[d] = 0;
      index[d - 1]!++;
    }
  }
}

/** The multi-index of an element's number in row-major order. */
function indexOf(number: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  let rest = number;
  for (let d = shape.length - 1; d >= 0; d--) {
    index[d] = rest % shape[d]!;
    rest = Math.floor(rest / shape[d]!);
  }
  return index;
}

/** The elements in row-major order and nothing else: as they are held where that is so, else a copy. */
export function inOrder(value: Value): Storage {
  const size = sizeOf(value.view.shape);
  if (isContiguous(value.view)) {
    const { offset } = value.view;
    return size === value.elements.length ? value.elements : value.elements.subarray(offset, offset + size);
  }
  const out = storage(value.dtype, size);
  gather(out, value, 0, size);
  return out;
}

/** Reads a value in a lane, where it lies if it lies there as the lane wants it. */
export function reader(value: Value, lane: Lane): Reader {
  const { elements, view, dtype } = value;
  const isLane = dtype === (lane === "f32" ? "float32" : "float64");
  if (isLane && isContiguous(view)) return readerOf(elements as LaneArray, view.offset);
  if (view.strides.every((s) => s === 0))
    return (_, count, register) => register.fill(elements[view.offset]!, 0, count);
  return (start, count, register) => {
    gather(register, value, start, count);
    return register;
  };
}

/** All elements in the lane of their dtype, in order. */
export function lanes(value: Value): LaneArray {
  const { lane } = dtypes[value.dtype];
  const elements = inOrder(value);
  return elements instanceof Float32Array || elements instanceof Float64Array
    ? elements
    : laneArray(lane, elements.length).map((_, i) => elements[i]!);
}

/** Shapes, and views: how a flat array is read as a tensor of some shape without moving an element. */

/** Sizes of the dimensions, outermost first. A scalar has none. */
export type Shape = readonly number[];

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const d of shape) size *= d;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function showShape(shape: Shape): string {
  return `[${shape.join(",")}]`;
}

/** The shape that all operands broadcast to, aligned at the last dimension, sizes of 1 stretching. `op` is for the error. */
export function broadcast(op: string, operands: readonly { readonly shape: Shape }[]): Shape {
  let result: Shape | undefined = operands[0]!.shape;
  for (let i = 1; result && i < operands.length; i++) result = common(result, operands[i]!.shape);
  if (result) return result;
  const shapes = operands.map((x) => showShape(x.shape)).join(" and ");
  throw new RangeError(`${op} expects shapes that broadcast, got ${shapes}`);
}

/** The shape that two broadcast to, which is most often one of them; undefined where there is none. */
function common(a: Shape, b: Shape): Shape | undefined {
  if (stretchesTo(b, a)) return a;
  if (stretchesTo(a, b)) return b;
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  const added = long.length - short.length;
  const result = long.map((d, i) => (i < added || d !== 1 ? d : short[i - added]!));
  return stretchesTo(short, result) ? result : undefined;
}

/** Whether sizes of 1 and missing dimensions are all that keeps one shape from being the other. */
function stretchesTo(from: Shape, to: Shape): boolean {
  const added = to.length - from.length;
  if (added < 0) return false;
  for (let i = 0; i < from.length; i++) if (from[i] !== to[i + added] && from[i] !== 1) return false;
  return true;
}

/** A dimension counted from the end when negative, checked. */
export function resolveDim(op: string, dim: number, ndim: number): number {
  const limit = Math.max(ndim, 1);
  if (!Number.isInteger(dim) || dim < -limit || dim >= limit)
    throw new RangeError(
      `${op} expects a dim from ${-limit} to ${limit - 1} for ${ndim} dimensions, got ${dim}`,
    );
  return dim < 0 ? dim + limit : dim;
}

/** The dimensions an operation runs over, ascending: all of them when none are named. */
export function resolveDims(op: string, dim: number | readonly number[] | undefined, ndim: number): number[] {
  if (dim === undefined) return upTo(ndim);
  const dims = (typeof dim === "number" ? [dim] : dim)
    .map((d) => resolveDim(op, d, ndim))
    .filter((d) => d < ndim);
  if (new Set(dims).size !== dims.length) throw new RangeError(`${op} expects each dim once, got [${dims}]`);
  return dims.sort((a, b) => a - b);
}

/** 0, 1, ..., n - 1. */
function upTo(n: number): number[] {
  const numbers: number[] = [];
  for (let i = 0; i < n; i++) numbers.push(i);
  return numbers;
}

/** Indices along a dimension of the given size, checked. None counts from the end, as in PyTorch. */
export function checkIndices(op: string, indices: ArrayLike<number>, size: number): void {
  for (let j = 0; j < indices.length; j++)
    if (indices[j]! < 0 || indices[j]! >= size)
      throw new RangeError(`${op} expects indices from 0 to ${size - 1}, got ${indices[j]}`);
}

/** `shape` without `dims`, or with each of them kept as 1. */
export function reduceShape(shape: Shape, dims: readonly number[], keepdim: boolean): Shape {
  return keepdim
    ? shape.map((d, i) => (dims.includes(i) ? 1 : d))
    : shape.filter((_, i) => !dims.includes(i));
}

/** Element [i, j, ...] of a view is at offset + i strides[0] + j strides[1] + ...; strides may be 0 (expanded) or negative (flipped). */
export interface View {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Strides of a row-major array. */
export function rowMajor(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  for (let i = shape.length - 1, stride = 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
}

export function contiguous(shape: Shape): View {
  return { shape, strides: rowMajor(shape), offset: 0 };
}

/** Whether a view reads its elements in order, one after the other. Dimensions of size 1 do not matter. */
export function isContiguous({ shape, strides }: View): boolean {
  for (let i = shape.length - 1, stride = 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== stride) return false;
    stride *= shape[i]!;
  }
  return true;
}

/** Broadcast to `shape`: aligned at the last dimension, sizes of 1 and missing dimensions stretched. */
export function expandView(view: View, shape: Shape): View {
  const added = shape.length - view.shape.length;
  const strides = shape.map((d, i) =>
    i >= added && view.shape[i - added] === d ? view.strides[i - added]! : 0,
  );
  return { shape, strides, offset: view.offset };
}

/** Dimension i of the result is dimension order[i] of the view. */
export function permuteView(view: View, order: readonly number[]): View {
  return {
    shape: order.map((d) => view.shape[d]!),
    strides: order.map((d) => view.strides[d]!),
    offset: view.offset,
  };
}

/** The box of the given shape that starts at `starts`. */
export function sliceView(view: View, starts: readonly number[], shape: Shape): View {
  const offset = starts.reduce((sum, start, i) => sum + start * view.strides[i]!, view.offset);
  return { shape, strides: view.strides, offset };
}

/** The named dimensions read backwards. */
export function flipView(view: View, dims: readonly number[]): View {
  const last = (d: number) => Math.max(view.shape[d]! - 1, 0);
  return {
    shape: view.shape,
    strides: view.strides.map((s, i) => (dims.includes(i) ? -s : s)),
    offset: dims.reduce((sum, d) => sum + last(d) * view.strides[d]!, view.offset),
  };
}

/** The same elements in the same order under another shape, or null where no strides can say that. */
export function reshapeView(view: View, shape: Shape): View | null {
  if (isContiguous(view)) return { shape, strides: rowMajor(shape), offset: view.offset };
  return reshapeBySqueezing(view, shape);
}

/** Only sizes of 1 come or go: the strides of the other dimensions stay. */
function reshapeBySqueezing(view: View, shape: Shape): View | null {
  const kept = view.shape.flatMap((d, i) => (d === 1 ? [] : [view.strides[i]!]));
  const sizes = view.shape.filter((d) => d !== 1);
  if (
    !sameShape(
      sizes,
      shape.filter((d) => d !== 1),
    )
  )
    return null;
  let next = 0;
  return { shape, strides: shape.map((d) => (d === 1 ? 0 : kept[next++]!)), offset: view.offset };
}

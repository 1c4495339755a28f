/** The shape arguments of methods that move elements, in PyTorch's terms: nodes and loose arguments go in, checked nodes come out. */
import { describe, type Node } from "../ir/graph.ts";
import * as linear from "../ir/linear.ts";
import {
  checkIndices,
  resolveDim,
  resolveDims,
  type Shape,
  sameShape,
  showShape,
  sizeOf,
} from "../ir/shape.ts";

/** A size of -1 is what the others leave. */
export function reshape(x: Node, shape: Shape): Node {
  checkArray("reshape", shape);
  const size = sizeOf(x.shape);
  const rest = size / sizeOf(shape.filter((d) => d !== -1));
  const isOpen = shape.filter((d) => d === -1).length === 1;
  const resolved = shape.map((d) => (d === -1 && isOpen ? rest : d));
  if (resolved.some((d) => !Number.isInteger(d) || d < 0) || sizeOf(resolved) !== size)
    throw new RangeError(
      `reshape expects a shape of ${size} elements, as ${describe(x)} has, got ${showShape(shape)}`,
    );
  return linear.reshape(x, resolved);
}

/** Dimension i of the result is dimension order[i] of x. */
export function permute(x: Node, order: readonly number[]): Node {
  checkArray("permute", order);
  const dims = order.map((d) => resolveDim("permute", d, x.shape.length));
  if (dims.length !== x.shape.length || new Set(dims).size !== dims.length)
    throw new RangeError(`permute expects each of ${x.shape.length} dims once, got ${showShape(order)}`);
  return linear.permute(x, dims);
}

/** Two dimensions exchanged. */
export function transpose(x: Node, dim0: number, dim1: number): Node {
  const [a, b] = [dim0, dim1].map((d) => resolveDim("transpose", d, x.shape.length)) as [number, number];
  return linear.permute(
    x,
    x.shape.map((_, i) => (i === a ? b : i === b ? a : i)),
  );
}

/** Sizes of 1 stretch; -1 keeps a size; dimensions may be added in front. */
export function expand(x: Node, shape: Shape): Node {
  checkArray("expand", shape);
  const added = shape.length - x.shape.length;
  const resolved = shape.map((d, i) => (d === -1 && i >= added ? x.shape[i - added]! : d));
  const fits = x.shape.every((d, i) => d === 1 || d === resolved[i + added]);
  if (added < 0 || !fits || !resolved.every((d) => Number.isInteger(d) && d >= 0))
    throw new RangeError(
      `expand expects a shape that ${showShape(x.shape)} stretches to, got ${showShape(shape)}`,
    );
  return linear.expand(x, resolved);
}

/** Drops the dimensions of size 1, or only the one named. */
export function squeeze(x: Node, dim?: number): Node {
  const chosen = dim === undefined ? undefined : resolveDim("squeeze", dim, x.shape.length);
  return linear.reshape(
    x,
    x.shape.filter((d, i) => d !== 1 || (chosen !== undefined && i !== chosen)),
  );
}

/** A new dimension of size 1 at `dim`. */
export function unsqueeze(x: Node, dim: number): Node {
  const at = resolveDim("unsqueeze", dim, x.shape.length + 1);
  return linear.reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** A part of a dimension: from start up to but not including end; negative numbers count from its end, and no end means all the rest. */
export type Range = readonly [start: number, end?: number];

/** A range for each dimension, from the first; dimensions without one are kept whole. Ranges stop at the size, as in PyTorch. */
export function slice(x: Node, ranges: readonly Range[]): Node {
  checkArray("slice", ranges);
  if (ranges.length > x.shape.length)
    throw new RangeError(`slice expects at most ${x.shape.length} ranges, got ${ranges.length}`);
  const bounds = x.shape.map((size, i) => within(ranges[i] ?? [0], size));
  return linear.slice(
    x,
    bounds.map(([start]) => start),
    bounds.map(([start, end]) => Math.max(end - start, 0)),
  );
}

/** Part i along dimension 0, of one dimension less. */
export function part(x: Node, i: number): Node {
  const [, ...rest] = x.shape;
  const starts = x.shape.map((_, dim) => (dim === 0 ? i : 0));
  return linear.reshape(linear.slice(x, starts, [1, ...rest]), rest);
}

function within(range: Range, size: number): [number, number] {
  const place = (i: number): number => Math.min(Math.max(i < 0 ? i + size : i, 0), size);
  const [start, end = size] = Array.isArray(range) ? (range as Range) : [Number.NaN];
  if (!Number.isInteger(start) || !Number.isInteger(end))
    throw new RangeError(
      `slice expects a range [start, end] of whole numbers for each dim, got ${show(range)}`,
    );
  return [place(start), place(end)];
}

/** A list of numbers or ranges as an error shows it. */
function show(x: unknown): string {
  return Array.isArray(x) ? `[${x.map(show)}]` : String(x);
}

function checkArray(op: string, given: unknown): void {
  if (!Array.isArray(given)) throw new TypeError(`${op} expects an array, got ${show(given)}`);
}

/** The named dimensions read backwards. */
export function flip(x: Node, dims: number | readonly number[]): Node {
  return linear.flip(x, resolveDims("flip", dims, x.shape.length));
}

/** Row i of the result, along dim, is row index[i] of x. Indices that are known are checked here, others when they are. */
export function indexSelect(x: Node, dim: number, index: Node): Node {
  if (index.dtype !== "int32" || index.shape.length !== 1)
    throw new TypeError(`indexSelect expects int32 indices of one dimension, got ${describe(index)}`);
  if (x.shape.length === 0)
    throw new RangeError(`indexSelect expects at least one dimension, got ${describe(x)}`);
  const along = resolveDim("indexSelect", dim, x.shape.length);
  if (index.value) checkIndices("indexSelect", index.value, x.shape[along]!);
  return linear.gather(x, index, along);
}

/** One after the other along dim; the sizes of all other dimensions agree. Tensors of shape [0] fit beside any. */
export function cat(tensors: readonly Node[], dim: number): Node {
  const inputs = tensors.filter(({ shape }) => !sameShape(shape, [0]));
  const first = inputs[0] ?? tensors[0];
  if (!first) throw new RangeError("cat expects at least one tensor, got none");
  const along = resolveDim("cat", dim, first.shape.length);
  const others = (x: Node): string => showShape(x.shape.map((d, i) => (i === along ? -1 : d)));
  if (first.shape.length === 0 || inputs.some((x) => others(x) !== others(first)))
    throw new RangeError(
      `cat expects shapes that agree but along dim ${along}, got ${inputs.map((x) => showShape(x.shape)).join(" and ")}`,
    );
  return inputs.length > 0 ? linear.cat(inputs, along) : first;
}

/** Along a new dimension; all shapes agree. */
export function stack(inputs: readonly Node[], dim: number): Node {
  const [first] = inputs;
  if (!first) throw new RangeError("stack expects at least one tensor, got none");
  if (inputs.some((x) => showShape(x.shape) !== showShape(first.shape)))
    throw new RangeError(
      `stack expects shapes that agree, got ${inputs.map((x) => showShape(x.shape)).join(" and ")}`,
    );
  const at = resolveDim("stack", dim, first.shape.length + 1);
  return linear.cat(
    inputs.map((x) => unsqueeze(x, at)),
    at,
  );
}

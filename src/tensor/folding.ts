/** The options of methods that fold dimensions or run along one, in PyTorch's terms: a node and loose options go in, a checked node comes out. */
import type { Node } from "../ir/graph.ts";
import { reshape } from "../ir/linear.ts";
import {
  type AlongName,
  alongs,
  position,
  type ReductionName,
  type ReductionOptions,
  reduce,
} from "../ir/reductions.ts";
import { reduceShape, resolveDim, resolveDims, sizeOf } from "../ir/shape.ts";

/** Which dimensions are folded (all of them by default), and whether they stay with size 1. */
export interface FoldOptions extends ReductionOptions {
  readonly dim?: number | readonly number[];
  readonly keepdim?: boolean;
}

/** The dimension that is run along, the last by default. */
export interface AlongOptions {
  readonly dim?: number;
}

/** The dimension that is searched (by default all elements in order), and whether it stays with size 1. */
export interface PositionOptions {
  readonly dim?: number;
  readonly keepdim?: boolean;
}

/** A reduction by its name. */
export function folded(name: ReductionName, x: Node, options: FoldOptions = {}): Node {
  const { dim, keepdim = false } = checked(name, options);
  return reduce(name, x, resolveDims(name, dim, x.shape.length), keepdim, options);
}

/** A function along one dimension, by its name. A scalar is a row of one. */
export function along(name: AlongName, x: Node, options: AlongOptions = {}): Node {
  const { dim = -1 } = checked(name, options);
  const resolved = resolveDim(name, dim, x.shape.length);
  return asRow(x, (row) => alongs[name](row, resolved));
}

/** Where the first largest or smallest element is. */
export function positionOf(of: "max" | "min", x: Node, options: PositionOptions = {}): Node {
  const { dim, keepdim = false } = checked(`arg${of}`, options);
  const dims = resolveDims(`arg${of}`, dim, x.shape.length);
  const row = dim === undefined ? reshape(x, [sizeOf(x.shape)]) : x;
  const found = asRow(row, (y) => position(of, y, dim === undefined ? 0 : (dims[0] ?? 0)));
  return reshape(found, reduceShape(x.shape, dims, keepdim));
}

/** f of something with a dimension: a scalar goes through it as a row of one. */
function asRow(x: Node, f: (row: Node) => Node): Node {
  return x.shape.length > 0 ? f(x) : reshape(f(reshape(x, [1])), []);
}

function checked<T extends object>(op: string, options: T): T {
  if (typeof options === "object" && options !== null) return options;
  throw new TypeError(`${op} expects options such as { dim: 0 }, got ${String(options)}`);
}

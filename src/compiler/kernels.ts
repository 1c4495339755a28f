/** What a program is made of, as plain data: buffers, and kernels that read and write them, in order. Written by the scheduler, read by code generation and by `explain`. */
import type { Dtype } from "../ir/dtype.ts";
import type { Lane, Primitive } from "../ir/scalar.ts";

/** A place for elements in row-major order: given from outside (a leaf, by its number), or made on the way. */
export interface Buffer {
  readonly name: string;
  readonly dtype: Dtype;
  readonly size: number;
  readonly leaf: number | null;
}

/** How a loop walks over a buffer: element offset + sum of index times stride, in elements; a stride for each dimension of the loop. */
export interface Access {
  readonly buffer: Buffer;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** A coordinate that must lie in [from, to) for a read to count; elsewhere the element is 0. */
export interface Guard {
  readonly strides: readonly number[];
  readonly offset: number;
  readonly from: number;
  readonly to: number;
}

/** An index read on the way: index times stride elements are added to where the read goes. It must lie in [0, size). */
export interface Index {
  readonly access: Access;
  readonly stride: number;
  readonly size: number;
}

/** One line of a loop's program: single assignment, arguments by the numbers of earlier lines. Integers and booleans are in f64 lanes. */
export type Line =
  | {
      readonly op: "read";
      readonly lane: Lane;
      readonly args: readonly [];
      readonly access: Access;
      readonly guards: readonly Guard[];
      readonly index: Index | null;
    }
  | { readonly op: "const"; readonly lane: Lane; readonly args: readonly []; readonly value: number }
  /** The same number in the other lane, rounded where it must be. */
  | { readonly op: "convert"; readonly lane: Lane; readonly args: readonly [number] }
  | {
      readonly op: Exclude<Primitive, "const" | "input">;
      readonly lane: Lane;
      readonly args: readonly number[];
    };

/** A line that reads. */
export type Read = Extract<Line, { op: "read" }>;

/** Elements written where they belong. */
export interface Store {
  readonly line: number;
  readonly access: Access;
}

/** The terms of a line folded into one element for each place of the kept dimensions. */
export interface Fold {
  readonly fold: "sum" | "max" | "min";
  readonly line: number;
  readonly access: Access;
}

/**
 * One pass over a space: at each place the lines are computed once, for all stores and folds. The first `kept` dimensions are
 * walked over; the others, one at most where something folds, are vectorized, the last one.
 */
export interface Loop {
  readonly kind: "loop";
  readonly shape: readonly number[];
  readonly lines: readonly Line[];
  readonly stores: readonly Store[];
  readonly folds: readonly Fold[];
}

/** A matrix, read with any strides, in elements. */
export interface Matrix {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly strides: readonly [batch: number, row: number, column: number];
}

/** [batches, m, k] by [batches, k, n]. */
export interface Product {
  readonly kind: "product";
  readonly dtype: "float32" | "float64" | "int32";
  readonly sizes: readonly [batches: number, m: number, n: number, k: number];
  readonly a: Matrix;
  readonly b: Matrix;
  readonly out: Buffer;
}

/** An op that runs along the middle of [outer, n, inner], over buffers as they lie. */
export interface Strand {
  readonly kind: "strand";
  readonly name: "cumsum" | "position_max" | "position_min" | "scatter";
  readonly dtype: Dtype;
  /** [outer, n, inner], and for scatter how many places there are. */
  readonly sizes: readonly number[];
  readonly inputs: readonly Buffer[];
  readonly out: Buffer;
}

export type Kernel = Loop | Product | Strand;

/** The buffers that a kernel writes. */
export function written(kernel: Kernel): readonly Buffer[] {
  if (kernel.kind !== "loop") return [kernel.out];
  return [...kernel.stores, ...kernel.folds].map(({ access }) => access.buffer);
}

/** The buffers that a kernel reads. */
export function readBy(kernel: Kernel): readonly Buffer[] {
  switch (kernel.kind) {
    case "loop":
      return kernel.lines.flatMap((line) =>
        line.op === "read" ? [line.access.buffer, ...(line.index ? [line.index.access.buffer] : [])] : [],
      );
    case "product":
      return [kernel.a.buffer, kernel.b.buffer];
    case "strand":
      return kernel.inputs;
    default:
      return kernel satisfies never;
  }
}

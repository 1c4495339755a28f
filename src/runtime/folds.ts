/** How the interpreter folds dimensions: sums and extremes, positions of extremes, running sums. */
import { type Storage, storage } from "../ir/dtype.ts";
import type { Node } from "../ir/graph.ts";
import { contiguous, permuteView, sizeOf } from "../ir/shape.ts";
import type { LaneArray } from "./scalars.ts";
import { lanes, scatter, type Value } from "./strided.ts";
import { sum } from "./sums.ts";

type Fold = (terms: LaneArray, start: number, n: number) => number;

const folds: Record<"sum" | "max" | "min", Fold> = {
  sum,
  max: (terms, start, n) => extreme(Math.max, Number.NEGATIVE_INFINITY, terms, start, n),
  min: (terms, start, n) => extreme(Math.min, Number.POSITIVE_INFINITY, terms, start, n),
};

/** NaN wins, and 0 is larger than -0: then order does not matter. */
function extreme(
  wins: (a: number, b: number) => number,
  none: number,
  x: LaneArray,
  start: number,
  n: number,
): number {
  let best = none;
  for (let i = start; i < start + n; i++) best = wins(best, x[i]!);
  return best;
}

/** Integers wrap modulo 2^32 at each addition, so order does not matter. */
function wrappedSum(x: LaneArray, start: number, n: number): number {
  let total = 0;
  for (let i = start; i < start + n; i++) total = (total + x[i]!) | 0;
  return total;
}

/** Folds the dimensions in attrs, their elements in row-major order. */
export function fold(node: Node, name: keyof typeof folds, x: Value): Storage {
  const { terms, length } = foldedLast(x, node.attrs);
  const out = storage(node.dtype, sizeOf(node.shape));
  const row = name === "sum" && node.dtype === "int32" ? wrappedSum : folds[name];
  for (let i = 0; i < out.length; i++) out[i] = row(terms, i * length, length);
  return out;
}

/** The elements with the folded dimensions innermost, and how many fold into one. */
function foldedLast(x: Value, dims: readonly number[]): { terms: LaneArray; length: number } {
  const kept = x.view.shape.map((_, i) => i).filter((i) => !dims.includes(i));
  const terms = lanes({ ...x, view: permuteView(x.view, [...kept, ...dims]) });
  return { terms, length: sizeOf(dims.map((d) => x.view.shape[d]!)) };
}

/** The first position of the extreme along attrs[0]. NaN is more extreme than any number. */
export function position(node: Node, of: "max" | "min", x: Value): Storage {
  const { terms, length } = foldedLast(x, node.attrs);
  const beats = of === "max" ? (a: number, b: number) => a > b : (a: number, b: number) => a < b;
  const out = new Int32Array(sizeOf(node.shape));
  for (let i = 0; i < out.length; i++) {
    let best = i * length;
    for (let j = best + 1; j < (i + 1) * length; j++)
      if (!Number.isNaN(terms[best]!) && (Number.isNaN(terms[j]!) || beats(terms[j]!, terms[best]!)))
        best = j;
    out[i] = best - i * length;
  }
  return out;
}

/** Running sums along attrs[0]: of integers modulo 2^32, of others accumulated in float64 and rounded at each place. */
export function cumsum(node: Node, x: Value): Storage {
  const dim = node.attrs[0]!;
  const { terms, length } = foldedLast(x, node.attrs);
  const sums = storage(node.dtype, terms.length);
  for (let start = 0; start < sums.length; start += length) {
    let total = 0;
    for (let i = start; i < start + length; i++) {
      sums[i] = total += terms[i]!;
      if (node.dtype === "int32") total = sums[i]!;
    }
  }
  const order = [...x.view.shape.keys()].filter((d) => d !== dim).concat(dim);
  const out = storage(node.dtype, sums.length);
  scatter(out, permuteView(contiguous(node.shape), order), sums);
  return out;
}

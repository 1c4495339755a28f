/**
 * The matrix product of the interpreter, and the order of its sums: along k in stretches of 256, each from zero, one term
 * after the other in the precision of the dtype, products rounded before they are added; stretches add in order.
 */
import { type Storage, storage } from "../ir/dtype.ts";
import type { Node } from "../ir/graph.ts";
import { sizeOf } from "../ir/shape.ts";
import { inOrder, type Value } from "./strided.ts";

const stretch = 256;

/** [b, m, k] by [b, k, n]. */
export function matmul(node: Node, x: Value, y: Value): Storage {
  const [batches, m, n] = node.shape as [number, number, number];
  const k = x.view.shape[2]!;
  const [a, b] = [inOrder(x), inOrder(y)];
  const out = storage(node.dtype, sizeOf(node.shape));
  for (let row = 0; row < batches * m; row++) {
    const matrix = Math.floor(row / m) * k * n;
    multiplyRow(
      out.subarray(row * n, (row + 1) * n),
      a.subarray(row * k, (row + 1) * k),
      b.subarray(matrix, matrix + k * n),
    );
  }
  return out;
}

/** out = a B for a row of k numbers and a matrix of k rows, in place. */
function multiplyRow(out: Storage, a: Storage, b: Storage): void {
  const multiply =
    multiplications[
      out instanceof Int32Array ? "int32" : out instanceof Float32Array ? "float32" : "float64"
    ];
  const partial = out.slice();
  for (let start = 0; start < a.length; start += stretch) {
    partial.fill(0);
    for (let i = start; i < Math.min(start + stretch, a.length); i++)
      multiply(partial, a[i]!, b, i * out.length);
    for (let j = 0; j < out.length; j++) out[j] = out[j]! + partial[j]!;
  }
}

type Multiplication = (sums: Storage, a: number, b: Storage, row: number) => void;

/** sums += a times a row of b, in place, for each dtype; storing rounds or wraps the sums. */
const multiplications: Record<"float32" | "float64" | "int32", Multiplication> = {
  float32: (sums, a, b, row) => {
    for (let j = 0; j < sums.length; j++) sums[j] = sums[j]! + Math.fround(a * b[row + j]!);
  },
  float64: (sums, a, b, row) => {
    for (let j = 0; j < sums.length; j++) sums[j] = sums[j]! + a * b[row + j]!;
  },
  int32: (sums, a, b, row) => {
    for (let j = 0; j < sums.length; j++) sums[j] = sums[j]! + Math.imul(a, b[row + j]!);
  },
};

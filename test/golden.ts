/** Numbers from PyTorch (test/golden/README.md), read as tensors, and how far from them ours are. */
import { type Dtype, type Tensor, tensor } from "../src/index.ts";

/** A tensor in a golden file; infinities and NaN are words. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: readonly (number | string)[];
}

/** The cases of a golden file; imported, as a page reads no files. */
export async function golden<Case>(name: string): Promise<readonly Case[]> {
  return (await import(`./golden/${name}.json`, { with: { type: "json" } })).default.cases;
}

const words: Record<string, number> = {
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
};

/** A golden tensor as ours; PyTorch's int64 is int32 here. */
export function read({ shape, dtype, data }: GoldenTensor, requiresGrad = false): Tensor {
  const elements = Float64Array.from(data, (x) => (typeof x === "number" ? x : words[x]!));
  const own = (dtype === "int64" ? "int32" : dtype) as Dtype;
  return tensor(elements, { shape, dtype: own, requiresGrad: requiresGrad && own.startsWith("float") });
}

/**
 * The largest difference between two tensors, relative to the larger of the expected element and `floor` times the largest
 * expected one: sums round by the size of their terms, not of their result. Infinity where shapes, NaN or infinities differ.
 */
export function distance(got: Tensor, expected: Tensor, floor = 1e-3): number {
  if (String(got.shape) !== String(expected.shape) || got.dtype !== expected.dtype)
    return Number.POSITIVE_INFINITY;
  const [a, b] = [got.toTypedArray(), expected.toTypedArray()];
  const scale = floor * Math.max(0, ...Array.from(b, Math.abs).filter(Number.isFinite));
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) continue;
    const apart = Math.abs(a[i]! - b[i]!) / Math.max(Math.abs(b[i]!), scale);
    worst = Math.max(worst, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
  }
  return worst;
}

/** `weight_decay` as `weightDecay`: an underscore dropped and the next letter raised. */
export function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** The four element types: how they are stored, which arithmetic they compute in, and what two of them make together. */
import type { Lane } from "./scalar.ts";

export type Dtype = "float32" | "float64" | "int32" | "bool";

/** Realized elements, flat in row-major order. Booleans are bytes, 1 and 0. */
export type Storage = Float32Array | Float64Array | Int32Array | Uint8Array;

/** One row a dtype. Integers and booleans compute in f64 lanes, where all of them are exact. */
export const dtypes = {
  bool: { rank: 0, bytes: 1, lane: "f64", isFloating: false, array: Uint8Array },
  int32: { rank: 1, bytes: 4, lane: "f64", isFloating: false, array: Int32Array },
  float32: { rank: 2, bytes: 4, lane: "f32", isFloating: true, array: Float32Array },
  float64: { rank: 3, bytes: 8, lane: "f64", isFloating: true, array: Float64Array },
} as const satisfies Record<Dtype, DtypeRow>;

interface DtypeRow {
  readonly rank: number;
  readonly bytes: number;
  readonly lane: Lane;
  readonly isFloating: boolean;
  readonly array: new (length: number) => Storage;
}

/** A dtype as people give it, checked. */
export function checkDtype(dtype: Dtype): Dtype {
  if (!Object.hasOwn(dtypes, dtype))
    throw new TypeError(`unknown dtype: ${String(dtype)} (expected ${Object.keys(dtypes).join(", ")})`);
  return dtype;
}

/** Zeros. */
export function storage(dtype: Dtype, length: number): Storage {
  return new dtypes[dtype].array(length);
}

export function isFloating(dtype: Dtype): boolean {
  return dtypes[dtype].isFloating;
}

/** The wider of two dtypes, as PyTorch promotes: bool < int32 < float32 < float64. */
export function promote(a: Dtype, b: Dtype): Dtype {
  return dtypes[a].rank >= dtypes[b].rank ? a : b;
}

/** The dtype a function with real results computes in: integers and booleans become float32. */
export function floating(dtype: Dtype): Dtype {
  return isFloating(dtype) ? dtype : "float32";
}

/** How much an operand's dtype counts: a plain number least, then a tensor of no dimensions, then any other. */
const weights = { number: 0, scalar: 1, tensor: 2 } as const;

/**
 * PyTorch's promotion of operands as an order: the operand of the highest precedence gives its dtype. The kind comes first
 * (bool, integer, floating), then the weight, then the width: a number or a scalar tensor widens others only by its kind.
 */
export function precedence(dtype: Dtype, weight: keyof typeof weights): number {
  const { rank } = dtypes[dtype];
  return Math.min(rank, dtypes.float32.rank) * 100 + weights[weight] * 10 + rank;
}

/** The dtype of a plain number among tensors: floating only when it is not a whole number. */
export function dtypeOfNumber(value: number): Dtype {
  return value === Math.trunc(value) && value >= -(2 ** 31) && value < 2 ** 31 ? "int32" : "float32";
}

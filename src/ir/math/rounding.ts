/**
 * Rounding to integers, lowered to scalar primitives. Negative zero keeps its sign, and so does what rounds to it; NaN and infinities stay.
 */
import type { Scalar } from "../scalar.ts";

/** To the nearest integer, halves to the even one. */
export function round(x: Scalar): Scalar {
  const integers = x.lane === "f32" ? 2 ** 23 : 2 ** 52;
  const rounded = x.abs().add(integers).sub(integers).copysign(x);
  return x.abs().lt(integers).select(rounded, x);
}

/** Toward 0. */
export function trunc(x: Scalar): Scalar {
  return x.abs().floor().copysign(x);
}

/** Toward infinity. */
export function ceil(x: Scalar): Scalar {
  return x.neg().floor().neg();
}

/** -1, 1, or x itself where it is a zero or NaN. */
export function sign(x: Scalar): Scalar {
  return x.gt(0).select(1, x.lt(0).select(-1, x));
}

/** The nearest integer to a moderate x, |x| < 2^22 (f64: 2^51): in two operations, with +0 for zeros. */
export function nearest(x: Scalar): Scalar {
  const magic = x.lane === "f32" ? 1.5 * 2 ** 23 : 1.5 * 2 ** 52;
  return x.add(magic).sub(magic);
}

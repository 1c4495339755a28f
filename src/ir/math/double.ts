/**
 * Arithmetic in pairs: a number as the unevaluated sum of two scalars, twice as precise as its lane, and polynomials.
 * There is no fused multiply-add; products are split by `head` instead.
 */
import type { Scalar } from "../scalar.ts";

/** hi + lo, where lo is what rounding took from hi: |lo| <= ulp(hi) / 2. */
export interface Double {
  readonly hi: Scalar;
  readonly lo: Scalar;
}

/** a + b exactly, where a = 0 or |a| >= |b| (Dekker 1971). */
export function fastTwoSum(a: Scalar, b: Scalar): Double {
  const hi = a.add(b);
  return { hi, lo: b.sub(hi.sub(a)) };
}

/** x as its upper half and the rest, both short enough that products of them are exact. */
export function split(x: Scalar): Double {
  const hi = x.head();
  return { hi, lo: x.sub(hi) };
}

/** c[0] + c[1] x + c[2] x^2 + ..., by Horner's rule. A last coefficient of 1 costs no multiplication. */
export function horner(x: Scalar, coefficients: readonly number[]): Scalar {
  const isMonic = coefficients.length > 1 && coefficients.at(-1) === 1;
  const rest = coefficients.slice(0, isMonic ? -2 : -1);
  const start = isMonic ? x.add(coefficients.at(-2)!) : x.literal(coefficients.at(-1)!);
  return rest.reduceRight((sum, c) => sum.mul(x).add(c), start);
}

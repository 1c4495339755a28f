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

/** a + b exactly (Knuth, TAOCP 2, section 4.2.2, theorem B). Infinity leaves NaN in lo. */
export function twoSum(a: Scalar, b: Scalar): Double {
  const hi = a.add(b);
  const bRounded = hi.sub(a);
  const aRounded = hi.sub(bRounded);
  return { hi, lo: a.sub(aRounded).add(b.sub(bRounded)) };
}

/** a + b exactly, where a = 0 or |a| >= |b| (Dekker 1971). Half the work of `twoSum`. */
export function fastTwoSum(a: Scalar, b: Scalar): Double {
  const hi = a.add(b);
  return { hi, lo: b.sub(hi.sub(a)) };
}

/**
 * a b exactly in f32; in f64 to 2^-106 of it, for the product of two 27-bit tails may round (Dekker 1971).
 * Neither the product nor its last bits may overflow or underflow.
 */
export function twoProduct(a: Scalar, b: Scalar): Double {
  const [p, q] = [split(a), split(b)];
  const hi = a.mul(b);
  const cross = p.hi.mul(q.hi).sub(hi).add(p.hi.mul(q.lo)).add(p.lo.mul(q.hi));
  return { hi, lo: cross.add(p.lo.mul(q.lo)) };
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

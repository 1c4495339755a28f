/**
 * x^y and the length of a vector, lowered to scalar primitives: two numbers go in, one comes out, within 2 ulp.
 * The power is 2^(y log2 x), where the logarithm has half as many digits again, because y multiplies its error (fdlibm, e_pow.c).
 */
import type { Lane, Scalar } from "../scalar.ts";
import { type Double, horner, split } from "./double.ts";
import { powerOfTwo } from "./exponential.ts";
import { takeApart } from "./logarithm.ts";

interface Table {
  readonly largest: number;
  /** (3 atanh s - 3 s - s^3) / s^5 in powers of s^2 for |s| <= 0.172: minimax for the relative error of atanh s, by Remez exchange. */
  readonly atanh: readonly number[];
  /** 2 / (3 ln 2) in two parts, the first a head. */
  readonly scale: readonly [hi: number, lo: number];
  /** 2 to more than this is infinite, and to less than its negative 0. */
  readonly beyond: number;
  /** The largest k for which 2^k and 2^-k are both normal. */
  readonly range: number;
}

const tables: Readonly<Record<Lane, Table>> = {
  f32: {
    largest: (2 - 2 ** -23) * 2 ** 127,
    /** 2^-36.5. */
    atanh: [6.000023e-1, 4.282072e-1, 3.512756e-1],
    scale: [0.961669921875, 0.00012677205097560491],
    beyond: 160,
    range: 126,
  },
  f64: {
    largest: Number.MAX_VALUE,
    /** 2^-66.0. */
    atanh: [
      0.600000000000033, 0.42857142855184926, 0.3333333377443199, 0.2727267697050504, 0.23080118682969053,
      0.19885592239112565, 0.19791384982709526,
    ],
    scale: [0.9617966860532761, 7.872699542894897e-9],
    beyond: 1100,
    range: 1022,
  },
};

/** x^y. Zeros, infinities, NaN and negative x are those of C99, section F.9.4.4: x^0 = 1^y = 1, (-1)^(+-inf) = 1, (-8)^(1/3) is NaN. */
export function pow(x: Scalar, y: Scalar): Scalar {
  const isOne = x.abs().eq(1).or(y.eq(0));
  const magnitude = isOne.select(1, powerOfTwo(times(y, log2(x.abs()))));
  return signed(x, y, magnitude);
}

/** The magnitude with the sign of x^y: that of x where y is odd; and NaN for negative x where y is no integer. */
function signed(x: Scalar, y: Scalar, magnitude: Scalar): Scalar {
  const half = y.mul(0.5);
  const isEven = half.floor().eq(half);
  const isInteger = y.floor().eq(y);
  const isNegative = x.lt(0).and(x.gt(-Infinity));
  return isEven.select(
    magnitude,
    isInteger.select(magnitude.copysign(x), isNegative.select(Number.NaN, magnitude)),
  );
}

/** log2 of x >= 0, in a head and a tail: k + log2(1 + f), where log(1 + f) = 2 atanh s = (2/3) s (3 + s^2 + ...). */
function log2(x: Scalar): Double {
  const { largest, scale } = tables[x.lane];
  const { k, f } = takeApart(x.min(largest));
  const n = x.eq(0).select(-Infinity, x.eq(Infinity).select(x, k));
  const product = cubic(ratio(f));
  const hi = product.hi.mul(scale[0]);
  const lo = product.hi.mul(scale[1]).add(product.lo.mul(scale[0] + scale[1]));
  const sum = hi.add(lo).add(n).head();
  return { hi: sum, lo: lo.sub(sum.sub(n).sub(hi)) };
}

/** s = f / (2 + f), as a head and a tail, and rounded. */
function ratio(f: Scalar): Double & { s: Scalar } {
  const sum = f.add(2);
  const inverse = sum.literal(1).div(sum);
  const s = f.mul(inverse);
  const [hi, top] = [s.head(), sum.head()];
  const left = f.sub(hi.mul(top)).sub(hi.mul(f.sub(top.sub(2))));
  return { s, hi, lo: left.mul(inverse) };
}

/** s (3 + s^2 + ...) = 3 atanh s, as a head and a tail. */
function cubic({ s, hi, lo }: Double & { s: Scalar }): Double {
  const z = s.mul(s);
  const square = hi.mul(hi);
  const rest = horner(z, tables[s.lane].atanh)
    .mul(z.mul(z))
    .add(lo.mul(hi.add(s)));
  const factor = square.add(3).add(rest).head();
  const factorLow = rest.sub(factor.sub(3).sub(square));
  const product = hi.mul(factor);
  const productLow = lo.mul(factor).add(factorLow.mul(s));
  const head = product.add(productLow).head();
  return { hi: head, lo: productLow.sub(head.sub(product)) };
}

/** y l, or where that is out of all bounds, the bound. */
function times(y: Scalar, l: Double): Double {
  const { beyond } = tables[y.lane];
  const { hi: yHead, lo: yTail } = split(y);
  const product = yHead.mul(l.hi);
  const hi = product.max(-beyond).min(beyond);
  return { hi, lo: hi.eq(product).select(yTail.mul(l.hi).add(y.mul(l.lo)), 0) };
}

/** sqrt(x^2 + y^2), where the squares neither overflow nor underflow. Infinite where x or y is, even beside NaN. */
export function hypot(x: Scalar, y: Scalar): Scalar {
  const { range } = tables[x.lane];
  const [a, b] = [x.abs(), y.abs()];
  const k = a.add(b).exponent().max(-range).min(range);
  const unit = k.neg().pow2();
  const [p, q] = [a.mul(unit), b.mul(unit)];
  const length = p.mul(p).add(q.mul(q)).sqrt().mul(k.pow2());
  return a.eq(Infinity).or(b.eq(Infinity)).select(Infinity, length);
}

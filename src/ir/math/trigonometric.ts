/**
 * Sine, cosine and tangent of radians: the argument loses quarter turns until it is near [-pi/4, pi/4], and minimax
 * polynomials answer. Beyond 2^20 the `remainder` primitive has been there before.
 */
import { type Mask, not, type Scalar } from "../scalar.ts";
import { horner } from "./double.ts";
import { nearest } from "./rounding.ts";

/** Within 2 ulp (f64: 3), for every argument; NaN at infinity. */
export function sin(x: Scalar): Scalar {
  return sine(reduce(x));
}

/** Within 2 ulp (f64: 3), for every argument; NaN at infinity. */
export function cos(x: Scalar): Scalar {
  const { quarters, ...rest } = reduce(x);
  return sine({ quarters: quarters.add(1), ...rest });
}

/** Within 8 ulp, for every argument; NaN at infinity. r N(r^2) / D(r^2), and an odd quarter further -D / (r N). */
export function tan(x: Scalar): Scalar {
  const { quarters, hi, lo } = reduce(x);
  const { n, d } = tangent[x.lane];
  const r = hi.sub(lo);
  const t = r.mul(r);
  const [numerator, denominator] = [r.mul(horner(t, n)), horner(t, d)];
  const odd = not(isEven(quarters));
  return odd.select(denominator.neg(), numerator).div(odd.select(numerator, denominator));
}

/** The angle hi - lo + quarters pi/2. |hi| is hardly above pi/4; lo is the rounding error of hi, and matters where hi is tiny. */
interface Angle {
  readonly quarters: Scalar;
  readonly hi: Scalar;
  readonly lo: Scalar;
}

/** The zero that `sineTail` begins with keeps the sign of negative zero: 0 - 0 is not negative, as its product with hi must be. */
function sine({ quarters, hi, lo }: Angle): Scalar {
  const t = hi.mul(hi);
  const odd = hi.mul(horner(t, sineTail[t.lane])).sub(lo).add(hi);
  const even = horner(t, cosine[t.lane]);
  const magnitude = isEven(quarters).select(odd, even);
  return isEven(quarters.mul(0.5).floor()).select(magnitude, magnitude.neg());
}

/** `remainder` and `quadrant` leave |x| <= 2^20 alone, and what they make of greater ones has nothing more to lose here. */
function reduce(x: Scalar): Angle {
  const { quarters, ...rest } = x.lane === "f32" ? reduceSingle(x.remainder()) : reduceDouble(x.remainder());
  return { quarters: quarters.add(x.quadrant()), ...rest };
}

/**
 * x less m pi/2, m having 20 bits, and pi/2 four parts of which three have 33 (Cody and Waite, Software Manual for the Elementary
 * Functions, 1980, chapter 8): the products are exact, and so are the differences where they cancel.
 */
function reduceDouble(x: Scalar): Angle {
  const m = nearest(x.mul(2 / Math.PI));
  const [a, b, c, d] = halfPi.f64;
  return { quarters: m, hi: x.sub(m.mul(a)).sub(m.mul(b)).sub(m.mul(c)), lo: m.mul(d) };
}

/**
 * The same with 24 bits to a product: first x loses k times 710, which is nearly 452 pi/2 (from 355/113), and what that is too much
 * is given back in parts of 12 bits or so, beside the parts of m pi/2 of the same size. Steps a and b are exact, c rounds once.
 */
function reduceSingle(x: Scalar): Angle {
  const k = nearest(x.mul(1 / 710));
  const y = x.sub(k.mul(710));
  const m = nearest(y.mul(2 / Math.PI));
  const [a, b, c, d] = halfPi.f32;
  const hi = y
    .sub(m.mul(a))
    .sub(m.mul(b).sub(k.mul(excess.b)))
    .sub(m.mul(c).sub(k.mul(excess.c)));
  return { quarters: m, hi, lo: m.mul(d).sub(k.mul(excess.d)) };
}

function isEven(x: Scalar): Mask {
  const half = x.mul(0.5);
  return half.floor().eq(half);
}

/** In f32 multiples of 2^-7, 2^-24, 2^-34 and the rest; in f64 of 2^-30, 2^-65, 2^-96 and the rest. None is negative, for -0 less 0 is -0. */
const halfPi = {
  f32: [1.5703125, 0.0004838109016418457, 1.5890691429376602e-8, 2.5633440682570896e-12],
  f64: [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32],
} as const;

/** 710 - 452 pi/2 as multiples of 2^-24, 2^-37 and the rest. */
const excess = { b: 6.026029586791992e-5, c: 2.8412614483386278e-8, d: -1.7542958188551672e-12 };

/** sin r / r - 1 in r^2, by Remez exchange, rounded one by one: relative error 2^-26.7 for |r| <= 0.8755 (f64: 2^-57.6 to pi/4). */
const sineTail = {
  f32: [0, -0.16666643, 0.008331515, -1.9435794e-4],
  f64: [
    0, -0.1666666666666663, 0.00833333333332184, -0.0001984126982942088, 2.7557313586362126e-6,
    -2.505074552180813e-8, 1.5896248039858002e-10,
  ],
} as const;

/** cos r in r^2, found likewise: 2^-31.3 (f64: 2^-63.9). */
const cosine = {
  f32: [1, -0.5, 0.041666627, -0.0013886478, 2.4345414e-5],
  f64: [
    1, -0.5, 0.041666666666666595, -0.0013888888888873342, 2.480158728900206e-5, -2.7557314217025943e-7,
    2.0875705393367347e-9, -1.1358749046820437e-11,
  ],
} as const;

/** tan r = r n(r^2) / d(r^2): 2^-23.4 once rounded (f64: 2^-54.6). */
const tangent = {
  f32: { n: [1, -0.09594005], d: [1, -0.42927474, 0.009765914] },
  f64: {
    n: [1, -0.1282834697837317, 0.0028059181714346977, -7.483634290912201e-6],
    d: [1, -0.4616168031170622, 0.023344852543719218, -0.00020844803420724014],
  },
} as const;

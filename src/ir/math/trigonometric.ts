/**
 * Sine, cosine and tangent of radians: the argument loses quarter turns until it is near [-pi/4, pi/4], and minimax
 * polynomials answer. Beyond 2^20 the `remainder` primitive has been there before.
 */
import { type Lane, type Mask, not, type Scalar } from "../scalar.ts";
import { horner } from "./double.ts";

/** Within 2 ulp, for every argument; NaN at infinity. */
export function sin(x: Scalar): Scalar {
  return sine(reduce(x));
}

/** Within 2 ulp, for every argument; NaN at infinity. */
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

/** An angle, hi - lo + quarters pi/2, where |lo| is at most an ulp or so of hi, or hi is tiny. */
interface Angle {
  readonly quarters: Scalar;
  readonly hi: Scalar;
  readonly lo: Scalar;
}

function sine({ quarters, hi, lo }: Angle): Scalar {
  const t = hi.mul(hi);
  const alongSine = hi.mul(horner(t, sineTail[t.lane])).sub(lo).add(hi);
  const magnitude = isEven(quarters).select(alongSine, horner(t, cosine[t.lane]));
  return isEven(quarters.mul(0.5).floor()).select(magnitude, magnitude.neg());
}

function reduce(x: Scalar): Angle {
  const { quarters, ...rest } = x.lane === "f32" ? reduceFloat(x.remainder()) : reduceDouble(x.remainder());
  return { quarters: quarters.add(x.quadrant()), ...rest };
}

function reduceFloat(x: Scalar): Angle {
  const k = nearest(x.mul(-1 / 710));
  const y = x.add(k.mul(710));
  const m = nearest(y.mul(2 / Math.PI));
  const [a, b, c, d] = halfPi.f32;
  const hi = y
    .sub(m.mul(a))
    .sub(m.mul(b).add(k.mul(excess[0]!)))
    .sub(m.mul(c).add(k.mul(excess[1]!)));
  return { quarters: m, hi, lo: m.mul(d).add(k.mul(excess[2]!)) };
}

function reduceDouble(x: Scalar): Angle {
  const m = nearest(x.mul(2 / Math.PI));
  const [a, b, c, d] = halfPi.f64;
  return { quarters: m, hi: x.sub(m.mul(a)).sub(m.mul(b)).sub(m.mul(c)), lo: m.mul(d) };
}

function nearest(x: Scalar): Scalar {
  const round = x.lane === "f32" ? 1.5 * 2 ** 23 : 1.5 * 2 ** 52;
  return x.add(round).sub(round);
}

function isEven(x: Scalar): Mask {
  const half = x.mul(0.5);
  return half.floor().eq(half);
}

const halfPi = {
  f32: [1.57080078125, -4.470348358154297e-6, 1.5890691429376602e-8, 2.5633440682570896e-12],
  f64: [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32],
} as const;

const excess = [6.026029586791992e-5, 2.8412614483386278e-8, -1.7542958188551672e-12];

const sineTail = {
  f32: [0, -0.16666643, 0.008331515, -1.9435794e-4],
  f64: [
    0, -0.1666666666666663, 0.00833333333332184, -0.0001984126982942088, 2.7557313586362126e-6,
    -2.505074552180813e-8, 1.5896248039858002e-10,
  ],
} as const;

const cosine = {
  f32: [1, -0.5, 0.041666627, -0.0013886478, 2.4345414e-5],
  f64: [
    1, -0.5, 0.041666666666666595, -0.0013888888888873342, 2.480158728900206e-5, -2.7557314217025943e-7,
    2.0875705393367347e-9, -1.1358749046820437e-11,
  ],
} as const;

const tangent = {
  f32: { n: [1, -0.09594005], d: [1, -0.42927474, 0.009765914] },
  f64: {
    n: [1, -0.1282834697837317, 0.0028059181714346977, -7.483634290912201e-6],
    d: [1, -0.4616168031170622, 0.023344852543719218, -0.00020844803420724014],
  },
} as const;

/**
 * Sine, cosine and tangent of radians: the argument loses whole multiples of pi until it is in [-pi/2, pi/2], then a minimax
 * polynomial answers. Beyond 2^20 the `remainder` primitive has been there before.
 */
import { type Lane, type Mask, not, type Scalar } from "../scalar.ts";
import { horner } from "./double.ts";

/** Within 2 ulp (f64: 4), for every argument. NaN at infinity. */
export function sin(x: Scalar): Scalar {
  return sine(x.remainder(), x.quadrant());
}

/** Within 2 ulp (f64: 4), for every argument. NaN at infinity. */
export function cos(x: Scalar): Scalar {
  return sine(x.remainder(), x.quadrant().add(1));
}

/** Within 8 ulp (f64: 4), for every argument: tan r = r N(r^2) / D(r^2), and -D / (r N) beside an odd multiple of pi/2. NaN at infinity. */
export function tan(x: Scalar): Scalar {
  const { n, d } = tangent[x.lane];
  const { m, r } = reduce(x.remainder(), 2, x.literal(0));
  const t = r.mul(r);
  const [sine, cosine] = [r.mul(horner(t, n)), horner(t, d)];
  const isOdd = not(isInteger(m.add(x.quadrant().mul(0.5))));
  return isOdd.select(cosine.neg(), sine).div(isOdd.select(sine, cosine));
}

/** sin(x + q pi/2) = (-1)^n sin r, where r = x + q pi/2 - n pi. The last step keeps the sign of a zero. */
function sine(x: Scalar, q: Scalar): Scalar {
  const shift = q.mul(0.5);
  const { m, r } = reduce(x, 1, shift);
  const isEven = isInteger(m.add(shift).mul(0.5));
  const signed = isEven.select(r, r.neg());
  const t = r.mul(r);
  return signed.add(signed.mul(t.mul(horner(t, sineTail[x.lane])))).copysign(signed);
}

/** r = x - m pi, where m + shift is a multiple of 1 / parts, and |r| is least. */
function reduce(x: Scalar, parts: 1 | 2, shift: Scalar): { m: Scalar; r: Scalar } {
  const k = excess[x.lane] && nearest(x.mul(1 / 710), 1);
  const y = k ? x.sub(k.mul(710)) : x;
  const m = nearest(y.mul(1 / Math.PI).add(shift), parts).sub(shift);
  const steps = pi[x.lane].map((part, i) => {
    const e = excess[x.lane]?.[i];
    return k && e ? m.mul(part).sub(k.mul(e)) : m.mul(part);
  });
  return { m, r: steps.reduce((r, step) => r.sub(step), y) };
}

/** The nearest multiple of 1 / parts: in a sum with 1.5 2^23 (f64: 2^52) there is no room for more. */
function nearest(x: Scalar, parts: 1 | 2): Scalar {
  const round = (x.lane === "f32" ? 1.5 * 2 ** 23 : 1.5 * 2 ** 52) / parts;
  return x.add(round).sub(round);
}

function isInteger(x: Scalar): Mask {
  return x.floor().eq(x);
}

const pi: Record<Lane, readonly number[]> = {
  f32: [3.1416015625, -8.821487426757812e-6, -8.742790669202805e-8, 5.126688136514179e-12],
  f64: [3.1415926534682512, 1.2154201012607932e-10, 4.044532497422333e-21, 1.69568553207378e-31],
};

const excess: { readonly [lane in Lane]?: readonly number[] } = {
  f32: [0, 6.031990051269531e-5, -3.119203029200435e-8, -1.7542958188551672e-12],
};

const sineTail = {
  f32: [-0.1666666, 0.008333069, -1.9809765e-4, 2.60604e-6],
  f64: [
    -0.16666666666666666, 0.008333333333333207, -0.00019841269841212476, 2.7557319211568195e-6,
    -2.5052106904333544e-8, 1.6058941007161163e-10, -7.643019950106192e-13, 2.721432290478778e-15,
  ],
} as const;

const tangent = {
  f32: { n: [1, -0.095801905], d: [1, -0.42913592, 0.009716906] },
  f64: {
    n: [1, -0.12828348953565696, 0.00280592037153461, -7.483655561922314e-6],
    d: [1, -0.4616168228689874, 0.02334486132779412, -0.00020844834991253237],
  },
} as const;

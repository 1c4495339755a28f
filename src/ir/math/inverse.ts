/**
 * The inverse trigonometric functions, lowered: numbers go in, angles in radians come out. Each finds an angle of at most
 * pi/4 by a minimax polynomial, and adds it to a multiple of pi/2 or takes it away.
 */
import type { Lane, Mask, Scalar } from "../scalar.ts";
import { horner } from "./double.ts";

/** Within 2 ulp (f64: 3); +-pi/2 at infinity. */
export function atan(x: Scalar): Scalar {
  const a = x.abs();
  const isSteep = a.gt(1);
  const angle = arctangent(a.min(1).div(a.max(1)));
  const start = isSteep.select(Math.PI / 2, x.literal(0));
  return plus(start, isSteep.select(angle.neg(), angle)).copysign(x);
}

/**
 * The angle of the point (x, y), in [-pi, pi], within 2 ulp (f64: 3). Zeros and infinities are those of C99, section F.9.1.4:
 * atan2(+-0, -0) is +-pi, atan2(+-inf, +inf) is +-pi/4, and so on.
 */
export function atan2(y: Scalar, x: Scalar): Scalar {
  const [rise, run] = [y.abs(), x.abs()];
  const [least, most] = [rise.min(run), rise.max(run)];
  const quotient = least.div(most.max(smallest[x.lane]));
  const angle = arctangent(least.eq(Infinity).select(1, quotient));
  const isSteep = rise.gt(run);
  const isBehind = x.literal(1).copysign(x).lt(0);
  const start = isSteep.select(Math.PI / 2, isBehind.select(Math.PI, x.literal(0)));
  const opposite = angle.neg();
  const turn = isSteep.select(isBehind.select(angle, opposite), isBehind.select(opposite, angle));
  return plus(start, turn).copysign(y);
}

/** Within 2 ulp (f64: 3); NaN outside [-1, 1]. */
export function asin(x: Scalar): Scalar {
  const { isFar, angle } = arcsine(x.abs());
  const start = isFar.select(Math.PI / 2, x.literal(0));
  return plus(start, isFar.select(angle.mul(-2), angle)).copysign(x);
}

/** Within 2 ulp; NaN outside [-1, 1]. */
export function acos(x: Scalar): Scalar {
  const { isFar, angle } = arcsine(x.abs());
  const start = isFar.select(x.lt(0).select(Math.PI, x.literal(0)), Math.PI / 2);
  return plus(start, isFar.select(angle.mul(2), angle).copysign(isFar.select(x, x.neg())));
}

/** atan s for s in [0, 1]. */
function arctangent(s: Scalar): Scalar {
  const { p, q } = arctangentTail[s.lane];
  const t = s.mul(s);
  const tail = horner(t, p).mul(t);
  return (q ? tail.div(horner(t, q)) : tail).mul(s).add(s);
}

/** asin a; but far from zero asin(sqrt((1 - a) / 2)), which is half of acos a. */
function arcsine(a: Scalar): { isFar: Mask; angle: Scalar } {
  const isFar = a.gt(far[a.lane]);
  const t = isFar.select(a.literal(1).sub(a).mul(0.5), a.mul(a));
  const s = isFar.select(t.sqrt(), a);
  return { isFar, angle: horner(t, arcsineTail[a.lane]).mul(t).mul(s).add(s) };
}

/** start + turn, where start is 0, pi/2 or pi rounded to the lane: what rounding took from it is a fixed share of it. */
function plus(start: Scalar, turn: Scalar): Scalar {
  return start.add(turn.add(start.mul(shareOfPi[start.lane])));
}

/** Just above cos 1 the angle is still below 1/2, and twice its error is half an ulp of pi/2 - 2 angle; f64 has ulps to spare. */
const far: Record<Lane, number> = { f32: 0.5404, f64: 0.5 };

/** pi / (pi rounded) - 1. */
const shareOfPi: Record<Lane, number> = { f32: -2.783e-8, f64: 3.898e-17 };

/** Divided by this, a zero is a zero. */
const smallest: Record<Lane, number> = { f32: 2 ** -149, f64: 2 ** -1074 };

/** (atan s / s - 1) / s^2 as p / q in s^2, for s in [0, 1], by Remez exchange; the relative error of atan s is 2^-25.7 (f64: 2^-56). */
const arctangentTail: Record<Lane, { p: readonly number[]; q?: readonly number[] }> = {
  f32: {
    p: [
      -0.33333153, 0.19993767, -0.14211003, 0.10665789, -0.07551749, 0.043206453, -0.016364696, 0.0029199044,
    ],
  },
  f64: {
    p: [
      -0.3333333333333315, -0.7466360069976572, -0.5854099128984165, -0.19085928476697867,
      -0.023699405050431117, -0.0007486697491854421,
    ],
    q: [
      1, 2.839908020992437, 3.0316031227369558, 1.5077696234131162, 0.35041024524468695, 0.033088391132415594,
      0.000829718237729821,
    ],
  },
};

/** (asin s / s - 1) / s^2 in s^2, for s in [0, far], by Remez exchange; the relative error of asin s is 2^-25.9 (f64: 2^-55.7). */
const arcsineTail: Record<Lane, readonly number[]> = {
  f32: [0.1666688, 0.07490031, 0.04613393, 0.02092567, 0.04761366],
  f64: [
    0.1666666666666541, 0.07500000000336596, 0.044642856828570665, 0.03038195913079702, 0.02237175811915873,
    0.01735970474961625, 0.013885226752992561, 0.012169321924606525, 0.006527279875463839, 0.0195307523276203,
    -0.016229060849944885, 0.0319161780399706,
  ],
};

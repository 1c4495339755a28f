/**
 * The exponential and its kin, lowered to scalar primitives: an argument goes in, the function of it comes out.
 * All take x apart as k ln 2 + r, find e^r - 1 as a polynomial, and put 2^k back (Muller, Elementary Functions, chapter 11;
 * Cody and Waite, Software Manual for the Elementary Functions, chapter 6).
 */
import type { Lane, Scalar } from "../scalar.ts";
import { type Double, fastTwoSum, horner } from "./double.ts";

interface Table {
  /** ln 2 in two parts; the first is short enough that every k times it is exact (Cody and Waite). */
  readonly ln2: readonly [hi: number, lo: number];
  /** x + magic - magic rounds x to the nearest integer: 1.5 times the power of two whose last bit is worth 1. */
  readonly magic: number;
  /** Beyond these, e^x is 0 and infinity. */
  readonly lowest: number;
  readonly highest: number;
  /** (e^r - 1 - r) / r^2 for |r| <= ln 2: minimax, by Remez exchange, of the relative error of e^r. */
  readonly wide: readonly number[];
  /** The same for |r| <= ln 2 / 2, of the relative error of e^r - 1. */
  readonly narrow: readonly number[];
  /** (sinh x - x) / x^3 in x^2, |x| <= 1. */
  readonly sinh: readonly number[];
  readonly tanh: { readonly p: readonly number[]; readonly q: readonly number[] };
  /** The largest k that takes one factor 2^k, when there may be more to come. */
  readonly top: number;
  /** Where tanh has become 1. */
  readonly flat: number;
}

const tables: Readonly<Record<Lane, Table>> = {
  f32: {
    ln2: [0.693145751953125, 1.428606765330187e-6],
    magic: 1.5 * 2 ** 23,
    lowest: -104,
    highest: 90,
    wide: [5.0000036e-1, 1.6666614e-1, 4.166127e-2, 8.336103e-3, 1.4104471e-3, 1.9611641e-4], // 2^-25.1
    narrow: [4.9999997e-1, 1.6666543e-1, 4.16672e-2, 8.3665475e-3, 1.388252e-3], // 2^-25.8
    sinh: [1.6666716e-1, 8.330284e-3, 2.0372192e-4],
    tanh: { p: [-0.8237622, -0.00383453], q: [2.4712875, 1] },
    top: 126,
    flat: 20,
  },
  f64: {
    ln2: [0.6931471803691238, 1.9082149292705877e-10],
    magic: 1.5 * 2 ** 52,
    lowest: -746,
    highest: 711,
    wide: [
      0.4999999999999993, 0.16666666666666935, 0.04166666666670202, 0.008333333333270063,
      0.0013888888883584977, 0.00019841269892680838, 2.480159082615536e-5, 2.7557300678536106e-6,
      2.7556158853764644e-7, 2.5055030264967643e-8, 2.1062267587442064e-9, 1.5935679943489005e-10,
    ], // 2^-55.9
    narrow: [
      0.5, 0.16666666666666677, 0.04166666666666651, 0.0083333333333217, 0.0013888888888962325,
      0.00019841269885939648, 2.4801587172593447e-5, 2.7557244403492557e-6, 2.7557402626357973e-7,
      2.5108967754541383e-8, 2.0875325857326206e-9,
    ], // 2^-59.9
    sinh: [0.16666666666666669, 0.008333333333333148, 0.00019841269841431864, 2.7557319157073957e-6, 2.5052123136452135e-8, 1.6057259786538673e-10, 7.758748333695983e-13],
    tanh: { p: [-1613.35259685358086, -99.2230573107970942, -0.964373801086025122], q: [4840.05779056074289, 2233.69228815666785, 112.741632480353383, 1] },
    top: 1022,
    flat: 40,
  },
};

/** e^x. */
export function exp(x: Scalar): Scalar {
  const { wide } = tables[x.lane];
  const { k, r } = reduce(clamp(x), 2);
  return twice(r.literal(1).add(excess(r, wide)), k);
}

/** p 2^(2k): in two steps, so that results below the normal numbers round once and those above go to infinity. */
function twice(p: Scalar, k: Scalar): Scalar {
  const s = k.pow2();
  return p.mul(s).mul(s);
}

/** e^x - 1, accurate beside 0. */
export function expm1(x: Scalar): Scalar {
  const { flat, highest } = tables[x.lane];
  const { u, scale } = scaledExpm1(x.max(-flat).min(highest));
  return u.mul(scale).copysign(x);
}

/** (e^x - e^-x) / 2. */
export function sinh(x: Scalar): Scalar {
  const { highest, sinh } = tables[x.lane];
  const { p, scale } = scaledExp(x.abs().min(highest));
  const half = p.mul(0.5);
  const large = half.sub(p.literal(0.25).div(half)).mul(scale).copysign(x);
  const z = x.mul(x);
  const small = horner(z, sinh).mul(z.mul(x)).add(x);
  return x.abs().lt(1).select(small, large);
}

/** (e^x + e^-x) / 2. */
export function cosh(x: Scalar): Scalar {
  const { p, scale } = scaledExp(x.abs().min(tables[x.lane].highest));
  const half = p.mul(0.5);
  return half.add(p.literal(0.25).div(half)).mul(scale);
}

/**
 * (e^x - e^-x) / (e^x + e^-x), as 1 - 2 / (e^2x + 1), and as x + x^3 P(x^2) / Q(x^2) where that would lose digits:
 * tanh x < 1/2. One division serves both.
 */
export function tanh(x: Scalar): Scalar {
  const { flat, narrow, tanh } = tables[x.lane];
  const h = x.abs().min(flat);
  const { ln2, magic } = tables[x.lane];
  const y = h.add(h);
  const k = y.mul(1 / Math.LN2).add(magic).sub(magic);
  const r = y.sub(k.mul(Math.LN2));
  const s = k.pow2();
  const z = h.mul(h);
  const small = h.lt(0.55);
  const numerator = small.select(horner(z, tanh.p).mul(z).mul(h), -2);
  const denominator = small.select(horner(z, tanh.q), s.add(1).add(s.mul(excess(r, narrow))));
  return small.select(h, 1).add(numerator.div(denominator)).copysign(x);
}

/** 1 / (1 + e^-x), as 1 / ((1 + 2^k) + 2^k (e^r - 1)): one rounding before the division. */
export function sigmoid(x: Scalar): Scalar {
  const { flat, lowest, narrow } = tables[x.lane];
  const { k, r } = reduce(x.neg().max(-flat).min(-lowest), 1);
  const k1 = k.min(100);
  const s = k1.pow2();
  const one = fastTwoSum(s, x.literal(1));
  return x.literal(1).div(s.mul(excess(r, narrow)).add(one.lo).add(one.hi)).mul(k1.sub(k).pow2());
}

/** e^x for x <= 0. */
export function decay(x: Scalar): Double {
  const { lowest, narrow } = tables[x.lane];
  const up = x.lane === "f32" ? 24 : 53;
  const { k, r } = reduce(x.max(lowest), 1);
  const s = k.add(up).pow2();
  const { hi, lo } = fastTwoSum(s, s.mul(excess(r, narrow)));
  return { hi: hi.mul(2 ** -up), lo: lo.mul(2 ** -up) };
}

function clamp(x: Scalar): Scalar {
  const { lowest, highest } = tables[x.lane];
  return x.max(lowest).min(highest);
}

/** x = k (n ln 2) + r with an integer k and |r| <= n ln 2 / 2. */
export function reduce(x: Scalar, n: number): { k: Scalar; r: Scalar } {
  const { ln2, magic } = tables[x.lane];
  const k = x.mul(1 / (n * Math.LN2)).add(magic).sub(magic);
  return { k, r: x.sub(k.mul(n * ln2[0])).sub(k.mul(n * ln2[1])) };
}

/** e^r - 1 = r + r^2 w(r). */
export function excess(r: Scalar, w: readonly number[]): Scalar {
  return horner(r, w).mul(r.mul(r)).add(r);
}

function scaledExpm1(x: Scalar): { u: Scalar; scale: Scalar } {
  const { narrow, top } = tables[x.lane];
  const { k, r } = reduce(x, 1);
  const k1 = k.min(top);
  const s = k1.pow2();
  return { u: s.mul(excess(r, narrow)).add(s.sub(1)), scale: k.sub(k1).pow2() };
}

function scaledExp(x: Scalar): { p: Scalar; scale: Scalar } {
  const { narrow, top } = tables[x.lane];
  const { k, r } = reduce(x, 1);
  const k1 = k.min(top);
  const s = k1.pow2();
  return { p: s.mul(excess(r, narrow)).add(s), scale: k.sub(k1).pow2() };
}

/**
 * The exponential and its kin, lowered to scalar primitives: an argument goes in, the function of it comes out, within 2 ulp.
 * All take x apart as k ln 2 + r, find e^r - 1 as a polynomial, and put 2^k back (Cody and Waite, Software Manual for the
 * Elementary Functions, chapter 6; Muller, Elementary Functions, chapter 11).
 */
import type { Lane, Scalar } from "../scalar.ts";
import { type Double, fastTwoSum, horner } from "./double.ts";
import { nearest } from "./rounding.ts";

interface Table {
  /** ln 2 in two parts, the first so short that k times it is exact. */
  readonly ln2: readonly [hi: number, lo: number];
  /** Below the first e^x is 0, above the second it is infinite, and so is cosh. */
  readonly range: readonly [lowest: number, highest: number];
  /** Beyond this e^-x is nothing beside 1. */
  readonly flat: number;
  /** The largest k that goes into one factor 2^k, to which a second can be left. */
  readonly top: number;
  /** How far 2^k is lifted to keep it, and its last bits, among the normal numbers. */
  readonly lift: number;
  /** w in e^r = 1 + r + r^2 w(r) for |r| <= ln 2: minimax for the relative error of e^r, by Remez exchange. */
  readonly wide: readonly number[];
  /** The same for |r| <= ln 2 / 2, and the relative error of e^r - 1. */
  readonly narrow: readonly number[];
  /** (sinh x - x) / x^3 in powers of x^2 for |x| <= 1: minimax for the relative error of sinh x. */
  readonly sinh: readonly number[];
  /** (tanh x - x) / x^3 as p / q in powers of x^2 for |x| <= 0.55: minimax for the relative error of tanh x. */
  readonly tanh: { readonly p: readonly number[]; readonly q: readonly number[] };
}

const tables: Readonly<Record<Lane, Table>> = {
  f32: {
    ln2: [0.693145751953125, 1.428606765330187e-6],
    range: [-104, 90],
    flat: 20,
    top: 126,
    lift: 24,
    /** 2^-25.1. */
    wide: [5.0000036e-1, 1.6666614e-1, 4.166127e-2, 8.336103e-3, 1.4104471e-3, 1.9611641e-4],
    /** 2^-25.8. */
    narrow: [4.9999997e-1, 1.6666543e-1, 4.16672e-2, 8.3665475e-3, 1.388252e-3],
    /** 2^-25.2. */
    sinh: [1.6666716e-1, 8.330284e-3, 2.0372192e-4],
    /** 2^-29.1. */
    tanh: { p: [-8.237622e-1, -3.8345303e-3], q: [2.4712875, 1] },
  },
  f64: {
    ln2: [0.6931471803691238, 1.9082149292705877e-10],
    range: [-746, 711],
    flat: 40,
    top: 1022,
    lift: 53,
    /** 2^-55.9. */
    wide: [
      0.4999999999999993, 0.16666666666666935, 0.04166666666670202, 0.008333333333270063,
      0.0013888888883584977, 0.00019841269892680838, 2.480159082615536e-5, 2.7557300678536106e-6,
      2.7556158853764644e-7, 2.5055030264967643e-8, 2.1062267587442064e-9, 1.5935679943489005e-10,
    ],
    /** 2^-59.9. */
    narrow: [
      0.5, 0.16666666666666677, 0.04166666666666651, 0.0083333333333217, 0.0013888888888962325,
      0.00019841269885939648, 2.4801587172593447e-5, 2.7557244403492557e-6, 2.7557402626357973e-7,
      2.5108967754541383e-8, 2.0875325857326206e-9,
    ],
    /** 2^-56.6. */
    sinh: [
      0.16666666666666669, 0.008333333333333148, 0.00019841269841431864, 2.7557319157073957e-6,
      2.5052123136452135e-8, 1.6057259786538673e-10, 7.758748333695983e-13,
    ],
    /** 2^-63.1; close to those of Cephes, tanh.c. */
    tanh: {
      p: [-1613.352596853581, -99.2230573107971, -0.9643738010860251],
      q: [4840.057790560743, 2233.692288156668, 112.74163248035337, 1],
    },
  },
};

/** e^x. An even k is put back as 2^(k/2) twice, so that a subnormal result rounds once and a great one is infinite. */
export function exp(x: Scalar): Scalar {
  const { range, wide } = tables[x.lane];
  const { k, r } = reduce(x.max(range[0]).min(range[1]), 2);
  const s = k.pow2();
  return excess(r, wide).add(1).mul(s).mul(s);
}

/** e^x - 1, near 0 too. */
export function expm1(x: Scalar): Scalar {
  const { flat, range } = tables[x.lane];
  const { s, e, rest } = parts(x.max(-flat).min(range[1]));
  return s.mul(e).add(s.sub(1)).mul(rest).copysign(x);
}

/** (e^x + e^-x) / 2. */
export function cosh(x: Scalar): Scalar {
  const { half, rest } = halfExp(x.abs());
  return half.add(half.literal(0.25).div(half)).mul(rest);
}

/** (e^x - e^-x) / 2, and x + x^3 P(x^2) where that would lose digits. */
export function sinh(x: Scalar): Scalar {
  const { half, rest } = halfExp(x.abs());
  const large = half.sub(half.literal(0.25).div(half)).mul(rest).copysign(x);
  const z = x.mul(x);
  const small = horner(z, tables[x.lane].sinh).mul(z.mul(x)).add(x);
  return x.abs().lt(1).select(small, large);
}

/**
 * (e^x - e^-x) / (e^x + e^-x), as 1 - 2 / (1 + e^2x), and where that would lose digits, below 1/2, as x + x^3 P(x^2) / Q(x^2).
 * One division serves both. Of e^2x so little is asked that one part of ln 2 is enough.
 */
export function tanh(x: Scalar): Scalar {
  const { flat, narrow, tanh } = tables[x.lane];
  const a = x.abs().min(flat);
  const twofold = a.add(a);
  const k = nearest(twofold.mul(Math.LOG2E));
  const s = k.pow2();
  const e = excess(twofold.sub(k.mul(Math.LN2)), narrow);
  const z = a.mul(a);
  const isSmall = a.lt(0.55);
  const numerator = isSmall.select(horner(z, tanh.p).mul(z).mul(a), -2);
  const denominator = isSmall.select(horner(z, tanh.q), s.mul(e).add(s.add(1)));
  return isSmall.select(a, 1).add(numerator.div(denominator)).copysign(x);
}

/** 1 / (1 + e^-x), where 1 + e^-x = (1 + s) + s e has rounded little more than once before the division. */
export function sigmoid(x: Scalar): Scalar {
  const { flat, range, narrow } = tables[x.lane];
  const { k, r } = reduce(x.neg().max(-flat).min(-range[0]), 1);
  const first = k.min(100);
  const s = first.pow2();
  const one = x.literal(1);
  const sum = fastTwoSum(s, one);
  return one.div(s.mul(excess(r, narrow)).add(sum.lo).add(sum.hi)).mul(first.sub(k).pow2());
}

/** e^-x of x >= 0, and what it lacks in a second scalar. */
export function decay(x: Scalar): Double {
  const { lift, narrow, range } = tables[x.lane];
  const { k, r } = reduce(x.neg().max(range[0]), 1);
  const s = k.add(lift).pow2();
  const { hi, lo } = fastTwoSum(s, s.mul(excess(r, narrow)));
  return { hi: hi.mul(2 ** -lift), lo: lo.mul(2 ** -lift) };
}

/** 2^(hi + lo), for |hi| to where that is surely 0 or infinite. */
export function powerOfTwo({ hi, lo }: Double): Scalar {
  const k = nearest(hi.add(lo));
  const e = excess(hi.sub(k).add(lo).mul(Math.LN2), tables[hi.lane].narrow);
  const half = k.mul(0.5).floor();
  return e.add(1).mul(half.pow2()).mul(k.sub(half).pow2());
}

/** e^x / 2 as half times rest, where rest is 1 unless half is enormous. */
function halfExp(x: Scalar): { half: Scalar; rest: Scalar } {
  const { s, e, rest } = parts(x.min(tables[x.lane].range[1]));
  return { half: s.mul(e).add(s).mul(0.5), rest };
}

/** e^x = (s + s e) rest, where s and rest are powers of two, and rest is 1 unless s is enormous. */
function parts(x: Scalar): { s: Scalar; e: Scalar; rest: Scalar } {
  const { narrow, top } = tables[x.lane];
  const { k, r } = reduce(x, 1);
  const first = k.min(top);
  return { s: first.pow2(), e: excess(r, narrow), rest: k.sub(first).pow2() };
}

/** x = k n ln 2 + r with an integer k and |r| <= n ln 2 / 2. */
function reduce(x: Scalar, n: number): { k: Scalar; r: Scalar } {
  const [hi, lo] = tables[x.lane].ln2;
  const k = nearest(x.mul(Math.LOG2E / n));
  return { k, r: x.sub(k.mul(n * hi)).sub(k.mul(n * lo)) };
}

/** e^r - 1 = r + r^2 w(r). */
function excess(r: Scalar, w: readonly number[]): Scalar {
  return horner(r, w).mul(r.mul(r)).add(r);
}

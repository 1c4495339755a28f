/**
 * The logarithm and its kin, lowered to scalar primitives: an argument goes in, the function of it comes out.
 * All take their argument apart as 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2), and with s = f / (2 + f) use
 * log(1 + f) = 2 atanh(s) = f - s (f - R(s^2)), which rounds little more than once (fdlibm, e_log.c).
 */
import type { Lane, Scalar } from "../scalar.ts";
import { type Double, fastTwoSum, horner } from "./double.ts";
import { decay } from "./exponential.ts";

interface Table {
  /** 2 (atanh(s) / s - 1) / s^2 in powers of s^2. */
  readonly atanh: readonly number[];
  readonly tiny: number;
  readonly up: number;
  readonly huge: number;
  readonly large: number;
  readonly e: Base;
  readonly two: Base;
  readonly ten: Base;
}

interface Base {
  readonly perOctave: readonly [hi: number, lo: number];
  readonly perE: readonly [hi: number, lo: number];
}

const two: Base = { perOctave: [1, 0], perE: [1, Math.LOG2E - 1] };

const tables: Readonly<Record<Lane, Table>> = {
  f32: {
    atanh: [6.6666776e-1, 3.9977586e-1, 2.98707e-1],
    tiny: 2 ** -100,
    up: 64,
    huge: 2 ** 100,
    large: 2 ** 50,
    e: { perOctave: [0.693145751953125, 1.428606765330187e-6], perE: [1, 0] },
    two,
    ten: { perOctave: [0.301025390625, 4.605038981195e-6], perE: [0.5, Math.LOG10E - 0.5] },
  },
  f64: {
    atanh: [
      0.6666666666666733, 0.3999999999942013, 0.2857142874134159, 0.22222198668476156, 0.18183559852270595,
      0.15314155131102747, 0.14794986215060282,
    ],
    tiny: 2 ** -900,
    up: 128,
    huge: 2 ** 1000,
    large: 2 ** 500,
    e: { perOctave: [0.6931471803691238, 1.9082149292705877e-10], perE: [1, 0] },
    two,
    ten: { perOctave: [0.3010299955494702, 1.1451100898021839e-10], perE: [0.5, Math.LOG10E - 0.5] },
  },
};

export function log(x: Scalar): Scalar {
  return positive(x, assemble(takeApart(x), tables[x.lane].e));
}

export function log2(x: Scalar): Scalar {
  return positive(x, assemble(takeApart(x), tables[x.lane].two));
}

export function log10(x: Scalar): Scalar {
  return positive(x, assemble(takeApart(x), tables[x.lane].ten));
}

/** log(1 + x), accurate beside 0. */
export function log1p(x: Scalar): Scalar {
  const huge = x.gt(tables[x.lane].huge);
  const parts = takeApart1p(x.mul(huge.select(2 ** -60, 1)));
  const y = assemble({ ...parts, k: parts.k.add(huge.select(60, 0)) }, tables[x.lane].e).copysign(x);
  return x.lt(Infinity).select(x.gt(-1).select(y, x.eq(-1).select(-Infinity, NaN)), x);
}

export function asinh(x: Scalar): Scalar {
  const large = x.abs().gt(tables[x.lane].large);
  const a = x.abs().mul(large.select(2 ** -4, 1));
  const z = a.mul(a);
  const t = large.select(a, z.div(z.add(1).sqrt().add(1)));
  const y = logarithm1p(fastTwoSum(a, t), large.select(4, 0)).copysign(x);
  return x.abs().lt(Infinity).select(y, x);
}

export function acosh(x: Scalar): Scalar {
  const large = x.gt(tables[x.lane].large);
  const a = x.mul(large.select(2 ** -4, 1));
  const t = a.sub(1);
  const root = large.select(a, t.mul(t.add(2)).sqrt());
  const y = logarithm1p(fastTwoSum(root, t), large.select(4, 0));
  return x.lt(Infinity).select(x.ge(1).select(y, NaN), x);
}

export function atanh(x: Scalar): Scalar {
  const a = x.abs();
  const { perOctave } = tables[x.lane].e;
  const k = a.add(1).mul(Math.SQRT2).div(a.literal(1).sub(a)).exponent();
  const p = k.pow2();
  const pa = p.mul(a);
  const d = p.sub(pa);
  const s = a.sub(d.sub(1).add(p.sub(d).sub(pa))).div(a.add(1).add(d));
  const z = s.mul(s);
  const bend = horner(z, tables[x.lane].atanh).mul(z).mul(s.mul(0.5));
  const y = bend.add(k.mul(perOctave[1] / 2)).add(s).add(k.mul(perOctave[0] / 2)).copysign(x);
  return a.lt(1).select(y, a.eq(1).select(x.literal(Infinity).copysign(x), NaN));
}

/** log(1 + e^x). */
export function softplus(x: Scalar): Scalar {
  return x.max(0).add(logarithm1pDecay(x));
}

/** log(1 / (1 + e^-x)). */
export function logSigmoid(x: Scalar): Scalar {
  return x.min(0).sub(logarithm1pDecay(x));
}

function logarithm1pDecay(x: Scalar): Scalar {
  return logarithm1p(decay(x.abs().neg()), x.literal(0));
}

interface Parts {
  readonly k: Scalar;
  readonly f: Scalar;
  readonly tail?: Scalar;
}

function takeApart(x: Scalar): Parts {
  const { tiny, up } = tables[x.lane];
  const small = x.lt(tiny);
  const y = x.mul(small.select(2 ** up, 0.25));
  const e = y.mul(Math.SQRT2).exponent();
  return { k: e.add(small.select(-up, 2)), f: y.mul(e.neg().pow2()).sub(1) };
}

function takeApart1p(y: Scalar): Parts {
  const k = y.add(1).mul(Math.SQRT2).exponent();
  const p = k.neg().pow2();
  return { k, f: y.mul(p).add(p.sub(1)) };
}

function logarithm1p({ hi, lo }: Double, octaves: Scalar): Scalar {
  const { k, f } = takeApart1p(hi);
  const tail = lo.mul(k.neg().pow2());
  return assemble({ k: k.add(octaves), f, tail: tail.sub(tail.mul(f)) }, tables[hi.lane].e);
}

function assemble({ k, f, tail }: Parts, { perOctave: [hi, lo], perE }: Base): Scalar {
  const s = f.div(f.add(2));
  const z = s.mul(s);
  const bend = s.mul(f.sub(horner(z, tables[f.lane].atanh).mul(z)));
  const end = tail ? tail.sub(bend) : bend.neg();
  const scaled = times(end, perE[0] + perE[1]);
  const low = lo === 0 ? scaled : scaled.add(k.mul(lo));
  const rest = perE[1] === 0 ? low : low.add(f.mul(perE[1]));
  return rest.add(times(f, perE[0])).add(times(k, hi));
}

function times(x: Scalar, factor: number): Scalar {
  return factor === 1 ? x : x.mul(factor);
}

function positive(x: Scalar, y: Scalar): Scalar {
  return x.lt(Infinity).select(x.gt(0).select(y, x.eq(0).select(-Infinity, NaN)), x);
}

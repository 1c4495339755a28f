/**
 * The logarithm and its kin, lowered to scalar primitives: an argument goes in, the function of it comes out, within 2 ulp.
 * All take their argument apart as 2^k (1 + f), where 1 + f lies between sqrt(1/2) and sqrt(2), and with s = f / (2 + f) use
 * log(1 + f) = 2 atanh s = f - s (f - R(s^2)), which rounds little more than once (fdlibm, e_log.c).
 */
import type { Lane, Scalar } from "../scalar.ts";
import { fastTwoSum, horner } from "./double.ts";
import { decay } from "./exponential.ts";

interface Table {
  /** R(z) / z in powers of z = s^2, R = 2 atanh(s) / s - 2, for |s| <= 0.172: minimax for the relative error of atanh s, by Remez exchange. */
  readonly log: readonly number[];
  /** (atanh s - s) / s^3 in powers of s^2 for |s| <= 0.25, found likewise. */
  readonly atanh: readonly number[];
  /** Numbers below `tiny` are taken 2^lift times: subnormal ones have no exponent of their own. */
  readonly tiny: number;
  readonly lift: number;
  /** Above `large` x^2 + 1 is x^2, and need not be formed. */
  readonly large: number;
  /** Above `huge` arguments are taken 2^-60 times. */
  readonly huge: number;
  readonly bases: Readonly<Record<"e" | "two" | "ten", Base>>;
}

/** What log 2 and log e are in a base. */
interface Base {
  /** The first part is so short that k times it is exact. */
  readonly of2: readonly [hi: number, lo: number];
  /** The first part is a power of two. */
  readonly ofE: readonly [hi: number, lo: number];
}

const ofE = { e: [1, 0], two: [1, Math.LOG2E - 1], ten: [0.5, Math.LOG10E - 0.5] } as const;

const tables: Readonly<Record<Lane, Table>> = {
  f32: {
    /** 2^-30.2. */
    log: [6.6666776e-1, 3.9977586e-1, 2.98707e-1],
    /** 2^-31.2. */
    atanh: [3.3333322e-1, 2.0001732e-1, 1.4203466e-1, 1.2628491e-1],
    tiny: 2 ** -100,
    lift: 64,
    large: 2 ** 50,
    huge: 2 ** 100,
    bases: {
      e: { of2: [0.693145751953125, 1.428606765330187e-6], ofE: ofE.e },
      two: { of2: [1, 0], ofE: ofE.two },
      ten: { of2: [0.301025390625, 4.605038981195214e-6], ofE: ofE.ten },
    },
  },
  f64: {
    /** 2^-58.8. */
    log: [
      0.6666666666666733, 0.3999999999942013, 0.2857142874134159, 0.22222198668476156, 0.18183559852270595,
      0.15314155131102747, 0.14794986215060282,
    ],
    /** 2^-56.6. */
    atanh: [
      0.33333333333331955, 0.20000000000710674, 0.14285714160773536, 0.1111112171534184, 0.09090412565930678,
      0.07705789199189703, 0.06456413111580431, 0.07602081181579395,
    ],
    tiny: 2 ** -900,
    lift: 128,
    large: 2 ** 500,
    huge: 2 ** 1000,
    bases: {
      e: { of2: [0.6931471803691238, 1.9082149292705877e-10], ofE: ofE.e },
      two: { of2: [1, 0], ofE: ofE.two },
      ten: { of2: [0.3010299955494702, 1.1451100898021838e-10], ofE: ofE.ten },
    },
  },
};

/** The natural logarithm. */
export function log(x: Scalar): Scalar {
  return wherePositive(x, assemble(takeApart(x), tables[x.lane].bases.e));
}

/** The logarithm to base 2, exact at powers of two. */
export function log2(x: Scalar): Scalar {
  return wherePositive(x, assemble(takeApart(x), tables[x.lane].bases.two));
}

/** The logarithm to base 10. */
export function log10(x: Scalar): Scalar {
  return wherePositive(x, assemble(takeApart(x), tables[x.lane].bases.ten));
}

/** log(1 + x), near 0 too. */
export function log1p(x: Scalar): Scalar {
  const isHuge = x.gt(tables[x.lane].huge);
  const y = x.mul(isHuge.select(2 ** -60, 1));
  const inside = logOnePlus(y, isHuge.select(60, 0)).copysign(x);
  const outside = x.eq(-1).select(-Infinity, Number.NaN);
  return x.lt(Infinity).select(x.gt(-1).select(inside, outside), x);
}

/** log(x + sqrt(x^2 + 1)), where x^2 / (1 + sqrt(1 + x^2)) stands for sqrt(1 + x^2) - 1. */
export function asinh(x: Scalar): Scalar {
  const isLarge = x.abs().gt(tables[x.lane].large);
  const a = x.abs().mul(isLarge.select(2 ** -4, 1));
  const z = a.mul(a);
  const rise = isLarge.select(a, z.div(z.add(1).sqrt().add(1)));
  const { hi, lo } = fastTwoSum(a, rise);
  const y = logOnePlus(hi, isLarge.select(4, 0), lo).copysign(x);
  return x.abs().lt(Infinity).select(y, x);
}

/** log(x + sqrt(x^2 - 1)) of x >= 1. */
export function acosh(x: Scalar): Scalar {
  const isLarge = x.gt(tables[x.lane].large);
  const t = x.mul(isLarge.select(2 ** -4, 1)).sub(1);
  const root = isLarge.select(t, t.mul(t).add(t.add(t)).sqrt());
  const { hi, lo } = fastTwoSum(root, t);
  const y = logOnePlus(hi, isLarge.select(4, 0), lo);
  return x.lt(Infinity).select(x.ge(1).select(y, Number.NaN), x);
}

/**
 * log((1 + x) / (1 - x)) / 2. The quotient is 2^k (1 + s) / (1 - s), which makes the answer k ln 2 / 2 + atanh s; here
 * s = (x - (2^k (1 - x) - 1)) / ((1 + x) + 2^k (1 - x)) lies between -0.1 and 0.25, and is x itself where k = 0.
 */
export function atanh(x: Scalar): Scalar {
  const { atanh, bases } = tables[x.lane];
  const a = x.abs();
  const k = a.add(1).mul(1.2).div(a.literal(1).sub(a)).exponent();
  const p = k.pow2();
  const pa = p.mul(a);
  const gap = p.sub(pa);
  const lost = p.sub(gap).sub(pa);
  const s = a.sub(gap.sub(1)).sub(lost).div(a.add(1).add(gap));
  const z = s.mul(s);
  const tail = horner(z, atanh).mul(z).mul(s);
  const [hi, lo] = bases.e.of2;
  const y = tail
    .add(k.mul(lo / 2))
    .add(s)
    .add(k.mul(hi / 2))
    .copysign(x);
  const outside = a.eq(1).select(x.literal(Infinity).copysign(x), Number.NaN);
  return a.lt(1).select(y, outside);
}

/** log(1 + e^x), to where it is subnormal. */
export function softplus(x: Scalar): Scalar {
  return x.max(0).add(logOnePlusDecay(x.abs()));
}

/** log(1 / (1 + e^-x)). */
export function logSigmoid(x: Scalar): Scalar {
  return x.min(0).sub(logOnePlusDecay(x.abs()));
}

/** log(1 + e^-x) of x >= 0. */
function logOnePlusDecay(x: Scalar): Scalar {
  const { hi, lo } = decay(x);
  return logOnePlus(hi, hi.literal(0), lo);
}

/** x = 2^k (1 + f). */
interface Parts {
  readonly k: Scalar;
  readonly f: Scalar;
}

/** Of a positive x; of 0 some k and a finite f, of NaN some k and NaN. Other numbers give nonsense. */
export function takeApart(x: Scalar): Parts {
  const { tiny, lift } = tables[x.lane];
  const isTiny = x.lt(tiny);
  const y = x.mul(isTiny.select(2 ** lift, 0.25));
  const k = y.mul(Math.SQRT2).exponent();
  return { k: k.add(isTiny.select(-lift, 2)), f: y.mul(k.neg().pow2()).sub(1) };
}

/**
 * log(2^octaves (1 + x + tail)), where tail is what rounding took from x: its effect is tail / (1 + x).
 * f = (1 + x) p - 1 is formed as x p + (p - 1), of which only the sum rounds: 1 + x serves to find k alone.
 */
function logOnePlus(x: Scalar, octaves: Scalar, tail?: Scalar): Scalar {
  const k = x.add(1).mul(Math.SQRT2).exponent();
  const p = k.neg().pow2();
  const f = x.mul(p).add(p.sub(1));
  const rest = tail?.mul(p);
  return assemble({ k: k.add(octaves), f }, tables[x.lane].bases.e, rest?.sub(rest.mul(f)));
}

/** log 2 k + log e (log1p f + rest), small terms first. */
function assemble({ k, f }: Parts, { of2, ofE }: Base, rest?: Scalar): Scalar {
  const s = f.div(f.add(2));
  const z = s.mul(s);
  const bend = s.mul(horner(z, tables[f.lane].log).mul(z).sub(f));
  const terms = [
    times(rest ? rest.add(bend) : bend, ofE[0] + ofE[1]),
    times(k, of2[1]),
    times(f, ofE[1]),
    times(f, ofE[0]),
    times(k, of2[0]),
  ];
  return terms.filter((term) => term !== undefined).reduce((sum, term) => sum.add(term));
}

/** Nothing where the factor is 0. */
function times(x: Scalar, factor: number): Scalar | undefined {
  if (factor === 0) return undefined;
  return factor === 1 ? x : x.mul(factor);
}

/** y where x is positive, and the logarithms of other numbers elsewhere. */
function wherePositive(x: Scalar, y: Scalar): Scalar {
  const otherwise = x.eq(0).select(-Infinity, Number.NaN);
  return x.lt(Infinity).select(x.gt(0).select(y, otherwise), x);
}

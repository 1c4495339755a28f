/**
 * The error function and its complement, and the logarithm of the gamma function with its two derivatives, lowered:
 * an argument goes in, the function of it comes out. All coefficients were found by Remez exchange, and rounded one by one.
 */
import type { Lane, Scalar } from "../scalar.ts";
import { type Double, fastTwoSum, horner, split } from "./double.ts";
import { log } from "./logarithm.ts";
import { nearest, round } from "./rounding.ts";

/** 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x; within 2 ulp. */
export function erf(x: Scalar): Scalar {
  const a = x.abs();
  const { ratio, scale } = tail(a);
  const outside = x.literal(1).sub(scale(ratio.hi)).copysign(x);
  return a.lt(1).select(x.mul(bodyLessOne(x)).add(x), outside);
}

/** 1 - erf x without its cancellation, to where it is subnormal; within 2 ulp. */
export function erfc(x: Scalar): Scalar {
  const a = x.abs();
  const { ratio, scale } = tail(a);
  const far = scale(ratio.hi.add(ratio.lo));
  const inside = x
    .literal(1)
    .sub(x)
    .sub(x.mul(bodyLessOne(x)));
  return a.lt(tailFrom).select(inside, x.lt(0).select(x.literal(2).sub(far), far));
}

/** erf(x) / x - 1 for |x| < 1. */
function bodyLessOne(x: Scalar): Scalar {
  return horner(x.mul(x), errorTables[x.lane].body);
}

/**
 * erfc a = e^(-a^2) / sqrt(pi) / (a + f(a)) for a >= tailFrom, as `ratio` that `scale` multiplies by 2^k. f is rational.
 * The square of h, the upper half of a, is exact, so a^2 = h^2 + (a - h)(a + h) loses nothing that its exponential would show;
 * and what rounding took from the two sums that are divided is given back in ratio.lo.
 */
function tail(a: Scalar): { ratio: Double; scale: (y: Scalar) => Scalar } {
  const { last, ln2, half, lift, decay, p, q } = errorTables[a.lane];
  const b = a.min(last);
  const { hi: h, lo: l } = split(b);
  const square = h.mul(h);
  const k = nearest(square.mul(-Math.LOG2E));
  const r = k
    .mul(-ln2[0])
    .sub(square)
    .sub(k.mul(ln2[1]).add(l.mul(b.add(h)).add(half.lost)));
  const above = fastTwoSum(a.literal(half.rounded), r.mul(horner(r, decay)));
  const below = fastTwoSum(b, horner(b, p).div(horner(b, q)));
  const hi = above.hi.div(below.hi);
  const lo = above.lo.sub(hi.mul(below.lo)).div(below.hi);
  return { ratio: { hi, lo }, scale: (y) => y.mul(k.add(lift).pow2()).mul(2 ** -lift) };
}

/**
 * log |gamma x|; +infinity at the poles 0, -1, -2, ... and at both infinities. Within 8 ulp, or 1e-15 (f32: 5e-7) beside the
 * negative zeros. Below 3, gamma(x) = gamma(x + n) / (x (x + 1) ... (x + n - 1)) leads to [1, 3]; above it is Stirling's
 * series; far below, where the zeros lie too near the poles to be met, gamma(x) gamma(-x) = -pi / (x sin(pi x)).
 */
export function lgamma(x: Scalar): Scalar {
  const a = x.abs();
  const isNear = x.ge(gammaTables[x.lane].farBelow).and(x.lt(3));
  const { v, product } = rise(x);
  const logarithm = log(isNear.select(product.abs(), a));
  const near = logOfRisen(v).sub(logarithm);
  const stirling = stirlingSeries(a, logarithm);
  const sine = sinePi(fraction(a).abs());
  const mirrored = log(a.mul(sine).mul(1 / Math.PI))
    .neg()
    .sub(stirling.min(beyondFractions));
  const far = x.lt(0).select(mirrored, stirling);
  return a.eq(Infinity).select(a, isNear.select(near, far));
}

/** x (x + 1) ... (x + n - 1), where n >= 0 is the first that makes v = x + n - 1 >= 0. */
function rise(x: Scalar): { v: Scalar; product: Scalar } {
  const factors = Array.from({ length: gammaTables[x.lane].factors }, (_, i) => x.add(i).min(1));
  const n = x.literal(1).sub(x.floor()).max(0);
  return { v: x.add(n.sub(1)), product: factors.reduce((product, factor) => product.mul(factor)) };
}

/** lgamma(1 + v) for v in [0, 2], with its zeros at 0 and 1 kept; what is added makes them positive. */
function logOfRisen(v: Scalar): Scalar {
  const { p, q } = gammaTables[v.lane].risen;
  return v
    .sub(1)
    .mul(v)
    .mul(horner(v, p).div(horner(v, q)))
    .add(0);
}

/** (a - 1/2) (log a - 1) + (log(2 pi) - 1) / 2 + C(1 / a^2) / a for a >= 3. */
function stirlingSeries(a: Scalar, logarithm: Scalar): Scalar {
  const w = a.literal(1).div(a);
  const rest = horner(w.mul(w), gammaTables[a.lane].stirling)
    .mul(w)
    .add(Math.log(2 * Math.PI) / 2 - 0.5);
  return a.sub(0.5).mul(logarithm.sub(1)).add(rest);
}

/**
 * The derivative of lgamma; NaN at -1, -2, ... . Within 16 ulp, or 1e-14 (f32: 2e-6) beside its zeros. From 0 up,
 * the sum of 1 / (x + i) leads to where the asymptotic series is good; below, digamma(1 - x) - digamma(x) = pi / tan(pi x).
 */
export function digamma(x: Scalar): Scalar {
  const { psi, psiFrom } = gammaTables[x.lane];
  const y = reflected(x);
  const isSmall = y.lt(psiFrom);
  const z = isSmall.select(y.add(psiFrom), y);
  const w = z.literal(1).div(z);
  const w2 = w.mul(w);
  const series = log(z).sub(w.mul(0.5).add(w2.mul(horner(w2, psi))));
  const risen = isSmall.select(series.sub(sumOfInverses(steps(y))), series);
  const f = fraction(x);
  const cotangent = sinePi(f.abs().neg().add(0.5)).div(sinePi(f));
  return x.lt(0).select(f.eq(0).select(Number.NaN, risen.sub(cotangent.mul(Math.PI))), risen);
}

/** The second derivative of lgamma, by the same ways; +infinity at 0, -1, -2, ... . Within 16 ulp. */
export function trigamma(x: Scalar): Scalar {
  const { psi1, psiFrom } = gammaTables[x.lane];
  const y = reflected(x);
  const isSmall = y.lt(psiFrom);
  const z = isSmall.select(y.add(psiFrom), y);
  const w = z.literal(1).div(z);
  const w2 = w.mul(w);
  const series = w2.mul(horner(w2, psi1)).mul(w).add(w2.mul(0.5)).add(w);
  const risen = isSmall.select(series.add(sumOfInverses(steps(y).map((s) => s.mul(s)))), series);
  const cosecant = x.literal(Math.PI).div(sinePi(fraction(x)));
  return x.lt(0).select(cosecant.mul(cosecant).sub(risen), risen);
}

function reflected(x: Scalar): Scalar {
  return x.lt(0).select(x.literal(1).sub(x), x);
}

/** y, y + 1, ...; y itself keeps the sign of a zero, which says on which side of the pole it is. */
function steps(y: Scalar): Scalar[] {
  return Array.from({ length: gammaTables[y.lane].psiFrom }, (_, i) => (i === 0 ? y : y.add(i)));
}

/** The sum of 1 / s, as one fraction. */
function sumOfInverses(parts: readonly Scalar[]): Scalar {
  const [first, ...rest] = parts;
  const start = { above: first!.literal(1), below: first! };
  const { above, below } = rest.reduce(
    ({ above, below }, s) => ({ above: above.mul(s).add(below), below: below.mul(s) }),
    start,
  );
  return above.div(below);
}

/** x less the nearest integer, which is exact. */
function fraction(x: Scalar): Scalar {
  return x.sub(round(x));
}

/** sin(pi f) for |f| <= 1/2. */
function sinePi(f: Scalar): Scalar {
  return horner(f.mul(f), gammaTables[f.lane].sinePi).mul(f);
}

/** Greater than lgamma of any number that has a fraction. The rest are poles when negative, where infinity less infinity would be NaN. */
const beyondFractions = 1e30;

/** Below this |x|, 1 - erf x is better than the tail. */
const tailFrom = 0.78;

interface ErrorTable {
  /** erf(x) / x - 1 in x^2, |x| <= 1; relative error of erf 2^-29.4 (f64: 2^-56). */
  readonly body: readonly number[];
  /** From here on erfc is 0. */
  readonly last: number;
  /** ln 2 in two parts; the first is short enough that every k times it is exact. */
  readonly ln2: readonly [number, number];
  /** 1 / sqrt(pi), rounded, and the logarithm of (rounded / exact). */
  readonly half: { readonly rounded: number; readonly lost: number };
  /** Powers of two are raised by so much, that only the last multiplication meets subnormal numbers. */
  readonly lift: number;
  /** (e^r - 1) / r / sqrt(pi), |r| <= 0.43 (f64: 0.347); relative error 2^-26.9 (f64: 2^-56.5). */
  readonly decay: readonly number[];
  /** f = p / q in [0.78, last]: relative error of a + f 2^-28.2 (f64: 2^-57.3). */
  readonly p: readonly number[];
  readonly q: readonly number[];
}

const errorTables: Record<Lane, ErrorTable> = {
  f32: {
    body: [0.12837917, -0.37612626, 0.11283579, -0.026853349, 0.0051871752, -0.00079980755, 7.8080106e-5],
    last: 10.1,
    ln2: [0.693145751953125, 1.428606765330187e-6],
    half: { rounded: 0.5641896, lost: 5.1964e-8 },
    lift: 64,
    decay: [0.5641896, 0.2820946, 0.094030365, 0.023512883, 0.0047258153, 0.0007581522],
    p: [0.5640903, 0.46109694, 0.18502341, 0.035601784],
    q: [1, 1.4602469, 0.9983053, 0.3696878, 0.07121473],
  },
  f64: {
    body: [
      0.12837916709551256, -0.37612638903183343, 0.1128379167093696, -0.02686617064196296,
      0.005223977596788411, -0.0008548325488594649, 0.0001205528063727133, -1.4924468984447944e-5,
      1.6444199691920075e-6, -1.6184426200671321e-7, 1.3618827110734244e-8, -7.61222418637662e-10,
    ],
    last: 27.3,
    ln2: [0.6931471803691238, 1.9082149292705877e-10],
    half: { rounded: 0.5641895835477563, lost: -1.359e-17 },
    lift: 200,
    decay: [
      0.5641895835477563, 0.28209479177387875, 0.09403159725795801, 0.023507899314411853,
      0.004701579862979244, 0.0007835966469631058, 0.00011194237597048679, 1.3992743223577248e-5,
      1.5547694305725509e-6, 1.5589052390910235e-7, 1.4105660505559299e-8,
    ],
    p: [
      0.5641895843534995, 0.9732246576179986, 0.8507885916383034, 0.47805105255666747, 0.18664814127984297,
      0.0516759529723674, 0.009942949909648833, 0.0012302046386146767, 7.746450374541396e-5,
    ],
    q: [
      1, 2.369070491901441, 2.760602215467514, 2.045842538938518, 1.0557645456777223, 0.39294972437895676,
      0.10581231784559741, 0.02004082875441143, 0.0024604092784305674, 0.00015492900748184532,
    ],
  },
};

interface GammaTable {
  /** From here down no argument lies so near to a pole that lgamma could be 0. */
  readonly farBelow: number;
  /** How many factors lead from there to 1. */
  readonly factors: number;
  /** lgamma(1 + v) / (v (v - 1)) = p / q, v in [0, 2]; relative error 2^-26.1 (f64: 2^-55.4). */
  readonly risen: { readonly p: readonly number[]; readonly q: readonly number[] };
  /** C in 1 / a^2, a >= 3; error 2^-25.6 (f64: 2^-52.6). */
  readonly stirling: readonly number[];
  /** sin(pi f) / f in f^2, |f| <= 1/2; relative error 2^-25 (f64: 2^-54.4). */
  readonly sinePi: readonly number[];
  /** Where the asymptotic series of digamma and trigamma begin, and how many steps lead there. */
  readonly psiFrom: number;
  /** z^2 (log z - 1 / (2 z) - digamma z) in 1 / z^2; error of digamma 2^-30.6 (f64: 2^-52.7). */
  readonly psi: readonly number[];
  /** z^3 (trigamma z - 1 / z - 1 / (2 z^2)) in 1 / z^2; error of z trigamma 2^-28.1 (f64: 2^-55). */
  readonly psi1: readonly number[];
}

const gammaTables: Record<Lane, GammaTable> = {
  f32: {
    farBelow: -10.5,
    factors: 12,
    risen: {
      p: [0.5772157, 0.71987855, 0.22741391, 0.014479587],
      q: [1, 1.6720439, 0.8351337, 0.12913471, 0.0038124057],
    },
    stirling: [0.08333331, -0.0027744365, 0.0007090885],
    sinePi: [Math.PI, -5.167721, 2.5502698, -0.5994352, 0.07982462],
    psiFrom: 4,
    psi: [0.08333319, -0.008318518, 0.003534702],
    psi1: [0.16666552, -0.03321857, 0.020443836],
  },
  f64: {
    farBelow: -19.5,
    factors: 21,
    risen: {
      p: [
        0.5772156649015329, 1.592872152465053, 1.6592650372798095, 0.8132375719393865, 0.19045777690268914,
        0.019158782935163907, 0.0006059962370237991, 1.324994797656908e-6,
      ],
      q: [
        1, 3.184465759953339, 3.958356461873981, 2.4327152599820727, 0.7731278512655853, 0.12130544088185215,
        0.00809917783998491, 0.00015642696726163777,
      ],
    },
    stirling: [
      0.08333333333333319, -0.0027777777774953116, 0.0007936507035847197, -0.0005952268939113541,
      0.0008410326123145057, -0.0018903238004763813, 0.005750386793351866, -0.018646226695912652,
      0.04752439389946397, -0.06271278343617631,
    ],
    sinePi: [
      Math.PI,
      -5.16771278004991,
      2.5501640398724654,
      -0.5992645291689468,
      0.08214588427706412,
      -0.007370411350659547,
      0.0004662110299814646,
      -2.168870464666372e-5,
      5.582733440708009e-7,
    ],
    psiFrom: 8,
    psi: [
      0.0833333333333329, -0.008333332966377456, 0.0039681444417513255, -0.004152301857114822,
      0.006704939133648294,
    ],
    psi1: [
      0.16666666666656582, -0.03333333320620716, 0.0238094703189853, -0.03332292760056182,
      0.07472150671011331, -0.20075017400342346,
    ],
  },
};

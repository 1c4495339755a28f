/**
 * The error function, its complement, and the logarithm of the gamma function with its two derivatives, lowered.
 */
import type { Lane, Scalar } from "../scalar.ts";
import { horner } from "./double.ts";

/** 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x; within 2 ulp. */
export function erf(x: Scalar): Scalar {
  const a = x.abs();
  const far = tail(a).neg().add(1).copysign(x);
  return a.lt(1).select(x.mul(body(x)).add(x), far);
}

/** 1 - erf x, without its cancellation, to where it is subnormal; within 2 ulp. */
export function erfc(x: Scalar): Scalar {
  const a = x.abs();
  const t = tail(a);
  const far = x.lt(0).select(t.neg().add(2), t);
  return a.lt(1).select(x.literal(1).sub(x).sub(x.mul(body(x))), far);
}

/** erf(x) / x - 1 for |x| < 1. */
function body(x: Scalar): Scalar {
  return horner(x.mul(x), tables[x.lane].body);
}

/**
 * erfc a for a >= middle: e^(-a^2) / sqrt(pi) / (a + f(a)), where f is a rational function. With h the upper half of a,
 * h^2 is exact, and so a^2 = h^2 + (a - h)(a + h) is known well enough for its exponential; of that, 2^k waits till the end.
 */
function tail(a: Scalar): Scalar {
  const { last, log2e, ln2, magic, scale, decay, p, q } = tables[a.lane];
  const b = a.min(last);
  const h = b.head();
  const square = h.mul(h);
  const lo = b.sub(h).mul(b.add(h));
  const k = square.mul(-log2e).add(magic).sub(magic);
  const r = k.mul(-ln2[0]).sub(square).sub(k.mul(ln2[1]).add(lo));
  const [c, cLow, ...rest] = decay;
  const e = horner(r, rest).mul(r).add(cLow!).add(c!);
  const s = horner(b, p).div(horner(b, q)).add(b);
  return k.add(scale).pow2().mul(e).div(s).mul(2 ** -scale);
}

/** Where erf x = erfc x = 1/2: on either side the smaller of the two is found, and the greater is 1 less that. */
const middle = 0.4769363;

interface Table {
  readonly body: readonly number[];
  readonly last: number;
  readonly log2e: number;
  readonly ln2: readonly [number, number];
  readonly magic: number;
  readonly scale: number;
  readonly decay: readonly number[];
  readonly p: readonly number[];
  readonly q: readonly number[];
}

const tables: Record<Lane, Table> = {
  f32: {
    body: [0.12837917, -0.37612626, 0.11283579, -0.026853349, 0.0051871752, -0.00079980755, 7.8080106e-05],
    last: 10.1,
    log2e: Math.LOG2E,
    ln2: [0.693145751953125, 1.428606765330187e-6],
    magic: 1.5 * 2 ** 23,
    scale: 64,
    decay: [0.5641896, -2.9317691711098796e-8, 0.56418973, 0.28209493, 0.094026275, 0.023504132, 0.0047482755, 8.05787e-4],
    p: [0.5639664, 0.47642642, 0.1953737, 0.039518695],
    q: [1.0, 1.4863384, 1.0358492, 0.39047286, 0.07904551],
  },
  f64: {
    body: [0.12837916709551256, -0.37612638903183343, 0.1128379167093696, -0.02686617064196296, 0.005223977596788411, -0.0008548325488594649, 0.0001205528063727133, -1.4924468984447944e-05, 1.6444199691920075e-06, -1.6184426200671321e-07, 1.3618827110734244e-08, -7.61222418637662e-10],
    last: 27.3,
    log2e: Math.LOG2E,
    ln2: [0.6931471803691238, 1.9082149292705877e-10],
    magic: 1.5 * 2 ** 52,
    scale: 200,
    decay: [
      0.5641895835477563, 7.66772980658294e-18, 0.5641895835477563, 0.28209479177387814, 0.09403159725795965,
      0.02350789931449005, 0.004701579862881497, 0.0007835966438057201, 0.00011194237813423466,
      1.3992797435561566e-5, 1.5547493671729353e-6, 1.554734023974577e-7, 1.4171343653004028e-8,
      1.1859209896159663e-9,
    ],
    p: [0.5641895397189286, 0.9028665108228547, 0.7300066100002524, 0.37444193614209126, 0.13029896472644747, 0.030813420711512267, 0.004646278430063366, 0.0003623671971466568],
    q: [1.0, 2.244363214419606, 2.4662039346698923, 1.706652589366781, 0.8094249161444265, 0.26989042460894097, 0.06235157777333665, 0.009292556823279719, 0.0007247343946021429],
  },
};

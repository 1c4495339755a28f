/**
 * The error function, its complement, and the logarithm of the gamma function with its two derivatives, lowered.
 */
import type { Lane, Scalar } from "../scalar.ts";
import { horner } from "./double.ts";

/** 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x; within 2 ulp. */
export function erf(x: Scalar): Scalar {
  const a = x.abs();
  const far = tail(a).neg().add(1).copysign(x);
  return a.lt(middle).select(body(x), far);
}

/** 1 - erf x, without its cancellation, to where it is subnormal; within 2 ulp. */
export function erfc(x: Scalar): Scalar {
  const a = x.abs();
  const t = tail(a);
  const far = x.lt(0).select(t.neg().add(2), t);
  return a.lt(middle).select(body(x).neg().add(1), far);
}

/** erf x for |x| < middle. */
function body(x: Scalar): Scalar {
  return horner(x.mul(x), tables[x.lane].body).mul(x).add(x);
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
    body: [0.12837917, -0.37612617, 0.11283043, -0.026774956, 0.004761432],
    last: 10.1,
    log2e: Math.LOG2E,
    ln2: [0.693145751953125, 1.428606765330187e-6],
    magic: 1.5 * 2 ** 23,
    scale: 64,
    decay: [0.5641896, -2.9317691711098796e-8, 0.56418973, 0.28209493, 0.094026275, 0.023504132, 0.0047482755, 8.05787e-4],
    p: [0.56416774, 0.43822417, 0.16994879, 0.030431908],
    q: [1, 1.420492, 0.94399637, 0.33936778, 0.06088157],
  },
  f64: {
    body: [
      0.12837916709551256, -0.3761263890318285, 0.11283791670867492, -0.026866170612463856, 0.005223977019092719,
      -0.000854826445833431, 0.00012051600299924356, -1.4798786448430907e-5, 1.4207210680421143e-6,
    ],
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
    p: [
      0.5641895835913442, 0.9478802557881241, 0.8100867167968772, 0.44504364278404884, 0.1696668701015145,
      0.04574767045196881, 0.008535717789773339, 0.0010170433605304668, 6.071239957618032e-5,
    ],
    q: [
      1, 2.324148694499709, 2.6595271040432933, 1.9345126760731786, 0.9785334636630412, 0.35622292085068447,
      0.09352943272280854, 0.017192860229404243, 0.002034086723681946, 0.00012142479913171872,
    ],
  },
};

/** What is true of the trigonometric functions, their inverses, and the error and gamma functions: a row for each, for `measure`. */
import { Decimal } from "decimal.js";
import { acos, asin, atan, atan2 } from "../src/ir/math/inverse.ts";
import { digamma, erf, erfc, lgamma, trigamma } from "../src/ir/math/special.ts";
import { cos, sin, tan } from "../src/ir/math/trigonometric.ts";
import type { Lane } from "../src/ir/scalar.ts";
import type { Box, Interval, MathRow } from "./reference.ts";

/** The largest finite number and the smallest above 0. */
const ends = {
  f32: { largest: (2 - 2 ** -23) * 2 ** 127, least: 2 ** -149 },
  f64: { largest: Number.MAX_VALUE, least: Number.MIN_VALUE },
} as const;

/** The same intervals in both lanes, and, where asked for, all numbers. */
function inBoth(intervals: readonly Interval[], all?: "all"): Record<Lane, Box[]> {
  const boxes = (lane: Lane): Box[] => [
    ...intervals.map((interval): Box => [interval]),
    ...(all ? [[[-ends[lane].largest, ends[lane].largest] as const]] : []),
  ];
  return { f32: boxes("f32"), f64: boxes("f64") };
}

/** A turn or so, the fast way's whole range, and all numbers. */
const angles = inBoth(
  [
    [-8, 8],
    [-(2 ** 20), 2 ** 20],
  ],
  "all",
);

/** Points at every angle, at every distance, near the diagonal, and where quotients are subnormal. */
const planes: Record<Lane, Box[]> = { f32: planesOf("f32"), f64: planesOf("f64") };

function planesOf(lane: Lane): Box[] {
  const { largest, least } = ends[lane];
  const box = (y: Interval, x: Interval): Box => [y, x];
  return [
    box([-1, 1], [-1, 1]),
    box([-largest, largest], [-largest, largest]),
    box([0.9, 1.1], [0.9, 1.1]),
    box([-1e4 * least, 1e4 * least], [-100, 100]),
  ];
}

/** The positive numbers, near and far, and the negative ones with their poles, of which no end is one; lgamma changes its way at -19.5. */
const gammaDomain: Record<Lane, Box[]> = { f32: gammaBoxes("f32"), f64: gammaBoxes("f64") };

function gammaBoxes(lane: Lane): Box[] {
  const { largest, least } = ends[lane];
  return [[[least, 4]], [[least, largest]], [[-4.5, -least]], [[-19.5, -4.5]], [[-30.5, -19.5]]];
}

const pi = Decimal.acos(-1);

/** B(2), B(4), ..., B(50), by their recurrence. */
const bernoulli = bernoulliNumbers(50).filter((_, m) => m > 0 && m % 2 === 0);

function bernoulliNumbers(last: number): Decimal[] {
  const b = [new Decimal(1)];
  for (let m = 1; m <= last; m++) {
    let [binomial, sum] = [new Decimal(1), new Decimal(0)];
    for (let k = 0; k < m; k++) {
      sum = sum.add(binomial.mul(b[k]!));
      binomial = binomial.mul(m + 1 - k).div(k + 1);
    }
    b.push(sum.div(-(m + 1)));
  }
  return b;
}

const two = { f32: 2, f64: 2 };

export const specialRows: readonly MathRow[] = [
  {
    name: "sin",
    lowering: sin,
    boxes: angles,
    exact: (x) => x.sin(),
    quick: Math.sin,
    limit: { f32: 2, f64: 3 },
  },
  {
    name: "cos",
    lowering: cos,
    boxes: angles,
    exact: (x) => x.cos(),
    quick: Math.cos,
    limit: { f32: 2, f64: 3 },
  },
  {
    name: "tan",
    lowering: tan,
    boxes: angles,
    exact: (x) => x.sin().div(x.cos()),
    quick: Math.tan,
    limit: { f32: 8, f64: 8 },
  },
  {
    name: "asin",
    lowering: asin,
    boxes: inBoth([[-1, 1]]),
    exact: (x) => x.asin(),
    quick: Math.asin,
    limit: { f32: 2, f64: 3 },
  },
  {
    name: "acos",
    lowering: acos,
    boxes: inBoth([[-1, 1]]),
    exact: (x) => x.acos(),
    quick: Math.acos,
    limit: two,
  },
  {
    name: "atan",
    lowering: atan,
    boxes: inBoth([[-4, 4]], "all"),
    exact: (x) => x.atan(),
    quick: Math.atan,
    limit: { f32: 2, f64: 3 },
  },
  {
    name: "atan2",
    lowering: atan2,
    boxes: planes,
    exact: (y, x) => Decimal.atan2(y, x),
    quick: Math.atan2,
    limit: { f32: 2, f64: 3 },
  },
  {
    name: "erf",
    lowering: erf,
    boxes: { f32: [[[-4.2, 4.2]]], f64: [[[-6.2, 6.2]]] },
    exact: erfExactly,
    quick: erfQuickly,
    limit: two,
  },
  {
    name: "erfc",
    lowering: erfc,
    boxes: { f32: [[[-5, 10.2]]], f64: [[[-7, 27.3]]] },
    exact: erfcExactly,
    quick: erfcQuickly,
    limit: two,
  },
  {
    name: "lgamma",
    lowering: lgamma,
    boxes: gammaDomain,
    exact: lgammaExactly,
    quick: lgammaQuickly,
    limit: { f32: 8, f64: 8 },
    slack: { f32: 5e-7, f64: 1e-15 },
  },
  {
    name: "digamma",
    lowering: digamma,
    boxes: gammaDomain,
    exact: digammaExactly,
    quick: digammaQuickly,
    limit: { f32: 16, f64: 16 },
    slack: { f32: 2e-6, f64: 1e-14 },
  },
  {
    name: "trigamma",
    lowering: trigamma,
    boxes: gammaDomain,
    exact: trigammaExactly,
    quick: trigammaQuickly,
    limit: { f32: 16, f64: 16 },
  },
];

/** (2 / sqrt(pi)) e^(-x^2) times the sum of 2^n x^(2n+1) / (1 3 5 ... (2n+1)): no term is of the other sign (Abramowitz and Stegun 7.1.6). */
function erfExactly(x: Decimal): Decimal {
  if (x.abs().gt(3)) return erfcByFraction(x.abs()).neg().add(1).mul(Decimal.sign(x));
  const square = x.mul(x);
  let [term, sum] = [x, x];
  for (let n = 1; term.abs().gt(sum.abs().mul("1e-50")); n++) {
    term = term
      .mul(square)
      .mul(2)
      .div(2 * n + 1);
    sum = sum.add(term);
  }
  return sum.mul(2).div(pi.sqrt()).mul(square.neg().exp());
}

function erfcExactly(x: Decimal): Decimal {
  return x.gt(2) ? erfcByFraction(x) : erfExactly(x).neg().add(1);
}

/** e^(-x^2) / sqrt(pi) / (x + (1/2) / (x + (2/2) / (x + (3/2) / (x + ...)))) (A&S 7.1.14); 45 digits from 2 up take so many terms. */
function erfcByFraction(x: Decimal): Decimal {
  let f = x;
  for (let n = Math.ceil(40 + 1500 / x.toNumber() ** 2); n > 0; n--) f = x.add(new Decimal(n / 2).div(f));
  return x.mul(x).neg().exp().div(pi.sqrt()).div(f);
}

function erfQuickly(x: number): number {
  if (Math.abs(x) > 2) return Math.sign(x) * (1 - erfcQuickly(Math.abs(x)));
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= (2 * x * x) / (2 * n + 1);
  return sum * (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x);
}

function erfcQuickly(x: number): number {
  if (x <= 2) return 1 - erfQuickly(x);
  let f = x;
  for (let n = 60; n > 0; n--) f = x + n / 2 / f;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / f;
}

/** Stirling's series is good for 45 digits from here up with the terms to B(50); for 14 digits from 10 with the first five. */
const far = 40;
const farQuick = 10;

/** log |gamma(x + n)| - log |x (x + 1) ... (x + n - 1)| (A&S 6.1.41). */
function lgammaExactly(x: Decimal): Decimal {
  const { z, passed } = raise(x);
  const tail = sum(bernoulli.map((b, i) => b.div((2 * i + 2) * (2 * i + 1)).div(z.pow(2 * i + 1))));
  const product = passed.reduce((p, v) => p.mul(v), new Decimal(1));
  return z.sub(0.5).mul(z.ln()).sub(z).add(pi.mul(2).ln().div(2)).add(tail).sub(product.abs().ln());
}

/** log z - 1 / (2 z) - sum of B(2k) / (2k z^(2k)), less the sum of 1 / (x + i) (A&S 6.3.18). */
function digammaExactly(x: Decimal): Decimal {
  const { z, passed } = raise(x);
  const tail = sum(bernoulli.map((b, i) => b.div(2 * i + 2).div(z.pow(2 * i + 2))));
  return z
    .ln()
    .sub(z.mul(2).pow(-1))
    .sub(tail)
    .sub(sum(passed.map((v) => v.pow(-1))));
}

/** 1 / z + 1 / (2 z^2) + sum of B(2k) / z^(2k+1), and the sum of 1 / (x + i)^2 (A&S 6.4.12). */
function trigammaExactly(x: Decimal): Decimal {
  const { z, passed } = raise(x);
  const tail = sum(bernoulli.map((b, i) => b.div(z.pow(2 * i + 3))));
  return z
    .pow(-1)
    .add(z.mul(z).mul(2).pow(-1))
    .add(tail)
    .add(sum(passed.map((v) => v.pow(-2))));
}

/** z = x + n, far up, and the x + i that were passed on the way. */
function raise(x: Decimal): { z: Decimal; passed: Decimal[] } {
  const n = Math.max(0, Math.ceil(far - x.toNumber()));
  return { z: x.add(n), passed: Array.from({ length: n }, (_, i) => x.add(i)) };
}

function sum(terms: readonly Decimal[]): Decimal {
  return terms.reduce((a, b) => a.add(b), new Decimal(0));
}

function lgammaQuickly(x: number): number {
  let [z, product] = [x, 1];
  for (; z < farQuick; z++) product *= z;
  const w = 1 / z ** 2;
  const tail = (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + tail - Math.log(Math.abs(product));
}

function digammaQuickly(x: number): number {
  let [z, passed] = [x, 0];
  for (; z < farQuick; z++) passed += 1 / z;
  const w = 1 / z ** 2;
  return (
    Math.log(z) - 0.5 / z - w * (1 / 12 - w * (1 / 120 - w * (1 / 252 - w * (1 / 240 - w / 132)))) - passed
  );
}

function trigammaQuickly(x: number): number {
  let [z, passed] = [x, 0];
  for (; z < farQuick; z++) passed += 1 / z ** 2;
  const w = 1 / z ** 2;
  return (
    1 / z + w / 2 + (w * (1 / 6 - w * (1 / 30 - w * (1 / 42 - w * (1 / 30 - (w * 5) / 66))))) / z + passed
  );
}

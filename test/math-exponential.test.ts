/** The exponential, the logarithm, the power and rounding are right: to 2 ulp everywhere, and to the bit where there is a bit to be right to. */
import { describe, expect, it } from "vitest";
import { cosh, exp, expm1, sigmoid, sinh, tanh } from "../src/ir/math/exponential.ts";
import {
  acosh,
  asinh,
  atanh,
  log,
  log1p,
  log2,
  log10,
  logSigmoid,
  softplus,
} from "../src/ir/math/logarithm.ts";
import { hypot, pow } from "../src/ir/math/power.ts";
import { ceil, nearest, round, sign, trunc } from "../src/ir/math/rounding.ts";
import type { Lane } from "../src/ir/scalar.ts";
import { exponentialRows } from "./math-rows-exponential.ts";
import { decimal, evaluateAll, measure, sample, ulps } from "./reference.ts";
import { lanes, type Specials, testSpecials } from "./specials.ts";

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;

describe("the measure", () => {
  it("gives a correctly rounded result at most half an ulp", () => {
    expect(ulps(1, 1 + 2 ** -24, "f32")).toBe(0.5);
    expect(ulps(1, decimal(1).add(decimal(2 ** -53)), "f64")).toBe(0.5);
  });

  it("has half the spacing just below a power of two", () => {
    expect(ulps(1, decimal(1 - 2 ** -53), "f64")).toBe(1);
    expect(ulps(1 + 2 ** -52, decimal(1), "f64")).toBe(1);
  });

  it("counts subnormals singly, and infinity as the number after the largest", () => {
    expect(ulps(0, decimal(Number.MIN_VALUE).mul(3), "f64")).toBe(3);
    expect(ulps(inf, decimal(Number.MAX_VALUE), "f64")).toBe(1);
    expect(ulps(inf, 1e39, "f32")).toBe(0);
  });

  it("accepts NaN only for NaN", () => {
    expect(ulps(nan, 1, "f32")).toBe(inf);
    expect(ulps(1, nan, "f32")).toBe(inf);
    expect(ulps(nan, nan, "f32")).toBe(0);
  });

  it("takes a double for exactly what it is", () => {
    const tenth = "0.1000000000000000055511151231257827021181583404541015625";
    expect(decimal(0.1).toString()).toBe(tenth);
    expect(decimal(Number.MIN_VALUE).mul(2).toNumber()).toBe(2 * Number.MIN_VALUE);
  });
});

/** f32 is judged by doubles, which is quick; f64 by 50 digits, which takes a tenth of a second for a few hundred points. */
const counts: Record<Lane, number> = { f32: 50_000, f64: 800 };

describe.each(lanes)("in %s", (lane) => {
  it.each(exponentialRows)("$name is right to the last digits", (row) => {
    const { worst, at } = measure(row, lane, counts[lane]);
    expect(worst, `at ${at}`).toBeLessThanOrEqual(row.limit[lane]);
  });
});

/** Arguments, and what must come out, to the sign of zero. The rules of pow are those of C99, section F.9.4.4. */
const specials: Specials = [
  ["exp", exp, "0 = 1, -0 = 1, inf = inf, -inf = 0, nan = nan, 1e4 = inf, -1e4 = 0, 1e38 = inf, -1e38 = 0"],
  ["expm1", expm1, "0 = 0, -0 = -0, inf = inf, -inf = -1, nan = nan, 1e4 = inf, -1e4 = -1"],
  ["sinh", sinh, "0 = 0, -0 = -0, inf = inf, -inf = -inf, nan = nan, 1e4 = inf, -1e4 = -inf"],
  ["cosh", cosh, "0 = 1, -0 = 1, inf = inf, -inf = inf, nan = nan, 1e4 = inf, -1e4 = inf"],
  ["tanh", tanh, "0 = 0, -0 = -0, inf = 1, -inf = -1, nan = nan, 1e4 = 1, -1e4 = -1"],
  ["sigmoid", sigmoid, "0 = 0.5, -0 = 0.5, inf = 1, -inf = 0, nan = nan, 1e4 = 1, -1e4 = 0"],
  ["softplus", softplus, "inf = inf, -inf = 0, nan = nan, 1e4 = 1e4, -1e4 = 0"],
  ["logSigmoid", logSigmoid, "inf = 0, -inf = -inf, nan = nan, 1e4 = 0, -1e4 = -1e4"],
  ["log", log, "1 = 0, 0 = -inf, -0 = -inf, inf = inf, -1 = nan, -1e-40 = nan, -inf = nan, nan = nan"],
  ["log2", log2, "1 = 0, 0 = -inf, -0 = -inf, inf = inf, -1 = nan, -1e-40 = nan, -inf = nan, nan = nan"],
  ["log10", log10, "1 = 0, 0 = -inf, -0 = -inf, inf = inf, -1 = nan, -1e-40 = nan, -inf = nan, nan = nan"],
  ["log1p", log1p, "0 = 0, -0 = -0, -1 = -inf, inf = inf, -2 = nan, -inf = nan, nan = nan"],
  ["asinh", asinh, "0 = 0, -0 = -0, inf = inf, -inf = -inf, nan = nan"],
  ["acosh", acosh, "1 = 0, 0 = nan, 0.5 = nan, -3 = nan, inf = inf, -inf = nan, nan = nan"],
  ["atanh", atanh, "0 = 0, -0 = -0, 1 = inf, -1 = -inf, 2 = nan, -inf = nan, inf = nan, nan = nan"],
  [
    "hypot",
    hypot,
    "3 4 = 5, -0 -0 = 0, inf nan = inf, nan -inf = inf, nan 1 = nan, 1 nan = nan, 1 -inf = inf",
  ],
  [
    "round",
    round,
    "0.5 = 0, 1.5 = 2, 2.5 = 2, -0.5 = -0, -1.5 = -2, -0 = -0, inf = inf, -inf = -inf, nan = nan",
  ],
  ["trunc", trunc, "1.9 = 1, -1.9 = -1, -0.5 = -0, -0 = -0, inf = inf, -inf = -inf, nan = nan"],
  ["ceil", ceil, "1.1 = 2, -1.1 = -1, -0.5 = -0, 0 = 0, -0 = -0, inf = inf, -inf = -inf, nan = nan"],
  ["sign", sign, "5 = 1, -5 = -1, 0 = 0, -0 = -0, inf = 1, -inf = -1, nan = nan"],
  [
    "pow at 0",
    pow,
    "0 -3 = inf, 0 -2 = inf, 0 -0.5 = inf, 0 3 = 0, 0 2 = 0, 0 0.5 = 0, 0 inf = 0, 0 -inf = inf",
  ],
  ["pow at -0", pow, "-0 -3 = -inf, -0 -2 = inf, -0 -0.5 = inf, -0 3 = -0, -0 2 = 0, -0 0.5 = 0, -0 inf = 0"],
  ["pow at 1", pow, "1 nan = 1, 1 inf = 1, 1 -1e38 = 1, -1 inf = 1, -1 -inf = 1, -1 nan = nan, -1 0.5 = nan"],
  ["pow to 0", pow, "nan 0 = 1, inf 0 = 1, -inf -0 = 1, 0 0 = 1, -0 -0 = 1, -2 0 = 1, 1e-40 0 = 1"],
  ["pow of inf", pow, "inf -2 = 0, inf 0.5 = inf, -inf -3 = -0, -inf -2 = 0, -inf 3 = -inf, -inf 0.5 = inf"],
  ["pow to inf", pow, "0.5 -inf = inf, 2 -inf = 0, 0.5 inf = 0, 2 inf = inf, -2 inf = inf, -0.5 inf = 0"],
  [
    "pow of negatives",
    pow,
    "-8 0.3 = nan, -2 3 = -8, -2 2 = 4, -2 -1 = -0.5, -10 1001 = -inf, -10 -1001 = -0",
  ],
  ["pow and nan", pow, "nan 2 = nan, 2 nan = nan, 0 nan = nan, inf nan = nan, nan nan = nan"],
];

testSpecials(specials);

describe.each(lanes)("exact results in %s", (lane) => {
  const [bits, least, most] = lane === "f32" ? [24, -149, 127] : [53, -1074, 1023];
  const integers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

  it("log2 of powers of two", () => {
    const exponents = integers(least, most);
    expect(
      evaluateAll(
        log2,
        lane,
        exponents.map((k) => 2 ** k),
      ),
    ).toEqual(exponents);
  });

  it("log10 of powers of ten", () => {
    const exponents = integers(0, lane === "f32" ? 10 : 22);
    expect(
      evaluateAll(
        log10,
        lane,
        exponents.map((k) => 10 ** k),
      ),
    ).toEqual(exponents);
  });

  it("integer powers of integers that fit", () => {
    const pairs = integers(2, 300).flatMap((x) =>
      integers(1, Math.floor(bits / Math.log2(x))).map((y) => [x, y] as const),
    );
    const got = evaluateAll(
      pow,
      lane,
      pairs.map(([x]) => x),
      pairs.map(([, y]) => y),
    );
    expect(got).toEqual(pairs.map(([x, y]) => Number(BigInt(x) ** BigInt(y))));
  });

  it("subnormal arguments of functions that leave them as they are", () => {
    const tiny = [2 ** least, 3 * 2 ** least, -5 * 2 ** least];
    for (const f of [expm1, sinh, tanh, log1p, asinh, atanh])
      expect(evaluateAll(f, lane, tiny)).toEqual(tiny);
  });

  it("rounding, everywhere", () => {
    const [x] = sample([[-(2 ** bits), 2 ** bits]], lane, 5000);
    const halfToEven = (v: number) => {
      const below = Math.floor(v);
      const isUp = v - below > 0.5 || (v - below === 0.5 && below % 2 !== 0);
      return isUp ? below + 1 || -0 : below;
    };
    const rows = { trunc: [trunc, Math.trunc], ceil: [ceil, Math.ceil], round: [round, halfToEven] } as const;
    for (const [lowering, truth] of Object.values(rows)) {
      expect(evaluateAll(lowering, lane, [...x!])).toEqual([...x!].map(truth));
    }
  });

  it("nearest is round for moderate numbers", () => {
    const x = [0.5, 1.5, -2.5, 1000.25, -1000.75, 2 ** (bits - 3) + 0.5];
    expect(evaluateAll(nearest, lane, x)).toEqual(evaluateAll(round, lane, x));
  });
});

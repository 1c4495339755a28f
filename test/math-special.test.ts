/**
 * Sine, cosine, tangent, their inverses, the error and gamma functions are right: to a few ulps everywhere, beside zeros and poles
 * too, and to the bit at the values that have a name.
 */
import { describe, expect, it } from "vitest";
import { acos, asin, atan, atan2 } from "../src/ir/math/inverse.ts";
import { digamma, erf, erfc, lgamma, trigamma } from "../src/ir/math/special.ts";
import { cos, sin, tan } from "../src/ir/math/trigonometric.ts";
import type { Lane } from "../src/ir/scalar.ts";
import { specialRows } from "./math-rows-special.ts";
import { decimal, evaluateAll, type MathRow, measure, ulps } from "./reference.ts";
import { inLane, lanes, type Specials, testSpecials } from "./specials.ts";

/** f32 is judged by doubles, which is quick; f64 by 50 digits, which takes a second for a few hundred points. */
const counts: Record<Lane, number> = { f32: 100_000, f64: 400 };

describe.each(lanes)("in %s", (lane) => {
  it.each(specialRows)("$name is right to the last digits", (row) => {
    const { worst, at } = measure(row, lane, counts[lane]);
    expect(worst, `at ${at}`).toBeLessThanOrEqual(row.limit[lane]);
  });

  /** Multiples of every size in the fast way's range, and the number that of all in the lane is nearest to one (Muller, chapter 11). */
  it.each(["sin", "cos", "tan"])("%s is right beside multiples of pi/2", (name) => {
    const n = { f32: 20_000, f64: 60 }[lane];
    const most = 2 ** 20 / (Math.PI / 2);
    const ks = Array.from({ length: n }, (_, i) => Math.floor(most ** ((i + 1) / n)));
    const nearest = { f32: 16367173 * 2 ** 72, f64: 6381956970095103 * 2 ** 797 }[lane];
    const worst = worstBeside(row(name), lane, [...ks.map((k) => (k * Math.PI) / 2), nearest]);
    expect(worst).toBeLessThanOrEqual(row(name).limit[lane]);
  });

  /** The zeros between the poles; from -4 down there are two at each pole -n, about 1 / n! away from it. */
  it("lgamma is right beside its zeros", () => {
    const zeros = [-2.4570247382208006, -2.7476826467274127, -3.14358088834998, -3.955294284858598, 1, 2];
    const nearPoles = [4, 5, 7, 9, 11, 14, 17].flatMap((n) => [-n - 1 / factorial(n), -n + 1 / factorial(n)]);
    expect(worstBeside(row("lgamma"), lane, [...zeros, ...nearPoles])).toBeLessThanOrEqual(
      row("lgamma").limit[lane],
    );
  });
});

function row(name: string): MathRow {
  return specialRows.find((r) => r.name === name)!;
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

/** The worst error at the numbers of the lane that are nearest to the given ones. */
function worstBeside({ lowering, ...truth }: MathRow, lane: Lane, places: readonly number[]): number {
  const spacing = { f32: 2 ** -23, f64: 2 ** -52 }[lane];
  const x = places.flatMap((p) => [-2, -1, 0, 1, 2].map((i) => inLane(p * (1 + i * spacing), lane)));
  const got = evaluateAll(lowering, lane, x);
  return x.reduce((worst, xi, i) => Math.max(worst, error(truth, lane, xi, got[i]!)), 0);
}

function error(truth: Omit<MathRow, "lowering">, lane: Lane, x: number, got: number): number {
  const exact = lane === "f32" && truth.quick ? truth.quick(x) : truth.exact(decimal(x));
  const gap = Math.abs(Number(decimal(got).sub(exact)));
  return gap <= (truth.slack?.[lane] ?? 0) ? 0 : ulps(got, exact, lane);
}

/** Arguments, and what must come out, to the sign of zero. The rules of atan2 are those of C99, section F.9.1.4. */
const specials: Specials = [
  ["sin", sin, "0 = 0, -0 = -0, inf = nan, -inf = nan, nan = nan"],
  ["cos", cos, "0 = 1, -0 = 1, 1e-30 = 1, inf = nan, -inf = nan, nan = nan"],
  ["tan", tan, "0 = 0, -0 = -0, inf = nan, -inf = nan, nan = nan"],
  [
    "asin",
    asin,
    "0 = 0, -0 = -0, 1 = pi/2, -1 = -pi/2, 1.5 = nan, -1.5 = nan, inf = nan, -inf = nan, nan = nan",
  ],
  [
    "acos",
    acos,
    "1 = 0, -1 = pi, 0 = pi/2, -0 = pi/2, 1.5 = nan, -1.5 = nan, inf = nan, -inf = nan, nan = nan",
  ],
  ["atan", atan, "0 = 0, -0 = -0, 1 = pi/4, inf = pi/2, -inf = -pi/2, 1e38 = pi/2, -1e38 = -pi/2, nan = nan"],
  ["atan2 at 0", atan2, "0 -0 = pi, -0 -0 = -pi, 0 0 = 0, -0 0 = -0"],
  ["atan2 of 0", atan2, "0 -2 = pi, -0 -2 = -pi, 0 2 = 0, -0 2 = -0, 0 -inf = pi, -0 inf = -0"],
  ["atan2 over 0", atan2, "-2 0 = -pi/2, -2 -0 = -pi/2, 2 0 = pi/2, 2 -0 = pi/2"],
  ["atan2 over inf", atan2, "2 -inf = pi, -2 -inf = -pi, 2 inf = 0, -2 inf = -0"],
  ["atan2 of inf", atan2, "inf 2 = pi/2, -inf 2 = -pi/2, inf -0 = pi/2, -inf -2 = -pi/2"],
  ["atan2 of infs", atan2, "inf -inf = 3pi/4, -inf -inf = -3pi/4, inf inf = pi/4, -inf inf = -pi/4"],
  ["atan2 and nan", atan2, "nan 1 = nan, 1 nan = nan, nan 0 = nan, inf nan = nan, nan -inf = nan"],
  ["erf", erf, "0 = 0, -0 = -0, inf = 1, -inf = -1, 7 = 1, -1e30 = -1, nan = nan"],
  ["erfc", erfc, "0 = 1, -0 = 1, inf = 0, -inf = 2, 30 = 0, -1e30 = 2, nan = nan"],
  [
    "lgamma",
    lgamma,
    "1 = 0, 2 = 0, 0 = inf, -0 = inf, -1 = inf, -7 = inf, -1e30 = inf, inf = inf, nan = nan",
  ],
  ["lgamma far down", lgamma, "-20 = inf, -300 = inf, -1e38 = inf, -inf = inf"],
  ["digamma", digamma, "0 = -inf, -0 = inf, -1 = nan, -1e30 = nan, inf = inf, -inf = nan, nan = nan"],
  ["trigamma", trigamma, "0 = inf, -0 = inf, -1 = inf, inf = 0, nan = nan"],
];

testSpecials(specials);

describe.each(lanes)("subnormal arguments in %s", (lane) => {
  it("stay as they are in functions that leave them so", () => {
    const least = { f32: 2 ** -149, f64: 2 ** -1074 }[lane];
    const tiny = [least, 3 * least, -5 * least];
    for (const f of [sin, tan, asin, atan]) expect(evaluateAll(f, lane, tiny)).toEqual(tiny);
  });
});

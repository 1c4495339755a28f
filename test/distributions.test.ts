/** Distributions against numbers of mpmath 1.3 in 40 digits (tails) and of SciPy (quantiles). */
import { describe, expect, test } from "vitest";
import { distributions } from "../src/fit/distributions.ts";

type Row = readonly [keyof typeof distributions, number, readonly number[], number];

const tails: readonly Row[] = [
  ["t", 2, [5], 0.05096973941492918],
  ["t", 0.1, [1], 0.4682744825694464],
  ["t", 3.5, [2], 0.03641367502723467],
  ["t", 1.96, [17], 0.03329907751415948],
  ["t", 2, [1000000], 0.0227502669256596],
  ["t", 40, [10], 1.140428871542877e-12],
  ["f", 4, [3, 20], 0.02207699966236243],
  ["f", 0.5, [1, 7], 0.502354017079918],
  ["f", 2.5, [10, 200], 0.00754535626036374],
  ["f", 30, [2, 11], 3.513491040529913e-5],
  ["chiSquare", 3, [2], 0.2231301601484298],
  ["chiSquare", 0.2, [1], 0.654720846018577],
  ["chiSquare", 30, [10], 0.0008566412107753004],
  ["chiSquare", 1050, [1000], 0.1324740568214771],
  ["normal", 0, [], 0.5],
  ["normal", 1.5, [], 0.06680720126885807],
  ["normal", 3, [], 0.001349898031630095],
  ["normal", 10, [], 7.61985302416053e-24],
];

const quantiles: readonly Row[] = [
  ["t", 0.975, [1], 12.706204736174694],
  ["t", 0.975, [2], 4.302652729749462],
  ["t", 0.975, [17], 2.1098155778333156],
  ["t", 0.95, [5], 2.0150483733330233],
  ["t", 0.995, [100], 2.6258905214380173],
  ["t", 0.01, [4], -3.746947387979197],
  ["t", 0.5, [3], 0],
  ["f", 0.95, [1, 17], 4.451321772468127],
  ["f", 0.99, [3, 20], 4.938193382310538],
  ["chiSquare", 0.95, [1], 3.841458820694124],
  ["chiSquare", 0.5, [7], 6.345811195521515],
  ["normal", 0.975, [], 1.959963984540054],
  ["normal", 0.01, [], -2.3263478740408408],
];

/** The functions of a distribution, of however many degrees of freedom. */
const of = (name: Row[0]) =>
  distributions[name] as Record<"cdf" | "tail" | "quantile", (...x: number[]) => number>;

/** 12 digits are wanted; 1e-13 is some hundred roundings, of which the sums in an exponent have their share. */
const precision = 1e-13;

describe("the upper tail", () => {
  test.each(tails)("of %s above %d with freedom %j", (name, x, freedom, expected) => {
    const { tail, cdf } = of(name);
    expect(Math.abs(tail(x, ...freedom) / expected - 1)).toBeLessThan(precision);
    expect(cdf(x, ...freedom) + tail(x, ...freedom)).toBeCloseTo(1, 14);
  });

  test("of symmetric distributions below 0 is what is left", () => {
    expect(distributions.t.tail(-2, 5)).toBeCloseTo(1 - 0.05096973941492918, 14);
    expect(distributions.t.cdf(-40, 10) / 1.140428871542877e-12).toBeCloseTo(1, 12);
  });

  test("of what is beyond doubles when squared is 0, and of nothing is a half", () => {
    expect([
      distributions.t.tail(1e200, 5),
      distributions.t.tail(0, 5),
      distributions.f.tail(1e308, 3, 4),
    ]).toEqual([0, 0.5, 0]);
  });

  test("of positive ones is all there is above 0", () => {
    expect([distributions.f.tail(0, 2, 3), distributions.chiSquare.cdf(-1, 2)]).toEqual([1, 0]);
  });
});

describe("the quantile", () => {
  test.each(quantiles)("of %s at %d with freedom %j", (name, p, freedom, expected) => {
    expect(Math.abs(of(name).quantile(p, ...freedom) - expected)).toBeLessThanOrEqual(
      1e-13 * Math.abs(expected),
    );
  });
});

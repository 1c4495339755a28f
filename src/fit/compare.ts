/** Models compared: fits of the same data come in; how well each does for its number of parameters, and tests of nested ones, come out. */
import { distributions } from "./distributions.ts";
import type { Statistics } from "./result.ts";

/** A fit as a comparison needs it: a finished one, or what it was kept as. */
export interface Comparable {
  readonly formula: string | null;
  readonly params: Readonly<Record<string, { readonly fixed: boolean; readonly tie?: string | null }>>;
  readonly statistics: Pick<
    Statistics,
    "observations" | "degreesOfFreedom" | "totalSumOfSquares" | "aic" | "aicc" | "bic"
  > & { readonly residualSumOfSquares: number | null };
}

/** One model among others. */
export interface ComparedModel {
  readonly formula: string | null;
  /** How many numbers were fitted. */
  readonly parameters: number;
  readonly observations: number;
  readonly residualSumOfSquares: number | null;
  readonly aic: number | null;
  readonly aicc: number | null;
  readonly bic: number | null;
  /** AIC less the least AIC. */
  readonly delta: number | null;
  /** Akaike's weight: how likely it is to be the best of these, exp(-delta / 2) in proportion. */
  readonly weight: number | null;
}

/** An F test of a model within another: whether the parameters that the larger one has more are worth it. */
export interface NestedTest {
  /** The places of the two in the list. */
  readonly smaller: number;
  readonly larger: number;
  readonly f: number;
  readonly degreesOfFreedom: readonly [number, number];
  readonly pValue: number;
}

export interface Comparison {
  readonly models: readonly ComparedModel[];
  /** Of each model and the next larger one within which it lies. */
  readonly tests: readonly NestedTest[];
}

/** What is known of the models besides. */
export interface CompareOptions {
  /**
   * Whether each model lies within those of more parameters. Unless said, one does where the other has all its free parameters by name:
   * that is for you to judge, for names alone prove nothing.
   */
  readonly nested?: boolean;
}

/**
 * Compares fits by sums of squares of the same data: AIC, AICc and BIC with Akaike's weights, and F tests where one model lies within
 * another (Burnham and Anderson, Model Selection and Multimodel Inference, 2002, 2.9; Bates and Watts, Nonlinear Regression
 * Analysis, 1988, 3.10). Errors: fewer than two fits, or fits of different data.
 */
export function compare(fits: readonly Comparable[], { nested }: CompareOptions = {}): Comparison {
  if (!Array.isArray(fits) || fits.length < 2)
    throw new Error(
      `compare expects two fits or more, got ${Array.isArray(fits) ? fits.length : typeof fits}`,
    );
  for (const fit of fits) checkSameData(fits[0]!, fit);
  const least = Math.min(...fits.map(({ statistics: { aic } }) => aic ?? Number.POSITIVE_INFINITY));
  const deltas = fits.map(({ statistics: { aic } }) => (aic === null ? null : aic - least));
  const odds = deltas.map((delta) => (delta === null ? 0 : Math.exp(-delta / 2)));
  const total = odds.reduce((sum, x) => sum + x, 0);
  const isKnown = deltas.every((delta) => delta !== null);
  return {
    models: fits.map(({ formula, statistics }, i) => ({
      formula,
      parameters: statistics.observations - statistics.degreesOfFreedom,
      observations: statistics.observations,
      residualSumOfSquares: statistics.residualSumOfSquares,
      aic: statistics.aic,
      aicc: statistics.aicc,
      bic: statistics.bic,
      delta: deltas[i]!,
      weight: isKnown ? odds[i]! / total : null,
    })),
    tests: testsOf(fits, nested),
  };
}

/** The same data have as many observations and the same targets, of which the sum of squares tells. */
function checkSameData({ statistics: a }: Comparable, { statistics: b }: Comparable): void {
  if (a.observations !== b.observations)
    throw new Error(
      `compare expects fits of the same data, got ${a.observations} and ${b.observations} observations`,
    );
  const [x, y] = [a.totalSumOfSquares, b.totalSumOfSquares];
  if (x === undefined || y === undefined)
    throw new Error("compare expects fits with their total sum of squares, got one kept without");
  if (x !== null && y !== null && Math.abs(x - y) > 1e-6 * Math.max(x, y))
    throw new Error(
      `compare expects fits of the same targets and weights, got total sums of squares ${x} and ${y}`,
    );
}

function testsOf(fits: readonly Comparable[], nested: boolean | undefined): NestedTest[] {
  const order = [...fits.keys()].sort((a, b) => sizeOf(fits[a]!) - sizeOf(fits[b]!));
  return order.flatMap((smaller, at) => {
    const larger = order.slice(at + 1).find((other) => isWithin(fits[smaller]!, fits[other]!, nested));
    const test = larger === undefined ? null : testOf(fits[smaller]!, fits[larger]!);
    return test ? [{ smaller, larger: larger!, ...test }] : [];
  });
}

function sizeOf({ statistics: { observations, degreesOfFreedom } }: Comparable): number {
  return observations - degreesOfFreedom;
}

function isWithin(smaller: Comparable, larger: Comparable, nested: boolean | undefined): boolean {
  if (sizeOf(smaller) >= sizeOf(larger)) return false;
  const others = freeIn(larger);
  return nested ?? freeIn(smaller).every((name) => others.includes(name));
}

function freeIn({ params }: Comparable): string[] {
  const entries = Object.entries(params);
  return entries.filter(([, { fixed, tie = null }]) => !fixed && tie === null).map(([name]) => name);
}

/** Null where it says nothing: no degrees of freedom, no residuals, or a larger model that fits worse. */
function testOf(
  smaller: Comparable,
  larger: Comparable,
): Pick<NestedTest, "f" | "degreesOfFreedom" | "pValue"> | null {
  const [extra, left] = [sizeOf(larger) - sizeOf(smaller), larger.statistics.degreesOfFreedom];
  const [before, after] = [smaller, larger].map(
    ({ statistics }) => statistics.residualSumOfSquares ?? Number.NaN,
  ) as [number, number];
  const f = (before - after) / extra / (after / left);
  if (!(left > 0 && f >= 0 && Number.isFinite(f))) return null;
  return { f, degreesOfFreedom: [extra, left], pValue: distributions.f.tail(f, extra, left) };
}

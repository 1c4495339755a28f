/**
 * The Statistical Reference Datasets of the National Institute of Standards and Technology (NIST/ITL, public domain) for least
 * squares: observations, a model, starts where there are any, and what is certified of the answer, to 11 digits of the
 * nonlinear sets and 15 of the linear ones. They are kept in test/golden/; out come the sets, and digits that agree.
 */
import linearSets from "./golden/nist-linear.json" with { type: "json" };
import nonlinearSets from "./golden/nist-nonlinear.json" with { type: "json" };

/** What is certified of a parameter: its value, and its standard error. */
interface CertifiedParameter {
  readonly value: number;
  readonly error: number;
}

interface Certified<P extends CertifiedParameter> {
  readonly name: string;
  readonly data: Readonly<Record<string, readonly number[]>>;
  readonly model: string;
  readonly params: Readonly<Record<string, P>>;
  readonly residualStandardDeviation: number;
}

/** A nonlinear set has two starts, far and near. */
export interface Nonlinear
  extends Certified<CertifiedParameter & { readonly starts: readonly [number, number] }> {
  /** As NIST grades it: lower, average or higher. */
  readonly difficulty: string;
  readonly residualSumOfSquares: number;
}

export interface Linear extends Certified<CertifiedParameter> {
  readonly rSquared: number;
}

/** All 27 of them. */
export const nonlinear: readonly Nonlinear[] = nonlinearSets.cases as unknown as readonly Nonlinear[];

/** All 11 of them. */
export const linear: readonly Linear[] = linearSets.cases as unknown as readonly Linear[];

/** The starts of a set: 0 are the far ones, 1 the near ones. */
export function startsOf({ params }: Nonlinear, which: 0 | 1): Record<string, number> {
  return Object.fromEntries(Object.entries(params).map(([name, { starts }]) => [name, starts[which]]));
}

/**
 * How many digits of a value are those of the certified one: NIST's log relative error, or the log absolute error where 0 is
 * certified. Infinity where they are the same, 0 where nothing agrees, or there is no value.
 */
export function digits(value: number | null, certified: number): number {
  const error = Math.abs((value ?? Number.NaN) - certified) / (Math.abs(certified) || 1);
  return Number.isNaN(error) ? 0 : Math.max(0, -Math.log10(error));
}

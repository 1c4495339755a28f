/** The answers for many groups, a list for each kind of number: descents or finished fits go in, and what a table of them shows comes out. */
import { outcomeOf } from "../outcome.ts";
import type { Outcome, Result } from "../result.ts";
import { type Descents, standings, sumsOf } from "./descents.ts";
import type { Facts } from "./facts.ts";
import { Inverter } from "./inverse.ts";
import type { GroupKey } from "./partition.ts";
import type { Arrow, Ended } from "./shared.ts";

/** One list for each parameter, and a place in each for every group. Numbers that there are none of are NaN. */
export interface Answers {
  readonly keys: readonly GroupKey[];
  readonly values: ReadonlyMap<string, Float64Array>;
  readonly errors: ReadonlyMap<string, Float64Array>;
  readonly observations: Int32Array;
  readonly residualSumOfSquares: Float64Array;
  readonly rSquared: Float64Array;
  readonly outcomes: Outcome[];
}

/** Answers that are still to come. */
export function noAnswers(keys: readonly GroupKey[], params: readonly string[]): Answers {
  const none = () => new Float64Array(keys.length).fill(Number.NaN);
  const each = () => new Map(params.map((name) => [name, none()]));
  return {
    keys,
    values: each(),
    errors: each(),
    observations: new Int32Array(keys.length),
    residualSumOfSquares: none(),
    rSquared: none(),
    outcomes: new Array<Outcome>(keys.length),
  };
}

/** Takes the answer of a fit to one group alone. */
export function takeResult(answers: Answers, one: number, { params, statistics, outcome }: Result): void {
  for (const [name, { value, standardError }] of Object.entries(params)) {
    answers.values.get(name)![one] = finite(value);
    answers.errors.get(name)![one] = finite(standardError);
  }
  answers.residualSumOfSquares[one] = finite(statistics.residualSumOfSquares);
  answers.rSquared[one] = finite(statistics.rSquared);
  answers.outcomes[one] = outcome;
}

/** An ending of which there is nothing more to say. */
const plainly = {
  first: 0,
  last: 0,
  patience: 0,
  learningRate: null,
  origin: null,
  idle: [],
  isDirect: false,
} as const;

/** The outcome of descents of so many steps. */
const arrivals = new Map<number, Outcome>();

function arrivalAfter(steps: number): Outcome {
  const known = arrivals.get(steps);
  if (known) return known;
  const outcome = outcomeOf({ ...plainly, kind: "converged", steps });
  arrivals.set(steps, outcome);
  return outcome;
}

/** What descents share. */
export interface Descended {
  /** Whether weights say how large errors are, and not only in proportion. */
  readonly isAbsolute: boolean;
  readonly names: readonly string[];
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly facts: Facts;
}

/**
 * Takes the answers of descents that have arrived. The others come out, and those whose data hardly tell the parameters apart.
 */
export function takeDescents(
  answers: Answers,
  members: readonly number[],
  descents: Descents,
  { names, lower, upper, facts, isAbsolute }: Descended,
): number[] {
  const p = names.length;
  const inverter = new Inverter(p);
  const values = names.map((name) => answers.values.get(name)!);
  const errors = names.map((name) => answers.errors.get(name)!);
  const take = (one: number): boolean => {
    for (let j = 0; j < p; j++) {
      const value = descents.params[one * p + j]!;
      inverter.held[j] = value <= lower[j]! || value >= upper[j]! ? 1 : 0;
    }
    const at = one * sumsOf(p);
    if (!inverter.invert(descents.sums, at + 1 + p)) return false;
    const rss = descents.sums[at]!;
    const freedom = facts.freedom[one]!;
    const variance = freedom > 0 ? (isAbsolute ? 1 : rss / freedom) : Number.NaN;
    for (let j = 0; j < p; j++) {
      values[j]![one] = descents.params[one * p + j]!;
      errors[j]![one] = inverter.held[j] ? Number.NaN : Math.sqrt(variance * inverter.diagonal[j]!);
    }
    answers.residualSumOfSquares[one] = rss;
    answers.rSquared[one] = facts.spread[one]! > 0 ? 1 - rss / facts.spread[one]! : Number.NaN;
    answers.outcomes[one] = arrivalAfter(descents.steps[one]!);
    return true;
  };
  return members.filter((one) => descents.standing[one] !== standings.converged || !take(one));
}

/** Takes the answers of one fit of all groups, some of whose parameters are shared. */
export function takeShared(
  answers: Answers,
  { params, sums, inverse, kind, steps }: Ended,
  { parameters: p, members, lower, upper }: Arrow,
  { names, facts, isAbsolute }: Pick<Descended, "names" | "facts" | "isAbsolute">,
  freedom: number,
): void {
  const rss = members.reduce((sum, one) => sum + sums[one * sumsOf(p)]!, 0);
  const known = isAbsolute ? 1 : rss / freedom;
  const variance = kind === "converged" && freedom > 0 ? known : Number.NaN;
  const outcome = outcomeOf({ ...plainly, kind, steps, first: rss, last: rss });
  for (const one of members) {
    for (const [j, name] of names.entries()) {
      const value = params[one * p + j]!;
      const isBound = value <= lower[j]! || value >= upper[j]!;
      answers.values.get(name)![one] = kind === "invalid" ? Number.NaN : value;
      answers.errors.get(name)![one] =
        inverse && !isBound ? Math.sqrt(variance * inverse[one * p + j]!) : Number.NaN;
    }
    const own = sums[one * sumsOf(p)]!;
    answers.residualSumOfSquares[one] = finite(own);
    answers.rSquared[one] = facts.spread[one]! > 0 ? finite(1 - own / facts.spread[one]!) : Number.NaN;
    answers.outcomes[one] = outcome;
  }
}

function finite(x: number | null): number {
  return x !== null && Number.isFinite(x) ? x : Number.NaN;
}

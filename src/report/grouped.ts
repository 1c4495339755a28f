/** Fits of many groups as a person gets them: options go in; what was found is looked up, tabulated, reported and made JSON of. */
import type { TableLike } from "../data/input.ts";
import { Table } from "../data/table.ts";
import type { Answers } from "../fit/groups/answers.ts";
import { type GroupOptions, type GroupsRun, runGroups } from "../fit/groups/groups.ts";
import type { GroupKey } from "../fit/groups/partition.ts";
import { predictGroups } from "../fit/groups/predict.ts";
import type { Outcome } from "../fit/result.ts";
import type { GroupedFit, GroupFit } from "./group-fit.ts";
import { groupsText } from "./groups-text.ts";
import { isNumber } from "./numbers.ts";

/** Fits, and presents what was found. */
export async function grouped(options: GroupOptions): Promise<GroupedFit> {
  const finished = await runGroups(options);
  return present(finished, options, (data) => predictGroups(finished, options.groups, data));
}

function present(
  { problem, answers, omitted, seconds }: GroupsRun,
  { groups, shared = [] }: GroupOptions,
  predict: (data: TableLike) => Float64Array,
): GroupedFit {
  const places = new Map(answers.keys.map((key, one) => [key, one]));
  const counts = countsOf(answers.outcomes);
  const fit = (group: GroupKey): GroupFit => {
    const one = places.get(group);
    if (one === undefined) throw new Error(`fit expects a group of ${groups}, got ${group}`);
    return fitOf(answers, one);
  };
  const plain = {
    formula: problem.formula?.source ?? null,
    group: groups,
    shared,
    outcome: outcomeOf(counts, answers),
    counts,
    omitted,
    seconds,
  };
  const fits: GroupedFit = {
    ...plain,
    target: problem.target,
    inputs: problem.inputs,
    names: [...answers.values.keys()],
    groups: answers.keys,
    table: tableOf(groups, answers),
    fit,
    predict,
    report: (options) => groupsText(fits, answers, options),
    toJSON: () => ({ ...plain, groups: answers.keys.map((_, one) => fitOf(answers, one)) }),
  };
  return fits;
}

function countsOf(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of outcomes) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** How it went, with the first group that fell short. */
function outcomeOf(
  counts: Readonly<Record<string, number>>,
  { keys, outcomes }: Answers,
): GroupedFit["outcome"] {
  const short = outcomes.flatMap(({ converged }, one) => (converged ? [] : [one]));
  const all = keys.length;
  const [first] = short;
  if (first === undefined)
    return {
      converged: true,
      message: all === 1 ? "the one group converged" : `all ${all} groups converged`,
    };
  const others = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  return {
    converged: false,
    message: `${short.length} of ${all} groups stopped short (${others.join(", ")}); the first, ${keys[first]}: ${outcomes[first]!.message}`,
  };
}

function fitOf(answers: Answers, one: number): GroupFit {
  const { keys, values, errors, observations, residualSumOfSquares, rSquared, outcomes } = answers;
  return {
    group: keys[one]!,
    params: Object.fromEntries(
      [...values].map(([name, list]) => [
        name,
        { value: known(list[one]!), standardError: known(errors.get(name)![one]!) },
      ]),
    ),
    observations: observations[one]!,
    residualSumOfSquares: known(residualSumOfSquares[one]!),
    rSquared: known(rSquared[one]!),
    outcome: outcomes[one]!,
  };
}

function known(x: number): number | null {
  return isNumber(x) ? x : null;
}

/** The answers as a table. A column whose name is taken gets an underscore more. */
function tableOf(group: string, answers: Answers): Table {
  const columns = new Map<string, Float64Array | readonly string[]>();
  const add = (name: string, column: Float64Array | readonly string[]): void => {
    let free = name;
    while (columns.has(free)) free += "_";
    columns.set(free, column);
  };
  const { keys } = answers;
  add(group, keys.every((key) => typeof key === "number") ? Float64Array.from(keys) : keys.map(String));
  for (const [name, list] of answers.values) {
    add(name, list);
    add(`${name}_error`, answers.errors.get(name)!);
  }
  add("rss", answers.residualSumOfSquares);
  add("observations", Float64Array.from(answers.observations));
  add("rSquared", answers.rSquared);
  add(
    "converged",
    answers.outcomes.map(({ converged }) => (converged ? "yes" : "no")),
  );
  add(
    "message",
    answers.outcomes.map(({ message }) => message),
  );
  return new Table(columns);
}

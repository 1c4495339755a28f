/**
 * One fit for each group of rows: options and the name of a column go in; for each value in it the answer comes out. Groups are
 * walked down together where the model is a formula and the loss squares; those in doubt, and all others, are fitted alone.
 */

import { kindOf } from "../../data/cells.ts";
import { toTable } from "../../data/input.ts";
import { hint } from "../../data/names.ts";
import type { Table } from "../../data/table.ts";
import { tensor } from "../../tensor/make.ts";
import { Generator } from "../../tensor/random.ts";
import { run } from "../fit.ts";
import { type Named, namedStarts } from "../model.ts";
import { checkOptions, type FitOptions } from "../options.ts";
import { type Problem, problemOf } from "../problem.ts";
import type { Outcome } from "../result.ts";
import type { Start } from "../start.ts";
import { withTies } from "../ties.ts";
import { type Answers, noAnswers, takeDescents, takeResult, takeShared } from "./answers.ts";
import { type Batch, descend, type Pause, squaresAt, sumsAt } from "./batch.ts";
import { factsOf, rowsOf } from "./facts.ts";
import { type Partition, partition, rowsIn } from "./partition.ts";
import { descendShared } from "./shared.ts";

/** The options of a fit, and which column says to what group a row belongs. */
export interface GroupOptions extends FitOptions {
  /** The column, of numbers or text; rows without a value there are left out. */
  readonly groups: string;
  /** Parameters that are the same for all groups. The others are each group's own. */
  readonly shared?: readonly string[];
}

/** All answers, with what it takes to predict. */
export interface GroupsRun {
  readonly problem: Problem;
  readonly partition: Partition;
  readonly answers: Answers;
  /** Rows left out, by reason. */
  readonly omitted: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** Fits a model to each group. Bad input is an error; a group whose fit does not converge is an outcome. */
export async function runGroups(given: GroupOptions): Promise<GroupsRun> {
  const started = performance.now();
  const { groups, shared = [], ...options } = given;
  checkOptions(options);
  if (typeof groups !== "string")
    throw new TypeError(`groups expects the name of a column, got ${kindOf(groups)}`);
  const table = toTable(options.data);
  const problem = problemOf({ ...options, data: table }, new Generator(options.seed ?? 0));
  const large = problem.starts.find(({ value }) => value.size !== 1);
  if (large)
    throw new RangeError(
      `groups expect parameters of one number each, got ${large.name} of ${large.value.size}`,
    );
  const divided = partition(groupColumn(problem.table, groups));
  const { missing } = divided;
  const answers = noAnswers(
    divided.keys,
    problem.starts.map(({ name }) => name),
  );
  for (const one of divided.keys.keys()) answers.observations[one] = sizeOf(divided, one);
  const work = { options, problem, partition: divided, answers };
  if (shared.length > 0) await asOne(work, shared);
  // The errors of what is tied to others want a whole covariance, which those who are fitted alone have.
  else if (isBatched(work) && problem.ties.size === 0) await together(work);
  else await oneByOne(work, allOf(divided));
  return {
    problem,
    partition: divided,
    answers,
    omitted: { ...problem.omitted, ...(missing > 0 ? { [`missing ${groups}`]: missing } : {}) },
    seconds: (performance.now() - started) / 1000,
  };
}

/** What is to be done, and what came of it so far. */
interface Work {
  readonly options: FitOptions;
  readonly problem: Problem;
  readonly partition: Partition;
  readonly answers: Answers;
}

function groupColumn(table: Table, name: string): ReturnType<Table["column"]> {
  if (table.has(name)) return table.column(name);
  throw new Error(`groups expects a column, got ${name}${hint(name, table.names)}`);
}

function sizeOf({ starts }: Partition, one: number): number {
  return starts[one + 1]! - starts[one]!;
}

function allOf({ keys }: Partition): number[] {
  return [...keys.keys()];
}

/** Fits all groups as one, with shared parameters. */
async function asOne(work: Work, shared: readonly string[]): Promise<void> {
  const { partition: divided, answers, options } = work;
  checkShared(work, shared);
  const batch = batchOf(work);
  const { names } = batch;
  const [inCommon, own] = [true, false].map((is) =>
    names.flatMap((name, j) => (shared.includes(name) === is ? [j] : [])),
  ) as [number[], number[]];
  const members = allOf(divided).filter((one) => sizeOf(divided, one) >= own.length);
  const pause = breather(options.signal);
  const start = await startTogether(work, batch, inCommon, members, pause);
  const rows = members.reduce((sum, one) => sum + sizeOf(divided, one), 0);
  const freedom = rows - inCommon.length - own.length * members.length;
  const { lower, upper } = batch;
  const arrow = { parameters: names.length, shared: inCommon, own, lower, upper, members };
  const ended = await descendShared(arrow, start, freedom, async (params) => {
    const sums = await sumsAt(batch, params, members, pause);
    return options.signal?.aborted ? null : sums;
  });
  takeShared(answers, ended, arrow, batch, freedom);
  for (const one of allOf(divided))
    answers.outcomes[one] ??= tooFew(sizeOf(divided, one), own.length, "parameters of their own");
  settled(work, batch);
}

/** Each group's own answer is where it starts, and the median of those is where the shared parameters do. */
async function startTogether(
  work: Work,
  batch: Batch,
  inCommon: readonly number[],
  members: readonly number[],
  pause: Pause,
): Promise<Float64Array> {
  const { answers } = work;
  const p = batch.names.length;
  const enough = members.filter((one) => batch.facts.freedom[one]! >= 0);
  const start = await startsFor(work, batch, enough, pause);
  const left = new Set(takeDescents(answers, enough, await descend(batch, start, enough, pause), batch));
  const arrived = enough.filter((one) => !left.has(one));
  if (arrived.length > 0) {
    const middle = middleOf(work, batch, arrived);
    for (const one of members) start.set(middle, one * p);
  }
  for (const one of arrived)
    for (const [j, name] of batch.names.entries())
      if (!inCommon.includes(j)) start[one * p + j] = answers.values.get(name)![one]!;
  answers.outcomes.fill(undefined as unknown as Outcome);
  return start;
}

function checkShared(work: Work, shared: readonly string[]): void {
  const free = freeOf(work.problem).map(({ name }) => name);
  const stranger = shared.find((name) => !free.includes(name));
  if (stranger !== undefined)
    throw new Error(`shared expects parameters that are fitted, got ${stranger}${hint(stranger, free)}`);
  if (!isBatched(work, 1))
    throw new Error(
      `shared expects a formula of at most ${mostParameters} parameters, the loss mse and the optimizer auto, got others`,
    );
}

/** Fewer groups are fitted alone in less time than it takes to make a program for them. */
const worthwhile = 8;
/** With so many parameters sums are many, and small matrices are not small. */
const mostParameters = 10;

/** Whether groups can be walked down together: descents are for squares, and formulas work on rows of many groups as on those of one. */
function isBatched({ options, problem, partition: { keys } }: Work, fewest = worthwhile): boolean {
  const {
    optimizer = "auto",
    scale,
    lr,
    schedule,
    steps,
    epochs,
    batchSize,
    validation,
    stop,
    onStep,
  } = options;
  const isPlain = [scale, lr, schedule, steps, epochs, batchSize, validation, stop, onStep].every(
    (option) => option === undefined,
  );
  const free = freeOf(problem).length;
  return (
    isPlain &&
    (optimizer === "auto" || optimizer === "levenberg-marquardt") &&
    problem.formula !== null &&
    problem.loss.name === "mse" &&
    problem.dtype === "float64" &&
    keys.length >= fewest &&
    free > 0 &&
    free <= mostParameters
  );
}

function freeOf({ starts }: Problem): readonly Start[] {
  return starts.filter(({ fixed }) => !fixed);
}

function batchOf({ problem, partition: divided, options }: Work): Batch {
  const free = freeOf(problem);
  const rows = rowsOf(problem, divided);
  return {
    problem,
    partition: divided,
    fixed: namedStarts(problem.starts.filter(({ fixed }) => fixed)),
    names: free.map(({ name }) => name),
    lower: Float64Array.from(free, ({ min }) => min),
    upper: Float64Array.from(free, ({ max }) => max),
    rows,
    facts: factsOf(rows, divided, free.length),
    signal: options.signal,
    isAbsolute: problem.isAbsolute,
  };
}

/** So many groups that did not arrive are fitted with all that a fit has; more of them, from where others arrived, by one solver. */
const cared = 16;

/** Walks all groups down together, and those that do not arrive once more from another start, and alone at last. */
async function together(work: Work): Promise<void> {
  const { partition: divided, options, answers } = work;
  const batch = batchOf(work);
  const pause = breather(options.signal);
  const [enough, few] = [true, false].map((is) =>
    allOf(divided).filter((one) => batch.facts.freedom[one]! >= 0 === is),
  ) as [number[], number[]];
  const starts = await startsFor(work, batch, enough, pause);
  let left = takeDescents(answers, enough, await descend(batch, starts, enough, pause), batch);
  const better =
    left.length > 0 && !options.signal?.aborted ? await betterStart(work, batch, enough, left) : null;
  if (better) {
    for (const one of left) starts.set(better, one * better.length);
    left = takeDescents(answers, left, await descend(batch, starts, left, pause), batch);
  }
  settled(work, batch);
  const late = better && left.length > cared ? startingAt(work, better) : {};
  await oneByOne({ ...work, options: { ...options, ...late } }, [...left, ...few]);
}

/** Where most arrived, or, where most did not, where one of them arrives alone. */
async function betterStart(
  work: Work,
  batch: Batch,
  enough: readonly number[],
  left: readonly number[],
): Promise<number[] | null> {
  if (left.length <= enough.length / 2) return middleOf(work, batch, enough);
  const [first = null] = left.length > cared ? await modelPlaces(work, left) : [];
  return first;
}

/** Options by which a fit goes straight down from a place. */
function startingAt(
  { problem, options: { params = {} } }: Work,
  place: readonly number[],
): Partial<FitOptions> {
  const starts = freeOf(problem).map(({ name, min, max }, j) => [name, { start: place[j]!, min, max }]);
  return { optimizer: "levenberg-marquardt", params: { ...params, ...Object.fromEntries(starts) } };
}

/** Fills in the parameters that were not fitted, of groups that have their answer. */
function settled({ problem, answers }: Work, { fixed }: Batch): void {
  const known = [...answers.values].filter(([name]) =>
    problem.starts.some((s) => s.name === name && !s.fixed),
  );
  const values: Named = Object.fromEntries(known.map(([name, list]) => [name, tensor(list)]));
  const all = withTies(problem.ties, { ...namedStarts(problem.starts), ...fixed, ...values });
  for (const { name, fixed: isFixed } of problem.starts)
    if (isFixed) answers.values.get(name)!.set(all[name]!.expand([answers.keys.length]).realize());
}

/** The median of each parameter, over the groups that have an answer. */
function middleOf({ answers }: Work, { names }: Batch, members: readonly number[]): number[] {
  return names.map((name) => {
    const list = answers.values.get(name)!;
    const known = members
      .map((one) => list[one]!)
      .filter(Number.isFinite)
      .sort((a, b) => a - b);
    return known[known.length >> 1]!;
  });
}

/** So many groups are fitted alone for others to start from their answers, where no start was given. */
const models = 3;

/** Where each group starts: as was said, or where the best of a few answers to other groups is. */
async function startsFor(
  work: Work,
  batch: Batch,
  members: readonly number[],
  pause: Pause,
): Promise<Float64Array> {
  const free = freeOf(work.problem);
  const said = free.map(({ value }) => value.item());
  const places = free.every(({ given }) => given) ? [said] : await modelPlaces(work, members);
  const p = free.length;
  const starts = new Float64Array(work.partition.keys.length * p);
  const [only = said, ...others] = places;
  for (let i = 0; i < starts.length; i++) starts[i] = only[i % p]!;
  if (others.length === 0) return starts;
  const best = new Float64Array(work.partition.keys.length).fill(Number.POSITIVE_INFINITY);
  for (const place of places) {
    const trial = Float64Array.from(starts, (_, i) => place[i % p]!);
    const squares = await squaresAt(batch, trial, members, pause);
    for (const one of members)
      if (squares[one]! < best[one]!) {
        best[one] = squares[one]!;
        starts.set(place, one * p);
      }
  }
  return starts;
}

/** The answers to a few groups, fitted alone. */
async function modelPlaces(work: Work, members: readonly number[]): Promise<number[][]> {
  const { answers, problem, partition: divided } = work;
  const larger = members.filter((one) => sizeOf(divided, one) > freeOf(problem).length);
  const some = Array.from(
    { length: models },
    (_, i) => larger[Math.floor(((i + 0.5) * larger.length) / models)],
  );
  const places: number[][] = [];
  for (const one of new Set(some)) {
    if (one === undefined) continue;
    await alone(work, one);
    const place = freeOf(problem).map(({ name }) => answers.values.get(name)![one]!);
    if (answers.outcomes[one]!.converged && place.every(Number.isFinite)) places.push(place);
  }
  return places;
}

/** Fits groups one after the other. */
async function oneByOne(work: Work, members: readonly number[]): Promise<void> {
  for (const one of members) {
    if (work.options.signal?.aborted) work.answers.outcomes[one] = aborted;
    else await alone(work, one);
  }
}

const aborted: Outcome = {
  kind: "aborted",
  converged: false,
  message: "stopped on request, before this group was fitted",
  advice: null,
};

/** Fits one group alone, with all that a fit has. */
async function alone({ options, problem, partition: divided, answers }: Work, one: number): Promise<void> {
  const count = sizeOf(divided, one);
  const free = freeOf(problem).reduce((sum, { value }) => sum + value.size, 0);
  if (count < free) {
    answers.outcomes[one] = tooFew(count, free);
    return;
  }
  const data = problem.table.take(rowsIn(divided, one));
  const { result } = await run({ ...options, data });
  takeResult(answers, one, result);
}

function tooFew(points: number, parameters: number, noun = "parameters"): Outcome {
  return {
    kind: "invalid",
    converged: false,
    message: `${points} ${points === 1 ? "point is" : "points are"} too few for ${parameters} ${noun}; nothing was fitted`,
    advice: "leave the group out, or share parameters between groups",
  };
}

/** Lets timers and events have their turn every 25 ms. */
function breather(signal: AbortSignal | undefined): Pause {
  let last = performance.now();
  return () => {
    if (signal?.aborted || performance.now() - last < 25) return undefined;
    return new Promise((resolve) => {
      setTimeout(() => {
        last = performance.now();
        resolve();
      });
    });
  };
}

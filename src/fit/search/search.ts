/**
 * Where to start when nobody says: a problem with a formula comes in; the lowest place that many trials and a few walks from the best
 * of them lead to comes out, with how many of the walks agree on it.
 */
import * as levenberg from "../../optim/levenberg.ts";
import { length } from "../../optim/qr.ts";
import { Generator as RandomGenerator } from "../../tensor/random.ts";
import { type Expression, namesIn } from "../formula/expression.ts";
import type { Problem } from "../problem.ts";
import { extremes, frequencies } from "./landmarks.ts";
import { type Minimum, ordered, same, termsOf, tidied } from "./minima.ts";
import { multipliedOut, project, type Trial, trialAt } from "./projection.ts";
import { type Choices, type Encounter, proposed } from "./roles.ts";
import { residualsAt, squaresOf } from "./squares.ts";
import { type Structure, structureOf } from "./structure.ts";
import { type Task, taskOf } from "./task.ts";

/** What a search finds. */
export interface Found {
  /** The lowest first. */
  readonly minima: readonly Minimum[];
  readonly tried: number;
  readonly polished: number;
  readonly seconds: number;
  readonly seed: number;
}

/** What to make of the starts that a person gave: they are where to look first, or where nothing was found. */
export type Trust = "trusted" | "doubted";

/** How to search. */
export interface Wish {
  readonly seed: number;
  readonly trust?: Trust;
  /** Aborting it ends the search with what it has found. */
  readonly signal?: AbortSignal | undefined;
}

/** Work that yields where others may have their turn. */
type Interruptible<T> = Generator<undefined, T>;

/**
 * Searches for the least sum of squares, by expeditions that know nothing of one another, until several of them end at the same
 * lowest place; yields often, so that others have their turn. Null where no place has a finite one, or where a walk finds it from anywhere, or from what was given.
 */
export function* search(
  problem: Problem,
  { seed, trust = "trusted", signal }: Wish,
): Interruptible<Found | null> {
  const started = performance.now();
  const task = taskOf(problem, seed);
  if (!task) return null;
  const quest = questOf(task, { seed, started, trust, signal });
  if (isLinear(quest.structure, task) || isGiven(quest)) return null;
  while (quest.explored < mostExpeditions && !isSettled(quest)) yield* explore(quest);
  const minima = quest.minima
    .map((it) => ordered(task, quest.nonlinear, tidied(task, it)))
    .toSorted((a, b) => a.squares - b.squares);
  if (minima.length === 0) return null;
  const { tried, polished } = quest;
  return { minima, tried, polished, seconds: (performance.now() - started) / 1000, seed };
}

const mostExpeditions = 12;
/** The last resort: the number of expeditions ends a search before, on all but slow machines. */
const mostSeconds = 4;

/** What is known on the way. Written in place. */
interface Quest {
  readonly task: Task;
  readonly structure: Structure;
  /** The parameters that trials are about. */
  readonly nonlinear: readonly string[];
  /** Those of them that stand together in a term of the formula. */
  readonly terms: readonly (readonly string[])[];
  readonly generator: RandomGenerator;
  readonly shifts: Float64Array;
  readonly sights: Sights;
  readonly started: number;
  readonly trust: Trust;
  readonly signal: AbortSignal | undefined;
  explored: number;
  /** The best trials of an expedition, best first. */
  pool: Trial[];
  minima: Minimum[];
  tried: number;
  polished: number;
}

function questOf(
  task: Task,
  { seed, started, trust, signal }: Required<Omit<Wish, "signal">> & Pick<Quest, "started" | "signal">,
): Quest {
  const structure = structureOf(task);
  const nonlinear = task.unknowns.map(({ name }) => name).filter((name) => !structure.linear.bits.has(name));
  const generator = new RandomGenerator(seed);
  const among = (term: Expression): string[] => namesIn(term).filter((name) => nonlinear.includes(name));
  return {
    task,
    structure,
    nonlinear,
    terms: termsOf(task.expression)
      .map(among)
      .filter((names) => names.length > 0),
    generator,
    shifts: generator.uniform(new Float64Array(nonlinear.length)),
    sights: sightsOf(task.targets),
    started,
    trust,
    signal,
    pool: [],
    minima: [],
    explored: 0,
    tried: 0,
    polished: 0,
  };
}

/** Whether the formula is linear as it stands. */
function isLinear({ linear }: Structure, { unknowns }: Task): boolean {
  return linear.bits.size === unknowns.length && linear.solved.every(({ others }) => others.length === 0);
}

/** Whether a person said all that matters. */
function isGiven({ task, nonlinear, trust }: Quest): boolean {
  const hinted = task.unknowns.filter(({ hint }) => hint !== null).map(({ name }) => name);
  return trust === "trusted" && nonlinear.length > 0 && nonlinear.every((name) => hinted.includes(name));
}

/** Whether the search may end: expeditions agree, the fit is perfect, there is nothing to look for, or time is up. */
function isSettled(quest: Quest): boolean {
  const { task, nonlinear, explored, minima } = quest;
  const best = bestOf(minima);
  if (!best) return explored >= 2 || isLate(quest);
  const enough =
    nonlinear.length === 0 || task.rows <= task.unknowns.length ? 1 : nonlinear.length > 1 ? 3 : 2;
  return best.count >= enough || isPerfect(quest, best) || isLate(quest);
}

function isLate({ started, signal }: Quest): boolean {
  return signal?.aborted === true || performance.now() - started > 1000 * mostSeconds;
}

function bestOf<T extends Trial>(trials: readonly T[]): T | null {
  return trials.reduce<T | null>((best, it) => (best && best.squares <= it.squares ? best : it), null);
}

/** Whether residuals are but rounding. */
function isPerfect({ task }: Quest, { squares }: Trial): boolean {
  return squares <= (1e-13 * length(task.targets)) ** 2;
}

/** One expedition: trials all over and beside the best, walks from some, and again beside where those led. Each third doubles the trials. */
function* explore(quest: Quest): Interruptible<void> {
  const d = quest.nonlinear.length;
  const count = d === 0 ? 1 : Math.round(24 * d * Math.max(1, d / 3)) * 2 ** Math.floor(quest.explored / 3);
  quest.explored++;
  quest.pool = [];
  yield* tryMany(quest, count);
  if (quest.nonlinear.length > 1) yield* vary(quest, quest.pool.slice(0, 12), count);
  const [first = null, second] = yield* race(quest, quest.pool, 12);
  if (second && quest.explored === 1) glimpse(quest, second);
  let best: Trial | null = first;
  for (let i = 0; best && i < 2 && quest.nonlinear.length > 1 && !isLate(quest); i++) {
    quest.pool = [];
    yield* vary(quest, [best], count);
    const [other]: Runner[] = yield* race(quest, quest.pool, 6);
    if (!other || !(other.squares < best.squares * (1 - same))) break;
    best = other;
  }
  if (best) arrive(quest, best);
}

/** Trials all over: evenly spread numbers, and values by the roles of parameters. */
function* tryMany(quest: Quest, count: number): Interruptible<void> {
  const share = quest.explored % 2 === 1 ? 2 : 8;
  for (let i = 0; i < count && !quest.signal?.aborted; i++) {
    const index = quest.tried;
    const sights = (index >> 2) % share === 0 ? quest.sights : null;
    consider(quest, { held: new Map(), draw: evenly(quest, index), sights });
    yield;
  }
}

/** The numbers of trial i, one for each parameter, spread evenly (Roberts, The unreasonable effectiveness of quasirandom sequences, 2018). */
function evenly({ nonlinear, shifts }: Quest, i: number): (name: string) => number {
  const d = nonlinear.length;
  let phi = 2;
  for (let k = 0; k < 30; k++) phi = (1 + phi) ** (1 / (d + 1));
  return (name) => {
    const j = nonlinear.indexOf(name);
    return (shifts[Math.max(j, 0)]! + (i + 1) * phi ** -(j + 1)) % 1;
  };
}

/** What a trial goes by. */
interface Look {
  /** Values that are settled. */
  readonly held: ReadonlyMap<string, number>;
  readonly draw: Choices["draw"];
  /** Where landmarks are looked for, if they are. */
  readonly sights: Sights | null;
}

/** One trial: values by role, or by hint, the linear ones in closed form; the better of that and of what the formula gives multiplied out. */
function consider(quest: Quest, { held, draw, sights }: Look): void {
  const index = quest.tried++;
  const { task, structure } = quest;
  const hinted = new Map([...hints(quest, index), ...held]);
  const { linear, multiplied } = structure;
  const choices: Choices = sights ? { draw, known: knownBy(quest, sights) } : { draw };
  const values = proposed(task, { held: hinted, later: new Set(linear.bits.keys()), choices });
  keep(quest, project(task, linear, nonlinearOf(quest, values)));
  if (!multiplied || held.size > 0) return;
  if (index > 0 && quest.nonlinear.every((name) => multiplied.bits.has(name))) return;
  const others = new Map([...values].filter(([name]) => !multiplied.bits.has(name)));
  const out = multipliedOut(task, multiplied, others);
  if (out) keep(quest, project(task, linear, nonlinearOf(quest, out.values)));
}

function nonlinearOf({ nonlinear }: Quest, values: ReadonlyMap<string, number>): Map<string, number> {
  return new Map(nonlinear.map((name) => [name, values.get(name)!]));
}

/**
 * What a person said of starts. Where it is trusted, half of the trials have it as it is said; a quarter stay near it, be it trusted or
 * not.
 */
function hints({ task, nonlinear, generator, trust }: Quest, index: number): Map<string, number> {
  const hinted = new Map<string, number>();
  const isNear = index % 4 === 1;
  if (!isNear && (trust === "doubted" || index % 4 === 3)) return hinted;
  for (const { name, hint, min, max } of task.unknowns) {
    if (hint === null || !nonlinear.includes(name)) continue;
    const near = hint * 10 ** (isNear ? uniform(generator) - 0.5 : 0);
    hinted.set(name, Math.min(Math.max(near, min), max));
  }
  return hinted;
}

function uniform(generator: RandomGenerator): number {
  return generator.uniform(new Float64Array(1))[0]!;
}

/** Values from what the data show: frequencies, and the places of peaks. */
function knownBy(quest: Quest, sights: Sights): NonNullable<Choices["known"]> {
  return (encounter) => {
    const landmarks = landmarksFor(quest, sights, encounter);
    if (landmarks.length === 0) return null;
    const choice = uniform(quest.generator) ** 1.5;
    return landmarks[Math.floor(choice * landmarks.length)]!;
  };
}

/** Numbers over the rows in which there are landmarks, and those that were found. */
interface Sights {
  readonly numbers: Float64Array;
  readonly landmarks: Map<string, readonly number[]>;
}

function sightsOf(numbers: Float64Array): Sights {
  return { numbers, landmarks: new Map() };
}

function landmarksFor(
  { nonlinear }: Quest,
  { numbers, landmarks }: Sights,
  { meeting, surroundings, column }: Encounter,
): readonly number[] {
  const { inside, isEven } = surroundings;
  const kind = landmarkKinds.find((row) => row.holds(meeting, inside, isEven));
  if (!kind || !column) return [];
  const key = `${landmarkKinds.indexOf(kind)} ${column.slice(0, 8).join(" ")}`;
  const known = landmarks.get(key);
  if (known) return known;
  const found = kind.find(column, numbers, Math.min(nonlinear.length + 2, mostLandmarks));
  landmarks.set(key, found);
  return found;
}

const mostLandmarks = 8;

/** What the data show of parameters, by how they meet the data. */
const landmarkKinds: readonly {
  readonly holds: (meeting: string, inside: string, isEven: boolean) => boolean;
  readonly find: (column: Float64Array, targets: Float64Array, count: number) => number[];
}[] = [
  { holds: (meeting, inside) => meeting === "multiplied" && inside === "wave", find: frequencies },
  {
    holds: (meeting, inside, isEven) => meeting === "added" && inside !== "wave" && isEven,
    find: (column, targets, count) => extremes(column, targets, count).map((place) => -place),
  },
];

const poolSize = 120;

function keep(quest: Quest, trial: Trial): void {
  const { pool } = quest;
  if (!Number.isFinite(trial.squares)) return;
  if (pool.length >= poolSize && trial.squares >= pool.at(-1)!.squares) return;
  const at = pool.findIndex(({ squares }) => squares > trial.squares);
  pool.splice(at < 0 ? pool.length : at, 0, trial);
  if (pool.length > poolSize) pool.pop();
}

/**
 * Trials beside some: one term's parameters, or one parameter, anew, all others as they are; every other time by landmarks in what
 * the trial leaves over. So terms find their places one by one.
 */
function* vary(quest: Quest, around: readonly Trial[], count: number): Interruptible<void> {
  const { generator, task } = quest;
  const leftOver = new Map<Trial, Sights>();
  for (let i = 0; i < count && around.length > 0 && !quest.signal?.aborted; i++) {
    const from = around[Math.floor(uniform(generator) ** 2 * around.length)]!;
    const block = blockAt(quest, uniform(generator));
    const held = new Map([...nonlinearOf(quest, from.values)].filter(([name]) => !block.includes(name)));
    if (!leftOver.has(from)) leftOver.set(from, sightsOf(residualsAt(task, from.values)));
    consider(quest, {
      held,
      draw: () => uniform(generator),
      sights: i % 2 === 0 ? leftOver.get(from)! : null,
    });
    yield;
  }
}

/** A term's parameters, three times out of four, if there are several terms; else one parameter. */
function blockAt({ terms, nonlinear }: Quest, u: number): readonly string[] {
  if (terms.length < 2) return [nonlinear[Math.floor(u * nonlinear.length)]!];
  return u < 0.75
    ? terms[Math.floor((u / 0.75) * terms.length)]!
    : [nonlinear[Math.floor(4 * (u - 0.75) * nonlinear.length)]!];
}

/** A walk that may go on. */
interface Runner extends Trial {
  readonly params: Float64Array;
  readonly state: levenberg.LevenbergState;
}

/** The legs of a race: how many steps, and how many of the best go on, of those that ran together one. */
const legs = [
  { steps: 6, stay: 4 },
  { steps: 12, stay: 4 },
];

const mostSteps = 200;

/** Walks from the best trials that are not alike, of which ever fewer go on; where the last ones end, the lowest first. */
function* race(quest: Quest, from: readonly Trial[], count: number): Interruptible<Runner[]> {
  const { task } = quest;
  const squares = squaresOf(task);
  let runners = unlike(quest, from, count).map((trial) => begun(task, squares, trial));
  quest.polished += runners.length;
  for (const { steps, stay } of legs)
    runners = unlike(quest, yield* descended(quest, squares, runners, steps), stay);
  // Another minimum is looked for once.
  const last = unlike(quest, runners, quest.explored === 1 ? 2 : 1);
  return yield* descended(quest, squares, last, mostSteps);
}

/** The best trials of which no two are alike. */
function unlike<T extends Trial>(quest: Quest, trials: readonly T[], count: number): T[] {
  const chosen: T[] = [];
  for (const trial of trials) {
    if (chosen.length === count) break;
    if (chosen.every((other) => areUnlike(quest, trial, other))) chosen.push(trial);
  }
  return chosen;
}

/** Whether two trials differ in some parameter by a third of it. */
function areUnlike({ nonlinear }: Quest, { values }: Trial, other: Trial): boolean {
  return nonlinear.some((name) => {
    const [a, b] = [values.get(name)!, other.values.get(name)!];
    return Math.abs(a - b) > Math.max(Math.abs(a), Math.abs(b)) / 3;
  });
}

function begun({ unknowns }: Task, squares: levenberg.SquaresProblem, trial: Trial): Runner {
  const params = Float64Array.from(unknowns, ({ name }) => trial.values.get(name)!);
  return { ...trial, params, state: levenberg.init(squares, params) };
}

/** The runners some steps further down, or fewer where they end; the lowest first. */
function* descended(
  { task, signal }: Quest,
  squares: levenberg.SquaresProblem,
  runners: readonly Runner[],
  steps: number,
): Interruptible<Runner[]> {
  const arrived: Runner[] = [];
  for (let { params, state } of runners) {
    for (let i = 0; i < steps && state.end === null && state.damping !== 0 && !signal?.aborted; i++) {
      ({ params, state } = levenberg.update(squares, state, params));
      yield;
    }
    const values = new Map(task.unknowns.map(({ name }, j) => [name, params[j]!]));
    arrived.push({ ...trialAt(task, values), params, state });
  }
  return arrived.toSorted((a, b) => a.squares - b.squares);
}

/** Takes the end of an expedition into account. */
function arrive(quest: Quest, { values, squares }: Trial): void {
  if (!Number.isFinite(squares)) return;
  const floor = (1e-11 * length(quest.task.targets)) ** 2;
  const at = quest.minima.findIndex((it) => Math.abs(it.squares - squares) <= same * it.squares + floor);
  if (at < 0) quest.minima.push({ values, squares, count: 1 });
  else {
    const known = quest.minima[at]!;
    const better = squares < known.squares ? { values, squares } : known;
    quest.minima[at] = { ...better, count: known.count + 1 };
  }
}

/** Takes another minimum into account, if it is one: one that no expedition ends at. */
function glimpse(quest: Quest, { values, squares, state }: Runner): void {
  const isEnd = state.end === "converged" || state.damping === 0;
  if (isEnd && Number.isFinite(squares)) quest.minima.push({ values, squares, count: 0 });
}

/** Step 1 where nobody says where to start: a problem comes in, the same with start values that a search found comes out. */
import { tensor } from "../../tensor/make.ts";
import type { FitOptions } from "../options.ts";
import type { Problem } from "../problem.ts";
import { isLower, lossOf, type Rescued, said } from "../rescue.ts";
import type { Starts } from "../result.ts";
import type { Start } from "../start.ts";
import { withTies } from "../ties.ts";
import { inTurns } from "../turns.ts";
import { type Walk, type Walked, walk } from "../walk.ts";
import type { Minimum } from "./minima.ts";
import { type Found, search } from "./search.ts";

/** A problem whose parameters have starts, and how they were found; null where they are those that it had. */
interface Placed {
  readonly problem: Problem;
  readonly starts: Starts | null;
  /** What else the search found, in words. */
  readonly others: string | null;
}

/** The problem with start values from a search, if that finds any. Aborted, it is what was found by then. */
export async function placed(
  problem: Problem,
  { seed = 0, signal }: Pick<FitOptions, "seed" | "signal">,
): Promise<Placed> {
  const found = await inTurns(search(problem, { seed, signal }));
  if (!found) return { problem, starts: null, others: null };
  return { problem: startingAt(problem, found), starts: startsOf(found), others: othersIn(found) };
}

/** A better answer from where a search leads, whatever was said of starts; null where it leads no lower. */
export async function elsewhere(way: Walk, walked: Walked, seed: number): Promise<Rescued | null> {
  const { problem, signal } = way;
  const found = await inTurns(search(problem, { seed, trust: "doubted", signal }));
  if (!found) return null;
  const free = startingAt(problem, found).starts.filter(({ fixed }) => !fixed);
  const start = Object.fromEntries(free.map(({ name, value }) => [name, value]));
  const better = await walk({ ...way, onStep: undefined }, start);
  if (!isLower(lossOf(way, better), lossOf(way, walked))) return null;
  const how = `started from ${said(start)} instead, where a search led`;
  return { walked: better, start, how, starts: startsOf(found) };
}

function startingAt(problem: Problem, { minima }: Found): Problem {
  const { values } = minima[0]!;
  const moved = problem.starts.map((start) => movedTo(start, values.get(start.name)));
  const all = withTies(problem.ties, Object.fromEntries(moved.map(({ name, value }) => [name, value])));
  return { ...problem, starts: moved.map((start) => ({ ...start, value: all[start.name]! })) };
}

function movedTo(start: Start, value: number | undefined): Start {
  if (start.fixed || value === undefined) return start;
  const moved = tensor(value, { dtype: start.value.dtype }).item();
  if (!Number.isFinite(moved)) return start;
  const within = Math.min(Math.max(moved, start.min), start.max);
  return { ...start, value: tensor(within, { dtype: start.value.dtype }) };
}

function startsOf({ minima, tried, polished, seconds, seed }: Found): Starts {
  return { tried, polished, agreed: minima[0]!.count, seconds, seed };
}

/** A minimum that fits this many times worse is not worth a word. */
const worthAWord = 2;

/** A sentence on the other minima that are nearly as low; null where there are none. */
function othersIn({ minima }: Found): string | null {
  const [best, ...rest] = minima as [Minimum, ...Minimum[]];
  const near = rest.filter(({ squares }) => squares <= worthAWord * best.squares);
  const [next] = near;
  if (!next) return null;
  const place = [...next.values].map(([name, value]) => `${name}=${Number(value.toPrecision(4))}`).join(", ");
  const times = Number((next.squares / best.squares).toPrecision(4));
  return `the search found ${near.length === 1 ? "another minimum" : `${near.length} other minima`}, the next best at ${place}, with ${times} times the residual sum of squares`;
}

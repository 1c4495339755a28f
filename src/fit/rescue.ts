/**
 * When a solver's answer is doubtful: the walk so far goes in; a better one, by another solver or from another start, comes
 * out with a word on how it was found, if there is one.
 */
import { idle } from "../optim/levenberg.ts";
import { independence } from "../optim/normal.ts";
import { length, triangularize } from "../optim/qr.ts";
import { tensor } from "../tensor/make.ts";
import type { Generator } from "../tensor/random.ts";
import type { Method } from "./method.ts";
import { type Named, roundings } from "./model.ts";
import { normalAt } from "./normal.ts";
import { lossOver, type Problem, weightOf } from "./problem.ts";
import { outcomes, type Starts } from "./result.ts";
import { many } from "./solvers.ts";
import { doubles, jacobianOf, pack, residualsOf } from "./squares.ts";
import type { Start } from "./start.ts";
import { spread } from "./statistics.ts";
import { type Walk, type Walked, walk } from "./walk.ts";

/** A better answer, and what led to it. */
export interface Rescued {
  readonly walked: Walked;
  /** Where its last stretch began. */
  readonly start: Named;
  /** What was done otherwise, in words. */
  readonly how: string;
  /** The search that found the start, if one did. */
  readonly starts?: Starts;
}

/** What a rescue has at hand. */
export interface Trouble {
  readonly way: Walk;
  readonly walked: Walked;
  readonly start: Named;
  /** A solver of another kind, whose ways are not those of the first. */
  readonly other: Method;
}

/**
 * Tries other ways down, from the start and from elsewhere; null where none leads clearly lower, or as low and to a better end.
 * After so many steps as take a few seconds, what was found by then has to do: steps are counted, and not time, so that the same
 * data give the same answer on any machine.
 */
export async function rescue(trouble: Trouble): Promise<Rescued | null> {
  const { way, walked } = trouble;
  let best: Rescued = { walked, start: trouble.start, how: "" };
  let [agreed, steps] = [0, 0];
  for await (const tried of attempts(trouble)) {
    const [loss, least] = [lossOf(way, tried.walked), lossOf(way, best.walked)];
    steps += tried.walked.steps;
    const isGood = !isDoubtful(way, tried.walked);
    if (isLower(loss, least)) [best, agreed] = [tried, isGood ? 1 : 0];
    else if (!isLower(least, loss)) {
      agreed++;
      if (isGood && isDoubtful(way, best.walked)) best = tried;
    }
    if (agreed >= enough || way.signal?.aborted || steps > mostSteps) break;
  }
  return best.walked === walked ? null : { ...best, walked: await finished(way, best) };
}

const mostSteps = 3000;

/** So many ways that lead to the same place have found what there is. */
const enough = 4;

/** The whole walk from where a short one proved worth it. */
function finished(way: Walk, { start }: Rescued): Promise<Walked> {
  return walk({ ...way, onStep: undefined }, start);
}

/** Whether a loss is lower by more than rounding. */
export function isLower(loss: number, than: number): boolean {
  return loss < than * (1 - 1e-6) || !Number.isFinite(than);
}

export function lossOf({ problem, fixed }: Walk, { params }: Walked): number {
  const loss = lossOver(problem, problem.training, { ...params, ...fixed }).item();
  return Number.isFinite(loss) ? loss : Number.POSITIVE_INFINITY;
}

/** A few ways that lead down, one after the other. */
async function* attempts({ way, start, other }: Trouble): AsyncGenerator<Rescued> {
  const down = (from: Named): Promise<Walked> => walk(short(way), from);
  const detour = await walk({ ...short(way), method: other }, start);
  yield {
    walked: await down(detour.params),
    start: detour.params,
    how: `went on from where ${other.name} led`,
  };
  const free = way.problem.starts.filter(({ fixed }) => !fixed);
  for (let i = 0; i < countFor(way.problem); i++) {
    const elsewhere = placeNear(free, i, way.generator);
    yield { walked: await down(elsewhere), start: elsewhere, how: `started from ${said(elsewhere)}` };
  }
}

/** The numbers of a place; of tensors, none. */
export function said(params: Named): string {
  const numbers = Object.entries(params).filter(([, t]) => t.size === 1);
  if (numbers.length < Object.keys(params).length) return "elsewhere";
  return numbers.map(([name, t]) => `${name}=${Number(t.item().toPrecision(3))}`).join(", ");
}

function short(way: Walk): Walk {
  const { plan } = way;
  return { ...way, onStep: undefined, plan: { ...plan, steps: Math.min(plan.steps, 200), isAsked: false } };
}

/** Fewer the more rows there are: each start costs some hundred looks at them. */
function countFor({ training }: Problem): number {
  return Math.max(2, Math.min(60, Math.floor(2e5 / training.count)));
}

/**
 * A start with each parameter between a thousandth and ten times what was said, at times with the other sign; every other time of
 * a size that owes nothing to what was said. Within two bounds anything is as likely.
 */
function placeNear(free: readonly Start[], attempt: number, generator: Generator): Named {
  return Object.fromEntries(
    free.map((start) => [
      start.name,
      tensor(
        Float64Array.from(start.value.realize(), (x) => elementNear(x, start, attempt, generator)),
        { dtype: start.value.dtype, shape: start.value.shape },
      ),
    ]),
  );
}

function elementNear(x: number, { min, max }: Start, attempt: number, generator: Generator): number {
  const [u, v] = generator.uniform(new Float64Array(2)) as unknown as [number, number];
  if (Number.isFinite(max - min)) return min + u * (max - min);
  const size = attempt % 2 === 0 ? Math.abs(x || 1) * 10 ** (4 * u - 3) : 10 ** (4 * u - 2);
  const sign = (v < 0.75 ? 1 : -1) * (x < 0 && attempt % 2 === 0 ? -1 : 1);
  return Math.min(Math.max(sign * size, min), max);
}

/** Whether an answer looks like none: the walk got nowhere, or some change of the parameters changes no prediction there. */
export function isDoubtful(way: Walk, { kind, params, first, last }: Walked): boolean {
  const isVanishing = Number.isFinite(first) && last.loss <= vanishing * first;
  if (kind === "aborted" || isVanishing) return false;
  return !outcomes[kind] || isDegenerate(way, params);
}

/** Whether an answer is no better than the mean of the targets. */
export function isPoor(way: Walk, walked: Walked): boolean {
  const rows = way.problem.training;
  const variance = spread(doubles(rows.targets), rows.weights && doubles(rows.weights)) / weightOf(rows);
  return variance > 0 && lossOf(way, walked) >= variance;
}

/** What is left of the loss where it is on its way to 0, however slowly. */
const vanishing = 1e-24;

/** The least part of a column that is not in those before it, and the same of sums of squares. */
const least = 1e-11;
const leastOfSums = 1e-14;

function isDegenerate({ problem, fixed }: Walk, params: Named): boolean {
  const rows = problem.training;
  if (rows.count >= many) return independence(normalAt(problem, rows, params, fixed)) < leastOfSums;
  const columns = jacobianOf(problem, rows, params, fixed);
  const size = length(doubles(residualsOf(problem, rows, { ...params, ...fixed })));
  if (idle(pack(params), columns, size, roundings[problem.dtype]).includes(true)) return true;
  const unit = columns.map((column) => unitOf(column));
  const triangle = triangularize(unit, new Float64Array(rows.count));
  return triangle.columns.some((column, j) => !(Math.abs(column[j]!) >= least));
}

function unitOf(column: Float64Array): Float64Array {
  const size = length(column) || 1;
  return column.map((x) => x / size);
}

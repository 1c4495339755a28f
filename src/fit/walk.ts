/**
 * Step 6, repeat: the one loop in the library. A problem, a method and a plan go in; where the walk ended, and why, comes out.
 */
import { batches, shuffle } from "../data/split.ts";
import { indices } from "../data/table.ts";
import type { Generator } from "../tensor/random.ts";
import { History } from "./history.ts";
import type { Method, Taken } from "./methods.ts";
import type { FitOptions } from "./options.ts";
import { lossOver, type Named, type Problem, type Rows, takeRows } from "./problem.ts";
import type { HistoryEntry, OutcomeKind } from "./result.ts";
import { begin, observe, type Progress, reasonToStop, resolveStop, type Stop } from "./stopping.ts";

/** How far the walk may go. */
export interface Plan {
  readonly steps: number;
  /** Whether somebody asked for that many. */
  readonly isAsked: boolean;
  readonly batchSize: number;
  /** Steps in an epoch. */
  readonly perEpoch: number;
  readonly stop: Stop;
}

/** The plan that the options ask for. Errors: steps, epochs or batchSize that are no whole numbers. */
export function planOf(
  problem: Problem,
  method: Method,
  { steps, epochs, batchSize, stop }: FitOptions,
): Plan {
  checkWhole({ steps, epochs }, 0);
  checkWhole({ batchSize }, 1);
  const { count } = problem.training;
  const size = Math.min(batchSize ?? count, count);
  const perEpoch = Math.ceil(count / size);
  const asked = Math.min(steps ?? Number.POSITIVE_INFINITY, (epochs ?? Number.POSITIVE_INFINITY) * perEpoch);
  const isAsked = Number.isFinite(asked);
  return {
    steps: isAsked ? asked : method.budget,
    isAsked,
    batchSize: size,
    perEpoch,
    stop: resolveStop(stop, problem.validation !== null),
  };
}

function checkWhole(counts: Record<string, number | undefined>, least: number): void {
  for (const [name, value] of Object.entries(counts))
    if (value !== undefined && !(Number.isInteger(value) && value >= least))
      throw new RangeError(`${name} expects a whole number from ${least}, got ${value}`);
}

/** What the walk goes over and by. */
export interface Walk {
  readonly problem: Problem;
  readonly fixed: Named;
  readonly method: Method;
  readonly plan: Plan;
  readonly generator: Generator;
  readonly signal: AbortSignal | undefined;
  readonly onStep: FitOptions["onStep"];
}

/** Where the walk ended. */
export interface Walked {
  readonly kind: OutcomeKind;
  /** The parameters that are the answer. */
  readonly params: Named;
  readonly steps: number;
  readonly first: number;
  /** The loss where the walk went last, which need not be that of `params`. */
  readonly last: number;
  readonly history: readonly HistoryEntry[];
}

/** Walks from `start` until there is a reason to stop. */
export async function walk(w: Walk, start: Named): Promise<Walked> {
  const { plan, method } = w;
  const rowsAt = supply(w);
  const pause = breather();
  const history = new History();
  let at: Position = {
    params: start,
    state: undefined,
    progress: begin(start),
    losses: [],
    first: Number.NaN,
  };
  for (let step = 0; ; step++) {
    const early = w.signal?.aborted
      ? "aborted"
      : step >= plan.steps
        ? plan.isAsked
          ? "steps"
          : "exhausted"
        : null;
    if (early) return end(w, at, early, step, history);
    const taken = method.step(at.params, at.state, rowsAt(step), step);
    const entry = entryOf(w, at.params, taken, step);
    history.add(entry);
    at = seen(w, at, entry);
    const reason = reasonAt(w, at, entry, taken);
    if (reason) return end(w, at, reason, step, history);
    at = { ...at, params: taken.params, state: taken.state };
    if (taken.converged && plan.stop.isOn) return end(w, at, "converged", step + 1, history);
    await pause();
  }
}

/** What the walk carries from step to step. */
interface Position {
  readonly params: Named;
  readonly state: unknown;
  readonly progress: Progress;
  /** The losses of the epoch's batches so far. */
  readonly losses: readonly number[];
  readonly first: number;
}

/** The rows of each step: all of them, or the batches of a shuffle that each epoch makes anew. */
function supply({ problem: { training }, plan, generator }: Walk): (step: number) => Rows {
  if (plan.perEpoch === 1) return () => training;
  const all = indices(training.count);
  let epoch: Int32Array[] = [];
  return (step) => {
    const place = step % plan.perEpoch;
    if (place === 0)
      epoch = batches(
        shuffle(all, (n) => generator.permutation(n)),
        plan.batchSize,
      );
    return takeRows(training, epoch[place]!);
  };
}

function entryOf(w: Walk, params: Named, { loss }: Taken, step: number): HistoryEntry {
  return {
    step,
    epoch: Math.floor(step / w.plan.perEpoch),
    loss,
    validationLoss: step % w.plan.perEpoch === 0 ? validationLoss(w, params) : null,
    learningRate: w.method.rateAt(step),
  };
}

function validationLoss({ problem, fixed }: Walk, params: Named): number | null {
  return problem.validation && lossOver(problem, problem.validation, { ...params, ...fixed }).item();
}

/** Takes a step's loss into account; once an epoch, the parameters compete for the best. */
function seen({ plan }: Walk, at: Position, { step, loss, validationLoss }: HistoryEntry): Position {
  const first = step === 0 ? loss : at.first;
  if (step % plan.perEpoch !== 0) return { ...at, losses: [...at.losses, loss] };
  const score = validationLoss ?? (at.losses.length > 0 && plan.perEpoch > 1 ? meanOf(at.losses) : loss);
  return {
    ...at,
    first,
    losses: [loss],
    progress: observe(at.progress, at.params, score, plan.stop.minDelta),
  };
}

function meanOf(losses: readonly number[]): number {
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

/** Why to stop at a step, if at all, before its result is taken. */
function reasonAt(w: Walk, at: Position, entry: HistoryEntry, taken: Taken): OutcomeKind | null {
  if (!Number.isFinite(entry.loss)) return entry.step === 0 ? "invalid" : "diverged";
  if (w.onStep?.({ ...entry, params: numbersOf(at.params) }) === false) return "aborted";
  if (!areFinite(taken.params)) return "diverged";
  const isEpoch = entry.step % w.plan.perEpoch === 0;
  return isEpoch && w.plan.stop.isOn ? reasonToStop(at.progress, w.plan.stop.patience) : null;
}

function numbersOf(params: Named): Record<string, number> {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, t]) => (t.size === 1 ? [[name, t.item()]] : [])),
  );
}

function areFinite(params: Named): boolean {
  return Object.values(params).every((t) => t.realize().every(Number.isFinite));
}

/** The answer of a walk: the last parameters, or the best where those are not good. */
function end(w: Walk, at: Position, kind: OutcomeKind, steps: number, history: History): Walked {
  const last = lossOver(w.problem, w.problem.training, { ...at.params, ...w.fixed }).item();
  const first = Number.isNaN(at.first) ? last : at.first;
  const final = hasRunAway(kind, last, at.progress.best.score) ? "diverged" : kind;
  const entry = { step: steps, epoch: Math.ceil(steps / w.plan.perEpoch), loss: last, learningRate: null };
  if (Number.isFinite(last)) history.add({ ...entry, validationLoss: validationLoss(w, at.params) });
  return { kind: final, params: answer(w, at, final, last), steps, first, last, history: history.entries() };
}

/** Whether the last loss is none, or far above the best: more than a batch's chance can be. */
function hasRunAway(kind: OutcomeKind, last: number, best: number): boolean {
  return (
    kind !== "invalid" && (!Number.isFinite(last) || (kind === "steps" && last > 1e3 * best && best > 0))
  );
}

function answer(w: Walk, { params, progress }: Position, kind: OutcomeKind, last: number): Named {
  const { best } = progress;
  if (kind === "diverged" || kind === "patience") return best.params;
  if (w.problem.validation) return (validationLoss(w, params) ?? 0) <= best.score ? params : best.params;
  return (kind === "aborted" || kind === "exhausted") && best.score < last ? best.params : params;
}

/** Lets timers and events have their turn every 25 ms. */
function breather(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < 25) return undefined;
    return new Promise((resolve) => {
      setTimeout(() => {
        last = performance.now();
        resolve();
      });
    });
  };
}

/**
 * Step 6, repeat: the one loop in the library. A problem, a method and a plan go in; where the walk ended, and why, comes out.
 */
import { batches, shuffle } from "../data/split.ts";
import { indices } from "../data/table.ts";
import type { Generator } from "../tensor/random.ts";
import { History } from "./history.ts";
import type { Method, Taken } from "./method.ts";
import type { Named } from "./model.ts";
import type { FitOptions } from "./options.ts";
import type { Plan } from "./plan.ts";
import { type Batch, lossOver, type Problem, takeRows } from "./problem.ts";
import type { HistoryEntry, OutcomeKind } from "./result.ts";
import { begin, observe, type Progress, reasonToStop } from "./stopping.ts";

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
  /** Where the walk went last, which may be worse, or nowhere. */
  readonly last: { readonly params: Named; readonly loss: number };
  /** The loss at the start. */
  readonly first: number;
  readonly steps: number;
  readonly history: readonly HistoryEntry[];
}

/** Walks from `start` until there is a reason to stop. */
export async function walk(w: Walk, start: Named): Promise<Walked> {
  const rowsAt = supply(w);
  const pause = breather();
  const history = new History();
  const first = lossAt(w, start);
  let at: Position = {
    step: 0,
    params: start,
    state: undefined,
    progress: begin(start),
    losses: none,
    first,
  };
  if (!isValid(w, at)) return end(w, at, "invalid", history);
  for (;;) {
    const over = reasonBefore(w, at);
    if (over) return end(w, at, over, history);
    const taken = w.method.step(at.params, at.state, rowsAt(at.step), at.step);
    if (!Number.isFinite(taken.loss)) return end(w, at, "diverged", history);
    const entry = entryOf(w, at, taken.loss);
    history.add(entry);
    at = seen(w, at, entry);
    const reason = reasonAt(w, at, entry, taken);
    if (reason) return end(w, at, reason, history);
    at = { ...at, step: at.step + 1, params: taken.params, state: taken.state };
    if (!areFinite(taken.params)) return end(w, at, "diverged", history);
    await pause();
  }
}

/** What the walk carries from step to step. */
interface Position {
  readonly step: number;
  readonly params: Named;
  readonly state: unknown;
  readonly progress: Progress;
  /** The losses of the epoch's batches so far. */
  readonly losses: Losses;
  readonly first: number;
}

interface Losses {
  readonly sum: number;
  readonly count: number;
}

const none: Losses = { sum: 0, count: 0 };

/** The loss over all training rows. */
function lossAt({ problem, fixed }: Walk, params: Named): number {
  return lossOver(problem, problem.training, { ...params, ...fixed }).item();
}

function validationLossAt({ problem, fixed }: Walk, params: Named): number | null {
  return problem.validation && lossOver(problem, problem.validation, { ...params, ...fixed }).item();
}

/** Whether there is a loss to begin with. */
function isValid(w: Walk, { params, first }: Position): boolean {
  return Number.isFinite(first) && Number.isFinite(validationLossAt(w, params) ?? 0);
}

/** The rows of each step: all of them, or the batches of a shuffle that each epoch makes anew. */
function supply({ problem: { training }, plan, generator }: Walk): (step: number) => Batch {
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

/** Why to stop before a step, if at all. */
function reasonBefore({ signal, plan }: Walk, { step }: Position): OutcomeKind | null {
  if (signal?.aborted) return "aborted";
  if (step < plan.steps) return null;
  return plan.isAsked ? "steps" : "exhausted";
}

function isEpoch({ plan }: Walk, step: number): boolean {
  return step % plan.perEpoch === 0;
}

function entryOf(w: Walk, { step, params }: Position, loss: number): HistoryEntry {
  return {
    step,
    epoch: Math.floor(step / w.plan.perEpoch),
    loss,
    validationLoss: isEpoch(w, step) ? validationLossAt(w, params) : null,
    learningRate: w.method.rateAt(step),
  };
}

/** Takes a step's loss into account; once an epoch, the parameters compete for the best. */
function seen(w: Walk, at: Position, { step, loss, validationLoss }: HistoryEntry): Position {
  const { sum, count } = isEpoch(w, step) ? none : at.losses;
  const losses = { sum: sum + loss, count: count + 1 };
  if (!isEpoch(w, step)) return { ...at, losses };
  const isBatched = w.plan.perEpoch > 1 && step > 0;
  const score = validationLoss ?? (isBatched ? at.losses.sum / at.losses.count : loss);
  return { ...at, losses, progress: observe(at.progress, at.params, finite(score), w.plan.stop) };
}

/** Why to stop at a step, if at all, before its result is taken. */
function reasonAt(w: Walk, at: Position, entry: HistoryEntry, taken: Taken): OutcomeKind | null {
  if (w.onStep?.({ ...entry, params: numbersOf(at.params) }) === false) return "aborted";
  if (!w.plan.stop.isOn) return null;
  if (taken.end || !isEpoch(w, at.step)) return taken.end;
  const reason = reasonToStop(at.progress, w.plan.stop.patience);
  return reason === "still" ? kindOfStill(w, at) : reason;
}

/** What standing still means: a minimum, or steps too short, which those that somebody asked for may be. */
function kindOfStill({ method, plan }: Walk, { params }: Position): OutcomeKind | null {
  if (!method.isLeast) return null;
  if (method.isLeast(params)) return "converged";
  return plan.isAsked ? null : "stalled";
}

function numbersOf(params: Named): Record<string, number> {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, t]) => (t.size === 1 ? [[name, t.item()]] : [])),
  );
}

function areFinite(params: Named): boolean {
  return Object.values(params).every((t) => t.realize().every(Number.isFinite));
}

/** The answer of a walk, with the last line of its history. */
function end(w: Walk, at: Position, kind: OutcomeKind, history: History): Walked {
  const { step, params, first } = at;
  const loss = lossAt(w, params);
  if (Number.isFinite(loss) && history.lastStep !== step)
    history.add({ ...entryOf(w, at, loss), learningRate: null, validationLoss: validationLossAt(w, params) });
  const final = hasRunAway(kind, first, loss) ? "diverged" : kind;
  const last = { params, loss };
  return { kind: final, params: answer(w, at, final), last, first, steps: step, history: history.entries() };
}

/** Whether a walk that ended by count went up: to no number, or clearly above the start. */
function hasRunAway(kind: OutcomeKind, first: number, last: number): boolean {
  return (kind === "steps" || kind === "exhausted") && !(last - first <= 0.1 * Math.abs(first));
}

/** The last parameters of a walk that got where it was to go, else the better of the last and the best. With validation, always the better there. */
function answer(w: Walk, { params, progress: { best } }: Position, kind: OutcomeKind): Named {
  const isGood = kind === "steps" || kind === "converged" || kind === "invalid";
  if (isGood && !w.problem.validation) return params;
  return scoreAt(w, params) <= scoreAt(w, best.params) ? params : best.params;
}

/** The loss by which parameters are judged: that of validation, where there is one. */
function scoreAt(w: Walk, params: Named): number {
  const loss = lossAt(w, params);
  return areFinite(params) && Number.isFinite(loss)
    ? finite(validationLossAt(w, params) ?? loss)
    : Number.POSITIVE_INFINITY;
}

/** A loss to be compared: none that is not finite, be it minus infinity, is a good one. */
function finite(loss: number): number {
  return Number.isFinite(loss) ? loss : Number.POSITIVE_INFINITY;
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

/**
 * Step 6, repeat: the one loop in the library. A problem, a method and a plan go in; where the walk ended, and why, comes out.
 */
import { History, type Line } from "./history.ts";
import { areFinite, type Step, stepsFrom, validationLossAt, type Way } from "./legs.ts";
import type { Place } from "./method.ts";
import type { Named } from "./model.ts";
import type { FitOptions } from "./options.ts";
import { lossOver } from "./problem.ts";
import type { HistoryEntry, OutcomeKind } from "./result.ts";
import { begin, observe, type Progress, reasonToStop } from "./stopping.ts";

/** The way to walk, and who may stop it. */
export interface Walk extends Way {
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
  const take = stepsFrom(start, w, w.onStep !== undefined);
  const pause = breather();
  let at: Place = { steps: 0, params: start };
  const seen: Seen = { first: lossAt(w, start), history: new History(), progress: begin(at), sum: 0 };
  if (!isValid(w, at, seen)) return end(w, at, "invalid", seen);
  for (;;) {
    const over = reasonBefore(w, at);
    if (over) return end(w, at, over, seen);
    const step = take(at.steps);
    if (!Number.isFinite(step.loss)) return end(w, at, "diverged", seen);
    look(w, at, step, seen);
    const reason = reasonAt(w, at, step, seen);
    if (reason) return end(w, at, reason, seen);
    at = step;
    if (!step.isLast) continue;
    if (!areFinite(at.params)) return end(w, at, "diverged", seen);
    await pause();
  }
}

/** What a walk has seen so far. Written in place. */
interface Seen {
  /** The loss at the start. */
  readonly first: number;
  readonly history: History;
  progress: Progress;
  /** The sum of the losses of the epoch's batches so far. */
  sum: number;
}

/** The loss over all training rows. */
function lossAt({ problem, fixed }: Walk, params: Named): number {
  return lossOver(problem, problem.training, { ...params, ...fixed }).item();
}

/** Whether there is a loss to begin with. */
function isValid(w: Walk, start: Place, { first }: Seen): boolean {
  return Number.isFinite(first) && Number.isFinite(validationLossAt(w, start.params) ?? 0);
}

/** Why to stop before a step, if at all. */
function reasonBefore({ signal, plan }: Walk, { steps }: Place): OutcomeKind | null {
  if (signal?.aborted) return "aborted";
  if (steps < plan.steps) return null;
  return plan.isAsked ? "steps" : "exhausted";
}

function isEpoch({ plan }: Walk, step: number): boolean {
  return step % plan.perEpoch === 0;
}

/** Takes a step's loss into account; once an epoch, the place it was taken from competes for the best. */
function look(w: Walk, at: Place, step: Step, seen: Seen): void {
  const { perEpoch, stop } = w.plan;
  seen.history.add(step);
  if (isEpoch(w, at.steps)) {
    const isBatched = perEpoch > 1 && at.steps > 0;
    const score = step.validationLoss ?? (isBatched ? seen.sum / perEpoch : step.loss);
    seen.progress = observe(seen.progress, at, finite(score), stop);
    seen.sum = 0;
  }
  seen.sum += step.loss;
}

/** Why to stop at a step, if at all, before its result is taken. */
function reasonAt(w: Walk, at: Place, step: Step, { progress }: Seen): OutcomeKind | null {
  if (w.onStep?.({ ...step.entry(), params: numbersOf(at.params) }) === false) return "aborted";
  if (!w.plan.stop.isOn) return null;
  if (step.end || !isEpoch(w, at.steps)) return step.end;
  const reason = reasonToStop(progress, w.plan.stop.patience);
  return reason === "still" ? kindOfStill(w, at) : reason;
}

/** What standing still means: a minimum, or steps too short, which those that somebody asked for may be. */
function kindOfStill({ method, plan }: Walk, at: Place): OutcomeKind | null {
  if (!method.isLeast) return null;
  if (method.isLeast(at.params)) return "converged";
  return plan.isAsked ? null : "stalled";
}

function numbersOf(params: Named): Record<string, number> {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, t]) => (t.size === 1 ? [[name, t.item()]] : [])),
  );
}

/** The answer of a walk, with the last line of its history. */
function end(w: Walk, { steps, params }: Place, kind: OutcomeKind, seen: Seen): Walked {
  const { first, history, progress } = seen;
  const at = { steps, params };
  const loss = lossAt(w, params);
  if (Number.isFinite(loss) && history.lastStep !== steps) history.add(lastLine(w, at, loss));
  const final = hasRunAway(kind, first, loss) ? "diverged" : kind;
  const found = answer(w, at, progress.best.place, final);
  return { kind: final, params: found, last: { params, loss }, first, steps, history: history.entries() };
}

/** The line of a place that no step was taken from. */
function lastLine(w: Walk, at: Place, loss: number): Line {
  const { steps: step } = at;
  const epoch = Math.floor(step / w.plan.perEpoch);
  const validationLoss = validationLossAt(w, at.params);
  return { number: step, entry: () => ({ step, epoch, loss, validationLoss, learningRate: null }) };
}

/** Whether a walk that ended by count went up: to no number, or clearly above the start. */
function hasRunAway(kind: OutcomeKind, first: number, last: number): boolean {
  return (kind === "steps" || kind === "exhausted") && !(last - first <= 0.1 * Math.abs(first));
}

/** The last parameters of a walk that got where it was to go, else the better of the last and the best. With validation, always the better there. */
function answer(w: Walk, at: Place, best: Place, kind: OutcomeKind): Named {
  const isGood = kind === "steps" || kind === "converged" || kind === "invalid";
  if (isGood && !w.problem.validation) return at.params;
  return scoreAt(w, at) <= scoreAt(w, best) ? at.params : best.params;
}

/** The loss by which parameters are judged: that of validation, where there is one. */
function scoreAt(w: Walk, { params }: Place): number {
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

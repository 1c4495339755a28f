/**
 * Step 6, repeat: the one loop in the library. A problem, a method and a plan go in; where the walk ended, and why, comes out.
 */
import { History, type Line } from "./history.ts";
import { areFinite, type Standing, type Step, Steps, validationLossAt, type Way } from "./legs.ts";
import type { Place } from "./method.ts";
import type { Named } from "./model.ts";
import type { FitOptions } from "./options.ts";
import { lossOver } from "./problem.ts";
import type { HistoryEntry, OutcomeKind } from "./result.ts";
import { begin, observe, type Progress, reasonToStop } from "./stopping.ts";
import { breather } from "./turns.ts";

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
  const walker = new Walker(w, startingAt(start));
  const pause = breather();
  for (;;) {
    const reason = walker.advance();
    if (reason) return walker.end(reason);
    if (walker.isBetweenLegs) await pause();
  }
}

/** Where a walk is, and all that it takes to go on from there to the same bits. */
export interface Mark {
  readonly standing: Standing;
  readonly progress: Progress;
  /** The sum of the losses of the epoch's batches so far. */
  readonly sum: number;
}

/** The mark of a walk that begins. */
export function startingAt(params: Named): Mark {
  const standing = { steps: 0, params, state: undefined, order: null };
  return { standing, progress: begin(standing), sum: 0 };
}

/** A walk under way: it takes one step after the other, for as long as somebody asks. */
export class Walker {
  readonly #w: Walk;
  readonly #steps: Steps;
  readonly #history = new History();
  /** The loss at the start. */
  readonly #first: number;
  readonly #isValid: boolean;
  #at: Place;
  /** The step looked at last; null at the start. */
  #step: Step | null = null;
  #progress: Progress;
  #sum: number;

  /** `longest` says how many steps may be taken in one go from a step on, `first` what the loss was at the start. */
  constructor(w: Walk, from: Mark, longest: (step: number) => number = longestFor(w), first?: number) {
    const { standing, progress, sum } = from;
    this.#w = w;
    this.#at = standing;
    this.#steps = new Steps(w, standing, longest);
    this.#progress = progress;
    this.#sum = sum;
    this.#first = first ?? lossAt(w, standing.params);
    this.#isValid = standing.steps > 0 || isValid(w, standing, this.#first);
  }

  get at(): Place {
    return this.#at;
  }
  get step(): Step | null {
    return this.#step;
  }
  get first(): number {
    return this.#first;
  }

  /** Whether the next step has yet to be taken: parameters are at hand, and others may have their turn. */
  get isBetweenLegs(): boolean {
    return this.#step?.isLast ?? true;
  }

  /** All that it takes to go on from here. */
  mark(): Mark {
    return { standing: this.#steps.standingAt(this.#at.steps), progress: this.#progress, sum: this.#sum };
  }

  /** Takes a step; or says why not, or why it leads no further. */
  advance(): OutcomeKind | null {
    if (!this.#isValid) return "invalid";
    const over = reasonBefore(this.#w, this.#at);
    if (over) return over;
    const step = this.#steps.take(this.#at.steps);
    if (!Number.isFinite(step.loss)) return "diverged";
    this.#look(step);
    const reason = reasonAt(this.#w, this.#at, step, this.#progress);
    if (reason) return reason;
    this.#at = step;
    return step.isLast && !areFinite(step.params) ? "diverged" : null;
  }

  /** Takes a step's loss into account; once an epoch, the place it was taken from competes for the best. */
  #look(step: Step): void {
    const { perEpoch, stop } = this.#w.plan;
    this.#step = step;
    this.#history.add(step);
    if (isEpoch(this.#w, this.#at.steps)) {
      const isBatched = perEpoch > 1 && this.#at.steps > 0;
      const score = step.validationLoss ?? (isBatched ? this.#sum / perEpoch : step.loss);
      this.#progress = observe(this.#progress, this.#at, finite(score), stop);
      this.#sum = 0;
    }
    this.#sum += step.loss;
  }

  /** The answer, where the walk ends here for a reason, with the last line of its history. */
  end(kind: OutcomeKind): Walked {
    const [w, at, history, first] = [this.#w, this.#at, this.#history, this.#first];
    const { steps, params } = at;
    const loss = lossAt(w, params);
    if (Number.isFinite(loss) && history.lastStep !== steps) history.add(lastLine(w, at, loss));
    const final = hasRunAway(kind, first, loss) ? "diverged" : kind;
    const found = answer(w, at, this.#progress.best.place, final);
    return { kind: final, params: found, last: { params, loss }, first, steps, history: history.entries() };
  }
}

/** Where somebody looks on, each step by itself. */
function longestFor({ onStep }: Walk): () => number {
  return () => (onStep === undefined ? Number.POSITIVE_INFINITY : 1);
}

/** The loss over all training rows. */
export function lossAt({ problem, fixed }: Way, params: Named): number {
  return lossOver(problem, problem.training, { ...params, ...fixed }).item();
}

/** Whether there is a loss to begin with. */
function isValid(w: Walk, { params }: Place, first: number): boolean {
  return Number.isFinite(first) && Number.isFinite(validationLossAt(w, params) ?? 0);
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

/** Why to stop at a step, if at all, before its result is taken. */
function reasonAt(w: Walk, at: Place, step: Step, progress: Progress): OutcomeKind | null {
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

/** The parameters that are single numbers. */
export function numbersOf(params: Named): Record<string, number> {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, t]) => (t.size === 1 ? [[name, t.item()]] : [])),
  );
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

/**
 * First-order optimizers that find their learning rate for themselves: the name of one goes in, a method comes out. It walks in
 * coordinates where the loss curves alike in all directions, by a rate that the curvature there allows; looks at all rows now and
 * then; goes back to the best place and on by a smaller rate where it got worse; and slows down where the noise of batches is all
 * that moves it.
 */

import type { Optimizer, OptimizerState, UpdateRule } from "../optim/optimizer.ts";
import { optimizers } from "../optim/optimizers.ts";
import { type Coordinates, scaled, stateIn } from "../optim/scaled.ts";
import { tensor } from "../tensor/make.ts";
import { Generator } from "../tensor/random.ts";
import { realize } from "../tensor/tensor.ts";
import { type Footing, gaussNewtonAt, hessianAt, type LinearMap, largestEigenvalue } from "./curvature.ts";
import { descent } from "./descent.ts";
import { areFinite } from "./legs.ts";
import { type Leg, type Method, rowsAStep, type Span } from "./method.ts";
import type { Named } from "./model.ts";
import type { FitOptions } from "./options.ts";
import { type Batch, type Problem, takeRows } from "./problem.ts";
import { coordinatesOf, few, newtonLength, type Scaling, scalingAt } from "./scaling.ts";
import { slopesOver } from "./slopes.ts";
import { bounds, pack } from "./squares.ts";

/** How an optimizer goes about it. */
interface Habit {
  readonly make: (lr: (step: number) => number, isWhole: boolean) => Optimizer;
  /** The first rate, in parts of Newton's step from the start; null where the curvature says it. */
  readonly rate: number | null;
  /** How many steps over all rows show whether it gets anywhere. */
  readonly patience: number;
}

const adaptive = { patience: 16 } as const;

const habits = {
  sgd: {
    make: (lr, isWhole) => optimizers.sgd(isWhole ? { lr } : { lr, momentum: 0.9, nesterov: true }),
    rate: null,
    patience: 1,
  },
  adam: { make: (lr) => optimizers.adam({ lr }), rate: 0.2, ...adaptive },
  adamw: { make: (lr) => optimizers.adamw({ lr }), rate: 0.2, ...adaptive },
  rmsprop: { make: (lr) => optimizers.rmsprop({ lr }), rate: 0.1, ...adaptive },
  adagrad: { make: (lr) => optimizers.adagrad({ lr }), rate: 0.3, ...adaptive },
  adadelta: { make: (lr) => optimizers.adadelta({ lr }), rate: 10, ...adaptive },
  nadam: { make: (lr) => optimizers.nadam({ lr }), rate: 0.2, ...adaptive },
  radam: { make: (lr) => optimizers.radam({ lr }), rate: 0.2, ...adaptive },
  adamax: { make: (lr) => optimizers.adamax({ lr }), rate: 0.2, ...adaptive },
} as const satisfies Record<string, Habit>;

export type TunedName = keyof typeof habits;

/** What is remembered from step to step. */
interface Memory {
  readonly inner: OptimizerState;
  readonly scaling: Scaling;
  /** The loss where the coordinates were made, and what Newton's step promised there. */
  readonly made: Merit;
  readonly held: readonly boolean[];
  readonly rate: number;
  /** The largest rate that the curvature allows. */
  readonly most: number;
  /** The look since which the rate falls, and from where; null while it does not. */
  readonly falling: { readonly since: number; readonly from: number } | null;
  /** The least loss over all rows so far, and where. */
  readonly best: Look;
  readonly before: Merit;
  readonly looks: number;
  /** The step before which all rows are looked at next. */
  readonly next: number;
  readonly isDone: boolean;
}

/** The loss over all rows, and by how much Newton's step would lower it. */
interface Merit {
  readonly loss: number;
  readonly promise: number;
}

/** What a look at all rows tells. */
interface Look {
  readonly params: Named;
  readonly loss: number;
  readonly gradient: Float64Array;
  readonly held: readonly boolean[];
}

/** Where a walk is, and what it remembers there. */
interface Standing {
  readonly params: Named;
  readonly memory: Memory;
}

/** What stays the same all the way. */
interface Course {
  readonly problem: Problem;
  readonly fixed: Named;
  readonly habit: Habit;
  readonly own: Optimizer;
  readonly inner: Method;
  /** Rows in a batch, and how many steps there are between two looks at all rows. */
  readonly size: number;
  readonly pace: number;
  /** How many steps there are to take. */
  readonly last: number;
  readonly isBatched: boolean;
  readonly isWhole: boolean;
  readonly rates: Rates;
}

/** Promises of less, as a part of the loss, are not worth another look: of batches, and of all rows. */
const negligible = { batches: 1e-6, all: 1e-10 } as const;

/** How far to go, as far as somebody said. */
type Asked = Pick<FitOptions, "batchSize" | "steps" | "epochs">;

/** The optimizer of that name, over batches of some size or over all rows, by a rate of its own. */
export function tuned(problem: Problem, fixed: Named, name: TunedName, options: Asked): Method {
  const { training, starts } = problem;
  const habit: Habit = habits[name];
  const size = Math.min(options.batchSize ?? training.count, training.count);
  const perEpoch = Math.ceil(training.count / size);
  const isBatched = perEpoch > 1;
  const elements = starts.reduce((sum, s) => sum + (s.fixed ? 0 : s.value.size), 0);
  if (elements === 0) return descent(problem, fixed, optimizers[name]({ lr: 1 }));
  const isWhole = elements <= few;
  const rates = new Rates();
  const own = habit.make((step) => rates.at(step) ?? 0, isWhole) as Optimizer & { rule: UpdateRule };
  const inner = descent(problem, fixed, scaled(own));
  const pace = isBatched ? perEpoch : habit.patience;
  const budget = isBatched ? Math.max(1000, Math.min(200 * perEpoch, 20_000)) : 1000;
  const { steps = Number.POSITIVE_INFINITY, epochs = Number.POSITIVE_INFINITY } = options;
  const asked = Math.min(steps, epochs * perEpoch);
  const last = Number.isFinite(asked) ? asked : budget;
  const course: Course = { problem, fixed, habit, own, inner, size, pace, last, isBatched, isWhole, rates };
  return {
    ...inner,
    rateAt: (step) => rates.at(step),
    budget,
    run: (free, state, span) => along(course, free, state as Memory | undefined, span),
    chosen: habit.rate === null ? ofParabola : ofDistance,
  };
}

/** What the rates are measured in. */
const ofParabola =
  "at first, found from the curvature (1 leads to the bottom of the parabola that the loss looks like)";
const ofDistance =
  "at first (1 is the distance to the minimum that the curvature tells, shared among the parameters)";

/** Rates by step, kept where they change. Steps that are taken again say the same again. */
class Rates {
  readonly #steps: number[] = [];
  readonly #rates: number[] = [];

  set(step: number, rate: number): void {
    if (step <= (this.#steps.at(-1) ?? -1) || rate === this.#rates.at(-1)) return;
    this.#steps.push(step);
    this.#rates.push(rate);
  }

  /** Null before the first step. */
  at(step: number): number | null {
    let [low, high] = [0, this.#steps.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#steps[middle]! <= step) low = middle + 1;
      else high = middle;
    }
    return this.#rates[low - 1] ?? null;
  }
}

/** The step before which all rows are looked at next: each so many steps, and at the end. */
function nextLook({ pace, last }: Course, step: number): number {
  const next = (Math.floor(step / pace) + 1) * pace;
  return step < last ? Math.min(next, last) : next;
}

/** The steps of a span, cut where all rows are looked at. */
function along(course: Course, free: Named, state: Memory | undefined, span: Span): Leg {
  let at: Standing = { params: free, memory: state ?? begin(course, free, span.step) };
  const losses = new Float64Array(span.count);
  const judged = span.validation && new Float64Array(span.count);
  let [taken, end]: [number, Leg["end"]] = [0, null];
  while (taken < span.count) {
    const { params, memory } = at;
    if (memory.isDone) end ??= { at: taken, kind: "converged" };
    const count = Math.min(memory.next - span.step - taken, span.count - taken);
    const leg = course.inner.run!(params, memory.inner, partOf(span, taken, count));
    const lost = Array.prototype.findIndex.call(leg.losses, (loss) => !Number.isFinite(loss));
    const kept = lost < 0 || memory.rate < Number.MIN_VALUE * 1e10 ? count : lost;
    for (let i = 0; i < kept; i++) losses[taken + i] = leg.losses[i]!;
    for (let i = 0; judged && i < kept; i++) judged[taken + i] = leg.validationLosses![i]!;
    taken += kept;
    const step = span.step + taken;
    const gone: Standing = { params: leg.params, memory: { ...memory, inner: leg.state as OptimizerState } };
    const isLost = kept < count || !areFinite(leg.params);
    at = isLost ? backedOff(course, memory, step) : step === memory.next ? looked(course, gone, step) : gone;
  }
  return { losses, validationLosses: judged, end, params: at.params, state: at.memory };
}

/** So many steps of a span, from one on. */
function partOf(span: Span, from: number, count: number): Span {
  const size = rowsAStep(span);
  const rows = span.rows?.subarray(from * size, (from + count) * size) ?? null;
  return { ...span, step: span.step + from, count, rows };
}

function lookAt({ problem, fixed }: Course, params: Named): Look {
  const { loss, grads } = slopesOver(problem, fixed, problem.training)(params);
  realize([loss, ...Object.values(grads)]);
  const gradient = pack(grads);
  const values = pack(params);
  const [lower, upper] = [bounds(problem.starts, params, "min"), bounds(problem.starts, params, "max")];
  const held = Array.from(values, (x, i) => gradient[i] === 0 && (x <= lower[i]! || x >= upper[i]!));
  return { params, loss: loss.item(), gradient, held };
}

function begin(course: Course, free: Named, step: number): Memory {
  const best = lookAt(course, free);
  const looks = 0;
  return settled(course, { best, looks, falling: null, rate: Number.POSITIVE_INFINITY, before: null }, step);
}

/** What coordinates are made for. */
interface Unsettled extends Pick<Memory, "best" | "looks" | "falling" | "rate"> {
  readonly before: Merit | null;
}

/** Coordinates for the best place, where the walk goes on by a rate that the curvature there allows, and by none above `rate`. */
function settled(course: Course, from: Unsettled, step: number): Memory {
  const { problem, fixed, habit, own } = course;
  const { best } = from;
  const footing: Footing = { problem, fixed, free: best.params };
  const scaling = scalingAt(footing, best.held);
  const newton = newtonLength(scaling, best.gradient);
  const allowed = habit.rate !== null && course.isWhole ? 1 : mostIn(course, footing, scaling);
  const unit = habit.rate === null ? 1 : (sound(newton) * allowed) / Math.sqrt(best.gradient.length);
  const gain = habit.rate === null ? 1 : allowed / unit ** 2;
  const coordinates = coordinatesOf(scaling, best.params, unit, gain);
  const most = habit.rate ?? allowed;
  const rate = Math.min(
    from.rate,
    most,
    from.before || habit.rate ? most : firstIn(course, footing, scaling),
  );
  const made: Merit = { loss: best.loss, promise: newton ** 2 / 2 };
  course.rates.set(step, rate);
  return {
    ...from,
    inner: stateIn(own, coordinates),
    scaling,
    made,
    held: best.held,
    rate,
    most,
    before: from.before ?? made,
    next: nextLook(course, step),
    isDone: false,
  };
}

/** How many batches tell the curvature of all, and in how many rounds each. */
const asked = { batches: 4, rounds: 12 } as const;

/** The rate that the predictions' part of the curvature allows, over all rows or over some batches: they curve more. */
function mostIn({ problem, size, isBatched, isWhole }: Course, footing: Footing, scaling: Scaling): number {
  const { training } = problem;
  const over = (rows: Batch): number => sharpest(scaling, gaussNewtonAt(footing, rows));
  if (!isBatched) return isWhole ? 1 : 1 / sound(over(training));
  const order = new Generator(0).permutation(training.count);
  const batches = Math.min(asked.batches, Math.floor(order.length / size));
  const parts = Array.from({ length: batches }, (_, i) => order.subarray(i * size, (i + 1) * size));
  return 1 / sound(Math.max(...parts.map((numbers) => over(takeRows(training, tensor(numbers))))));
}

/** The rate that all of the curvature allows, as it is at the start. */
function firstIn({ problem }: Course, footing: Footing, scaling: Scaling): number {
  return 1 / sound(sharpest(scaling, hessianAt(footing, problem.training)));
}

/** The largest curvature in the coordinates, of a map that is a curvature in the parameters. */
function sharpest({ basis, isWhole, move, gradient }: Scaling, curvature: LinearMap): number {
  const elements = isWhole ? Math.sqrt(basis.length) : basis.length;
  return largestEigenvalue((v) => gradient(curvature(move(v))), elements, asked.rounds);
}

/** A size, or 1 where it is none. */
function sound(size: number): number {
  return size > 0 && Number.isFinite(1 / size) ? size : 1;
}

/** Back at the best place, by a smaller rate. */
function backedOff(course: Course, memory: Memory, step: number): Standing {
  const { best, made } = memory;
  const [rate, from] = [memory.rate / 4, { ...memory, falling: null }];
  const params = best.params;
  if (made.loss !== best.loss) return { params, memory: settled(course, { ...from, rate }, step) };
  course.rates.set(step, rate);
  const next = nextLook(course, step);
  const { basis, scale, gain } = memory.inner.slots as unknown as Coordinates;
  return { params, memory: { ...from, rate, inner: stateIn(course.own, { basis, scale, gain }), next } };
}

/** After a look at all rows: on from there, or back. */
function looked(course: Course, { params, memory }: Standing, step: number): Standing {
  const look = lookAt(course, params);
  const { best, scaling, before } = memory;
  const { habit, isBatched, last } = course;
  const isNoisy = isBatched && step !== last && !isFar(before);
  const limit = isNoisy ? best.loss + Math.abs(best.loss) : best.loss;
  if (!(look.loss <= limit)) return backedOff(course, memory, step);
  const promise = newtonLength(scaling, look.gradient) ** 2 / 2;
  const now: Merit = { loss: look.loss, promise };
  const looks = memory.looks + 1;
  const isBest = look.loss < best.loss;
  const next = { ...memory, best: isBest ? look : best, looks, before: now };
  const isDone =
    (isBatched || habit.rate !== null) &&
    promise <= negligible[isBatched ? "batches" : "all"] * Math.abs(look.loss);
  const falling = fallingAfter(course, memory, now, isBest, looks);
  const rate = rateAfter(course, memory, falling, isBest, looks);
  if (!isDone && isBest && isStale(course, memory, now, look))
    return { params, memory: settled(course, { ...next, falling, rate: habit.rate ?? rate }, step) };
  course.rates.set(step, rate);
  return { params, memory: { ...next, falling, rate, next: nextLook(course, step), isDone } };
}

/** Whether there is so much to win that it is not the noise of batches that hinders. */
function isFar({ loss, promise }: Merit): boolean {
  return promise > 0.1 * Math.abs(loss);
}

/** Whether the coordinates are of a place unlike this one: the loss is another, or does not fall as in them a parabola would. */
function isStale(
  { habit, isBatched, isWhole }: Course,
  { made, held, before }: Memory,
  now: Merit,
  look: Look,
): boolean {
  if (look.held.some((isHeld, i) => isHeld !== held[i])) return true;
  const isWell = isBatched || habit.rate !== null;
  const fell = made.loss - now.loss;
  if (fell > (isWell && !(isBatched && isWhole) ? 0.5 : 0.1) * Math.abs(made.loss)) return true;
  return !isWell && now.promise > before.promise / 2;
}

/** Whether the rate falls from now on, as it does where batches no longer bring the loss down: their noise is all that is left. */
function fallingAfter(
  { isBatched }: Course,
  { falling, before, rate, most }: Memory,
  now: Merit,
  isBest: boolean,
  looks: number,
): Memory["falling"] {
  if (!isBatched) return null;
  const fell = before.loss - now.loss;
  if (isFar(now)) return null;
  if (falling) return fell > 0.2 * Math.abs(before.loss) ? null : falling;
  const isFast = rate > most / 2;
  return looks > 1 && !(isFast ? fell > 0.05 * Math.abs(before.loss) : isBest)
    ? { since: looks, from: rate }
    : null;
}

/** What is left of a rate that falls, after each look. */
const slowdown = 0.93;

/**
 * Of batches the rate falls as one over the steps (Gower et al., SGD: General analysis and improved rates, 2019, theorem 3.2, for a
 * least curvature of 1), and faster where steps have a length of their own; over all rows it grows again as far as the curvature allows.
 */
function rateAfter(
  { habit, isBatched, pace }: Course,
  { rate, most }: Memory,
  falling: Memory["falling"],
  isBest: boolean,
  looks: number,
): number {
  if (!isBatched) return isBest ? Math.min(most, 2 * rate) : rate;
  if (!falling) return isBest ? Math.min(most, 2 * rate) : rate;
  if (habit.rate !== null) return falling.from * slowdown ** (looks - falling.since + 1);
  return falling.from / (1 + (falling.from * pace * (looks - falling.since + 1)) / 2);
}

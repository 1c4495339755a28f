/**
 * The steps of a walk, one by one, however they are taken: where nobody looks on, many in one go. The parameters between those
 * are not kept, and are found again when somebody asks for them.
 */
import { shuffle } from "../data/split.ts";
import { indices } from "../data/table.ts";
import type { Generator } from "../tensor/random.ts";
import type { Line } from "./history.ts";
import {
  type End,
  type Leg,
  type Method,
  oneByOne,
  type Place,
  type Run,
  rowsAStep,
  type Span,
} from "./method.ts";
import type { Named } from "./model.ts";
import type { Plan } from "./plan.ts";
import { lossOver, type Problem } from "./problem.ts";
import type { HistoryEntry } from "./result.ts";

/** What is walked, by which method, and how far. */
export interface Way {
  readonly problem: Problem;
  readonly fixed: Named;
  readonly method: Method;
  readonly plan: Plan;
  readonly generator: Generator;
}

/** The order in which an epoch of batches takes the rows, and what draws the next. */
interface Order {
  readonly epoch: number;
  readonly rows: Int32Array;
  readonly generator: Generator;
}

/** A place, and all that it takes to go on from there. */
export interface Standing extends Place {
  /** What the method remembers; undefined at the first step. */
  readonly state: unknown;
  /** Null where no epoch of batches has begun. */
  readonly order: Order | null;
}

/** Takes the steps of a walk from somewhere on, asked for in order. */
export class Steps {
  readonly #way: Way;
  readonly #longest: (step: number) => number;
  readonly #paced = pacer();
  readonly #spans: Spans;
  readonly #start: Standing;
  #trail: Trail | undefined;

  /** `longest` says how many steps may be taken in one go from a step on. */
  constructor(way: Way, start: Standing, longest: (step: number) => number) {
    this.#way = way;
    this.#start = start;
    this.#longest = way.method.run ? longest : () => 1;
    this.#spans = spansFrom(way, start.order);
  }

  /** The step of a number, which is that after the last one asked for. */
  take(number: number): Step {
    if (!this.#trail || number === this.#trail.end) {
      const from = this.#trail?.leg ?? this.#start;
      this.#trail = this.#paced(
        (count) => new Trail(this.#way, from, this.#spans.at(number, count)),
        this.#longest(number),
      );
    }
    return new Step(this.#trail, number - this.#trail.span.step);
  }

  /** What it takes to go on from where so many steps led, the last of them one that was taken last. */
  standingAt(steps: number): Standing {
    if (!this.#trail) return this.#start;
    const { params, state } = this.#trail.standingAt(steps - this.#trail.span.step);
    return { steps, params, state, order: this.#spans.order() };
  }
}

/** Parameters, and what the method remembers there. */
type Spot = Pick<Leg, "params" | "state">;

/** A leg that was walked, and can be walked again as far as any of its steps. */
class Trail {
  readonly way: Way;
  readonly span: Span;
  readonly leg: Leg;
  /** The validation loss before each step that begins an epoch. */
  readonly validationLosses: ArrayLike<number>;
  readonly #run: Run;
  readonly #start: Spot;
  /** Where it was walked to again, and what was found there. */
  #found: Spot & { readonly at: number };

  constructor(way: Way, start: Spot, span: Span) {
    const { problem, fixed, method } = way;
    this.#run = method.run ?? oneByOne(problem, fixed, method.step);
    this.way = way;
    this.span = span;
    this.leg = this.#run(start.params, start.state, span);
    this.validationLosses = this.leg.validationLosses ?? epochLosses(way, span, start.params);
    this.#start = start;
    this.#found = { ...start, at: 0 };
  }

  get length(): number {
    return this.leg.losses.length;
  }
  /** The number of the step after it. */
  get end(): number {
    return this.span.step + this.length;
  }

  /** Where so many of its steps led. */
  standingAt(steps: number): Spot {
    if (steps === this.length) return this.leg;
    if (steps < this.#found.at) this.#found = { ...this.#start, at: 0 };
    const { at, params, state } = this.#found;
    if (steps > at) this.#found = { ...this.#run(params, state, part(this.span, at, steps)), at: steps };
    return this.#found;
  }
}

/** The validation loss where a span of batches begins with an epoch. */
function epochLosses(way: Way, { step }: Span, params: Named): number[] {
  const loss = step % way.plan.perEpoch === 0 ? validationLossAt(way, params) : null;
  return loss === null ? [] : [loss];
}

/** The loss over the rows that judge, if there are any. */
export function validationLossAt({ problem, fixed }: Way, params: Named): number | null {
  return problem.validation && lossOver(problem, problem.validation, { ...params, ...fixed }).item();
}

/** The steps of a span between two of them. */
function part(span: Span, from: number, to: number): Span {
  const size = rowsAStep(span);
  const rows = span.rows?.subarray(from * size, to * size) ?? null;
  return { ...span, step: span.step + from, count: to - from, rows };
}

/** One step, which has been taken; and the place where it led. */
export class Step implements Place, Line {
  readonly #trail: Trail;
  /** Its place on the trail. */
  readonly #at: number;

  constructor(trail: Trail, at: number) {
    this.#trail = trail;
    this.#at = at;
  }

  get number(): number {
    return this.#trail.span.step + this.#at;
  }
  /** The loss over the step's rows at the parameters before it. */
  get loss(): number {
    return this.#trail.leg.losses[this.#at]!;
  }
  /** The numbers of its rows among those of the training; null where it takes all. */
  get rows(): Int32Array | null {
    const { span } = this.#trail;
    const size = rowsAStep(span);
    return span.rows?.subarray(this.#at * size, (this.#at + 1) * size) ?? null;
  }
  /** The validation loss there; null within an epoch. */
  get validationLoss(): number | null {
    return this.#trail.validationLosses[this.#at] ?? null;
  }
  /** Whether steps lead no further there. */
  get end(): End | null {
    const { end } = this.#trail.leg;
    return end?.at === this.#at ? end.kind : null;
  }
  get steps(): number {
    return this.number + 1;
  }
  /** The parameters after it. */
  get params(): Named {
    return this.#trail.standingAt(this.#at + 1).params;
  }
  /** Whether the next step has yet to be taken. */
  get isLast(): boolean {
    return this.#at + 1 === this.#trail.length;
  }

  entry(): HistoryEntry {
    const { number: step, loss, validationLoss } = this;
    const { method, plan } = this.#trail.way;
    const epoch = Math.floor(step / plan.perEpoch);
    return { step, epoch, loss, validationLoss, learningRate: method.rateAt(step) };
  }
}

/** A leg that takes less, in milliseconds, is followed by one of twice as many steps: between two legs a walk can be stopped. */
const brief = 10;

/** Says how many steps to take in one go, of `most`: ever more while they take little time, and fewer where they lead to no numbers. */
function pacer(): (take: (count: number) => Trail, most: number) => Trail {
  let count = 1;
  return (take, most) => {
    const started = performance.now();
    const tried = Math.min(count, most);
    let trail = take(tried);
    const isBrief = trail.length === count && performance.now() - started < brief;
    if (isBrief) count *= 2;
    // Parameters that are no numbers stay so. The walk ends at the first of them, which is thus the last of its leg.
    while (trail.length > 1 && !areFinite(trail.leg.params)) trail = take((count = trail.length >> 1));
    return trail;
  };
}

/** Whether all elements of parameters are finite numbers. */
export function areFinite(params: Named): boolean {
  return Object.values(params).every((t) => t.realize().every(Number.isFinite));
}

/** The spans to take, each from a step on and of so many steps at most, all within the plan; and the order that the last is of. */
interface Spans {
  at(step: number, count: number): Span;
  order(): Order | null;
}

function spansFrom(way: Way, order: Order | null): Spans {
  return way.plan.perEpoch === 1 ? wholeSpans(way) : batchSpans(way, order);
}

/** Steps over all rows, each an epoch of its own. */
function wholeSpans({ problem: { validation }, plan: { steps } }: Way): Spans {
  return {
    at: (step, count) => ({ step, count: Math.min(count, steps - step), rows: null, validation }),
    order: () => null,
  };
}

/** Steps over the batches of a shuffle that each epoch makes anew, as many in a span as are whole; what is left is one by itself. */
function batchSpans({ problem, plan, generator: first }: Way, start: Order | null): Spans {
  const { steps, batchSize, perEpoch } = plan;
  const all = indices(problem.training.count);
  const whole = Math.floor(all.length / batchSize);
  const generator = start?.generator.clone() ?? first;
  let [epoch, order] = [start?.epoch ?? -1, start?.rows ?? all];
  return {
    at: (step, count) => {
      const [inEpoch, place] = [Math.floor(step / perEpoch), step % perEpoch];
      if (inEpoch !== epoch) order = shuffle(all, (n) => generator.permutation(n));
      epoch = inEpoch;
      const most = Math.min(count, steps - step, Math.max(whole - place, 1));
      const rows = order.subarray(place * batchSize, (place + most) * batchSize);
      return { step, count: most, rows, validation: null };
    },
    order: () => ({ epoch, rows: order, generator: generator.clone() }),
  };
}

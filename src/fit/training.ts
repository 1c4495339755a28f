/**
 * A fit taken in hand: the options of a fit go in; a walk comes out that somebody leads, as many steps at a time as they like, back to
 * any step it took, and on from there with other parameters or another rate. It is the same loop, to the same bits.
 */
import type { TableLike } from "../data/input.ts";
import { toTable } from "../data/input.ts";
import { indices } from "../data/table.ts";
import { tensor } from "../tensor/make.ts";
import { realize } from "../tensor/tensor.ts";
import { checkParams, type Edit, moved, withRate } from "./edit.ts";
import { conclude, endOf, prepare, type Ready, type Run } from "./fit.ts";
import { validationLossAt } from "./legs.ts";
import type { Place } from "./method.ts";
import { methodFor } from "./methods.ts";
import type { Named } from "./model.ts";
import type { FitOptions } from "./options.ts";
import { predictRows } from "./predict.ts";
import { type Batch, takeRows } from "./problem.ts";
import type { Outcome, OutcomeKind, StepEvent } from "./result.ts";
import { slopesOver } from "./slopes.ts";
import { begin } from "./stopping.ts";
import { withTies } from "./ties.ts";
import { type Led, type Stone, Track } from "./track.ts";
import { lossAt, numbersOf, startingAt, type Walk, Walker } from "./walk.ts";

/** The options of a fit; somebody leads, so nobody has to be told of steps. Without `steps` and `epochs` there is no limit to them. */
export type TrainOptions = Omit<FitOptions, "onStep" | "signal">;

type Numbers = Readonly<Record<string, number>>;

/** How far to go on: so many steps, or for so long. */
export interface Budget {
  /** Default 1, where no time is said. */
  readonly steps?: number;
  readonly milliseconds?: number;
}

/** The step that led somewhere. */
export interface StepTaken {
  /** All parameters before it, and the loss there over all training rows. */
  readonly before: { readonly params: Numbers; readonly loss: number };
  /** Of the loss over the rows of the step, there. */
  readonly gradients: Numbers;
  readonly learningRate: number | null;
}

/** A column for the numbers that rows have in the data. No table has one of this name, nor a formula one that is like it. */
const rowColumn = "\u0000 number of the row in the data";

/** A walk that somebody leads. `moment` and all else speak of where it is; what it is written to by is `take`, `to` and `change`. */
export class Course {
  readonly #ready: Ready;
  readonly #first: number;
  readonly #track: Track;
  #walk: Led;
  #walker: Walker;
  /** Where the walker's way began. */
  #from: Stone;
  /** The place before the last step; null where none was taken since the start or a change. */
  #before: Place | null = null;
  /** The end of the way, where there is one. */
  #over: { readonly step: number; readonly kind: OutcomeKind; readonly outcome: Outcome } | null = null;

  /** Takes what is ready to walk. */
  constructor(ready: Ready) {
    this.#ready = ready;
    this.#walk = { ...ready, signal: undefined, onStep: undefined, lr: ready.options.lr };
    this.#from = { step: 0, walk: this.#walk, mark: startingAt(ready.free) };
    this.#first = lossAt(this.#walk, ready.free);
    this.#track = new Track(this.#from);
    this.#walker = this.#walkerFrom(this.#from);
  }

  /** Where it is: all parameters, and the losses there, over all rows. */
  get moment(): StepEvent {
    const { steps: step, params } = this.#walker.at;
    const { plan, method } = this.#walk;
    return {
      step,
      epoch: Math.floor(step / plan.perEpoch),
      loss: lossAt(this.#walk, params),
      validationLoss: validationLossAt(this.#walk, params),
      learningRate: method.rateAt(step),
      params: this.#all(params),
    };
  }

  /** The last step of the way, which a walk that was led back has before it. */
  get last(): number {
    return this.#track.last;
  }

  /** Why it goes no further from here; null while it may. */
  get outcome(): Outcome | null {
    return this.#isOver() ? this.#over!.outcome : null;
  }

  get optimizer(): string {
    return this.#walk.method.name;
  }
  /** Where the rate is the optimizer's own choice: what it is a part of; null elsewhere. */
  get rateChosen(): string | null {
    return this.#walk.method.chosen ?? null;
  }
  get lossName(): string {
    return this.#walk.problem.loss.name;
  }
  get isWeighted(): boolean {
    return this.#walk.problem.training.weights !== null;
  }
  /** Steps in an epoch. */
  get perEpoch(): number {
    return this.#walk.plan.perEpoch;
  }

  /** The numbers of the rows in the data that are fitted, and of those that are held out; validation rows of another table have none. */
  get rows(): { readonly training: Int32Array; readonly validation: Int32Array } {
    const { training, validation } = this.#walk.problem;
    const isOurs = validation?.table.has(rowColumn);
    return {
      training: Int32Array.from(training.table.numbers(rowColumn)),
      validation: isOurs ? Int32Array.from(validation!.table.numbers(rowColumn)) : new Int32Array(0),
    };
  }

  /** Goes on, and no further than there is reason to. Blocks for as long as it takes. */
  take({
    milliseconds,
    steps = milliseconds === undefined ? 1 : Number.POSITIVE_INFINITY,
  }: Budget = {}): StepEvent {
    for (const [name, amount] of Object.entries({ steps, milliseconds: milliseconds ?? 0 }))
      if (!(amount >= 0)) throw new RangeError(`take expects ${name} from 0, got ${amount}`);
    const target = this.#walker.at.steps + steps;
    const end = performance.now() + (milliseconds ?? Number.POSITIVE_INFINITY);
    while (!this.#isOver() && this.#walker.at.steps < target) {
      this.#advance();
      if (this.#walker.isBetweenLegs && performance.now() >= end) break;
    }
    return this.moment;
  }

  /** Goes to a step of the way so far, back or forth. Errors: a step that was not taken. */
  to(step: number): StepEvent {
    if (!(Number.isInteger(step) && step >= 0 && step <= this.last))
      throw new RangeError(`to expects a step from 0 to ${this.last}, got ${step}`);
    this.#enter(this.#track.stoneFor(step));
    while (this.#walker.at.steps < step) this.#advance();
    return this.moment;
  }

  /**
   * Changes parameters, or the learning rate, from here on; the way beyond is forgotten. What the optimizer remembers stays, but for
   * solvers whose memory is of the place. Rejects on names and numbers that there cannot be, and rates that the optimizer does not take.
   */
  async change({ params = {}, lr }: Edit): Promise<StepEvent> {
    const { problem, fixed } = this.#walk;
    checkParams(problem, params);
    const walk = await this.#walkWith(moved(problem, fixed, params), lr);
    const { standing, sum } = this.#walker.mark();
    const isKept = Object.keys(params).length === 0 || remembersMoves(walk);
    const state = isKept && remembersMoves(walk) === remembersMoves(this.#walk) ? standing.state : undefined;
    const place = { ...standing, params: moved(problem, standing.params, params), state };
    const edit = { step: standing.steps, walk, mark: { standing: place, progress: begin(place), sum } };
    this.#track.change(edit);
    this.#over = null;
    this.#enter(edit);
    return this.moment;
  }

  /** The gradients of the loss over all training rows, here: exact, by parameter, as far as bounds let it go. */
  gradients(): Numbers {
    return this.#slopes(this.#walker.at.params, this.#walk.problem.training);
  }

  /** The step that led here; null at the start, and right after a change. */
  stepTaken(): StepTaken | null {
    const [before, step] = [this.#before, this.#walker.step];
    if (!before || !step) return null;
    const { training } = this.#walk.problem;
    const rows = step.rows ? takeRows(training, tensor(step.rows)) : training;
    return {
      before: { params: this.#all(before.params), loss: lossAt(this.#walk, before.params) },
      gradients: this.#slopes(before.params, rows),
      learningRate: this.#walk.method.rateAt(before.steps),
    };
  }

  /** Where it went, from the start to here, `most` places or fewer, evenly. The losses are those that the steps had, of their batches. */
  path(most = 300): StepEvent[] {
    const here = this.moment;
    const before = this.#track.before(here.step);
    const every = Math.ceil((before.length + 1) / most);
    return [...before.filter((_, i) => i % every === 0), here];
  }

  /** A prediction for each row of a table, here. */
  predict(data: TableLike): Float64Array {
    const { problem, fixed } = this.#walk;
    const params = withTies(problem.ties, { ...fixed, ...this.#walker.at.params });
    return predictRows({ ...problem, params }, data);
  }

  /** The finished fit, if this is where it ends. */
  async conclude(): Promise<Run> {
    const { found } = this.#ready;
    const kind = this.#isOver() ? this.#over!.kind : "steps";
    const ended = this.#walker.end(kind);
    const last = ended.history.at(-1);
    const before = last ? this.#track.before(last.step) : [];
    const history = [...before.map(({ params: _, ...entry }) => entry), ...(last ? [last] : [])];
    return conclude({ ...this.#ready, ...this.#walk, starts: found, note: null }, { ...ended, history });
  }

  #isOver(): boolean {
    return this.#over?.step === this.#walker.at.steps;
  }

  /** Takes a step, or comes to an end. What was not seen before is kept in mind, every so often. */
  #advance(): void {
    const walker = this.#walker;
    const before = walker.at;
    const wanted = this.#track.wants(before.steps);
    if (wanted.stone) this.#track.drop({ step: before.steps, walk: this.#walk, mark: walker.mark() });
    const kind = walker.advance();
    if (wanted.moment) this.#keep(before);
    if (walker.at !== before) this.#before = before;
    this.#track.reach(walker.at.steps);
    if (kind) this.#end(kind);
    else this.#followEdits();
  }

  /** Keeps the moment before a step, if it was taken. */
  #keep({ steps, params }: Place): void {
    const { step } = this.#walker;
    if (step?.number === steps) this.#track.keep({ ...step.entry(), params: this.#all(params) });
  }

  #end(kind: OutcomeKind): void {
    const walked = this.#walker.end(kind);
    this.#over = { step: this.#walker.at.steps, kind: walked.kind, outcome: endOf(this.#walk, walked) };
  }

  /** A change of the way is made again where the way is gone again. */
  #followEdits(): void {
    const edit = this.#track.editAt(this.#walker.at.steps);
    if (edit && edit !== this.#from) this.#enter(edit);
  }

  #enter(stone: Stone): void {
    this.#from = stone;
    this.#walk = stone.walk;
    this.#walker = this.#walkerFrom(stone);
    this.#before = null;
  }

  /** Its legs end where something is kept, so that parameters are at hand there. */
  #walkerFrom({ walk, mark }: Stone): Walker {
    const longest = (step: number): number => this.#track.longestFrom(step);
    // Who goes the same way again draws the same rows again.
    const again = { ...walk, generator: walk.generator.clone() };
    return new Walker(again, mark, longest, this.#first);
  }

  async #walkWith(fixed: Named, lr: number | undefined): Promise<Led> {
    const isSame = Object.entries(fixed).every(([name, t]) => t === this.#walk.fixed[name]);
    if (isSame && lr === undefined) return this.#walk;
    const rate = lr ?? this.#walk.lr;
    const method = await methodFor(this.#walk.problem, fixed, withRate(this.#ready.options, rate));
    return { ...this.#walk, fixed, method, lr: rate };
  }

  #slopes(params: Named, rows: Batch): Numbers {
    const { problem, fixed } = this.#walk;
    const { grads } = slopesOver(problem, fixed, rows)(params);
    realize(Object.values(grads));
    return numbersOf(grads);
  }

  /** All parameters that are numbers, in the order of the model. */
  #all(free: Named): Numbers {
    const { problem, fixed } = this.#walk;
    const all = withTies(problem.ties, { ...fixed, ...free });
    return numbersOf(Object.fromEntries(problem.starts.map(({ name }) => [name, all[name]!])));
  }
}

/** Whether what a method remembers is of its moves, and holds wherever it goes on from. */
function remembersMoves({ method }: Walk): boolean {
  return method.run !== undefined && method.chosen === undefined;
}

/** Makes a fit ready, to be led. */
export async function courseOf({ data, ...options }: TrainOptions): Promise<Course> {
  const table = toTable(data);
  const numbered = table.with(rowColumn, Float64Array.from(indices(table.rows)));
  const ready = await prepare({ ...options, data: numbered });
  const isLimited = options.steps !== undefined || options.epochs !== undefined;
  const plan = isLimited ? ready.plan : { ...ready.plan, steps: Number.POSITIVE_INFINITY };
  return new Course({ ...ready, plan, options: { ...options, data } });
}

/**
 * What is kept of a walk that somebody leads: the steps that it takes come in; where it has been, and where to go on from to come to
 * any step of it again, go out. It stays small, however long the walk.
 */
import { History } from "./history.ts";
import type { StepEvent } from "./result.ts";
import type { Mark, Walk } from "./walk.ts";

/** A walk, and the rate that somebody asked for on the way. */
export interface Led extends Walk {
  readonly lr: number | undefined;
}

/** Somewhere to go on from, later: a walk, and where it was. */
export interface Stone {
  readonly step: number;
  readonly walk: Led;
  readonly mark: Mark;
}

/** How many places of the way are kept, evenly. */
const mostMoments = 500;

/** How many places to go on from are kept, evenly; between them steps are taken again. */
const mostStones = 50;

/** Keeps every step while they are few, then every second, every fourth, ...; and all changes. Written in place. */
export class Track {
  readonly #moments = new History<StepEvent>(mostMoments);
  readonly #stones = new History<Stone>(mostStones);
  /** The start, and where something was changed, in order. */
  #edits: readonly Stone[];
  #last = 0;

  constructor(start: Stone) {
    this.#edits = [start];
  }

  /** The last step of the way. */
  get last(): number {
    return this.#last;
  }

  /** How many steps may be taken in one go from a step on, for parameters to be at hand wherever something is kept. */
  longestFrom(step: number): number {
    return this.#moments.stride - (step % this.#moments.stride);
  }

  /** Whether a stone is to be left at a step, and whether the moment there is to be kept: of what is not on the track yet. */
  wants(step: number): { readonly stone: boolean; readonly moment: boolean } {
    if (step < this.#last) return nothing;
    return { stone: step % this.#stones.stride === 0, moment: step % this.#moments.stride === 0 };
  }

  drop(stone: Stone): void {
    this.#stones.add({ number: stone.step, entry: () => stone });
  }

  keep(moment: StepEvent): void {
    this.#moments.add({ number: moment.step, entry: () => moment });
  }

  /** Says that the walk came so far. */
  reach(step: number): void {
    if (step > this.#last) this.#last = step;
  }

  /** Begins anew from a change: what came after is forgotten. */
  change(edit: Stone): void {
    this.#moments.cut(edit.step);
    this.#stones.cut(edit.step);
    this.#edits = [...this.#edits.filter(({ step }) => step < edit.step), edit];
    this.#last = edit.step;
  }

  /** The moments kept before a step. */
  before(step: number): StepEvent[] {
    return this.#moments.kept.filter((moment) => moment.step < step);
  }

  /** The change at a step, if there was one after the start. */
  editAt(step: number): Stone | undefined {
    return this.#edits.length > 1 ? this.#edits.find((edit) => edit.step === step) : undefined;
  }

  /** The last place to go on from before a step, so that the step to it is known; or where it was changed there. */
  stoneFor(step: number): Stone {
    const known = [
      ...this.#stones.kept.filter((stone) => stone.step < step),
      ...this.#edits.filter((edit) => edit.step <= step),
    ];
    return known.reduce((best, stone) => (stone.step >= best.step ? stone : best));
  }
}

const nothing = { stone: false, moment: false } as const;

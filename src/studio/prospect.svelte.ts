/**
 * The landscape as the page looks at it: what is wanted comes in with every move; where what is shown no longer holds, the worker is
 * asked anew, and its surfaces come out, coarse first.
 */
import { type Range, viewAround } from "../names.ts";
import type { Client } from "./client.ts";
import type { Asked, Observations, Surface, View } from "./messages.ts";
import { messageOf } from "./words.ts";

type Values = Readonly<Record<string, number>>;

/** A part of the landscape that someone looks at. */
export interface Wanted {
  readonly data: Observations;
  readonly asked: Asked;
  readonly x: string;
  readonly y: string;
  /** Where all parameters are. */
  readonly at: Values;
  /** Places that are to be in sight: those of a walk, first of all its end. */
  readonly path: readonly Values[];
  /** Where the answer is, and how sure; null while there is none that has settled. */
  readonly answer: {
    readonly values: Values;
    readonly errors: Readonly<Record<string, number | null>>;
    /** That of the loss, where it has one. */
    readonly scale: number | null;
  } | null;
  readonly zoom: Sight | null;
  /** Whether it will be somewhere else in a moment: a rough surface does. */
  readonly isMoving: boolean;
}

/** What is in sight. */
export interface Sight {
  readonly x: Range;
  readonly y: Range;
}

/** Places along an axis, in the end: at rest, and while it moves. */
const counts = { rest: 129, moving: 33 } as const;

/** The least time between two questions, in milliseconds. */
const pause = 200;

export class Prospect {
  /** The last surface that came; null where there is none of these parameters yet. */
  surface = $state.raw<Surface | null>(null);
  /** All that is looked at unless zoomed. */
  range = $state.raw<Sight | null>(null);
  trouble = $state.raw<string | null>(null);

  readonly #client: Client;
  #wanted: Wanted | null = null;
  /** What was asked last. */
  #last: { readonly data: Observations; readonly subject: string; readonly view: View } | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** When the next question may be asked, as `performance.now()` has it. */
  #free = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Looks at this. */
  look(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#consider();
  }

  /** Looks at nothing any more. */
  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#client.stop("landscape");
  }

  /** Asks for what is wanted, where that is something new, now or as soon as it may. */
  #consider(): void {
    const wanted = this.#wanted!;
    const subject = JSON.stringify([wanted.asked, wanted.x, wanted.y]);
    const isOther = this.#last?.subject !== subject || this.#last.data !== wanted.data;
    if (isOther || !this.range || !holds(this.range, wanted)) this.range = rangeOf(wanted);
    const view = viewOf(wanted, this.range);
    if (!isOther && !isNews(view, this.#last!.view, wanted.isMoving)) return;
    const wait = this.#free - performance.now();
    if (isOther || wait <= 0) void this.#ask(wanted, subject, view);
    else this.#timer ??= setTimeout(() => this.#again(), wait);
  }

  #again(): void {
    this.#timer = null;
    this.#consider();
  }

  async #ask({ asked, data, isMoving }: Wanted, subject: string, view: View): Promise<void> {
    const isOther = this.#last?.subject !== subject || this.#last.data !== data;
    if (isOther) this.surface = null;
    this.#last = { data, subject, view };
    this.trouble = null;
    const started = performance.now();
    this.#free = started + pause;
    try {
      const surface = await this.#client.ask("landscape", { ...asked, view }, (part) => this.#take(part));
      if (surface) this.surface = surface;
    } catch (error) {
      this.trouble = messageOf(error);
    }
    // What takes long is not asked for all the time.
    if (isMoving) this.#free = performance.now() + 3 * (performance.now() - started);
  }

  /** Shows a surface, unless it is a rougher one of the same place. */
  #take(surface: Surface): void {
    const { x, y } = surface;
    const shown = this.surface;
    const isSame =
      shown &&
      shown.x.from === x.from &&
      shown.x.to === x.to &&
      shown.y.from === y.from &&
      shown.y.to === y.to;
    if (!isSame || x.count >= Math.min(shown.x.count, counts.moving)) this.surface = surface;
  }
}

/** Whether a range holds the place and the answer. */
function holds(range: Sight, { x, y, at, answer }: Wanted): boolean {
  return [at, answer?.values ?? {}].every(
    (place) => isWithin(place[x] ?? Number.NaN, range.x) && isWithin(place[y] ?? Number.NaN, range.y),
  );
}

/** Whether a number is in a range; one that is lost is looked for nowhere. */
function isWithin(value: number, [low, high]: Range): boolean {
  return !Number.isFinite(value) || (value >= low && value <= high);
}

/** A range around the answer, as far as it is sure, and around all places that are to be in sight. */
function rangeOf({ x, y, at, path, answer }: Wanted): Sight {
  const view = viewAround([x, y], answer ? { ...at, ...answer.values } : at, {
    path: [...path, at],
    ...(answer ? { errors: answer.errors } : {}),
  });
  return { x: wider(view.x), y: wider(view.y) };
}

/** With room for an arrow that leads on from the outermost place. */
function wider({ from, to }: { readonly from: number; readonly to: number }): Range {
  const margin = (to - from) / 12;
  return [from - margin, to + margin];
}

function viewOf({ x, y, at, answer, zoom, isMoving }: Wanted, range: Sight): View {
  const count = isMoving ? counts.moving : counts.rest;
  return { x, y, at, range: zoom ?? range, count, scale: answer?.scale ?? null };
}

/** Whether a view shows something that the last one did not: another range, more of it, or other parameters that are on no axis. */
function isNews(view: View, last: View, isMoving: boolean): boolean {
  const [now, then] = [view.range, last.range].map(({ x, y }) => [...x, ...y]);
  if (now!.some((end, i) => end !== then![i])) return true;
  if (view.count > last.count || view.scale !== last.scale) return true;
  const others = Object.keys(view.at).filter((name) => name !== view.x && name !== view.y);
  return others.some((name) => isApart(view.at[name]!, last.at[name]!, isMoving ? 0.02 : 0));
}

/** Whether two numbers differ by more than a share of the larger. */
function isApart(a: number, b: number, share: number): boolean {
  return Math.abs(a - b) > share * Math.max(Math.abs(a), Math.abs(b));
}

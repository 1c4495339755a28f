/** The history of a walk, thinned evenly when it grows long. */
import type { HistoryEntry } from "./result.ts";

/** How many entries a history keeps at most, its last one aside. */
const usual = 1000;

/** What can be entered in a history. The entry itself is made where it is kept. */
export interface Line<Entry = HistoryEntry> {
  readonly number: number;
  entry(): Entry;
}

/** Takes one line a step, keeps every one while they are few, then every second, every fourth, ... */
export class History<Entry extends { readonly step: number } = HistoryEntry> {
  readonly #longest: number;
  #kept: Entry[] = [];
  #stride = 1;
  #last: Line<Entry> | undefined;

  constructor(longest: number = usual) {
    this.#longest = longest;
  }

  add(line: Line<Entry>): void {
    this.#last = line;
    if (line.number % this.#stride !== 0) return;
    this.#kept.push(line.entry());
    if (this.#kept.length < this.#longest) return;
    this.#stride *= 2;
    this.#kept = this.#kept.filter(({ step }) => step % this.#stride === 0);
  }

  /** The step of the line added last. */
  get lastStep(): number | undefined {
    return this.#last?.number;
  }

  /** The entries kept. */
  get kept(): readonly Entry[] {
    return this.#kept;
  }

  /** Every so many steps one is kept: a power of 2. */
  get stride(): number {
    return this.#stride;
  }

  /** Forgets what came after a step, and that step too. */
  cut(step: number): void {
    this.#kept = this.#kept.filter((entry) => entry.step < step);
    const last = this.#kept.at(-1);
    this.#last = last && { number: last.step, entry: () => last };
  }

  /** The entries kept, and always the last. */
  entries(): Entry[] {
    const isKept = this.#kept.at(-1)?.step === this.#last?.number;
    return isKept ? [...this.#kept] : [...this.#kept, this.#last!.entry()];
  }
}

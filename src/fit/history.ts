/** The history of a fit, thinned evenly when it grows long. */
import type { HistoryEntry } from "./result.ts";

/** How many entries a history keeps at most, its last one aside. */
const longest = 1000;

/** What can be entered in a history. The entry itself is made where it is kept. */
export interface Line {
  readonly number: number;
  entry(): HistoryEntry;
}

/** Takes one line a step, keeps every one while they are few, then every second, every fourth, ... */
export class History {
  #kept: HistoryEntry[] = [];
  #stride = 1;
  #last: Line | undefined;

  add(line: Line): void {
    this.#last = line;
    if (line.number % this.#stride !== 0) return;
    this.#kept.push(line.entry());
    if (this.#kept.length < longest) return;
    this.#stride *= 2;
    this.#kept = this.#kept.filter(({ step }) => step % this.#stride === 0);
  }

  /** The step of the line added last. */
  get lastStep(): number | undefined {
    return this.#last?.number;
  }

  /** The entries kept, and always the last. */
  entries(): HistoryEntry[] {
    const isKept = this.#kept.at(-1)?.step === this.#last?.number;
    return isKept ? [...this.#kept] : [...this.#kept, this.#last!.entry()];
  }
}

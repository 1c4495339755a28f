/** The history of a fit, thinned evenly when it grows long. */
import type { HistoryEntry } from "./result.ts";

/** How many entries a history keeps at most, its last one aside. */
const longest = 1000;

/** Takes one entry a step, keeps every one while they are few, then every second, every fourth, ... */
export class History {
  #kept: HistoryEntry[] = [];
  #stride = 1;
  #last: HistoryEntry | undefined;

  add(entry: HistoryEntry): void {
    this.#last = entry;
    if (entry.step % this.#stride !== 0) return;
    this.#kept.push(entry);
    if (this.#kept.length < longest) return;
    this.#stride *= 2;
    this.#kept = this.#kept.filter(({ step }) => step % this.#stride === 0);
  }

  /** The step of the entry added last. */
  get lastStep(): number | undefined {
    return this.#last?.step;
  }

  /** The entries kept, and always the last. */
  entries(): HistoryEntry[] {
    const isKept = this.#last === undefined || this.#kept.at(-1) === this.#last;
    return isKept ? [...this.#kept] : [...this.#kept, this.#last!];
  }
}

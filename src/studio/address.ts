/**
 * The address of the page, and where going back leads: states come in as they change, and are written one after the other. What is
 * typed without a rest is one step of the history.
 */
import { fragmentOf, type State } from "./state.ts";

/** How a state came about: as one of many while something is typed or dragged, at once, or as more of what is there. */
export type Change = "typing" | "step" | "amendment";

type Entry = { readonly change: Change; readonly state: State } | { readonly change: "rest" };

/** Milliseconds between two writes while typing. Browsers refuse a page that writes a hundred times in half a minute. */
const pace = 350;

/** Milliseconds without a change after which what was typed is as it was meant. */
const rest = 1000;

export class Address {
  readonly #entries: Entry[] = [];
  #isTyping = false;
  #isWriting = false;
  #resting: ReturnType<typeof setTimeout> | undefined;

  /** Writes a state, soon. */
  write(state: State, change: Change): void {
    clearTimeout(this.#resting);
    if (change === "typing") this.#resting = setTimeout(() => this.settle(), rest);
    if (change === "typing" && this.#entries.at(-1)?.change === "typing") this.#entries.pop();
    this.#entries.push({ change, state });
    void this.#run();
  }

  /** Ends what was typed: what is typed next is a step of its own. */
  settle(): void {
    clearTimeout(this.#resting);
    this.#entries.push({ change: "rest" });
    void this.#run();
  }

  /** Forgets what was not yet written, for the address is now another. */
  forget(): void {
    this.#entries.length = 0;
    this.settle();
  }

  async #run(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    for (let entry = this.#entries.shift(); entry; entry = this.#entries.shift()) {
      if (entry.change === "rest") this.#isTyping = false;
      else await this.#put(entry.state, entry.change);
      if (entry.change === "typing") await new Promise((resolve) => setTimeout(resolve, pace));
    }
    this.#isWriting = false;
  }

  async #put(state: State, change: Change): Promise<void> {
    const fragment = await fragmentOf(state);
    if (fragment === location.hash.slice(1)) return;
    const url = fragment === "" ? location.pathname + location.search : `#${fragment}`;
    if (change === "step" || (change === "typing" && !this.#isTyping)) history.pushState(null, "", url);
    else history.replaceState(null, "", url);
    if (change !== "amendment") this.#isTyping = change === "typing";
  }
}

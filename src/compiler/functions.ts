/** The functions of a module that is being made, each that is needed once. */
import type { WasmFunction } from "./instructions.ts";

/** Functions, by number in the order in which they came. */
export class Functions {
  readonly all: WasmFunction[] = [];
  readonly #numbers = new Map<string, number>();

  /** The number of a function that is added. */
  add(f: WasmFunction): number {
    return this.all.push(f) - 1;
  }

  /** The number of a function that is made when it is first needed, with those it calls before it, the first of which gets `first`. */
  need(name: string, make: (first: number) => readonly WasmFunction[]): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    for (const f of make(this.all.length)) this.#numbers.set(f.name, this.add(f));
    return this.#numbers.get(name)!;
  }
}

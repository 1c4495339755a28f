/** How a loop writes four elements where they belong: neighbours at once, others one by one, and no more than are left. */
import { add, type Code, end, get, int, set } from "./code.ts";
import { elements } from "./elements.ts";
import type { Instruction, Writer } from "./instructions.ts";
import type { Line, Store } from "./kernels.ts";
import type { Spare } from "./reads.ts";
import type { Values } from "./values.ts";
import type { Walkers } from "./walkers.ts";

/** The stores of a loop in the function that is being written. */
export class Stores {
  readonly #lines: readonly Line[];
  readonly #values: Values;
  readonly #walkers: Walkers;
  readonly #spare: Spare;
  readonly #w: Writer;

  constructor(lines: readonly Line[], values: Values, walkers: Walkers, spare: Spare, w: Writer) {
    this.#lines = lines;
    this.#values = values;
    this.#walkers = walkers;
    this.#spare = spare;
    this.#w = w;
  }

  /** Four neighbours, so many steps beyond an address, of one of the steps abreast. */
  writeDense(store: Store, address: Code, step: number, j: number): void {
    this.#writeVectors(store, this.#packed(store, j), address, step);
  }

  /** Four elements at a place along the innermost dimension, or what is left of them: null is enough. */
  write(store: Store, place: number, left: number | null, j: number): void {
    const w = this.#w;
    const vectors = this.#packed(store, j);
    const writeWhole = (): void =>
      this.#writeVectors(store, vectors, this.#walkers.neighbours(store.access, place), 0);
    if (!this.#walkers.isDense(store.access)) this.#writeLanes(store, vectors, place, left);
    else if (left === null) writeWhole();
    else {
      w.write(get(left), int(4), ["i32.ge_s"], ["if"]);
      writeWhole();
      w.write(["else"]);
      this.#writeLanes(store, vectors, place, left);
      w.write(end);
    }
  }

  #writeVectors({ access }: Store, vectors: readonly Instruction[], address: Code, step: number): void {
    const { bytes, store } = elements[access.buffer.dtype];
    for (const [i, vector] of vectors.entries())
      this.#w.write(...address, vector, store(4 * step * bytes + 16 * i));
  }

  #writeLanes({ access }: Store, vectors: readonly Instruction[], place: number, left: number | null): void {
    const w = this.#w;
    const { perVector, storeLane } = elements[access.buffer.dtype];
    w.write(["block"]);
    for (let lane = 0; lane < 4; lane++) {
      if (left !== null) w.write(get(left), int(lane), ["i32.le_s"], ["br_if", 0]);
      w.write(get(place), int(lane), add, set(this.#spare.place));
      w.write(...this.#walkers.at(access, get(this.#spare.place)));
      w.write(vectors[Math.floor(lane / perVector)]!, storeLane(lane % perVector));
    }
    w.write(end);
  }

  /** The vectors of four elements as they lie in memory. */
  #packed({ line, access }: Store, j: number): readonly Instruction[] {
    const { pack, perVector } = elements[access.buffer.dtype];
    const parts = this.#values.parts(line, j).map(get);
    if (perVector === 2) return [parts[0]!, parts[1] ?? parts[0]!];
    if (parts.length === 1 && access.buffer.dtype === "float32") return [parts[0]!];
    this.#w.write(...pack(parts, this.#lines[line]!.lane), set(this.#spare.vector));
    return [get(this.#spare.vector)];
  }
}

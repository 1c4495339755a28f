/**
 * Elements that stay in a memory from one run to the next: arrays that come again go in, their addresses come out. Elements never change,
 * so that an array is known by what it is.
 */
import { line, margin } from "../compiler/memory.ts";
import type { Storage } from "../ir/dtype.ts";
import type { Heap, Region } from "./heap.ts";

/** Smaller arrays are copied each time. */
const small = 16_384;
/** Bytes beyond which what was not used for longest is given up. */
const most = 2 ** 30;

interface Binding {
  readonly region: Region;
  readonly owner: WeakRef<Storage>;
  /** The run in which it was used last. */
  used: number;
}

/** The bound arrays of one memory. */
export class Bindings {
  readonly #heap: Heap;
  readonly #known = new WeakMap<Storage, Binding>();
  /** Arrays that have come once. */
  readonly #seen = new WeakSet<Storage>();
  #bindings: Binding[] = [];
  #run = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** A new run begins: what it finds will not be given up before the next. */
  begin(): void {
    this.#run++;
  }

  /** The address of an array that is here, that comes for the second time, or will come again; undefined for others, which are to be copied for one run. */
  find(value: Storage, isLasting: boolean): number | undefined {
    if (value.byteLength < small) return undefined;
    const known = this.#known.get(value);
    if (known) {
      known.used = this.#run;
      return known.region.address;
    }
    if (isLasting || this.#seen.has(value)) return this.#bind(value);
    this.#seen.add(value);
    return undefined;
  }

  #bind(value: Storage): number {
    this.#makeRoom(value.byteLength);
    const region = this.#heap.take(value.byteLength + margin * line);
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    new Uint8Array(this.#heap.memory.buffer).set(bytes, region.address);
    const binding = { region, owner: new WeakRef(value), used: this.#run };
    this.#bindings.push(binding);
    this.#known.set(value, binding);
    return region.address;
  }

  /** Gives up what nobody has any more, and then what is oldest, until there is room. */
  #makeRoom(bytes: number): void {
    const [alive, dead] = [true, false].map((is) =>
      this.#bindings.filter(({ owner }) => (owner.deref() !== undefined) === is),
    ) as [Binding[], Binding[]];
    for (const { region } of dead) this.#heap.give(region);
    this.#bindings = alive.sort((a, b) => a.used - b.used);
    let total = alive.reduce((sum, { region }) => sum + region.bytes, bytes);
    while (total > most && this.#bindings[0] && this.#bindings[0].used < this.#run) {
      const { region, owner } = this.#bindings.shift()!;
      total -= region.bytes;
      this.#heap.give(region);
      const value = owner.deref();
      if (value) this.#known.delete(value);
    }
  }
}

/** Regions of a WebAssembly memory: sizes go in, addresses come out, and are given back. The memory grows as needed, and never shrinks. */

const page = 65536;
/** Regions begin at lines of the cache. */
const line = 64;
/** What no region has: the first bytes, before which nothing may be read. */
const reserved = 1024;

/** Bytes of a memory, from an address on. */
export interface Region {
  readonly address: number;
  readonly bytes: number;
}

/** Hands out regions, the first that is large enough. */
export class Heap {
  readonly memory: WebAssembly.Memory;
  /** What is free, in order of addresses, no two side by side. */
  #free: Region[] = [];
  #end = reserved;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
  }

  /** A region, whatever is in it. Throws RangeError where the memory cannot grow any more. */
  take(bytes: number): Region {
    const size = Math.ceil(bytes / line) * line;
    const at = this.#free.findIndex((region) => region.bytes >= size);
    return at < 0 ? this.#grown(size) : this.#split(at, size);
  }

  /** Gives a region back. */
  give(region: Region): void {
    const all = [...this.#free, region].sort((a, b) => a.address - b.address);
    this.#free = [];
    for (const next of all) {
      const last = this.#free.at(-1);
      if (last && last.address + last.bytes === next.address)
        this.#free[this.#free.length - 1] = { address: last.address, bytes: last.bytes + next.bytes };
      else this.#free.push(next);
    }
    const last = this.#free.at(-1);
    if (last?.address !== undefined && last.address + last.bytes === this.#end) {
      this.#end = last.address;
      this.#free.pop();
    }
  }

  #split(at: number, bytes: number): Region {
    const { address, bytes: had } = this.#free[at]!;
    if (had === bytes) this.#free.splice(at, 1);
    else this.#free[at] = { address: address + bytes, bytes: had - bytes };
    return { address, bytes };
  }

  /** A region at the end, with a page behind it, which vectors may read into. */
  #grown(bytes: number): Region {
    const address = this.#end;
    const lacking = Math.ceil((address + bytes) / page) + 1 - this.memory.buffer.byteLength / page;
    if (lacking > 0) this.memory.grow(lacking);
    this.#end = address + bytes;
    return { address, bytes };
  }
}

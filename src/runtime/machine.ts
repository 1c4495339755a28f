/**
 * Runs compiled programs: a program and the elements of its leaves go in, those of its outputs come out. One memory serves all
 * programs; what is large and comes again stays in it from one run to the next.
 */
import type { Buffer } from "../compiler/kernels.ts";
import { line, margin } from "../compiler/memory.ts";
import { meeting, type Program } from "../compiler/program.ts";
import { type Dtype, dtypes, type Storage } from "../ir/dtype.ts";
import { Bindings } from "./bindings.ts";
import { Heap, type Region } from "./heap.ts";
import { moduleOf } from "./modules.ts";
import type { Threaded } from "./pool.ts";
import { runThreaded, threadCount } from "./threads.ts";

/** A program in a memory, ready to run. */
export interface Loaded {
  readonly program: Program;
  readonly machine: Machine;
  readonly threaded: Threaded;
  readonly frame: Region;
  /** What the words of the frame were made of: the address of the arena, then those of the leaves. */
  readonly written: number[];
}

/** Where the addresses of a run are: for each leaf, then for each stack. */
interface Placed {
  readonly addresses: readonly number[];
  readonly arena: number;
}

/** Threads meet in the first bytes of the memory, which no region has. */
const meetingAddress = 0;
/** So many operations a step, about 100 microseconds, are worth the trouble of threads. */
const worthThreads = 1_500_000;

/** A memory, and all that runs in it. */
export class Machine {
  readonly #heap: Heap;
  readonly #bindings: Bindings;
  readonly #instances = new WeakMap<WebAssembly.Module, Threaded>();
  /** Gives back the frames of programs that nobody has any more. Until then they are some hundred bytes each. */
  readonly #frames = new FinalizationRegistry<Region>((frame) => this.#heap.give(frame));
  #arena: Region;
  #views: Views;

  /** Whether threads can work together in it. */
  readonly isShared: boolean;

  constructor(isShared = false) {
    this.isShared = isShared;
    const sizes = isShared ? { initial: 16, maximum: 65536, shared: true } : { initial: 16 };
    this.#heap = new Heap(new WebAssembly.Memory(sizes));
    this.#bindings = new Bindings(this.#heap);
    this.#arena = this.#heap.take(2 ** 16);
    this.#views = viewsOf(this.#heap.memory);
  }

  /** Makes a program ready. Throws where its module does not compile. */
  load(program: Program): Loaded {
    const threaded = this.#instanceOf(moduleOf(program));
    const frame = this.#heap.take(4 * program.words.length);
    const loaded = { program, machine: this, threaded, frame, written: [] };
    this.#frames.register(loaded, frame);
    return loaded;
  }

  /**
   * Runs a program so many steps. `leaves` are the elements of its leaves, of scanned ones all rows; those of `lasting` leaves will
   * come again. What comes out is the elements of the outputs after the last step, and of the stacked ones all rows.
   */
  run(
    loaded: Loaded,
    leaves: readonly Storage[],
    steps = 1,
    lasting: readonly boolean[] = [],
  ): { outputs: Storage[]; stacks: Storage[] } {
    const { program, frame } = loaded;
    const placed = this.#place(program, leaves, steps, lasting);
    this.#write(loaded, placed, program.stacks.length > 0 || steps > 1);
    const threads = this.isShared && program.work >= worthThreads ? threadCount() : 1;
    runThreaded(loaded.threaded, frame.address, steps, threads);
    this.#complain(frame);
    const { outputs, leaves: inputs } = program.schedule;
    // What is carried is, after the last step, where the next would read it.
    const carried = new Map(program.repetition.carried);
    const lies = outputs.map((buffer, i) => (carried.has(i) ? inputs[carried.get(i)!]! : buffer));
    return {
      outputs: lies.map((buffer) => this.#read(buffer, this.#addressOf(buffer, program, placed))),
      stacks: program.stacks.map((stack, i) => {
        const { dtype, size } = program.schedule.outputs[program.repetition.stacked[i]!]!;
        return this.#read({ dtype, size: size * steps }, placed.addresses[stack.leaf!]!);
      }),
    };
  }

  #instanceOf(module: WebAssembly.Module): Threaded {
    const known = this.#instances.get(module);
    if (known) return known;
    const { memory } = this.#heap;
    const run = new WebAssembly.Instance(module, { env: { memory } }).exports.run as Threaded["run"];
    const threaded = { module, memory, run, barrier: meetingAddress };
    this.#instances.set(module, threaded);
    return threaded;
  }

  /** Finds a place for everything, and copies leaves in that are not there. */
  #place(
    { plan, stacks, schedule, repetition }: Program,
    leaves: readonly Storage[],
    steps: number,
    lasting: readonly boolean[],
  ): Placed {
    this.#bindings.begin();
    const bound = leaves.map((value, i) => this.#bindings.find(value, lasting[i] === true));
    const sizes = [
      ...leaves.map((value, i) => (bound[i] === undefined ? value.byteLength : null)),
      ...stacks.map((_, i) => {
        const { dtype, size } = schedule.outputs[repetition.stacked[i]!]!;
        return size * dtypes[dtype].bytes * steps;
      }),
    ];
    let bytes = plan.bytes;
    const offsets = sizes.map((size) => {
      const offset = bytes;
      if (size !== null) bytes += (Math.ceil(size / line) + margin) * line;
      return offset;
    });
    this.#reserve(bytes);
    const arena = this.#arena.address;
    const addresses = offsets.map((offset, i) => bound[i] ?? arena + offset);
    for (const [i, value] of leaves.entries()) if (bound[i] === undefined) this.#copy(value, addresses[i]!);
    return { addresses, arena };
  }

  /** An arena of at least so many bytes. What is in it is lost. */
  #reserve(bytes: number): void {
    if (this.#arena.bytes < bytes) {
      this.#heap.give(this.#arena);
      this.#arena = this.#heap.take(bytes);
    }
    if (this.#views.f32.buffer !== this.#heap.memory.buffer) this.#views = viewsOf(this.#heap.memory);
  }

  /** Writes the words of the frame, unless they are as they were. */
  #write({ program, frame, written }: Loaded, { addresses, arena }: Placed, isMoving: boolean): void {
    const isWritten =
      !isMoving && written[0] === arena && addresses.every((address, i) => written[i + 1] === address);
    if (isWritten) return;
    const base = frame.address / 4;
    const { i32 } = this.#views;
    for (const [i, word] of program.words.entries())
      i32[base + i] =
        typeof word === "number"
          ? word
          : this.#addressOf(word.buffer, program, { addresses, arena }) + word.bytes;
    written.length = 0;
    if (!isMoving) written.push(arena, ...addresses);
  }

  #addressOf(buffer: Buffer, { plan, inPlace }: Program, { addresses, arena }: Placed): number {
    const place = inPlace.get(buffer) ?? buffer;
    if (place === meeting) return meetingAddress;
    return place.leaf === null ? arena + plan.places.get(place)! : addresses[place.leaf]!;
  }

  #copy(value: Storage, address: number): void {
    if (value instanceof Float32Array) this.#views.f32.set(value, address / 4);
    else if (value instanceof Float64Array) this.#views.f64.set(value, address / 8);
    else if (value instanceof Int32Array) this.#views.i32.set(value, address / 4);
    else this.#views.u8.set(value, address);
  }

  #read({ dtype, size }: Pick<Buffer, "dtype" | "size">, address: number): Storage {
    const start = address / dtypes[dtype].bytes;
    return this.#views[viewNames[dtype]].slice(start, start + size);
  }

  /** Throws if a program came upon an index out of range. */
  #complain({ address }: Region): void {
    const { i32 } = this.#views;
    const at = address / 4;
    if (i32[at] === 0) return;
    const [index, size] = [i32[at + 1]!, i32[at + 2]!];
    i32.fill(0, at, at + 3);
    throw new RangeError(`indexSelect expects indices from 0 to ${size - 1}, got ${index}`);
  }
}

interface Views {
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  readonly i32: Int32Array;
  readonly u8: Uint8Array;
}

const viewNames = {
  float32: "f32",
  float64: "f64",
  int32: "i32",
  bool: "u8",
} as const satisfies Record<Dtype, keyof Views>;

function viewsOf({ buffer }: WebAssembly.Memory): Views {
  return {
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
    i32: new Int32Array(buffer),
    u8: new Uint8Array(buffer),
  };
}

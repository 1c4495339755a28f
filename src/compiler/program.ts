/**
 * A whole program: a graph goes in, a WebAssembly module comes out, with the words of its frame and the plan of its memory. The module
 * exports `run(frame, steps, thread, threads)`, which goes through the kernels, step after step.
 */
import { dtypes } from "../ir/dtype.ts";
import type { Node } from "../ir/graph.ts";
import { barrier, mostThreads } from "./barrier.ts";
import { add, type Code, end, get, int, mul, set, sub, writeWhile } from "./code.ts";
import { elements } from "./elements.ts";
import { encode } from "./encode.ts";
import { Frame, firstLocal, frameLocal, lastLocal, threadLocal, type Word, workParams } from "./frame.ts";
import { type WasmFunction, type WasmModule, Writer } from "./instructions.ts";
import {
  type Buffer,
  type Kernel,
  type Loop,
  type Product,
  readBy,
  type Strand,
  written,
} from "./kernels.ts";
import { type Links, partialsOf, unitsOf, writeLoop, writeResults } from "./loops.ts";
import { type Plan, plan, type Scratch } from "./memory.ts";
import { extreme, pairs } from "./pairs.ts";
import { products, scratchBytes, units as unitsOfProduct } from "./products.ts";
import { remainders } from "./remainder.ts";
import { type Schedule, schedule } from "./schedule.ts";
import { copy, type StrandName, strand } from "./strands.ts";
import { isTiny, writeTiny } from "./tiny.ts";

/** What goes from one step to the next, and what each step reads and leaves: outputs and leaves by number. */
export interface Repetition {
  /** Outputs that become leaves. */
  readonly carried: readonly (readonly [output: number, leaf: number])[];
  /** Leaves that lie one row a step, one after the other. */
  readonly scanned: readonly number[];
  /** Outputs that each step adds to a row of its own. */
  readonly stacked: readonly number[];
}

/** A program without repetition. */
export const once: Repetition = { carried: [], scanned: [], stacked: [] };

/** What the runtime needs to run a program, and `explain` to tell of it. */
export interface Program {
  readonly module: WasmModule;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What the words of the frame hold. */
  readonly words: readonly Word[];
  readonly schedule: Schedule;
  readonly repetition: Repetition;
  readonly plan: Plan;
  /** Outputs that lie where a leaf lay. */
  readonly inPlace: ReadonlyMap<Buffer, Buffer>;
  /** Where each stacked output's rows go: leaves of the runtime's own. */
  readonly stacks: readonly Buffer[];
  /** About how many elementary operations a step takes. */
  readonly work: number;
}

/** Compiles a graph, whose nodes come in order. */
export function compileProgram(
  order: readonly Node[],
  outputs: readonly Node[],
  repetition: Repetition = once,
  isShared = false,
): Program {
  return new Linker(schedule(order, outputs), repetition, isShared).link();
}

/** Puts functions together, each that is needed once. */
class Linker {
  readonly #schedule: Schedule;
  readonly #repetition: Repetition;
  readonly #isShared: boolean;
  readonly #frame = new Frame();
  readonly #functions: WasmFunction[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(made: Schedule, repetition: Repetition, isShared: boolean) {
    this.#schedule = made;
    this.#repetition = repetition;
    this.#isShared = isShared;
  }

  link(): Program {
    const { kernels, outputs, leaves } = this.#schedule;
    const scratch = kernels.map(scratchOf);
    const aside = new Map(
      this.#repetition.carried.flatMap(([output, into], i): [Buffer, Buffer][] => {
        const from = outputs[output]!;
        const { leaf, dtype, size } = from;
        return leaf === null || leaf === into ? [] : [[from, { name: `aside${i}`, dtype, size, leaf: null }]];
      }),
    );
    const memory = plan(kernels, scratch, [...outputs, ...aside.values()]);
    const inPlace = sharedPlaces(this.#schedule, this.#repetition);
    const stacks = this.#repetition.stacked.map((output, i): Buffer => {
      const { dtype } = outputs[output]!;
      return { name: `stack${i}`, dtype, size: 0, leaf: leaves.length + i };
    });
    const parts = this.#parts(scratch);
    this.#between(parts.at(-1)!.serial, { stacks, inPlace, aside });
    this.#add(this.#run(parts));
    const module = { imports: [], functions: this.#functions, isShared: this.#isShared };
    return {
      module,
      bytes: encode(module),
      words: this.#frame.words,
      schedule: this.#schedule,
      repetition: this.#repetition,
      plan: memory,
      inPlace,
      stacks,
      work: kernels.reduce((sum, kernel) => sum + workOf(kernel), 0),
    };
  }

  /** The number of the next function. */
  get #next(): number {
    return this.#functions.length;
  }

  #add(f: WasmFunction): number {
    return this.#functions.push(f) - 1;
  }

  /** The number of a function that is made when it is first needed, with those it calls before it. */
  #need(name: string, make: () => readonly WasmFunction[]): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    for (const f of make()) this.#numbers.set(f.name, this.#add(f));
    return this.#numbers.get(name)!;
  }

  /** Kernels in order, each with the little work that follows it and needs but one thread. */
  #parts(scratch: Scratch): Part[] {
    const parts: Part[] = [{ work: null, serial: new Writer(["i32"]) }];
    for (const [i, kernel] of this.#schedule.kernels.entries()) {
      if (kernel.kind === "loop" && isTiny(kernel)) writeTiny(kernel, parts.at(-1)!.serial, this.#frame);
      else parts.push(this.#kernel(kernel, `k${i}`, scratch[i]!));
    }
    return parts;
  }

  /** The function of a kernel, and its words. */
  #kernel(kernel: Kernel, name: string, scratch: Buffer | null): Part {
    const serial = new Writer(["i32"]);
    switch (kernel.kind) {
      case "loop":
        return { work: this.#loop(kernel, name, scratch ?? noBuffer, serial), serial };
      case "product":
        return { work: this.#product(kernel, name, scratch!), serial };
      case "strand":
        return { work: this.#strand(kernel, name), serial };
      default:
        return kernel satisfies never;
    }
  }

  #loop(loop: Loop, name: string, partials: Buffer, serial: Writer): Work {
    const context = { frame: this.#frame, links: this.#links(loop), partials };
    const call = this.#add(writeLoop(name, loop, context));
    writeResults(loop, serial, context);
    const units = unitsOf(loop);
    const size = loop.shape.reduce((product, d) => product * d, 1);
    const chunk = Math.max(1, Math.floor((chunkElements * Math.max(units, 1)) / Math.max(size, 1)));
    return { call, units, chunk };
  }

  #links(loop: Loop): Links {
    const folds = new Set(loop.folds.map(({ fold }) => fold));
    const calls = new Set(loop.lines.map(({ op }) => op));
    const huge = (): WasmFunction[] => remainders(this.#next);
    return {
      pairs: folds.has("sum") ? this.#need("pairs", () => [pairs()]) : -1,
      largest: folds.has("max") ? this.#need("largest", () => [extreme("largest")]) : -1,
      smallest: folds.has("min") ? this.#need("smallest", () => [extreme("smallest")]) : -1,
      remainder: calls.has("remainder") ? this.#need("remainder", huge) : -1,
      quadrant: calls.has("quadrant") ? this.#need("quadrant", huge) : -1,
    };
  }

  /** A function that goes through the batches of a product. */
  #product(kernel: Product, name: string, scratch: Buffer): Work {
    const { dtype, a, b, out } = kernel;
    const entry = this.#need(`matmul_${dtype}`, () => products(dtype, this.#next));
    const [batches, m, n, k] = kernel.sizes;
    const { bytes } = elements[dtype];
    const w = new Writer(workParams);
    const load = (word: Word): number => this.#frame.local(word, w);
    const places = [
      { at: load({ buffer: out, bytes: 0 }), step: load(m * n * bytes) },
      ...[a, b].map(({ buffer, offset, strides }) => ({
        at: load({ buffer, bytes: offset * bytes }),
        step: load(strides[0] * bytes),
      })),
    ];
    const sizes = [m, n, k, a.strides[1], a.strides[2], b.strides[1], b.strides[2]].map(load);
    const own = load({ buffer: scratch, bytes: 0 });
    const left = load(batches);
    w.write(get(own), get(threadLocal), int(scratchBytes), mul, add, set(own));
    writeWhile(w, [get(left)], () => {
      w.write(
        ...places.map(({ at }) => get(at)),
        ...sizes.map(get),
        get(own),
        get(firstLocal),
        get(lastLocal),
      );
      w.write(["call", entry]);
      for (const { at, step } of places) w.write(get(at), get(step), add, set(at));
      w.write(get(left), int(1), sub, set(left));
    });
    const units = unitsOfProduct(m, n);
    return { call: this.#add(w.finish(name)), units, chunk: Math.max(1, Math.ceil(units / 4)) };
  }

  /** A function that calls a strand, on one thread. */
  #strand({ name, dtype, sizes, inputs, out }: Strand, label: string): Work {
    const full = `${name}_${dtype}` as StrandName;
    const entry = this.#need(full, () => [strand(full)]);
    const w = new Writer(workParams);
    const words: Word[] = [...[out, ...inputs].map((buffer) => ({ buffer, bytes: 0 })), ...sizes];
    const locals = words.map((word) => this.#frame.local(word, w));
    w.write(...locals.map(get), ...(name === "scatter" ? [get(frameLocal)] : []), ["call", entry]);
    return { call: this.#add(w.finish(label)), units: 1, chunk: 1 };
  }

  /** (frame, steps, thread, threads): all kernels in order, and again. All threads come to each kernel's end before one goes on. */
  #run(parts: readonly Part[]): WasmFunction {
    const w = new Writer(["i32", "i32", "i32", "i32"]);
    const [steps, thread] = [1, 2];
    writeWhile(w, [get(steps)], () => {
      for (const [i, { work, serial }] of parts.entries()) {
        if (work) this.#writeWork(work, w);
        if (serial.body.length === 0) continue;
        const call = this.#add(serial.finish(`serial${i}`));
        w.write(get(thread), ["i32.eqz"], ["if"], get(frameLocal), ["call", call], end);
        this.#meet(w);
      }
      w.write(get(steps), int(1), sub, set(steps));
    });
    return w.finish("run", [], true);
  }

  /** A thread's share of the units, in calls that do not last too long. */
  #writeWork({ call, units: count, chunk: most }: Work, w: Writer): void {
    const [thread, threads] = [2, 3];
    const [units, chunk] = [this.#frame.local(count, w), this.#frame.local(most, w)];
    const [first, last, to] = [w.local("i32"), w.local("i32"), w.local("i32")];
    const share = (n: Code): Code => [...[get(units), ...n, mul, get(threads), ["i32.div_u"] as const]];
    w.write(int(0), set(first), get(units), set(last));
    w.write(get(threads), int(1), ["i32.gt_u"], ["if"], ...share([get(thread)]), set(first));
    w.write(...share([get(thread), int(1), add]), set(last), end);
    w.write(["block"], ["loop"], get(first), get(last), ["i32.ge_u"], ["br_if", 1]);
    w.write(get(first), get(chunk), add, get(last), get(first), get(chunk), add);
    w.write(get(last), ["i32.lt_u"], ["select"], set(to));
    w.write(get(frameLocal), get(first), get(to), get(thread), ["call", call], get(to), set(first), [
      "br",
      0,
    ]);
    w.write(end, end);
    this.#meet(w);
  }

  /** Waits for the other threads, if there are any. */
  #meet(w: Writer): void {
    if (!this.#isShared) return;
    const [thread, threads] = [2, 3];
    const address = this.#frame.local({ buffer: meeting, bytes: 0 }, w);
    const call = this.#need("barrier", () => [barrier()]);
    w.write(
      get(threads),
      int(1),
      ["i32.gt_u"],
      ["if"],
      get(address),
      get(threads),
      get(thread),
      ["call", call],
      end,
    );
  }

  /** Adds to a function what is done after each step: outputs go where they are read next, rows move on. */
  #between(w: Writer, { stacks, inPlace, aside }: Places): void {
    const { outputs, leaves } = this.#schedule;
    const { carried, scanned, stacked } = this.#repetition;
    const load = (word: Word): Code => this.#frame.read(word);
    const advance = (offset: number, bytes: number): void => {
      w.write(get(frameLocal), get(frameLocal), ["i32.load", offset], ...load(bytes), add);
      w.write(["i32.store", offset]);
    };
    const copying = (into: Buffer, from: Buffer): void => {
      const bytes = from.size * dtypes[from.dtype].bytes;
      w.write(...load({ buffer: into, bytes: 0 }), ...load({ buffer: from, bytes: 0 }));
      if (bytes === 4) w.write(["f32.load"], ["f32.store"]);
      else if (bytes === 8) w.write(["f64.load"], ["f64.store"]);
      else w.write(...load(bytes), ["call", this.#need("copy", () => [copy()])]);
    };
    for (const [i, output] of stacked.entries()) {
      const { size, dtype } = outputs[output]!;
      const at = this.#frame.words.length;
      copying(stacks[i]!, outputs[output]!);
      advance(4 * at, size * dtypes[dtype].bytes);
    }
    // A leaf that is to be another one is put aside first, for it may itself be written to.
    const moves = carried
      .map(([output, leaf]) => ({ from: outputs[output]!, into: leaves[leaf]! }))
      .filter(({ from, into }) => from !== into && inPlace.get(from) !== into);
    for (const [from, into] of aside) copying(into, from);
    for (const { from, into } of moves) copying(into, aside.get(from) ?? from);
    const moving = new Set(scanned.map((leaf) => leaves[leaf]!));
    const words = [...this.#frame.words.entries()];
    for (const [i, word] of words)
      if (typeof word !== "number" && moving.has(word.buffer)) {
        const { size, dtype } = word.buffer;
        advance(4 * i, size * dtypes[dtype].bytes);
      }
  }
}

/** Buffers that go from step to step. */
interface Places {
  readonly stacks: readonly Buffer[];
  readonly inPlace: ReadonlyMap<Buffer, Buffer>;
  /** For each leaf that is to be another one, where it waits. */
  readonly aside: ReadonlyMap<Buffer, Buffer>;
}

/** How a kernel is run: its function, how many units of work it has, and how many go into one call. */
interface Work {
  readonly call: number;
  readonly units: number;
  readonly chunk: number;
}

/** A kernel, and what one thread does after it. */
interface Part {
  readonly work: Work | null;
  readonly serial: Writer;
}

/** A call that lasts goes on in the code that it began with, be that the engine's slow first one: calls are for about so many elements. */
const chunkElements = 1 << 18;

const noBuffer: Buffer = { name: "none", dtype: "float64", size: 0, leaf: null };

/** The words at which threads meet, which the runtime places. */
export const meeting: Buffer = { name: "meeting", dtype: "int32", size: 16, leaf: -1 };

/** What a kernel needs for itself while it runs. */
function scratchOf(kernel: Kernel, i: number): Buffer | null {
  const name = `scratch${i}`;
  if (kernel.kind === "strand") return null;
  if (kernel.kind === "product")
    return { name, dtype: "float64", size: (mostThreads * scratchBytes) / 8, leaf: null };
  const { count, isPerThread } = partialsOf(kernel);
  return count === 0
    ? null
    : { name, dtype: "float64", size: count * (isPerThread ? mostThreads : 1), leaf: null };
}

/** About how many operations a kernel takes. */
function workOf(kernel: Kernel): number {
  if (kernel.kind === "product") return kernel.sizes.reduce((product, d) => product * d, 0.5);
  if (kernel.kind === "strand") return kernel.inputs.reduce((sum, { size }) => sum + size, 0);
  return kernel.shape.reduce((product, d) => product * d, kernel.lines.length + kernel.folds.length);
}

/**
 * Carried outputs that can be written where the leaf lies: when one loop reads the leaf last, and at each step only the elements that it
 * writes then.
 */
function sharedPlaces(
  { kernels, outputs, leaves }: Schedule,
  { carried, stacked }: Repetition,
): Map<Buffer, Buffer> {
  const shared = new Map<Buffer, Buffer>();
  const isStacked = (buffer: Buffer): boolean => stacked.some((output) => outputs[output] === buffer);
  const isWanted = (buffer: Buffer): boolean => outputs.includes(buffer);
  for (const [output, leaf] of carried) {
    const [out, into] = [outputs[output]!, leaves[leaf]!];
    if (out.leaf !== null || shared.has(out) || isStacked(out) || isWanted(into)) continue;
    if (carried.filter(([other]) => outputs[other] === out).length > 1) continue;
    const at = kernels.findIndex((kernel) => written(kernel).includes(out));
    const isLater = kernels.slice(at + 1).some((kernel) => readBy(kernel).includes(into));
    if (!isLater && isInStep(kernels[at]!, out, into)) shared.set(out, into);
  }
  return shared;
}

/** Whether a kernel reads `into` at no other places than it then writes `out`. */
function isInStep(kernel: Kernel, out: Buffer, into: Buffer): boolean {
  if (kernel.kind !== "loop") return false;
  const stores = kernel.stores.filter(({ access }) => access.buffer === out);
  if (stores.length !== 1) return false;
  const { strides, offset } = stores[0]!.access;
  return kernel.lines.every((line) => {
    if (line.op !== "read") return true;
    if (line.index?.access.buffer === into) return false;
    if (line.access.buffer !== into) return true;
    const isAlike = line.access.offset === offset && line.access.strides.every((s, d) => s === strides[d]);
    return isAlike && line.guards.length === 0 && line.index === null;
  });
}

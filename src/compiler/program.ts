/**
 * A whole program: a graph goes in, a WebAssembly module comes out, with the words of its frame and the plan of its memory. The module
 * exports `run(frame, steps, thread, threads)`, which goes through the kernels, step after step.
 */
import type { Node } from "../ir/graph.ts";
import { mostThreads } from "./barrier.ts";
import { writeBetween } from "./between.ts";
import { add, get, int, mul, set, sub, writeWhile } from "./code.ts";
import { elements } from "./elements.ts";
import { encode } from "./encode.ts";
import { Frame, firstLocal, frameLocal, lastLocal, threadLocal, type Word, workParams } from "./frame.ts";
import { Functions } from "./functions.ts";
import { type WasmModule, Writer } from "./instructions.ts";
import type { Buffer, Kernel, Loop, Product, Strand } from "./kernels.ts";
import { type Links, partialsOf, unitsOf, writeLoop, writeResults } from "./loops.ts";
import { type Plan, plan, type Scratch } from "./memory.ts";
import { extreme, pairs } from "./pairs.ts";
import { products, scratchBytes, units as unitsOfProduct } from "./products.ts";
import { remainders } from "./remainder.ts";
import { once, type Places, placesOf, type Repetition } from "./repetition.ts";
import { type Part, run, type Work } from "./run.ts";
import { type Schedule, schedule } from "./schedule.ts";
import { type StrandName, strand } from "./strands.ts";
import { isTiny, writeTiny } from "./tiny.ts";

export { once, type Repetition } from "./repetition.ts";
export { meeting } from "./run.ts";

/** What the runtime needs to run a program, and `explain` to tell of it. */
export interface Program extends Pick<Places, "inPlace" | "stacks"> {
  readonly module: WasmModule;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What the words of the frame hold. */
  readonly words: readonly Word[];
  readonly schedule: Schedule;
  readonly repetition: Repetition;
  readonly plan: Plan;
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
  readonly #functions = new Functions();

  constructor(made: Schedule, repetition: Repetition, isShared: boolean) {
    this.#schedule = made;
    this.#repetition = repetition;
    this.#isShared = isShared;
  }

  link(): Program {
    const { kernels, outputs } = this.#schedule;
    const scratch = kernels.map(scratchOf);
    const places = placesOf(this.#schedule, this.#repetition);
    const parts = this.#parts(scratch);
    writeBetween(parts.at(-1)!.serial, {
      schedule: this.#schedule,
      repetition: this.#repetition,
      places,
      frame: this.#frame,
      functions: this.#functions,
    });
    this.#functions.add(run(parts, this.#frame, this.#functions, this.#isShared));
    const module = { imports: [], functions: this.#functions.all, isShared: this.#isShared };
    return {
      module,
      bytes: encode(module),
      words: this.#frame.words,
      schedule: this.#schedule,
      repetition: this.#repetition,
      plan: plan(kernels, scratch, [...outputs, ...places.aside.values()]),
      inPlace: places.inPlace,
      stacks: places.stacks,
      work: kernels.reduce((sum, kernel) => sum + workOf(kernel), 0),
    };
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
    const call = this.#functions.add(writeLoop(name, loop, context));
    writeResults(loop, serial, context);
    const units = unitsOf(loop);
    const size = loop.shape.reduce((product, d) => product * d, 1);
    const chunk = Math.max(1, Math.floor((chunkElements * Math.max(units, 1)) / Math.max(size, 1)));
    return { call, units, chunk };
  }

  #links(loop: Loop): Links {
    const folds = new Set(loop.folds.map(({ fold }) => fold));
    const calls = new Set(loop.lines.map(({ op }) => op));
    return {
      pairs: folds.has("sum") ? this.#functions.need("pairs", () => [pairs()]) : -1,
      largest: folds.has("max") ? this.#functions.need("largest", () => [extreme("largest")]) : -1,
      smallest: folds.has("min") ? this.#functions.need("smallest", () => [extreme("smallest")]) : -1,
      remainder: calls.has("remainder") ? this.#functions.need("remainder", remainders) : -1,
      quadrant: calls.has("quadrant") ? this.#functions.need("quadrant", remainders) : -1,
    };
  }

  /** A function that goes through the batches of a product. */
  #product(kernel: Product, name: string, scratch: Buffer): Work {
    const { dtype, a, b, out } = kernel;
    const entry = this.#functions.need(`matmul_${dtype}`, (first) => products(dtype, first));
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
    return { call: this.#functions.add(w.finish(name)), units, chunk: Math.max(1, Math.ceil(units / 4)) };
  }

  /** A function that calls a strand, on one thread. */
  #strand({ name, dtype, sizes, inputs, out }: Strand, label: string): Work {
    const full = `${name}_${dtype}` as StrandName;
    const entry = this.#functions.need(full, () => [strand(full)]);
    const w = new Writer(workParams);
    const words: Word[] = [...[out, ...inputs].map((buffer) => ({ buffer, bytes: 0 })), ...sizes];
    const locals = words.map((word) => this.#frame.local(word, w));
    w.write(...locals.map(get), ...(name === "scatter" ? [get(frameLocal)] : []), ["call", entry]);
    return { call: this.#functions.add(w.finish(label)), units: 1, chunk: 1 };
  }
}

/** A call that lasts goes on in the code that it began with, be that the engine's slow first one: calls are for about so many elements. */
const chunkElements = 1 << 18;

const noBuffer: Buffer = { name: "none", dtype: "float64", size: 0, leaf: null };

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

/**
 * Code of a loop kernel: one pass over the data for all its stores and folds. A loop goes in, a function of a range of units comes
 * out, and what makes results of what the units have left. Sums keep to the order of docs/sums.md.
 *
 * A unit is a block of 4096 elements where all dimensions are walked as one, else everything below one index of the first dimension.
 * What happens along the innermost dimension is in steps.ts.
 */
import { add, type Code, end, get, int, mul, set, sub, writeWhile } from "./code.ts";
import { elements, storeOne } from "./elements.ts";
import { type Folding, foldingOf } from "./folding.ts";
import {
  complaint,
  type Frame,
  firstLocal,
  frameLocal,
  lastLocal,
  threadLocal,
  workParams,
} from "./frame.ts";
import { type WasmFunction, Writer } from "./instructions.ts";
import type { Buffer, Fold, Loop } from "./kernels.ts";
import { levelsOf, weightOf } from "./levels.ts";
import { Reads } from "./reads.ts";
import { abreastOf, atMost, Steps } from "./steps.ts";
import { Stores } from "./stores.ts";
import { type Calls, Values } from "./values.ts";
import { Walkers } from "./walkers.ts";

/** Elements in a block, the unit of a loop of one dimension. */
const block = 4096;

/** What the code of a loop is linked to: functions by number. */
export interface Links extends Calls {
  /** (address, count) -> f64: folds so many doubles, in place. */
  readonly pairs: number;
  readonly largest: number;
  readonly smallest: number;
}

const foldLinks = { sum: "pairs", max: "largest", min: "smallest" } as const satisfies Record<
  Fold["fold"],
  keyof Links
>;

/** How many units a loop has. */
export function unitsOf({ shape }: Loop): number {
  return shape.length === 1 ? Math.ceil(shape[0]! / block) : shape[0]!;
}

/** How many doubles a loop leaves between its units and its end, or in the course of one on each thread. */
export function partialsOf(loop: Loop): { readonly count: number; readonly isPerThread: boolean } {
  const blocks = Math.ceil(loop.shape.at(-1)! / block);
  return { count: loop.folds.length * blocks, isPerThread: loop.shape.length > 1 };
}

/** What the code of a loop is written with: `partials` is where it leaves doubles. */
export interface LoopContext {
  readonly frame: Frame;
  readonly links: Links;
  readonly partials: Buffer;
}

/** (frame, first, last, thread): does the units of a loop from first to last. */
export function writeLoop(name: string, loop: Loop, context: LoopContext): WasmFunction {
  return new LoopWriter(loop, context).work(name);
}

/** Adds to a function, whose first parameter is the frame, what makes results of the doubles that units have left. */
export function writeResults(loop: Loop, w: Writer, { frame, links, partials }: LoopContext): void {
  if (!isFlat(loop) || loop.folds.length === 0) return;
  const [units, result] = [w.local("i32"), w.local("f64")];
  w.write(...frame.read(unitsOf(loop)), set(units));
  for (const [i, { access, fold }] of loop.folds.entries()) {
    const { buffer, offset } = access;
    const from: Code = [...frame.read({ buffer: partials, bytes: 0 }), get(units), int(8 * i), mul, add];
    w.write(get(units), int(1), ["i32.eq"], ["if"], ...from, ["f64.load"], set(result), ["else"]);
    w.write(...from, get(units), ["call", links[foldLinks[fold]]], set(result), end);
    w.write(...frame.read({ buffer, bytes: offset * elements[buffer.dtype].bytes }));
    w.write(get(result), ...storeOne[buffer.dtype]);
  }
}

/** Whether all dimensions are walked as one. */
function isFlat({ shape }: Loop): boolean {
  return shape.length === 1;
}

class LoopWriter {
  readonly #loop: Loop;
  readonly #context: LoopContext;
  readonly #w = new Writer(workParams);
  /** A local that is always 0, which the engine cannot know. */
  readonly #never = this.#w.local("i32");
  /** The size of the innermost dimension, in a local. */
  readonly #size: number;
  readonly #foldings: readonly Folding[];
  readonly #walkers: Walkers;
  readonly #values: Values;
  readonly #reads: Reads;
  readonly #steps: Steps;

  constructor(loop: Loop, context: LoopContext) {
    const { lines } = loop;
    const { frame, links } = context;
    const w = this.#w;
    const [address, place, index] = [w.local("i32"), w.local("i32"), w.local("i32")];
    const spare = { address, place, index, vector: w.local("v128") };
    const levels = levelsOf(lines);
    const abreast = abreastOf(weightOf(lines, levels));
    this.#loop = loop;
    this.#context = context;
    this.#size = this.#local(loop.shape.at(-1)!);
    this.#foldings = loop.folds.map((fold) => foldingOf(fold, lines[fold.line]!.lane, w));
    this.#walkers = new Walkers(frame, w, index);
    this.#values = new Values(lines, levels, abreast, links, w);
    this.#reads = new Reads(this.#walkers, spare, w);
    this.#steps = new Steps({
      loop,
      levels,
      foldings: this.#foldings,
      walkers: this.#walkers,
      values: this.#values,
      reads: this.#reads,
      stores: new Stores(lines, this.#values, this.#walkers, spare, w),
      never: this.#never,
      w,
    });
  }

  /** (frame, first, last, thread). */
  work(name: string): WasmFunction {
    const { lines, stores, folds } = this.#loop;
    for (const line of lines) if (line.op === "read") this.#walkers.addRead(line);
    for (const { access } of [...stores, ...folds]) this.#walkers.add(access);
    this.#w.write(get(frameLocal), ["i32.load", complaint], set(this.#never));
    this.#writeStill(0);
    if (isFlat(this.#loop)) this.#writeUnits();
    else this.#writeOuter(0);
    return this.#w.finish(name);
  }

  /** A local that holds a word of the frame. */
  #local(word: Parameters<Frame["word"]>[0]): number {
    return this.#context.frame.local(word, this.#w);
  }

  /** The lines that stand still along the innermost dimension, of one level. */
  #writeStill(level: 0 | 1): void {
    this.#values.write(level, (line, parts) => this.#reads.writeStill(line, parts));
  }

  /** A loop over units that are blocks. */
  #writeUnits(): void {
    const w = this.#w;
    this.#reads.writeShifts(this.#loop.lines);
    const [unit, start, count] = [w.local("i32"), w.local("i32"), w.local("i32")];
    const hasFolds = this.#foldings.length > 0;
    const partials = hasFolds ? this.#local({ buffer: this.#context.partials, bytes: 0 }) : -1;
    const units = hasFolds ? this.#local(unitsOf(this.#loop)) : -1;
    w.write(get(firstLocal), set(unit));
    writeWhile(w, [get(unit), get(lastLocal), ["i32.lt_u"]], () => {
      w.write(get(unit), int(block), mul, set(start));
      this.#writeBlock(start, count);
      for (const [i, { total }] of this.#foldings.entries()) {
        w.write(get(partials), get(units), int(8 * i), mul, add, get(unit), int(3), ["i32.shl"], add);
        w.write(get(total), ["f64.store"]);
      }
      w.write(get(unit), int(1), add, set(unit));
    });
  }

  /** The steps of a block from `start`, or of what is left; `count` is a local for how many elements that is. */
  #writeBlock(start: number, count: number): void {
    this.#w.write(get(this.#size), get(start), sub, set(count), ...atMost(count, block));
    this.#steps.write(start, count);
  }

  /** Loops over the kept dimensions, from dimension d on. */
  #writeOuter(d: number): void {
    if (d === this.#loop.shape.length - 1) {
      this.#writeRow();
      return;
    }
    const w = this.#w;
    const index = w.local("i32");
    const count = d === 0 ? lastLocal : this.#local(this.#loop.shape[d]!);
    this.#walkers.alongOuter(d, d === 0 ? firstLocal : null, (moveOn) => {
      w.write(d === 0 ? get(firstLocal) : int(0), set(index));
      writeWhile(w, [get(index), get(count), ["i32.lt_u"]], () => {
        this.#writeOuter(d + 1);
        w.write(...moveOn, get(index), int(1), add, set(index));
      });
    });
  }

  /** Everything at one of the kept places: a row of the innermost dimension. */
  #writeRow(): void {
    const w = this.#w;
    this.#writeStill(1);
    this.#reads.writeShifts(this.#loop.lines);
    const start = w.local("i32");
    if (this.#foldings.length > 0) this.#writeFoldedRow(start);
    else {
      w.write(int(0), set(start));
      this.#steps.write(start, this.#size);
    }
  }

  /** A row of terms, block by block. Where there is more than one, their results are left and folded in the end. */
  #writeFoldedRow(start: number): void {
    const w = this.#w;
    const [blocks, at, count] = [w.local("i32"), w.local("i32"), w.local("i32")];
    const isOfMany: Code = [get(blocks), int(1), ["i32.gt_u"], ["if"]];
    w.write(get(this.#size), int(block - 1), add, int(12), ["i32.shr_u"], set(blocks));
    w.write(int(0), set(start), int(0), set(at));
    const partials = this.#local({ buffer: this.#context.partials, bytes: 0 });
    const place = (i: number): Code => [
      ...[get(partials), get(threadLocal), int(this.#foldings.length), mul, int(i), add, get(blocks), mul],
      ...[int(3), ["i32.shl"] as const, add],
    ];
    for (const { total, identity } of this.#foldings) w.write(["f64.const", identity], set(total));
    writeWhile(w, [get(at), get(blocks), ["i32.lt_u"]], () => {
      this.#writeBlock(start, count);
      w.write(...isOfMany);
      for (const [i, { total }] of this.#foldings.entries())
        w.write(...place(i), get(at), int(3), ["i32.shl"], add, get(total), ["f64.store"]);
      w.write(end, get(at), int(1), add, set(at), get(start), int(block), add, set(start));
    });
    for (const [i, { access, fold }] of this.#loop.folds.entries()) {
      const { total } = this.#foldings[i]!;
      const link = this.#context.links[foldLinks[fold]];
      w.write(...isOfMany, ...place(i), get(blocks), ["call", link], set(total), end);
      w.write(this.#walkers.start(access), get(total), ...storeOne[access.buffer.dtype]);
    }
  }
}

/**
 * Code of a loop kernel: one pass over the data for all its stores and folds. A loop goes in, a function of a range of units comes
 * out, and what makes results of what the units have left. Sums keep to the order of docs/sums.md.
 *
 * Four elements go through the lines at once: an f32 line is one vector, an f64 line two. Eight such steps are a run, whose
 * terms a sum adds as a tree; 128 runs are a block. A unit is a block where all dimensions are walked as one, else everything
 * below one index of the first dimension.
 */
import { add, type Code, end, get, int, mul, set, sub, writeWhile } from "./code.ts";
import { converted, elements, storeOne } from "./elements.ts";
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
import { type Instruction, type WasmFunction, Writer } from "./instructions.ts";
import type { Access, Buffer, Fold, Guard, Line, Loop } from "./kernels.ts";
import { primitiveRows, splat } from "./primitives.ts";

/** Elements in a block, the unit of a loop of one dimension. */
const block = 4096;
const run = 32;

/** What the code of a loop is linked to: functions by number. */
export interface Links {
  /** (address, count) -> f64: folds so many doubles, in place. */
  readonly pairs: number;
  readonly largest: number;
  readonly smallest: number;
  /** (f64) -> f64. */
  readonly remainder: number;
  readonly quadrant: number;
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
export function writeLoop(name: string, loop: Loop, { frame, links, partials }: LoopContext): WasmFunction {
  return new LoopWriter(loop, frame, links, partials).work(name);
}

/** Adds to a function, whose first parameter is the frame, what makes results of the doubles that units have left. */
export function writeResults(loop: Loop, w: Writer, { frame, links, partials }: LoopContext): void {
  if (!isFlat(loop) || loop.folds.length === 0) return;
  const [units, result] = [w.local("i32"), w.local("f64")];
  w.write(...frame.read(unitsOf(loop)), set(units));
  for (const [i, { access, fold }] of loop.folds.entries()) {
    const from: Code = [...frame.read({ buffer: partials, bytes: 0 }), get(units), int(8 * i), mul, add];
    w.write(get(units), int(1), ["i32.eq"], ["if"], ...from, ["f64.load"], set(result), ["else"]);
    w.write(...from, get(units), ["call", links[foldLinks[fold]]], set(result), end);
    w.write(
      ...frame.read({ buffer: access.buffer, bytes: access.offset * elements[access.buffer.dtype].bytes }),
    );
    w.write(get(result), ...storeOne[access.buffer.dtype]);
  }
}

/** Whether all dimensions are walked as one. */
function isFlat({ shape }: Loop): boolean {
  return shape.length === 1;
}

/** Steps no heavier than this go one after the other: they are done before the next is read. */
const light = 10;

/** Steps of maps no heavier than this are written once more for where enough is left. */
const brief = 30;

/** The heaviest step that is written out eight times, in instructions and a half. */
const longest = 96;

/** How deep in the loop a line is computed: before it, once in each of the kept places, or at every step. */
type Level = 0 | 1 | 2;

/** Something that moves as the loop goes on: the address of an access, or a coordinate. */
interface Walker {
  /** A local: where it stands, but for the innermost dimension. */
  at: number;
  /** By how much it moves along each dimension, in a local; null where not at all, or from neighbour to neighbour. */
  readonly steps: readonly (number | null)[];
  /** Whether it moves from neighbour to neighbour along the innermost dimension. */
  readonly isDense: boolean;
  /** Bytes from neighbour to neighbour; 1 for coordinates. */
  readonly unit: number;
}

type Read = Extract<Line, { op: "read" }>;

class LoopWriter {
  readonly #loop: Loop;
  readonly #frame: Frame;
  readonly #links: Links;
  readonly #partials: Buffer;
  readonly #w = new Writer(workParams);
  readonly #levels: readonly Level[];
  /** The locals of each line, for each of the steps abreast: a vector for each part, or one for all parts where they are equal. */
  readonly #values: (readonly (readonly number[])[])[] = [];
  /** How many steps go abreast, so that one does not wait for its own results. */
  readonly #abreast: number;
  readonly #walkers = new Map<object, Walker>();
  readonly #size: number;
  readonly #folding: readonly Folding[];
  /** A local that is always 0, which the engine cannot know. */
  readonly #never = this.#w.local("i32");
  /** For one moment each. */
  readonly #address = this.#w.local("i32");
  readonly #place = this.#w.local("i32");
  readonly #index = this.#w.local("i32");
  readonly #vector = this.#w.local("v128");

  constructor(loop: Loop, frame: Frame, links: Links, partials: Buffer) {
    this.#loop = loop;
    this.#frame = frame;
    this.#links = links;
    this.#partials = partials;
    this.#levels = levelsOf(loop.lines);
    this.#size = this.#frame.local(loop.shape.at(-1)!, this.#w);
    this.#abreast = this.#weight() <= light ? 1 : 2;
    this.#folding = loop.folds.map((fold) => foldingOf(fold, loop.lines[fold.line]!.lane, this.#w));
  }

  /** (frame, first, last, thread). */
  work(name: string): WasmFunction {
    for (const line of this.#loop.lines) this.#makeWalkers(line);
    for (const { access } of [...this.#loop.stores, ...this.#loop.folds]) this.#makeWalker(access);
    this.#w.write(get(frameLocal), ["i32.load", complaint], set(this.#never));
    this.#writeLines(0);
    if (isFlat(this.#loop)) {
      this.#writeShifts();
      this.#writeUnits();
    } else this.#writeOuter(0);
    return this.#w.finish(name);
  }

  #makeWalkers(line: Line): void {
    if (line.op !== "read") return;
    this.#makeWalker(line.access);
    for (const guard of line.guards) this.#makeWalker(guard);
    if (line.index) this.#makeWalker(line.index.access);
  }

  /** The walker of an access, in bytes, or of a guard's coordinate. */
  #makeWalker(thing: Access | Guard): void {
    const unit = "buffer" in thing ? elements[thing.buffer.dtype].bytes : 1;
    const start = thing.offset * unit;
    const at = this.#frame.local("buffer" in thing ? { buffer: thing.buffer, bytes: start } : start, this.#w);
    const last = thing.strides.length - 1;
    const steps = thing.strides.map((stride, d) =>
      stride === 0 || (d === last && stride === 1) ? null : this.#frame.local(stride * unit, this.#w),
    );
    this.#walkers.set(thing, { at, steps, isDense: thing.strides[last] === 1, unit });
  }

  /** A loop over units that are blocks. */
  #writeUnits(): void {
    const w = this.#w;
    const [unit, start, count] = [w.local("i32"), w.local("i32"), w.local("i32")];
    const hasFolds = this.#folding.length > 0;
    const partials = hasFolds ? this.#frame.local({ buffer: this.#partials, bytes: 0 }, this.#w) : -1;
    const units = hasFolds ? this.#frame.local(unitsOf(this.#loop), this.#w) : -1;
    w.write(get(firstLocal), set(unit));
    writeWhile(this.#w, [get(unit), get(lastLocal), ["i32.lt_u"]], () => {
      w.write(get(unit), int(block), mul, set(start));
      w.write(get(this.#size), get(start), sub, set(count), ...this.#atMost(count, block));
      this.#writeSteps(start, count);
      for (const [i, { total }] of this.#folding.entries()) {
        w.write(get(partials), get(units), int(8 * i), mul, add, get(unit), int(3), ["i32.shl"], add);
        w.write(get(total), ["f64.store"]);
      }
      w.write(get(unit), int(1), add, set(unit));
    });
  }

  /** Loops over the kept dimensions, from dimension d on. */
  #writeOuter(d: number): void {
    if (d === this.#loop.shape.length - 1) {
      this.#writeRow();
      return;
    }
    const w = this.#w;
    const index = w.local("i32");
    const count = d === 0 ? lastLocal : this.#frame.local(this.#loop.shape[d]!, this.#w);
    const moving = [...this.#walkers.values()].filter(({ steps }) => steps[d] !== null);
    const before = moving.map(({ at }) => at);
    for (const walker of moving) {
      const at = w.local("i32");
      w.write(get(walker.at));
      if (d === 0) w.write(get(firstLocal), get(walker.steps[d]!), mul, add);
      w.write(set(at));
      walker.at = at;
    }
    w.write(d === 0 ? get(firstLocal) : int(0), set(index));
    writeWhile(this.#w, [get(index), get(count), ["i32.lt_u"]], () => {
      this.#writeOuter(d + 1);
      for (const { at, steps } of moving) w.write(get(at), get(steps[d]!), add, set(at));
      w.write(get(index), int(1), add, set(index));
    });
    for (const [i, walker] of moving.entries()) walker.at = before[i]!;
  }

  /** Everything at one of the kept places: a row of the innermost dimension. */
  #writeRow(): void {
    this.#writeLines(1);
    this.#writeShifts();
    const w = this.#w;
    const start = w.local("i32");
    if (this.#folding.length === 0) {
      w.write(int(0), set(start));
      this.#writeSteps(start, this.#size);
      return;
    }
    const [blocks, at, count] = [w.local("i32"), w.local("i32"), w.local("i32")];
    w.write(get(this.#size), int(block - 1), add, int(12), ["i32.shr_u"], set(blocks));
    w.write(int(0), set(start), int(0), set(at));
    const partials = this.#frame.local({ buffer: this.#partials, bytes: 0 }, this.#w);
    const place = (i: number): Code => [
      ...[get(partials), get(threadLocal), int(this.#folding.length), mul, int(i), add, get(blocks), mul],
      ...[int(3), ["i32.shl"] as const, add],
    ];
    for (const { total, identity } of this.#folding) w.write(["f64.const", identity], set(total));
    writeWhile(this.#w, [get(at), get(blocks), ["i32.lt_u"]], () => {
      w.write(get(this.#size), get(start), sub, set(count), ...this.#atMost(count, block));
      this.#writeSteps(start, count);
      w.write(get(blocks), int(1), ["i32.gt_u"], ["if"]);
      for (const [i, { total }] of this.#folding.entries())
        w.write(...place(i), get(at), int(3), ["i32.shl"], add, get(total), ["f64.store"]);
      w.write(end, get(at), int(1), add, set(at), get(start), int(block), add, set(start));
    });
    for (const [i, { access, fold }] of this.#loop.folds.entries()) {
      const { total } = this.#folding[i]!;
      w.write(get(blocks), int(1), ["i32.gt_u"], ["if"]);
      w.write(...place(i), get(blocks), ["call", this.#links[foldLinks[fold]]], set(total), end);
      w.write(get(this.#walkers.get(access)!.at), get(total), ...storeOne[access.buffer.dtype]);
    }
  }

  #atMost(local: number, limit: number): Code {
    return [int(limit), get(local), get(local), int(limit), ["i32.gt_u"], ["select"], set(local)];
  }

  /**
   * `count` elements of the innermost dimension from `start`, in runs of eight steps. Whole runs are written out where that is
   * little code; others go backwards, so that what is lacking at the end counts as zeros in the tree.
   */
  #writeSteps(start: number, count: number): void {
    const w = this.#w;
    if (this.#folding.length === 0) {
      this.#writeMap(start, count);
      return;
    }
    const [done, steps] = [w.local("i32"), w.local("i32")];
    for (const { begin } of this.#folding) w.write(...begin);
    w.write(int(0), set(done));
    const isShort = this.#isShort();
    writeWhile(this.#w, [get(done), get(count), ["i32.lt_u"]], () => {
      if (isShort) {
        w.write(get(count), get(done), sub, int(run), ["i32.ge_u"], ["if"]);
        this.#writeAhead(start, done, run / 4);
        w.write(["else"]);
      }
      w.write(get(count), get(done), sub, int(3), add, int(2), ["i32.shr_u"], set(steps));
      w.write(...this.#atMost(steps, run / 4));
      this.#writeRun(start, done, count, steps);
      if (isShort) w.write(end);
      w.write(get(done), int(run), add, set(done));
    });
    for (const { finish } of this.#folding) w.write(...finish);
  }

  /** The same where nothing folds: four steps at once, then one by one, then what is left; heavy steps all as if they were the last. */
  #writeMap(start: number, count: number): void {
    const w = this.#w;
    const [done, place, left] = [w.local("i32"), w.local("i32"), w.local("i32")];
    const group = 4 * this.#abreast;
    const atLeast = (n: number): Code => [get(count), get(done), sub, int(n), ["i32.ge_s"]];
    const go = (n: number): Code => [get(done), int(n), add, set(done)];
    const write = (isFull: boolean): void => {
      w.write(get(start), get(done), add, set(place), get(count), get(done), sub, set(left));
      this.#writeGroup(place, left, isFull);
      w.write(...go(group));
    };
    w.write(int(0), set(done));
    if (this.#isShort())
      writeWhile(this.#w, atLeast(32), () => {
        this.#writeAhead(start, done, 8);
        w.write(...go(32));
      });
    if (this.#weight() <= brief) writeWhile(this.#w, atLeast(group), () => write(true));
    writeWhile(this.#w, atLeast(1), () => write(false));
  }

  /** Whether a whole run is little code, and reads and writes side by side. */
  #isShort(): boolean {
    const isPlain = (line: Line): boolean =>
      line.op === "read" ? this.#isDense(line) : line.op !== "remainder" && line.op !== "quadrant";
    const arePlain = this.#loop.lines.every((line, i) => this.#levels[i] !== 2 || isPlain(line));
    const areDense = this.#loop.stores.every(({ access }) => this.#walkers.get(access)!.isDense);
    return arePlain && areDense && this.#weight() + 4 * this.#folding.length <= longest;
  }

  /** About how many instructions a step is. */
  #weight(): number {
    return this.#loop.lines.reduce((sum, { lane }, i) => {
      const own = lane === "f32" ? 1 : 2;
      return this.#levels[i] === 2 ? sum + own : sum;
    }, 0);
  }

  /** Whether four elements of a read lie side by side. */
  #isDense({ access, guards, index }: Read): boolean {
    const isIndexStill = !index || index.access.strides.at(-1) === 0;
    return this.#walkers.get(access)!.isDense && guards.length === 0 && isIndexStill;
  }

  /** So many steps, one after the other, and the trees of their terms. */
  #writeAhead(start: number, done: number, steps: number): void {
    const w = this.#w;
    const place = w.local("i32");
    w.write(get(start), get(done), add, set(place));
    const at = new Map<object, number>();
    const addresses = (thing: Access): number => {
      const known = at.get(thing);
      if (known !== undefined) return known;
      const local = w.local("i32");
      w.write(...this.#denseAddress(thing, place), set(local));
      at.set(thing, local);
      return local;
    };
    for (const { access } of this.#denseThings()) addresses(access);
    for (let step = 0; step < steps; step += this.#abreast) {
      if (step > 0) w.write(get(this.#never), ["if"], ["unreachable"], end);
      this.#writeLines(2, (line, parts, j) =>
        this.#loadDense(line, parts, [get(addresses(line.access))], step + j),
      );
      for (let j = 0; j < this.#abreast; j++) {
        for (const { line, access } of this.#loop.stores)
          this.#storeDense(this.#packed(line, access, j), access, [get(addresses(access))], step + j);
        for (const folding of this.#folding) w.write(...folding.push(this.#term(folding, j), step + j));
      }
    }
    for (const folding of this.#folding) w.write(...folding.take());
  }

  /** Reads and stores of neighbours, with their accesses. */
  #denseThings(): { readonly access: Access }[] {
    const reads = this.#loop.lines.filter((line, i) => line.op === "read" && this.#levels[i] === 2) as Read[];
    return [...reads, ...this.#loop.stores];
  }

  /** `steps` steps, so many abreast, the last first. */
  #writeRun(start: number, done: number, count: number, steps: number): void {
    const w = this.#w;
    const [group, place, left] = [w.local("i32"), w.local("i32"), w.local("i32")];
    const shift = Math.log2(this.#abreast);
    for (const { reset } of this.#folding) w.write(...reset);
    w.write(get(steps), int(this.#abreast - 1), add, int(shift), ["i32.shr_u"], set(group));
    writeWhile(this.#w, [get(group)], () => {
      w.write(get(group), int(1), sub, set(group));
      w.write(get(done), get(group), int(2 + shift), ["i32.shl"], add, set(place));
      w.write(get(count), get(place), sub, set(left));
      w.write(get(place), get(start), add, set(place));
      this.#writeGroup(place, left);
      this.#pushTerms(group, left);
    });
    for (const folding of this.#folding) w.write(...folding.take());
  }

  /** The steps abreast at `place`, where `left` elements are left: enough for all, or it may be fewer. */
  #writeGroup(place: number, left: number, isFull = false): void {
    const w = this.#w;
    const at = Array.from({ length: this.#abreast }, (_, j) => {
      if (j === 0) return { place, left };
      const next = { place: w.local("i32"), left: w.local("i32") };
      w.write(get(place), int(4 * j), add, set(next.place), get(left), int(4 * j), sub, set(next.left));
      return next;
    });
    this.#writeLines(2, (line, parts, j) => {
      if (this.#isDense(line)) this.#loadDense(line, parts, this.#denseAddress(line.access, place), j);
      else this.#loadLanes(line, parts, at[j]!.place, isFull ? null : at[j]!.left);
    });
    for (const [j, { place, left }] of at.entries())
      for (const { line, access } of this.#loop.stores)
        this.#store(line, access, place, isFull ? null : left, j);
  }

  /** Adds the terms of a group to their trees, or to what they are folded into. */
  #pushTerms(group: number, left: number): void {
    const w = this.#w;
    if (this.#folding.length === 0) return;
    for (let j = 0; j < this.#abreast; j++) {
      const mask = w.local("v128");
      w.write(get(left), ["i32x4.splat"], ["v128.const", 4 * j, 4 * j + 1, 4 * j + 2, 4 * j + 3]);
      w.write(["i32x4.gt_s"], set(mask));
      for (const folding of this.#folding) w.write(...folding.enter(this.#term(folding, j), mask, j));
    }
    const sums = this.#folding.filter((folding) => folding.isTree);
    if (sums.length > 0) w.write(...treeStep(sums, group, Math.log2(this.#abreast)));
  }

  /** The parts of a term: two of an f64 line, whether they are equal or not. */
  #term({ line }: Folding, j: number): readonly Instruction[] {
    const parts = this.#parts(line, j).map(get);
    return this.#loop.lines[line]!.lane === "f64" && parts.length === 1 ? [parts[0]!, parts[0]!] : parts;
  }

  /** The vectors of a line for one of the steps abreast. */
  #parts(line: number, j: number): readonly number[] {
    return this.#values[line]![j] ?? this.#values[line]![0]!;
  }

  /** The lines of a level, in order. Reads at every step are written by `load`. */
  #writeLines(level: Level, load?: (line: Read, parts: readonly number[], j: number) => void): void {
    for (const [i, line] of this.#loop.lines.entries()) {
      if (this.#levels[i] !== level) continue;
      const steps = (this.#values[i] ??= this.#vectors(line, level));
      for (const [j, parts] of steps.entries())
        if (line.op !== "read") for (const part of parts.keys()) this.#writeLine(i, parts[part]!, j, part);
        else if (load) load(line, parts, j);
        else this.#loadStill(line, parts);
    }
  }

  #vectors({ lane }: Line, level: Level): number[][] {
    const [steps, width] = level === 2 ? [this.#abreast, lane === "f64" ? 2 : 1] : [1, 1];
    return Array.from({ length: steps }, () => Array.from({ length: width }, () => this.#w.local("v128")));
  }

  #writeLine(number: number, target: number, j: number, part: number): void {
    const line = this.#loop.lines[number] as Exclude<Line, Read>;
    const operand = (arg: number): Instruction => {
      const parts = this.#parts(arg, j);
      return get(parts[part] ?? parts[0]!);
    };
    if (line.op === "const") this.#w.write(splat(line.value, line.lane), set(target));
    else if (line.op === "convert")
      this.#w.write(...converted(this.#parts(line.args[0], j).map(get), line.lane, part), set(target));
    else if (line.op === "remainder" || line.op === "quadrant")
      this.#writeHuge(number, j, part, operand(line.args[0]!));
    else {
      const [a, b, c] = line.args.map(operand);
      const second = this.#loop.lines[line.args[1] ?? -1];
      const literal = second?.op === "const" ? second.value : undefined;
      const operands = { a: a!, b: b ?? a!, c: c ?? a!, literal };
      this.#w.write(...primitiveRows[line.op](operands, line.lane), set(target));
    }
  }

  /**
   * `remainder` and `quadrant` of an argument, written as one: calls for the lanes of a vector, if one of them is huge, infinite or not.
   * The first of the two lines writes both.
   */
  #writeHuge(number: number, j: number, part: number, x: Instruction): void {
    const { op, lane, args } = this.#loop.lines[number]! as Extract<Line, { op: "remainder" | "quadrant" }>;
    const isPair = (line: Line): boolean =>
      (line.op === "remainder" || line.op === "quadrant") && line.args[0] === args[0] && line.op !== op;
    const other = this.#loop.lines.findIndex(isPair);
    if (other >= 0 && other < number) return;
    const numbers = other < 0 ? [number] : [number, other];
    const results = numbers.map((n) => {
      const line = this.#loop.lines[n]!;
      const steps = (this.#values[n] ??= this.#vectors(line, this.#levels[n]!));
      return { name: line.op as "remainder" | "quadrant", target: (steps[j] ?? steps[0]!)[part]! };
    });
    const w = this.#w;
    const shape = lane === "f32" ? "f32x4" : "f64x2";
    for (const { name, target } of results) w.write(name === "remainder" ? x : splat(0, lane), set(target));
    w.write(x, [`${shape}.abs`], splat(2 ** 20, lane), [`${shape}.gt`], ["v128.any_true"], ["if"]);
    for (const { name, target } of results)
      for (let i = 0; i < (lane === "f32" ? 4 : 2); i++) {
        const call: Code = [["call", this.#links[name]]];
        const widened: Code = lane === "f32" ? [["f64.promote_f32"], ...call, ["f32.demote_f64"]] : call;
        w.write(get(target), x, [`${shape}.extract_lane`, i], ...widened);
        w.write([`${shape}.replace_lane`, i], set(target));
      }
    w.write(end);
  }

  /** An address of neighbours, at `place` along the innermost dimension. */
  #denseAddress(access: Access, place: number): Code {
    const { at } = this.#walkers.get(access)!;
    const { shift } = elements[access.buffer.dtype];
    return [get(at), get(place), ...(shift > 0 ? [int(shift), ["i32.shl"] as const] : []), add];
  }

  /** Four neighbours, so many steps beyond an address. */
  #loadDense(line: Read, parts: readonly number[], address: Code, step: number): void {
    const w = this.#w;
    const { bytes, perVector, load, unpack } = elements[line.access.buffer.dtype];
    const offset = 4 * step * bytes;
    const shift = this.#shifts.get(line);
    const from: Code = shift === undefined ? address : [...address, get(shift), add];
    if (perVector === 2) {
      w.write(...from, set(this.#address));
      for (const [part, local] of parts.entries())
        w.write(get(this.#address), ...load(offset + 16 * part), set(local));
    } else {
      w.write(...from, ...load(offset), set(this.#vector));
      for (const [part, local] of parts.entries())
        w.write(...unpack(get(this.#vector), part, line.lane), set(local));
    }
  }

  /** How far reads of neighbours are moved by an index that stands still beside them. */
  readonly #shifts = new Map<Read, number>();

  #writeShifts(): void {
    for (const line of this.#loop.lines) {
      if (line.op !== "read" || !line.index || !this.#isDense(line)) continue;
      const shift = this.#w.local("i32");
      this.#w.write(...this.#indexed(line, [get(this.#walkers.get(line.index.access)!.at)]), set(shift));
      this.#shifts.set(line, shift);
    }
  }

  /** How many bytes an index moves a read, the index being at an address. One out of range is complained of, and taken for 0. */
  #indexed({ index, access }: Read, address: Code): Code {
    const { size, stride } = index!;
    const [limit, bytes] = [
      this.#frame.read(size),
      this.#frame.read(stride * elements[access.buffer.dtype].bytes),
    ];
    return [
      ...[...address, ["i32.load"] as const, set(this.#index)],
      ...[get(this.#index), ...limit, ["i32.ge_u"] as const, ["if"] as const],
      ...[get(frameLocal), int(1), ["i32.store", complaint] as const],
      ...[get(frameLocal), get(this.#index), ["i32.store", complaint + 4] as const],
      ...[get(frameLocal), ...limit, ["i32.store", complaint + 8] as const],
      ...[int(0), set(this.#index), end],
      ...[get(this.#index), ...bytes, mul],
    ];
  }

  /** One element everywhere, at a place that does not depend on the step. */
  #loadStill(line: Read, parts: readonly number[]): void {
    const w = this.#w;
    const { access, guards, index } = line;
    const address: Instruction[] = [get(this.#walkers.get(access)!.at)];
    if (index) address.push(...this.#indexed(line, [get(this.#walkers.get(index.access)!.at)]), add);
    const load: Code = [...address, ...elements[access.buffer.dtype].splat(line.lane), set(parts[0]!)];
    if (guards.length === 0) w.write(...load);
    else w.write(splat(0, line.lane), set(parts[0]!), ...this.#guarded(guards, int(0)), ["if"], ...load, end);
  }

  /** Whether all guards hold, `place` along the innermost dimension. */
  #guarded(guards: readonly Guard[], place: Instruction): Code {
    return guards.flatMap((guard, i): Code => {
      const { at } = this.#walkers.get(guard)!;
      const within: Code = [
        ...[get(at), ...this.#along(guard, place), add, ...this.#frame.read(guard.from), sub],
        ...[...this.#frame.read(guard.to - guard.from), ["i32.lt_u"] as const],
      ];
      return i === 0 ? within : [...within, ["i32.and"]];
    });
  }

  /** How far a walker is moved at `place` along the innermost dimension. */
  #along(thing: Access | Guard, place: Instruction): Code {
    const { steps, isDense, unit } = this.#walkers.get(thing)!;
    if (isDense) return unit === 1 ? [place] : [place, int(unit), mul];
    const step = steps.at(-1)!;
    return step === null ? [int(0)] : [place, get(step), mul];
  }

  /** Four elements one by one; where fewer are left, the last again for those beyond. */
  #loadLanes(line: Read, parts: readonly number[], place: number, left: number | null): void {
    const w = this.#w;
    const { dtype } = line.access.buffer;
    const { perVector, loadLane, unpack, widen } = elements[dtype];
    const vectors = perVector === 2 ? parts : [this.#vector];
    for (const vector of vectors) w.write(splat(0, "f32"), set(vector));
    for (let lane = 0; lane < 4; lane++) {
      const vector = vectors[Math.floor(lane / perVector)]!;
      const last: Code =
        left === null ? [] : [get(left), int(1), sub, int(lane), get(left), ["i32.lt_s"], ["select"]];
      w.write(get(place), int(lane), ...last, add, set(this.#place));
      if (line.guards.length > 0) w.write(...this.#guarded(line.guards, get(this.#place)), ["if"]);
      w.write(...this.#laneAddress(line), get(vector), loadLane(lane % perVector), set(vector));
      if (line.guards.length > 0) w.write(end);
    }
    if (perVector === 2) return;
    w.write(get(this.#vector), ...widen, set(this.#vector));
    for (const [part, local] of parts.entries())
      w.write(...unpack(get(this.#vector), part, line.lane), set(local));
  }

  #laneAddress(line: Read): Code {
    const { access, index } = line;
    const place = get(this.#place);
    const address: Code = [get(this.#walkers.get(access)!.at), ...this.#along(access, place), add];
    if (!index) return address;
    const { at } = this.#walkers.get(index.access)!;
    return [...address, ...this.#indexed(line, [get(at), ...this.#along(index.access, place), add]), add];
  }

  /** Writes the four elements of a step, or what is left of them. */
  #store(line: number, access: Access, place: number, left: number | null, j: number): void {
    const w = this.#w;
    const { isDense } = this.#walkers.get(access)!;
    const { perVector, storeLane } = elements[access.buffer.dtype];
    const vectors = this.#packed(line, access, j);
    if (isDense && left === null) {
      this.#storeDense(vectors, access, this.#denseAddress(access, place), 0);
      return;
    }
    if (isDense) {
      w.write(get(left!), int(4), ["i32.ge_s"], ["if"]);
      this.#storeDense(vectors, access, this.#denseAddress(access, place), 0);
      w.write(["else"]);
    }
    w.write(["block"]);
    for (let lane = 0; lane < 4; lane++) {
      if (left !== null) w.write(get(left), int(lane), ["i32.le_s"], ["br_if", 0]);
      w.write(get(place), int(lane), add, set(this.#place));
      w.write(get(this.#walkers.get(access)!.at), ...this.#along(access, get(this.#place)), add);
      w.write(vectors[Math.floor(lane / perVector)]!, storeLane(lane % perVector));
    }
    w.write(end);
    if (isDense) w.write(end);
  }

  /** Writes the vectors of four elements, so many steps beyond an address. */
  #storeDense(vectors: readonly Instruction[], access: Access, address: Code, step: number): void {
    const { bytes, store } = elements[access.buffer.dtype];
    for (const [i, vector] of vectors.entries())
      this.#w.write(...address, vector, store(4 * step * bytes + 16 * i));
  }

  /** The vectors of four elements as they lie in memory. */
  #packed(line: number, access: Access, j: number): readonly Instruction[] {
    const { pack, perVector } = elements[access.buffer.dtype];
    const parts = this.#parts(line, j).map(get);
    if (perVector === 2) return [parts[0]!, parts[1] ?? parts[0]!];
    if (parts.length === 1 && access.buffer.dtype === "float32") return [parts[0]!];
    this.#w.write(...pack(parts, this.#loop.lines[line]!.lane), set(this.#vector));
    return [get(this.#vector)];
  }
}

/**
 * What the trees of a group's terms do next, those of 2^level terms: wait for the group before it, or join the one behind it, and then
 * as larger trees. Groups come backwards; `bit` tells of their number which it is.
 */
function treeStep(sums: readonly Folding[], group: number, level: number, bit = 1): Code {
  if (level > 2) return [];
  const each = (f: (folding: Folding) => Code): Code => sums.flatMap(f);
  return [
    ...[get(group), int(bit), ["i32.and"] as const, ["if"] as const],
    ...[...each(({ hold }) => hold(level)), ["else"] as const],
    ...[...each(({ join }) => join(level)), ...treeStep(sums, group, level + 1, 2 * bit), end],
  ];
}

/** A line is computed where the last of its arguments is. */
export function levelsOf(lines: readonly Line[]): Level[] {
  const levels: Level[] = [];
  for (const line of lines)
    levels.push(
      line.op === "read" ? levelOf(line) : (Math.max(0, ...line.args.map((a) => levels[a]!)) as Level),
    );
  return levels;
}

function levelOf({ access, guards, index }: Read): Level {
  const strides = [access, ...guards, ...(index ? [index.access] : [])].map((x) => x.strides);
  if (strides.some((s) => s.at(-1) !== 0)) return 2;
  return strides.some((s) => s.some((stride) => stride !== 0)) ? 1 : 0;
}

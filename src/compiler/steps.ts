/**
 * The innermost dimension of a loop. Four elements go through the lines in a step; eight steps are a run, whose terms a sum adds as a
 * tree (docs/sums.md). Steps go one or two abreast, so that one does not wait for its own results.
 */
import { add, type Code, end, get, int, set, sub, writeWhile } from "./code.ts";
import type { Folding } from "./folding.ts";
import type { Instruction, Writer } from "./instructions.ts";
import type { Access, Loop, Read } from "./kernels.ts";
import { type Level, weightOf } from "./levels.ts";
import type { Reads } from "./reads.ts";
import type { Stores } from "./stores.ts";
import type { Values } from "./values.ts";
import type { Walkers } from "./walkers.ts";

const run = 32;

/** Steps no heavier than this go one after the other: they are done before the next is read. */
const light = 10;

/** Steps of maps no heavier than this are written once more for where enough is left. */
const brief = 30;

/** The heaviest step that is written out eight times, in instructions and a half. */
const longest = 96;

/** How many steps go abreast, from what one weighs. */
export function abreastOf(weight: number): number {
  return weight <= light ? 1 : 2;
}

/** A local: no more than so much is in it after this. */
export function atMost(local: number, limit: number): Code {
  return [int(limit), get(local), get(local), int(limit), ["i32.gt_u"], ["select"], set(local)];
}

/** What steps are written with. */
export interface StepContext {
  readonly loop: Loop;
  readonly levels: readonly Level[];
  readonly foldings: readonly Folding[];
  readonly walkers: Walkers;
  readonly values: Values;
  readonly reads: Reads;
  readonly stores: Stores;
  /** A local that is always 0, which the engine cannot know. */
  readonly never: number;
  readonly w: Writer;
}

/** The steps of a loop in the function that is being written. */
export class Steps {
  readonly #context: StepContext;
  readonly #loop: Loop;
  readonly #foldings: readonly Folding[];
  readonly #w: Writer;
  readonly #weight: number;
  readonly #abreast: number;

  constructor(context: StepContext) {
    this.#context = context;
    this.#loop = context.loop;
    this.#foldings = context.foldings;
    this.#w = context.w;
    this.#weight = weightOf(context.loop.lines, context.levels);
    this.#abreast = abreastOf(this.#weight);
  }

  /** Writes what is done to `count` elements of the innermost dimension from `start`. */
  write(start: number, count: number): void {
    if (this.#foldings.length === 0) this.#writeMap(start, count);
    else this.#writeFolds(start, count);
  }

  /** Where nothing folds: eight steps at once, then one by one, then what is left; heavy steps all as if they were the last. */
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
      writeWhile(w, atLeast(run), () => {
        this.#writeAhead(start, done);
        w.write(...go(run));
      });
    if (this.#weight <= brief) writeWhile(w, atLeast(group), () => write(true));
    writeWhile(w, atLeast(1), () => write(false));
  }

  /**
   * Where something folds, in runs. Whole runs are written out where that is little code; others go backwards, so that what is lacking
   * at the end counts as zeros in the tree.
   */
  #writeFolds(start: number, count: number): void {
    const w = this.#w;
    const [done, steps] = [w.local("i32"), w.local("i32")];
    for (const { begin } of this.#foldings) w.write(...begin);
    w.write(int(0), set(done));
    const isShort = this.#isShort();
    writeWhile(w, [get(done), get(count), ["i32.lt_u"]], () => {
      if (isShort) {
        w.write(get(count), get(done), sub, int(run), ["i32.ge_u"], ["if"]);
        this.#writeAhead(start, done);
        w.write(["else"]);
      }
      w.write(get(count), get(done), sub, int(3), add, int(2), ["i32.shr_u"], set(steps));
      w.write(...atMost(steps, run / 4));
      this.#writeRun(start, done, count, steps);
      if (isShort) w.write(end);
      w.write(get(done), int(run), add, set(done));
    });
    for (const { finish } of this.#foldings) w.write(...finish);
  }

  /** Whether a whole run is little code, and reads and writes side by side. */
  #isShort(): boolean {
    const { reads, walkers } = this.#context;
    const arePlain = this.#inner().every((line) =>
      line.op === "read" ? reads.isDense(line) : line.op !== "remainder" && line.op !== "quadrant",
    );
    const areDense = this.#loop.stores.every(({ access }) => walkers.isDense(access));
    return arePlain && areDense && this.#weight + 4 * this.#foldings.length <= longest;
  }

  /** The lines that are computed at every step. */
  #inner(): Loop["lines"] {
    return this.#loop.lines.filter((_, i) => this.#context.levels[i] === 2);
  }

  /** A whole run, step after step, and the trees of its terms. */
  #writeAhead(start: number, done: number): void {
    const { values, reads, stores, never } = this.#context;
    const w = this.#w;
    const place = w.local("i32");
    w.write(get(start), get(done), add, set(place));
    const addresses = this.#addresses(place);
    for (let step = 0; step < run / 4; step += this.#abreast) {
      if (step > 0) w.write(get(never), ["if"], ["unreachable"], end);
      values.write(2, (line, parts, j) =>
        reads.writeDense(line, parts, addresses.get(line.access)!, step + j),
      );
      for (let j = 0; j < this.#abreast; j++) {
        for (const store of this.#loop.stores)
          stores.writeDense(store, addresses.get(store.access)!, step + j, j);
        for (const folding of this.#foldings) w.write(...folding.push(this.#term(folding, j), step + j));
      }
    }
    for (const folding of this.#foldings) w.write(...folding.take());
  }

  /** The addresses of what is read and written side by side, at a place. */
  #addresses(place: number): ReadonlyMap<Access, Code> {
    const reads = this.#inner().filter((line): line is Read => line.op === "read");
    const accesses = new Set([...reads, ...this.#loop.stores].map(({ access }) => access));
    return new Map(
      [...accesses].map((access) => {
        const local = this.#w.local("i32");
        this.#w.write(...this.#context.walkers.neighbours(access, place), set(local));
        return [access, [get(local)]];
      }),
    );
  }

  /** `steps` steps, so many abreast, the last first. */
  #writeRun(start: number, done: number, count: number, steps: number): void {
    const w = this.#w;
    const [group, place, left] = [w.local("i32"), w.local("i32"), w.local("i32")];
    const shift = Math.log2(this.#abreast);
    for (const { reset } of this.#foldings) w.write(...reset);
    w.write(get(steps), int(this.#abreast - 1), add, int(shift), ["i32.shr_u"], set(group));
    writeWhile(w, [get(group)], () => {
      w.write(get(group), int(1), sub, set(group));
      w.write(get(done), get(group), int(2 + shift), ["i32.shl"], add, set(place));
      w.write(get(count), get(place), sub, set(left));
      w.write(get(place), get(start), add, set(place));
      this.#writeGroup(place, left);
      this.#pushTerms(group, left);
    });
    for (const folding of this.#foldings) w.write(...folding.take());
  }

  /** The steps abreast at `place`, where `left` elements are left: enough for all, or it may be fewer. */
  #writeGroup(place: number, left: number, isFull = false): void {
    const { values, reads, stores, walkers } = this.#context;
    const at = Array.from({ length: this.#abreast }, (_, j) =>
      j === 0 ? { place, left } : this.#after(place, left, 4 * j),
    );
    const leftAt = (j: number): number | null => (isFull ? null : at[j]!.left);
    values.write(2, (line, parts, j) => {
      if (reads.isDense(line)) reads.writeDense(line, parts, walkers.neighbours(line.access, place), j);
      else reads.writeLanes(line, parts, at[j]!.place, leftAt(j));
    });
    for (const [j, { place }] of at.entries())
      for (const store of this.#loop.stores) stores.write(store, place, leftAt(j), j);
  }

  /** So many elements on. */
  #after(place: number, left: number, by: number): { place: number; left: number } {
    const next = { place: this.#w.local("i32"), left: this.#w.local("i32") };
    this.#w.write(get(place), int(by), add, set(next.place), get(left), int(by), sub, set(next.left));
    return next;
  }

  /** Adds the terms of a group to their trees, or to what they are folded into. */
  #pushTerms(group: number, left: number): void {
    const w = this.#w;
    for (let j = 0; j < this.#abreast; j++) {
      const mask = w.local("v128");
      w.write(get(left), ["i32x4.splat"], ["v128.const", 4 * j, 4 * j + 1, 4 * j + 2, 4 * j + 3]);
      w.write(["i32x4.gt_s"], set(mask));
      for (const folding of this.#foldings) w.write(...folding.enter(this.#term(folding, j), mask, j));
    }
    const sums = this.#foldings.filter((folding) => folding.isTree);
    if (sums.length > 0) w.write(...treeStep(sums, group, Math.log2(this.#abreast)));
  }

  /** The parts of a term: two of an f64 line, whether they are equal or not. */
  #term({ line }: Folding, j: number): readonly Instruction[] {
    const parts = this.#context.values.parts(line, j).map(get);
    return this.#loop.lines[line]!.lane === "f64" && parts.length === 1 ? [parts[0]!, parts[0]!] : parts;
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

/** How a loop reads four elements into the vectors of a line: neighbours at once, others one by one, or one element everywhere. */
import { add, type Code, end, get, int, set, sub } from "./code.ts";
import { elements } from "./elements.ts";
import type { Instruction, Writer } from "./instructions.ts";
import type { Line, Read } from "./kernels.ts";
import { splat } from "./primitives.ts";
import type { Walkers } from "./walkers.ts";

/** Locals for one moment each. */
export interface Spare {
  readonly address: number;
  readonly place: number;
  readonly index: number;
  readonly vector: number;
}

/** The reads of a loop in the function that is being written. */
export class Reads {
  readonly #walkers: Walkers;
  readonly #spare: Spare;
  readonly #w: Writer;
  /** How far reads of neighbours are moved by an index that stands still beside them. */
  readonly #shifts = new Map<Read, number>();

  constructor(walkers: Walkers, spare: Spare, w: Writer) {
    this.#walkers = walkers;
    this.#spare = spare;
    this.#w = w;
  }

  /** Whether four elements of a read lie side by side. */
  isDense({ access, guards, index }: Read): boolean {
    const isIndexStill = !index || index.access.strides.at(-1) === 0;
    return this.#walkers.isDense(access) && guards.length === 0 && isIndexStill;
  }

  /** Writes, before the innermost dimension, what indices that stand still there do to reads of neighbours. */
  writeShifts(lines: readonly Line[]): void {
    for (const line of lines) {
      if (line.op !== "read" || !line.index || !this.isDense(line)) continue;
      const shift = this.#w.local("i32");
      this.#w.write(...this.#stillIndex(line), set(shift));
      this.#shifts.set(line, shift);
    }
  }

  /** One element everywhere, at a place that does not depend on the step. */
  writeStill(line: Read, parts: readonly number[]): void {
    const w = this.#w;
    const { access, guards, index } = line;
    const address: Code = [this.#walkers.start(access), ...(index ? [...this.#stillIndex(line), add] : [])];
    const load: Code = [...address, ...elements[access.buffer.dtype].splat(line.lane), set(parts[0]!)];
    if (guards.length === 0) w.write(...load);
    else {
      const isWithin = this.#walkers.guarded(guards, int(0));
      w.write(splat(0, line.lane), set(parts[0]!), ...isWithin, ["if"], ...load, end);
    }
  }

  #stillIndex(line: Read): Code {
    return this.#walkers.indexed(line, [this.#walkers.start(line.index!.access)]);
  }

  /** Four neighbours, so many steps beyond an address. */
  writeDense(line: Read, parts: readonly number[], address: Code, step: number): void {
    const w = this.#w;
    const { bytes, perVector, load } = elements[line.access.buffer.dtype];
    const offset = 4 * step * bytes;
    const shift = this.#shifts.get(line);
    const from: Code = shift === undefined ? address : [...address, get(shift), add];
    if (perVector === 2) {
      w.write(...from, set(this.#spare.address));
      for (const [part, local] of parts.entries())
        w.write(get(this.#spare.address), ...load(offset + 16 * part), set(local));
    } else {
      w.write(...from, ...load(offset), set(this.#spare.vector));
      this.#unpack(line, parts);
    }
  }

  /** The vectors of a line, of four elements as they were loaded. */
  #unpack({ access, lane }: Read, parts: readonly number[]): void {
    const { unpack } = elements[access.buffer.dtype];
    for (const [part, local] of parts.entries())
      this.#w.write(...unpack(get(this.#spare.vector), part, lane), set(local));
  }

  /** Four elements one by one; where fewer are left, the last again for those beyond. */
  writeLanes(line: Read, parts: readonly number[], place: number, left: number | null): void {
    const w = this.#w;
    const { place: own, vector: whole } = this.#spare;
    const { perVector, loadLane, widen } = elements[line.access.buffer.dtype];
    const vectors = perVector === 2 ? parts : [whole];
    for (const vector of vectors) w.write(splat(0, "f32"), set(vector));
    for (let lane = 0; lane < 4; lane++) {
      const vector = vectors[Math.floor(lane / perVector)]!;
      const last: Code =
        left === null ? [] : [get(left), int(1), sub, int(lane), get(left), ["i32.lt_s"], ["select"]];
      w.write(get(place), int(lane), ...last, add, set(own));
      if (line.guards.length > 0) w.write(...this.#walkers.guarded(line.guards, get(own)), ["if"]);
      w.write(...this.#laneAddress(line, get(own)), get(vector), loadLane(lane % perVector), set(vector));
      if (line.guards.length > 0) w.write(end);
    }
    if (perVector === 2) return;
    w.write(get(whole), ...widen, set(whole));
    this.#unpack(line, parts);
  }

  #laneAddress(line: Read, place: Instruction): Code {
    const address = this.#walkers.at(line.access, place);
    if (!line.index) return address;
    return [...address, ...this.#walkers.indexed(line, this.#walkers.at(line.index.access, place)), add];
  }
}

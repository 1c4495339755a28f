/**
 * Where a loop reads and writes: addresses, and coordinates that guards look at, which move as the loop goes on. Outer dimensions move
 * them in their locals; where they are along the innermost dimension is computed from a place there.
 */
import { add, type Code, end, get, int, mul, set, sub } from "./code.ts";
import { elements } from "./elements.ts";
import { complaint, type Frame, frameLocal } from "./frame.ts";
import type { Instruction, Writer } from "./instructions.ts";
import type { Access, Guard, Read } from "./kernels.ts";

/** Something that moves: the address of an access, or a guard's coordinate. */
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

/** What moves in a loop. */
export class Walkers {
  readonly #walkers = new Map<object, Walker>();
  readonly #frame: Frame;
  readonly #w: Writer;
  /** A local for an index that was read. */
  readonly #index: number;

  constructor(frame: Frame, w: Writer, index: number) {
    this.#frame = frame;
    this.#w = w;
    this.#index = index;
  }

  /** Adds the walkers of a read. */
  addRead({ access, guards, index }: Read): void {
    this.add(access);
    for (const guard of guards) this.add(guard);
    if (index) this.add(index.access);
  }

  /** Adds the walker of an access, in bytes, or of a guard's coordinate. */
  add(thing: Access | Guard): void {
    const unit = "buffer" in thing ? elements[thing.buffer.dtype].bytes : 1;
    const start = thing.offset * unit;
    const at = this.#local("buffer" in thing ? { buffer: thing.buffer, bytes: start } : start);
    const last = thing.strides.length - 1;
    const steps = thing.strides.map((stride, d) =>
      stride === 0 || (d === last && stride === 1) ? null : this.#local(stride * unit),
    );
    this.#walkers.set(thing, { at, steps, isDense: thing.strides[last] === 1, unit });
  }

  #local(word: Parameters<Frame["word"]>[0]): number {
    return this.#frame.local(word, this.#w);
  }

  /** Writes a walk along an outer dimension, from its beginning or an index in a local: `body` gets the code that moves on by one. */
  alongOuter(d: number, first: number | null, body: (moveOn: Code) => void): void {
    const moving = [...this.#walkers.values()].filter(({ steps }) => steps[d] !== null);
    const before = moving.map(({ at }) => at);
    for (const walker of moving) {
      const at = this.#w.local("i32");
      this.#w.write(get(walker.at));
      if (first !== null) this.#w.write(get(first), get(walker.steps[d]!), mul, add);
      this.#w.write(set(at));
      walker.at = at;
    }
    body(moving.flatMap(({ at, steps }): Code => [get(at), get(steps[d]!), add, set(at)]));
    for (const [i, walker] of moving.entries()) walker.at = before[i]!;
  }

  /** Whether four elements of an access lie side by side. */
  isDense(access: Access): boolean {
    return this.#walkers.get(access)!.isDense;
  }

  /** An address at the beginning of the innermost dimension. */
  start(access: Access): Instruction {
    return get(this.#walkers.get(access)!.at);
  }

  /** An address, or a coordinate, at a place along the innermost dimension. */
  at(thing: Access | Guard, place: Instruction): Code {
    return [get(this.#walkers.get(thing)!.at), ...this.#along(thing, place), add];
  }

  #along(thing: Access | Guard, place: Instruction): Code {
    const { steps, isDense, unit } = this.#walkers.get(thing)!;
    if (isDense) return unit === 1 ? [place] : [place, int(unit), mul];
    const step = steps.at(-1)!;
    return step === null ? [int(0)] : [place, get(step), mul];
  }

  /** The address of neighbours, at a place along the innermost dimension. */
  neighbours(access: Access, place: number): Code {
    const { shift } = elements[access.buffer.dtype];
    return [this.start(access), get(place), ...(shift > 0 ? [int(shift), ["i32.shl"] as const] : []), add];
  }

  /** Whether all guards hold at a place along the innermost dimension. */
  guarded(guards: readonly Guard[], place: Instruction): Code {
    return guards.flatMap((guard, i): Code => {
      const within: Code = [
        ...[...this.at(guard, place), ...this.#frame.read(guard.from), sub],
        ...[...this.#frame.read(guard.to - guard.from), ["i32.lt_u"] as const],
      ];
      return i === 0 ? within : [...within, ["i32.and"]];
    });
  }

  /** How many bytes an index moves a read, the index being at an address. One out of range is complained of, and taken for 0. */
  indexed({ index, access }: Read, address: Code): Code {
    const { size, stride } = index!;
    const limit = this.#frame.read(size);
    const bytes = this.#frame.read(stride * elements[access.buffer.dtype].bytes);
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
}

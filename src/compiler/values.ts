/**
 * What the lines of a loop come to: the locals that hold it, and the code that computes it. An f32 line is one vector, an f64 line
 * two, its parts, or one for both where they are equal; and all of that for each of the steps that go abreast.
 */
import { type Code, end, get, set } from "./code.ts";
import { converted } from "./elements.ts";
import type { Instruction, Writer } from "./instructions.ts";
import type { Line, Read } from "./kernels.ts";
import type { Level } from "./levels.ts";
import { primitiveRows, splat } from "./primitives.ts";

/** What lines call, (f64) -> f64, by number. */
export interface Calls {
  readonly remainder: number;
  readonly quadrant: number;
}

type Computed = Exclude<Line, Read>;

/** The code of a part of a line that calls nothing, the parts of earlier lines being in locals. */
export function computed(
  line: Computed,
  lines: readonly Line[],
  partsOf: (line: number) => readonly number[],
  part: number,
): Code {
  if (line.op === "const") return [splat(line.value, line.lane)];
  if (line.op === "convert") return converted(partsOf(line.args[0]).map(get), line.lane, part);
  const { op, lane, args } = line;
  if (op === "remainder" || op === "quadrant") throw new Error(`expected no ${op}`);
  const operand = (i: number): Instruction => partOf(partsOf(args[i] ?? args[0]!), part);
  const second = lines[args[1] ?? -1];
  const literal = second?.op === "const" ? second.value : undefined;
  return primitiveRows[op]({ a: operand(0), b: operand(1), c: operand(2), literal }, lane);
}

function partOf(parts: readonly number[], part: number): Instruction {
  return get(parts[part] ?? parts[0]!);
}

/** The values of a loop's lines in the function that is being written. */
export class Values {
  readonly #lines: readonly Line[];
  readonly #levels: readonly Level[];
  readonly #abreast: number;
  readonly #calls: Calls;
  readonly #w: Writer;
  /** The locals of each line, for each of the steps abreast, part by part. */
  readonly #locals: (readonly (readonly number[])[])[] = [];

  constructor(lines: readonly Line[], levels: readonly Level[], abreast: number, calls: Calls, w: Writer) {
    this.#lines = lines;
    this.#levels = levels;
    this.#abreast = abreast;
    this.#calls = calls;
    this.#w = w;
  }

  /** The vectors of a line for one of the steps abreast. */
  parts(line: number, j: number): readonly number[] {
    return this.#locals[line]![j] ?? this.#locals[line]![0]!;
  }

  /** Writes the lines of a level, in order, the reads by `read`. */
  write(level: Level, read: (line: Read, parts: readonly number[], j: number) => void): void {
    for (const [i, line] of this.#lines.entries()) {
      if (this.#levels[i] !== level) continue;
      for (const [j, parts] of this.#localsOf(i).entries())
        if (line.op === "read") read(line, parts, j);
        else for (const part of parts.keys()) this.#writeLine(i, line, j, part);
    }
  }

  #localsOf(number: number): readonly (readonly number[])[] {
    return (this.#locals[number] ??= this.#newLocals(number));
  }

  #newLocals(number: number): number[][] {
    const { lane } = this.#lines[number]!;
    const [steps, width] = this.#levels[number] === 2 ? [this.#abreast, lane === "f64" ? 2 : 1] : [1, 1];
    return Array.from({ length: steps }, () => Array.from({ length: width }, () => this.#w.local("v128")));
  }

  #writeLine(number: number, line: Computed, j: number, part: number): void {
    const partsOf = (arg: number): readonly number[] => this.parts(arg, j);
    if (line.op === "remainder" || line.op === "quadrant")
      this.#writeHuge(number, j, part, partOf(partsOf(line.args[0]!), part));
    else this.#w.write(...computed(line, this.#lines, partsOf, part), set(this.parts(number, j)[part]!));
  }

  /**
   * `remainder` and `quadrant` of an argument, written as one: calls for the lanes of a vector, if one of them is huge, infinite or not.
   * The first of the two lines writes both.
   */
  #writeHuge(number: number, j: number, part: number, x: Instruction): void {
    const numbers = this.#alike(number);
    if (numbers[0] !== number) return;
    const { lane } = this.#lines[number]!;
    const results = numbers.map((n) => {
      const steps = this.#localsOf(n);
      return { name: this.#lines[n]!.op as keyof Calls, target: (steps[j] ?? steps[0]!)[part]! };
    });
    const w = this.#w;
    const shape = lane === "f32" ? "f32x4" : "f64x2";
    for (const { name, target } of results) w.write(name === "remainder" ? x : splat(0, lane), set(target));
    w.write(x, [`${shape}.abs`], splat(2 ** 20, lane), [`${shape}.gt`], ["v128.any_true"], ["if"]);
    for (const { name, target } of results)
      for (let i = 0; i < (lane === "f32" ? 4 : 2); i++) {
        const call: Code = [["call", this.#calls[name]]];
        const widened: Code = lane === "f32" ? [["f64.promote_f32"], ...call, ["f32.demote_f64"]] : call;
        w.write(get(target), x, [`${shape}.extract_lane`, i], ...widened);
        w.write([`${shape}.replace_lane`, i], set(target));
      }
    w.write(end);
  }

  /** A line that is `remainder` or `quadrant`, and the other of the same argument, in order. */
  #alike(number: number): number[] {
    const { op, args } = this.#lines[number]!;
    const isOther = (line: Line): boolean =>
      (line.op === "remainder" || line.op === "quadrant") && line.args[0] === args[0] && line.op !== op;
    const other = this.#lines.findIndex(isOther);
    return other < 0 ? [number] : [number, other].sort((a, b) => a - b);
  }
}

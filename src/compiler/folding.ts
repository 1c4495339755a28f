/**
 * Code that folds terms within a block: floating-point sums as trees of eight whose results add up in f64 (docs/sums.md), sums of
 * integers modulo 2^32, and extremes. A fold goes in; instructions for each moment of the loop come out.
 */
import type { Lane } from "../ir/scalar.ts";
import { type Code, get, set } from "./code.ts";
import { integersOf, upper } from "./elements.ts";
import type { Instruction, Writer } from "./instructions.ts";
import type { Fold } from "./kernels.ts";
import { splat } from "./primitives.ts";

/** What a loop writes for a fold, moment by moment. A term is one vector, or of f64 lanes two. */
export interface Folding {
  readonly line: number;
  /** A local: the result for a block, in f64. */
  readonly total: number;
  /** The result of no terms. */
  readonly identity: number;
  /** Whether terms go through `hold` and `join` on their way. */
  readonly isTree: boolean;
  /** Before a block. */
  readonly begin: Code;
  /** Before a run that goes backwards. */
  readonly reset: Code;
  /** A term of such a run, the first or second (j) of two abreast, counting where the mask, of four 32-bit lanes, holds. */
  readonly enter: (term: Code, mask: number, j: number) => Code;
  /** The tree of 2^level terms that was entered waits for the one before it, or is joined with the one behind it. */
  readonly hold: (level: number) => Code;
  readonly join: (level: number) => Code;
  /** A whole term, the step-th of a run that goes forwards. */
  readonly push: (term: Code, step: number) => Code;
  /** After a run. */
  readonly take: () => Code;
  /** After a block: leaves the total. */
  readonly finish: Code;
}

/** The folding of a line in a lane. */
export function foldingOf(fold: Fold, lane: Lane, w: Writer): Folding {
  if (fold.fold !== "sum") return extreme(fold, fold.fold, lane, w);
  return fold.access.buffer.dtype === "int32" ? whole(fold, lane, w) : tree(fold, lane, w);
}

const nothing: Code = [];
const shapes = { f32: "f32x4", f64: "f64x2" } as const;

/** The mask of four 32-bit lanes as one of a part of two 64-bit lanes. */
const wide: readonly Instruction[] = [
  ["i8x16.shuffle", 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 4, 5, 6, 7],
  ["i8x16.shuffle", 8, 9, 10, 11, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13, 14, 15],
];

function maskOf(mask: number, part: number, lane: Lane): Code {
  return lane === "f32" ? [get(mask)] : [get(mask), get(mask), wide[part]!];
}

function vectors(count: number, w: Writer): number[] {
  return Array.from({ length: count }, () => w.local("v128"));
}

/** The sum of floating-point terms. */
function tree({ line }: Fold, lane: Lane, w: Writer): Folding {
  const width = lane === "f32" ? 1 : 2;
  const term = vectors(width, w);
  const held = [0, 1, 2].map(() => vectors(width, w));
  const sums = vectors(2, w);
  const total = w.local("f64");
  const add: Instruction = [`${shapes[lane]}.add`];
  const zero = (locals: readonly number[]): Code =>
    locals.flatMap((local): Code => [splat(0, "f64"), set(local)]);
  const parts: readonly Code[] =
    lane === "f32"
      ? [[get(term[0]!)], [get(term[0]!), get(term[0]!), upper]].map(
          (x) => [...x, ["f64x2.promote_low_f32x4"]] as Code,
        )
      : term.map((local) => [get(local)]);
  const hold = (level: number): Code => term.flatMap((local, i): Code => [get(local), set(held[level]![i]!)]);
  const join = (level: number): Code =>
    term.flatMap((local, i): Code => [get(local), get(held[level]![i]!), add, set(local)]);
  return {
    line,
    total,
    identity: 0,
    isTree: true,
    begin: zero(sums),
    reset: zero(held.flat()),
    enter: (x, mask, j) =>
      term.flatMap((local, part): Code => {
        const masked: Code = [x[part]!, ...maskOf(mask, part, lane), ["v128.and"]];
        return j === 0 ? [...masked, set(local)] : [get(local), ...masked, add, set(local)];
      }),
    hold,
    join,
    push: (x, step) => {
      const level = trailingOnes(step);
      if (level === 0) return x.flatMap((value, i): Code => [value, set(held[0]![i]!)]);
      const first = term.flatMap((local, i): Code => [get(held[0]![i]!), x[i]!, add, set(local)]);
      const joins = Array.from({ length: level - 1 }, (_, i) => join(i + 1)).flat();
      return [...first, ...joins, ...(level < 3 ? hold(level) : nothing)];
    },
    take: () => sums.flatMap((sum, part): Code => [get(sum), ...parts[part]!, ["f64x2.add"], set(sum)]),
    finish: [
      ...[get(sums[0]!), get(sums[1]!), ["f64x2.add"] as const, set(sums[0]!)],
      ...[
        get(sums[0]!),
        ["f64x2.extract_lane", 0] as const,
        get(sums[0]!),
        ["f64x2.extract_lane", 1] as const,
      ],
      ...[["f64.add"] as const, set(total)],
    ],
  };
}

/** How many trees end with a step, that of 2^level terms the largest. */
function trailingOnes(step: number): number {
  let level = 0;
  while ((step >> level) & 1) level++;
  return level;
}

/** The sum of integers, each addition modulo 2^32. */
function whole({ line }: Fold, lane: Lane, w: Writer): Folding {
  const [sums] = vectors(1, w) as [number];
  const total = w.local("f64");
  const added: Code = [get(sums), ["i32x4.add"], set(sums)];
  const lanes = [0, 1, 2, 3].flatMap((i): Code => [get(sums), ["i32x4.extract_lane", i]]);
  return {
    line,
    total,
    identity: 0,
    isTree: false,
    begin: [splat(0, "f32"), set(sums)],
    reset: nothing,
    enter: (x, mask) => [...integersOf(x, lane), get(mask), ["v128.and"], ...added],
    hold: () => nothing,
    join: () => nothing,
    push: (x) => [...integersOf(x, lane), ...added],
    take: () => nothing,
    finish: [...lanes, ["i32.add"], ["i32.add"], ["i32.add"], ["f64.convert_i32_s"], set(total)],
  };
}

/** The largest or the smallest. */
function extreme({ line }: Fold, name: "max" | "min", lane: Lane, w: Writer): Folding {
  const identity = name === "max" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const best = vectors(lane === "f32" ? 1 : 2, w);
  const total = w.local("f64");
  const choose: Instruction = [`${shapes[lane]}.${name}`];
  const extract = (local: number, i: number): Code =>
    lane === "f32"
      ? [get(local), ["f32x4.extract_lane", i], ["f64.promote_f32"]]
      : [get(local), ["f64x2.extract_lane", i]];
  const lanes = best.flatMap((local) => [0, 1, 2, 3].slice(0, 4 / best.length).map((i) => extract(local, i)));
  return {
    line,
    total,
    identity,
    isTree: false,
    begin: best.flatMap((local): Code => [splat(identity, lane), set(local)]),
    reset: nothing,
    enter: (x, mask) =>
      best.flatMap(
        (local, part): Code => [
          ...[get(local), x[part]!, splat(identity, lane), ...maskOf(mask, part, lane)],
          ...[["v128.bitselect"] as const, choose, set(local)],
        ],
      ),
    hold: () => nothing,
    join: () => nothing,
    push: (x) => best.flatMap((local, part): Code => [get(local), x[part]!, choose, set(local)]),
    take: () => nothing,
    finish: [...lanes[0]!, ...lanes.slice(1).flatMap((code): Code => [...code, [`f64.${name}`]]), set(total)],
  };
}

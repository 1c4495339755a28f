/**
 * What runs along one dimension and does not fuse: running sums, positions of extremes, rows added at indices; and copies. Each is one
 * WebAssembly function for every shape: it takes addresses in bytes, and the sizes of [outer, n, inner], where n is the dimension.
 */
import { type Dtype, dtypes } from "../ir/dtype.ts";
import type { Instruction, InstructionName, ValueType, WasmFunction } from "./instructions.ts";
import {
  add,
  begin,
  both,
  constant,
  during,
  either,
  finish,
  increase,
  load,
  multiply,
  type Phrase,
  set,
  store,
  subtract,
  when,
  word,
} from "./phrases.ts";

type Summed = Exclude<Dtype, "bool">;
type Extreme = "max" | "min";

/** What holds numbers outside of memory. */
type Held = Exclude<ValueType, "i64">;

/**
 * cumsum_*(out, x, outer, n, inner): running sums of x along n.
 * position_max_*, position_min_*(out, x, outer, n, inner): the first place along n of the extreme, as int32 [outer, inner].
 * scatter_*(out, x, index, outer, n, inner, size, error): out [outer, size, inner] becomes zeros, then out[o, index[j], i] += x[o, j, i]
 * in the order of j. If an index is not in [0, size), nothing is added, and 1, the first such index and the size go to the words at `error`.
 */
export type StrandName = `cumsum_${Summed}` | `position_${Extreme}_${Dtype}` | `scatter_${Summed}`;

/** The function of a name. */
export function strand(name: StrandName): WasmFunction {
  const [op, dtype] = name.split(/_(?=[^_]*$)/) as [keyof typeof strands, Summed];
  return strands[op](name, dtype);
}

/** How the function of a dtype is written, a row an op. That sums are not of bool, StrandName says. */
const strands = {
  cumsum: (name: string, dtype: Summed) => cumsum(name, doubled[dtype]),
  position_max: (name: string, dtype: Dtype) => position(name, "f64.gt", Number.NEGATIVE_INFINITY, dtype),
  position_min: (name: string, dtype: Dtype) => position(name, "f64.lt", Number.POSITIVE_INFINITY, dtype),
  scatter: (name: string, dtype: Summed) => scatter(name, plain[dtype]),
};

/** How neighbours are moved and added at once: as a vector, or one alone. */
interface Step {
  readonly bytes: number;
  /** What they are between `load` and `store`. */
  readonly type: Held;
  readonly load: Phrase;
  readonly add: InstructionName;
  readonly store: Phrase;
}

/** Sums in the precision of the elements: steps from the longest to that of one element. */
const plain: Readonly<Record<Summed, readonly Step[]>> = {
  float32: [step(16, "v128", "f32x4.add"), step(4, "f32", "f32.add")],
  float64: [step(16, "v128", "f64x2.add"), step(8, "f64", "f64.add")],
  int32: [step(16, "v128", "i32x4.add"), step(4, "i32", "i32.add")],
};

function step(bytes: number, type: Held, add: InstructionName): Step {
  return { bytes, type, load: [[`${type}.load`]], add, store: [[`${type}.store`]] };
}

/** The same with float32 added in float64. */
const doubled: typeof plain = {
  ...plain,
  float32: [
    {
      ...step(8, "v128", "f64x2.add"),
      load: [["v128.load64_zero"], ["f64x2.promote_low_f32x4"]],
      store: [["f32x4.demote_f64x2_zero"], ["v128.store64_lane", 0, 0]],
    },
    {
      ...step(4, "f64", "f64.add"),
      load: [["f32.load"], ["f64.promote_f32"]],
      store: [["f32.demote_f64"], ["f32.store"]],
    },
  ],
};

/** How one element is read as a double: there all dtypes compare alike. */
const asDouble: Readonly<Record<Dtype, Phrase>> = {
  float32: [["f32.load"], ["f64.promote_f32"]],
  float64: [["f64.load"]],
  int32: [["i32.load"], ["f64.convert_i32_s"]],
  bool: [["i32.load8_u"], ["f64.convert_i32_s"]],
};

const zeros: Readonly<Record<Held, Instruction>> = {
  i32: ["i32.const", 0],
  f32: ["f32.const", 0],
  f64: ["f64.const", 0],
  v128: ["v128.const", 0, 0, 0, 0],
};

/** Column by column, or as many at once as a step holds, so that totals stay out of memory. */
function cumsum(name: string, steps: readonly Step[]): WasmFunction {
  const [w, { out, x, outer, n, inner, row, end, from, to, left }] = begin(
    "out x outer n inner",
    "row end from to left",
  );
  const columns = (s: Step): Phrase => {
    const total = w.local(s.type);
    return [
      set(total, [zeros[s.type]]),
      set(from, x),
      set(to, out),
      times(left, n, [
        set(total, [total, from, s.load, [s.add]]),
        [to, total, s.store],
        increase(from, row),
        increase(to, row),
      ]),
    ];
  };
  return finish(w, name, [
    set(row, multiply(inner, bytesOf(steps))),
    times(outer, outer, [
      set(end, add(x, row)),
      steps.map((s) => along(end, [x, out], s.bytes, columns(s))),
      [x, out].map((pointer) => increase(pointer, otherRows(n, row))),
    ]),
  ]);
}

/** NaN beats every number, and nothing beats NaN. `worst` beats nothing. */
function position(name: string, beats: InstructionName, worst: number, dtype: Dtype): WasmFunction {
  const [w, { out, x, outer, n, inner, row, end, from, place, left }] = begin(
    "out x outer n inner",
    "row end from place left",
  );
  const [best, value] = [w.local("f64"), w.local("f64")];
  const { bytes } = dtypes[dtype];
  const isBetter = either(word(beats)(value, best), word("f64.ne")(value, value));
  const column = [
    set(best, [["f64.const", worst]]),
    set(place, constant(0)),
    set(from, x),
    times(left, n, [
      set(value, [from, asDouble[dtype]]),
      when(both(isBetter, word("f64.eq")(best, best)), [set(best, value), set(place, subtract(n, left))]),
      increase(from, row),
    ]),
    store("i32.store", out, place),
    increase(out, constant(4)),
  ];
  return finish(w, name, [
    set(row, multiply(inner, constant(bytes))),
    times(outer, outer, [
      set(end, add(x, row)),
      along(end, [x], bytes, column),
      increase(x, otherRows(n, row)),
    ]),
  ]);
}

/** All indices are looked at before one is followed. */
function scatter(name: string, steps: readonly Step[]): WasmFunction {
  const [w, { out, x, index, outer, n, inner, size, error, row, end, at, to, left }] = begin(
    "out x index outer n inner size error",
    "row end at to left",
  );
  const eachIndex = (body: Phrase): Phrase => [
    set(at, index),
    times(left, n, [body, increase(at, constant(4))]),
  ];
  const complaint = [constant(1), load("i32.load", at), size].map((value, i) =>
    store("i32.store", error, value, 4 * i),
  );
  const addNeighbours = (s: Step): Phrase =>
    along(end, [x, to], s.bytes, [[to, to, s.load], [x, s.load], [s.add], s.store]);
  return finish(w, name, [
    set(row, multiply(inner, bytesOf(steps))),
    word("memory.fill")(out, constant(0), multiply(outer, multiply(size, row))),
    eachIndex(when(word("i32.ge_u")(load("i32.load", at), size), [complaint, ["return"]])),
    times(outer, outer, [
      eachIndex([
        set(to, add(out, multiply(load("i32.load", at), row))),
        set(end, add(x, row)),
        steps.map(addNeighbours),
      ]),
      increase(out, multiply(size, row)),
    ]),
  ]);
}

/** From how many bytes on the engine's own copy is the faster one: it loses below 256, and wins twofold from 1024. */
const many = 512;

/** copy(to, from, bytes), for places that do not overlap. */
export function copy(): WasmFunction {
  const [w, { to, from, bytes, end }] = begin("to from bytes", "end");
  const byte: Step = { ...step(1, "i32", "i32.add"), load: [["i32.load8_u"]], store: [["i32.store8"]] };
  const few = [...plain.int32, byte].map((s) => along(end, [from, to], s.bytes, [to, from, s.load, s.store]));
  return finish(w, "copy", [
    when(word("i32.ge_u")(bytes, constant(many)), [word("memory.copy")(to, from, bytes), ["return"]]),
    set(end, add(from, bytes)),
    few,
  ]);
}

/** The bytes of one element: the last step's. */
function bytesOf(steps: readonly Step[]): Phrase {
  return constant(steps.at(-1)!.bytes);
}

/** The bytes of all rows of a block but one. */
function otherRows(n: number, row: number): Phrase {
  return multiply(subtract(n, constant(1)), row);
}

/** A number of times, counted down in a local. */
function times(left: number, count: Phrase, body: Phrase): Phrase {
  return [set(left, count), during(left, [body, increase(left, constant(-1))])];
}

/** Moves pointers, the first of them toward `end`, for as long as so many bytes are left. */
function along(end: number, pointers: readonly [number, ...number[]], bytes: number, body: Phrase): Phrase {
  const isEnough = word("i32.ge_u")(subtract(end, pointers[0]), constant(bytes));
  return during(isEnough, [body, pointers.map((pointer) => increase(pointer, constant(bytes)))]);
}

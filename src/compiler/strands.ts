/**
 * What runs along one dimension and does not fuse: running sums, positions of extremes, rows added at indices; and copies. Each is one
 * WebAssembly function for every shape: it takes addresses in bytes, and the sizes of [outer, n, inner], where n is the dimension.
 */
import { type Dtype, dtypes } from "../ir/dtype.ts";
import {
  type Instruction,
  type InstructionName,
  type ValueType,
  type WasmFunction,
  Writer,
} from "./instructions.ts";

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
  readonly load: Code;
  readonly add: InstructionName;
  readonly store: Code;
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
const asDouble: Readonly<Record<Dtype, Code>> = {
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
    ["out", "x", "outer", "n", "inner"],
    ["row", "end", "from", "to", "left"],
  );
  const columns = (s: Step): Code => {
    const total = w.local(s.type);
    return [
      ...set(total, [zeros[s.type]]),
      ...set(from, x),
      ...set(to, out),
      ...times(left, n, [
        ...set(total, [...read(total), ...read(from), ...s.load, [s.add]]),
        ...[...read(to), ...read(total), ...s.store],
        ...increase(from, row),
        ...increase(to, row),
      ]),
    ];
  };
  return finish(w, name, [
    ...set(row, multiply(inner, bytesOf(steps))),
    ...times(outer, outer, [
      ...set(end, add(x, row)),
      ...steps.flatMap((s) => along(end, [x, out], s.bytes, columns(s))),
      ...[x, out].flatMap((pointer) => increase(pointer, otherRows(n, row))),
    ]),
  ]);
}

/** NaN beats every number, and nothing beats NaN. `worst` beats nothing. */
function position(name: string, beats: InstructionName, worst: number, dtype: Dtype): WasmFunction {
  const [w, { out, x, outer, n, inner, row, end, from, place, left }] = begin(
    ["out", "x", "outer", "n", "inner"],
    ["row", "end", "from", "place", "left"],
  );
  const [best, value] = [w.local("f64"), w.local("f64")];
  const { bytes } = dtypes[dtype];
  const isBetter = either(word(beats)(value, best), word("f64.ne")(value, value));
  const column = [
    ...set(best, [["f64.const", worst]]),
    ...set(place, int(0)),
    ...set(from, x),
    ...times(left, n, [
      ...set(value, [...read(from), ...asDouble[dtype]]),
      ...when(both(isBetter, word("f64.eq")(best, best)), [
        ...set(best, value),
        ...set(place, subtract(n, left)),
      ]),
      ...increase(from, row),
    ]),
    ...store(out, place),
    ...increase(out, int(4)),
  ];
  return finish(w, name, [
    ...set(row, multiply(inner, int(bytes))),
    ...times(outer, outer, [
      ...set(end, add(x, row)),
      ...along(end, [x], bytes, column),
      ...increase(x, otherRows(n, row)),
    ]),
  ]);
}

/** All indices are looked at before one is followed. */
function scatter(name: string, steps: readonly Step[]): WasmFunction {
  const [w, { out, x, index, outer, n, inner, size, error, row, end, at, to, left }] = begin(
    ["out", "x", "index", "outer", "n", "inner", "size", "error"],
    ["row", "end", "at", "to", "left"],
  );
  const eachIndex = (body: Code): Code => [
    ...set(at, index),
    ...times(left, n, [...body, ...increase(at, int(4))]),
  ];
  const complaint = [int(1), load(at), read(size)].flatMap((value, i) => store(error, value, 4 * i));
  const addNeighbours = (s: Step): Code =>
    along(end, [x, to], s.bytes, [
      ...[...read(to), ...read(to), ...s.load],
      ...[...read(x), ...s.load],
      [s.add],
      ...s.store,
    ]);
  return finish(w, name, [
    ...set(row, multiply(inner, bytesOf(steps))),
    ...word("memory.fill")(out, int(0), multiply(outer, multiply(size, row))),
    ...eachIndex(when(word("i32.ge_u")(load(at), size), [...complaint, ["return"]])),
    ...times(outer, outer, [
      ...eachIndex([
        ...set(to, add(out, multiply(load(at), row))),
        ...set(end, add(x, row)),
        ...steps.flatMap(addNeighbours),
      ]),
      ...increase(out, multiply(size, row)),
    ]),
  ]);
}

/** From how many bytes on the engine's own copy is the faster one: it loses below 256, and wins twofold from 1024. */
const many = 512;

/** copy(to, from, bytes), for places that do not overlap. */
export function copy(): WasmFunction {
  const [w, { to, from, bytes, end }] = begin(["to", "from", "bytes"], ["end"]);
  const byte: Step = { ...step(1, "i32", "i32.add"), load: [["i32.load8_u"]], store: [["i32.store8"]] };
  const few = [...plain.int32, byte].flatMap((s) =>
    along(end, [from, to], s.bytes, [...read(to), ...read(from), ...s.load, ...s.store]),
  );
  return finish(w, "copy", [
    ...when(word("i32.ge_u")(bytes, int(many)), [...word("memory.copy")(to, from, bytes), ["return"]]),
    ...set(end, add(from, bytes)),
    ...few,
  ]);
}

/** The bytes of one element: the last step's. */
function bytesOf(steps: readonly Step[]): Code {
  return int(steps.at(-1)!.bytes);
}

/** The bytes of all rows of a block but one. */
function otherRows(n: number, row: number): Code {
  return multiply(subtract(n, int(1)), row);
}

/** Begins a function of i32 parameters, with more i32 locals after them. */
function begin<Name extends string>(parameters: readonly Name[], more: readonly Name[]) {
  const w = new Writer(parameters.map(() => "i32"));
  for (const _ of more) w.local("i32");
  const locals = Object.fromEntries([...parameters, ...more].map((name, i) => [name, i]));
  return [w, locals as Record<Name, number>] as const;
}

function finish(w: Writer, name: string, body: Code): WasmFunction {
  w.write(...body);
  return w.finish(name);
}

type Code = readonly Instruction[];

/** A local by its number, or code that leaves a value. */
type Operand = number | Code;

function read(operand: Operand): Code {
  return typeof operand === "number" ? [["local.get", operand]] : operand;
}

/** An instruction as a word: its operands before it. */
function word(name: InstructionName): (...operands: readonly Operand[]) => Code {
  return (...operands) => [...operands.flatMap(read), [name]];
}

const add = word("i32.add");
const subtract = word("i32.sub");
const multiply = word("i32.mul");
const both = word("i32.and");
const either = word("i32.or");
const load = word("i32.load");

function int(value: number): Code {
  return [["i32.const", value]];
}

function store(at: Operand, value: Operand, offset = 0): Code {
  return [...read(at), ...read(value), ["i32.store", offset]];
}

function set(local: number, value: Operand): Code {
  return [...read(value), ["local.set", local]];
}

function increase(local: number, by: Operand): Code {
  return set(local, add(local, by));
}

function when(condition: Code, body: Code): Code {
  return [...condition, ["if"], ...body, ["end"]];
}

/** For as long as the condition holds before it. */
function repeat(condition: Code, body: Code): Code {
  return [["loop"], ...when(condition, [...body, ["br", 1]]), ["end"]];
}

/** A number of times, counted down in a local. */
function times(left: number, count: Operand, body: Code): Code {
  return [...set(left, count), ...repeat(read(left), [...body, ...increase(left, int(-1))])];
}

/** Moves pointers, the first of them toward `end`, for as long as so many bytes are left. */
function along(end: number, pointers: readonly [number, ...number[]], bytes: number, body: Code): Code {
  const isEnough = word("i32.ge_u")(subtract(end, pointers[0]), int(bytes));
  return repeat(isEnough, [...body, ...pointers.flatMap((pointer) => increase(pointer, int(bytes)))]);
}

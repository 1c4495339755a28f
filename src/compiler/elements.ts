/** How four elements of each dtype are read from memory into lanes, and written back: a row a dtype, instructions come out. */
import type { Dtype } from "../ir/dtype.ts";
import type { Lane } from "../ir/scalar.ts";
import type { Code } from "./code.ts";
import type { Instruction } from "./instructions.ts";

/** Lanes 2 and 3 (or bytes 8 to 15) of a vector, where lanes 0 and 1 were. */
export const upper: Instruction = [
  "i8x16.shuffle",
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
];
/** Lanes 0 and 1 of two vectors of 32-bit lanes, one behind the other. */
const joined: Instruction = ["i8x16.shuffle", 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

/** How a dtype lies in memory. `loaded` and `lanes` speak of vectors as they are in memory: four elements in one, of doubles in two. */
interface Row {
  readonly bytes: number;
  /** log2 of the bytes. */
  readonly shift: number;
  /** The elements in a vector as it is loaded. */
  readonly perVector: 2 | 4;
  /** Reads four elements, or of doubles two, from the address on the stack. */
  readonly load: (offset: number) => Code;
  readonly loadLane: (lane: number, offset?: number) => Instruction;
  /** What is done to a vector that was loaded lane by lane, for it to be as `load` leaves it. */
  readonly widen: Code;
  readonly store: (offset: number) => Instruction;
  readonly storeLane: (lane: number, offset?: number) => Instruction;
  /** One element everywhere in a lane's vector, from the address on the stack. */
  readonly splat: (lane: Lane) => Code;
  /** A lane's vector of a part, 0 or 1, of four elements that `load` has read into a local. */
  readonly unpack: (vector: Instruction, part: number, lane: Lane) => Code;
  /** What `store` takes, from lanes. */
  readonly pack: (parts: readonly Instruction[], lane: Lane) => Code;
}

const narrow: Code = [
  ["i32.const", 0],
  ["i32x4.splat"],
  ["i16x8.narrow_i32x4_u"],
  ["i32.const", 0],
  ["i32x4.splat"],
  ["i8x16.narrow_i16x8_u"],
];

function doublesOf(vector: Instruction, part: number): Code {
  return part === 0
    ? [vector, ["f64x2.convert_low_i32x4_s"]]
    : [vector, vector, upper, ["f64x2.convert_low_i32x4_s"]];
}

/** Whole numbers in lanes as 32-bit integers. */
export function integersOf(parts: readonly Instruction[], lane: Lane): Code {
  if (lane === "f32") return [parts[0]!, ["i32x4.trunc_sat_f32x4_s"]];
  const [low, high] = [parts[0]!, parts[1] ?? parts[0]!];
  return [low, ["i32x4.trunc_sat_f64x2_s_zero"], high, ["i32x4.trunc_sat_f64x2_s_zero"], joined];
}

/** One row a dtype. */
export const elements: Readonly<Record<Dtype, Row>> = {
  float32: {
    bytes: 4,
    shift: 2,
    perVector: 4,
    load: (offset) => [["v128.load", offset]],
    loadLane: (lane, offset = 0) => ["v128.load32_lane", offset, lane],
    widen: [],
    store: (offset) => ["v128.store", offset],
    storeLane: (lane, offset = 0) => ["v128.store32_lane", offset, lane],
    splat: () => [["v128.load32_splat"]],
    unpack: (vector) => [vector],
    pack: ([vector]) => [vector!],
  },
  float64: {
    bytes: 8,
    shift: 3,
    perVector: 2,
    load: (offset) => [["v128.load", offset]],
    loadLane: (lane, offset = 0) => ["v128.load64_lane", offset, lane],
    widen: [],
    store: (offset) => ["v128.store", offset],
    storeLane: (lane, offset = 0) => ["v128.store64_lane", offset, lane],
    splat: () => [["v128.load64_splat"]],
    unpack: (vector) => [vector],
    pack: ([vector]) => [vector!],
  },
  int32: {
    bytes: 4,
    shift: 2,
    perVector: 4,
    load: (offset) => [["v128.load", offset]],
    loadLane: (lane, offset = 0) => ["v128.load32_lane", offset, lane],
    widen: [],
    store: (offset) => ["v128.store", offset],
    storeLane: (lane, offset = 0) => ["v128.store32_lane", offset, lane],
    splat: () => [["i32.load"], ["f64.convert_i32_s"], ["f64x2.splat"]],
    unpack: (vector, part) => doublesOf(vector, part),
    pack: (parts, lane) => integersOf(parts, lane),
  },
  bool: {
    bytes: 1,
    shift: 0,
    perVector: 4,
    load: (offset) => [
      ["v128.load32_zero", offset],
      ["i16x8.extend_low_i8x16_u"],
      ["i32x4.extend_low_i16x8_u"],
    ],
    loadLane: (lane, offset = 0) => ["v128.load8_lane", offset, lane],
    widen: [["i16x8.extend_low_i8x16_u"], ["i32x4.extend_low_i16x8_u"]],
    store: (offset) => ["v128.store32_lane", offset, 0],
    storeLane: (lane, offset = 0) => ["v128.store8_lane", offset, lane],
    splat: (lane) =>
      lane === "f32"
        ? [["i32.load8_u"], ["f64.convert_i32_s"], ["f32.demote_f64"], ["f32x4.splat"]]
        : [["i32.load8_u"], ["f64.convert_i32_s"], ["f64x2.splat"]],
    unpack: (vector, part, lane) =>
      lane === "f32" ? [vector, ["f32x4.convert_i32x4_s"]] : doublesOf(vector, part),
    pack: (parts, lane) => [...integersOf(parts, lane), ...narrow],
  },
};

/** A part of a line in the other lane. Parts of doubles that are equal are converted as one. */
export function converted(parts: readonly Instruction[], lane: Lane, part: number): Code {
  const [low, high] = [parts[0]!, parts[1] ?? parts[0]!];
  if (lane === "f64") return [low, ...(part === 0 ? [] : [low, upper]), ["f64x2.promote_low_f32x4"]];
  return [low, ["f32x4.demote_f64x2_zero"], high, ["f32x4.demote_f64x2_zero"], joined];
}

/** One double from the stack, written as an element at the address below it. */
export const storeOne: Readonly<Record<Dtype, Code>> = {
  float32: [["f32.demote_f64"], ["f32.store"]],
  float64: [["f64.store"]],
  int32: [["i64.trunc_sat_f64_s"], ["i32.wrap_i64"], ["i32.store"]],
  bool: [["i32.trunc_sat_f64_s"], ["i32.store8"]],
};

/**
 * How each scalar primitive is said in vector instructions: one row each. The operands' instructions go in, those that leave the result on
 * the stack come out; f32 lanes are four to a vector, f64 lanes two.
 */
import type { Lane, Primitive } from "../ir/scalar.ts";
import type { Instruction, InstructionName } from "./instructions.ts";

/** Said out of line: `remainder` and `quadrant` are calls, made where an argument is huge. */
type Inline = Exclude<Primitive, "const" | "input" | "remainder" | "quadrant">;

/** Operands as instructions; `literal` is the number of the second, where it is one. */
interface Operands {
  readonly a: Instruction;
  readonly b: Instruction;
  readonly c: Instruction;
  readonly literal: number | undefined;
}

type Row = (operands: Operands, lane: Lane) => readonly Instruction[];

/** The instruction of a lane's shape. */
function shaped(name: "add" | "sub" | "mul" | "div" | Unary | Comparison | Choice, lane: Lane): Instruction {
  return [`${shapes[lane]}.${name}` as InstructionName];
}

type Unary = "neg" | "abs" | "sqrt" | "floor";
type Comparison = "lt" | "le" | "eq" | "gt";
type Choice = "min" | "max" | "pmin" | "pmax";

const shapes = { f32: "f32x4", f64: "f64x2" } as const;

const binary =
  (name: "add" | "sub" | "mul" | "div" | Comparison): Row =>
  ({ a, b }, lane) => [a, b, shaped(name, lane)];
const unary =
  (name: Unary): Row =>
  ({ a }, lane) => [a, shaped(name, lane)];

/** One row a primitive. */
export const primitiveRows: Readonly<Record<Inline, Row>> = {
  add: binary("add"),
  sub: binary("sub"),
  mul: binary("mul"),
  div: binary("div"),
  lt: binary("lt"),
  le: binary("le"),
  eq: binary("eq"),
  neg: unary("neg"),
  abs: unary("abs"),
  sqrt: unary("sqrt"),
  floor: unary("floor"),
  /** pmin(a, c) is c < a ? c : a, which a literal c makes the same, but for zeros: a of 0 must lose to a c of -0. */
  min: ({ a, b, literal }, lane) =>
    isChoosable(literal, -0) ? [a, b, shaped("pmin", lane)] : [a, b, shaped("min", lane)],
  /** A maximum with 0 makes -0 of a into 0, as adding 0 does. */
  max: ({ a, b, literal }, lane) => {
    if (Object.is(literal, 0)) return [a, b, shaped("pmax", lane), b, shaped("add", lane)];
    return isChoosable(literal, 0) ? [a, b, shaped("pmax", lane)] : [a, b, shaped("max", lane)];
  },
  copysign: ({ a, b }, lane) => [b, a, wordsOf(masks.sign, lane), ["v128.bitselect"]],
  select: ({ a, b, c }) => [b, c, a, ["v128.bitselect"]],
  exponent: ({ a }, lane) =>
    lane === "f32"
      ? [
          ...[a, int(23), ["i32x4.shr_u"] as const, words(0xff), ["v128.and"] as const],
          ...[["f32x4.convert_i32x4_s"] as const, float(127), ["f32x4.sub"] as const],
        ]
      : [
          ...[a, int(52), ["i64x2.shr_u"] as const, words(0x7ff, 0), ["v128.and"] as const],
          ...[double(2 ** 52), ["v128.or"] as const, double(2 ** 52 + 1023), ["f64x2.sub"] as const],
        ],
  significand: ({ a }, lane) => [
    ...[a, wordsOf(masks.fraction, lane), ["v128.and"] as const],
    ...[wordsOf(masks.one, lane), ["v128.or"] as const],
  ],
  /** k plus 2^23 + 127 (2^52 + 1023) has k + 127 in its last bits, which go where the exponent is. */
  pow2: ({ a }, lane) =>
    lane === "f32"
      ? [a, float(2 ** 23 + 127), ["f32x4.add"], int(23), ["i32x4.shl"]]
      : [a, double(2 ** 52 + 1023), ["f64x2.add"], int(52), ["i64x2.shl"]],
  head: ({ a }, lane) => [a, wordsOf(masks.head, lane), ["v128.and"]],
};

/** Whether a comparison chooses as `min` or `max` with this literal does. */
function isChoosable(literal: number | undefined, zero: number): boolean {
  return literal !== undefined && !Number.isNaN(literal) && !Object.is(literal, zero);
}

/** Bits of a lane: the words of an f32, and of an f64 the lower word first. */
interface Bits {
  readonly f32: number;
  readonly f64: readonly [low: number, high: number];
}

const masks = {
  sign: { f32: 0x80000000, f64: [0, 0x80000000] },
  fraction: { f32: 0x007fffff, f64: [0xffffffff, 0x000fffff] },
  one: { f32: 0x3f800000, f64: [0, 0x3ff00000] },
  head: { f32: 0xfffff000, f64: [0xf8000000, 0xffffffff] },
} as const satisfies Record<string, Bits>;

function wordsOf(bits: Bits, lane: Lane): Instruction {
  return lane === "f32" ? words(bits.f32) : words(...bits.f64);
}

/** A vector of the word, or of the pair of words, again and again. */
function words(low: number, high = low): Instruction {
  return ["v128.const", low, high, low, high];
}

function int(value: number): Instruction {
  return ["i32.const", value];
}

const scratch = new DataView(new ArrayBuffer(8));

/** A vector of a float32. */
function float(value: number): Instruction {
  scratch.setFloat32(0, value);
  return words(scratch.getUint32(0));
}

/** A vector of a float64. */
function double(value: number): Instruction {
  scratch.setFloat64(0, value);
  return words(scratch.getUint32(4), scratch.getUint32(0));
}

/** A vector of a number in a lane. */
export function splat(value: number, lane: Lane): Instruction {
  return lane === "f32" ? float(value) : double(value);
}

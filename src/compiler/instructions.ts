/** The instructions of WebAssembly that the compiler writes, a row each: opcode, and what follows it. Encoder and printer walk the rows. */

/** What follows an opcode: indices and counts, literals, places in memory. */
export type Immediates =
  | "none"
  /** One index: of a local, a global, a function, or a label. */
  | "index"
  /** A number of labels; the last is the default. */
  | "labels"
  /** What a block leaves: nothing. */
  | "block"
  | "i32"
  | "i64"
  | "f32"
  | "f64"
  /** Four 32-bit words, the lowest first. */
  | "v128"
  /** An offset in bytes; alignment is left open, or natural for atomic instructions. */
  | "memory"
  | "atomic memory"
  | "memory and lane"
  | "lane"
  /** Sixteen bytes of two vectors, by number. */
  | "shuffle"
  /** Zero bytes that stand for memory 0. */
  | "memory 0"
  | "memories 0"
  | "zero";

type Row = readonly [opcode: number | readonly [prefix: number, opcode: number], follows?: Immediates];

const simd = (opcode: number, follows: Immediates = "none"): Row => [[0xfd, opcode], follows];
const atomic = (opcode: number, follows: Immediates = "atomic memory"): Row => [[0xfe, opcode], follows];

/** One row an instruction, by its name in the text format. */
export const instructions = {
  unreachable: [0x00],
  block: [0x02, "block"],
  loop: [0x03, "block"],
  if: [0x04, "block"],
  else: [0x05],
  end: [0x0b],
  br: [0x0c, "index"],
  br_if: [0x0d, "index"],
  br_table: [0x0e, "labels"],
  return: [0x0f],
  call: [0x10, "index"],
  drop: [0x1a],
  select: [0x1b],
  "local.get": [0x20, "index"],
  "local.set": [0x21, "index"],
  "local.tee": [0x22, "index"],

  "i32.load": [0x28, "memory"],
  "f32.load": [0x2a, "memory"],
  "f64.load": [0x2b, "memory"],
  "i32.load8_u": [0x2d, "memory"],
  "i32.store": [0x36, "memory"],
  "i64.store": [0x37, "memory"],
  "f32.store": [0x38, "memory"],
  "f64.store": [0x39, "memory"],
  "i32.store8": [0x3a, "memory"],
  "memory.copy": [[0xfc, 0x0a], "memories 0"],
  "memory.fill": [[0xfc, 0x0b], "memory 0"],

  "i32.const": [0x41, "i32"],
  "i64.const": [0x42, "i64"],
  "f32.const": [0x43, "f32"],
  "f64.const": [0x44, "f64"],
  "i32.eqz": [0x45],
  "i32.eq": [0x46],
  "i32.ne": [0x47],
  "i32.lt_s": [0x48],
  "i32.lt_u": [0x49],
  "i32.gt_s": [0x4a],
  "i32.gt_u": [0x4b],
  "i32.le_s": [0x4c],
  "i32.le_u": [0x4d],
  "i32.ge_s": [0x4e],
  "i32.ge_u": [0x4f],
  "i64.eqz": [0x50],
  "i64.lt_u": [0x54],
  "f64.eq": [0x61],
  "f64.ne": [0x62],
  "f64.lt": [0x63],
  "f64.gt": [0x64],
  "f64.le": [0x65],
  "i32.add": [0x6a],
  "i32.sub": [0x6b],
  "i32.mul": [0x6c],
  "i32.div_u": [0x6e],
  "i32.rem_u": [0x70],
  "i32.and": [0x71],
  "i32.or": [0x72],
  "i32.xor": [0x73],
  "i32.shl": [0x74],
  "i32.shr_s": [0x75],
  "i32.shr_u": [0x76],
  "i64.clz": [0x79],
  "i64.add": [0x7c],
  "i64.sub": [0x7d],
  "i64.mul": [0x7e],
  "i64.and": [0x83],
  "i64.or": [0x84],
  "i64.xor": [0x85],
  "i64.shl": [0x86],
  "i64.shr_u": [0x88],
  "f32.add": [0x92],
  "f32.sub": [0x93],
  "f32.mul": [0x94],
  "f64.abs": [0x99],
  "f64.add": [0xa0],
  "f64.sub": [0xa1],
  "f64.mul": [0xa2],
  "f64.min": [0xa4],
  "f64.max": [0xa5],
  "i32.wrap_i64": [0xa7],
  "i64.extend_i32_u": [0xad],
  "f32.demote_f64": [0xb6],
  "f64.convert_i32_s": [0xb7],
  "f64.convert_i64_u": [0xba],
  "f64.promote_f32": [0xbb],
  "i64.reinterpret_f64": [0xbd],
  "f64.reinterpret_i64": [0xbf],
  "i32.trunc_sat_f64_s": [[0xfc, 0x02]],
  "i64.trunc_sat_f64_s": [[0xfc, 0x06]],

  "v128.load": simd(0x00, "memory"),
  "v128.load32_splat": simd(0x09, "memory"),
  "v128.load64_splat": simd(0x0a, "memory"),
  "v128.store": simd(0x0b, "memory"),
  "v128.const": simd(0x0c, "v128"),
  "i8x16.shuffle": simd(0x0d, "shuffle"),
  "i8x16.splat": simd(0x0f),
  "i32x4.splat": simd(0x11),
  "i64x2.splat": simd(0x12),
  "f32x4.splat": simd(0x13),
  "f64x2.splat": simd(0x14),
  "i32x4.extract_lane": simd(0x1b, "lane"),
  "i32x4.replace_lane": simd(0x1c, "lane"),
  "f32x4.extract_lane": simd(0x1f, "lane"),
  "f32x4.replace_lane": simd(0x20, "lane"),
  "f64x2.extract_lane": simd(0x21, "lane"),
  "f64x2.replace_lane": simd(0x22, "lane"),
  "i32x4.eq": simd(0x37),
  "i32x4.lt_s": simd(0x39),
  "i32x4.gt_s": simd(0x3b),
  "f32x4.eq": simd(0x41),
  "f32x4.lt": simd(0x43),
  "f32x4.gt": simd(0x44),
  "f32x4.le": simd(0x45),
  "f64x2.eq": simd(0x47),
  "f64x2.lt": simd(0x49),
  "f64x2.gt": simd(0x4a),
  "f64x2.le": simd(0x4b),
  "v128.not": simd(0x4d),
  "v128.and": simd(0x4e),
  "v128.andnot": simd(0x4f),
  "v128.or": simd(0x50),
  "v128.xor": simd(0x51),
  "v128.bitselect": simd(0x52),
  "v128.any_true": simd(0x53),
  "v128.load8_lane": simd(0x54, "memory and lane"),
  "v128.load32_lane": simd(0x56, "memory and lane"),
  "v128.load64_lane": simd(0x57, "memory and lane"),
  "v128.store8_lane": simd(0x58, "memory and lane"),
  "v128.store32_lane": simd(0x5a, "memory and lane"),
  "v128.store64_lane": simd(0x5b, "memory and lane"),
  "v128.load32_zero": simd(0x5c, "memory"),
  "v128.load64_zero": simd(0x5d, "memory"),
  "f32x4.demote_f64x2_zero": simd(0x5e),
  "f64x2.promote_low_f32x4": simd(0x5f),
  "f32x4.floor": simd(0x68),
  "f64x2.floor": simd(0x75),
  "i16x8.narrow_i32x4_u": simd(0x86),
  "i8x16.narrow_i16x8_u": simd(0x66),
  "i16x8.extend_low_i8x16_u": simd(0x89),
  "i32x4.extend_low_i16x8_u": simd(0xa9),
  "i32x4.shl": simd(0xab),
  "i32x4.shr_u": simd(0xad),
  "i32x4.add": simd(0xae),
  "i32x4.sub": simd(0xb1),
  "i32x4.mul": simd(0xb5),
  "i64x2.shl": simd(0xcb),
  "i64x2.shr_u": simd(0xcd),
  "i64x2.add": simd(0xce),
  "i64x2.sub": simd(0xd1),
  "f32x4.abs": simd(0xe0),
  "f32x4.neg": simd(0xe1),
  "f32x4.sqrt": simd(0xe3),
  "f32x4.add": simd(0xe4),
  "f32x4.sub": simd(0xe5),
  "f32x4.mul": simd(0xe6),
  "f32x4.div": simd(0xe7),
  "f32x4.min": simd(0xe8),
  "f32x4.max": simd(0xe9),
  "f32x4.pmin": simd(0xea),
  "f32x4.pmax": simd(0xeb),
  "f64x2.abs": simd(0xec),
  "f64x2.neg": simd(0xed),
  "f64x2.sqrt": simd(0xef),
  "f64x2.add": simd(0xf0),
  "f64x2.sub": simd(0xf1),
  "f64x2.mul": simd(0xf2),
  "f64x2.div": simd(0xf3),
  "f64x2.min": simd(0xf4),
  "f64x2.max": simd(0xf5),
  "f64x2.pmin": simd(0xf6),
  "f64x2.pmax": simd(0xf7),
  "f32x4.convert_i32x4_s": simd(0xfa),
  "i32x4.trunc_sat_f32x4_s": simd(0xf8),
  "i32x4.trunc_sat_f64x2_s_zero": simd(0xfc),
  "f64x2.convert_low_i32x4_s": simd(0xfe),

  "memory.atomic.notify": atomic(0x00),
  "memory.atomic.wait32": atomic(0x01),
  "atomic.fence": atomic(0x03, "zero"),
  "i32.atomic.load": atomic(0x10),
  "i32.atomic.store": atomic(0x17),
  "i32.atomic.rmw.add": atomic(0x1e),
} as const satisfies Record<string, Row>;

export type InstructionName = keyof typeof instructions;

/** An instruction with its immediates, flat: what stands on one line of the text format. */
export type Instruction = readonly [name: InstructionName, ...immediates: number[]];

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** What a function takes and gives. */
export interface Signature {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A function as it is written: parameters are its first locals. `body` has no closing `end`. */
export interface WasmFunction extends Signature {
  readonly name: string;
  readonly locals: readonly ValueType[];
  readonly body: readonly Instruction[];
  readonly isExported: boolean;
}

/** A function that the module is given, as "env" `name`. */
export interface WasmImport extends Signature {
  readonly name: string;
}

/** A module with one memory, "env" "memory", which it is given. Functions are numbered with the imports first. */
export interface WasmModule {
  readonly imports: readonly WasmImport[];
  readonly functions: readonly WasmFunction[];
  /** Whether the memory is shared among threads; then with the most pages there may be. */
  readonly isShared: boolean;
}

/** How immediates follow an instruction. */
export function immediatesOf(name: InstructionName): Immediates {
  const row: Row = instructions[name];
  return row[1] ?? "none";
}

/** The opcode with its prefix, if it has one. */
export function opcodeOf(name: InstructionName): readonly number[] {
  const [opcode] = instructions[name];
  return typeof opcode === "number" ? [opcode] : opcode;
}

/** Collects the instructions of a function, and the locals that they need. */
export class Writer {
  readonly body: Instruction[] = [];
  readonly #params: readonly ValueType[];
  readonly #locals: ValueType[] = [];

  constructor(params: readonly ValueType[] = []) {
    this.#params = params;
  }

  /** A new local. */
  local(type: ValueType): number {
    return this.#params.length + this.#locals.push(type) - 1;
  }

  /** Adds instructions at the end. */
  write(...instructions: readonly Instruction[]): void {
    for (const instruction of instructions) this.body.push(instruction);
  }

  /** The function written so far. */
  finish(name: string, results: readonly ValueType[] = [], isExported = false): WasmFunction {
    return { name, params: this.#params, results, locals: this.#locals, body: this.body, isExported };
  }
}

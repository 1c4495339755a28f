/** Writes a module in WebAssembly's binary format (WebAssembly Core Specification 2.0, chapter 5): plain data goes in, bytes come out. */
import {
  type Immediates,
  type Instruction,
  type InstructionName,
  immediatesOf,
  opcodeOf,
  type Signature,
  type ValueType,
  type WasmFunction,
  type WasmModule,
} from "./instructions.ts";

/** The bytes of a module. */
export function encode(module: WasmModule): Uint8Array<ArrayBuffer> {
  const out = new Bytes();
  out.push(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
  const types = typesOf(module);
  section(out, 1, types.signatures, writeSignature);
  section(out, 2, importsOf(module, types), (to, write) => write(to));
  section(out, 3, module.functions, (to, f) => to.unsigned(types.indexOf(f)));
  section(out, 7, exportsOf(module), (to, [name, index]) => {
    to.name(name);
    to.push(0x00);
    to.unsigned(index);
  });
  section(out, 10, module.functions, writeFunction);
  return out.take();
}

/** Each signature once, and where it stands. */
function typesOf({ imports, functions }: WasmModule) {
  const numbers = new Map<string, number>();
  const signatures: Signature[] = [];
  const key = ({ params, results }: Signature) => `${params}>${results}`;
  for (const f of [...imports, ...functions])
    if (!numbers.has(key(f))) numbers.set(key(f), signatures.push(f) - 1);
  return { signatures, indexOf: (f: Signature) => numbers.get(key(f))! };
}

/** The most pages a memory can have: 4 GiB. */
const mostPages = 65536;

function importsOf({ imports, isShared }: WasmModule, types: ReturnType<typeof typesOf>) {
  const memory = (to: Bytes) => {
    to.name("env");
    to.name("memory");
    to.push(0x02, isShared ? 0x03 : 0x00);
    to.unsigned(1);
    if (isShared) to.unsigned(mostPages);
  };
  const functions = imports.map((f) => (to: Bytes) => {
    to.name("env");
    to.name(f.name);
    to.push(0x00);
    to.unsigned(types.indexOf(f));
  });
  return [memory, ...functions];
}

function exportsOf({ imports, functions }: WasmModule): (readonly [name: string, index: number])[] {
  return functions.flatMap((f, i) => (f.isExported ? [[f.name, imports.length + i] as const] : []));
}

const valueTypes: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

function writeSignature(out: Bytes, { params, results }: Signature): void {
  out.push(0x60);
  for (const types of [params, results]) {
    out.unsigned(types.length);
    for (const type of types) out.byte(valueTypes[type]);
  }
}

function writeFunction(out: Bytes, { locals, body }: WasmFunction): void {
  const code = new Bytes();
  const runs = runsOf(locals);
  code.unsigned(runs.length);
  for (const [count, type] of runs) {
    code.unsigned(count);
    code.push(valueTypes[type]);
  }
  for (const instruction of body) writeInstruction(code, instruction);
  code.push(0x0b);
  out.block(code);
}

/** Equal types that follow one another, counted. */
function runsOf(types: readonly ValueType[]): [count: number, type: ValueType][] {
  const runs: [number, ValueType][] = [];
  for (const type of types) {
    const last = runs.at(-1);
    if (last?.[1] === type) last[0]++;
    else runs.push([1, type]);
  }
  return runs;
}

function writeInstruction(out: Bytes, instruction: Instruction): void {
  const { opcode, write } = encodingOf(instruction[0]);
  for (let i = 0; i < opcode.length; i++) out.byte(opcode[i]!);
  write(out, instruction);
}

/** An opcode's bytes, and how what follows it is written; found once for each instruction. */
interface Encoding {
  readonly opcode: readonly number[];
  readonly write: (out: Bytes, instruction: Instruction) => void;
}

const encodings = new Map<InstructionName, Encoding>();

function encodingOf(name: InstructionName): Encoding {
  const known = encodings.get(name);
  if (known) return known;
  const [first, second] = opcodeOf(name) as [number, number?];
  const low = second === undefined || second < 0x80 ? second : [(second & 0x7f) | 0x80, second >> 7];
  const opcode = [first, ...(low === undefined ? [] : [low].flat())];
  const encoding = { opcode, write: writers[immediatesOf(name)] };
  encodings.set(name, encoding);
  return encoding;
}

function at(instruction: Instruction, place: number): number {
  return instruction[place] as number;
}

/** How each kind of immediates is written; they begin at place 1 of an instruction. */
const writers: Readonly<Record<Immediates, Encoding["write"]>> = {
  none: () => {},
  index: (out, instruction) => out.unsigned(instruction[1]!),
  labels: (out, [, ...labels]) => {
    out.unsigned(labels.length - 1);
    for (const label of labels) out.unsigned(label);
  },
  block: (out) => out.byte(0x40),
  i32: (out, instruction) => out.signed(instruction[1]! | 0),
  i64: (out, instruction) => out.long(BigInt(instruction[1]!)),
  f32: (out, instruction) => out.float32(instruction[1]!),
  f64: (out, instruction) => out.float64(instruction[1]!),
  v128: (out, instruction) => {
    for (let i = 1; i <= 4; i++)
      for (let bit = 0; bit < 32; bit += 8) out.byte((at(instruction, i) >>> bit) & 0xff);
  },
  memory: (out, instruction) => out.place(instruction[1] ?? 0, 0),
  "atomic memory": (out, instruction) => out.place(instruction[1] ?? 0, 2),
  "memory and lane": (out, instruction) => {
    out.place(instruction[1]!, 0);
    out.byte(instruction[2]!);
  },
  lane: (out, instruction) => out.byte(instruction[1]!),
  shuffle: (out, instruction) => {
    for (let i = 1; i <= 16; i++) out.byte(at(instruction, i));
  },
  "memory 0": (out) => out.byte(0x00),
  "memories 0": (out) => out.push(0x00, 0x00),
  zero: (out) => out.byte(0x00),
};

function section<T>(out: Bytes, id: number, items: readonly T[], write: (to: Bytes, item: T) => void): void {
  const content = new Bytes();
  content.unsigned(items.length);
  for (const item of items) write(content, item);
  out.push(id);
  out.block(content);
}

/** A growing array of bytes, and the ways numbers are put into it. */
class Bytes {
  #bytes = new Uint8Array(256);
  #length = 0;

  byte(byte: number): void {
    if (this.#length === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  push(...bytes: readonly number[]): void {
    for (const byte of bytes) this.byte(byte);
  }

  /** Another run of bytes, its length before it. */
  block(other: Bytes): void {
    this.unsigned(other.#length);
    this.#reserve(other.#length);
    this.#bytes.set(other.#bytes.subarray(0, other.#length), this.#length);
    this.#length += other.#length;
  }

  name(text: string): void {
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
  }

  /** LEB128. */
  unsigned(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.byte((rest % 128) | 0x80);
    this.byte(rest);
  }

  signed(value: number): void {
    let rest = value;
    for (; rest < -64 || rest >= 64; rest >>= 7) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest & 0x7f);
  }

  long(value: bigint): void {
    let rest = value;
    for (; rest < -64n || rest >= 64n; rest >>= 7n) this.byte(Number(rest & 0x7fn) | 0x80);
    this.byte(Number(rest & 0x7fn));
  }

  float32(value: number): void {
    this.#view(4, (view) => view.setFloat32(0, value, true));
  }

  float64(value: number): void {
    this.#view(8, (view) => view.setFloat64(0, value, true));
  }

  /** A place in memory. Its alignment, 2^n bytes, is no more than a hint, but for atomic instructions, which want their natural one. */
  place(offset: number, alignment: number): void {
    this.byte(alignment);
    this.unsigned(offset);
  }

  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #view(size: number, write: (view: DataView) => void): void {
    this.#reserve(size);
    write(new DataView(this.#bytes.buffer, this.#length, size));
    this.#length += size;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const longer = new Uint8Array(2 * (this.#length + more));
    longer.set(this.#bytes);
    this.#bytes = longer;
  }
}

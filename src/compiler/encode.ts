/** Writes a module in WebAssembly's binary format (WebAssembly Core Specification 2.0, chapter 5): plain data goes in, bytes come out. */
import {
  type Immediates,
  type Instruction,
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
export const mostPages = 65536;

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
    for (const type of types) out.push(valueTypes[type]);
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

function writeInstruction(out: Bytes, [name, ...immediates]: Instruction): void {
  const [first, second] = opcodeOf(name);
  out.push(first!);
  if (second !== undefined) out.unsigned(second);
  writers[immediatesOf(name)](out, immediates);
}

/** How each kind of immediates is written. */
const writers: Readonly<Record<Immediates, (out: Bytes, values: readonly number[]) => void>> = {
  none: () => {},
  index: (out, [index]) => out.unsigned(index!),
  labels: (out, labels) => {
    out.unsigned(labels.length - 1);
    for (const label of labels) out.unsigned(label);
  },
  block: (out) => out.push(0x40),
  i32: (out, [value]) => out.signed(BigInt(value! | 0)),
  i64: (out, [value]) => out.signed(BigInt(value!)),
  f32: (out, [value]) => out.float32(value!),
  f64: (out, [value]) => out.float64(value!),
  v128: (out, words) => {
    for (const word of words) for (let i = 0; i < 32; i += 8) out.push((word >>> i) & 0xff);
  },
  memory: (out, [offset = 0]) => out.place(offset, 0),
  "atomic memory": (out, [offset = 0]) => out.place(offset, 2),
  "memory and lane": (out, [offset, lane]) => {
    out.place(offset!, 0);
    out.push(lane!);
  },
  lane: (out, [lane]) => out.push(lane!),
  shuffle: (out, lanes) => out.push(...lanes),
  "memory 0": (out) => out.push(0x00),
  "memories 0": (out) => out.push(0x00, 0x00),
  zero: (out) => out.push(0x00),
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

  push(...bytes: readonly number[]): void {
    this.#reserve(bytes.length);
    for (const byte of bytes) this.#bytes[this.#length++] = byte;
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
    for (let i = 0; i < text.length; i++) this.push(text.charCodeAt(i));
  }

  /** LEB128. */
  unsigned(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.push((rest % 128) | 0x80);
    this.push(rest);
  }

  signed(value: bigint): void {
    let rest = value;
    for (; rest < -64n || rest >= 64n; rest >>= 7n) this.push(Number(rest & 0x7fn) | 0x80);
    this.push(Number(rest & 0x7fn));
  }

  float32(value: number): void {
    this.#view(4, (view) => view.setFloat32(0, value, true));
  }

  float64(value: number): void {
    this.#view(8, (view) => view.setFloat64(0, value, true));
  }

  /** A place in memory. Its alignment, 2^n bytes, is no more than a hint, but for atomic instructions, which want their natural one. */
  place(offset: number, alignment: number): void {
    this.push(alignment);
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

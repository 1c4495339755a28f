/** A program for tests of threads, written by hand: rounds in which every thread reads what all others wrote in the one before. */
import { barrier, barrierBytes } from "../src/compiler/barrier.ts";
import { encode } from "../src/compiler/encode.ts";
import { type Instruction, type WasmModule, Writer } from "../src/compiler/instructions.ts";
import type { Threaded } from "../src/runtime/pool.ts";

const get = (local: number): Instruction => ["local.get", local];
const set = (local: number): Instruction => ["local.set", local];
const int = (value: number): Instruction => ["i32.const", value];

/** The words of the frame, by their offsets: how many numbers there are, where, which thread traps (-1: none), and in which round. */
const words = { size: 0, from: 4, to: 8, traitor: 12, round: 16 };

/**
 * In each round, to[i] = 3 from[i + 1] + i for the numbers of this thread, every so many-th of them; then all meet, and the two change
 * places. The rounds left count down.
 */
function relay(): WasmModule {
  const w = new Writer(["i32", "i32", "i32", "i32"]);
  const [frame, rounds, thread, threads] = [0, 1, 2, 3];
  const [i, size, from, to, next] = Array.from({ length: 5 }, () => w.local("i32")) as [number, ...number[]];
  const word = (offset: number): Instruction[] => [get(frame), ["i32.load", offset]];
  const place = (base: number, index: number): Instruction[] => [
    get(base),
    get(index),
    int(4),
    ["i32.mul"],
    ["i32.add"],
  ];
  w.write(...word(words.size), set(size!), ...word(words.from), set(from!), ...word(words.to), set(to!));
  w.write(["loop"], get(rounds), ["if"]);
  w.write(get(thread), ...word(words.traitor), ["i32.eq"], get(rounds), ...word(words.round), ["i32.eq"]);
  w.write(["i32.and"], ["if"], ["unreachable"], ["end"]);
  w.write(get(thread), set(i));
  w.write(["loop"], get(i), get(size!), ["i32.lt_u"], ["if"]);
  w.write(get(i), int(1), ["i32.add"], get(size!), ["i32.rem_u"], set(next!));
  w.write(...place(to!, i), ...place(from!, next!), ["i32.load"], int(3), ["i32.mul"], get(i), ["i32.add"]);
  w.write(["i32.store"], get(i), get(threads), ["i32.add"], set(i), ["br", 1], ["end"], ["end"]);
  w.write(int(0), get(threads), get(thread), ["call", 1]);
  w.write(get(from!), get(to!), set(from!), set(to!));
  w.write(get(rounds), int(1), ["i32.sub"], set(rounds), ["br", 1], ["end"], ["end"]);
  return { imports: [], functions: [w.finish("run", [], true), barrier()], isShared: true };
}

const frame = barrierBytes;
const [first, most] = [64, 1024];

/** One of the program, and ways to run it. */
export class Relay implements Threaded {
  readonly memory: WebAssembly.Memory;
  readonly module = new WebAssembly.Module(encode(relay()));
  readonly run: Threaded["run"];
  readonly barrier = 0;
  readonly frame = frame;

  constructor(memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true })) {
    this.memory = memory;
    this.run = new WebAssembly.Instance(this.module, { env: { memory } }).exports.run as Threaded["run"];
  }

  /** Writes the frame, and 1, 2, ... as the numbers to begin with. */
  prepare(size: number, traitor = -1, round = 0): void {
    const memory = new Int32Array(this.memory.buffer);
    memory.set([size, first, first + 4 * most, traitor, round], frame / 4);
    for (let i = 0; i < size; i++) memory[first / 4 + i] = i + 1;
  }

  /** The numbers after so many rounds. */
  numbers(size: number, rounds: number): number[] {
    const start = (rounds % 2 === 0 ? first : first + 4 * most) / 4;
    return [...new Int32Array(this.memory.buffer).subarray(start, start + size)];
  }
}

/** What they must be. */
export function expectedNumbers(size: number, rounds: number): number[] {
  let numbers = Array.from({ length: size }, (_, i) => i + 1);
  for (let round = 0; round < rounds; round++)
    numbers = numbers.map((_, i) => (Math.imul(3, numbers[(i + 1) % size]!) + i) | 0);
  return numbers;
}

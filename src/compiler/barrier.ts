/** Where threads wait for one another: a WebAssembly function, and the few words of a shared memory that it keeps its count in. */
import { type Instruction, type WasmFunction, Writer } from "./instructions.ts";

/** The words of a barrier, by their offsets in bytes. All begin as zeros; the last two are the runtime's to write. */
export const words = {
  /** How many threads have arrived. */
  arrived: 0,
  /** How often all of them have: it changes when they may go on. */
  generation: 4,
  /** How many times a thread looks before it sleeps. Below zero it never sleeps: a page's own thread may not. */
  patience: 8,
  /** Not zero once a thread has failed: the others shall not wait for it. */
  isBroken: 12,
} as const;

/** How many bytes they take up. */
export const barrierBytes = 16;

/**
 * barrier(address, threads): returns once so many threads have called it, at once where there is one. What any of them wrote before,
 * all can read after. It traps where the barrier is broken, which is done by setting `isBroken`, changing `generation`, and
 * notifying there, in this order.
 */
export function barrier(): WasmFunction {
  const w = new Writer(["i32", "i32"]);
  const [address, threads] = [0, 1];
  const [generation, left] = [w.local("i32"), w.local("i32")];
  const load = (offset: number): Instruction[] => [get(address), ["i32.atomic.load", offset]];
  const trapIfBroken: Instruction[] = [...load(words.isBroken), ["if"], ["unreachable"], end];

  w.write(get(threads), int(1), ["i32.le_u"], ["if"], ["return"], end);
  // The generation is read first: if the barrier breaks after that, it changes, and if before, it is seen here.
  w.write(...load(words.generation), set(generation), ...trapIfBroken);

  w.write(get(address), int(1), ["i32.atomic.rmw.add", words.arrived]);
  w.write(get(threads), int(1), ["i32.sub"], ["i32.eq"], ["if"]);
  w.write(get(address), int(0), ["i32.atomic.store", words.arrived]);
  w.write(get(address), int(1), ["i32.atomic.rmw.add", words.generation], ["drop"]);
  w.write(get(address), int(-1), ["memory.atomic.notify", words.generation], ["drop"]);
  w.write(["return"], end);

  w.write(...load(words.patience), set(left));
  w.write(["loop"], ...load(words.generation), get(generation), ["i32.eq"], ["if"]);
  w.write(get(left), ["if"]);
  w.write(get(left), get(left), int(0), ["i32.gt_s"], ["i32.sub"], set(left), ["else"]);
  w.write(get(address), get(generation), ["i64.const", -1]);
  w.write(["memory.atomic.wait32", words.generation], ["drop"], end);
  w.write(["br", 1], end, end);
  w.write(...trapIfBroken);
  return w.finish("barrier");
}

const get = (local: number): Instruction => ["local.get", local];
const set = (local: number): Instruction => ["local.set", local];
const int = (value: number): Instruction => ["i32.const", value];
const end: Instruction = ["end"];

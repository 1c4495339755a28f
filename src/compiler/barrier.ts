/** Where threads wait for one another: a WebAssembly function, and the few words of a shared memory that it keeps its count in. */
import { type Code, end, get, int, set, sub } from "./code.ts";
import { type WasmFunction, Writer } from "./instructions.ts";

/** The words of a barrier, by their offsets in bytes. All begin as zeros; the last three are the runtime's to write. */
export const words = {
  /** How many threads have arrived. */
  arrived: 0,
  /** How often all of them have: it changes when they may go on. */
  generation: 4,
  /** Whether looking was in vain the last time: then threads sleep at once, but for every 16th time. */
  isSleepy: 8,
  /** How many times a thread looks whether it may go on before it sleeps. */
  patience: 12,
  /** Whether thread 0 may not sleep, as a page's own thread may not, but looks for as long as it takes. */
  isAwake: 16,
  /** Not 0 once a thread has failed: the others shall not wait for it. */
  isBroken: 20,
} as const;

/** The most threads that a program makes room for. */
export const mostThreads = 16;

/** How many bytes they take up. */
export const barrierBytes = 24;

/**
 * barrier(address, threads, thread): returns once so many threads have called it, at once where there is one. What any of them wrote
 * before, all can read after. It traps where the barrier is broken, which is done by setting `isBroken`, changing `generation`,
 * and notifying there, in this order.
 */
export function barrier(): WasmFunction {
  const w = new Writer(["i32", "i32", "i32"]);
  const [address, threads, thread] = [0, 1, 2];
  const [generation, left] = [w.local("i32"), w.local("i32")];
  const load = (offset: number): Code => [get(address), ["i32.atomic.load", offset]];
  const trapIfBroken: Code = [...load(words.isBroken), ["if"], ["unreachable"], end];

  w.write(get(threads), int(1), ["i32.le_u"], ["if"], ["return"], end);
  // The generation is read first: if the barrier breaks after that, it changes, and if before, it is seen here.
  w.write(...load(words.generation), set(generation), ...trapIfBroken);

  w.write(get(address), int(1), ["i32.atomic.rmw.add", words.arrived]);
  w.write(get(threads), int(1), sub, ["i32.eq"], ["if"]);
  w.write(get(address), int(0), ["i32.atomic.store", words.arrived]);
  w.write(get(address), int(1), ["i32.atomic.rmw.add", words.generation], ["drop"]);
  w.write(get(address), int(-1), ["memory.atomic.notify", words.generation], ["drop"]);
  w.write(["return"], end);

  const isOver: Code = [...load(words.generation), get(generation), ["i32.ne"]];
  const setSleepy = (value: number): Code => [get(address), int(value), ["i32.atomic.store", words.isSleepy]];
  w.write(["block"]);
  w.write(get(thread), ["i32.eqz"], ...load(words.isAwake), ["i32.and"], ["if"]);
  w.write(["loop"], ...isOver, ["br_if", 2], ["br", 0], end, end);

  // Where threads share a core, looking only keeps the others from coming.
  w.write(int(0), ...load(words.patience));
  w.write(...load(words.isSleepy), get(generation), int(15), ["i32.and"], int(0), ["i32.ne"], ["i32.and"]);
  w.write(["select"], set(left));
  w.write(["loop"], ...isOver, ["if"], ...setSleepy(0), ["br", 2], end);
  w.write(get(left), ["if"], get(left), int(1), sub, set(left), ["br", 1], end, end);

  w.write(...setSleepy(1));
  w.write(["loop"], get(address), get(generation), ["i64.const", -1]);
  w.write(["memory.atomic.wait32", words.generation], ["drop"], ...isOver, ["i32.eqz"], ["br_if", 0], end);
  w.write(end, ...trapIfBroken);
  return w.finish("barrier");
}

/**
 * The function that goes through a program's kernels, step after step. Threads that run it share the units of each kernel, and all come
 * to its end before one goes on.
 */
import { barrier } from "./barrier.ts";
import { add, type Code, end, get, int, mul, set, sub, writeWhile } from "./code.ts";
import { type Frame, frameLocal } from "./frame.ts";
import type { Functions } from "./functions.ts";
import { type WasmFunction, Writer } from "./instructions.ts";
import type { Buffer } from "./kernels.ts";

/** How a kernel is run: its function, how many units of work it has, and how many go into one call. */
export interface Work {
  readonly call: number;
  readonly units: number;
  readonly chunk: number;
}

/** A kernel, and what one thread does after it. */
export interface Part {
  readonly work: Work | null;
  readonly serial: Writer;
}

/** The words at which threads meet, which the runtime places. */
export const meeting: Buffer = { name: "meeting", dtype: "int32", size: 16, leaf: -1 };

/** The parameters after the frame. */
const [steps, thread, threads] = [1, 2, 3];

/** (frame, steps, thread, threads): all parts in order, and again. Threads meet where the memory is shared. */
export function run(
  parts: readonly Part[],
  frame: Frame,
  functions: Functions,
  isShared: boolean,
): WasmFunction {
  const w = new Writer(["i32", "i32", "i32", "i32"]);
  const meet = (): void => {
    if (isShared) writeMeeting(w, frame, functions);
  };
  writeWhile(w, [get(steps)], () => {
    for (const [i, { work, serial }] of parts.entries()) {
      if (work) {
        writeWork(w, work, frame);
        meet();
      }
      if (serial.body.length === 0) continue;
      const call = functions.add(serial.finish(`serial${i}`));
      w.write(get(thread), ["i32.eqz"], ["if"], get(frameLocal), ["call", call], end);
      meet();
    }
    w.write(get(steps), int(1), sub, set(steps));
  });
  return w.finish("run", [], true);
}

/** A thread's share of the units, in calls that do not last too long. */
function writeWork(w: Writer, { call, units: count, chunk: most }: Work, frame: Frame): void {
  const [units, chunk] = [frame.local(count, w), frame.local(most, w)];
  const [first, last, to] = [w.local("i32"), w.local("i32"), w.local("i32")];
  const share = (n: Code): Code => [get(units), ...n, mul, get(threads), ["i32.div_u"]];
  const next: Code = [get(first), get(chunk), add];
  w.write(int(0), set(first), get(units), set(last));
  w.write(get(threads), int(1), ["i32.gt_u"], ["if"], ...share([get(thread)]), set(first));
  w.write(...share([get(thread), int(1), add]), set(last), end);
  w.write(["block"], ["loop"], get(first), get(last), ["i32.ge_u"], ["br_if", 1]);
  w.write(...next, get(last), ...next, get(last), ["i32.lt_u"], ["select"], set(to));
  w.write(get(frameLocal), get(first), get(to), get(thread), ["call", call]);
  w.write(get(to), set(first), ["br", 0], end, end);
}

/** Waits for the other threads, if there are any. */
function writeMeeting(w: Writer, frame: Frame, functions: Functions): void {
  const address = frame.local({ buffer: meeting, bytes: 0 }, w);
  const call = functions.need("barrier", () => [barrier()]);
  w.write(get(threads), int(1), ["i32.gt_u"], ["if"]);
  w.write(get(address), get(threads), get(thread), ["call", call], end);
}

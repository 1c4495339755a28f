/**
 * Threads that run a program together: one dispatch a program, in which each runs the same code with its own number, the caller with 0.
 * In Node they are worker_threads, in a page workers. They are started when they are first wanted, and keep no process alive.
 */
import { mostThreads } from "../compiler/barrier.ts";
import { nodeThreads, Pool, type Threaded } from "./pool.ts";

let count = 1;
let pool: Pool | null = null;
/** Why threads failed, if they did. */
let trouble: string | null = null;

/** How many threads a program may run on. It is 1 until somebody asks for more. */
export function threadCount(): number {
  return count;
}

/** Asks for so many threads. Those that there are end if it is another number. */
export function setThreads(n: number): void {
  if (!Number.isInteger(n) || n < 1 || n > mostThreads)
    throw new RangeError(`setThreads expects a whole number from 1 to ${mostThreads}, got ${n}`);
  count = n;
  trouble = null;
  if (pool?.threads !== n) stop();
}

/** Why programs run on one thread and no more, in a sentence; null where nothing is in the way. */
export function threadsReason(): string | null {
  return impossible() ?? trouble ?? (pool?.isUp === false ? "the other threads are still starting" : null);
}

/** Starts the threads that were asked for. Once they are up, tells how many there are; 1 where they are not to be had. */
export async function threadsReady(): Promise<number> {
  if (count > 1) available(count);
  while (pool?.isUp === false) await new Promise((resolve) => setTimeout(resolve, 2));
  return pool?.threads ?? 1;
}

/** Runs a program on up to so many threads, and tells on how many. Throws what it throws, on whichever of them. */
export function runThreaded(program: Threaded, frame: number, steps: number, wanted: number): number {
  const most = Math.min(wanted, mostThreads);
  const threads = most > 1 ? Math.min(most, available(most)) : 1;
  if (threads > 1) pool!.run(program, frame, steps, threads);
  else program.run(frame, steps, 0, 1);
  return threads;
}

/** How many threads are up, the caller's among them. Starts them where they are too few: Node waits for them, a page runs on without. */
function available(wanted: number): number {
  if (impossible() !== null || trouble !== null) return 1;
  if (!pool || pool.threads < wanted) start(Math.max(wanted, count));
  return pool?.isUp ? pool.threads : 1;
}

function start(threads: number): void {
  stop();
  try {
    pool = new Pool(threads, fail);
    if (nodeThreads) pool.waitUntilUp();
  } catch (error) {
    fail(error);
  }
}

function stop(): void {
  pool?.stop();
  pool = null;
}

function fail(error: unknown): void {
  stop();
  trouble = `threads failed: ${error instanceof Error ? error.message : String(error)}`;
}

/** Why there can be no threads here. */
function impossible(): string | null {
  if (typeof SharedArrayBuffer === "undefined" || globalThis.crossOriginIsolated === false)
    return "threads need shared memory, which a page has when it is served with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";
  if (!nodeThreads && typeof Worker === "undefined")
    return "threads need workers, which there are none of here";
  return null;
}

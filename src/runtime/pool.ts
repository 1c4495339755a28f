/** The threads beside the caller's: started, told what to run through a few shared words, and waited for. */
import { words as barrierWords } from "../compiler/barrier.ts";
import { type Load, letterBox, type Start, words, workerCode } from "./worker.ts";

/** A program as threads see it. It is the same program where it is the same object. */
export interface Threaded {
  /** Imports a shared memory, and nothing else. */
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Its `run` in the caller's thread. The others make their own of the module. */
  readonly run: (frame: number, steps: number, thread: number, threads: number) => void;
  /** Where in the memory the words of its barrier are. */
  readonly barrier: number;
}

/** How long a thread looks for what it waits for before it sleeps: longer than jobs are apart in a loop of small ones. */
const patience = { microseconds: 40, looks: 40_000 };

/** How many programs threads keep. */
const mostLoaded = 64;

/** A number of threads. */
export class Pool {
  /** How many there are with the caller's. */
  readonly threads: number;
  readonly #workers: readonly Thread[];
  readonly #shared: Int32Array;
  /** The programs that they keep, by number, the longest unused first. */
  readonly #loaded = new Map<Threaded, number>();
  #loads = 0;
  /** Whether looking was in vain the last time: then threads sleep at once, but for every 16th time. */
  #isSleepy = false;
  #jobs = 0;

  /** Starts them. `onError` is told, later, if one cannot start, or ends. */
  constructor(threads: number, onError: (error: unknown) => void) {
    this.threads = threads;
    this.#shared = new Int32Array(new SharedArrayBuffer(4 * letterBox(threads)));
    this.#workers = Array.from({ length: threads - 1 }, () => startThread(onError));
    for (const [i, worker] of this.#workers.entries()) {
      const thread = i + 1;
      worker.post({ shared: this.#shared, thread, letterBox: letterBox(thread) } satisfies Start);
    }
  }

  /** Whether all have started. */
  get isUp(): boolean {
    return this.#up === this.#workers.length;
  }

  get #up(): number {
    return Atomics.load(this.#shared, words.up);
  }

  waitUntilUp(): void {
    for (let up = this.#up; up < this.#workers.length; up = this.#up)
      if (Atomics.wait(this.#shared, words.up, up, 10_000) === "timed-out")
        throw new Error("they did not start within 10 seconds");
  }

  stop(): void {
    for (const worker of this.#workers) worker.stop();
  }

  /** Runs a program on so many of the threads, and returns when all are done. Throws what the first that failed has thrown. */
  run(program: Threaded, frame: number, steps: number, threads: number): void {
    const id = this.#load(program);
    const barrier = new Int32Array(program.memory.buffer, program.barrier);
    const isCrowded = threads > cores;
    barrier[barrierWords.patience / 4] = isCrowded ? 0 : patience.looks;
    barrier[barrierWords.isAwake / 4] = canSleep ? 0 : 1;
    const isPatient = !isCrowded && (!this.#isSleepy || this.#jobs++ % 16 === 0);
    const job = [0, id, frame, steps, threads, program.barrier, isPatient ? patience.microseconds : 0];
    this.#shared.set(job, words.isMessage);
    this.#begin(threads - 1);
    const own = failureOf(() => program.run(frame, steps, 0, threads));
    if (own) {
      Atomics.compareExchange(this.#shared, words.failed, 0, -1);
      breakBarrier(barrier);
    }
    this.#finish();
    if (this.#shared[words.failed] === 0) return;
    mendBarrier(barrier);
    throw this.#shared[words.failed] === -1 ? own!.error : this.#failure();
  }

  /** The number of a program that the threads have, now if not before. */
  #load(program: Threaded): number {
    const known = this.#loaded.get(program);
    const id = known ?? this.#send(program);
    this.#loaded.delete(program);
    this.#loaded.set(program, id);
    return id;
  }

  /** A message can only come to threads that do not wait for words, so that it comes is a job of its own. */
  #send({ module, memory }: Threaded): number {
    const id = ++this.#loads;
    const old = [...this.#loaded].slice(0, Math.max(0, this.#loaded.size + 1 - mostLoaded));
    for (const [program] of old) this.#loaded.delete(program);
    const message: Load = { id, module, memory, dropped: old.map(([, number]) => number) };
    for (const worker of this.#workers) worker.post(message);
    this.#shared[words.isMessage] = 1;
    this.#begin(this.#workers.length);
    this.#finish();
    if (this.#shared[words.failed] !== 0) throw this.#failure();
    return id;
  }

  /** Tells the first so many workers that there is a job. */
  #begin(workers: number): void {
    this.#shared[words.failed] = 0;
    this.#shared[words.pending] = workers;
    for (let thread = 1; thread <= workers; thread++) {
      Atomics.add(this.#shared, letterBox(thread), 1);
      Atomics.notify(this.#shared, letterBox(thread));
    }
  }

  /** Waits until they have done it. */
  #finish(): void {
    const end = performance.now() + this.#shared[words.patience]! / 1000;
    this.#isSleepy = false;
    for (let pending = 1; (pending = Atomics.load(this.#shared, words.pending)) > 0; )
      if (canSleep && performance.now() >= end) {
        this.#isSleepy = true;
        Atomics.wait(this.#shared, words.pending, pending);
      }
  }

  #failure(): Error {
    const text = this.#shared.subarray(words.text, words.text + this.#shared[words.length]!);
    return new Error(`thread ${this.#shared[words.failed]} failed: ${String.fromCharCode(...text)}`);
  }
}

/** What a task has thrown, if it has. */
function failureOf(task: () => void): { readonly error: unknown } | null {
  try {
    task();
    return null;
  } catch (error) {
    return { error };
  }
}

/** Lets go those that wait, as src/compiler/barrier.ts says. */
function breakBarrier(barrier: Int32Array): void {
  Atomics.store(barrier, barrierWords.isBroken / 4, 1);
  Atomics.add(barrier, barrierWords.generation / 4, 1);
  Atomics.notify(barrier, barrierWords.generation / 4);
}

/** When nobody is at it. */
function mendBarrier(barrier: Int32Array): void {
  barrier[barrierWords.arrived / 4] = 0;
  barrier[barrierWords.isBroken / 4] = 0;
}

/** A thread, in Node or in a page. */
interface Thread {
  post(message: Start | Load): void;
  stop(): void;
}

/** Node's own threads, or undefined in a page. They start, and hear messages, also while the thread that started them waits. */
export const nodeThreads = globalThis.process?.getBuiltinModule?.("node:worker_threads");

/** Starts a thread without the options of the process, which may ask for loaders that it has no use for. */
function startThread(onError: (error: unknown) => void): Thread {
  if (!nodeThreads) return startWorker(onError);
  const worker = new nodeThreads.Worker(workerCode, { eval: true, execArgv: [], env: {} });
  worker.unref();
  worker.on("error", onError);
  return { post: (message) => worker.postMessage(message), stop: () => void worker.terminate() };
}

function startWorker(onError: (error: unknown) => void): Thread {
  const url = URL.createObjectURL(new Blob([workerCode], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onerror = ({ message }) => onError(message);
  return {
    post: (message) => worker.postMessage(message),
    stop: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

/** How many threads can run at a time. */
const cores =
  globalThis.navigator?.hardwareConcurrency ??
  globalThis.process?.getBuiltinModule?.("node:os").availableParallelism();

/** Whether this thread may sleep: a page's own may not. */
const canSleep = failureOf(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1)) === null;

/** What a thread beside the caller's does, as text, since it starts with nothing else: it waits for jobs in a few shared words, and runs them. */
import { words as barrier } from "../compiler/barrier.ts";

/** The words that caller and threads share, by number: how the last job went, what it is, and a letter box for each thread. */
export const words = {
  /** How many threads are up. */
  up: 0,
  /** How many have yet to finish the job. */
  pending: 1,
  /** Which thread failed first, or 0; the caller, which is thread 0, is -1. */
  failed: 2,
  /** How long what it says is; it follows from `text` on. */
  length: 3,
  /** 1 for a job that is to be received as a message; 0 for one that is a program's run, of which the other words tell. */
  isMessage: 4,
  program: 5,
  frame: 6,
  steps: 7,
  threads: 8,
  barrier: 9,
  /** How many microseconds a thread looks for its next job before it sleeps. */
  patience: 10,
  text: 16,
} as const;

/** The longest text of a failure. */
const mostText = 240;

/** The letter box of a thread: its number changes with each job. Each has a line of the cache to itself. */
export function letterBox(thread: number): number {
  return words.text + mostText + 16 * thread;
}

/** The first message to a thread. */
export interface Start {
  readonly shared: Int32Array;
  readonly thread: number;
  readonly letterBox: number;
}

/** Any other message: a program, and the numbers of those to forget. */
export interface Load {
  readonly id: number;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly dropped: readonly number[];
}

/** The script of a thread. Its names are those above. */
export const workerCode = `"use strict";
const port = globalThis.process?.getBuiltinModule?.("node:worker_threads").parentPort;
const programs = new Map();
let shared, thread, letterBox, job = 0;

function receive(message) {
  if (message.shared) start(message);
  else finish(() => load(message));
  work();
}

function start(message) {
  ({ shared, thread, letterBox } = message);
  Atomics.add(shared, ${words.up}, 1);
  Atomics.notify(shared, ${words.up});
}

function load({ id, module, memory, dropped }) {
  for (const old of dropped) programs.delete(old);
  programs.set(id, { memory, run: new WebAssembly.Instance(module, { env: { memory } }).exports.run });
}

// Returns when there is a message, which comes by the event loop.
function work() {
  for (;;) {
    waitForJob();
    if (shared[${words.isMessage}]) return;
    const { memory, run } = programs.get(shared[${words.program}]);
    finish(() => run(shared[${words.frame}], shared[${words.steps}], thread, shared[${words.threads}]), memory);
  }
}

function waitForJob() {
  const end = performance.now() + shared[${words.patience}] / 1000;
  while (Atomics.load(shared, letterBox) === job)
    if (performance.now() >= end) Atomics.wait(shared, letterBox, job);
  job = Atomics.load(shared, letterBox);
}

function finish(task, memory) {
  try {
    task();
  } catch (error) {
    if (Atomics.compareExchange(shared, ${words.failed}, 0, thread) === 0) tell(String(error));
    if (memory) breakBarrier(new Int32Array(memory.buffer, shared[${words.barrier}]));
  }
  if (Atomics.sub(shared, ${words.pending}, 1) === 1) Atomics.notify(shared, ${words.pending});
}

function tell(text) {
  shared[${words.length}] = Math.min(text.length, ${mostText});
  for (let i = 0; i < shared[${words.length}]; i++) shared[${words.text} + i] = text.charCodeAt(i);
}

// The others shall not wait for this one.
function breakBarrier(barrier) {
  Atomics.store(barrier, ${barrier.isBroken / 4}, 1);
  Atomics.add(barrier, ${barrier.generation / 4}, 1);
  Atomics.notify(barrier, ${barrier.generation / 4});
}

if (port) port.on("message", receive);
else onmessage = ({ data }) => receive(data);
`;

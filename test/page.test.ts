/** Threads in a page: it may share memory with them where it was served with the headers for that. */
import { expect, test } from "vitest";
import { expectedNumbers } from "./relay.ts";

test("the page is isolated from other origins", () => {
  expect(crossOriginIsolated).toBe(true);
});

test("the page and a worker share memory", async () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const cells = new Int32Array(memory.buffer);
  const source = "onmessage = ({ data }) => { Atomics.store(data, 0, 42); postMessage(0); };";
  const worker = new Worker(URL.createObjectURL(new Blob([source])));
  await new Promise((resolve, reject) => {
    worker.onmessage = resolve;
    worker.onerror = reject;
    worker.postMessage(cells);
  });
  worker.terminate();
  expect(Atomics.load(cells, 0)).toBe(42);
});

test("a worker has as many threads as it asks for", async () => {
  const worker = new Worker(new URL("./relay-worker.ts", import.meta.url), { type: "module" });
  for (const threads of [2, 3, 8]) {
    const answer = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage({ threads, size: 33, rounds: 50 });
    });
    const failure = `Error: thread ${threads - 1} failed: RuntimeError: unreachable`;
    expect(answer).toEqual({ threads, numbers: expectedNumbers(33, 50), failure });
  }
  worker.terminate();
});

/** What a page must have before threads can share memory in it; it does where it was served with the headers for that. */
import { expect, test } from "vitest";

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

/** Threads that run a program together: the same numbers on any number of them, no thread left waiting. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encode } from "../src/compiler/encode.ts";
import { runThreaded, setThreads, threadCount, threadsReady, threadsReason } from "../src/runtime/threads.ts";
import { expectedNumbers, Relay } from "./relay.ts";

afterAll(() => setThreads(1));

/** Runs a relay, and gives its numbers and on how many threads it ran. */
function run(relay: Relay, size: number, rounds: number, wanted: number, traitor = -1, round = 0) {
  relay.prepare(size, traitor, round);
  const threads = runThreaded(relay, relay.frame, rounds, wanted);
  return { threads, numbers: relay.numbers(size, rounds) };
}

test("one thread is what there is until somebody asks for more", () => {
  expect(threadCount()).toBe(1);
  expect(run(new Relay(), 10, 3, 1)).toEqual({ threads: 1, numbers: expectedNumbers(10, 3) });
});

test.each([0, -1, 1.5, Number.NaN, 17])("%d threads are too few, too many, or no number", (n) => {
  expect(() => setThreads(n)).toThrow(`setThreads expects a whole number from 1 to 16, got ${n}`);
});

describe.each([1, 2, 3, 8])("%i threads", (n) => {
  const relay = new Relay();

  beforeAll(async () => {
    setThreads(n);
    expect(await threadsReady()).toBe(n);
    expect(threadsReason()).toBe(null);
  });

  test.each([1, 5, 1000])("make the same of %i numbers", (size) => {
    for (const rounds of [0, 1, 2, 1001])
      expect(run(relay, size, rounds, n)).toEqual({ threads: n, numbers: expectedNumbers(size, rounds) });
  });

  test("do so thousands of times", () => {
    const expected = expectedNumbers(7, 2);
    for (let i = 0; i < 3000; i++) {
      const { numbers } = run(relay, 7, 2, n);
      if (String(numbers) !== String(expected)) expect(numbers).toEqual(expected);
    }
  });

  test("run many programs, and those they have not seen for long", () => {
    const relays = Array.from({ length: 70 }, () => new Relay(relay.memory));
    for (const each of [...relays, ...relays, relay])
      expect(run(each, 5, 3, n).numbers).toEqual(expectedNumbers(5, 3));
  });

  test("pass on the failure of each of them, and run on", () => {
    for (let traitor = 0; traitor < n; traitor++)
      for (const round of [7, 3, 1]) {
        const message = traitor === 0 ? "unreachable" : `thread ${traitor} failed: RuntimeError: unreachable`;
        expect(() => run(relay, 100, 7, n, traitor, round)).toThrow(message);
        expect(run(relay, 100, 7, n).numbers).toEqual(expectedNumbers(100, 7));
      }
  });

  test("take part as far as they are wanted", () => {
    for (let wanted = 1; wanted <= n; wanted++)
      expect(run(relay, 20, 5, wanted)).toEqual({ threads: wanted, numbers: expectedNumbers(20, 5) });
  });
});

test("a program that threads cannot link is refused before it begins", async () => {
  setThreads(2);
  await threadsReady();
  const add = { name: "add", params: [], results: [] };
  const bytes = encode({ imports: [add], functions: [], isShared: true });
  const relay = new Relay();
  const stranger = { ...relay, module: new WebAssembly.Module(bytes) };
  expect(() => runThreaded(stranger, relay.frame, 1, 2)).toThrow(/thread 1 failed: .*add/);
  expect(run(relay, 9, 4, 2).numbers).toEqual(expectedNumbers(9, 4));
});

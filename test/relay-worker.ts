/** A page's worker, which may sleep: it runs the relay on as many threads as it is told, and answers with what came of it. */
import { runThreaded, setThreads, threadsReady } from "../src/runtime/threads.ts";
import { Relay } from "./relay.ts";

self.onmessage = async ({ data: { threads, size, rounds } }) => {
  setThreads(threads);
  await threadsReady();
  const relay = new Relay();
  relay.prepare(size);
  const used = runThreaded(relay, relay.frame, rounds, threads);
  const numbers = relay.numbers(size, rounds);
  relay.prepare(size, used - 1, 1);
  let failure = "";
  try {
    runThreaded(relay, relay.frame, rounds, threads);
  } catch (error) {
    failure = String(error);
  }
  postMessage({ threads: used, numbers, failure });
};

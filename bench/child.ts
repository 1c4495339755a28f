/** Runs one engine of one job in a process of its own: says when it is ready, then does what standard input says. */
import { createInterface } from "node:readline";
import type { Fact, Work } from "./job.ts";
import { jobs } from "./jobs/index.ts";

const [key, name] = process.argv.slice(2);
const engine = jobs.find((job) => job.key === key)?.engines.find((row) => row.name === name);
if (!engine || !("prepare" in engine)) throw new Error(`no engine in JavaScript: ${key} ${name}`);

const work = await engine.prepare();
console.log("ready");
for await (const line of createInterface(process.stdin)) {
  const [command, ms] = line.split(" ");
  if (command === "answer") console.log(`answer ${await answerOf(work)}`);
  if (command === "round") console.log(`measured ${await measure(work, Number(ms))}`);
}
process.exit();

async function answerOf(work: Work | Fact): Promise<number> {
  return "tell" in work ? Number.NaN : ((await work.answer?.()) ?? Number.NaN);
}

/** The fastest step of a round, by the unit; at least one is done. */
async function measure(work: Work | Fact, budget: number): Promise<number> {
  if ("tell" in work) return work.tell();
  const end = performance.now() + budget;
  let fastest = Infinity;
  do {
    const start = performance.now();
    const running = work.step();
    // A step that ends at once is not made to wait for its turn.
    if (running instanceof Promise) await running;
    fastest = Math.min(fastest, performance.now() - start);
  } while (performance.now() < end);
  return fastest / (work.count ?? 1);
}

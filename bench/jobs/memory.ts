/** What W2 keeps in memory: the peak of the process over what it was before there were data, and whether steps make it grow. */
import { coaster } from "../coaster.ts";
import { plain } from "../harness.ts";
import { type Fact, type Job, told, type Work } from "../job.ts";
import { jax } from "../others/jax.ts";
import { tfjs } from "../others/tfjs.ts";
import { coasterSteps, jaxSteps, plainSteps, randomRows, tfjsSteps } from "./hump.ts";
import { manyRows } from "./w2.ts";

/** Two columns of float32. */
const dataBytes = 2 * 4 * manyRows;

/** The columns that engines copy are not theirs: whoever has been copied is let go before the next is made. */
const { time, speed } = randomRows(manyRows);
const rows = {
  time,
  speed: () => {
    collect();
    return speed();
  },
};

export const memory: readonly Job[] = [
  {
    key: "W2-peak",
    title: "the peak of memory in that job over an idle process, in sizes of the data, 80 MB",
    unit: told("x data"),
    aim: 2.5,
    isFresh: true,
    rounds: 1,
    engines: [
      { name: "Coaster", prepare: () => peakOf(coaster, () => coasterSteps({ rows, count: 4 })) },
      {
        name: plain,
        prepare: () =>
          peakOf(
            async () => {},
            () => plainSteps({ rows, count: 4 }),
          ),
      },
      { name: "jax-js", isOther: true, prepare: () => peakOf(jax, () => jaxSteps({ rows, count: 4 })) },
      { name: "tfjs-wasm", isOther: true, prepare: () => peakOf(tfjs, () => tfjsSteps({ rows, count: 4 })) },
    ],
  },
  {
    key: "W2-growth",
    title: "how much memory grows from the 100th step to the 1,000th",
    unit: told("MB"),
    aim: 4,
    isFresh: true,
    rounds: 1,
    engines: [{ name: "Coaster", prepare: () => growthOf(() => coasterSteps({ rows, count: 50 })) }],
  },
];

async function peakOf(load: () => Promise<unknown>, prepare: () => Promise<Work>): Promise<Fact> {
  await load();
  collect();
  const idle = process.memoryUsage.rss();
  const work = await prepare();
  collect();
  const tell = async (): Promise<number> => {
    await stepUntil(work, 0, 20);
    return (process.resourceUsage().maxRSS * 1024 - idle) / dataBytes;
  };
  return { tell };
}

async function growthOf(prepare: () => Promise<Work>): Promise<Fact> {
  const work = await prepare();
  const tell = async (): Promise<number> => {
    const soon = await rssAfter(work, 0, 100);
    const later = await rssAfter(work, 100, 1000);
    return Math.max(later - soon, 0) / 1e6;
  };
  return { tell };
}

async function rssAfter(work: Work, from: number, to: number): Promise<number> {
  await stepUntil(work, from, to);
  collect();
  return process.memoryUsage.rss();
}

async function stepUntil({ count = 1, step }: Work, from: number, to: number): Promise<void> {
  for (let done = from; done < to; done += count) await step();
}

/** Lets go what nobody holds; engines run where they may ask for it. */
function collect(): void {
  globalThis.gc?.();
}

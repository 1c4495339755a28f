/** How long fits take: of many rows, of many groups, and as a whole process. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fit, fitGroups, setThreads, threadCount, toTable } from "../../src/index.ts";
import { decay, decays, filled } from "../data.ts";
import { least, type Row, timed } from "./score.ts";

/** A million rows of a*exp(-b*x) + c, in seconds: the best of some fits by one thread. */
async function manyRows(rounds: number): Promise<number> {
  const threads = threadCount();
  setThreads(1);
  const data = {
    x: filled(new Float64Array(decay.rows), decay.x),
    y: filled(new Float64Array(decay.rows), decay.y),
  };
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const [taken, { outcome }] = await timed(() => fit({ data, model: "y ~ a*exp(-b*x) + c" }));
    if (!outcome.converged) throw new Error(outcome.message);
    seconds.push(taken);
  }
  setThreads(threads);
  return least(seconds);
}

/** Fits of groups in a second from one rough start, from a table to that of the answers, by one thread: the best of some rounds. */
async function manyGroups(rounds: number): Promise<number> {
  const threads = threadCount();
  setThreads(1);
  const column = (f: (i: number) => number): Float64Array =>
    filled(new Float64Array(decays.groups * decays.points), f);
  const data = toTable({
    t: column(decays.time),
    y: column(decays.y),
    well: column((i) => Math.floor(i / decays.points)),
  });
  const [a, b, c] = decays.start;
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const options = { data, model: "y ~ a*exp(-b*t) + c", params: { a, b, c }, groups: "well" } as const;
    const [taken, { outcome }] = await timed(() => fitGroups(options));
    if (!outcome.converged) throw new Error(outcome.message);
    seconds.push(taken);
  }
  setThreads(threads);
  return decays.groups / least(seconds);
}

const program = "dist/cli/main.js";

/** A whole `coaster fit` on a small file, and a Node that does nothing, by turns: the least seconds of each. */
async function processes(rounds: number): Promise<{ fit: number; empty: number }> {
  if (!existsSync(program)) throw new Error(`${program} is not built`);
  const spent = { fit: [] as number[], empty: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    spent.empty.push(await seconds("-e", "0"));
    spent.fit.push(
      await seconds(program, "fit", "data/cars-stopping-distance.csv", "dist ~ a*speed + b*speed^2"),
    );
  }
  return { fit: least(spent.fit), empty: least(spent.empty) };
}

async function seconds(...args: readonly string[]): Promise<number> {
  const [taken, { status, stderr }] = await timed(async () => spawnSync(process.execPath, args));
  if (status !== 0) throw new Error(String(stderr));
  return taken;
}

export const speedRows: readonly Row[] = [
  {
    name: "a million rows of `a*exp(-b*x)+c` in float64, the whole fit",
    elsewhere: "SciPy 2.26 s",
    aim: "at most 0.4 s after loading, one thread",
    measure: async (isQuick) => {
      const taken = await manyRows(isQuick ? 2 : 5);
      return { measured: `${taken.toFixed(2)} s`, isMet: taken <= 0.4 };
    },
  },
  {
    name: "10,000 fits of `a*exp(-b*t)+c`, 64 points each",
    elsewhere:
      "fits a second: SciPy 2.1 k, MINPACK's leastsq 4.6 k, lmfit 0.4 k, ml-levenberg-marquardt 0.3 k, plain JavaScript 56 k, C 824 k",
    aim: "at least 150 k fits a second",
    measure: async (isQuick) => {
      const rate = await manyGroups(isQuick ? 3 : 10);
      return { measured: `${(rate / 1000).toFixed(0)} k fits a second, one thread`, isMet: rate >= 150_000 };
    },
  },
];

export const processRows: readonly Row[] = [
  {
    name: "a whole `coaster fit` process on a small file",
    elsewhere: "SciPy 0.37 s, lmfit 1.03 s, gnuplot 0.03 s, an empty Node 0.13 s",
    aim: "under 2 times an empty Node",
    measure: async (isQuick) => {
      const { fit, empty } = await processes(isQuick ? 5 : 15);
      const ms = (s: number): string => (s * 1000).toFixed(0);
      return {
        measured: `${(fit / empty).toFixed(2)} times (${ms(fit)} ms, an empty Node ${ms(empty)} ms)`,
        isMet: fit < 2 * empty,
      };
    },
  },
];

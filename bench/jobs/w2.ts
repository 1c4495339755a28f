/** W2: the tutorial's step on ten million rows at once, on one thread and on two. */
import { plain } from "../harness.ts";
import { c, type Job, milliseconds, numpy, torch } from "../job.ts";
import { coasterSteps, jaxSteps, plainSteps, randomRows, tfjsSteps } from "./hump.ts";

export const manyRows = 10_000_000;

const rows = randomRows(manyRows);

export const w2: readonly Job[] = [
  {
    key: "W2-one",
    title: "the same quadratic, 10 M rows of float32, a step of SGD on all of them, one thread",
    unit: milliseconds,
    aim: 6.5,
    engines: [
      { name: "Coaster", prepare: () => coasterSteps({ rows, count: 5 }) },
      { name: plain, prepare: () => plainSteps({ rows, count: 1 }) },
      ...c("hump.c", `${manyRows}`, "1", "1"),
      { name: "jax-js", isOther: true, prepare: () => jaxSteps({ rows, count: 1 }) },
      { name: "tfjs-wasm", isOther: true, prepare: () => tfjsSteps({ rows, count: 1 }) },
      numpy("hump.py", `${manyRows}`, "1", "1"),
      torch("hump.py", `${manyRows}`, "1", "1"),
    ],
  },
  {
    key: "W2-two",
    title: "the same on two threads",
    unit: milliseconds,
    aim: 4.5,
    engines: [
      { name: "Coaster", prepare: () => coasterSteps({ rows, count: 5 }, 2) },
      { name: plain, prepare: () => plainSteps({ rows, count: 1 }) },
      ...c("hump.c", `${manyRows}`, "1", "2"),
      torch("hump.py", `${manyRows}`, "1", "2"),
    ],
  },
];

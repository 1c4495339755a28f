/** How long a first step takes, from the first call to its result, in a fresh process with data and modules there: what compiling costs. */
import { type Job, milliseconds } from "../job.ts";
import { coasterSteps, jaxSteps, seconds, tfjsSteps } from "./hump.ts";
import { fitted } from "./w1.ts";
import { coasterDecay, jaxDecay, tfjsDecay } from "./w2x.ts";

const options = { rows: seconds, count: 1 };

export const first: readonly Job[] = [
  {
    key: "W1-first",
    title: "the tutorial's first step in a fresh process",
    unit: milliseconds,
    aim: 10,
    isFresh: true,
    engines: [
      { name: "Coaster", prepare: () => coasterSteps(options) },
      { name: "Coaster fit", prepare: () => fitted(1) },
      { name: "jax-js", isOther: true, prepare: () => jaxSteps(options) },
      { name: "tfjs-wasm", isOther: true, prepare: () => tfjsSteps(options) },
    ],
  },
  {
    key: "W2x-first",
    title: "the first loss and gradients of a*exp(-b*x) + c, 1 M rows of float32, in a fresh process",
    unit: milliseconds,
    aim: 10,
    isFresh: true,
    engines: [
      { name: "Coaster", prepare: () => coasterDecay("float32") },
      { name: "jax-js", isOther: true, prepare: () => jaxDecay("float32") },
      { name: "tfjs-wasm", isOther: true, prepare: tfjsDecay },
    ],
  },
];

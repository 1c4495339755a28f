/** W1: the tutorial, 20 points, as many steps of SGD as fit into a second. */
import { coaster } from "../coaster.ts";
import { hump } from "../data.ts";
import { plain } from "../harness.ts";
import { c, type Job, python, rate, type Work } from "../job.ts";
import { coasterSteps, jaxSteps, plainSteps, seconds, tfjsSteps } from "./hump.ts";

const rows = seconds;

export const w1: Job = {
  key: "W1",
  title: "the tutorial's quadratic, 20 points in float32, steps of SGD",
  unit: rate("steps/s"),
  aim: 20e6,
  engines: [
    { name: "Coaster", prepare: () => coasterSteps({ rows, count: 200_000 }) },
    { name: "Coaster fit", prepare: () => fitted(1_000_000) },
    { name: plain, prepare: () => plainSteps({ rows, count: 200_000 }) },
    ...c("hump.c", "20", "200000", "1"),
    { name: "jax-js", isOther: true, prepare: () => jaxSteps({ rows, count: 200 }) },
    { name: "tfjs-wasm", isOther: true, prepare: () => tfjsSteps({ rows, count: 100 }) },
    ...python("hump.py", "20", "200", "1"),
  ],
};

/** The same as a formula, with all that `fit` does around the steps. */
export async function fitted(count: number): Promise<Work> {
  const { fit } = await coaster();
  const data = { time: rows.time(), speed: rows.speed() };
  const [a, b, c] = hump.start;
  const step = () =>
    fit({
      data,
      model: "speed ~ a*time^2 + b*time + c",
      params: { a, b, c },
      optimizer: "sgd",
      lr: hump.rate,
      steps: count,
      stop: false,
      dtype: "float32",
    });
  return { count, step };
}

/** W1e: the tutorial as it is written, eagerly: `backward()`, `item()` and new data for the parameters in each step. */

import type { Tensor } from "../../src/index.ts";
import { coaster } from "../coaster.ts";
import { hump } from "../data.ts";
import { plain } from "../harness.ts";
import { type Job, rate, torch, type Work } from "../job.ts";
import { jaxSteps, plainSteps, seconds, tfjsSteps } from "./hump.ts";

const rows = seconds;

export const w1e: Job = {
  key: "W1e",
  title: "the tutorial's quadratic, 20 points, eagerly, looking at the loss in each step",
  unit: rate("steps/s"),
  aim: 50e3,
  engines: [
    { name: "Coaster", prepare: eager },
    { name: plain, prepare: () => plainSteps({ rows, count: 200_000 }) },
    { name: "jax-js", isOther: true, prepare: () => jaxSteps({ rows, count: 50 }, false) },
    { name: "tfjs-wasm", isOther: true, prepare: () => tfjsSteps({ rows, count: 100 }, true) },
    torch("hump.py", "20", "200", "1"),
  ],
};

async function eager(): Promise<Work> {
  const { tensor } = await coaster();
  const [time, target] = [tensor(rows.time()), tensor(rows.speed())];
  const params = tensor(hump.start, { requiresGrad: true });
  const step = (): number => {
    const [a, b, c] = params as Iterable<Tensor> as [Tensor, Tensor, Tensor];
    const preds = a.mul(time.pow(2)).add(b.mul(time)).add(c);
    const loss = preds.sub(target).pow(2).mean();
    loss.backward();
    params.data = params.data.sub(params.grad!.mul(hump.rate));
    params.grad = null;
    return loss.item();
  };
  const run = (steps: number): number => {
    let loss = Number.NaN;
    for (let i = 0; i < steps; i++) loss = step();
    return loss;
  };
  return { count: 200, step: () => run(200), answer: () => run(5) };
}

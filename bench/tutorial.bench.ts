/** The tutorial's step, eagerly: 20 points, a quadratic, `backward()`, `item()`, and new data for the parameters, each time. */
import { bench, describe } from "vitest";
import { arange, fit, manualSeed, randn, type Tensor } from "../src/index.ts";

manualSeed(42);
const time = arange(20);
const speed = randn([20]).mul(3).add(time.sub(9.5).pow(2).mul(0.75)).add(1);
const params = randn([3], { requiresGrad: true });

function step(): void {
  const [a, b, c] = params as Iterable<Tensor> as [Tensor, Tensor, Tensor];
  const preds = a.mul(time.pow(2)).add(b.mul(time)).add(c);
  const loss = preds.sub(speed).pow(2).mean();
  loss.backward();
  loss.item();
  params.data = params.data.sub(params.grad!.mul(1e-5));
  params.grad = null;
}

/** The same step in plain JavaScript, for scale. */
function plainStep(p: number[], t: Float32Array, y: Float32Array): void {
  let [ga, gb, gc] = [0, 0, 0];
  for (let i = 0; i < t.length; i++) {
    const r = (2 / t.length) * (p[0]! * t[i]! ** 2 + p[1]! * t[i]! + p[2]! - y[i]!);
    ga += r * t[i]! ** 2;
    gb += r * t[i]!;
    gc += r;
  }
  p[0]! -= 1e-5 * ga;
  p[1]! -= 1e-5 * gb;
  p[2]! -= 1e-5 * gc;
}

const plain = {
  p: [-0.77, -0.75, 1.35],
  t: Float32Array.from(time.toTypedArray()),
  y: Float32Array.from(speed.toTypedArray()),
};
const data = { time, speed };

describe("the tutorial, a step", () => {
  bench("eager tensors", step);
  bench("plain JavaScript", () => plainStep(plain.p, plain.t, plain.y));
});

describe("the tutorial, 200 steps", () => {
  const sgd = { optimizer: "sgd", lr: 1e-5, steps: 200 } as const;
  bench("eager tensors", () => {
    for (let i = 0; i < 200; i++) step();
  });
  bench("fit", async () => {
    await fit({ data, model: "speed ~ a*time^2 + b*time + c", ...sgd });
  });
});

/** The tutorial that Coaster comes from, to the digit: 200 steps in float32 against PyTorch. */
import { describe, expect, test } from "vitest";
import { arange, manualSeed, randn, type Tensor } from "../src/index.ts";
import { distance, type GoldenTensor, golden, read } from "./golden.ts";

interface Run {
  readonly time: GoldenTensor;
  readonly speed: GoldenTensor;
  readonly params: GoldenTensor;
  readonly steps: readonly { readonly loss: number; readonly grad: number[]; readonly params: number[] }[];
}

const [run] = (await golden<Run>("roller-coaster")) as [Run];

/** float32 keeps 24 bits, 6e-8; a step adds a few roundings, and descent damps them. */
const tolerance = 2e-6;

describe("the roller coaster", () => {
  manualSeed(42);
  const time = arange(20);
  const speed = randn([20]).mul(3).add(time.sub(9.5).pow(2).mul(0.75)).add(1);
  const params = randn([3], { requiresGrad: true });
  const f = (t: Tensor): Tensor => {
    const [a, b, c] = params as unknown as [Tensor, Tensor, Tensor];
    return a.mul(t.pow(2)).add(b.mul(t)).add(c);
  };

  test("observations and parameters come from PyTorch's random stream", () => {
    expect(distance(time, read(run.time))).toBe(0);
    expect(distance(speed, read(run.speed))).toBeLessThan(1e-6);
    expect(params.toArray()).toEqual(run.params.data);
  });

  test("losses, gradients and parameters of 200 steps agree within 2e-6", () => {
    const worst = { loss: 0, params: 0, grad: 0 };
    const note = (what: keyof typeof worst, got: number, expected: number, scale = expected): void => {
      worst[what] = Math.max(worst[what], Math.abs((got - expected) / scale));
    };
    for (const expected of run.steps) {
      const before = params.toArray() as number[];
      const loss = f(time).sub(speed).pow(2).mean();
      loss.backward();
      note("loss", loss.item(), expected.loss);
      // Parameters pass through zero, and near the minimum a gradient is the small sum of large terms: the first show the scale.
      before.forEach((p, i) => {
        note("params", p, expected.params[i]!, run.steps[0]!.params[i]!);
      });
      (params.grad!.toArray() as number[]).forEach((g, i) => {
        note("grad", g, expected.grad[i]!, run.steps[0]!.grad[i]!);
      });
      params.data = params.data.sub(params.grad!.mul(1e-5));
      params.grad = null;
    }
    for (const distance of Object.values(worst)) expect(distance).toBeLessThan(tolerance);
  });
});

/** Losses against PyTorch, and those that PyTorch lacks against their definitions. */
import { describe, expect, test } from "vitest";
import { type LossName, losses, type Tensor, tensor } from "../src/index.ts";
import { camelCase, distance, type GoldenTensor, golden, read } from "./golden.ts";

interface Case {
  readonly loss: string;
  readonly args: Record<string, number>;
  readonly inputs: readonly GoldenTensor[];
  readonly targets?: GoldenTensor;
  readonly out: GoldenTensor;
  readonly grads: readonly GoldenTensor[];
}

const tolerances: Record<string, number> = { float32: 2e-6, float64: 1e-14 };

const cases = await golden<Case>("losses");

describe("losses agree with PyTorch", () => {
  test.each(cases.map((c) => [`${c.loss} in ${c.inputs[0]!.dtype}`, c] as const))("%s", (_, c) => {
    const given = c.inputs.map((x) => read(x, true));
    const targets = c.targets ? read(c.targets) : given[1]!;
    const options = Object.fromEntries(Object.entries(c.args).map(([key, value]) => [camelCase(key), value]));
    const loss = losses[c.loss as LossName](given[0]!, targets, options);
    const tolerance = tolerances[c.inputs[0]!.dtype]!;
    expect(distance(loss, read(c.out))).toBeLessThan(tolerance);
    loss.backward();
    c.grads.forEach((g, i) => {
      expect(distance(given[i]!.grad!, read(g))).toBeLessThan(tolerance);
    });
  });
});

describe("losses by definition", () => {
  const preds = tensor(Float64Array.of(0, 1e-6, -2, 30, -500));
  const targets = preds.mul(0);
  const values = (loss: Tensor): unknown => loss.toArray();

  test("logCosh is log(cosh(d)), near zero and far out", () => {
    const got = losses.logCosh(preds, targets, { reduction: "none" }).toTypedArray();
    const exact = [0, 5e-13, Math.log(Math.cosh(2)), 30 - Math.LN2, 500 - Math.LN2];
    exact.forEach((x, i) => {
      expect(got[i]).toBeCloseTo(x, 11);
    });
    expect(got[1]! / 5e-13).toBeCloseTo(1, 9);
  });

  test("quantile weighs what lies below by q and what lies above by 1 - q", () => {
    const [p, t] = [tensor([0, 0]), tensor([1, -1])];
    expect(values(losses.quantile(p, t, { q: 0.75, reduction: "none" }))).toEqual([0.75, 0.25]);
  });

  test("reductions are the mean, the sum, or none", () => {
    const [p, t] = [tensor([1, 3]), tensor([0, 0])];
    expect(losses.mse(p, t).item()).toBe(5);
    expect(losses.mse(p, t, { reduction: "sum" }).item()).toBe(10);
    expect(values(losses.mse(p, t, { reduction: "none" }))).toEqual([1, 9]);
  });

  test("weights make a weighted mean", () => {
    const [p, t] = [tensor([1, 3]), tensor([0, 0])];
    expect(losses.mse(p, t, { weights: tensor([3, 1]) }).item()).toBe(3);
  });

  test("crossEntropy wants a row of classes for each target", () => {
    expect(() => losses.crossEntropy(tensor([1, 2]), tensor([0]))).toThrow(
      "crossEntropy expects [n,classes] and [n], got [2] and [1]",
    );
  });
});

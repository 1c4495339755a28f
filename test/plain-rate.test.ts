/** Rates for going down by the gradient alone. */
import { describe, expect, it } from "vitest";
import { fit, plainRate } from "../src/index.ts";

const time = Array.from({ length: 20 }, (_, i) => i);
const ride = { time, speed: time.map((t) => 0.75 * (t - 9.5) ** 2 + 1 + Math.sin(7 * t)) };
const quadratic = "speed ~ a*time^2 + b*time + c";

describe("a plain rate", () => {
  it("is one over the largest curvature where the loss is a bowl", async () => {
    const { lr, curvature, cuts } = await plainRate({ data: ride, model: quadratic });
    // The largest eigenvalue of 2 X'X / n: between the mean of 2 t^4, its largest entry, and the trace.
    const mean = (power: number) => (2 * time.reduce((sum, t) => sum + t ** power, 0)) / 20;
    expect(curvature).toBeGreaterThan(mean(4));
    expect(curvature).toBeLessThan(mean(4) + mean(2) + mean(0));
    expect([lr, cuts]).toEqual([1 / curvature, 0]);
  });

  it("makes the loss fall at every step where curvature at the start says too little", async () => {
    const data = { x: time, y: time.map((x) => 3 * Math.exp(x / 9)) };
    const options = { data, model: "y ~ a*exp(k*x)", params: { a: 1, k: 0.3 } };
    const { lr } = await plainRate(options);
    const { history } = await fit({ ...options, optimizer: "sgd", lr, steps: 200 });
    const rises = history.filter(({ loss }, i) => i > 0 && loss > history[i - 1]!.loss * (1 + 1e-9));
    expect(rises).toEqual([]);
  });

  it("is a guess where the loss has no number", async () => {
    const { lr, curvature } = await plainRate({
      data: ride,
      model: "speed ~ a*log(time - b)",
      params: { b: 10 },
    });
    expect([lr > 0, curvature]).toEqual([true, 0]);
  });

  it("needs a free parameter", async () => {
    const params = { a: { fixed: 1 }, b: { fixed: 1 }, c: { fixed: 1 } };
    await expect(plainRate({ data: ride, model: quadratic, params })).rejects.toThrow(
      "plainRate expects a free parameter, got none",
    );
  });
});

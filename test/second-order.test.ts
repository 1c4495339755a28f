/** Second derivatives against PyTorch: Hessians, and Hessian-vector products both ways. */
import { describe, expect, test } from "vitest";
import { grad, hessian, jvp, type Tensor, vjp } from "../src/index.ts";
import { distance, type GoldenTensor, golden, read } from "./golden.ts";

type Case = { readonly fn: string } & Record<
  "point" | "vector" | "value" | "gradient" | "hvp" | "hessian",
  GoldenTensor
>;

const functions: Record<string, (p: Tensor) => Tensor> = {
  rosenbrock: (p) => {
    const [head, tail] = [p.slice([[0, -1]]), p.slice([[1]])];
    return head.sub(1).square().add(tail.sub(head.square()).square().mul(100)).sum();
  },
  logistic: (p) => p.sigmoid().log().neg().sum().add(p.pow(4).sum()),
  mixed: (p) => p.sin().mul(p.square().neg().exp()).sum().add(p.prod()),
};

/** float64 throughout; terms of a few hundred cancel in rosenbrock. */
const tolerance = 1e-13;

const cases = await golden<Case>("second-order");

describe("second derivatives agree with PyTorch", () => {
  test.each(cases.map((c) => [c.fn, c] as const))("%s", (fn, c) => {
    const f = functions[fn]!;
    const [point, vector] = [read(c.point), read(c.vector)];
    expect(distance(f(point), read(c.value))).toBeLessThan(tolerance);
    expect(distance(grad(f)(point), read(c.gradient))).toBeLessThan(tolerance);
    expect(distance(hessian(f)(point), read(c.hessian))).toBeLessThan(tolerance);
    const [, forwardOverReverse] = jvp(grad(f), [point], [vector]);
    expect(distance(forwardOverReverse, read(c.hvp))).toBeLessThan(tolerance);
    const [, pullback] = vjp(grad(f), [point]);
    expect(distance(pullback(vector)[0], read(c.hvp))).toBeLessThan(tolerance);
  });
});

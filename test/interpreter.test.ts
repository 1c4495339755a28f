/** When numbers are computed: nothing before it is looked at, nothing twice. */
import { describe, expect, test } from "vitest";
import { ones, randn, type Tensor, tensor, zeros } from "../src/index.ts";

const isComputed = (t: Tensor): boolean => t.node.value !== undefined;

describe("an expression", () => {
  test("is computed when it is looked at, and not before", () => {
    const looks: ((t: Tensor) => unknown)[] = [
      (t) => t.item(),
      (t) => t.toArray(),
      (t) => t.toTypedArray(),
      (t) => String(t),
      (t) => {
        const other = zeros([1]);
        other.data = t;
      },
      (t) => {
        t.requiresGrad = true;
      },
    ];
    for (const look of looks) {
      const t = ones([1]).mul(2).add(1);
      const [part] = t;
      expect([t, part!].map(isComputed)).toEqual([false, false]);
      look(t);
      expect(isComputed(t)).toBe(true);
      expect(isComputed(part!)).toBe(false);
    }
  });

  test("is computed by backward together with its gradients", () => {
    const x = tensor(3, { requiresGrad: true });
    const loss = x.square();
    loss.backward();
    expect(isComputed(loss)).toBe(true);
  });

  test("is the same node whenever it is written again", () => {
    const [x, y] = [randn([3]), randn([3])];
    const f = () => x.mul(y).add(0.1).sum({ dim: 0 }).neg();
    expect(f().node).toBe(f().node);
    expect(x.mul(2).node).not.toBe(x.mul(3).node);
    expect(x.mul(0).node).not.toBe(x.mul(-0).node);
    expect(x.mul(Number.NaN).node).toBe(x.mul(Number.NaN).node);
    expect(x.sum({ dim: 0 }).node).not.toBe(x.sum({ dim: 0, keepdim: true }).node);
    expect(x.add(y).node).not.toBe(y.add(x).node);
    expect(tensor([1]).node).not.toBe(tensor([1]).node);
  });

  test("that was looked at is not computed again by what was made of it", () => {
    const y = randn([4]).exp();
    const z = y.neg();
    y.toArray();
    expect(z.node.inputs[0]!.value).toBe(y.node.value);
  });

  test("sees the elements that its operands had when it was written", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.mul(10);
    x.data = tensor([5, 6]);
    expect(y.toArray()).toEqual([10, 20]);
    expect(x.mul(10).toArray()).toEqual([50, 60]);
  });
});

describe("long expressions", () => {
  const deep = 100_000;

  test("of 100,000 operations are evaluated and differentiated without a deep stack", () => {
    const x = tensor(1, { requiresGrad: true, dtype: "float64" });
    let y = x.mul(1);
    for (let i = 0; i < deep; i++) y = y.add(1);
    expect(y.item()).toBe(deep + 1);
    y.backward();
    expect(x.grad!.item()).toBe(1);
  });

  test("of 100,000 movements are too", () => {
    const x = randn([2, 3], { requiresGrad: true });
    let y: Tensor = x.mul(1);
    for (let i = 0; i < deep; i++) y = i % 2 === 0 ? y.transpose(0, 1) : y.flip([0]);
    y.mul(y).sum().backward();
    expect(x.grad!.toArray()).toEqual(x.mul(2).toArray());
  });

  test("that nobody asks gradients of are computed on the way", () => {
    let x = ones([2], { dtype: "float64" });
    for (let i = 0; i < 10_000; i++) x = x.add(1);
    expect(x.depth).toBeLessThan(1000);
    expect(x.toArray()).toEqual([10_001, 10_001]);
  });
});

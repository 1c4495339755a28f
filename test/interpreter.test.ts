/** When numbers are computed and how long they are kept: nothing before it is looked at, nothing twice, and no more memory than is needed. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { arange, full, grad, noGrad, ones, randn, type Tensor, tensor, zeros } from "../src/index.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes in use after everything unreachable is gone: buffers are freed in the collection after the one that finds them. */
function bytesHeld(): number {
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** How much more is held after f ran than before. */
function growth(f: () => void): number {
  const before = bytesHeld();
  f();
  return bytesHeld() - before;
}

const MB = 2 ** 20;
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

  test("let go of what they no longer need while they are computed", () => {
    const before = process.resourceUsage().maxRSS;
    let x = full([1_000_000], 1);
    for (let i = 0; i < 400; i++) x = x.add(1);
    expect(x.slice([[0, 1]]).item()).toBe(401);
    // All 400 values together are 1600 MB; maxRSS counts in KB, and the collector comes late.
    expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(800);
  });
});

describe("memory stays flat", () => {
  test("through 20,000 training steps", () => {
    const t = arange(20);
    const target = t.mul(2).add(1);
    const params = zeros([2], { requiresGrad: true });
    const train = () => {
      for (let step = 0; step < 10_000; step++) {
        const [a, b] = params as Iterable<Tensor> as [Tensor, Tensor];
        const loss = a.mul(t).add(b).sub(target).square().mean();
        loss.backward();
        params.data = params.data.sub(params.grad!.mul(1e-3));
        params.grad = null;
      }
    };
    train();
    expect(growth(train)).toBeLessThan(2 * MB);
    expect(params.toArray()).toEqual([expect.closeTo(2, 1), expect.closeTo(1, 0)]);
  });

  test("through a loop that never looks", () => {
    let x = ones([100]);
    const walk = () => {
      for (let i = 0; i < 20_000; i++) x = x.mul(0.5).add(1);
    };
    expect(growth(walk)).toBeLessThan(2 * MB);
  });

  test("when one tensor is used again and again, with gradients and without", () => {
    for (const requiresGrad of [true, false]) {
      const x = ones([100_000], { requiresGrad });
      let total = 0;
      const use = () => {
        for (let i = 0; i < 200; i++) total += x.mul(1 / (i + 1)).toTypedArray()[0]!;
      };
      // 200 results are 80 MB.
      expect(growth(use)).toBeLessThan(4 * MB);
      expect(total).toBeGreaterThan(0);
    }
  });

  test("when gradients of many batches are taken at one point", () => {
    const w = ones([3]);
    const visit = () => {
      for (let i = 0; i < 200; i++) {
        const batch = full([50_000, 1], i);
        grad((v: Tensor) => batch.mul(v).sum())(w).toArray();
      }
    };
    // 200 batches are 40 MB.
    expect(growth(visit)).toBeLessThan(4 * MB);
  });

  test("under noGrad, whatever the tensors ask for", () => {
    const w = ones([10], { requiresGrad: true });
    let x = zeros([10]);
    const walk = () =>
      noGrad(() => {
        for (let i = 0; i < 10_000; i++) x = x.mul(0.9).add(w);
      });
    expect(growth(walk)).toBeLessThan(2 * MB);
    expect(x.requiresGrad).toBe(false);
  });
});

/** How long numbers are kept: no more memory than is needed. Node tells what is held, and collects garbage when asked. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { arange, full, grad, noGrad, ones, type Tensor, zeros } from "../src/index.ts";
import { ancestors, data, type Node } from "../src/ir/graph.ts";
import { elementwise as e } from "../src/ir/maps.ts";
import { Signatures } from "../src/runtime/signature.ts";

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

describe("long expressions", () => {
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

test("a table of signatures keeps no elements alive", async () => {
  const table = new Signatures<string>(1);
  const walk = (node: Node) => [ancestors([node], ({ value }) => value !== undefined), [node]] as const;
  const program = (elements: Float32Array) => walk(e.exp(data(elements, [1000], "float32")));
  const add = () => {
    const elements = new Float32Array(1000);
    table.add(...program(elements), "program");
    return new WeakRef(elements);
  };
  const elements = add();
  // A WeakRef holds on to what it refers to until the turn is over.
  await new Promise((resolve) => setTimeout(resolve));
  collect();
  expect(elements.deref()).toBeUndefined();
  expect(table.find(...program(new Float32Array(1000)))).toBe("program");
});

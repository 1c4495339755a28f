/** The same bits for any number of threads: whole programs, large enough to be shared, on 1, 2, 3 and 8 of them. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  compile,
  manualSeed,
  randint,
  randn,
  scan,
  setThreads,
  type Tensor,
  threadsReady,
  threadsReason,
  valueAndGrad,
} from "../src/index.ts";

manualSeed(5);
const rows = 300_001;
const x = randn([rows]);
const y = randn([rows]);
const matrix = randn([333, 517]);
const other = randn([517, 129]);
const places = randint(0, rows, [7, 50_000], { dtype: "int32" });

/** Programs of each kind of kernel, with all that comes out of them. */
const programs: Readonly<Record<string, () => readonly Tensor[]>> = {
  "sums over all rows": () => [compile((t: Tensor) => t.sin().mul(y).sum())(x)],
  extremes: () => [...compile((t: Tensor) => [t.amax(), t.mul(y).amin()])(x)],
  "one result a row": () => [compile((t: Tensor) => t.exp().add(y).tanh())(x)],
  "sums of rows and of columns": () => [
    ...compile((t: Tensor) => [t.exp().sum({ dim: 0 }), t.logsumexp({ dim: 1 })])(matrix.matmul(other)),
  ],
  "a matrix product": () => [compile((a: Tensor, b: Tensor) => a.matmul(b))(matrix, other)],
  "gathered rows and the way back": () => [
    ...compile((t: Tensor) => {
      const f = (p: Tensor) =>
        p
          .indexSelect(0, places.slice([[0, 1]]).reshape([50_000]))
          .square()
          .sum();
      return valueAndGrad(f)(t);
    })(x),
  ],
  "a loop of steps": () => {
    const [p, losses] = scan(descend, randn([3]).mul(0).add(0.5), undefined, { length: 20 });
    return [p, losses];
  },
  minibatches: () => {
    const [p, losses] = scan(learn, randn([2]).mul(0), places);
    return [p, losses];
  },
};

function descend(p: Tensor): [Tensor, Tensor] {
  const loss = (q: Tensor) => {
    const [a, b, c] = q as Iterable<Tensor> as [Tensor, Tensor, Tensor];
    return a.mul(x.square()).add(b.mul(x)).add(c).sub(y).square().mean();
  };
  const [value, gradient] = valueAndGrad(loss)(p);
  return [p.sub(gradient.mul(0.05)), value];
}

function learn(p: Tensor, index: Tensor): [Tensor, Tensor] {
  const [t, target] = [x.indexSelect(0, index), y.indexSelect(0, index)];
  const loss = (q: Tensor) => {
    const [a, b] = q as Iterable<Tensor> as [Tensor, Tensor];
    return a.mul(t).tanh().add(b).sub(target).square().mean();
  };
  const [value, gradient] = valueAndGrad(loss)(p);
  return [p.sub(gradient.mul(0.1)), value];
}

describe("programs give the same bits on any number of threads", () => {
  const alone = new Map<string, readonly ArrayLike<number>[]>();
  beforeAll(() => {
    setThreads(1);
    for (const [name, run] of Object.entries(programs))
      alone.set(
        name,
        run().map((t) => t.toTypedArray()),
      );
  });
  afterAll(() => setThreads(1));

  describe.each([2, 3, 8])("%i", (threads) => {
    beforeAll(async () => {
      setThreads(threads);
      await threadsReady();
    });
    test.each(Object.entries(programs))("%s", (name, run) => {
      expect(run().map((t) => t.toTypedArray())).toEqual(alone.get(name));
    });
  });

  test("and threads are to be had here", () => {
    expect(threadsReason()).toBeNull();
  });
});

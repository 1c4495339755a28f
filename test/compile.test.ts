/** Compiled functions: the same numbers as the functions they are made of, traced no more often than needed, and never stale. */
import { describe, expect, test } from "vitest";
import { compile, grad, manualSeed, randn, type Tensor, tensor, valueAndGrad } from "../src/index.ts";

/** A function, and how often it was called. */
function counted<Args extends readonly unknown[], R>(f: (...args: Args) => R) {
  const calls = {
    count: 0,
    f: (...args: Args): R => {
      calls.count++;
      return f(...args);
    },
  };
  return calls;
}

/** Whether two arguments say the same. */
function isSame(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || (typeof a === "object" && JSON.stringify(a) === JSON.stringify(b));
}

describe("a compiled function", () => {
  test("gives the bits of the function itself", () => {
    manualSeed(1);
    const f = (x: Tensor, y: Tensor) => x.sin().mul(y).softmax().logsumexp({ dim: 0 }).add(x.pow(3).mean());
    const compiled = compile(f);
    for (let i = 0; i < 3; i++) {
      const [x, y] = [randn([4, 5]), randn([5])];
      expect(compiled(x, y).toTypedArray()).toEqual(f(x, y).toTypedArray());
    }
  });

  test("is traced once for each set of shapes and dtypes", () => {
    const traces = counted((x: Tensor) => x.mul(2));
    const compiled = compile(traces.f);
    for (const x of [
      tensor([1]),
      tensor([5]),
      tensor([1, 2]),
      tensor([9, 9]),
      tensor([1], { dtype: "float64" }),
    ])
      expect(compiled(x).toArray()).toEqual(x.mul(2).toArray());
    expect(traces.count).toBe(3);
  });

  test("takes and gives records, arrays and numbers", () => {
    const step = compile((params: { w: Tensor; b: Tensor[] }, lr: number) => ({
      w: params.w.sub(params.w.mul(lr)),
      b: params.b.map((b) => b.sub(lr)),
    }));
    const next = step({ w: tensor([1, 2]), b: [tensor(3)] }, 0.5);
    expect([next.w.toArray(), next.b[0]!.toArray()]).toEqual([[0.5, 1], 2.5]);
    expect(step({ w: tensor([4, 4]), b: [tensor(0)] }, 1).w.toArray()).toEqual([0, 0]);
  });

  test.each<[name: string, values: unknown[]]>([
    ["infinities and NaN", [Infinity, -Infinity, Number.NaN]],
    ["signed zeros", [0, -0]],
    ["functions", [Math.sin, Math.cos]],
    ["nothing and null", [undefined, null]],
    ["arrays and records", [[], {}, [0], { 0: 0 }]],
    ["strings and numbers", ["1", 1]],
    ["bigints", [1n, 2n]],
  ])("tells %s apart", (_, values) => {
    const which = (x: Tensor, value: unknown) => x.mul(0).add(values.findIndex((v) => isSame(v, value)));
    const compiled = compile(which);
    expect(values.map((value) => compiled(tensor(1), value).item())).toEqual(values.map((_, i) => i));
    expect(values.map((value) => compiled(tensor(1), value).item())).toEqual(values.map((_, i) => i));
  });

  test("sees tensors in records beside other things", () => {
    const f = compile((x: Tensor, options: { scale: Tensor; power: number }) =>
      x.mul(options.scale).pow(options.power),
    );
    expect(f(tensor(3), { scale: tensor(2), power: 1 }).item()).toBe(6);
    expect(f(tensor(3), { scale: tensor(5), power: 1 }).item()).toBe(15);
    expect(f(tensor(3), { scale: tensor(1), power: 2 }).item()).toBe(9);
  });

  test("looks anew at tensors it closes over when they have other data", () => {
    const w = tensor([1, 2]);
    const traces = counted((x: Tensor) => x.mul(w));
    const compiled = compile(traces.f);
    expect(compiled(tensor(10)).toArray()).toEqual([10, 20]);
    expect(compiled(tensor(1)).toArray()).toEqual([1, 2]);
    expect(traces.count).toBe(1);
    w.data = tensor([3, 4]);
    expect(compiled(tensor(10)).toArray()).toEqual([30, 40]);
  });

  test("does so also where they were never looked at before", () => {
    const w = tensor([1, 2]).mul(2);
    const compiled = compile((x: Tensor) => x.mul(w));
    expect(compiled(tensor(10)).toArray()).toEqual([20, 40]);
    w.data = tensor([3, 4]);
    expect(compiled(tensor(10)).toArray()).toEqual([30, 40]);
  });

  test("may be made inside a function, of others, and of derivatives", () => {
    const scale = 3;
    const inner = compile((x: Tensor) => x.mul(scale));
    const outer = compile((x: Tensor) => inner(x).add(grad((y: Tensor) => y.square().sum())(x)));
    expect(outer(tensor([1, 2])).toArray()).toEqual([5, 10]);
    expect(outer(tensor([3, 4])).toArray()).toEqual([15, 20]);
    const both = compile(valueAndGrad((x: Tensor) => x.pow(3).sum()));
    expect(both(tensor(2)).map((t) => t.item())).toEqual([8, 12]);
  });

  test("cannot look at its numbers while it is traced", () => {
    const message = "a compiled function cannot look at numbers made of its arguments while it is traced";
    expect(() => compile((x: Tensor) => x.mul(x.item()))(tensor(1))).toThrow(message);
    expect(() => compile((x: Tensor) => (x.gt(0).item() ? x : x.neg()))(tensor(1))).toThrow(message);
  });

  test("may be deeper than an expression that is computed on the way", () => {
    const deep = compile((x: Tensor) => {
      let y = x;
      for (let i = 0; i < 2000; i++) y = y.add(1);
      return y.to("int32").mul(2);
    });
    expect(deep(tensor(1)).item()).toBe(4002);
  });

  test("keeps few traces of a number that never comes twice", () => {
    const traces = counted((x: Tensor, lr: number) => x.mul(lr));
    const compiled = compile(traces.f);
    for (let i = 0; i < 200; i++) expect(compiled(tensor(1), i).item()).toBe(i);
    expect(compiled(tensor(2), 199).item()).toBe(398);
    expect(traces.count).toBe(200);
    compiled(tensor(1), 0);
    expect(traces.count).toBe(201);
  });

  test("can be used again after it threw", () => {
    const compiled = compile((x: Tensor, y: Tensor) => x.indexSelect(0, y));
    const x = tensor([1, 2]);
    const at = (i: number) => tensor([i], { dtype: "int32" });
    expect(() => compiled(x, at(7))).toThrow("indexSelect expects indices from 0 to 1, got 7");
    expect(compiled(x, at(1)).toArray()).toEqual([2]);
  });
});

describe("gradients flow through a compiled function", () => {
  test("where an argument asks for them", () => {
    const square = compile((x: Tensor) => x.square().sum());
    const x = tensor([1, 2], { requiresGrad: true });
    square(x).backward();
    expect(x.grad!.toArray()).toEqual([2, 4]);
    expect(grad(square)(tensor([1, 2])).toArray()).toEqual([2, 4]);
  });

  test("where a tensor that it closes over asks for them, through its changes", () => {
    const w = tensor(2, { requiresGrad: true });
    const predict = compile((x: Tensor) => x.mul(w).sum());
    for (const expected of [6, 3]) {
      const loss = predict(tensor([1, 2]));
      loss.backward();
      expect(loss.item()).toBe(expected);
      expect(w.grad!.item()).toBe(3);
      w.data = tensor(1);
      w.grad = null;
    }
  });

  test("where it closes over the variable of a derivative", () => {
    const f = (w: Tensor) => compile((x: Tensor) => x.mul(w))(tensor(5));
    expect(grad(f)(tensor(2)).item()).toBe(5);
  });
});

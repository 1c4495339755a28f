/** What the compiler makes of functions, as it tells itself: what is one pass over the data is seen to be one. */
import { describe, expect, test } from "vitest";
import {
  compile,
  explain,
  linearize,
  type Tensor,
  tensor,
  valueAndGrad,
  where,
  zeros,
} from "../src/index.ts";

type Params = Readonly<Record<string, Tensor>>;

function told<Args extends readonly unknown[]>(
  part: "graph" | "kernels" | "memory" | "wasm",
  f: Parameters<typeof explain<Args>>[0],
  ...args: Args
): string {
  const [heading, ...lines] = explain(f, { parts: [part] })(...args).split("\n");
  expect(heading).toBe(part);
  return `\n${lines
    .slice(1)
    .map((line) => line.replace(/^ {2}/, ""))
    .join("\n")}\n`;
}

/** A parameter for each letter. */
function params(letters: string): Params {
  return Object.fromEntries([...letters].map((name) => [name, zeros([])]));
}

const rows = 1000;
const [x, y] = [zeros([rows]), zeros([rows])];

type Model = (p: Params, x: Tensor) => Tensor;

/** Loss and gradients of a model, for all data at once. */
function descent(model: Model) {
  return valueAndGrad((p: Params, x: Tensor, y: Tensor) => model(p, x).sub(y).square().mean());
}

/** Everything that a step of least squares needs: J'J, J'r and r'r. */
function squares(model: Model) {
  return (p: Params, x: Tensor, y: Tensor) => {
    const [r, columns] = linearize((q: Params) => model(q, x).sub(y), p);
    const products = columns.flatMap((a, i) => columns.slice(0, i + 1).map((b) => a.mul(b).sum()));
    return [...products, ...columns.map((a) => a.mul(r).sum()), r.square().sum()];
  };
}

const quadratic: Model = ({ a, b, c }, x) => x.square().mul(a!).add(x.mul(b!)).add(c!);

/** The titles of kernels, without how many reads and lines they have. */
function titles(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const [, title] = line.match(/^k\d+: (.*)$/) ?? [];
    return title ? [title.replace(/(\d+ (reads?|lines?), )+/, "")] : [];
  });
}

describe("one pass over the data", () => {
  test("for the loss and the gradients of a quadratic, and nothing of its size is stored", () => {
    expect(told("kernels", descent(quadratic), params("abc"), x, y)).toMatchInlineSnapshot(`
      "
      k0: a loop over 1 dimension: 6 reads, 12 lines, 4 sums
        v0 = in5
        v1 = 1 / v0
        v2 = v1 * 2
        v5 = in4
        v7 = in2
        v10 = in1
        for i < 1000
          v3 = in3[i]
          v4 = v3 * v3
          v6 = v4 * v5
          v8 = v3 * v7
          v9 = v6 + v8
          v11 = v9 + v10
          v12 = in0[i]
          v13 = v11 - v12
          v14 = v2 * v13
          v15 = v14 * v3
          v16 = v14 * v4
          v17 = v13 * v13
          t0 = sum of v14
          t1 = sum of v15
          t2 = sum of v16
          t3 = sum of v17

      k1: one element: 2 reads, 1 line, 1 store
        v0 = t3
        v1 = in5
        v2 = v0 / v1
        t4 = v2
      "
    `);
  });

  test.each<[name: string, letters: string, model: Model]>([
    ["exp", "abc", ({ a, b, c }, x) => a!.mul(b!.neg().mul(x).exp()).add(c!)],
    ["sin", "abc", ({ a, b, c }, x) => a!.mul(x.mul(b!).add(c!).sin())],
    ["pow", "abc", ({ a, b, c }, x) => a!.mul(x.pow(b!)).add(c!)],
    ["log", "abc", ({ a, b, c }, x) => a!.mul(x.mul(b!).add(1).log()).add(c!)],
    ["a choice", "abc", ({ a, b, c }, x) => where(x.lt(0.5), x.mul(a!), x.mul(b!)).add(c!)],
    ["division", "abc", ({ a, b, c }, x) => a!.mul(x).div(b!.add(x)).add(c!)],
  ])("for the loss and the gradients of a model with %s", (_, letters, model) => {
    const text = told("kernels", descent(model), params(letters), x, y);
    const [first, ...others] = titles(text);
    expect(first).toBe("a loop over 1 dimension: 4 sums");
    for (const other of others) expect(other).toMatch(/^one element: \d+ stores?$/);
    expect(text.match(/for i < 1000/g)).toHaveLength(1);
  });

  test("for J'J, J'r and r'r of least squares", () => {
    expect(told("kernels", squares(quadratic), params("abc"), x, y)).toMatchInlineSnapshot(`
      "
      k0: a loop over 1 dimension: 5 reads, 15 lines, 10 sums
        v2 = in4
        v4 = in2
        v7 = in1
        v15 = 1 * 1
        for i < 1000
          v0 = in3[i]
          v1 = v0 * v0
          v3 = v1 * v2
          v5 = v0 * v4
          v6 = v3 + v5
          v8 = v6 + v7
          v9 = in0[i]
          v10 = v8 - v9
          v11 = v10 * v10
          v12 = 1 * v10
          v13 = v0 * v10
          v14 = v1 * v10
          v16 = 1 * v0
          v17 = 1 * v1
          v18 = v0 * v1
          v19 = v1 * v1
          t0 = sum of v11
          t1 = sum of v12
          t2 = sum of v13
          t3 = sum of v14
          t4 = sum of v15
          t5 = sum of v16
          t6 = sum of v17
          t7 = sum of v1
          t8 = sum of v18
          t9 = sum of v19
      "
    `);
  });

  test("for all 153 sums of least squares with 16 parameters", () => {
    const letters = "abcdefghijklmnop";
    const waves: Model = (p, x) =>
      Object.values(p)
        .map((a, i) => x.mul(a).add(i).sin())
        .reduce((sum, wave) => sum.add(wave));
    const text = told("kernels", squares(waves), params(letters), x, y);
    expect(titles(text)).toEqual(["a loop over 1 dimension: 153 sums"]);
  });

  test("for a step that changes its parameters, when all has been summed", () => {
    const step = (p: Params, x: Tensor, y: Tensor) => {
      const [loss, g] = descent(quadratic)(p, x, y);
      return { loss, a: p.a!.sub(g.a!.mul(0.1)), b: p.b!.sub(g.b!.mul(0.1)) };
    };
    const [first, ...others] = titles(told("kernels", step, params("abc"), x, y));
    expect(first).toBe("a loop over 1 dimension: 3 sums");
    for (const other of others) expect(other).toMatch(/^one element: \d+ stores?$/);
  });
});

describe("kernels", () => {
  test("of a softmax go over the rows three times, and store the exponentials", () => {
    expect(told("kernels", (t: Tensor) => t.softmax({ dim: 1 }), zeros([64, 10]))).toMatchInlineSnapshot(`
      "
      k0: a loop over 2 dimensions: 1 read, 1 maximum
        for i < 64
          for j < 10
            v0 = in0[10*i + j]
            t0[i] = max of v0

      k1: a loop over 1 dimension: 1 read, 3 lines, 1 store
        for i < 64
          v0 = t0[i]
          v1 = abs(v0)
          v2 = v1 < Infinity
          v3 = select(v2, v0, 0)
          t1[i] = v3

      k2: a loop over 2 dimensions: 2 reads, 27 lines, 1 sum
        for i < 64
          v1 = t1[i]
          for j < 10
            v0 = in0[10*i + j]
            v2 = v0 - v1
            v3 = max(v2, -104)
            v4 = min(v3, 90)
            v5 = v4 * 0.72134751
            v6 = v5 + 12582912
            v7 = v6 - 12582912
            v8 = v7 * 1.3862915
            v9 = v4 - v8
            v10 = v7 * 0.0000028572135
            v11 = v9 - v10
            v12 = pow2(v7)
            v13 = 0.00019611641 * v11
            v14 = v13 + 0.0014104471
            v15 = v14 * v11
            v16 = v15 + 0.0083361026
            v17 = v16 * v11
            v18 = v17 + 0.04166127
            v19 = v18 * v11
            v20 = v19 + 0.16666614
            v21 = v20 * v11
            v22 = v21 + 0.50000036
            v23 = v11 * v11
            v24 = v22 * v23
            v25 = v24 + v11
            v26 = v25 + 1
            v27 = v26 * v12
            v28 = v27 * v12
            t2[i] = sum of v28

      k3: a loop over 2 dimensions: 3 reads, 28 lines, 1 store
        for i < 64
          v1 = t1[i]
          v29 = t2[i]
          for j < 10
            v0 = in0[10*i + j]
            v2 = v0 - v1
            v3 = max(v2, -104)
            v4 = min(v3, 90)
            v5 = v4 * 0.72134751
            v6 = v5 + 12582912
            v7 = v6 - 12582912
            v8 = v7 * 1.3862915
            v9 = v4 - v8
            v10 = v7 * 0.0000028572135
            v11 = v9 - v10
            v12 = pow2(v7)
            v13 = 0.00019611641 * v11
            v14 = v13 + 0.0014104471
            v15 = v14 * v11
            v16 = v15 + 0.0083361026
            v17 = v16 * v11
            v18 = v17 + 0.04166127
            v19 = v18 * v11
            v20 = v19 + 0.16666614
            v21 = v20 * v11
            v22 = v21 + 0.50000036
            v23 = v11 * v11
            v24 = v22 * v23
            v25 = v24 + v11
            v26 = v25 + 1
            v27 = v26 * v12
            v28 = v27 * v12
            v30 = v28 / v29
            t3[10*i + j] = v30
      "
    `);
  });

  test("after a product add the bias and cut off in one pass", () => {
    const layer = (t: Tensor, w: Tensor, b: Tensor) => t.matmul(w).add(b).relu();
    expect(told("kernels", layer, zeros([64, 784]), zeros([784, 10]), zeros([10]))).toMatchInlineSnapshot(`
      "
      k0: a product of float32, [64, 784] by [784, 10]
        t0[10*i + j] = sum over k of in2[784*i + k] * in1[10*k + j]

      k1: a loop over 2 dimensions: 2 reads, 2 lines, 1 store
        for i < 64
          for j < 10
            v0 = t0[10*i + j]
            v1 = in0[j]
            v2 = v0 + v1
            v3 = max(v2, 0)
            t1[10*i + j] = v3
      "
    `);
  });

  test("read a transposed factor where it lies", () => {
    const product = (a: Tensor, b: Tensor) => a.transpose(0, 1).matmul(b);
    expect(told("kernels", product, zeros([20, 3]), zeros([20, 5]))).toMatchInlineSnapshot(`
      "
      k0: a product of float32, [3, 20] by [20, 5]
        t0[5*i + j] = sum over k of in1[i + 3*k] * in0[5*k + j]
      "
    `);
  });

  test("of a variance sum twice", () => {
    expect(told("kernels", (t: Tensor) => t.var(), x)).toMatchInlineSnapshot(`
      "
      k0: a loop over 1 dimension: 1 read, 1 sum
        for i < 1000
          v0 = in2[i]
          t0 = sum of v0

      k1: a loop over 1 dimension: 3 reads, 3 lines, 1 sum
        v1 = t0
        v2 = in1
        v3 = v1 / v2
        for i < 1000
          v0 = in2[i]
          v4 = v0 - v3
          v5 = v4 * v4
          t1 = sum of v5

      k2: one element: 2 reads, 1 line, 1 store
        v0 = t1
        v1 = in0
        v2 = v0 / v1
        t2 = v2
      "
    `);
  });

  test("compute once what is costly and read in two of them", () => {
    const shared = (t: Tensor) => {
      const costly = t.sin();
      return costly.sub(costly.mean());
    };
    expect(titles(told("kernels", shared, x))).toMatchInlineSnapshot(`
      [
        "a loop over 1 dimension: 1 sum",
        "a loop over 1 dimension: 1 store",
      ]
    `);
    expect(titles(told("kernels", shared, zeros([100_000])))).toMatchInlineSnapshot(`
      [
        "a loop over 1 dimension: 1 store, 1 sum",
        "a loop over 1 dimension: 1 store",
      ]
    `);
  });

  test("read windows, what was turned round, and rows by index where they lie", () => {
    const index = tensor([2, 0, 1], { dtype: "int32" });
    const f = (t: Tensor) => [
      t.indexSelect(0, index).mul(2),
      t.slice([[1, 4]]).sub(t.slice([[0, 3]])),
      t.flip(1).add(t),
    ];
    expect(told("kernels", f, zeros([4, 5]))).toMatchInlineSnapshot(`
      "
      k0: a loop over 2 dimensions: 2 reads, 1 line, 1 store
        for i < 4
          for j < 5
            v0 = in0[5*i - j + 4]
            v1 = in0[5*i + j]
            v2 = v0 + v1
            t0[5*i + j] = v2

      k1: a loop over 2 dimensions: 4 reads, 2 lines, 3 stores
        v4 = in1
        for i < 3
          for j < 5
            v0 = in0[5*i + j + 5]
            v1 = in0[5*i + j]
            v2 = v0 - v1
            v3 = in0[j + 5*in2[i]]
            v5 = v3 * v4
            t1[5*i + j] = v2
            t2[5*i + j] = v3
            t3[5*i + j] = v5
      "
    `);
  });

  test("along a dimension are named, with their sizes", () => {
    const f = (t: Tensor) => [t.cumsum({ dim: 1 }), t.argmax({ dim: 0 })];
    expect(told("kernels", f, zeros([4, 5]))).toMatchInlineSnapshot(`
      "
      k0: places of the largest of float32, along 4 of [1, 4, 5]
        t0 = places of the largest of in0

      k1: running sums of float32, along 5 of [4, 5, 1]
        t1 = running sums of in0
      "
    `);
  });
});

test("places in memory are used again when nobody needs what lies there", () => {
  const deep = (t: Tensor, ...weights: Tensor[]) => weights.reduce((h, w) => h.matmul(w).tanh(), t);
  const weights = [zeros([16, 16]), zeros([16, 16]), zeros([16, 16])];
  expect(told("memory", deep, zeros([100, 16]), ...weights)).toMatchInlineSnapshot(`
    "
    in0       float32[256]    1152 bytes    given
    in1       float32[256]    1152 bytes    given
    in2       float32[256]    1152 bytes    given
    in3       float32[1600]   6528 bytes    given
    t0        float32[1600]   6528 bytes    at 0      from k0 to k1
    scratch0  float64[32768]  262272 bytes  at 6528   in k0
    t1        float32[1600]   6528 bytes    at 6528   from k1 to k2
    t2        float32[1600]   6528 bytes    at 0      from k2 to k3
    scratch2  float64[32768]  262272 bytes  at 13056  in k2
    t3        float32[1600]   6528 bytes    at 6528   from k3 to k4
    t4        float32[1600]   6528 bytes    at 0      from k4 to k5
    scratch4  float64[32768]  262272 bytes  at 13056  in k4
    t5        float32[1600]   6528 bytes    at 6528   from k5 to the end
    an arena of 275328 bytes
    "
  `);
});

test("a step of scan tells what goes on to the next, and what lies where it lay", () => {
  const step = ({ w, v }: Params, index: Tensor) => {
    const [loss, g] = valueAndGrad((p: Tensor) => x.indexSelect(0, index).mul(p).square().mean())(w!);
    const speed = v!.mul(0.9).add(g);
    return [{ w: w!.sub(speed.mul(0.1)), v: speed }, loss] as const;
  };
  const text = explain(step, { parts: ["kernels", "memory"], scan: true })(
    params("wv"),
    tensor([0, 1], { dtype: "int32" }),
  );
  expect(`\n${text}\n`).toMatchInlineSnapshot(`
    "
    kernels

      k0: a loop over 1 dimension: 3 reads, 6 lines, 1 store, 2 sums
        v1 = in1
        v4 = in0
        v5 = 1 / v4
        v6 = v5 * 2
        for i < 2
          v0 = in3[in2[i]]
          v2 = v0 * v1
          v3 = v2 * v2
          v7 = v6 * v2
          v8 = v7 * v0
          t0[i] = v0
          t1 = sum of v3
          t3 = sum of v8

      k1: one element: 2 reads, 1 line, 1 store
        v0 = t1
        v1 = in0
        v2 = v0 / v1
        t2 = v2

      k2: one element: 5 reads, 4 lines, 2 stores
        v0 = in5
        v1 = in4
        v2 = v0 * v1
        v3 = t3
        v4 = v2 + v3
        v5 = in1
        v6 = in6
        v7 = v4 * v6
        v8 = v5 - v7
        t4 = v4
        t5 = v8

      between two steps
        a row of stack0 = t2
        in1 = t5, in place
        in5 = t4, in place
        in2 = its next row

    memory

      in0       float32[1]     192 bytes   given
      in1       float32[1]     192 bytes   given
      in2       int32[2]       192 bytes   given
      in3       float32[1000]  4160 bytes  given
      in4       float32[1]     192 bytes   given
      in5       float32[1]     192 bytes   given
      in6       float32[1]     192 bytes   given
      t0        float32[2]     192 bytes   at 0            in k0
      t1        float32[1]     192 bytes   at 192          from k0 to k1
      t3        float32[1]     192 bytes   at 384          from k0 to k2
      scratch0  float64[2]     192 bytes   at 576          in k0
      t2        float32[1]     192 bytes   at 0            from k1 to the end
      t4        float32[1]     192 bytes   where in5 lies  from k2 to the end
      t5        float32[1]     192 bytes   where in1 lies  from k2 to the end
      an arena of 768 bytes
    "
  `);
});

test("the graph has a line for each node", () => {
  const f = (p: Params, t: Tensor, lr: number) => p.a!.mul(t).sub(lr).sum();
  expect(told("graph", f, params("a"), zeros([3], { dtype: "float64" }), 0.5)).toMatchInlineSnapshot(`
    "
    in0  float64[]   the number 0.5
    n0   float64[3]  expand(in0)
    in1  float64[3]  argument 2
    in2  float32[]   argument 1.a
    n1   float64[]   cast(in2)
    n2   float64[3]  expand(n1)
    n3   float64[3]  mul(n2, in1)
    n4   float64[3]  sub(n3, n0)
    n5   float64[1]  sum(n4, [0])
    n6   float64[]   reshape(n5)
    gives n6 in t0
    "
  `);
});

test("the code is WebAssembly's text", () => {
  const text = explain((t: Tensor) => t.add(1))(zeros([3]));
  expect(text.match(/^\w+$/gm)).toEqual(["graph", "kernels", "memory", "wasm"]);
  expect(text).toMatch(/^ {2}\(module$/m);
  expect(text).toContain("f32x4.add");
  expect(text).toContain('(export "run")');
});

test("explain takes compiled functions, and no other parts", () => {
  const f = (t: Tensor) => t.add(1).exp();
  expect(explain(compile(f), { parts: ["kernels"] })(x)).toBe(explain(f, { parts: ["kernels"] })(x));
  expect(() => explain(f, { parts: ["kernel" as "kernels"] })).toThrow(
    "explain expects parts among graph, kernels, memory, wasm, got kernel",
  );
});

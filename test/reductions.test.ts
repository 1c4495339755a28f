/** Reductions against nested loops over every set of dims, and what they make of nothing, of NaN, of ties and of infinities. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cat, grad, hessian, ones, type Tensor, tensor, zeros } from "../src/index.ts";
import { at, build, contents, filledShapes, type Index, indicesOf, tensorOf, tensors } from "./naive.ts";

/** The elements that fold into the one at `index`, in row-major order. */
function terms(x: Tensor, dims: readonly number[], index: Index): number[] {
  const kept = x.shape.map((_, d) => d).filter((d) => !dims.includes(d));
  return indicesOf(x.shape)
    .filter((own) => kept.every((d, i) => own[d] === index[i]))
    .map((own) => at(x, own));
}

/** A fold of every element at the places that `dims` leave, with nested loops. */
function naively(x: Tensor, dims: readonly number[], f: (terms: number[]) => number): Tensor {
  const shape = x.shape.filter((_, d) => !dims.includes(d));
  return build(shape, "float64", (index) => f(terms(x, dims, index)));
}

const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
const mean = (xs: readonly number[]): number => sum(xs) / xs.length;
const variance = (xs: readonly number[], correction = 1): number =>
  sum(xs.map((x) => (x - mean(xs)) ** 2)) / Math.max(xs.length - correction, 0);

const folds = {
  sum,
  mean,
  prod: (xs) => xs.reduce((a, b) => a * b, 1),
  amax: (xs) => Math.max(...xs),
  amin: (xs) => Math.min(...xs),
  var: (xs) => variance(xs),
  std: (xs) => Math.sqrt(variance(xs)),
  norm: (xs) => Math.sqrt(sum(xs.map((x) => x * x))),
  logsumexp: (xs) => Math.log(sum(xs.map(Math.exp))),
} satisfies Record<string, (xs: number[]) => number>;

/** A tensor and some of its dims. */
const withDims = (x: fc.Arbitrary<Tensor>) =>
  x.chain((t) => fc.tuple(fc.constant(t.double()), fc.subarray([...t.shape.keys()])));

/** Both sides add up to 256 terms of size 9 or less in float64, in their own order. */
const tolerance = 12;

function expectNear(got: Tensor, expected: Tensor): void {
  expect(got.shape).toEqual(expected.shape);
  got.toTypedArray().forEach((x, i) => {
    const y = expected.toTypedArray()[i]!;
    if (Number.isFinite(y)) expect(x).toBeCloseTo(y, tolerance);
    else expect(x).toBe(y);
  });
}

describe("every reduction agrees with nested loops", () => {
  test.each(Object.entries(folds))("%s, over every set of dims", (name, f) => {
    const needsElements = name === "amax" || name === "amin";
    const drawn = needsElements ? filledShapes.chain((shape) => tensorOf(shape)) : tensors;
    fc.assert(
      fc.property(withDims(drawn), fc.boolean(), ([x, dims], isNegative) => {
        const dim = isNegative ? dims.map((d) => d - x.ndim) : dims;
        const expected = naively(x, dims, f);
        const got = x[name as "sum"]({ dim });
        expectNear(got, expected);
        const keptShape = x.shape.map((d, i) => (dims.includes(i) ? 1 : d));
        expectNear(x[name as "sum"]({ dim, keepdim: true }), expected.reshape(keptShape));
        expectNear(x[name as "sum"](), naively(x, [...x.shape.keys()], f));
      }),
    );
  });

  test("a dim is a number or a list of them", () => {
    const x = ones([2, 3]);
    expect(x.sum({ dim: 0 }).toArray()).toEqual([2, 2, 2]);
    expect(x.sum({ dim: [0, 1] }).toArray()).toBe(6);
    expect(tensor(3).sum({ dim: 0 }).toArray()).toBe(3);
    expect(tensor(3).sum({ dim: -1, keepdim: true }).toArray()).toBe(3);
  });

  test("var and std take a correction", () => {
    const x = tensor([1, 2, 4]);
    expect(x.var({ correction: 0 }).item()).toBeCloseTo(14 / 9, 6);
    expect(x.std({ correction: 2 }).item()).toBeCloseTo(Math.sqrt(14 / 3), 6);
    expect(tensor([1]).var().item()).toBeNaN();
    expect(tensor([1, 3]).var({ correction: 5 }).item()).toBe(Infinity);
  });
});

describe("argmax and argmin", () => {
  test("agree with nested loops, and give the first of equals", () => {
    const drawn = filledShapes
      .filter((s) => s.length > 0)
      .chain((s) => fc.tuple(tensorOf(s), fc.nat(s.length - 1)));
    fc.assert(
      fc.property(drawn, ([x, dim]) => {
        const first = (f: typeof Math.max) => (xs: number[]) => xs.indexOf(f(...xs));
        expect(contents(x.argmax({ dim }))).toEqual(contents(naively(x, [dim], first(Math.max)).to("int32")));
        expect(contents(x.argmin({ dim }))).toEqual(contents(naively(x, [dim], first(Math.min)).to("int32")));
        const keptShape = x.shape.with(dim, 1);
        expect(x.argmax({ dim, keepdim: true }).shape).toEqual(keptShape);
        expect(x.argmax().item()).toBe(x.reshape([-1]).argmax({ dim: 0 }).item());
      }),
    );
  });

  test("find the first NaN", () => {
    const x = tensor([3, Number.NaN, 9, Number.NaN]);
    expect([x.argmax().item(), x.argmin().item()]).toEqual([1, 1]);
  });

  test("of a scalar are 0", () => {
    expect(tensor(5).argmax().toArray()).toBe(0);
    expect(tensor(5).argmin({ dim: 0, keepdim: true }).toArray()).toBe(0);
    expect(tensor([[5]]).argmax({ keepdim: true }).shape).toEqual([1, 1]);
  });
});

describe("cumsum, softmax and logSoftmax", () => {
  test("agree with nested loops along every dim", () => {
    const drawn = filledShapes
      .filter((s) => s.length > 0)
      .chain((s) => fc.tuple(tensorOf(s, "float64"), fc.nat(s.length - 1)));
    fc.assert(
      fc.property(drawn, ([x, dim]) => {
        const row = (index: Index) => terms(x, [dim], index.toSpliced(dim, 1));
        const along = (f: (xs: number[], i: number) => number) =>
          build(x.shape, "float64", (index) => f(row(index), index[dim]!));
        expectNear(
          x.cumsum({ dim }),
          along((xs, i) => sum(xs.slice(0, i + 1))),
        );
        expectNear(
          x.softmax({ dim }),
          along((xs, i) => Math.exp(xs[i]!) / sum(xs.map(Math.exp))),
        );
        expectNear(
          x.logSoftmax({ dim: dim - x.ndim }),
          along((xs, i) => xs[i]! - Math.log(sum(xs.map(Math.exp)))),
        );
      }),
    );
  });

  test("run along the last dim by default, and take scalars", () => {
    expect(ones([2, 2]).cumsum().toArray()).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect([
      tensor(3).cumsum().item(),
      tensor(3).softmax().item(),
      tensor(3).logSoftmax({ dim: 0 }).item(),
    ]).toEqual([3, 1, 0]);
    expect(zeros([2, 0]).softmax().shape).toEqual([2, 0]);
    expect(zeros([0, 2]).cumsum({ dim: 0 }).shape).toEqual([0, 2]);
  });

  test("huge numbers do not overflow", () => {
    expect(tensor([1e30, 1e30, -1e30]).softmax().toArray()).toEqual([0.5, 0.5, 0]);
    expect(tensor([1000, 0]).logSoftmax().toArray()).toEqual([0, -1000]);
    expect(tensor([-1000, -1000]).logsumexp().item()).toBeCloseTo(-1000 + Math.log(2), 4);
  });

  test("infinities come out as PyTorch has them", () => {
    const [minus, plus] = [-Infinity, Infinity];
    expect(tensor([minus, minus]).logsumexp().item()).toBe(minus);
    expect(tensor([plus, 1]).logsumexp().item()).toBe(plus);
    expect(tensor([plus, minus]).logsumexp().item()).toBe(plus);
    expect(tensor([Number.NaN, 1]).logsumexp().item()).toBeNaN();
    expect(tensor([minus, 0]).softmax().toArray()).toEqual([0, 1]);
    expect(tensor([minus, 0]).logSoftmax().toArray()).toEqual([minus, 0]);
    expect(tensor([minus, minus]).softmax().toArray()).toEqual([Number.NaN, Number.NaN]);
    expect(tensor([plus, 1]).softmax().toArray()).toEqual([Number.NaN, 0]);
  });
});

describe("nothing at all", () => {
  const nothing = zeros([0]);
  const rows = zeros([2, 0]);

  test("has the sum 0 and the product 1, and no mean", () => {
    expect([nothing.sum().item(), nothing.prod().item(), nothing.norm().item()]).toEqual([0, 1, 0]);
    expect([nothing.mean().item(), nothing.var().item(), nothing.std().item()]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
    expect(nothing.logsumexp().item()).toBe(-Infinity);
    expect(rows.sum({ dim: 1 }).toArray()).toEqual([0, 0]);
    expect(rows.prod({ dim: 1 }).toArray()).toEqual([1, 1]);
    expect(rows.sum({ dim: 0 }).shape).toEqual([0]);
  });

  test("has no extremes, but a dim of size 0 may be left out of the fold", () => {
    expect(() => nothing.amax()).toThrow("amax expects at least one element along its dims, got float32[0]");
    expect(() => rows.amin({ dim: 1 })).toThrow(
      "amin expects at least one element along its dims, got float32[2,0]",
    );
    expect(() => rows.argmax({ dim: 1 })).toThrow(
      "argmax expects at least one element along dim 1, got float32[2,0]",
    );
    expect(() => nothing.argmin()).toThrow("argmin expects at least one element along dim 0, got float32[0]");
    expect(rows.amax({ dim: 0 }).shape).toEqual([0]);
  });

  test("between two matrices makes zeros", () => {
    expect(
      zeros([2, 0])
        .matmul(zeros([0, 3]))
        .toArray(),
    ).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(zeros([0, 2]).matmul(zeros([2, 3])).shape).toEqual([0, 3]);
    expect(
      zeros([0])
        .matmul(zeros([0]))
        .item(),
    ).toBe(0);
  });

  test("has gradients of its own shape", () => {
    expect(grad((x: Tensor) => x.square().sum())(nothing).shape).toEqual([0]);
    expect(grad((x: Tensor) => cat([x, ones([2])]).sum())(nothing).shape).toEqual([0]);
  });
});

describe("whole numbers and bools", () => {
  test("sum and multiply to int32, and have no mean", () => {
    const flags = tensor([
      [true, false],
      [true, true],
    ]);
    expect(contents(flags.sum())).toEqual(contents(tensor(3, { dtype: "int32" })));
    expect(contents(flags.sum({ dim: 0 }))).toEqual(contents(tensor([2, 1], { dtype: "int32" })));
    expect(contents(flags.prod({ dim: 1 }))).toEqual(contents(tensor([0, 1], { dtype: "int32" })));
    expect(contents(flags.cumsum({ dim: 0 }))).toEqual(
      contents(
        tensor(
          [
            [1, 0],
            [2, 1],
          ],
          { dtype: "int32" },
        ),
      ),
    );
    expect(
      [tensor(true).sum(), tensor(true).prod(), tensor([true]).prod(), tensor(true).cumsum()].map(
        (t) => t.dtype,
      ),
    ).toEqual(Array(4).fill("int32"));
    expect(flags.amax().dtype).toBe("bool");
    expect(() => flags.mean()).toThrow("mean expects a floating-point tensor, got bool[2,2]");
    expect(() => tensor([1], { dtype: "int32" }).std()).toThrow(
      "std expects a floating-point tensor, got int32[1]",
    );
  });
});

describe("extremes", () => {
  test("NaN is the largest and the smallest, and zeros have signs", () => {
    const x = tensor([1, Number.NaN, 3]);
    expect([x.amax().item(), x.amin().item()]).toEqual([Number.NaN, Number.NaN]);
    expect([tensor([-0, 0]).amax().item(), tensor([0, -0]).amin().item()]).toEqual([0, -0]);
  });

  test("equal extremes share the gradient", () => {
    expect(grad((x: Tensor) => x.amax())(tensor([3, 1, 3])).toArray()).toEqual([0.5, 0, 0.5]);
    expect(
      grad((x: Tensor) => x.amin({ dim: 0 }).sum())(
        tensor([
          [1, 2],
          [1, 5],
        ]),
      ).toArray(),
    ).toEqual([
      [0.5, 1],
      [0.5, 0],
    ]);
  });
});

describe("derivatives where formulas divide by zero", () => {
  test("a product with zeros has its gradient and its second derivatives", () => {
    const product = (x: Tensor) => x.prod();
    expect(grad(product)(tensor([2, 0, 5])).toArray()).toEqual([0, 10, 0]);
    expect(grad(product)(tensor([0, 0, 5])).toArray()).toEqual([0, 0, 0]);
    expect(hessian(product)(tensor([0, 0, 5])).toArray()).toEqual([
      [0, 5, 0],
      [5, 0, 0],
      [0, 0, 0],
    ]);
  });

  test("the norm of zero and the deviation of equals have gradients of zero", () => {
    expect(grad((x: Tensor) => x.norm())(zeros([2])).toArray()).toEqual([0, 0]);
    expect(grad((x: Tensor) => x.std())(ones([3])).toArray()).toEqual([0, 0, 0]);
    expect(
      grad((x: Tensor) => x.norm({ dim: 1 }).sum())(
        tensor([
          [3, 4],
          [0, 0],
        ]),
      ).toArray()[1 as never],
    ).toEqual([0, 0]);
  });
});

describe("what does not fit is said", () => {
  const x = ones([2, 3]);
  const loosely = (options: unknown) => options as object;
  test.each<[() => unknown, string]>([
    [() => x.sum({ dim: 2 }), "sum expects a dim from -2 to 1 for 2 dimensions, got 2"],
    [() => x.mean({ dim: [0, 0] }), "mean expects each dim once, got [0,0]"],
    [() => x.mean({ dim: [0, -2] }), "mean expects each dim once, got [0,0]"],
    [() => x.sum({ dim: 0.5 }), "sum expects a dim from -2 to 1 for 2 dimensions, got 0.5"],
    [() => x.sum(loosely(0)), "sum expects options such as { dim: 0 }, got 0"],
    [() => x.softmax(loosely(-1)), "softmax expects options such as { dim: 0 }, got -1"],
    [() => x.argmax(loosely(1)), "argmax expects options such as { dim: 0 }, got 1"],
    [() => x.softmax({ dim: 5 }), "softmax expects a dim from -2 to 1 for 2 dimensions, got 5"],
    [() => x.argmin({ dim: -3 }), "argmin expects a dim from -2 to 1 for 2 dimensions, got -3"],
    [() => x.matmul(ones([2, 3])), "matmul expects inner sizes to agree, got [2,3] x [2,3]"],
    [() => x.matmul(ones([2])), "matmul expects inner sizes to agree, got [2,3] x [2]"],
    [() => x.matmul(tensor(1)), "matmul expects at least one dimension, got float32[2,3] x float32[]"],
    [
      () => x.matmul(ones([3], { dtype: "float64" })),
      "matmul expects numbers of one dtype, got float32 x float64",
    ],
    [() => ones([2, 2, 3]).matmul(ones([4, 3, 1])), "matmul expects shapes that broadcast, got [2] and [4]"],
    [() => tensor([true]).matmul(tensor([true])), "matmul expects numbers of one dtype, got bool x bool"],
  ])("%s", (f, message) => {
    expect(f).toThrow(message);
  });
});

describe("matmul", () => {
  test("sums products over the inner dimension, for vectors, matrices and batches", () => {
    const size = fc.integer({ min: 0, max: 3 });
    const batch = fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 2 });
    const drawn = fc
      .tuple(batch, size, size, size, fc.boolean(), fc.boolean())
      .chain(([b, m, k, n, isRow, isColumn]) =>
        fc.tuple(tensorOf(isRow ? [k] : [...b, m, k]), tensorOf(isColumn ? [k] : [...b.map(() => 1), k, n])),
      );
    fc.assert(
      fc.property(drawn, ([a, b]) => {
        const [left, right] = [a.ndim === 1 ? a.unsqueeze(0) : a, b.ndim === 1 ? b.unsqueeze(1) : b];
        const product = left.unsqueeze(-1).mul(right.unsqueeze(-3)).sum({ dim: -2 });
        const rowless = a.ndim === 1 ? product.squeeze(-2) : product;
        expect(contents(a.matmul(b))).toEqual(contents(b.ndim === 1 ? rowless.squeeze(-1) : rowless));
      }),
    );
  });
});

/** What operands make together: shapes that broadcast, dtypes that promote, whole numbers that wrap. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add, type Dtype, type Operand, ones, sub, type Tensor, tensor, where } from "../src/index.ts";
import { broadcastAt, build, contents, indicesOf, shapes, stretchingTo, tensorOf } from "./naive.ts";

/** Two tensors, and the shape they broadcast to. */
const pairs = shapes.chain((shape) =>
  fc
    .tuple(stretchingTo(shape), stretchingTo(shape))
    .chain(([a, b]) => fc.tuple(tensorOf(a), tensorOf(b)))
    .map(([a, b]) => ({ a, b, shape: broadcastShape(a.shape, b.shape) })),
);

/** The shape that sizes of 1 and missing sizes stretch to. */
function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const ndim = Math.max(a.length, b.length);
  const size = (shape: readonly number[], i: number) => shape[i - ndim + shape.length] ?? 1;
  return Array.from({ length: ndim }, (_, i) => (size(a, i) === 1 ? size(b, i) : size(a, i)));
}

describe("broadcasting", () => {
  test("operations see what nested loops see", () => {
    const operations = {
      add: (x: number, y: number) => x + y,
      sub: (x: number, y: number) => x - y,
      mul: (x: number, y: number) => x * y,
      maximum: Math.max,
      lt: (x: number, y: number) => Number(x < y),
    };
    fc.assert(
      fc.property(pairs, ({ a, b, shape }) => {
        for (const [name, f] of Object.entries(operations) as [
          keyof typeof operations,
          typeof operations.add,
        ][]) {
          const dtype = name === "lt" ? "bool" : "float32";
          const expected = build(shape, dtype, (i) => f(broadcastAt(a, i), broadcastAt(b, i)));
          expect(contents(a[name](b)), name).toEqual(contents(expected));
        }
      }),
    );
  });

  test("where broadcasts three", () => {
    fc.assert(
      fc.property(pairs, ({ a, b, shape }) => {
        const expected = build(shape, "float32", (i) => (broadcastAt(a, i) !== 0 ? broadcastAt(b, i) : 7));
        const got = where(a, b, 7);
        expect(contents(got)).toEqual(contents(expected));
      }),
    );
  });

  test("gradients sum over what was stretched", () => {
    fc.assert(
      fc.property(pairs, ({ a, b, shape }) => {
        a.requiresGrad = true;
        a.mul(b).sum().backward();
        const sums = new Float64Array(a.size);
        const places = indicesOf(a.shape).map(String);
        for (const index of indicesOf(shape)) {
          const own = index.slice(index.length - a.ndim).map((i, d) => (a.shape[d] === 1 ? 0 : i));
          sums[places.indexOf(String(own))]! += broadcastAt(b, index);
        }
        expect(contents(a.grad!)).toEqual(contents(tensor(sums, { shape: a.shape, dtype: "float32" })));
        a.requiresGrad = false;
      }),
      { numRuns: 50 },
    );
  });

  test.each<[Tensor, Tensor, string]>([
    [ones([2, 3]), ones([2]), "add expects shapes that broadcast, got [2,3] and [2]"],
    [ones([0]), ones([3]), "add expects shapes that broadcast, got [0] and [3]"],
    [ones([4, 1, 2]), ones([3, 3]), "add expects shapes that broadcast, got [4,1,2] and [3,3]"],
  ])("%o and %o do not fit", (a, b, message) => {
    expect(() => a.add(b)).toThrow(message);
    expect(() => b.add(a)).toThrow("add expects shapes that broadcast");
  });
});

describe("promotion", () => {
  const dtypes = ["bool", "int32", "float32", "float64"] as const;
  const wider: Record<Dtype, readonly [Dtype, Dtype, Dtype, Dtype]> = {
    bool: ["bool", "int32", "float32", "float64"],
    int32: ["int32", "int32", "float32", "float64"],
    float32: ["float32", "float32", "float32", "float64"],
    float64: ["float64", "float64", "float64", "float64"],
  };
  const besideScalar: Record<Dtype, readonly [Dtype, Dtype, Dtype, Dtype]> = {
    bool: ["bool", "int32", "float32", "float64"],
    int32: ["int32", "int32", "float32", "float64"],
    float32: ["float32", "float32", "float32", "float32"],
    float64: ["float64", "float64", "float64", "float64"],
  };
  const besideNumber: Record<Dtype, readonly [whole: Dtype, fraction: Dtype]> = {
    bool: ["int32", "float32"],
    int32: ["int32", "float32"],
    float32: ["float32", "float32"],
    float64: ["float64", "float64"],
  };
  const of = (dtype: Dtype, shape: number[]) => ones(shape, { dtype });
  /** where, which takes every dtype as it is, tells what two operands are brought to. */
  const together = (a: Operand, b: Operand): Dtype[] =>
    [where(tensor(true), a, b), where(tensor(false), b, a)].map((t) => t.dtype);

  test.each(dtypes)("of %s follows PyTorch's table", (a) => {
    dtypes.forEach((b, i) => {
      expect(together(of(a, [2]), of(b, [2])), `with ${b}`).toEqual(Array(2).fill(wider[a][i]));
      expect(together(of(a, []), of(b, [])), `scalars with ${b}`).toEqual(Array(2).fill(wider[a][i]));
      expect(together(of(a, [1]), of(b, [])), `with a scalar ${b}`).toEqual(
        Array(2).fill(besideScalar[a][i]),
      );
    });
    for (const shape of [[], [2]]) {
      expect(together(of(a, shape), 2)).toEqual(Array(2).fill(besideNumber[a][0]));
      expect(together(of(a, shape), 0.5)).toEqual(Array(2).fill(besideNumber[a][1]));
    }
  });

  test("an ordinary tensor decides beside a scalar tensor and a number of its kind", () => {
    expect(ones([2]).mul(tensor(0.1, { dtype: "float64" })).dtype).toBe("float32");
    expect(where(tensor([true]), tensor(1, { dtype: "float64" }), 0.5).dtype).toBe("float64");
  });

  test("numbers keep their precision beside float64", () => {
    expect(tensor(1, { dtype: "float64" }).mul(0.1).item()).toBe(0.1);
    expect(tensor(1).mul(0.1).item()).toBe(Math.fround(0.1));
  });

  test("quotients and functions of whole numbers are real", () => {
    const whole = tensor([1, 2], { dtype: "int32" });
    expect(whole.div(2).toArray()).toEqual([0.5, 1]);
    expect([whole.div(whole), whole.sqrt(), whole.exp(), whole.gt(0).sin()].map((t) => t.dtype)).toEqual(
      Array(4).fill("float32"),
    );
  });

  test("arithmetic of bools counts", () => {
    const flags = tensor([true, false]);
    expect(contents(flags.add(flags))).toEqual(contents(tensor([2, 0], { dtype: "int32" })));
    expect(contents(flags.mul(3))).toEqual(contents(tensor([3, 0], { dtype: "int32" })));
    expect(flags.neg().dtype).toBe("int32");
  });

  test("a scalar that is a gradient counts as the scalar tensor it is", () => {
    const x = tensor(2, { dtype: "float64", requiresGrad: true });
    x.add(0).backward();
    expect(x.grad!.add(tensor(1)).dtype).toBe("float64");
  });
});

describe("int32", () => {
  const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const whole = (x: number | number[]) => tensor(x, { dtype: "int32" });

  test("addition, subtraction and multiplication wrap modulo 2^32", () => {
    fc.assert(
      fc.property(int, int, (a, b) => {
        const [x, y] = [whole(a), whole(b)];
        expect([x.add(y).item(), x.sub(y).item(), x.mul(y).item(), x.square().item()]).toEqual([
          (a + b) | 0,
          (a - b) | 0,
          Math.imul(a, b),
          Math.imul(a, a),
        ]);
      }),
    );
  });

  test("the negative and the magnitude of -2^31 are -2^31", () => {
    expect([
      whole(-(2 ** 31))
        .neg()
        .item(),
      whole(-(2 ** 31))
        .abs()
        .item(),
    ]).toEqual([-(2 ** 31), -(2 ** 31)]);
  });

  test("sums, running sums, products and matrix products wrap", () => {
    fc.assert(
      fc.property(fc.array(int, { minLength: 1, maxLength: 20 }), (xs) => {
        const total = xs.reduce((sum, x) => (sum + x) | 0, 0);
        expect(whole(xs).sum().item()).toBe(total);
        expect((whole(xs).cumsum().toArray() as number[]).at(-1)).toBe(total);
        expect(whole(xs).prod().item()).toBe(xs.reduce(Math.imul, 1));
        expect(whole(xs).matmul(whole(xs)).item()).toBe(
          xs.reduce((sum, x) => (sum + Math.imul(x, x)) | 0, 0),
        );
      }),
    );
  });

  test("a sum wraps exactly, however many terms there are", () => {
    const n = 2 ** 23 + 1;
    expect(
      tensor(new Int32Array(n).fill(2 ** 31 - 1))
        .sum()
        .item(),
    ).toBe(Math.imul(n, 2 ** 31 - 1));
  });

  test("powers stay whole; a negative exponent is refused", () => {
    expect(whole([2, -3, 0]).pow(3).toArray()).toEqual([8, -27, 0]);
    expect(whole([2, -3, 0]).pow(0).toArray()).toEqual([1, 1, 1]);
    expect(whole(3).pow(13).item()).toBe(3 ** 13);
    expect(whole(4).pow(0.5).dtype).toBe("float32");
    expect(() => whole(2).pow(-1)).toThrow("pow expects exponents from 0 for integers");
  });

  test("clamp keeps whole numbers whole", () => {
    expect(contents(whole([-5, 5]).clamp(0))).toEqual(contents(whole([0, 5])));
    expect(contents(whole([-5, 5]).clamp(undefined, 0))).toEqual(contents(whole([-5, 0])));
    expect(contents(whole([-5, 5]).clamp(-1, 1))).toEqual(contents(whole([-1, 1])));
    expect(whole([1]).clamp(0.5).dtype).toBe("float32");
  });
});

describe("special numbers", () => {
  const row = tensor([Number.NaN, Infinity, -Infinity, 0, -0]);

  test("NaN passes through arithmetic, and comparisons with it are false", () => {
    expect(row.mul(0).toArray()).toEqual([Number.NaN, Number.NaN, Number.NaN, 0, -0]);
    expect(row.maximum(1).toArray()).toEqual([Number.NaN, Infinity, 1, 1, 1]);
    expect(row.eq(row).toArray()).toEqual([false, true, true, true, true]);
    expect(row.lt(1).toArray()).toEqual([false, false, true, true, true]);
    expect(row.ne(row).toArray()).toEqual([true, false, false, false, false]);
  });

  test("the logarithm of a negative number is NaN, of zero -infinity", () => {
    expect(tensor([-1, 0]).log().toArray()).toEqual([Number.NaN, -Infinity]);
  });
});

describe("functions of the same name", () => {
  test("take numbers first", () => {
    expect(sub(1, tensor([1, 2])).toArray()).toEqual([0, -1]);
    expect(add(tensor([1]), 2).toArray()).toEqual([3]);
  });

  test("say what they were given instead of a tensor", () => {
    const wrong = (x: unknown) => x as Tensor;
    expect(() => add(wrong("1"), tensor(1))).toThrow("add expects tensors or numbers, got string");
    expect(() => tensor(1).add(wrong(null))).toThrow("add expects tensors or numbers, got null");
    expect(() => tensor(1).add(wrong([1]))).toThrow("add expects tensors or numbers, got an array");
    expect(() => tensor(1).mul(wrong(undefined))).toThrow("mul expects tensors or numbers, got undefined");
    expect(() => tensor([1]).matmul(wrong([1]))).toThrow("matmul expects a tensor, got an array");
  });
});

/** The bit contract: what compiled code gives is what the interpreter gives, to the bit, for every op at every size. */
import { describe, test } from "vitest";
import { cat, type Dtype, stack, type Tensor, tensor, vjp, where } from "../src/index.ts";
import { type MapName, maps } from "../src/ir/maps.ts";
import { alongs, reductions } from "../src/ir/reductions.ts";
import { mapped } from "../src/tensor/tensor.ts";
import { allDtypes, expectContract, floats, large, type Mood, operandOf, sizes } from "./contract.ts";

type Shape = readonly number[];
type Unary = (x: Tensor) => Tensor;

function operandsOf(name: MapName, dtype: Dtype, shape: Shape): Tensor[] {
  return maps[name].domain.map((_, i) => operandOf(dtype, shape, i));
}

/** What flows back to the inputs of f, from a gradient for its result. */
function gradients(f: (...inputs: Tensor[]) => Tensor, inputs: Tensor[], mood: Mood = "tame"): Tensor[] {
  const [value, pullback] = vjp(f, inputs);
  return pullback(operandOf(value.dtype, value.shape, 3, mood));
}

const moods = ["odd", "tame"] as const satisfies readonly Mood[];

const names = Object.keys(maps) as MapName[];

describe("elementwise ops", () => {
  test.each(names)("%s at every size, of every dtype", (name) => {
    for (const dtype of allDtypes)
      for (const n of sizes) expectContract([mapped(name, operandsOf(name, dtype, [n]))], `${dtype} ${n}`);
    for (const dtype of floats)
      expectContract([mapped(name, operandsOf(name, dtype, [large]))], `${dtype} ${large}`);
  });

  test.each(names)("%s where it is not stored, but read on", (name) => {
    for (const dtype of allDtypes) {
      const y = mapped(name, operandsOf(name, dtype, [1025]));
      expectContract([y.reciprocal(), y.to("float64"), y.to("bool"), y.to("int32").neg().double()], dtype);
    }
  });

  test("powers of integers of every size", () => {
    const grid = (f: (i: number) => number) =>
      tensor(
        Int32Array.from({ length: 41 * 70 }, (_, i) => f(i)),
        { dtype: "int32" },
      );
    const [x, y] = [grid((i) => (i % 41) - 20), grid((i) => Math.floor(i / 41) - 2)];
    expectContract([x.pow(y), y.pow(x)], "grid");
  });

  test.each(names.filter((name) => "partials" in maps[name]))("the gradients of %s", (name) => {
    for (const dtype of floats)
      for (const n of [5, 1025]) {
        const inputs = operandsOf(name, dtype, [n]);
        const f = (...xs: Tensor[]) => mapped(name, name === "where" ? [xs[0]!.gt(0), xs[1]!, xs[2]!] : xs);
        expectContract(gradients(f, inputs, "odd"), `${dtype} ${n}`);
      }
  });

  test.each(["add", "mul", "pow", "where", "lt"] as const)("%s of operands that are stretched", (name) => {
    const shapes: Shape[] = [[3, 5, 7], [5, 1], [3, 1, 7], [], [1, 1, 1]];
    for (const dtype of allDtypes)
      for (const [i, a] of shapes.entries()) {
        const operands = maps[name].domain.map((_, k) =>
          operandOf(dtype, shapes[(i + k * 2) % shapes.length]!, k),
        );
        expectContract([mapped(name, [...operands.slice(1), operandOf(dtype, a, 0)])], `${dtype} ${i}`);
      }
  });
});

describe("casts", () => {
  test.each(allDtypes)("of %s to every dtype, at every size", (from) => {
    for (const to of allDtypes)
      for (const n of [...sizes, large]) expectContract([operandOf(from, [n]).to(to)], `${to} ${n}`);
  });

  test("one after the other", () => {
    for (const a of allDtypes)
      for (const b of allDtypes)
        for (const c of allDtypes) {
          const x = operandOf(a, [1025]);
          expectContract([x.to(b).to(c), x.to(c).to(b).to(a)], `${a} ${b} ${c}`);
        }
  });
});

/** Which dimensions may be folded, all of them last. */
function dimsOf(shape: Shape): number[][] {
  const sets = Array.from({ length: 2 ** shape.length - 1 }, (_, i) => i + 1);
  return sets.map((set) => [...shape.keys()].filter((d) => (set >> d) & 1));
}

const rows: readonly Shape[] = [...sizes, 4096, 4097].map((n) => [n]);
const tables: readonly Shape[] = [
  [0, 3],
  [3, 0],
  [1, 7],
  [7, 1],
  [4, 5],
  [33, 40],
  [2, 5000],
  [5000, 2],
  [2, 1, 17],
  [3, 4, 5],
  [5, 33, 3],
];
const fewTables: readonly Shape[] = [[17], [4, 5], [33, 40], [3, 4, 5]];

/** Ways in which what is folded may lie in memory otherwise than it is walked. */
const seen: Readonly<Record<string, Unary>> = {
  permuted: (x) => x.permute(x.shape.map((_, d) => x.ndim - 1 - d)),
  "turned round": (x) => x.flip(x.shape.map((_, d) => d)),
  "cut out": (x) => x.slice(x.shape.map((d) => [Math.min(1, d), d] as const)),
};

type Fold = (x: Tensor, options: { readonly dim: number | readonly number[] }) => Tensor;

/** A method as a function; its row says of which dtypes, and whether of none. */
function folding(name: string): {
  readonly fold: Fold;
  readonly dtypes: readonly Dtype[];
  readonly dims: (shape: Shape) => number[][];
} {
  const wants = (reductions as Record<string, { readonly wants: string }>)[name]?.wants ?? "floating";
  return {
    fold: (x, options) => (x[name as "sum"] as (o: unknown) => Tensor).call(x, options),
    dtypes: wants === "floating" && name !== "cumsum" ? floats : allDtypes,
    dims: (shape) =>
      dimsOf(shape).filter((dims) => wants !== "elements" || dims.every((d) => shape[d] !== 0)),
  };
}

describe("reductions", () => {
  describe.each(Object.keys(reductions))("%s", (name) => {
    const { fold, dtypes, dims } = folding(name);

    test.each(moods)("over any dimensions, of %s elements", (mood) => {
      for (const dtype of dtypes)
        for (const shape of [...rows, ...tables]) {
          const x = operandOf(dtype, shape, 0, mood);
          expectContract(
            dims(shape).map((dim) => fold(x, { dim })),
            `${dtype} [${shape}]`,
          );
        }
    });

    test("of what lies in another order", () => {
      for (const [how, view] of Object.entries(seen))
        for (const dtype of dtypes)
          for (const shape of fewTables) {
            const x = view(operandOf(dtype, shape, 0, "tame"));
            expectContract(
              dims(shape).map((dim) => fold(x, { dim })),
              `${how} ${dtype} [${shape}]`,
            );
          }
    });

    test("has gradients", () => {
      for (const dtype of floats)
        for (const shape of fewTables)
          for (const dim of dims(shape)) {
            const x = operandOf(dtype, shape, 0, "tame");
            expectContract(
              gradients((t) => fold(t, { dim }), [x]),
              `${dtype} [${shape}] over ${dim}`,
            );
          }
    });
  });

  test("of many elements", () => {
    for (const dtype of floats) {
      const [x, y] = [operandOf(dtype, [large], 0, "tame"), operandOf(dtype, [large], 1, "tame")];
      for (const t of [x, x.exp(), x.mul(y), operandOf(dtype, [large])])
        expectContract([t.sum(), t.amax(), t.amin()], `${dtype}`);
      expectContract([x.var(), x.norm(), x.logsumexp(), x.mean()], `${dtype}`);
    }
    for (const dtype of ["int32", "bool"] as const) {
      const x = operandOf(dtype, [large]);
      expectContract([x.sum(), x.amax(), x.amin()], dtype);
    }
  });

  test("sums of as many terms as there may be in a tree, a run, a block", () => {
    const ends = [8, 31, 32, 33, 63, 64, 65, 100, 127, 129, 4095, 8191, 8192, 8193, 12_300, 20_481];
    for (const dtype of [...floats, "int32"] as const)
      for (const n of ends) {
        const [x, y] = [operandOf(dtype, [n], 0, "tame"), operandOf(dtype, [n], 1, "tame")];
        expectContract([x.sum(), x.mul(y).sum(), x.maximum(y).amax(), x.amin()], `${dtype} ${n}`);
        expectContract([x.sin().sum(), x.square().sum(), x.gt(y).sum()], `${dtype} ${n}`);
      }
  });

  test("sums of rows and columns of every length", () => {
    const lengths = [
      [3, 1],
      [5, 3],
      [3, 5],
      [7, 31],
      [31, 7],
      [2, 4099],
      [4099, 3],
    ] as const;
    for (const dtype of [...floats, "int32"] as const)
      for (const shape of lengths) {
        const x = operandOf(dtype, shape, 0, "tame");
        const scaled = x.mul(operandOf(dtype, [shape[0], 1], 1, "tame"));
        expectContract(
          [x.sum({ dim: 0 }), x.sum({ dim: 1 }), scaled.sum({ dim: 0 }), scaled.amax({ dim: 1 })],
          `${dtype} [${shape}]`,
        );
      }
  });
});

const alongShapes = [...sizes.map((n) => [n]), [4, 5], [3, 0], [33, 40], [5, 33, 3], [2, 5000]];

describe("along a dimension", () => {
  describe.each(Object.keys(alongs))("%s", (name) => {
    const { fold, dtypes } = folding(name);

    test.each(moods)("of %s elements", (mood) => {
      for (const dtype of dtypes)
        for (const shape of alongShapes) {
          const x = operandOf(dtype, shape, 0, mood);
          expectContract(
            shape.map((_, dim) => fold(x, { dim })),
            `${dtype} [${shape}]`,
          );
        }
      for (const [how, view] of Object.entries(seen))
        expectContract([fold(view(operandOf("float32", [33, 40], 0, mood)), { dim: 1 })], how);
    });

    test("has gradients", () => {
      for (const dtype of floats)
        for (const shape of [[17], [33, 40], [3, 4, 5]])
          for (const dim of shape.keys())
            expectContract(
              gradients((t) => fold(t, { dim }), [operandOf(dtype, shape, 0, "tame")]),
              `${dtype} [${shape}] along ${dim}`,
            );
    });
  });

  test.each(["argmax", "argmin"] as const)("%s", (name) => {
    for (const dtype of allDtypes)
      for (const mood of moods)
        for (const shape of alongShapes.filter((s) => !s.includes(0))) {
          const x = operandOf(dtype, shape, 0, mood);
          const turned = x.permute([...shape.keys()].reverse());
          expectContract(
            [x[name](), turned[name]({ dim: 0 }), ...shape.map((_, dim) => x[name]({ dim }))],
            `${dtype} [${shape}]`,
          );
        }
  });
});

/** Functions of a [4, 6, 5] that move its elements about. */
const movements: Readonly<Record<string, Unary>> = {
  reshape: (x) => x.reshape([8, 15]),
  "reshape of what was permuted": (x) => x.permute([2, 0, 1]).reshape([10, 12]),
  permute: (x) => x.permute([2, 0, 1]),
  transpose: (x) => x.transpose(0, 2),
  expand: (x) => x.slice([[1, 2]]).expand([3, 4, 6, 5]),
  "expand of a column": (x) => x.slice([[0], [0], [2, 3]]).expand([4, 6, 9]),
  slice: (x) =>
    x.slice([
      [1, 3],
      [2, 5],
      [0, 4],
    ]),
  "slice to nothing": (x) => x.slice([[1, 1]]),
  flip: (x) => x.flip([0, 2]),
  squeeze: (x) => x.slice([[0], [3, 4]]).squeeze(),
  unsqueeze: (x) => x.unsqueeze(1),
  indexSelect: (x) => x.indexSelect(1, [5, 0, 0, 3]),
  "indexSelect of the first": (x) => x.indexSelect(0, [3, 3, 1, 0, 2]),
  "indexSelect of the last": (x) => x.indexSelect(2, [4, 1]),
  "indexSelect by none": (x) => x.indexSelect(2, []),
  "indexSelect of what was permuted": (x) => x.permute([2, 1, 0]).indexSelect(0, [4, 0, 1]),
  "indexSelect through flipped indices": (x) =>
    x.indexSelect(1, tensor([5, 0, 2, 1], { dtype: "int32" }).flip(0)),
  cat: (x) => cat([x, x.flip(1), x.slice([[0], [0, 0]])], 1),
  "cat of the last": (x) => cat([x.slice([[0], [0], [0, 2]]), x, x.slice([[0], [0], [1, 2]])], 2),
  stack: (x) => stack([x, x.neg().to(x.dtype), x], 1),
  where: (x) => where(x.gt(0), x, x.flip(0)),
  "a window moved along": (x) => x.slice([[0], [1, 6]]).sub(x.slice([[0], [0, 5]])),
  "one after another": (x) =>
    x
      .permute([1, 2, 0])
      .slice([[1, 5]])
      .flip(1)
      .reshape([-1])
      .slice([[3, 60]]),
};

describe("movements", () => {
  test.each(Object.entries(movements))("%s", (_, f) => {
    for (const dtype of allDtypes) {
      const x = operandOf(dtype, [4, 6, 5]);
      expectContract([f(x)], `${dtype} of data`);
      expectContract([f(x.neg().to(dtype))], `${dtype} of what is computed`);
      expectContract([f(x).mul(3), f(x.abs().to(dtype)).eq(1), f(x)], `${dtype} and on`);
      expectContract([f(x).sum(), f(x.square()).sum({ dim: 0 })], `${dtype} and summed`);
    }
  });

  test.each(Object.entries(movements))("the gradients of %s", (_, f) => {
    for (const dtype of floats) {
      expectContract(gradients(f, [operandOf(dtype, [4, 6, 5])]), dtype);
      expectContract(
        gradients((x) => f(x.sin()), [operandOf(dtype, [4, 6, 5])]),
        `${dtype} through sin`,
      );
    }
  });

  test.each(allDtypes)("of many elements of %s", (dtype) => {
    for (const n of [...sizes.slice(3), 20_003]) {
      const x = operandOf(dtype, [n]);
      const index = tensor(
        Int32Array.from({ length: n }, (_, i) => (i * 7919) % n),
        { shape: [n], dtype: "int32" },
      );
      expectContract(
        [x.flip(0), x.indexSelect(0, index), cat([x, x.flip(0)]), x.slice([[1]])],
        `${dtype} ${n}`,
      );
      expectContract([x.reshape([n, 1]).expand([n, 3]), x.expand([3, n]).transpose(0, 1)], `${dtype} ${n}`);
      expectContract(
        [
          x
            .slice([[2]])
            .mul(x.slice([[0, -2]]))
            .add(x.slice([[1, -1]])),
        ],
        `${dtype} ${n} windows`,
      );
    }
  });
});

type Pair = readonly [a: Shape, b: Shape];

const factors: readonly Pair[] = [
  ...([
    [[1], [1]],
    [[5], [5]],
    [[1025], [1025]],
    [[0], [0]],
  ] satisfies Pair[]),
  ...([
    [[5], [5, 3]],
    [[7, 5], [5]],
    [[300], [300, 17]],
    [[33, 700], [700]],
  ] satisfies Pair[]),
  ...([
    [
      [1, 1],
      [1, 1],
    ],
    [
      [3, 4],
      [4, 5],
    ],
    [
      [17, 5],
      [5, 33],
    ],
    [
      [64, 300],
      [300, 65],
    ],
  ] satisfies Pair[]),
  ...([
    [
      [0, 4],
      [4, 5],
    ],
    [
      [3, 0],
      [0, 5],
    ],
    [
      [3, 4],
      [4, 0],
    ],
    [
      [257, 16],
      [16, 31],
    ],
  ] satisfies Pair[]),
  ...([
    [
      [3, 4, 5],
      [3, 5, 6],
    ],
    [
      [3, 4, 5],
      [5, 6],
    ],
    [
      [2, 1, 4, 5],
      [3, 5, 6],
    ],
    [[5], [3, 5, 6]],
  ] satisfies Pair[]),
];

/** Factors that do not lie as they are read. */
const layouts: Readonly<Record<string, Unary>> = {
  plain: (x) => x,
  transposed: (x) => (x.ndim < 2 ? x.flip(0) : restored(x)),
  "cut out": (x) =>
    cat([x, x], x.ndim - 1).slice([...x.shape.slice(0, -1).map(() => [0] as const), [0, x.shape.at(-1)!]]),
  computed: (x) => x.sub(1),
};

/** The same elements, lying transposed. */
function restored(x: Tensor): Tensor {
  const [p, q] = [x.ndim - 2, x.ndim - 1];
  return tensor(x.transpose(p, q).toTypedArray(), { shape: x.transpose(p, q).shape }).transpose(p, q);
}

describe("products of matrices", () => {
  const named = Object.entries(layouts).flatMap(([a, f]) =>
    Object.entries(layouts).map(([b, g]) => [a, b, f, g] as const),
  );
  test.each(named)("%s and %s", (_, __, f, g) => {
    for (const dtype of [...floats, "int32"] as const)
      for (const [a, b] of factors) {
        const [x, y] = [f(operandOf(dtype, a, 0, "tame")), g(operandOf(dtype, b, 1, "tame"))];
        expectContract([x.matmul(y)], `${dtype} [${a}] by [${b}]`);
      }
  });

  test.each(moods)("with what comes before and after, of %s elements", (mood) => {
    const shapes = [
      [3, 4, 5],
      [64, 33, 10],
      [1, 300, 17],
    ] as const;
    for (const dtype of floats)
      for (const [m, k, n] of shapes) {
        const [x, w] = [operandOf(dtype, [m, k], 0, mood), operandOf(dtype, [k, n], 1, mood)];
        const y = x
          .sin()
          .matmul(w)
          .add(operandOf(dtype, [n], 2, mood))
          .relu();
        const back = y.matmul(w.transpose(0, 1)).mean();
        expectContract([y, y.softmax(), y.sum({ dim: 0 }), back], `${dtype} ${m} ${k} ${n}`);
      }
  });

  test("the gradients", () => {
    for (const dtype of floats)
      for (const [a, b] of factors)
        expectContract(
          gradients((x, y) => x.matmul(y), [operandOf(dtype, a, 0, "tame"), operandOf(dtype, b, 1, "tame")]),
          `${dtype} [${a}] by [${b}]`,
        );
  });
});

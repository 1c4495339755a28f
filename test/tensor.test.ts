/** Tensors as people make them, read them, and assign to them. */
import { describe, expect, test } from "vitest";
import {
  arange,
  cat,
  type Dtype,
  eye,
  full,
  linspace,
  ones,
  onesLike,
  rand,
  randint,
  randn,
  randperm,
  stack,
  type TensorData,
  tensor,
  where,
  zeros,
  zerosLike,
} from "../src/index.ts";

const dtypes: readonly Dtype[] = ["float32", "float64", "int32", "bool"];

/** What a person writes without types. */
const loosely = (x: unknown): TensorData => x as TensorData;

describe("tensor", () => {
  test.each<[source: TensorData, shape: number[], dtype: Dtype, array: unknown]>([
    [3.5, [], "float32", 3.5],
    [true, [], "bool", true],
    [[], [0], "float32", []],
    [[[], []], [2, 0], "float32", [[], []]],
    [[1, 2.5, Number.NaN], [3], "float32", [1, 2.5, Number.NaN]],
    [
      [
        [1, 2],
        [3, 4],
      ],
      [2, 2],
      "float32",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [[true, false], [2], "bool", [true, false]],
    [[true, 2], [2], "float32", [1, 2]],
    [Int8Array.of(-1), [1], "int32", [-1]],
    [Uint8Array.of(255), [1], "int32", [255]],
    [Uint8ClampedArray.of(255), [1], "int32", [255]],
    [Int16Array.of(-1), [1], "int32", [-1]],
    [Uint16Array.of(65535), [1], "int32", [65535]],
    [Int32Array.of(-(2 ** 31)), [1], "int32", [-(2 ** 31)]],
    [Uint32Array.of(2 ** 32 - 1), [1], "float64", [2 ** 32 - 1]],
    [Float32Array.of(0.1), [1], "float32", [Math.fround(0.1)]],
    [Float64Array.of(0.1), [1], "float64", [0.1]],
    [new Float64Array(0), [0], "float64", []],
    [
      [Float64Array.of(0.1, 0.2), [1, 2]],
      [2, 2],
      "float64",
      [
        [0.1, 0.2],
        [1, 2],
      ],
    ],
    [tensor([1, 2], { dtype: "int32" }), [2], "int32", [1, 2]],
    [[tensor(1), tensor(2)], [2], "float32", [1, 2]],
  ])("of %j has shape %j and dtype %s", (source, shape, dtype, array) => {
    const t = tensor(source);
    expect(t.shape).toEqual(shape);
    expect(t.dtype).toBe(dtype);
    expect(t.ndim).toBe(shape.length);
    expect(t.size).toBe(shape.reduce((n, d) => n * d, 1));
    expect(t.toArray()).toEqual(array);
  });

  test.each<[source: unknown, message: string]>([
    [[[1, 2], [3]], "tensor expects 2 elements at [1], as in the first place, got 1"],
    [
      [
        [[1], [2]],
        [[3], [4, 5]],
      ],
      "tensor expects 1 elements at [1,1], as in the first place, got 2",
    ],
    [[[1], 2], "tensor expects 1 elements at [1], as in the first place, got the number 2"],
    [[1, [2]], "tensor expects numbers or booleans, got an array at [1]"],
    [["1"], 'tensor expects numbers or booleans, got "1" at [0]'],
    [[1, undefined], "tensor expects numbers or booleans, got undefined at [1]"],
    [null, "tensor expects numbers or booleans, got null at []"],
    [{ a: 1 }, "tensor expects numbers or booleans, got an object at []"],
    [[1n], "tensor expects numbers or booleans, got 1n at [0]"],
    [BigInt64Array.of(1n), "tensor expects numbers, got a BigInt64Array"],
    [new DataView(new ArrayBuffer(8)), "tensor expects numbers, got a DataView"],
    [
      [[1, 2], tensor([1, 2, 3])],
      "tensor expects 2 elements at [1], as in the first place, got a tensor of shape [3]",
    ],
  ])("refuses %o", (source, message) => {
    expect(() => tensor(loosely(source))).toThrow(message);
  });

  test("reads its elements as the shape that is asked for", () => {
    expect(tensor([1, 2, 3, 4, 5, 6], { shape: [3, 2] }).toArray()).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(tensor([7], { shape: [] }).toArray()).toBe(7);
    expect(() => tensor([1, 2, 3], { shape: [2, 2] })).toThrow(
      "tensor expects 4 elements for shape [2,2], got 3",
    );
    expect(() => tensor([1, 2], { shape: [-1, -2] })).toThrow(
      "tensor expects a shape of whole numbers, got [-1,-2]",
    );
  });

  test("copies what it is given", () => {
    const source = Float32Array.of(1, 2);
    const shape = [2, 1];
    const t = tensor(source, { shape });
    source[0] = 9;
    shape[0] = 9;
    expect(t.toArray()).toEqual([[1], [2]]);
    const copy = t.toTypedArray();
    copy[0] = 9;
    expect(t.toArray()).toEqual([[1], [2]]);
  });

  test.each<[dtype: Dtype, elements: number[]]>([
    ["float32", [Math.fround(1.9), Math.fround(-1.9), 2 ** 31, Number.NaN]],
    ["float64", [1.9, -1.9, 2 ** 31, Number.NaN]],
    ["int32", [1, -1, -(2 ** 31), 0]],
    ["bool", [1, 1, 1, 1]],
  ])("converts to %s, and so does `to`", (dtype, elements) => {
    const source = Float64Array.of(1.9, -1.9, 2 ** 31, Number.NaN);
    expect([...tensor(source, { dtype }).toTypedArray()]).toEqual(elements);
    expect([...tensor(source).to(dtype).toTypedArray()]).toEqual(elements);
  });

  test("refuses unknown dtypes and gradients for whole numbers", () => {
    const half = { dtype: "float16" as Dtype };
    const message = "unknown dtype: float16 (expected bool, int32, float32, float64)";
    for (const make of [
      () => tensor(1, half),
      () => zeros([1], half),
      () => eye(2, half),
      () => randn([1], half),
    ])
      expect(make).toThrow(message);
    expect(() => tensor(1).to("float16" as Dtype)).toThrow(message);
    expect(() => tensor([1, 2], { dtype: "int32", requiresGrad: true })).toThrow(
      "requiresGrad expects a floating-point tensor, got int32[2]",
    );
  });
});

describe("makers", () => {
  test.each(dtypes)("fill %s tensors", (dtype) => {
    const one = dtype === "bool" ? true : 1;
    const zero = dtype === "bool" ? false : 0;
    expect(zeros([2, 1], { dtype }).toArray()).toEqual([[zero], [zero]]);
    expect(ones([2], { dtype }).toArray()).toEqual([one, one]);
    expect(full([], 1, { dtype }).toArray()).toBe(one);
    expect(eye(2, { dtype }).toArray()).toEqual([
      [one, zero],
      [zero, one],
    ]);
    const t = ones([0, 3], { dtype });
    expect([zerosLike(t).shape, zerosLike(t).dtype, onesLike(t).dtype]).toEqual([[0, 3], dtype, dtype]);
    expect(onesLike(t, { dtype: "float64" }).dtype).toBe("float64");
  });

  test("a bool is true for every number but zero", () => {
    expect(full([2], 0.5, { dtype: "bool" }).toArray()).toEqual([true, true]);
  });

  test("name themselves when the shape is wrong", () => {
    const shape = 3 as unknown as number[];
    expect(() => zeros(shape)).toThrow("zeros expects a shape of whole numbers, got the number 3");
    expect(() => ones([-1])).toThrow("ones expects a shape of whole numbers, got [-1]");
    expect(() => full([1.5], 0)).toThrow("full expects a shape of whole numbers, got [1.5]");
    expect(() => randn([2, -1])).toThrow("randn expects a shape of whole numbers, got [2,-1]");
    expect(() => rand(shape)).toThrow("rand expects a shape of whole numbers, got the number 3");
    expect(() => eye(-1)).toThrow("eye expects a shape of whole numbers, got [-1,-1]");
  });

  test.each<[args: [number, number?, number?], elements: number[]]>([
    [[3], [0, 1, 2]],
    [[0], []],
    [[2.5], [0, 1, 2]],
    [
      [1, 3],
      [1, 2],
    ],
    [
      [3, 1, -1],
      [3, 2],
    ],
    [
      [0, 1, 0.25],
      [0, 0.25, 0.5, 0.75],
    ],
    [
      [1, -1, -0.5],
      [1, 0.5, 0, -0.5],
    ],
    [[1, 1, -5], []],
  ])("arange%j counts up to but not including the end", (args, elements) => {
    expect(arange(...(args as [number, number, number])).toArray()).toEqual(elements);
  });

  test("arange takes as many steps as PyTorch: the quotient rounded up", () => {
    for (const [start, end, step] of [
      [0, 1, 0.1],
      [0, 0.3, 0.1],
      [1, 2, 0.3],
      [5, -5, -0.7],
    ] as const)
      expect(arange(start, end, step).size).toBe(Math.ceil((end - start) / step));
  });

  test("arange takes options last, wherever that is", () => {
    expect(arange(2, { dtype: "int32" }).dtype).toBe("int32");
    expect(arange(0, 2, { dtype: "float64" }).dtype).toBe("float64");
    expect(arange(0, 2, 1, { requiresGrad: true }).requiresGrad).toBe(true);
  });

  test.each([
    [5, 0, 1],
    [0.5, 0, 1],
    [0, 5, -1],
    [0, 5, 0],
    [0, Number.NaN, 1],
    [0, Infinity, 1],
  ])("arange(%d, %d, %d) never arrives", (start, end, step) => {
    expect(() => arange(start, end, step)).toThrow(
      `arange expects a step that leads from start to end, got ${start}, ${end}, ${step}`,
    );
  });

  test("linspace begins at the start and ends at the end", () => {
    expect(linspace(0, 1, 5).toArray()).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(linspace(3, -3, 4).toArray()).toEqual([3, 1, -1, -3]);
    expect(linspace(0.1, 0.7, 7, { dtype: "float64" }).toArray()).toEqual(expect.arrayContaining([0.1, 0.7]));
    expect(linspace(2, 5, 1).toArray()).toEqual([2]);
    expect(linspace(2, 5, 0).toArray()).toEqual([]);
    expect(() => linspace(0, 1, 1.5)).toThrow("linspace expects a shape of whole numbers, got [1.5]");
  });

  test("random makers give their dtypes and keep their bounds", () => {
    expect(rand([100]).toArray()).toSatisfy((xs: number[]) => xs.every((x) => x >= 0 && x < 1));
    const whole = randint(-2, 3, [50]);
    expect(whole.dtype).toBe("int32");
    expect(whole.toArray()).toSatisfy((xs: number[]) => xs.every((x) => x >= -2 && x < 3));
    expect((randperm(20).toArray() as number[]).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
    expect(randn([3], { requiresGrad: true }).requiresGrad).toBe(true);
    expect(() => randn([1], { dtype: "int32" })).toThrow("randn expects a floating-point dtype, got int32");
    expect(() => randint(3, 3, [1])).toThrow("randint expects whole numbers low < high, got 3 and 3");
  });
});

describe("cat, stack and where", () => {
  test("cat joins along a dimension, empty tensors among the others", () => {
    expect(cat([ones([2, 1]), zeros([2, 2])], -1).toArray()).toEqual([
      [1, 0, 0],
      [1, 0, 0],
    ]);
    expect(cat([zeros([0, 2]), ones([1, 2])]).toArray()).toEqual([[1, 1]]);
    expect(cat([tensor([]), ones([1, 2])]).toArray()).toEqual([[1, 1]]);
    expect(cat([tensor([]), tensor([])]).shape).toEqual([0]);
    expect(cat([ones([2])]).toArray()).toEqual([1, 1]);
  });

  test("stack adds a dimension", () => {
    expect(stack([tensor(1), tensor(2)]).toArray()).toEqual([1, 2]);
    expect(stack([tensor([1, 2]), tensor([3, 4])], 1).toArray()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(stack([tensor([1, 2]), tensor([3, 4])], -1).toArray()).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  test("dtypes promote to the widest", () => {
    const one = (dtype: Dtype) => ones([1], { dtype });
    expect(cat([one("bool"), one("int32")]).dtype).toBe("int32");
    expect(stack([one("int32"), one("float32")]).dtype).toBe("float32");
    expect(cat([one("float32"), one("float64"), one("bool")]).dtype).toBe("float64");
  });

  test("say what does not fit", () => {
    expect(() => cat([])).toThrow("cat expects at least one tensor, got none");
    expect(() => stack([])).toThrow("stack expects at least one tensor, got none");
    expect(() => cat([ones([2, 2]), ones([3, 3])])).toThrow(
      "cat expects shapes that agree but along dim 0, got [2,2] and [3,3]",
    );
    expect(() => cat([ones([2])], 1)).toThrow("cat expects a dim from -1 to 0 for 1 dimensions, got 1");
    expect(() => cat([tensor(1), tensor(2)])).toThrow(
      "cat expects shapes that agree but along dim 0, got [] and []",
    );
    expect(() => stack([ones([2]), ones([3])])).toThrow("stack expects shapes that agree, got [2] and [3]");
    expect(() => cat(ones([2]) as unknown as [])).toThrow(
      "cat expects an array of tensors, got a tensor of shape [2]",
    );
    expect(() => cat([ones([2]), 1 as unknown as ReturnType<typeof ones>])).toThrow(
      "cat expects a tensor, got number",
    );
  });

  test("where chooses, and broadcasts all three", () => {
    const condition = tensor([[true], [false]]);
    expect(where(condition, tensor([1, 2]), 0).toArray()).toEqual([
      [1, 2],
      [0, 0],
    ]);
    expect(where(tensor([0, 2]), 1, 0.5).toArray()).toEqual([0.5, 1]);
    expect(where(condition, Number.NaN, 0).toArray()).toEqual([[Number.NaN], [0]]);
  });
});

describe("reading", () => {
  test("item gives the one element", () => {
    expect(tensor([[2.5]]).item()).toBe(2.5);
    expect(tensor(true).item()).toBe(1);
    expect(() => tensor([1, 2]).item()).toThrow("item expects a tensor of one element, got float32[2]");
    expect(() => tensor([]).item()).toThrow("item expects a tensor of one element, got float32[0]");
  });

  test("iteration takes a tensor apart along its first dimension", () => {
    const parts = [
      ...tensor([
        [1, 2],
        [3, 4],
      ]),
    ];
    expect(parts.map((p) => p.toArray())).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect([...tensor([])]).toEqual([]);
    expect(() => [...tensor(1)]).toThrow("iteration expects at least one dimension, got a scalar");
  });

  test("typed arrays are those of the dtype", () => {
    expect(dtypes.map((dtype) => ones([1], { dtype }).toTypedArray().constructor)).toEqual([
      Float32Array,
      Float64Array,
      Int32Array,
      Uint8Array,
    ]);
  });

  test("a template string prints", () => {
    expect(`${tensor([1, 2])}`).toBe("tensor([1., 2.])");
  });
});

describe("assigning", () => {
  test("data takes other elements, and leaves what was made of the old ones as it was", () => {
    const t = tensor([1, 2], { requiresGrad: true });
    const doubled = t.mul(2);
    t.data = t.data.add(10);
    expect(t.toArray()).toEqual([11, 12]);
    expect(doubled.toArray()).toEqual([2, 4]);
    expect(t.requiresGrad).toBe(true);
    expect(t.data.requiresGrad).toBe(false);
  });

  test("data and grad expect the shape and dtype of the tensor", () => {
    const t = tensor([1, 2], { requiresGrad: true });
    for (const name of ["data", "grad"] as const) {
      const assign = (value: unknown) => () => {
        Object.assign(t, { [name]: value });
      };
      expect(assign(tensor([1, 2, 3]))).toThrow(`${name} expects float32[2], got float32[3]`);
      expect(assign(tensor([1, 2], { dtype: "float64" }))).toThrow(
        `${name} expects float32[2], got float64[2]`,
      );
      expect(assign([1, 2])).toThrow(`${name} expects a tensor, got an array`);
    }
    t.grad = tensor([3, 4]);
    expect(t.grad.toArray()).toEqual([3, 4]);
    t.grad = null;
    expect(t.grad).toBeNull();
  });
});

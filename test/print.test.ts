/** Printing, against what PyTorch prints (torch/_tensor_str.py), but for `true`, `false` and the names of dtypes and suffixes. */
import { describe, expect, test } from "vitest";
import { arange, cat, full, grad, ones, type Tensor, tensor, zeros } from "../src/index.ts";
import { fixed, scientific } from "../src/tensor/digits.ts";

describe("a tensor prints as in PyTorch:", () => {
  test.each<[what: string, t: Tensor, text: string]>([
    ["a fraction", tensor(1.23456), `tensor(1.2346)`],
    ["a whole number", tensor(3), `tensor(3.)`],
    ["a small number", tensor(1.5e-5), `tensor(1.5000e-05)`],
    ["a bool", tensor(true), `tensor(true)`],
    ["a vector of fractions", tensor([0.75, -1.3]), `tensor([ 0.7500, -1.3000])`],
    ["whole numbers", tensor([1, -20, 300]), `tensor([  1., -20., 300.])`],
    ["large and small numbers", tensor([1, 1000.5]), `tensor([1.0000e+00, 1.0005e+03])`],
    ["numbers a thousand apart", tensor([1, 1001]), `tensor([1.0000e+00, 1.0010e+03])`],
    ["whole numbers a thousand apart", tensor([1, 1000]), `tensor([   1., 1000.])`],
    ["numbers above 1e8", tensor([2e8, 3e8]), `tensor([2.0000e+08, 3.0000e+08])`],
    ["fractions below 1e-4", tensor([0.5, 0.00001]), `tensor([5.0000e-01, 1.0000e-05])`],
    [
      "exponents of three digits",
      tensor([1e-200, 1e200], { dtype: "float64" }),
      `tensor([1.0000e-200, 1.0000e+200], dtype=float64)`,
    ],
    ["halves, to the even digit", tensor([0.03125, 0.09375]), `tensor([0.0312, 0.0938])`],
    [
      "halves in scientific notation",
      tensor([100005, 100015, 1]),
      `tensor([1.0000e+05, 1.0002e+05, 1.0000e+00])`,
    ],
    ["infinities and NaN beside whole numbers", tensor([1, Infinity, Number.NaN]), `tensor([1., inf, nan])`],
    [
      "infinities and NaN beside fractions",
      tensor([0.5, -Infinity, Number.NaN]),
      `tensor([0.5000,   -inf,    nan])`,
    ],
    [
      "infinities beside wide ranges",
      tensor([1e-6, Infinity, -Infinity]),
      `tensor([1.0000e-06,        inf,       -inf])`,
    ],
    ["infinities alone", tensor([0, Infinity]), `tensor([0., inf])`],
    ["negative zeros", tensor([-0, 0.5, -0.00001]), `tensor([-0.0000e+00,  5.0000e-01, -1.0000e-05])`],
    ["whole negative zeros", tensor([-0, 1]), `tensor([-0., 1.])`],
    ["zeros", zeros([3]), `tensor([0., 0., 0.])`],
    ["int32", tensor([1, -20, 300], { dtype: "int32" }), `tensor([  1, -20, 300])`],
    ["bools", tensor([true, false]), `tensor([ true, false])`],
    ["float64", tensor([0.1, 0.2], { dtype: "float64" }), `tensor([0.1000, 0.2000], dtype=float64)`],
    ["a leaf", tensor([0.5], { requiresGrad: true }), `tensor([0.5000], requiresGrad=true)`],
    [
      "a leaf of float64",
      tensor(2, { dtype: "float64", requiresGrad: true }),
      `tensor(2., dtype=float64, requiresGrad=true)`,
    ],
    ["nothing", tensor([]), `tensor([])`],
    ["no rows", zeros([2, 0], { dtype: "int32" }), `tensor([], size=[2, 0], dtype=int32)`],
    [
      "no doubles",
      tensor([], { dtype: "float64", requiresGrad: true }),
      `tensor([], dtype=float64, requiresGrad=true)`,
    ],
    [
      "a matrix",
      tensor([
        [1, 2.5],
        [-3, 4],
      ]),
      `tensor([[ 1.0000,  2.5000],
        [-3.0000,  4.0000]])`,
    ],
    [
      "three dimensions",
      arange(8).reshape([2, 2, 2]),
      `tensor([[[0., 1.],
         [2., 3.]],

        [[4., 5.],
         [6., 7.]]])`,
    ],
    [
      "four dimensions",
      arange(4).reshape([2, 1, 2, 1]),
      `tensor([[[[0.],
          [1.]]],


        [[[2.],
          [3.]]]])`,
    ],
    [
      "lines of 80",
      arange(20).div(16),
      `tensor([0.0000, 0.0625, 0.1250, 0.1875, 0.2500, 0.3125, 0.3750, 0.4375, 0.5000,
        0.5625, 0.6250, 0.6875, 0.7500, 0.8125, 0.8750, 0.9375, 1.0000, 1.0625,
        1.1250, 1.1875])`,
    ],
    [
      "lines of a matrix",
      arange(30).reshape([2, 15]).mul(0.5),
      `tensor([[ 0.0000,  0.5000,  1.0000,  1.5000,  2.0000,  2.5000,  3.0000,  3.5000,
          4.0000,  4.5000,  5.0000,  5.5000,  6.0000,  6.5000,  7.0000],
        [ 7.5000,  8.0000,  8.5000,  9.0000,  9.5000, 10.0000, 10.5000, 11.0000,
         11.5000, 12.0000, 12.5000, 13.0000, 13.5000, 14.0000, 14.5000]])`,
    ],
    [
      "suffixes that do not fit",
      arange(9, { dtype: "float64", requiresGrad: true }).add(0.5),
      `tensor([0.5000, 1.5000, 2.5000, 3.5000, 4.5000, 5.5000, 6.5000, 7.5000, 8.5000],
       dtype=float64, requiresGrad=true)`,
    ],
    ["1001 elements", arange(1001), `tensor([   0.,    1.,    2.,  ...,  998.,  999., 1000.])`],
    [
      "a tall matrix",
      arange(2000).reshape([500, 4]),
      `tensor([[0.0000e+00, 1.0000e+00, 2.0000e+00, 3.0000e+00],
        [4.0000e+00, 5.0000e+00, 6.0000e+00, 7.0000e+00],
        [8.0000e+00, 9.0000e+00, 1.0000e+01, 1.1000e+01],
        ...,
        [1.9880e+03, 1.9890e+03, 1.9900e+03, 1.9910e+03],
        [1.9920e+03, 1.9930e+03, 1.9940e+03, 1.9950e+03],
        [1.9960e+03, 1.9970e+03, 1.9980e+03, 1.9990e+03]])`,
    ],
    [
      "a long cube",
      ones([2, 2, 300]),
      `tensor([[[1., 1., 1.,  ..., 1., 1., 1.],
         [1., 1., 1.,  ..., 1., 1., 1.]],

        [[1., 1., 1.,  ..., 1., 1., 1.],
         [1., 1., 1.,  ..., 1., 1., 1.]]])`,
    ],
    [
      "a long thing whose middle is wide",
      cat([ones([500]), full([500], 1e9), ones([500])]),
      `tensor([1., 1., 1.,  ..., 1., 1., 1.])`,
    ],
  ])("%s", (_, t, text) => {
    expect(String(t)).toBe(text);
  });

  test("a thousand elements are all shown, and more are not", () => {
    expect(String(ones([1000]))).not.toContain("...");
    expect(String(ones([1001]))).toContain("...");
  });

  test("what asks for gradients says so, and what does not does not", () => {
    const x = tensor(2, { requiresGrad: true });
    expect(String(x.mul(2))).toBe("tensor(4., requiresGrad=true)");
    expect(String(x.mul(2).detach())).toBe("tensor(4.)");
    expect(String(grad((y: Tensor) => y.square())(tensor(2)))).toBe("tensor(4.)");
  });
});

describe("digits", () => {
  test.each([
    [0.00005, "0.0001"],
    [0.03125, "0.0312"],
    [0.09375, "0.0938"],
    [-0.03125, "-0.0312"],
    [9.99995, "10.0000"],
    [-0, "-0.0000"],
    [1e8, "100000000.0000"],
  ])("fixed(%d, 4) is %s", (x, text) => {
    expect(fixed(x, 4)).toBe(text);
  });

  test.each([
    [0, "0.0000e+00"],
    [-0, "-0.0000e+00"],
    [100005, "1.0000e+05"],
    [100015, "1.0002e+05"],
    [999995, "1.0000e+06"],
    [999985, "9.9998e+05"],
    [5e-324, "4.9407e-324"],
    [-1.5e300, "-1.5000e+300"],
  ])("scientific(%d, 4) is %s", (x, text) => {
    expect(scientific(x, 4)).toBe(text);
  });

  test("halves go to the even neighbour also without a fraction", () => {
    expect([0.5, 1.5, 2.5, -3.5].map((x) => fixed(x, 0))).toEqual(["0", "2", "2", "-4"]);
  });
});

/** The public names: what people use as written. A name that goes missing, or a row of a table that is not reachable, fails here. */
import { describe, expect, test } from "vitest";
import * as coaster from "../src/index.ts";
import { maps } from "../src/ir/maps.ts";
import { alongs, reductions } from "../src/ir/reductions.ts";

const words = (text: string): string[] => text.trim().split(/\s+/);

const makers = words(`
  tensor zeros ones full zerosLike onesLike eye arange linspace manualSeed rand randn randint randperm cat stack where`);

const operations = words(`
  add sub mul div pow neg abs sign square sqrt rsqrt reciprocal exp expm1 log log1p log2 log10
  sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh hypot
  sigmoid relu softplus gelu silu elu leakyRelu logSigmoid erf erfc lgamma
  floor ceil round trunc clamp maximum minimum eq ne lt le gt ge
  sum mean prod amax amin argmax argmin var std norm logsumexp softmax logSoftmax cumsum
  matmul reshape permute transpose expand squeeze unsqueeze slice flip indexSelect to float double`);

const others = words(`
  noGrad grad valueAndGrad jvp vjp jacobian hessian checkGradients compile scan explain
  losses optimizer optimizers sgd adam adamw rmsprop adagrad adadelta nadam radam adamax lbfgs
  stepLr multiStep exponential cosineAnnealing cosineWarmRestarts oneCycle linear polynomial
  fit lrFind parseFormula parseCsv toTable Table Tensor`);

const names: Readonly<Record<string, unknown>> = coaster;

describe("the public surface", () => {
  test.each([...makers, ...operations, ...others])("exports %s", (name) => {
    expect(names[name]).toBeDefined();
  });

  test.each([...operations, "backward", "detach", "clone", "item", "toArray", "toTypedArray"])(
    "tensors have the method %s",
    (name) => {
      expect(coaster.Tensor.prototype).toHaveProperty(name);
    },
  );

  test.each([...Object.keys(maps), ...Object.keys(reductions), ...Object.keys(alongs)])(
    "the row %s is a function, and a method unless its operand of note comes later",
    (name) => {
      expect(names[name]).toBeTypeOf("function");
      if (name !== "where") expect(coaster.Tensor.prototype).toHaveProperty(name);
    },
  );

  test.each(
    words(
      "mse l1 smoothL1 huber softL1 cauchy tukey logCosh quantile binaryCrossEntropyWithLogits crossEntropy poissonNll",
    ),
  )("has the loss %s", (name) => {
    expect(coaster.losses).toHaveProperty(name);
  });

  test("a function does what the method does, and takes numbers first where the op is elementwise", () => {
    const x = coaster.tensor([1, 2]);
    expect(coaster.sub(1, x).toArray()).toEqual([0, -1]);
    expect(coaster.sum(x).item()).toBe(3);
    expect(coaster.var(x).item()).toBe(0.5);
    expect(() => coaster.sum(1 as unknown as coaster.Tensor)).toThrow("sum expects a tensor, got number");
  });
});

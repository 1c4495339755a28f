/** Gradients as PyTorch leaves them on leaves, and derivatives of functions as JAX gives them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  cat,
  checkGradients,
  grad,
  hessian,
  jacobian,
  jvp,
  manualSeed,
  noGrad,
  ones,
  randn,
  type Tensor,
  tensor,
  valueAndGrad,
  vjp,
  where,
  zeros,
} from "../src/index.ts";
import { make, type Op } from "../src/ir/graph.ts";
import { o } from "../src/ir/maps.ts";
import { record } from "../src/tensor/tensor.ts";

const leaf = (x: number | number[]) => tensor(x, { requiresGrad: true });

describe("backward", () => {
  test("adds to grad until it is set to null", () => {
    const x = leaf([1, 2]);
    x.square().sum().backward();
    x.square().sum().backward();
    expect(x.grad!.toArray()).toEqual([4, 8]);
    x.grad = null;
    x.sum().backward();
    expect(x.grad!.toArray()).toEqual([1, 1]);
    expect(x.grad!.requiresGrad).toBe(false);
  });

  test("reaches every leaf, and only those that ask", () => {
    const [a, b, c] = [leaf(2), leaf(3), tensor(5)];
    a.mul(b).mul(c).backward();
    expect([a.grad!.item(), b.grad!.item(), c.grad]).toEqual([15, 10, null]);
  });

  test("sums over all the ways from a leaf, shared expressions among them", () => {
    const x = leaf(3);
    const shared = x.square();
    shared.mul(shared).add(x).backward();
    expect(x.grad!.item()).toBe(4 * 27 + 1);
    const y = leaf([1, 2]);
    y.mul(y).add(y.mul(2)).sum().backward();
    expect(y.grad!.toArray()).toEqual([4, 6]);
  });

  test("of many elements takes a gradient for them", () => {
    const x = leaf([1, 2]);
    x.square().backward(tensor([10, 100]));
    expect(x.grad!.toArray()).toEqual([20, 400]);
    x.grad = null;
    x.square().backward(tensor([10, 100], { dtype: "float64" }));
    expect(x.grad!.dtype).toBe("float32");
  });

  test("of one element in any number of dims needs none", () => {
    const x = leaf([3]);
    x.square().unsqueeze(0).backward();
    expect(x.grad!.toArray()).toEqual([6]);
  });

  test("of a leaf is 1", () => {
    const x = leaf(3);
    x.backward();
    expect(x.grad!.item()).toBe(1);
  });

  test("flows through iteration, and through looking", () => {
    const params = leaf([1, 2, 3]);
    const [a, b, c] = params as Iterable<Tensor> as [Tensor, Tensor, Tensor];
    const loss = a.mul(b).add(c.square());
    expect([loss.item(), b.item(), String(loss)]).toEqual([11, 2, "tensor(11., requiresGrad=true)"]);
    loss.mul(2).backward();
    expect(params.grad!.toArray()).toEqual([4, 2, 12]);
  });

  test("reaches the leaf that an expression was made of, though it has other data now", () => {
    const x = leaf(3);
    const loss = x.square();
    x.data = tensor(100);
    loss.backward();
    expect(x.grad!.item()).toBe(6);
  });

  test("says what it needs", () => {
    expect(() => leaf([1, 2]).mul(2).backward()).toThrow(
      "backward expects a scalar, or a gradient for its shape, got float32[2]",
    );
    expect(() => leaf([1, 2]).backward(ones([3]))).toThrow(
      "backward expects a gradient for float32[2], got float32[3]",
    );
    expect(() => tensor(1).mul(2).backward()).toThrow(
      "backward expects a tensor made from one with requiresGrad, got one without",
    );
    expect(() => leaf(1).gt(0).backward()).toThrow(
      "backward expects a tensor made from one with requiresGrad",
    );
  });
});

describe("requiresGrad", () => {
  test("passes from operands to results, but not to whole numbers and bools", () => {
    const x = leaf([1, 2]);
    expect([x.mul(2), x.slice([[0, 1]]), x.float()].map((t) => t.requiresGrad)).toEqual([true, true, true]);
    expect([x.gt(0), x.argmax(), x.to("int32"), x.detach(), x.data].map((t) => t.requiresGrad)).toEqual(
      Array(5).fill(false),
    );
    expect(where(x.gt(1), x, 0).requiresGrad).toBe(true);
  });

  test("flows through casts between floating dtypes", () => {
    const x = leaf([1, 2]);
    x.double().square().sum().backward();
    expect([x.grad!.dtype, x.grad!.toArray()]).toEqual(["float32", [2, 4]]);
  });

  test("makes a leaf of a result without history, and leaves a result with history as it is", () => {
    const made = tensor(3).mul(2);
    made.requiresGrad = true;
    made.square().backward();
    expect(made.grad!.item()).toBe(12);
    const x = leaf(3);
    const y = x.mul(2);
    y.requiresGrad = true;
    y.backward();
    expect([x.grad!.item(), y.grad]).toEqual([2, null]);
  });

  test("can be taken from a leaf only", () => {
    const x = leaf(3);
    expect(() => {
      x.mul(2).requiresGrad = false;
    }).toThrow("requiresGrad = false expects a leaf, got the result of operations (use detach)");
    x.requiresGrad = false;
    expect(x.mul(2).requiresGrad).toBe(false);
    expect(() => {
      tensor([true]).requiresGrad = true;
    }).toThrow("requiresGrad expects a floating-point tensor, got bool[1]");
  });
});

describe("detach, clone and noGrad", () => {
  test("detach stops gradients, clone does not", () => {
    const x = leaf(3);
    x.mul(x.detach()).backward();
    expect(x.grad!.item()).toBe(3);
    x.grad = null;
    x.clone().mul(2).backward();
    expect(x.grad!.item()).toBe(2);
    const copy = x.detach().clone();
    x.data = tensor(7);
    expect(copy.item()).toBe(3);
  });

  test("a clone becomes a leaf of its own when it is given data", () => {
    const x = leaf(3);
    const copy = x.clone();
    copy.data = tensor(5);
    copy.square().backward();
    expect([x.grad, copy.grad!.item(), x.item()]).toEqual([null, 10, 3]);
  });

  test("noGrad stops gradients within, also nested and after a throw, and gives what f gives", () => {
    const x = leaf(3);
    const result = noGrad(() => {
      expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false);
      return x.mul(2);
    });
    expect([result.item(), result.requiresGrad]).toEqual([6, false]);
    expect(() =>
      noGrad(() => {
        throw new Error("inside");
      }),
    ).toThrow("inside");
    x.mul(result).backward();
    expect(x.grad!.item()).toBe(6);
  });

  test("what noGrad makes is a constant to derivatives around it", () => {
    const f = (x: Tensor) => x.mul(noGrad(() => x.square()));
    expect(grad(f)(tensor(3)).item()).toBe(9);
    const g = (x: Tensor) => x.mul(noGrad(() => grad((y: Tensor) => y.square())(x)));
    expect(grad(g)(tensor(3)).item()).toBe(6);
  });
});

describe("clamp", () => {
  const slopes = (x: number, low: number, high: number) =>
    grad(([a, b, c]: Tensor[]) => a!.clamp(b!, c!))([x, low, high].map((y) => tensor(y))).map((g) =>
      g.item(),
    );

  test("gives its gradient to the operand that it chose, the first where it is at a bound", () => {
    expect([slopes(0, -1, 1), slopes(-3, -1, 1), slopes(3, -1, 1)]).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    expect([slopes(-1, -1, 1), slopes(1, -1, 1)]).toEqual([
      [1, 0, 0],
      [1, 0, 0],
    ]);
  });

  test("gives it to the upper bound where that is below the lower", () => {
    expect([slopes(0, 1, -1), slopes(-3, 1, -1), slopes(3, 1, -1)]).toEqual(Array(3).fill([0, 0, 1]));
  });

  test("of a number out of bounds has no gradient, also where what follows is infinitely steep", () => {
    expect(grad((x: Tensor) => x.clamp(0, 1).sqrt())(tensor(-1)).item()).toBe(0);
    expect(slopes(Number.NaN, -1, 1)[0]).toBe(0);
  });
});

describe("grad and valueAndGrad", () => {
  test("follow the structure of the first argument", () => {
    const f = ({ w, layers }: { w: Tensor; layers: Tensor[] }, x: Tensor) =>
      layers.reduce((sum, b) => sum.add(b.mul(x)), w.square()).sum();
    const params = { w: tensor([1, 2]), layers: [tensor(3), tensor([4, 5])] };
    const [value, gradient] = valueAndGrad(f)(params, tensor(10));
    expect(value.item()).toBe(1 + 4 + 60 + 90);
    expect(gradient.w.toArray()).toEqual([2, 4]);
    expect(gradient.layers.map((g) => g.toArray())).toEqual([20, [10, 10]]);
    expect([value.requiresGrad, gradient.w.requiresGrad]).toEqual([false, false]);
  });

  test("what the result does not depend on has a gradient of zeros", () => {
    const [a, b] = grad(([x]: Tensor[]) => x!.sum())([ones([2]), ones([1, 3])]);
    expect([a!.toArray(), b!.toArray()]).toEqual([[1, 1], [[0, 0, 0]]]);
  });

  test("looking at numbers inside breaks nothing", () => {
    const seen: number[] = [];
    const f = (x: Tensor) => {
      const y = x.square();
      seen.push(y.sum().item(), ...(y.toArray() as number[]));
      return (seen[0]! > 0 ? y : y.neg()).mul(x).sum();
    };
    expect(grad(f)(tensor([1, 2])).toArray()).toEqual([3, 12]);
    expect(seen).toEqual([5, 1, 4]);
    expect(hessian(f)(tensor([1, 2])).toArray()).toEqual([
      [6, 0],
      [0, 12],
    ]);
  });

  test("leave the leaves that f closes over alone, and let gradients flow on to them", () => {
    const w = leaf(3);
    const slope = grad((x: Tensor) => x.square().mul(w))(tensor(5));
    expect([slope.item(), w.grad]).toEqual([30, null]);
    slope.backward();
    expect(w.grad!.item()).toBe(10);
  });

  test("expect a scalar of a floating dtype", () => {
    expect(() => grad((x: Tensor) => x)(ones([2]))).toThrow(
      "grad expects a function with a scalar result, got float32[2]",
    );
    expect(() => grad((x: Tensor) => x.gt(0).sum())(ones([2]))).toThrow(
      "grad expects a function with a floating-point result, got int32[]",
    );
    expect(() => grad(((x: Tensor) => x.item()) as unknown as (x: Tensor) => Tensor)(tensor(1))).toThrow(
      "grad expects a function that returns a tensor, got number",
    );
    expect(() => grad((x: Tensor) => x.sum())(tensor([1], { dtype: "int32" }))).toThrow(
      "derivatives expect floating-point tensors, got int32[1]",
    );
  });

  test("a throw inside leaves derivatives as they were", () => {
    const broken = () => {
      throw new Error("inside");
    };
    expect(() => grad(broken)(tensor(1))).toThrow("inside");
    expect(grad((x: Tensor) => x.square())(tensor(3)).requiresGrad).toBe(false);
  });
});

describe("derivatives of derivatives", () => {
  test("do not take one variable for another", () => {
    // d/dx of x * (d/dy of x + y) is 1: perturbation confusion gives 2 (Siskind and Pearlmutter 2005).
    const inner = (x: Tensor) => grad((y: Tensor) => x.add(y))(tensor(1));
    expect(grad((x: Tensor) => x.mul(inner(x)))(tensor(1)).item()).toBe(1);
    const [, forward] = jvp(
      (x) => x.mul(jvp((y) => x.add(y), [tensor(1)], [tensor(1)])[1]),
      [tensor(1)],
      [tensor(1)],
    );
    expect(forward.item()).toBe(1);
  });

  test("see the outer variable through the same tensor inside", () => {
    const f = (x: Tensor) => grad((y: Tensor) => x.mul(y).square())(x);
    // d/dy (xy)^2 = 2 x^2 y, at y = x: 2 x^3, whose derivative is 6 x^2.
    expect(grad(f)(tensor(2)).item()).toBe(24);
  });

  test("of every order come from grad of grad", () => {
    let f = (x: Tensor) => x.pow(5).sum();
    const orders = [80, 160, 240, 240, 120, 0];
    for (const expected of orders) {
      f = grad(f);
      expect(f(tensor(2)).item()).toBe(expected);
    }
  });

  test("of sin go round", () => {
    const x = tensor(0.7, { dtype: "float64" });
    let f = (t: Tensor) => t.sin();
    for (const expected of [Math.cos(0.7), -Math.sin(0.7), -Math.cos(0.7), Math.sin(0.7)]) {
      f = grad(f);
      expect(f(x).item()).toBeCloseTo(expected, 14);
    }
  });
});

describe("jvp and vjp", () => {
  const f = (x: Tensor, y: Tensor) =>
    cat([x.sin().mul(y), x.matmul(y).reshape([1]), y.exp().cumsum().softmax(), x.sub(y).norm().reshape([1])]);

  test("are each other's transposes: u (J v) = (u J) v", () => {
    const vector = (n: number) =>
      fc
        .array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: n, maxLength: n })
        .map((xs) => tensor(xs, { dtype: "float64" }));
    fc.assert(
      fc.property(vector(3), vector(3), vector(3), vector(3), vector(8), (x, y, dx, dy, u) => {
        const [value, tangent] = jvp(f, [x, y], [dx, dy]);
        const [same, pullback] = vjp(f, [x, y]);
        const [gx, gy] = pullback(u);
        const [left, right] = [u.mul(tangent).sum().item(), gx.mul(dx).sum().add(gy.mul(dy).sum()).item()];
        expect(value.toArray()).toEqual(same.toArray());
        // Some twenty float64 operations on numbers below 100.
        expect(left).toBeCloseTo(right, 10);
      }),
    );
  });

  test("say what does not fit", () => {
    const [x, y] = [ones([3]), ones([3])];
    expect(() => jvp(f, [x, y], [x] as unknown as [Tensor, Tensor])).toThrow(
      "jvp expects a tangent for each of 2 primals, got 1",
    );
    expect(() => jvp(f, [x, y], [x, ones([2])])).toThrow(
      "jvp expects a tangent for float32[3], got float32[2]",
    );
    const [, pullback] = vjp(f, [x, y]);
    expect(() => pullback(ones([2]))).toThrow("vjp expects a gradient for float32[8], got float32[2]");
  });

  test("vjp inside a derivative, its pullback outside", () => {
    const g = (x: Tensor) => {
      const [value, pullback] = vjp((y: Tensor) => y.pow(3), [x]);
      return add(value, pullback(tensor(1))[0]);
    };
    expect(grad(g)(tensor(2)).item()).toBe(12 + 12);
  });
});

describe("jacobian and hessian", () => {
  const square = (x: Tensor) => x.square();

  test("have the shape of the value and then that of the point, by rows and by columns", () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    const wide = (t: Tensor) => t.sum({ dim: 0 });
    expect(jacobian(wide)(x).toArray()).toEqual([
      [
        [1, 0],
        [1, 0],
      ],
      [
        [0, 1],
        [0, 1],
      ],
    ]);
    const tall = (t: Tensor) => cat([t, t.mul(2), t.square()]).sum({ dim: 1 });
    expect(jacobian(tall)(x).shape).toEqual([6, 2, 2]);
    expect(jacobian(square)(tensor([1, 2])).toArray()).toEqual([
      [2, 0],
      [0, 4],
    ]);
    expect(jacobian(square)(tensor(3)).toArray()).toBe(6);
    expect(jacobian(() => zeros([2]))(tensor([1, 2, 3])).toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(jacobian(square)(zeros([0])).shape).toEqual([0, 0]);
  });

  test("by rows and by columns are the same", () => {
    manualSeed(3);
    const matrix = randn([3, 4], { dtype: "float64" });
    const map = (x: Tensor) => matrix.matmul(x).tanh();
    const x = randn([4], { dtype: "float64" });
    const rows = jacobian(map)(x).toTypedArray();
    const columns = jacobian((t: Tensor) => cat([map(t), zeros([9], { dtype: "float64" })]))(x).slice([
      [0, 3],
    ]);
    columns.toTypedArray().forEach((y, i) => {
      expect(rows[i]).toBeCloseTo(y, 14);
    });
  });

  test("a hessian is symmetric, and that of a quadratic form is its matrix", () => {
    const a = tensor([
      [2, 1],
      [1, 4],
    ]);
    expect(hessian((x: Tensor) => x.matmul(a).matmul(x).mul(0.5))(tensor([7, -3])).toArray()).toEqual([
      [2, 1],
      [1, 4],
    ]);
  });

  test("are differentiable themselves", () => {
    const trace = (x: Tensor) => hessian((y: Tensor) => y.pow(4).sum())(x).sum();
    expect(grad(trace)(tensor([1, 2])).toArray()).toEqual([24, 48]);
  });
});

describe("checkGradients", () => {
  /** x^2, whose gradient for the element at 2 is planted to be wrong. */
  const planted: Op = {
    name: "planted",
    work: { kind: "map", lower: (x) => x.mul(x), integer: (x) => x.mul(x) },
    vjp: ({ inputs: [x] }, g) => [o.mul(g, o.mul(x!, o.where(o.eq(x!, 2), 3, 2)))],
  };
  const wrong = (x: Tensor) => record([x], (node) => make(planted, [node], node.shape, node.dtype));

  test("agrees with right gradients", () => {
    const f = (x: Tensor, y: Tensor) => x.mul(y).sin().sum({ dim: 0 });
    expect(checkGradients(f, [randn([2, 3]), randn([3])])).toBe(true);
  });

  test("finds a wrong one, and names the input and the element", () => {
    const f = (x: Tensor, y: Tensor) => x.add(wrong(y));
    expect(() =>
      checkGradients(f, [
        ones([2, 2]),
        tensor([
          [1, 3],
          [2, 4],
        ]),
      ]),
    ).toThrow(/^gradient of input 1 at \[1,0\] disagrees: exact \d\.\d+, central difference \d\.\d+$/);
  });

  test("finds a gradient that stops where it should not", () => {
    expect(() => checkGradients((x) => x.mul(x.detach()), [tensor(3)])).toThrow(
      "gradient of input 0 at [] disagrees",
    );
  });

  test("passes whole numbers on as they are", () => {
    const f = (x: Tensor, index: Tensor) => x.square().indexSelect(0, index);
    expect(checkGradients(f, [randn([3]), tensor([2, 0, 2], { dtype: "int32" })])).toBe(true);
    expect(() => checkGradients((_, x) => wrong(x!), [tensor(1, { dtype: "int32" }), tensor(2)])).toThrow(
      "gradient of input 1 at [] disagrees",
    );
  });
});

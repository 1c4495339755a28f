/** Every operation against PyTorch: values, and gradients of sum(out * weights). */
import { describe, expect, test } from "vitest";
import { cat, stack, type Tensor, where } from "../src/index.ts";
import { camelCase, distance, type GoldenTensor, golden, read } from "./golden.ts";

interface Case {
  readonly fn: string;
  readonly args: readonly unknown[];
  readonly inputs: readonly GoldenTensor[];
  readonly out: GoldenTensor;
  readonly weights: GoldenTensor;
  readonly grads: readonly (GoldenTensor | null)[];
}

type Apply = (inputs: readonly Tensor[], args: readonly unknown[]) => Tensor;

/** Operations that are not a method of the first input with the others, and then the arguments, as its own. */
const special: Record<string, Apply> = {
  powScalar: ([x], [exponent]) => x!.pow(exponent as number),
  cat: (inputs, [dim]) => cat(inputs, dim as number),
  stack: (inputs, [dim]) => stack(inputs, dim as number),
  where: ([x]) => where(x!.gt(0), x!, x!.mul(x!)),
};

function method(name: string): Apply {
  return ([x, ...others], args) =>
    (x![camelCase(name) as "add"] as unknown as (...rest: unknown[]) => Tensor).call(x, ...others, ...args);
}

/** Both sides round each operation once or a few times: some units of the last place. */
const tolerances: Record<string, number> = { float32: 4e-6, float64: 1e-14 };

/** Products of matrices are sums of terms of both signs, rounded by the size of the terms, which is that of the largest results. */
const floors: Record<string, number> = { matmul: 0.1 };

const cases = await golden<Case>("operations");

describe("operations agree with PyTorch", () => {
  test.each(
    cases.map((c) => [
      `${c.fn} ${JSON.stringify(c.args)} of ${c.inputs.map((x) => `${x.dtype}[${x.shape}]`)}`,
      c,
    ]),
  )("%s", (_, { fn, args, inputs, out, weights, grads }) => {
    const tolerance = tolerances[inputs[0]!.dtype]!;
    const given = inputs.map((x) => read(x, true));
    const result = (special[fn] ?? method(fn))(given, args);
    const floor = floors[fn];
    expect(distance(result, read(out), floor)).toBeLessThan(tolerance);
    if (result.requiresGrad) result.mul(read(weights)).sum().backward();
    grads.forEach((expected, i) => {
      if (expected) expect(distance(given[i]!.grad!, read(expected), floor)).toBeLessThan(10 * tolerance);
      else expect(given[i]!.grad).toBeNull();
    });
  });
});

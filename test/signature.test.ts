/** Which graphs are the same program: what counts of them, and what does not. */
import { describe, expect, test } from "vitest";
import type { Dtype } from "../src/ir/dtype.ts";
import { ancestors, argument, constant, data, type Node, number, settle } from "../src/ir/graph.ts";
import { cat, expand, slice, sum } from "../src/ir/linear.ts";
import { elementwise as e, o } from "../src/ir/maps.ts";
import { Signatures } from "../src/runtime/signature.ts";

const isKnown = (node: Node) => node.value !== undefined;
const walk = (outputs: readonly Node[]) => [ancestors(outputs, isKnown), outputs] as const;

/** A vector of 1, 2, ... as data. */
function vector(length = 3, dtype: Dtype = "float32"): Node {
  const elements = Array.from({ length }, (_, i) => i + 1);
  const array = dtype === "float64" ? Float64Array.from(elements) : Float32Array.from(elements);
  return data(array, [length], dtype);
}

/** Whether two graphs are the same program, also when all hashes are equal. */
function areSame(a: readonly Node[], b: readonly Node[]): boolean {
  const found = [undefined, () => 7].map((hash) => {
    const table = new Signatures<string>(10, () => {}, hash);
    table.add(...walk(a), "program");
    expect(table.find(...walk(a))).toBe("program");
    return table.find(...walk(b)) !== undefined;
  });
  expect(found[0]).toBe(found[1]);
  return found[0]!;
}

describe("graphs are the same program", () => {
  test("when only the elements of data differ", () => {
    expect(areSame([e.exp(vector())], [e.exp(data(new Float32Array(3), [3], "float32"))])).toBe(true);
  });

  test("when only numbers beside tensors differ", () => {
    expect(areSame([e.mul(vector(), 0.1)], [e.mul(vector(), -0.2)])).toBe(true);
  });

  test("when a value was computed before in one and given in the other", () => {
    const computed = slice(vector(4), [1], [3]);
    settle(computed, new Float32Array(3));
    expect(areSame([e.exp(computed)], [e.exp(vector())])).toBe(true);
  });

  test("when an argument has its elements in one and not yet in the other", () => {
    const [given, open] = [argument([3], "float32"), argument([3], "float32")];
    given.value = new Float32Array(3);
    expect(areSame([e.exp(given)], [e.exp(open)])).toBe(true);
  });

  test("when literals are equal, NaN among them", () => {
    for (const literal of [0, -0, 2, Number.NaN])
      expect(areSame([o.mul(vector(), literal)], [o.mul(vector(), literal)])).toBe(true);
  });
});

describe("graphs are different programs", () => {
  const [x, y] = [vector(), vector()];
  const pairs: Record<string, readonly [a: readonly Node[], b: readonly Node[]]> = {
    "when a shape differs": [[e.exp(vector(3))], [e.exp(vector(4))]],
    "when a shape between differs": [[sum(expand(vector(1), [3]), [0])], [sum(expand(vector(1), [4]), [0])]],
    "when a dtype differs": [[e.exp(vector())], [e.exp(vector(3, "float64"))]],
    "when an op differs": [[e.sin(x)], [e.cos(x)]],
    "when attributes differ": [[slice(x, [0], [2])], [slice(x, [1], [2])]],
    "when operands are exchanged": [[e.sub(e.exp(x), e.sin(y))], [e.sub(e.sin(y), e.exp(x))]],
    "when one operand is there twice": [[e.mul(x, y)], [e.mul(x, x)]],
    "when one has an operand more": [[cat([x, y, x], 0)], [cat([x, y], 0)]],
    "when a literal differs": [[o.mul(x, 2)], [o.mul(x, 3)]],
    "when a fraction differs": [[o.mul(x, 0.25)], [o.mul(x, 0.5)]],
    "when a zero has another sign": [[o.mul(x, 0)], [o.mul(x, -0)]],
    "when a literal is a number in the other": [[o.mul(x, 2)], [e.mul(x, 2)]],
    "when data are a number in the other": [
      [e.exp(data(Float32Array.of(1), [], "float32"))],
      [e.exp(number(1, "float32"))],
    ],
    "when data are an argument in the other": [[e.exp(x)], [e.exp(argument([3], "float32"))]],
    "when outputs are exchanged": [
      [e.exp(x), e.neg(e.exp(x))],
      [e.neg(e.exp(x)), e.exp(x)],
    ],
    "when one has an output more": [[e.neg(e.exp(x)), e.exp(x)], [e.neg(e.exp(x))]],
    "when an output is there twice": [
      [e.exp(x), e.exp(x)],
      [e.exp(x), x],
    ],
    "when there is nothing to compute in one": [[], [constant(1, "float32")]],
  };
  for (const [name, [a, b]] of Object.entries(pairs))
    test(name, () => {
      expect(areSame(a, b)).toBe(false);
      expect(areSame(b, a)).toBe(false);
    });
});

describe("a table of programs", () => {
  test("lets go of what has not been found for the longest time", () => {
    const gone: string[] = [];
    const table = new Signatures<string>(2, (program) => gone.push(program));
    const [a, b, c] = [2, 3, 4].map((length) => [e.exp(vector(length))]) as [Node[], Node[], Node[]];
    table.add(...walk(a), "a");
    table.add(...walk(b), "b");
    table.find(...walk(a));
    table.add(...walk(c), "c");
    expect(gone).toEqual(["b"]);
    expect([a, b, c].map((graph) => table.find(...walk(graph)))).toEqual(["a", undefined, "c"]);
  });

  test("tells graphs of equal hash apart, also when one of them goes", () => {
    const table = new Signatures<number>(
      3,
      () => {},
      () => 1,
    );
    const graphs = [1, 2, 3, 4].map((length) => [e.exp(vector(length))]);
    for (const [i, graph] of graphs.entries()) table.add(...walk(graph), i);
    expect(graphs.map((graph) => table.find(...walk(graph)))).toEqual([undefined, 1, 2, 3]);
  });
});

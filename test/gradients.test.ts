/** First and second derivatives of every op against central differences: random shapes that broadcast, values from the rows' own domains. */
import fc from "fast-check";
import { describe, test } from "vitest";
import { cat, checkGradients, Generator, stack, type Tensor, tensor, vjp, where } from "../src/index.ts";
import type { Domain, MapRow } from "../src/ir/elementwise.ts";
import { type MapName, maps } from "../src/ir/maps.ts";
import { alongs, reductions } from "../src/ir/reductions.ts";
import { mapped } from "../src/tensor/tensor.ts";

type Shape = readonly number[];

/** A shape, and how an operand's shape may differ from it and still broadcast to it: leading dimensions dropped, sizes made 1. */
const shapes = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 });

function operandShape(shape: Shape): fc.Arbitrary<Shape> {
  return fc
    .tuple(fc.integer({ min: 0, max: shape.length }), fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }))
    .map(([dropped, isOne]) => shape.slice(dropped).map((d, i) => (isOne[i] ? 1 : d)));
}

/** A float64 tensor of a shape with elements of a domain, from a seed: equal elements, where kinks would meet, do not occur. */
function values(shape: Shape, domain: Domain): fc.Arbitrary<Tensor> {
  // Without bias towards small numbers, which would give two operands one seed.
  return fc.noBias(fc.nat()).map((seed) => {
    const share = new Generator(seed).uniform(new Float64Array(shape.reduce((n, d) => n * d, 1)));
    const element = (x: number): number => {
      const which = Math.min(Math.floor(x * domain.length), domain.length - 1);
      const [low, high] = domain[which]!;
      return low + (x * domain.length - which) * (high - low);
    };
    return tensor(Float64Array.from(share, element), { shape });
  });
}

/** Operands for a row: the first has the whole shape. */
function operands({ domain }: MapRow): fc.Arbitrary<Tensor[]> {
  return shapes.chain((shape) =>
    fc.tuple(
      ...domain.map((d, i) =>
        (i === 0 ? fc.constant<Shape>(shape) : operandShape(shape)).chain((own) => values(own, d)),
      ),
    ),
  );
}

/** The gradient of sum(f(...) w) for uneven weights w, as a function that can be differentiated again. */
function gradientOf(f: (...inputs: Tensor[]) => Tensor): (...inputs: Tensor[]) => Tensor {
  return (...inputs) => {
    const [value, pullback] = vjp(f, inputs);
    const weights = tensor(
      Float64Array.from({ length: value.size }, (_, i) => Math.sin(i + 1)),
      { shape: value.shape },
    );
    return cat(pullback(weights).map((g) => g.reshape([-1])));
  };
}

const few = { numRuns: 12 };
const fewer = { numRuns: 4 };

/** Writes two tests for a function of tensors: its first and its second derivatives. */
function derivativesOf(
  name: string,
  f: (...inputs: Tensor[]) => Tensor,
  drawn: fc.Arbitrary<Tensor[]>,
): void {
  test(`${name}: first derivatives`, () => {
    fc.assert(
      fc.property(drawn, (inputs) => checkGradients(f, inputs)),
      few,
    );
  });
  test(`${name}: second derivatives`, () => {
    fc.assert(
      fc.property(drawn, (inputs) => checkGradients(gradientOf(f), inputs, { tolerance: 1e-5 })),
      fewer,
    );
  });
}

describe("elementwise ops", () => {
  const rows = Object.entries(maps) as [MapName, MapRow][];
  // The third derivative of lgamma is not offered.
  for (const [name, row] of rows.filter(([name, row]) => row.partials && name !== "digamma"))
    derivativesOf(
      name,
      (...inputs) => (name === "where" ? choose(inputs) : mapped(name, inputs)),
      operands(row),
    );
});

/** `where` by the sign of its first operand. */
function choose([condition, x, y]: Tensor[]): Tensor {
  return where(condition!.gt(0), x!, y!);
}

/** A tensor of at least one dimension, its elements apart, and one of its dimensions. */
const withDim = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })
  .chain((shape) => fc.tuple(values(shape, [[-2, 2]]), fc.nat({ max: shape.length - 1 })));

/** The same draw as a list of inputs, the dimension remembered beside it. */
function overDim(
  f: (x: Tensor, dim: number) => Tensor,
): [(...inputs: Tensor[]) => Tensor, fc.Arbitrary<Tensor[]>] {
  let dim = 0;
  const drawn = withDim.map(([x, d]) => {
    dim = d;
    return [x];
  });
  return [(x) => f(x!, dim % x!.ndim), drawn];
}

describe("reductions", () => {
  for (const name of Object.keys(reductions) as (keyof typeof reductions)[]) {
    derivativesOf(`${name} of all`, ...overDim((x) => spread(x)[name]()));
    derivativesOf(`${name} along a dim`, ...overDim((x, dim) => spread(x)[name]({ dim, keepdim: true })));
  }
});

/** At least two elements along every dimension, as variances want. */
function spread(x: Tensor): Tensor {
  return x.shape.reduce((t, _, dim) => cat([t, t.mul(0.5).add(0.1)], dim), x);
}

describe("functions along a dimension", () => {
  for (const name of Object.keys(alongs) as (keyof typeof alongs)[])
    derivativesOf(name, ...overDim((x, dim) => x[name]({ dim })));
});

describe("movements", () => {
  const movements: Record<string, (x: Tensor, dim: number) => Tensor> = {
    reshape: (x) => x.reshape([-1, 1]),
    permute: (x) => x.permute([...x.shape.keys()].reverse()),
    transpose: (x, dim) => x.transpose(0, dim),
    expand: (x) => x.unsqueeze(0).expand([3, ...x.shape]),
    squeeze: (x) => x.squeeze(),
    unsqueeze: (x, dim) => x.unsqueeze(dim),
    slice: (x) => x.slice(x.shape.map((size) => [size > 1 ? 1 : 0, size])),
    flip: (x, dim) => x.flip(dim),
    indexSelect: (x, dim) => x.indexSelect(dim, [0, x.shape[dim]! - 1, 0]),
    cat: (x, dim) => cat([x, x.mul(2), x], dim),
    stack: (x, dim) => stack([x, x.mul(3)], dim),
    iteration: (x) => [...x].reduce((sum, part, i) => sum.add(part.mul(i + 1))),
    double: (x) => x.double(),
    clone: (x) => x.clone(),
  };
  // Squared, so that second derivatives are not all zero.
  for (const [name, move] of Object.entries(movements))
    derivativesOf(name, ...overDim((x, dim) => move(x, dim).square().mul(x.sum())));
});

describe("matmul", () => {
  const sizes = fc.integer({ min: 1, max: 3 });
  const factors = fc
    .tuple(
      sizes,
      sizes,
      sizes,
      fc.constantFrom<[Shape, Shape]>([[], []], [[2], []], [[2, 1], [3]], [[], [2]]),
    )
    .chain(([m, k, n, [left, right]]) =>
      fc.tuple(values([...left, m, k], [[-2, 2]]), values([...right, k, n], [[-2, 2]])),
    )
    .map((pair) => [...pair]);
  derivativesOf("matrices and batches", (a, b) => a!.matmul(b!), factors);
  const vectors = sizes
    .chain((n) => fc.tuple(values([n], [[-2, 2]]), values([n], [[-2, 2]])))
    .map((pair) => [...pair]);
  derivativesOf("vectors", (a, b) => a!.matmul(b!), vectors);
});

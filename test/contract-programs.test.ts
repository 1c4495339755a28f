/** The bit contract of whole programs: random graphs and their gradients, loops of steps, functions run again on other shapes and numbers. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  cat,
  compile,
  type Dtype,
  grad,
  type ScanStep,
  scan,
  stack,
  type Tensor,
  type Tensors,
  tensor,
  valueAndGrad,
  vjp,
  where,
} from "../src/index.ts";
import { maps } from "../src/ir/maps.ts";
import { type Engine, useEngine } from "../src/runtime/evaluate.ts";
import { compilations } from "../src/runtime/modules.ts";
import { tensorsOf } from "../src/tensor/tree.ts";
import { allDtypes, expectContract, expectSame, floats, operandOf } from "./contract.ts";

type Shape = readonly number[];

/** Three dimensions, the last two alike, so that they can be exchanged. Tensors have these sizes, or 1 in their place. */
type Space = readonly [number, number, number];

/** What a random graph is drawn from: which move, on which of the tensors that there are, and a number for what else there is to choose. */
interface Move {
  readonly kind: number;
  readonly at: readonly [number, number, number];
  readonly n: number;
}

const move: fc.Arbitrary<Move> = fc.record({
  kind: fc.nat(999),
  at: fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)),
  n: fc.nat(999),
});

const rowsOfArity = (arity: number) =>
  (Object.keys(maps) as (keyof typeof maps)[]).filter((name) => maps[name].arity === arity);
const [unary, binary] = [rowsOfArity(1), rowsOfArity(2)];

function pick<T>(list: readonly T[], n: number): T {
  return list[n % list.length]!;
}

function method(x: Tensor, name: string, ...args: unknown[]): Tensor {
  return (x[name as "add"] as unknown as (...args: unknown[]) => Tensor).apply(x, args);
}

function floating(x: Tensor): Tensor {
  return x.dtype === "float64" ? x : x.float();
}

/** A tensor's elements one after the other along a dimension, from another place on. */
function rolled(x: Tensor, dim: number, n: number): Tensor {
  const start = n % (x.shape[dim]! + 1);
  const part = (range: readonly [number, number]) =>
    x.slice(x.shape.map((d, i) => (i === dim ? range : [0, d])));
  return cat([part([start, x.shape[dim]!]), part([0, start])], dim);
}

function indexOf(n: number, size: number): Tensor {
  return tensor(
    Int32Array.from({ length: size }, (_, i) => (i * (n + 1)) % size),
    { shape: [size], dtype: "int32" },
  );
}

type Maker = (space: Space, n: number, x: Tensor, y: Tensor, z: Tensor) => Tensor;

const moves: readonly Maker[] = [
  (_, n, x) => method(x, pick(unary, n)),
  (_, n, x) => method(x, pick(unary, n)),
  (_, n, x, y) => method(x, pick(binary, n), y),
  (_, n, x, y) => method(x, pick(["add", "sub", "mul"], n), y),
  (_, n, x) => method(x, pick(["add", "sub", "mul", "maximum"], n), (n % 7) - 2.5),
  (_, __, x, y, z) => where(x.gt(y), y, z),
  (_, __, x, y, z) => where(x.to("bool"), y, z),
  (_, n, x) => x.to(pick(allDtypes, n)),
  (_, n, x) => x.sum({ dim: pick([[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]], n), keepdim: true }),
  (_, n, x) => x.sum({ dim: pick([0, 1, 2], n), keepdim: true }),
  (_, n, x) => floating(x).mean({ dim: pick([[0], [1, 2], [0, 1, 2]], n), keepdim: true }),
  (_, n, x) => method(x, pick(["amax", "amin", "prod"], n), { dim: n % 3, keepdim: true }),
  (_, n, x) => method(x, pick(["argmax", "argmin"], n), { dim: n % 3, keepdim: true }),
  (_, n, x) => method(floating(x), pick(["softmax", "logSoftmax", "cumsum"], n), { dim: n % 3 }),
  (_, n, x) => method(floating(x), pick(["var", "norm", "logsumexp"], n), { dim: n % 3, keepdim: true }),
  (_, __, x) => x.transpose(1, 2),
  (_, n, x) => x.flip(pick([[0], [1], [2], [0, 2]], n)),
  (space, __, x) => x.expand(space),
  (_, n, x) => x.slice(x.shape.map((d, i) => (i === n % 3 ? [n % d, (n % d) + 1] : [0, d]))),
  (_, n, x) => rolled(x, n % 3, n),
  (_, n, x) => x.indexSelect(n % 3, indexOf(n, x.shape[n % 3]!)),
  (space, _, x, y) =>
    stack([x.expand(space), y.to(x.dtype).expand(space)])
      .sum({ dim: 0 })
      .to(x.dtype),
  (space, _, x, y) =>
    floating(x)
      .expand(space)
      .matmul(y.to(floating(x).dtype).expand(space)),
  (space, _, x, y) => {
    const [p, q] = [x, y].map((t) => t.expand(space).reshape([-1])) as [Tensor, Tensor];
    return p.flip(0).add(q).reshape(space);
  },
];

/** The tensors there are after some moves: those that were given, and one for each move. */
function grow(space: Space, given: readonly Tensor[], chosen: readonly Move[]): Tensor[] {
  const pool = [...given];
  for (const { kind, at, n } of chosen) {
    const [x, y, z] = at.map((i) => pick(pool, i)) as [Tensor, Tensor, Tensor];
    pool.push(pick(moves, kind)(space, n, x, y, z));
  }
  return pool;
}

/** Some of more elements than a block, and than are joined into one loop whether they share something or not. */
const spaces = fc.constantFrom<Space>(
  ...([
    [1, 1, 1],
    [2, 3, 3],
    [5, 4, 4],
    [1, 33, 33],
    [17, 1, 1],
    [3, 7, 7],
    [40, 5, 5],
  ] as const),
  ...([
    [3, 50, 50],
    [1, 80, 80],
    [9001, 1, 1],
  ] as const),
);

/** Operands of any dtype, each with all of a space's sizes or with 1 for some. */
function givenIn(space: Space, dtypes: readonly Dtype[]): fc.Arbitrary<Tensor[]> {
  const one = fc
    .tuple(fc.constantFrom(...dtypes), fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), fc.boolean())
    .map(([dtype, whole, isOdd]) => ({ dtype, shape: space.map((d, i) => (whole[i] ? d : 1)), isOdd }));
  return fc
    .array(one, { minLength: 2, maxLength: 4 })
    .map((list) =>
      list.map(({ dtype, shape, isOdd }, i) => operandOf(dtype, shape, i, isOdd ? "odd" : "tame")),
    );
}

const graphs = (dtypes: readonly Dtype[], maxLength: number) =>
  spaces.chain((space) =>
    fc.record({
      space: fc.constant(space),
      given: givenIn(space, dtypes),
      chosen: fc.array(move, { minLength: 1, maxLength, size: "max" }),
      wanted: fc.array(fc.nat(99), { minLength: 1, maxLength: 4 }),
    }),
  );

describe("random graphs", () => {
  test("of several outputs", () => {
    fc.assert(
      fc.property(graphs(allDtypes, 14), ({ space, given, chosen, wanted }) => {
        const made = grow(space, given, chosen).slice(given.length);
        expectContract([made.at(-1)!, ...wanted.map((i) => pick(made, i))], "graph");
      }),
      { numRuns: 400 },
    );
  });

  test("and their gradients", () => {
    fc.assert(
      fc.property(graphs(floats, 7), ({ space, given, chosen }) => {
        const f = (...inputs: Tensor[]) => {
          const last = grow(space, inputs, chosen)
            .slice(inputs.length)
            .filter(({ dtype }) => dtype.startsWith("float"));
          const sums = [...last.slice(-3), ...inputs].map((t) => t.sum().to("float64"));
          return stack(sums).sum();
        };
        const [value, pullback] = vjp(f, given);
        expectContract([value, ...pullback(tensor(0.75, { dtype: "float64" }))], "gradient");
      }),
      { numRuns: 250 },
    );
  });
});

/** Calls f with everything interpreted. */
function interpreted<R>(f: () => R): R {
  return by("interpreter", f);
}

function by<R>(engine: Engine, f: () => R): R {
  const before = useEngine(engine);
  try {
    return f();
  } finally {
    useEngine(before);
  }
}

function elementsOf(x: Tensors | undefined) {
  return x === undefined ? [] : tensorsOf(x).map((t) => t.toTypedArray());
}

/** The same steps, one after the other, with no more than what a loop needs. */
function plainly<Carry extends Tensors, Xs extends Tensors, Ys extends Tensors>(
  f: ScanStep<Carry, Xs, Ys>,
  carry: Carry,
  rows: readonly Xs[],
) {
  return interpreted(() => {
    let at = carry;
    const left: Ys[] = [];
    for (const row of rows) {
      const [next, y] = f(at, row);
      at = next;
      elementsOf(at);
      left.push(y);
    }
    const columns = left.map((y) => tensorsOf(y));
    const ys = columns[0]?.map((_, i) => stack(columns.map((parts) => parts[i]!)).toTypedArray()) ?? [];
    return [...elementsOf(at), ...ys];
  });
}

/** Runs a step function by `scan` and plainly, over so many rows made by a rule, and compares. It is traced, once. */
function expectLoop<Carry extends Tensors, Ys extends Tensors>(
  f: ScanStep<Carry, Tensor[], Ys>,
  carry: Carry,
  rowAt: (i: number) => Tensor[],
  steps: number,
): void {
  let calls = 0;
  const counted: typeof f = (c, x) => {
    calls++;
    return f(c, x);
  };
  const rows = Array.from({ length: steps }, (_, i) => rowAt(i));
  const xs = rowAt(0).map((_, j) => stack(rows.map((row) => row[j]!)));
  interpreted(() => elementsOf(xs));
  const got = elementsOf(scan(counted, carry, xs, { length: steps }) as Tensors);
  expect(calls).toBe(1);
  for (const [i, wanted] of plainly(f, carry, rows).entries()) expectSame(got[i]!, wanted, `part ${i}`);
}

const noRows = (): Tensor[] => [];

function tame(shape: Shape, operand = 0, dtype: Dtype = "float32"): Tensor {
  return operandOf(dtype, shape, operand, "tame");
}

/** x @ w, and the loss of it. */
function squares(w: Tensor, x: Tensor, y: Tensor): Tensor {
  return x.matmul(w).sub(y).square().mean();
}

const loops: Readonly<Record<string, (dtype: Dtype) => void>> = {
  "descent with momentum": (dtype) => {
    const [x, y] = [tame([50, 3], 0, dtype), tame([50], 1, dtype)];
    expectLoop(
      ({ w, v }: { w: Tensor; v: Tensor }) => {
        const [loss, g] = valueAndGrad((p: Tensor) => squares(p, x, y))(w);
        const speed = v.mul(0.9).add(g);
        return [{ w: w.sub(speed.mul(1e-6)), v: speed }, loss] as const;
      },
      { w: tame([3], 2, dtype), v: tensor([0, 0, 0], { dtype }) },
      noRows,
      20,
    );
  },
  "carries that are exchanged": (dtype) =>
    expectLoop(
      ([a, b]: readonly Tensor[]) => [[b!, a!], a!] as const,
      [tame([5], 0, dtype), tame([5], 1, dtype)],
      noRows,
      3,
    ),
  "carries that go round, one of them changed": (dtype) =>
    expectLoop(
      ([a, b, c]: readonly Tensor[]) => [[b!, c!.mul(2), a!], [a!.add(c!)]] as const,
      [0, 1, 2].map((i) => tame([5], i, dtype)),
      noRows,
      7,
    ),
  "a carry that stays": (dtype) =>
    expectLoop(
      ([a, b]: readonly Tensor[]) => [[a!, b!.add(a!)], b!] as const,
      [tame([17], 0, dtype), tame([17], 1, dtype)],
      noRows,
      5,
    ),
  "the carry before, kept": (dtype) =>
    expectLoop((c: Tensor) => [c.mul(0.5), c] as const, tame([9], 0, dtype), noRows, 6),
  "one result for two carries": (dtype) =>
    expectLoop(
      ([a, b]: readonly Tensor[]) => {
        const next = a!.mul(b!);
        return [[next, next], next.sum()] as const;
      },
      [tame([9], 0, dtype), tame([9], 1, dtype)],
      noRows,
      4,
    ),
  "a carry that is read after it could be written": (dtype) =>
    expectLoop(
      (w: Tensor) => {
        const next = w.sub(w.mean());
        return [next, [w.cumsum({ dim: 0 }), next.sum().mul(w), w.flip(0)]] as const;
      },
      tame([1025], 0, dtype),
      noRows,
      3,
    ),
  "a carry that is read at other places than written": (dtype) =>
    expectLoop(
      ([w, m]: readonly Tensor[]) =>
        [[w!.flip(0).add(w!), m!.transpose(0, 1).mul(0.5)], w!.slice([[1]])] as const,
      [tame([1025], 0, dtype), tame([5, 5], 1, dtype)],
      noRows,
      3,
    ),
  "a carry that is stretched and reduced": (dtype) =>
    expectLoop(
      ([w, b]: readonly Tensor[]) => [[w!.add(b!), b!.sub(w!.sum({ dim: 0 }))], w!.mul(b!)] as const,
      [tame([30, 7], 0, dtype), tame([7], 1, dtype)],
      noRows,
      3,
    ),
  "minibatches by index": (dtype) => {
    const [x, y] = [tame([40, 3], 0, dtype), tame([40], 1, dtype)];
    expectLoop(
      (w: Tensor, [index]) => {
        const [loss, g] = valueAndGrad((p: Tensor) =>
          squares(p, x.indexSelect(0, index!), y.indexSelect(0, index!)),
        )(w);
        return [w.sub(g.mul(1e-5)), loss] as const;
      },
      tame([3], 2, dtype),
      (i) => [tensor(Int32Array.from({ length: 8 }, (_, j) => (i * 8 + j * 11) % 40))],
      5,
    );
  },
  "rows of several tensors, one not read": (dtype) =>
    expectLoop(
      (c: Tensor, [a, b]) => [c.add(a!.mul(b!)), a!.sum()] as const,
      tame([6], 0, dtype),
      (i) => [tame([6], i, dtype), tame([], i, dtype), tame([2], i, dtype)],
      9,
    ),
  "a row as it is": (dtype) =>
    expectLoop(
      (_: Tensor, [a]) => [a!, a!] as const,
      tame([6], 0, dtype),
      (i) => [tame([6], i, dtype)],
      4,
    ),
  "a literal in every row": (dtype) =>
    expectLoop(
      (c: Tensor) => [c.mul(0), grad((x: Tensor) => x.mul(3).sum())(c)] as const,
      tame([6], 0, dtype),
      noRows,
      4,
    ),
};

describe("a scan gives what a plain loop gives", () => {
  test.each(Object.entries(loops))("%s", (_, run) => {
    for (const dtype of floats) run(dtype);
  });

  test("of random steps", () => {
    const drawn = spaces.chain((space) =>
      fc.record({
        space: fc.constant(space),
        carry: givenIn(space, [...floats, "int32"]),
        row: givenIn(space, allDtypes),
        chosen: fc.array(move, { minLength: 1, maxLength: 7, size: "max" }),
        next: fc.array(fc.nat(99), { minLength: 4, maxLength: 4 }),
        kept: fc.array(fc.nat(99), { maxLength: 3 }),
        steps: fc.integer({ min: 1, max: 4 }),
      }),
    );
    fc.assert(
      fc.property(drawn, ({ space, carry, row, chosen, next, kept, steps }) => {
        const step: ScanStep<Tensor[], Tensor[], Tensor[]> = (c, x) => {
          const pool = grow(space, [...c, ...x], chosen);
          return [c.map((old, i) => fitted(pick(pool, next[i]!), old)), kept.map((i) => pick(pool, i))];
        };
        expectLoop(step, carry, (i) => row.map((t) => t.add(i).to(t.dtype)), steps);
      }),
      { numRuns: 250 },
    );
  });
});

/** A tensor as another is in shape and dtype. */
function fitted(x: Tensor, like: Tensor): Tensor {
  const cut = x.slice(x.shape.map((d, i) => [0, Math.min(d, like.shape[i]!)] as const));
  return cut.expand(like.shape).to(like.dtype);
}

/** How many modules are compiled while f runs. */
function compiledIn(f: () => void): number {
  const before = compilations().count;
  f();
  return compilations().count - before;
}

type Quadratic = (params: Tensor, x: Tensor, y: Tensor) => Tensor;
const quadratic: Quadratic = (p, x, y) => {
  const [a, b, c] = [0, 1, 2].map((i) => p.slice([[i, i + 1]])) as [Tensor, Tensor, Tensor];
  return x.square().mul(a).add(x.mul(b)).add(c).sub(y).square().mean();
};

describe("a program is compiled once", () => {
  test("for every learning rate and number of rows, where it is compiled", () => {
    const step = compile((p: Tensor, x: Tensor, y: Tensor, lr: number) =>
      p.sub(grad(quadratic)(p, x, y).mul(lr)),
    );
    const run = (rows: number, lr: number) => {
      const [p, x, y] = [tame([3], 2), tame([rows], 0), tame([rows], 1)] as const;
      const got = step(p, x, y, lr).toTypedArray();
      const wanted = interpreted(() => p.sub(grad(quadratic)(p, x, y).mul(lr)).toTypedArray());
      expectSame(got, wanted, `${rows} rows`);
    };
    run(20, 0.1);
    expect(compiledIn(() => run(20, 0.2))).toBe(0);
    expect(compiledIn(() => run(50, 0.1))).toBe(0);
    expect(compiledIn(() => run(1000, 1e-3))).toBe(0);
  });

  test("for every learning rate, number of rows, batch size and length, where it is a scan", () => {
    const run = (rows: number, batch: number, steps: number, lr: number) => {
      const [x, y] = [tame([rows], 0), tame([rows], 1)];
      const step: ScanStep<Tensor, Tensor[], Tensor> = (p, [index]) => {
        const [loss, g] = valueAndGrad(quadratic)(p, x.indexSelect(0, index!), y.indexSelect(0, index!));
        return [p.sub(g.mul(lr)), loss];
      };
      expectLoop(step, tame([3], 2), (i) => [indexOf(i, rows).slice([[0, batch]])], steps);
    };
    run(20, 5, 3, 1e-6);
    expect(compiledIn(() => run(20, 5, 3, 1e-5))).toBe(0);
    expect(compiledIn(() => run(50, 5, 3, 1e-6))).toBe(0);
    expect(compiledIn(() => run(1000, 7, 3, 1e-6))).toBe(0);
    expect(compiledIn(() => run(1000, 64, 5, 1e-6))).toBe(0);
  });

  test("for every learning rate and number of rows, where each step is looked at", () => {
    const run = (rows: number, lr: number) => {
      const [x, y] = [tame([rows], 0), tame([rows], 1)];
      const w = tensor([0.1, 0.2, 0.3], { requiresGrad: true });
      for (let i = 0; i < 4; i++) {
        quadratic(w, x, y).backward();
        w.data = w.sub(w.grad!.mul(lr));
        w.grad = null;
      }
      return w.toTypedArray();
    };
    const compiled = (rows: number, lr: number) => by("compiler", () => run(rows, lr));
    const wanted = interpreted(() => run(1000, 2e-7));
    compiled(20, 1e-6);
    expect(compiledIn(() => compiled(20, 1e-5))).toBe(0);
    expect(compiledIn(() => compiled(50, 1e-6))).toBe(0);
    expect(compiledIn(() => expectSame(compiled(1000, 2e-7), wanted, "parameters"))).toBe(0);
  });

  test("for other shapes of the same structure", () => {
    const layer = (x: Tensor, w: Tensor, b: Tensor) => x.matmul(w).add(b).relu().softmax({ dim: 1 });
    const compiled = compile(layer);
    const run = (n: number, k: number, m: number) => {
      const args = [tame([n, k]), tame([k, m], 1), tame([m], 2)] as const;
      const wanted = interpreted(() => layer(...args).toTypedArray());
      expectSame(compiled(...args).toTypedArray(), wanted, `${n} ${k} ${m}`);
    };
    run(5, 7, 6);
    expect(compiledIn(() => run(6, 9, 7))).toBe(0);
    expect(compiledIn(() => run(33, 300, 10))).toBe(0);
  });

  test("and says why", () => {
    const [x, y] = [tame([20]), tame([20], 1)];
    const odd = (t: Tensor) => t.mul(y).sub(0.1).abs().mul(t).minimum(y).neg().sqrt();
    expect(compiledIn(() => compile(odd)(x))).toBe(1);
    const { reason, bytes } = compilations().last.at(-1)!;
    expect(reason).toBe("new: a loop over 1 dimension: 3 reads, 7 lines, 1 store");
    expect(bytes).toBeGreaterThan(100);
    expect(compiledIn(() => compile((t: Tensor) => [odd(t), odd(t).mul(0)])(x))).toBe(1);
    expect(compilations().last.at(-1)!.reason).toBe(
      "new: a loop over 1 dimension: 4 reads, 8 lines, 2 stores",
    );
  });
});

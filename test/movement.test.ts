/** Elements moved about: every movement against nested loops, over shapes with sizes of 0 and 1 among them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arange, cat, grad, ones, stack, type Tensor, tensor, zeros } from "../src/index.ts";
import { at, build, contents, type Index, indicesOf, shapes, tensorOf, tensors } from "./naive.ts";

const matrix = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

/** What a movement does, said by where each element of the result comes from. */
function moved(x: Tensor, shape: Index, from: (index: Index) => Index): unknown {
  return contents(build(shape, x.dtype, (index) => at(x, from(index))));
}

describe("every movement agrees with nested loops", () => {
  test("permute and transpose", () => {
    const ordered = tensors.chain((x) =>
      fc.tuple(fc.constant(x), fc.shuffledSubarray([...x.shape.keys()], { minLength: x.ndim })),
    );
    fc.assert(
      fc.property(ordered, ([x, order]) => {
        const shape = order.map((d) => x.shape[d]!);
        const from = (index: Index) => x.shape.map((_, d) => index[order.indexOf(d)]!);
        expect(contents(x.permute(order))).toEqual(moved(x, shape, from));
        expect(contents(x.permute(order.map((d) => d - x.ndim)))).toEqual(moved(x, shape, from));
        if (x.ndim < 2) return;
        const swapped = [1, 0, ...order.keys()].slice(0, 2).concat([...x.shape.keys()].slice(2));
        expect(contents(x.transpose(0, 1))).toEqual(contents(x.permute(swapped)));
      }),
    );
  });

  test("flip", () => {
    const flipped = tensors.chain((x) => fc.tuple(fc.constant(x), fc.subarray([...x.shape.keys()])));
    fc.assert(
      fc.property(flipped, ([x, dims]) => {
        const from = (index: Index) => index.map((i, d) => (dims.includes(d) ? x.shape[d]! - 1 - i : i));
        expect(contents(x.flip(dims))).toEqual(moved(x, x.shape, from));
      }),
    );
  });

  test("slice, with ends beyond the size and negative numbers", () => {
    const place = fc.integer({ min: -6, max: 6 });
    const range = fc.oneof(fc.tuple(place), fc.tuple(place, place));
    const sliced = tensors.chain((x) => fc.tuple(fc.constant(x), fc.array(range, { maxLength: x.ndim })));
    fc.assert(
      fc.property(sliced, ([x, ranges]) => {
        const kept = x.shape.map((size, d) => {
          const [start, end] = ranges[d] ?? [0];
          return Array.from({ length: size }, (_, i) => i).slice(start, end);
        });
        const from = (index: Index) => index.map((i, d) => kept[d]![i]!);
        expect(contents(x.slice(ranges))).toEqual(
          moved(
            x,
            kept.map((k) => k.length),
            from,
          ),
        );
      }),
    );
  });

  test("expand", () => {
    const stretched = tensors.chain((x) =>
      fc
        .tuple(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }), fc.integer({ min: 0, max: 3 }))
        .map(([added, size]) => [x, [...added, ...x.shape.map((d) => (d === 1 ? size : d))]] as const),
    );
    fc.assert(
      fc.property(stretched, ([x, shape]) => {
        const from = (index: Index) =>
          index.slice(index.length - x.ndim).map((i, d) => (x.shape[d] === 1 ? 0 : i));
        expect(contents(x.expand(shape))).toEqual(moved(x, shape, from));
      }),
    );
  });

  test("reshape keeps the order of elements, also of views", () => {
    fc.assert(
      fc.property(tensors, fc.boolean(), (x, isFlipped) => {
        const view = isFlipped ? x.flip([]).permute([...x.shape.keys()].reverse()) : x;
        const elements = indicesOf(view.shape).map((index) => at(view, index));
        expect([...view.reshape([-1]).toTypedArray()]).toEqual(elements);
        expect(contents(view.reshape([-1]).reshape(view.shape))).toEqual(contents(view));
        expect(contents(view.unsqueeze(0).squeeze(0))).toEqual(contents(view));
        expect(view.squeeze().shape).toEqual(view.shape.filter((d) => d !== 1));
      }),
    );
  });

  test("indexSelect", () => {
    const selected = shapes
      .filter((shape) => shape.length > 0)
      .chain((shape) => fc.tuple(tensorOf(shape), fc.nat(shape.length - 1)))
      .chain(([x, dim]) => {
        const index = fc.nat(Math.max(x.shape[dim]! - 1, 0));
        return fc.tuple(
          fc.constant(x),
          fc.constant(dim),
          fc.array(index, { maxLength: x.shape[dim] === 0 ? 0 : 5 }),
        );
      });
    fc.assert(
      fc.property(selected, ([x, dim, indices]) => {
        const shape = x.shape.map((d, i) => (i === dim ? indices.length : d));
        const from = (index: Index) => index.map((i, d) => (d === dim ? indices[i]! : i));
        expect(contents(x.indexSelect(dim, indices))).toEqual(moved(x, shape, from));
        const asTensor = tensor(indices, { dtype: "int32" });
        expect(contents(x.indexSelect(dim - x.ndim, asTensor))).toEqual(moved(x, shape, from));
      }),
    );
  });

  test("cat and stack", () => {
    const parts = shapes
      .filter((shape) => shape.length > 0)
      .chain((shape) =>
        fc.tuple(fc.nat(shape.length - 1), fc.array(tensorOf(shape), { minLength: 1, maxLength: 3 })),
      );
    fc.assert(
      fc.property(parts, ([dim, xs]) => {
        const [{ shape }] = xs as [Tensor];
        const size = shape[dim]!;
        const catShape = shape.map((d, i) => (i === dim ? d * xs.length : d));
        const joined = build(catShape, "float32", (index) =>
          at(
            xs[Math.floor(index[dim]! / size)]!,
            index.map((i, d) => (d === dim ? i % size : i)),
          ),
        );
        expect(contents(cat(xs, dim))).toEqual(contents(joined));
        const piled = build(shape.toSpliced(dim, 0, xs.length), "float32", (index) =>
          at(xs[index[dim]!]!, index.toSpliced(dim, 1)),
        );
        expect(contents(stack(xs, dim))).toEqual(contents(piled));
      }),
    );
  });
});

describe("gradients flow back through movements", () => {
  test.each<[name: string, f: (x: Tensor) => Tensor, gradient: unknown]>([
    [
      "slice",
      (x) => x.slice([[1], [0, 2]]),
      [
        [0, 0, 0],
        [1, 1, 0],
      ],
    ],
    [
      "expand",
      (x) => x.unsqueeze(0).expand([4, 2, 3]),
      [
        [4, 4, 4],
        [4, 4, 4],
      ],
    ],
    [
      "indexSelect",
      (x) => x.indexSelect(1, [2, 2, 0]),
      [
        [1, 0, 2],
        [1, 0, 2],
      ],
    ],
    [
      "cat",
      (x) => cat([x, x.mul(2)]),
      [
        [3, 3, 3],
        [3, 3, 3],
      ],
    ],
    [
      "flip and permute",
      (x) =>
        x
          .flip([0])
          .permute([1, 0])
          .mul(tensor([1, 2])),
      [
        [2, 2, 2],
        [1, 1, 1],
      ],
    ],
    [
      "iteration",
      (x) => [...x].reduce((a, b) => a.mul(b)),
      [
        [4, 5, 6],
        [1, 2, 3],
      ],
    ],
  ])("%s", (_, f, gradient) => {
    expect(grad((x: Tensor) => f(x).sum())(matrix).toArray()).toEqual(gradient);
  });
});

describe("what does not fit is said", () => {
  const loosely = (x: unknown) => x as number[];
  test.each<[() => unknown, string]>([
    [() => matrix.reshape([4]), "reshape expects a shape of 6 elements, as float32[2,3] has, got [4]"],
    [() => matrix.reshape([-1, 4]), "reshape expects a shape of 6 elements, as float32[2,3] has, got [-1,4]"],
    [() => matrix.reshape([-1, -1]), "got [-1,-1]"],
    [() => matrix.reshape([-2, -3]), "got [-2,-3]"],
    [() => zeros([0, 2]).reshape([-1, 0]), "reshape expects a shape of 0 elements"],
    [() => matrix.reshape(loosely(6)), "reshape expects an array, got 6"],
    [() => matrix.permute([0]), "permute expects each of 2 dims once, got [0]"],
    [() => matrix.permute([0, 0]), "permute expects each of 2 dims once, got [0,0]"],
    [() => matrix.permute([0, 2]), "permute expects a dim from -2 to 1 for 2 dimensions, got 2"],
    [() => matrix.permute(loosely(0)), "permute expects an array, got 0"],
    [() => matrix.transpose(0, 3), "transpose expects a dim from -2 to 1 for 2 dimensions, got 3"],
    [() => matrix.expand([3, 3]), "expand expects a shape that [2,3] stretches to, got [3,3]"],
    [() => matrix.expand([3]), "expand expects a shape that [2,3] stretches to, got [3]"],
    [() => ones([1]).expand([1.5]), "expand expects a shape that [1] stretches to, got [1.5]"],
    [() => matrix.squeeze(2), "squeeze expects a dim from -2 to 1 for 2 dimensions, got 2"],
    [() => matrix.unsqueeze(3), "unsqueeze expects a dim from -3 to 2 for 3 dimensions, got 3"],
    [() => matrix.flip([2]), "flip expects a dim from -2 to 1 for 2 dimensions, got 2"],
    [() => matrix.flip([0, 0]), "flip expects each dim once, got [0,0]"],
    [() => matrix.slice([[0], [0], [0]]), "slice expects at most 2 ranges, got 3"],
    [
      () => matrix.slice([[0.5]]),
      "slice expects a range [start, end] of whole numbers for each dim, got [0.5]",
    ],
    [
      () => matrix.slice(loosely([1, 2]) as unknown as [[number]]),
      "slice expects a range [start, end] of whole numbers for each dim, got 1",
    ],
    [() => matrix.indexSelect(0, [2]), "indexSelect expects indices from 0 to 1, got 2"],
    [() => matrix.indexSelect(0, [-1]), "indexSelect expects indices from 0 to 1, got -1"],
    [() => matrix.indexSelect(2, [0]), "indexSelect expects a dim from -2 to 1 for 2 dimensions, got 2"],
    [() => matrix.indexSelect(0, [0.5]), "indexSelect expects whole numbers, got [0.5]"],
    [
      () => matrix.indexSelect(0, tensor([0])),
      "indexSelect expects int32 indices of one dimension, got float32[1]",
    ],
    [() => tensor(1).indexSelect(0, [0]), "indexSelect expects at least one dimension, got float32[]"],
  ])("%s", (f, message) => {
    expect(f).toThrow(message);
  });

  test("indices that are computed are checked when they are known", () => {
    const index = arange(2, { dtype: "int32" }).add(1);
    const selected = matrix.indexSelect(0, index);
    expect(() => selected.toArray()).toThrow("indexSelect expects indices from 0 to 1, got 2");
  });
});

describe("squeeze, unsqueeze and -1", () => {
  test("count dimensions from the end when negative", () => {
    const x = ones([1, 3, 1]);
    expect(x.squeeze(-1).shape).toEqual([1, 3]);
    expect(x.squeeze(1).shape).toEqual([1, 3, 1]);
    expect(x.unsqueeze(-1).shape).toEqual([1, 3, 1, 1]);
    expect(x.reshape([-1]).shape).toEqual([3]);
    expect(x.expand([2, -1, 4]).shape).toEqual([2, 3, 4]);
    expect(tensor(1).squeeze(0).unsqueeze(0).shape).toEqual([1]);
  });

  test("a shape is taken as it is at the time", () => {
    const shape = [3, 2];
    const x = matrix.reshape(shape);
    shape[0] = 9;
    expect(x.shape).toEqual([3, 2]);
  });
});

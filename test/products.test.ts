/** The matrix product in WebAssembly, held against the interpreter's, to the bit: shapes, layouts, dtypes, and ways to share the work. */
import { describe, expect, test } from "vitest";
import { encode } from "../src/compiler/encode.ts";
import type { WasmFunction } from "../src/compiler/instructions.ts";
import { products, scratchBytes, units } from "../src/compiler/products.ts";
import { type ProductDtype, vectors } from "../src/compiler/products-vectors.ts";
import { type Storage, storage } from "../src/ir/dtype.ts";
import type { Node } from "../src/ir/graph.ts";
import type { View } from "../src/ir/shape.ts";
import { matmul } from "../src/runtime/products.ts";

type Entry = (...args: readonly number[]) => void;
type Shape = readonly [m: number, n: number, k: number];

const dtypes = Object.keys(vectors) as ProductDtype[];
const memory = new WebAssembly.Memory({ initial: 512 });
const functions: WasmFunction[] = [];
for (const dtype of dtypes) functions.push(...products(dtype, functions.length));
const module = new WebAssembly.Module(encode({ imports: [], functions, isShared: false }));
const entries = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, Entry>;

/** The ways in which a matrix may lie: where element [i, j] is in a flat array. */
const layouts: Readonly<Record<string, (rows: number, columns: number) => Omit<View, "shape">>> = {
  plain: (_, columns) => ({ offset: 0, strides: [columns, 1] }),
  transposed: (rows) => ({ offset: 0, strides: [1, rows] }),
  "a row, expanded": () => ({ offset: 0, strides: [0, 1] }),
  "a column, expanded": () => ({ offset: 0, strides: [1, 0] }),
  "a number, expanded": () => ({ offset: 0, strides: [0, 0] }),
  "sliced from longer rows": (_, columns) => ({ offset: 2, strides: [columns + 3, 1] }),
  "sliced from longer columns": (rows) => ({ offset: 2, strides: [1, rows + 3] }),
  "every second column": (_, columns) => ({ offset: 1, strides: [2 * columns + 1, 2] }),
  "rows flipped": (rows, columns) => ({ offset: Math.max(rows - 1, 0) * columns, strides: [-columns, 1] }),
  "columns flipped": (_, columns) => ({ offset: Math.max(columns - 1, 0), strides: [columns, -1] }),
};
const pairs = Object.keys(layouts).flatMap((a) => Object.keys(layouts).map((b) => [a, b] as const));

/** A matrix: its elements, which end where the last of them is, and how they are read. */
interface Matrix {
  readonly elements: Storage;
  readonly view: View;
}

function matrix(
  dtype: ProductDtype,
  layout: string,
  rows: number,
  columns: number,
  element: () => number,
): Matrix {
  const { offset, strides } = layouts[layout]!(rows, columns);
  const [far, wide] = [(rows - 1) * strides[0]!, (columns - 1) * strides[1]!];
  const size = rows * columns === 0 ? 0 : offset + Math.max(0, far) + Math.max(0, wide) + 1;
  return {
    elements: storage(dtype, size).map(element) as Storage,
    view: { shape: [1, rows, columns], strides: [0, ...strides], offset },
  };
}

/** Random numbers from a seed: of any sign and of several magnitudes, some of them zeros, or any integers. */
function randomElements(dtype: ProductDtype, seed: number): () => number {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state;
  };
  if (dtype === "int32") return next;
  return () => (next() >>> 28 === 0 ? next() * 0 : next() * 2 ** -(31 + (next() >>> 29)));
}

function interpreted(dtype: ProductDtype, [m, n]: Shape, a: Matrix, b: Matrix): Storage {
  return matmul({ shape: [1, m, n], dtype } as unknown as Node, { ...a, dtype }, { ...b, dtype });
}

const padding = 64;
const untouched = 0x5a;

/**
 * What WebAssembly makes of it, in shares of units, the last first. The operand that is read in vectors ends 64 bytes before the memory
 * does, so reading farther would trap; writing beyond the output or the scratch is seen.
 */
function compiled(dtype: ProductDtype, shape: Shape, a: Matrix, b: Matrix, share = Infinity): Storage {
  const [m, n, k] = shape;
  const size = vectors[dtype].bytes;
  const bytes = new Uint8Array(memory.buffer).fill(untouched, 0, scratchBytes + padding);
  let end = bytes.length;
  const place = (length: number) => (end -= padding + length * size);
  const put = ({ elements, view }: Matrix) => {
    const at = place(elements.length);
    new Uint8Array(memory.buffer, at).set(new Uint8Array(elements.buffer));
    return at + view.offset * size;
  };
  const last = n === 1 ? put(a) : put(b);
  const [x, y] = n === 1 ? [last, put(b)] : [put(a), last];
  const out = place(m * n);
  const around = bytes.fill(untouched, out - padding, out + m * n * size + padding);
  const strides = [a, b].flatMap(({ view }) => view.strides.slice(1));
  const count = units(m, n);
  const step = Math.min(share, Math.max(count, 1));
  for (let first = Math.floor((count - 1) / step) * step; first >= 0; first -= step)
    entries[`matmul_${dtype}`]!(out, x, y, m, n, k, ...strides, 0, first, Math.min(first + step, count));
  const borders = [scratchBytes, out - padding, out + m * n * size];
  for (const at of borders)
    if (around.subarray(at, at + padding).some((byte) => byte !== untouched))
      throw new Error(`wrote outside of the output of [${shape}] ${dtype}`);
  const result = storage(dtype, m * n);
  new Uint8Array(result.buffer).set(bytes.subarray(out, out + m * n * size));
  return result;
}

function countDifferences(x: Storage, y: Storage): number {
  let count = 0;
  for (let i = 0; i < x.length; i++) if (!Object.is(x[i], y[i])) count++;
  return count;
}

/** Whether both agree to the bit, or what does not. */
function compare(
  dtype: ProductDtype,
  shape: Shape,
  [x, y]: readonly [string, string],
  share?: number,
): string[] {
  const [m, n, k] = shape;
  const element = randomElements(dtype, 1 + m + 31 * n + 1009 * k);
  const a = matrix(dtype, x, m, k, element);
  const b = matrix(dtype, y, k, n, element);
  const [want, got] = [interpreted(dtype, shape, a, b), compiled(dtype, shape, a, b, share)];
  const wrong = countDifferences(want, got);
  return wrong === 0 ? [] : [`${dtype} [m, n, k] = [${shape}] ${x} by ${y}: ${wrong} of ${m * n}`];
}

const sizes = [0, 1, 3, 4, 5, 7, 8, 9, 17, 255, 256, 257, 513];
const shapes = sizes.flatMap((m) => sizes.flatMap((n) => sizes.map((k): Shape => [m, n, k])));

describe("the matrix product in WebAssembly has the interpreter's bits", () => {
  test.each(dtypes)("for every shape, with each pair of layouts in turn, %s", (dtype) => {
    const small = shapes.filter(([m, n, k]) => m * n * k < 100_000);
    const wrong = small.flatMap((shape, i) => compare(dtype, shape, pairs[(7 * i) % pairs.length]!));
    expect(wrong).toEqual([]);
  });

  test.each(dtypes)("for every pair of layouts, %s", (dtype) => {
    const some: Shape[] = [
      [1, 9, 21],
      [9, 1, 21],
      [1, 1, 300],
      [1, 40, 7],
      [5, 3, 9],
      [7, 17, 300],
      [30, 37, 18],
    ];
    expect(some.flatMap((shape) => pairs.flatMap((pair) => compare(dtype, shape, pair)))).toEqual([]);
  });

  test("for shapes of several blocks and stretches", () => {
    const large: Shape[] = [
      [513, 17, 257],
      [257, 33, 513],
      [64, 128, 784],
      [1, 513, 513],
      [513, 1, 513],
    ];
    const ways = ["plain", "transposed"].flatMap((x) => ["plain", "transposed"].map((y) => [x, y] as const));
    const wrong = large.flatMap((shape) => ways.flatMap((pair) => compare("float32", shape, pair)));
    expect(wrong).toEqual([]);
  });

  test("however its units are shared", () => {
    const several: Shape[] = [
      [300, 40, 9],
      [1, 600, 5],
      [600, 1, 300],
      [40, 100, 257],
    ];
    const wrong = several.flatMap((shape) =>
      [1, 2, 3].flatMap((share) =>
        dtypes.flatMap((dtype) => compare(dtype, shape, ["plain", "plain"], share)),
      ),
    );
    expect(wrong).toEqual([]);
  });

  test.each(["float32", "float64"] as const)(
    "with infinities, NaN, negative zeros and subnormals, %s",
    (dtype) => {
      const specials = [Infinity, -Infinity, Number.NaN, -0, 0, 1e-40, 5e-324, -1, 3e38, 1e308];
      let i = 0;
      const element = () => (i++ % 7 < 5 ? -0 : specials[i % specials.length]!);
      const wrong = shapes
        .filter(([m, n, k]) => m * n * k < 2000)
        .filter((shape) => {
          const [m, n, k] = shape;
          const a = matrix(dtype, "plain", m, k, element);
          const b = matrix(dtype, "transposed", k, n, element);
          const [want, got] = [interpreted(dtype, shape, a, b), compiled(dtype, shape, a, b)];
          return countDifferences(want, got) > 0;
        });
      expect(wrong).toEqual([]);
    },
  );
});

test("a product is more than one unit of work where it is large, and none where it is empty", () => {
  expect(units(512, 512)).toBe(128);
  expect([units(1000, 1), units(1, 1000), units(1, 1)]).toEqual([4, 4, 1]);
  expect([units(0, 5), units(5, 0), units(0, 1), units(1, 0)]).toEqual([0, 0, 0, 0]);
});

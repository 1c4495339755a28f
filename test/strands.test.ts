/** What runs along one dimension, in WebAssembly: the interpreter's elements to the bit, at every size, and not a byte beside them. */
import { describe, expect, test } from "vitest";
import { encode } from "../src/compiler/encode.ts";
import { copy, type StrandName, strand } from "../src/compiler/strands.ts";
import { type Dtype, dtypes, type Storage, storage } from "../src/ir/dtype.ts";
import { data, Node, type Work } from "../src/ir/graph.ts";
import { evaluate } from "../src/runtime/interpreter.ts";

const summed = ["float32", "float64", "int32"] as const;
const all = Object.keys(dtypes) as Dtype[];

const names: readonly StrandName[] = [
  ...summed.flatMap((dtype) => [`cumsum_${dtype}`, `scatter_${dtype}`] as const),
  ...all.flatMap((dtype) => [`position_max_${dtype}`, `position_min_${dtype}`] as const),
];

const memory = new WebAssembly.Memory({ initial: 64 });
const functions = [...names.map(strand), copy()].map((f) => ({ ...f, isExported: true }));
const bytes = encode({ imports: [], functions, isShared: false });
const exported = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports;

function call(name: string, ...args: number[]): void {
  (exported[name] as (...args: number[]) => void)(...args);
}

/** Where the inputs, the complaint and the result lie: behind one another, with odd words between them. */
interface Place {
  readonly at: number;
  readonly array: Storage;
}

/** Lays arrays out in memory, at addresses that suit their elements and no more. */
function lay(arrays: readonly Storage[]): Place[] {
  let end = 0;
  const places = arrays.map((like) => {
    const at = 8 * Math.ceil((end + 1) / 8) + like.BYTES_PER_ELEMENT;
    end = at + like.byteLength;
    return { at, array: placed(like, at) };
  });
  new Uint8Array(memory.buffer, 0, end + 16).fill(0xa5);
  places.forEach(({ array }, i) => {
    array.set(arrays[i]!);
  });
  return places;
}

function placed(like: Storage, at: number): Storage {
  const type = like.constructor as new (buffer: ArrayBuffer, at: number, length: number) => Storage;
  return new type(memory.buffer, at, like.length);
}

/** Calls a function on (out, ...inputs, ...sizes) and gives what it left in `out`; the bytes beside it must be as they were. */
function run(
  name: string,
  out: Storage,
  inputs: readonly Storage[],
  sizes: (error: number) => readonly number[],
) {
  const [result, error, ...others] = lay([out, new Int32Array(3), ...inputs]) as [Place, Place, ...Place[]];
  call(name, result.at, ...others.map(({ at }) => at), ...sizes(error.at));
  expect(besides(result)).toEqual([0xa5, 0xa5]);
  for (const [i, { array }] of others.entries()) expectSame(array, inputs[i]!);
  return { out: result.array, error: [...error.array] };
}

/** The bytes before and after. */
function besides({ at, array }: Place): unknown[] {
  const everything = new Uint8Array(memory.buffer);
  return [everything[at - 1], everything[at + array.byteLength]];
}

/** To the sign of zero, and quicker said of long arrays than by `toEqual`. */
function expectSame(got: Storage, expected: Storage): void {
  expect(got.length).toBe(expected.length);
  const first = got.findIndex((x, i) => !Object.is(x, expected[i]));
  if (first >= 0) expect([first, got[first]]).toEqual([first, expected[first]]);
}

/** What the interpreter makes of one op. */
function defined(work: Work, inputs: readonly Node[], shape: readonly number[], dtype: Dtype): Storage {
  return evaluate([new Node({ name: work.kind, work }, inputs, shape, dtype, [1])])[0]!;
}

const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1e-45, 3e38, 1e308];

/** Numbers of all sizes, alike often enough for ties; where floating, every so often one that is special. */
function numbers(dtype: Dtype, length: number, seed: number, isTame = false): Storage {
  let state = (seed * 2654435761 + length * 97 + 1) >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const out = storage(dtype, length);
  for (let i = 0; i < length; i++) {
    const pick = next();
    const special =
      pick < 0.02 && !isTame ? odd[Math.floor(next() * odd.length)]! : (next() - 0.5) * 10 ** (8 * next());
    if (dtype === "bool") out[i] = pick < 0.5 ? 1 : 0;
    else if (dtype === "int32") out[i] = pick < 0.5 ? Math.floor(8 * next()) : (next() - 0.5) * 2 ** 32;
    else out[i] = pick < 0.3 ? Math.floor(4 * next()) - 1 : special;
  }
  return out;
}

/** Every size in the middle, columns of every width: alone, less than a vector, vectors with and without a rest. */
const shapes = [
  ...[0, 1, 3, 4, 5, 17, 1023, 1024, 1025, 100_003].flatMap((n) => [[1, n, 1] as const]),
  ...[0, 1, 2, 5, 17].flatMap((n) => [1, 2, 3, 4, 5, 8, 17, 1023].map((inner) => [3, n, inner] as const)),
  ...[[0, 4, 4] as const, [4, 4, 0] as const, [1025, 3, 1] as const],
];

describe("running sums", () => {
  test.each(summed)("of %s are the interpreter's", (dtype) => {
    for (const [i, shape] of shapes.entries())
      for (const isTame of [true, false]) {
        const x = numbers(dtype, shape[0] * shape[1] * shape[2], i, isTame);
        const expected = defined({ kind: "cumsum" }, [data(x, shape, dtype)], shape, dtype);
        expectSame(run(`cumsum_${dtype}`, storage(dtype, x.length), [x], () => shape).out, expected);
      }
  });

  test("of minus zeros begin at zero", () => {
    const x = new Float64Array(6).fill(-0);
    expect(run("cumsum_float64", new Float64Array(6), [x], () => [1, 2, 3]).out).toEqual(new Float64Array(6));
  });
});

describe("positions of extremes", () => {
  test.each(all)("of %s are the interpreter's", (dtype) => {
    for (const of of ["max", "min"] as const)
      for (const [i, shape] of shapes.entries()) {
        const x = numbers(dtype, shape[0] * shape[1] * shape[2], i, i % 2 === 0);
        const kept = [shape[0], 1, shape[2]];
        const expected = defined({ kind: "position", of }, [data(x, shape, dtype)], kept, "int32");
        const got = run(`position_${of}_${dtype}`, new Int32Array(expected.length), [x], () => shape);
        expectSame(got.out, expected);
      }
  });

  const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY];
  test.each([
    [[1, nan, 2, nan], 1, 1],
    [[nan, inf, -inf], 0, 0],
    [[-inf, -inf], 0, 0],
    [[inf, inf], 0, 0],
    [[-inf, inf, nan], 2, 2],
    [[0, -0], 0, 0],
    [[-0, 0], 0, 0],
    [[3, 5, 5, 3], 1, 0],
  ])("of %s are %i and %i", (x, max, min) => {
    for (const [name, place] of [["max", max] as const, ["min", min] as const]) {
      const got = run(`position_${name}_float32`, new Int32Array(1), [Float32Array.from(x)], () => [
        1,
        x.length,
        1,
      ]);
      expect(got.out[0]).toBe(place);
    }
  });

  test("of the least and the largest int32 are the first", () => {
    for (const [name, x] of [["max", -(2 ** 31)] as const, ["min", 2 ** 31 - 1] as const]) {
      const same = new Int32Array(4).fill(x);
      expect(run(`position_${name}_int32`, new Int32Array(1), [same], () => [1, 4, 1]).out[0]).toBe(0);
    }
  });
});

describe("rows added at indices", () => {
  test.each(summed)("of %s are the interpreter's", (dtype) => {
    for (const [i, shape] of shapes.entries())
      for (const size of [1, 3, 100]) {
        const [outer, n, inner] = shape;
        const x = numbers(dtype, outer * n * inner, i, i % 3 === 0);
        const index = Int32Array.from({ length: n }, (_, j) => (j * j * 7 + i) % size);
        const to = [outer, size, inner];
        const nodes = [data(x, shape, dtype), data(index, [n], "int32")];
        const expected = defined({ kind: "scatter" }, nodes, to, dtype);
        const got = run(`scatter_${dtype}`, storage(dtype, expected.length), [x, index], (error) => [
          ...shape,
          size,
          error,
        ]);
        expectSame(got.out, expected);
        expect(got.error).toEqual([0, 0, 0]);
      }
  });

  test.each([
    [[0, 3, -1], 3],
    [[-1, 1, 2], -1],
    [[1, 2, 2 ** 31 - 1], 2 ** 31 - 1],
  ])("tell of the first index of %s that leads outside, and are left out", (index, first) => {
    for (const outer of [0, 2]) {
      const x = new Float32Array(outer * 3 * 5).fill(1);
      const out = new Float32Array(outer * 3 * 5).fill(9);
      const got = run("scatter_float32", out, [x, Int32Array.from(index)], (error) => [
        outer,
        3,
        5,
        3,
        error,
      ]);
      expect(got.error).toEqual([1, first, 3]);
      expect(got.out).toEqual(out.fill(0));
    }
  });

  test("have nowhere to go where there are no places", () => {
    const x = Float32Array.of(1, 2);
    const got = run("scatter_float32", new Float32Array(0), [x, Int32Array.of(0)], (error) => [
      1,
      1,
      2,
      0,
      error,
    ]);
    expect(got.error).toEqual([1, 0, 0]);
  });
});

test("copies are whole, whatever their length and place", () => {
  for (const length of [0, 1, 3, 4, 5, 15, 16, 17, 31, 33, 1023, 1024, 4099])
    for (const shift of [0, 1, 3]) {
      const from = numbers("bool", length + shift, length).subarray(shift);
      const [out, source] = lay([new Uint8Array(length), new Uint8Array(shift + length)]) as [Place, Place];
      source.array.set(from, shift);
      call("copy", out.at, source.at + shift, length);
      expect(out.array).toEqual(from);
      expect(besides(out)).toEqual([0xa5, 0xa5]);
    }
});

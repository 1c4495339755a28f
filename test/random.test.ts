/** The random streams against PyTorch's own numbers, and what a generator promises besides. */
import { Decimal } from "decimal.js";
import { describe, expect, it } from "vitest";
import { Generator } from "../src/tensor/random.ts";
import { log, sinCos } from "../src/tensor/rounded.ts";
import { golden } from "./golden.ts";

interface Golden {
  shape: number[];
  dtype: "float32" | "float64" | "int64";
  data: number[];
}

interface Case {
  seed: number;
  fn: string;
  args: unknown[];
  dtype?: string;
  out: Golden | Golden[];
}

const cases = await golden<Case>("random");

/** One row a call of PyTorch's: the shape's size, the kind of number and the call's other arguments go in. */
const calls: Record<
  string,
  (g: Generator, size: number, isDouble: boolean, args: number[]) => ArrayLike<number>
> = {
  rand: (g, size, isDouble) => g.uniform(isDouble ? new Float64Array(size) : new Float32Array(size)),
  randn: (g, size, isDouble) => g.normal(isDouble ? new Float64Array(size) : new Float32Array(size)),
  randint: (g, size, _, [low, high]) => g.integers(new Int32Array(size), low!, high!),
  randperm: (g, size) => g.permutation(size),
};

function draw(g: Generator, fn: string, args: unknown[], expected: Golden): number[] {
  const size = expected.shape.reduce((a, b) => a * b, 1);
  return Array.from(calls[fn]!(g, size, expected.dtype === "float64", args as number[]));
}

/** The cases as single draws in a row, each with what it should give. */
function drawsOf(c: Case): { fn: string; args: unknown[]; expected: Golden }[] {
  if (!Array.isArray(c.out)) return [{ fn: c.fn, args: c.args, expected: c.out }];
  return c.out.map((expected, i) => {
    const [fn, size] = String(c.args[i]).split(" ");
    return { fn: fn!, args: [Number(size)], expected };
  });
}

/** The golden numbers are written in decimal; float32 ones are read back as such. */
function numbersOf(expected: Golden): number[] {
  return expected.dtype === "float32" ? expected.data.map(Math.fround) : expected.data;
}

const isDoubleNormal = (c: Case) => c.fn === "randn" && c.dtype === "float64";
const title = (c: Case) => `seed ${c.seed}: ${c.fn}(${JSON.stringify(c.args).slice(1, -1)}) ${c.dtype ?? ""}`;

describe("the streams are PyTorch's, to the last bit", () => {
  const exact = cases.filter((c) => !isDoubleNormal(c));
  it.each(exact.map((c) => [title(c), c] as const))("%s", (_, c) => {
    const g = new Generator(c.seed);
    for (const { fn, args, expected } of drawsOf(c))
      expect(draw(g, fn, args, expected)).toEqual(numbersOf(expected));
  });

  // PyTorch takes log, sin and cos of float64 from the C library, ours are correctly rounded. The two disagree in the last bit
  // for about one argument in a thousand (glibc 2.36, measured); among these hundred numbers it is one radius, which two of them share.
  it("float64 normal numbers too, but where the C library's log is not correctly rounded", () => {
    const pairs = cases.filter(isDoubleNormal).flatMap((c) => {
      const [only] = drawsOf(c);
      const ours = draw(new Generator(c.seed), "randn", c.args, only!.expected);
      return ours.map((x, i) => [x, only!.expected.data[i]!] as const);
    });
    const differing = pairs.filter(([x, y]) => x !== y);
    expect(pairs.length).toBe(100);
    expect(differing.length).toBeLessThanOrEqual(2);
    for (const [x, y] of differing) expect(Math.abs(x - y)).toBeLessThanOrEqual(2 ** -52 * Math.abs(y));
  });
});

describe("a generator", () => {
  /** Draws of 32 bits, through a range that leaves all but one of them as they are. */
  const words = (g: Generator, n: number) => Array.from(g.integers(new Float64Array(n), 0, 2 ** 32 - 1));

  it("is the Mersenne twister of the C++ standard: its 10000th word from seed 5489 is 4123659995", () => {
    expect(words(new Generator(5489), 10000).at(-1)).toBe(4123659995);
  });

  it.each([
    [2 ** 53 - 1, 2 ** 32 - 1],
    [2 ** 32, 0],
    [-1, 2n ** 64n - 1n],
    [42n, 42],
  ])("reads the low 32 bits of a seed: %s starts as %s", (one, other) => {
    expect(words(new Generator(one), 5)).toEqual(words(new Generator(other), 5));
  });

  it.each([1.5, Number.NaN, 2 ** 53])("refuses the seed %s", (seed) => {
    expect(() => new Generator(seed)).toThrow(
      `seed expects an integer of magnitude below 2^53, or a bigint, got ${seed}`,
    );
  });

  it.each([0, 1, 623, 624, 625])(
    "goes on from a state saved after %i draws, through JSON, spare normal number and all",
    (n) => {
      const g = new Generator(7);
      g.uniform(new Float32Array(n));
      g.normal(new Float64Array(3));
      const copy = Generator.from(JSON.parse(JSON.stringify(g.state())));
      for (let round = 0; round < 3; round++)
        expect(copy.normal(new Float64Array(601))).toEqual(g.normal(new Float64Array(601)));
      expect(copy.normal(new Float64Array(1))).toEqual(g.normal(new Float64Array(1)));
    },
  );

  it("keeps a saved state as it was while it draws on", () => {
    const g = new Generator(7);
    const state = g.state();
    const before = JSON.stringify(state);
    g.uniform(new Float32Array(1000));
    expect(JSON.stringify(state)).toBe(before);
  });

  it.each([
    [{ words: [1, 2], position: 0, spareNormal: null }, "624 words of 32 bits, got 2 values"],
    [{ words: Array(624).fill(-1), position: 0, spareNormal: null }, "624 words of 32 bits, got 624 values"],
    [{ words: Array(624).fill(0), position: 625, spareNormal: null }, "a position from 0 to 624, got 625"],
    [{ words: Array(624).fill(0), position: 0, spareNormal: Number.NaN }, "a number or null, got NaN"],
  ])("refuses what is no state (%#)", (state, message) => {
    expect(() => Generator.from(state)).toThrow(message);
  });

  it.each([2 ** 32, 2 ** 40 - 7, 2 ** 53 - 1])("takes the remainder of 64 bits for the range %i", (range) => {
    const [high, low] = words(new Generator(3), 2);
    const wide = (BigInt(high!) << 32n) | BigInt(low!);
    const [drawn] = new Generator(3).integers(new Float64Array(1), 0, range);
    expect(drawn).toBe(Number(wide % BigInt(range)));
  });

  it("reaches both ends of the int32 range and no further", () => {
    const drawn = new Generator(3).integers(new Int32Array(1000), -(2 ** 31), 2 ** 31);
    expect(Math.min(...drawn)).toBeLessThan(-(2 ** 30));
    expect(Math.max(...drawn)).toBeGreaterThan(2 ** 30);
    const ends = new Set(new Generator(3).integers(new Int32Array(1000), -1, 2));
    expect([...ends].sort()).toEqual([-1, 0, 1]);
  });

  it.each([
    [5, 5],
    [5, 3],
    [0.5, 3],
    [0, 2 ** 31 + 1],
  ])("refuses integers from %d to %d", (low, high) => {
    expect(() => new Generator(3).integers(new Int32Array(1), low, high)).toThrow(
      `randint expects integers low < high within ±2147483648, got low ${low}, high ${high}`,
    );
  });

  it.each([0, 1, 2, 1000])("permutes %i numbers: each comes once", (n) => {
    expect(Array.from(new Generator(3).permutation(n).sort())).toEqual(
      Array.from({ length: n }, (_, i) => i),
    );
  });

  it.each([-1, 1.5])("refuses to permute %d numbers", (n) => {
    expect(() => new Generator(3).permutation(n)).toThrow(
      `randperm expects a count from 0 to 2^31, got ${n}`,
    );
  });
});

describe("float64 functions behind the normal numbers are correctly rounded", () => {
  const Wide = Decimal.clone({ precision: 60 });
  /** The double itself, not the decimal that it prints as. */
  const exact = (x: number) => new Wide(BigInt(x * 2 ** 110).toString()).div(new Wide(2).pow(110));
  const drawn = [
    ...new Generator(11).uniform(new Float64Array(300)),
    2 ** -53,
    1 - 2 ** -53,
    0.5,
    Math.SQRT1_2,
  ];
  const angles = [...drawn, 0.25, 0.75].map((x) => 2 * Math.PI * x);

  it("log over (0, 1]", () => {
    for (const x of drawn) expect(log(x)).toBe(exact(x).ln().toNumber());
    expect(log(1)).toBe(0);
  });

  it("sin and cos over [0, 2 pi)", () => {
    for (const x of angles) expect(sinCos(x)).toEqual([exact(x).sin().toNumber(), exact(x).cos().toNumber()]);
    expect(sinCos(0)).toEqual([0, 1]);
  });
});

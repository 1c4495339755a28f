/** The order of sums: the rule said again in the plainest way, and what it is for: digits that are not lost. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { full, manualSeed, rand, randn, tensor } from "../src/index.ts";
import { sum } from "../src/runtime/sums.ts";

/** The rule as it is written, for terms of float32 or float64. */
function plainSum(terms: readonly number[], round: (x: number) => number): number {
  const blocks = chunks(terms, 4096).map((block) => {
    const lanes = [0, 1, 2, 3].map((lane) =>
      laneTotal(
        block.filter((_, i) => i % 4 === lane),
        round,
      ),
    );
    return lanes[0]! + lanes[2]! + (lanes[1]! + lanes[3]!);
  });
  return pairwise(blocks);
}

/** The terms of one lane: trees of eight in the precision of the terms, one after the other in float64. */
function laneTotal(terms: readonly number[], round: (x: number) => number): number {
  return chunks(terms, 8).reduce((total, eight) => {
    const [a, b, c, d, e, f, g, h] = Array.from({ length: 8 }, (_, i) => eight[i] ?? 0) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const half = (w: number, x: number, y: number, z: number) => round(round(w + x) + round(y + z));
    return total + round(half(a, b, c, d) + half(e, f, g, h));
  }, 0);
}

function pairwise(sums: readonly number[]): number {
  if (sums.length <= 1) return sums[0] ?? 0;
  return pairwise(chunks(sums, 2).map(([a, b]) => (b === undefined ? a! : a! + b)));
}

function chunks<T>(xs: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(xs.length / size) }, (_, i) => xs.slice(i * size, (i + 1) * size));
}

/** The sum without rounding, as a fraction of 2^-scale, for numbers that are multiples of it. */
function exactSum(terms: ArrayLike<number>, scale: number): bigint {
  let total = 0n;
  for (let i = 0; i < terms.length; i++) total += BigInt(terms[i]! * 2 ** scale);
  return total;
}

const lengths = fc.oneof(
  fc.integer({ min: 0, max: 100 }),
  fc.integer({ min: 4000, max: 4200 }),
  fc.integer({ min: 8000, max: 30000 }),
);

describe("a sum", () => {
  test("of float32 adds in the order of the rule, to the bit", () => {
    fc.assert(
      fc.property(lengths, fc.nat(), (n, seed) => {
        manualSeed(seed);
        const x = randn([n]);
        const terms = [...x.toTypedArray()];
        expect(sum(Float32Array.from(terms), 0, n)).toBe(plainSum(terms, Math.fround));
        expect(x.sum().item()).toBe(Math.fround(plainSum(terms, Math.fround)));
      }),
      { numRuns: 40 },
    );
  });

  test("of float64 adds in the order of the rule, to the bit", () => {
    fc.assert(
      fc.property(lengths, fc.nat(), (n, seed) => {
        manualSeed(seed);
        const x = randn([n], { dtype: "float64" });
        const terms = [...x.toTypedArray()];
        expect(x.sum().item()).toBe(plainSum(terms, (y) => y));
      }),
      { numRuns: 40 },
    );
  });

  test("over other dims takes its terms in row-major order", () => {
    const x = randn([3, 50, 7]);
    const terms = Array.from({ length: 150 }, (_, i) => x.toTypedArray()[i * 7 + 2]!);
    const byColumn = x.sum({ dim: [0, 1] }).toTypedArray();
    expect(byColumn[2]).toBe(Math.fround(plainSum(terms, Math.fround)));
  });

  test("of 1,000,000 times 0.1 in float32 is 100000", () => {
    expect(full([1_000_000], 0.1).sum().item()).toBe(100_000);
    expect(full([1_000_000], 0.1).mean().item()).toBe(Math.fround(0.1));
  });

  test("of many equal float32 terms is right to the last digit", () => {
    for (const n of [1000, 4097, 123_457]) {
      const exact = Number(exactSum(new Float32Array(n).fill(0.1), 60)) / 2 ** 60;
      expect(full([n], 0.1).sum().item()).toBe(Math.fround(exact));
    }
  });

  test("of float32 loses no more than three roundings of its terms and one of its own", () => {
    manualSeed(1);
    for (const n of [10, 1000, 100_000]) {
      const x = rand([n]).sub(0.5);
      const terms = [...x.toTypedArray()];
      const exact = Number(exactSum(terms, 60)) / 2 ** 60;
      const magnitude = terms.reduce((total, t) => total + Math.abs(t), 0);
      const error = Math.abs(x.sum().item() - exact);
      expect(error).toBeLessThanOrEqual(2 ** -24 * (3 * magnitude + Math.abs(exact)));
    }
  });

  test("of float64 keeps 15 digits of 1,000,000 terms", () => {
    manualSeed(2);
    const x = rand([1_000_000], { dtype: "float64" });
    const exact = exactSum(x.toTypedArray(), 53);
    // A lane adds 128 partial sums one after the other, a block 4 lanes: roundings of either sign, which largely cancel.
    const ours = BigInt(x.sum().item() * 2 ** 40) << 13n;
    expect(Math.abs(Number(ours - exact)) / Number(exact)).toBeLessThan(1e-15);
  });

  test("of infinities and NaN is what addition makes of them", () => {
    expect(tensor([Infinity, 1]).sum().item()).toBe(Infinity);
    expect(tensor([Infinity, -Infinity]).sum().item()).toBeNaN();
    expect(tensor([Number.NaN, 1]).sum().item()).toBeNaN();
    expect(full([100], 3e38).sum().item()).toBe(Infinity);
  });
});

describe("running sums", () => {
  test("are accumulated in float64 and rounded at each place", () => {
    const x = full([100_000], 0.1);
    const last = x
      .cumsum()
      .slice([[-1]])
      .item();
    expect(last).toBe(Math.fround(Math.fround(0.1) * 100_000));
  });
});

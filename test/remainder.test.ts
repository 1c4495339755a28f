/** The remainder of huge arguments in WebAssembly: to the bit that in long integers. */
import { expect, test } from "vitest";
import { encode } from "../src/compiler/encode.ts";
import { remainders } from "../src/compiler/remainder.ts";
import { reduce } from "../src/ir/remainder.ts";

const memory = new WebAssembly.Memory({ initial: 1 });
const functions = remainders(0).map((f) => ({ ...f, isExported: true }));
const { exports } = new WebAssembly.Instance(
  new WebAssembly.Module(encode({ imports: [], functions, isShared: false })),
  { env: { memory } },
);
const { remainder, quadrant } = exports as Record<"remainder" | "quadrant", (x: number) => number>;

function expectSame(x: number): void {
  for (const sign of [1, -1]) {
    const got = { x: sign * x, remainder: remainder(sign * x), quadrant: quadrant(sign * x) };
    const expected = { x: sign * x, ...reduce(sign * x) };
    const isSame = Object.is(got.remainder, expected.remainder) && Object.is(got.quadrant, expected.quadrant);
    if (!isSame) expect(got).toEqual(expected);
  }
}

test("of doubles and floats of every size", () => {
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  for (let exponent = 20; exponent < 1024; exponent++)
    for (let i = 0; i < 12; i++) {
      const x = (1 + next() + next() * 2 ** -32) * 2 ** exponent;
      expectSame(x < Number.POSITIVE_INFINITY ? x : Number.MAX_VALUE);
      if (exponent < 127) expectSame(Math.fround(x));
    }
});

test("of powers of two, and of neighbours of multiples of pi/2", () => {
  for (let exponent = 19; exponent < 1024; exponent++) {
    expectSame(2 ** exponent);
    for (const k of [1, 3, 2 ** 52 - 1]) expectSame((Math.PI / 2) * k * 2 ** (exponent - 52));
  }
});

test("of the double that comes nearest to a multiple of pi/2", () => {
  const x = 6381956970095103 * 2 ** 797;
  expect(Math.abs(remainder(x))).toBeLessThan(2 ** -60);
  expectSame(x);
});

test("of what is not huge, or not finite", () => {
  for (const x of [0, 1, 1e-310, 2 ** 20, 2 ** 20 + 2 ** -32, Number.MAX_VALUE]) expectSame(x);
  for (const x of [Number.POSITIVE_INFINITY, Number.NaN]) expectSame(x);
});

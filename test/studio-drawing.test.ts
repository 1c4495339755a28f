/** What the page's pictures compute before they draw: dots as pixels, rows that follow the parameters, ranges, lines and their words. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFormula } from "../src/index.ts";
import { type Frame, placing, valuesAt } from "../src/studio/drawing/frame.ts";
import { lossLines, parameterLines, rateLines } from "../src/studio/drawing/lines.ts";
import { type Dots, nearestDot, stampDots } from "../src/studio/drawing/points.ts";
import { between, evenly, rangeWith, scaled, symmetricRange } from "../src/studio/drawing/ranges.ts";
import { follow, isUpToDate, marksOfAll, rowsOf } from "../src/studio/drawing/rows.ts";

const frame: Frame = { left: 50, top: 10, width: 100, height: 40, x: [0, 10], y: [-1, 1], ratio: 1 };
const doubles = (...values: number[]): Float64Array => Float64Array.from(values);
const dots = (x: number[], y: number[], heldOut: number[] | null = null): Dots => ({
  x: doubles(...x),
  y: doubles(...y),
  heldOut: heldOut && Uint8Array.from(heldOut),
});

describe("dots that are stamped", () => {
  const ink = { colour: [0x11, 0x22, 0x33], strength: 0.1 } as const;
  const stamped = (some: Dots): Uint32Array => {
    const pixels = new Uint32Array(frame.width * frame.height);
    stampDots(pixels, some, frame, ink);
    return pixels;
  };
  const covered = (pixels: Uint32Array): number[] => [...pixels.keys()].filter((i) => pixels[i]! !== 0);

  it("are where their values are, in the colour given", () => {
    const pixels = stamped(dots([5], [0]));
    const places = covered(pixels);
    expect(places).toContain(20 * frame.width + 50);
    for (const place of places) {
      expect(Math.abs((place % frame.width) - 50)).toBeLessThanOrEqual(1);
      expect(pixels[place]! & 0xffffff).toBe(0x332211);
    }
  });

  it("are darker where more of them lie, and never wrap round to nothing", () => {
    const alpha = (count: number): number => {
      const pixels = stamped(dots(Array(count).fill(5), Array(count).fill(0)));
      return pixels[20 * frame.width + 50]! >>> 24;
    };
    expect([1, 2, 10, 1000].map(alpha)).toEqual([1, 2, 10, 1000].map(alpha).toSorted((a, b) => a - b));
    expect(alpha(1)).toBeGreaterThan(0);
    expect(alpha(1000)).toBe(255);
  });

  it("have a hole where they are held out", () => {
    const pixels = stamped(dots([5], [0], [1]));
    expect(pixels[20 * frame.width + 50]).toBe(0);
    expect(covered(pixels).length).toBeGreaterThan(4);
  });

  it("are not drawn where there is no place for them", () =>
    expect(covered(stamped(dots([Number.NaN, 5, 1e300, -50], [0, Number.NaN, 0, 0])))).toEqual([]));

  it("stay within the image, wherever they lie", () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.double(), fc.double())), (places) => {
        const pixels = stamped(
          dots(
            places.map(([x]) => x),
            places.map(([, y]) => y),
          ),
        );
        expect(pixels.length).toBe(frame.width * frame.height);
      }),
    ));
});

describe("a frame", () => {
  it("leads from values to pixels and back", () => {
    const [left, top] = placing(frame)(2.5, 0.5);
    expect([left, top]).toEqual([75, 20]);
    expect(valuesAt(frame, { left: left - frame.left, top: top - frame.top })).toEqual([2.5, 0.5]);
  });

  it("knows which dot is nearest to a place, and how far it is", () => {
    const some = dots([1, 5, Number.NaN], [0, 0.5, 0]);
    expect(nearestDot(some, frame, { left: 50, top: 13 })).toEqual({ row: 1, distance: 3 });
    expect(nearestDot(dots([Number.NaN], [0]), frame, { left: 0, top: 0 })).toBeNull();
  });
});

describe("rows that follow", () => {
  const formula = parseFormula("log(y) ~ a*x + b", { columns: ["x", "y"] });
  const x = Float64Array.from({ length: 60_000 }, (_, i) => i / 1000);
  const y = x.map((at) => Math.exp(2 * at));

  it("are all of the same values in the end, in the scale that the formula predicts", () => {
    const rows = rowsOf(formula, { x, y });
    const [first, second] = [
      { a: 1, b: 0 },
      { a: 2, b: 0.5 },
    ];
    follow(rows, first);
    expect(isUpToDate(rows, first)).toBe(false);
    while (!isUpToDate(rows, second)) follow(rows, second);
    expect([...rows.predictions]).toEqual([...formula.predict({ x }, second)]);
    // The logarithm of an exponential is within a rounding of what went in, here up to 120.
    expect(Math.max(...rows.residuals.map((residual) => Math.abs(residual + 0.5)))).toBeLessThan(1e-13);
  });

  it("tell when all of them have followed", () => {
    const rows = rowsOf(formula, { x, y });
    const values = { a: 1, b: 1 };
    const told: boolean[] = [];
    while (!isUpToDate(rows, values)) told.push(follow(rows, values));
    expect(told.slice(0, -1).some(Boolean)).toBe(false);
    expect(told.at(-1)).toBe(true);
    expect(follow(rows, values)).toBe(false);
  });

  it("are predicted where a formula has no column", () => {
    const rows = rowsOf(parseFormula("y ~ c", { columns: ["y"] }), { y: doubles(1, 2, 3) });
    follow(rows, { c: 2 });
    expect([...rows.residuals]).toEqual([-1, 0, 1]);
  });

  it("know which of all rows are held out, from marks of those without gaps", () => {
    const columns = { x: doubles(1, Number.NaN, 3, 4), y: doubles(1, 2, 3, 4) };
    expect(marksOfAll([0, 1, 1], columns)).toEqual(Uint8Array.of(0, 0, 1, 1));
    expect(marksOfAll([0, 1], columns)).toBeNull();
  });
});

describe("ranges", () => {
  it("stand still while a curve moves within them, and follow it by half of their size at most", () => {
    expect(rangeWith([0, 16], [3, 8])).toEqual([0, 16]);
    expect(rangeWith([0, 16], [-0.5, 8])).toEqual(rangeWith([0, 16], [-0.9, 8]));
    expect(rangeWith([0, 16], [-1e9, 1e9])).toEqual([-8, 24]);
    expect(rangeWith([0, 16], [Number.NaN, Number.POSITIVE_INFINITY])).toEqual([0, 16]);
  });

  it("are as large on both sides of zero, with room for the outermost value", () =>
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 }), (values) => {
        const [low, high] = symmetricRange(values);
        expect(low).toBe(-high);
        expect(high).toBeGreaterThan(Math.max(...values.map(Math.abs)));
      }),
    ));

  it("keep a place where it is as they are scaled", () => expect(scaled([0, 10], 0.5, 2)).toEqual([1, 6]));

  it("have numbers between, and none beyond", () => {
    const [xs, ys] = [evenly([0, 2], 3), doubles(0, 10, 40)];
    expect([0, 0.5, 1.5, 2].map((x) => between(x, xs, ys))).toEqual([0, 5, 25, 40]);
    expect([-0.1, 2.1].map((x) => between(x, xs, ys))).toEqual([Number.NaN, Number.NaN]);
  });
});

describe("lines", () => {
  const entry = (step: number, loss: number, validationLoss: number | null = null) => ({
    step,
    epoch: step,
    loss,
    validationLoss,
    learningRate: null,
  });

  it("of a loss are logarithmic unless it is negative, and say what it is at a step", () => {
    const options = { loss: "mse", isLog: true, now: 1 };
    const falling = lossLines([entry(0, 100), entry(1, 10, 20)], options);
    expect(falling.lines.map(({ values }) => [...(values as number[])])).toEqual([
      [2, 1],
      [Number.NaN, Math.log10(20)],
    ]);
    expect(falling.y.isLog).toBe(true);
    expect(falling.words(1)).toBe("step 1: 10, validation 20");
    expect(lossLines([entry(0, -1), entry(1, -2)], options)).toMatchObject({
      y: { isLog: false },
      lines: [{ values: [-1, -2] }],
    });
  });

  it("tell training from validation, and one parameter from another, without colours", () => {
    const [training, validation] = lossLines([entry(0, 1, 1)], { loss: "mse", isLog: false, now: 0 }).lines;
    expect(training?.dash).toBeUndefined();
    expect(validation?.dash).toBeDefined();
    const path = [0, 1].map((step) => ({ ...entry(step, 1), params: { a: step, b: 5 - step } }));
    const { lines } = parameterLines(path, ["a", "b"], { isShared: true, now: 1 });
    expect(lines[0]!.dash).not.toEqual(lines[1]!.dash);
  });

  it("of parameters that are each on its own scale go from the least to the largest", () => {
    const path = [0, 1, 2].map((step) => ({ ...entry(step, 1), params: { a: 100 * step, b: -step } }));
    const { lines } = parameterLines(path, ["a", "b"], { isShared: false, now: 2 });
    expect(lines.map(({ values }) => [...(values as number[])])).toEqual([
      [0, 0.5, 1],
      [1, 0.5, 0],
    ]);
  });

  it("of learning rates end where the loss is no number", () => {
    const { lines, words } = rateLines({
      rates: [0.01, 0.1],
      losses: [10, Number.NaN],
      suggestion: 0.01,
      message: "",
    });
    expect([...(lines[0]!.values as number[])]).toEqual([1, Number.NaN]);
    expect(words(0)).toBe("rate 0.01: loss 10");
  });
});

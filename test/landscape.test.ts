/** The loss as a landscape: that of the fit at every place, over grids of any fineness; what to look at, and where to draw lines. */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  type FitOptions,
  fit,
  type LandscapeView,
  levelsOf,
  lossLandscape,
  tensor,
  viewAround,
} from "../src/index.ts";

const time = Array.from({ length: 20 }, (_, i) => i);
const speed = time.map((t) => 0.75 * (t - 9.5) ** 2 + 1 + Math.sin(7 * t));
const weight = time.map((t) => 1 + (t % 3));
const data = { time, speed, weight };
const ride: FitOptions = { data, model: "speed ~ a*time^2 + b*time + c" };

const view: LandscapeView = {
  x: { name: "a", from: -1, to: 2, count: 7 },
  y: { name: "b", from: -20, to: 0, count: 5 },
  at: { c: 60 },
};

/** The loss that a fit tells which takes no step from a place. */
async function told(options: FitOptions, place: Record<string, number>): Promise<number> {
  const params = Object.fromEntries(
    Object.entries(place).map(([name, start]) => [name, { ...(options.params?.[name] as object), start }]),
  );
  const { loss } = await fit({ optimizer: "sgd", lr: 1, ...options, params, steps: 0 } as FitOptions & {
    model: string;
  });
  return loss;
}

describe("a landscape", () => {
  const kinds: readonly (readonly [what: string, options: FitOptions])[] = [
    ["of squares", ride],
    ["of weighted squares", { ...ride, weights: "weight" }],
    ["of absolute values", { ...ride, loss: "l1" }],
    ["of a robust loss at a scale", { ...ride, loss: "cauchy", scale: 3 }],
    ["of a loss of one's own", { ...ride, loss: (p, y) => p.sub(y).abs().sqrt().mean() }],
    ["in single precision", { ...ride, dtype: "float32" }],
    ["of the rows that are not held out", { ...ride, validation: 0.25, seed: 7 }],
    [
      "of a function",
      {
        ...ride,
        model: ({ time }, { a, b, c }) => time!.mul(a!).add(b!).mul(time!).add(c!),
        target: "speed",
      },
    ],
  ];
  it.each(kinds)("%s is to the bit what the fit computes", async (_, given) => {
    const options = typeof given.model === "string" ? given : { ...given, params: { a: 1, b: 1, c: 1 } };
    const { over, lossAt } = await lossLandscape(options);
    const { x, y, losses } = over(view);
    for (const [row, column] of [
      [0, 0],
      [1, 4],
      [4, 6],
    ] as const) {
      const place = { a: x[column]!, b: y[row]!, c: 60 };
      expect(losses[row * x.length + column]).toBe(await told(options, place));
      expect(lossAt(place)).toBe(losses[row * x.length + column]);
    }
  });

  it("is over the parameters that are free and numbers; ties are followed, and the others stay where they start", async () => {
    const { names, lossAt, loss } = await lossLandscape({
      data,
      model: "speed ~ a*time^2 + b*time + c + d",
      params: { a: 1, b: { tie: "-14*a" }, c: { start: 70, min: 0 }, d: { fixed: 2 } },
    });
    expect([names, loss]).toEqual([["a", "c"], "mse"]);
    const at = await told(ride, { a: 0.5, b: -7, c: 72 });
    expect(lossAt({ a: 0.5 })).toBe(at);
    expect(lossAt({ a: 0.5, b: 100, d: 100 })).toBe(at);
  });

  it("is looked at one by one where the model says something else each time", async () => {
    let calls = 0;
    const { over } = await lossLandscape({
      data,
      model: (row, { a, b }) =>
        row
          .time!.mul(a!)
          .add(b!)
          .add(calls++ * 0),
      target: "speed",
      params: { a: 1, b: tensor([1]), c: tensor([1, 2]) },
      dtype: "float64",
    });
    const line = await lossLandscape({ data, model: "speed ~ a*time + b" });
    const two = { x: view.x, y: view.y };
    expect(over(two).losses).toEqual(line.over(two).losses);
  });

  it("keeps places without a number", async () => {
    const { over } = await lossLandscape({ data, model: "speed ~ a*log(time - b)" });
    const { losses } = over({ x: view.x, y: { name: "b", from: -1, to: 1, count: 3 } });
    expect(losses.slice(0, 7).every(Number.isFinite)).toBe(true);
    expect(losses.slice(14).every(Number.isNaN)).toBe(true);
  });

  test.each<[what: string, view: Partial<LandscapeView>, message: string]>([
    [
      "an axis that is no parameter",
      { x: { ...view.x, name: "z" } },
      "a view expects a free parameter, got z",
    ],
    ["one axis twice", { y: { ...view.y, name: "a" } }, "a view expects two parameters, got a twice"],
    [
      "an axis without a width",
      { x: { ...view.x, to: -1 } },
      "the axis of a expects from < to, got -1 and -1",
    ],
    [
      "an axis of one value",
      { x: { ...view.x, count: 1 } },
      "the axis of a expects a count of 2 or more, got 1",
    ],
    ["a place that there is not", { at: { speedd: 1 } }, "unknown parameter: speedd"],
  ])("refuses %s", async (_, wrong, message) => {
    const { over } = await lossLandscape(ride);
    expect(() => over({ ...view, ...wrong })).toThrow(message);
  });

  it("needs a free parameter", async () => {
    await expect(lossLandscape({ data, model: "speed ~ a", params: { a: { fixed: 1 } } })).rejects.toThrow(
      "lossLandscape expects a free parameter that is a number, got none",
    );
  });
});

describe("ever finer grids", () => {
  it("are parts of the whole, which comes last, to the bit", async () => {
    const { over, refine } = await lossLandscape(ride);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 70 }),
        fc.integer({ min: 2, max: 70 }),
        async (across, down) => {
          const fine = { ...view, x: { ...view.x, count: across }, y: { ...view.y, count: down } };
          const whole = over(fine);
          const grids = [...refine(fine)].filter((grid) => grid !== null);
          expect(grids.at(-1)).toEqual(whole);
          for (const { x, y, losses } of grids)
            y.forEach((b, row) => {
              x.forEach((a, column) => {
                const place = whole.y.indexOf(b) * across + whole.x.indexOf(a);
                expect(losses[row * x.length + column]).toBe(whole.losses[place]);
              });
            });
        },
      ),
      { numRuns: 20 },
    );
  });

  it("double from 9 by 9", async () => {
    const { refine } = await lossLandscape(ride);
    const fine = { ...view, x: { ...view.x, count: 129 }, y: { ...view.y, count: 129 } };
    const grids = [...refine(fine)].filter((grid) => grid !== null);
    expect(grids.map(({ x, y }) => [x.length, y.length])).toEqual(
      [9, 17, 33, 65, 129].map((count) => [count, count]),
    );
  });

  it("never compute a place twice", async () => {
    let rows = 0;
    const { refine } = await lossLandscape({
      data: { time: [1], speed: [1] },
      model: (row, { a, b }) => {
        // A number that is looked at keeps the model from being compiled, so that it is called at each place.
        a!.item();
        rows++;
        return row.time!.mul(a!).add(b!);
      },
      target: "speed",
      params: { a: 1, b: 1 },
    });
    const before = rows;
    for (const _ of refine({ x: { ...view.x, count: 33 }, y: { ...view.y, count: 21 } }));
    expect(rows - before).toBe(33 * 21);
  });
});

describe("a view", () => {
  it("holds the path, the answer and three standard errors to each side, with a margin", () => {
    const path = [
      { a: 1, b: 0 },
      { a: 4, b: Number.NaN },
    ];
    const { x, y, at } = viewAround(["a", "b"], { a: 2, b: 5, c: 9 }, { path, errors: { b: 10 }, count: 33 });
    expect(x).toEqual({ name: "a", from: 1 - 3 / 7, to: 4 + 3 / 7, count: 33 });
    expect(y).toEqual({ name: "b", from: -25 - 60 / 7, to: 35 + 60 / 7, count: 33 });
    expect(at).toEqual({ a: 2, b: 5, c: 9 });
  });

  it("has a width where nothing is known but a place", () => {
    const { x, y } = viewAround(["a", "b"], { a: 0, b: -3 });
    expect([x.from, x.to, y.from, y.to]).toEqual([-1, 1, -4.5, -1.5]);
  });
});

describe("levels", () => {
  it("rise by a factor above the least loss", () => {
    const losses = Array.from({ length: 1001 }, (_, i) => 5 + 10 ** ((i - 500) / 100));
    const heights = levelsOf([5, ...losses], 9).map((level) => level - 5);
    expect(heights.length).toBe(9);
    const factors = heights.slice(1).map((height, i) => height / heights[i]!);
    // 1e6 from the lowest to the highest, in eight steps; differences from 5 keep some ten digits.
    for (const factor of factors) expect(factor).toBeCloseTo(1e6 ** (1 / 8), 6);
  });

  it("rise and lie between the losses, whatever these are", () => {
    fc.assert(
      fc.property(fc.array(fc.double()), fc.integer({ min: 1, max: 20 }), (losses, count) => {
        const levels = levelsOf(losses, count);
        const finite = losses.filter(Number.isFinite);
        expect(levels.length).toBeLessThanOrEqual(count);
        levels.forEach((level, i) => {
          expect(level).toBeGreaterThan(i === 0 ? Math.min(...finite) : levels[i - 1]!);
          expect(Number.isFinite(level)).toBe(true);
        });
      }),
    );
  });

  it("are none where all losses are the same", () => {
    expect([levelsOf([3, 3, 3]), levelsOf([]), levelsOf([Number.NaN])]).toEqual([[], [], []]);
  });
});

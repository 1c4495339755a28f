/** One model, several outputs: parameters that all of them share. */
import { expect, test } from "vitest";
import { fit } from "../src/index.ts";

// A decays into B, and both are watched (first-order kinetics).
const t = Array.from({ length: 20 }, (_, i) => i / 2);
const a = t.map((s) => 5 * Math.exp(-0.3 * s));
const b = t.map((s) => 5 * (1 - Math.exp(-0.3 * s)) + 0.5);
const data = { t, a, b };

const kinetics = {
  target: ["a", "b"],
  params: { start: 1, k: 1, floor: 0 },
} as const;

test("all outputs are fitted together, and predicted by name", async () => {
  const fitted = await fit({
    data,
    ...kinetics,
    model: (row, { start, k, floor }) => {
      const left = start.mul(row.t.mul(k).neg().exp());
      return { a: left, b: start.sub(left).add(floor) };
    },
  });
  expect(fitted.params.start.value).toBeCloseTo(5, 9);
  expect(fitted.params.k.value).toBeCloseTo(0.3, 9);
  expect(fitted.params.floor.value).toBeCloseTo(0.5, 9);
  expect(fitted.statistics).toMatchObject({ observations: 40, degreesOfFreedom: 37 });
  const { a: first, b: second } = fitted.predict({ t: [0, 1] });
  expect([...first]).toEqual([expect.closeTo(5, 8), expect.closeTo(5 * Math.exp(-0.3), 8)]);
  expect(second[0]).toBeCloseTo(0.5, 8);
  expect(fitted.report()).toContain("a, b ~ model(t)");
});

test("rows that miss one of the outputs are left out", async () => {
  const holes = { t, a: a.map((v, i) => (i === 3 ? null : v)), b };
  const fitted = await fit({
    data: holes,
    ...kinetics,
    model: (row, { start, k, floor }) => {
      const left = start.mul(row.t.mul(k).neg().exp());
      return { a: left, b: start.sub(left).add(floor) };
    },
  });
  expect(fitted.statistics.observations).toBe(38);
});

test("bad outputs are refused, saying what came", async () => {
  const model = (row: { t: import("../src/index.ts").Tensor }) => ({ a: row.t }) as never;
  await expect(fit({ data, ...kinetics, model })).rejects.toThrow(
    "model expects a function that returns a tensor for b, got undefined",
  );
  await expect(fit({ data, ...kinetics, model, batchSize: 4 })).rejects.toThrow(
    "several targets are fitted over all rows at once, got batchSize",
  );
  await expect(fit({ data, ...kinetics, target: [] as never[], model })).rejects.toThrow(
    "target expects the name of a column, or several, got none",
  );
});

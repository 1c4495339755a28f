/** Parameters that follow from others: `k2: { tie: "2*k1" }`. */
import { expect, test } from "vitest";
import { fit, readModel, type Tensor } from "../src/index.ts";

const x = [0, 1, 2, 3, 4, 5, 6];
const y = x.map((t) => 3 * Math.exp(-0.4 * t) + 6 * Math.exp(-0.8 * t));
const model = "y ~ a*exp(-k1*x) + b*exp(-k2*x)";

test("a tied parameter follows the other through the fit, and is not counted as fitted", async () => {
  const fitted = await fit({ data: { x, y }, model, params: { a: 2, b: 4, k1: 0.5, k2: { tie: "2*k1" } } });
  expect(fitted.params.k1.value).toBeCloseTo(0.4, 9);
  expect(fitted.params.k2.value).toBe(2 * fitted.params.k1.value);
  expect(fitted.params.k2).toMatchObject({ tie: "2*k1", fixed: false, start: 1 });
  expect(fitted.statistics.degreesOfFreedom).toBe(4);
  expect(fitted.report()).toContain("tied to 2*k1");
});

test("ties may rest on ties, in any order, and on fixed parameters", async () => {
  const fitted = await fit({
    data: { x, y },
    model,
    params: { a: { tie: "b/2" }, b: { tie: "15*k2/2" }, k1: 0.5, k2: { tie: "2*k1" } },
  });
  expect(fitted.params.k1.value).toBeCloseTo(0.4, 9);
  expect(fitted.params.a.value).toBeCloseTo(3, 8);
});

test("functions have ties too", async () => {
  const fitted = await fit({
    data: { x, y: x.map((t) => 2 * t + 4) },
    target: "y",
    model: (row, { slope, offset }) => (row.x as Tensor).mul(slope!).add(offset!),
    params: { slope: 1, offset: { tie: "2*slope" } },
  });
  expect(fitted.params.offset.value).toBeCloseTo(4, 10);
});

test("a model file keeps its ties", async () => {
  const fitted = await fit({ data: { x, y }, model, params: { a: 2, b: 4, k1: 0.5, k2: { tie: "2*k1" } } });
  const saved = readModel(JSON.parse(JSON.stringify(fitted)));
  expect(saved.predict({ x })).toEqual(fitted.predict({ x }));
  expect(saved.params.k2).toEqual({ tie: "2*k1" });
});

test.each([
  [{ k2: { tie: "2*k1 + q" } }, "parameter k2 is tied to an unknown parameter: q"],
  [{ k2: { tie: "k1" }, k1: { tie: "k2" } }, "ties expect no circle, got k1 -> k2 -> k1"],
  [{ k2: { tie: "k1", start: 1 } }, "parameter k2 expects a tie alone, got start besides"],
  [{ k2: { tie: "k1", fixed: true } }, "parameter k2 expects a tie alone, got fixed besides"],
])("%j is refused", async (params, message) => {
  await expect(fit({ data: { x, y }, model, params: params as object })).rejects.toThrow(message);
});

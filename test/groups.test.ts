/** Fits of many groups at once: each is what a fit of its rows alone would be, however many there are. */
import { describe, expect, test } from "vitest";
import { fit, fitGroups, Generator, type GroupedFit, type Tensor, writeCsv } from "../src/index.ts";

const model = "y ~ a*exp(-b*t) + c";
const params = { a: 1, b: 1, c: 0 };

type Columns = {
  well: (number | string | null)[];
  t: number[];
  y: number[];
  w: number[];
};

/** Decays of some groups, each with as many points as `pointsOf` says, and noise of 1 %. */
function decays(groups: number, pointsOf: (group: number) => number, rate?: number): Columns {
  const generator = new Generator(7);
  const draw = (count: number) => generator.uniform(new Float64Array(count));
  const columns: Columns = { well: [], t: [], y: [], w: [] };
  for (let group = 0; group < groups; group++) {
    const [u, v, c] = draw(3) as unknown as [number, number, number];
    const [a, b] = [1 + 4 * u, rate ?? 0.5 + 2.5 * v];
    const points = pointsOf(group);
    const noise = draw(3 * points);
    for (let i = 0; i < points; i++) {
      const t = (5 * i) / points;
      const error = 0.02 * (noise[3 * i]! + noise[3 * i + 1]! + noise[3 * i + 2]! - 1.5);
      columns.well.push(group);
      columns.t.push(t);
      columns.y.push(a * Math.exp(-b * t) + c + error);
      columns.w.push(1 + (i % 3));
    }
  }
  return columns;
}

function rowsOf({ well, t, y, w }: Columns, group: number | string): Omit<Columns, "well"> {
  const mine = (list: number[]): number[] => list.filter((_, i) => well[i] === group);
  return { t: mine(t), y: mine(y), w: mine(w) };
}

/** That answers agree to 1e-8 of the parameter, or of its error where that is larger, and errors to 1e-6. */
function expectAlike(
  got: Record<string, { value: number | null; standardError: number | null }>,
  wanted: Record<string, { value: number; standardError: number | null }>,
): void {
  for (const [name, { value, standardError }] of Object.entries(wanted)) {
    const unit = Math.max(Math.abs(value), standardError ?? 0);
    expect(Math.abs(got[name]!.value! - value)).toBeLessThan(1e-8 * unit);
    if (standardError === null) expect(got[name]!.standardError).toBeNull();
    else expect(Math.abs(got[name]!.standardError! / standardError - 1)).toBeLessThan(1e-6);
  }
}

async function expectAsAlone(fits: GroupedFit, data: Columns, options: object): Promise<void> {
  for (const group of fits.groups) {
    const alone = await fit({ data: rowsOf(data, group), model, params, ...options });
    const together = fits.fit(group);
    expectAlike(together.params, alone.params);
    const { residualSumOfSquares, rSquared, observations } = alone.statistics;
    expect(together.observations).toBe(observations);
    expect(together.residualSumOfSquares! / residualSumOfSquares).toBeCloseTo(1, 9);
    expect(together.rSquared).toBeCloseTo(rSquared!, 9);
    expect(together.outcome.kind).toBe(alone.outcome.kind);
  }
}

describe("each group is fitted as if it were alone", () => {
  test.each<[string, (group: number) => number, object]>([
    ["with as many points each", () => 32, {}],
    ["with different numbers of points", (group) => 6 + ((group * 7) % 30), {}],
    ["with weights", (group) => 20 + (group % 2), { weights: "w" }],
    ["with standard deviations", () => 20, { sigma: "w" }],
    ["with a parameter fixed", () => 20, { params: { ...params, c: { fixed: 0.4 } } }],
    [
      "with bounds that some groups come up against",
      () => 20,
      { params: { ...params, b: { start: 1, max: 2 } } },
    ],
    ["with a tie", () => 20, { params: { a: 1, b: 1, c: { tie: "a/10" } } }],
  ])("%s", async (_, pointsOf, options) => {
    const data = decays(24, pointsOf);
    const fits = await fitGroups({ data, model, params, groups: "well", ...options });
    expect(fits.outcome).toEqual({ converged: true, message: "all 24 groups converged" });
    await expectAsAlone(fits, data, options);
  });

  test("with standard errors that are not scaled to the scatter where deviations are known outright", async () => {
    const data = decays(9, () => 20);
    const options = { data, model, params, groups: "well", sigma: "w" } as const;
    const [scaled, absolute] = await Promise.all([
      fitGroups(options),
      fitGroups({ ...options, absoluteSigma: true }),
    ]);
    const { params: before, residualSumOfSquares } = scaled.fit(3);
    const scatter = Math.sqrt(residualSumOfSquares! / 17);
    const ratio = before.b.standardError! / absolute.fit(3).params.b.standardError!;
    expect(ratio).toBeCloseTo(scatter, 9);
  });

  test("with a loss that goes easy on outliers", async () => {
    const data = decays(9, () => 20);
    data.y[5]! += 3;
    const fits = await fitGroups({ data, model, params, groups: "well", loss: "huber" });
    const alone = await fit({ data: rowsOf(data, 0), model, params, loss: "huber" });
    expect(fits.fit(0).params.b!.value).toBe(alone.params.b.value);
  });

  test("with a model that is a function", async () => {
    const data = decays(9, () => 20);
    const decay = ({ t }: { t: Tensor }, { a, b, c }: Record<"a" | "b" | "c", Tensor>): Tensor =>
      a.mul(b.neg().mul(t).exp()).add(c);
    const { well, t, y } = data as { well: number[]; t: number[]; y: number[] };
    const fits = await fitGroups({ data: { well, t, y }, model: decay, target: "y", params, groups: "well" });
    await expectAsAlone(fits, data, {});
    expect(fits.formula).toBeNull();
  });

  test("where no start is given", async () => {
    const data = decays(20, () => 32);
    const fits = await fitGroups({ data, model, groups: "well" });
    expect(fits.outcome.converged).toBe(true);
    await expectAsAlone(fits, data, {});
  });

  test("where a start leads half of the groups nowhere", async () => {
    const data = decays(20, () => 32);
    const far = { a: 1, b: 40, c: 0 };
    const fits = await fitGroups({ data, model, params: far, groups: "well" });
    await expectAsAlone(fits, data, {});
  });

  test("where a start leads all of many groups nowhere, and some have nothing to be found", async () => {
    const data = decays(60, () => 12);
    const flat = data.y.map((y, i) => (Number(data.well[i]) % 3 === 0 ? 1 : y));
    const far = { a: 1, b: 400, c: 0 };
    const fits = await fitGroups({ data: { ...data, y: flat }, model, params: far, groups: "well" });
    const decaying = fits.groups.filter((group) => Number(group) % 3 !== 0);
    for (const group of decaying) expect(fits.fit(group).outcome.converged).toBe(true);
    expect(JSON.stringify(fits)).not.toMatch(/NaN|Infinity/);
  });

  test("where float32 cannot tell the rows apart", async () => {
    const data = decays(12, () => 32);
    const late = { ...data, t: data.t.map((t) => t + 1e7) };
    const shifted = "y ~ a*exp(-b*(t - 1e7)) + c";
    const fits = await fitGroups({ data: late, model: shifted, params, groups: "well" });
    await expectAsAlone(fits, data, {});
  });

  test("where the data are the model, but for rounding", async () => {
    const data = decays(12, () => 16);
    const exact = data.t.map((t, i) => (1 + Number(data.well[i])) * Math.exp(-t) + 1);
    const fits = await fitGroups({ data: { ...data, y: exact }, model, params, groups: "well" });
    expect(fits.outcome.converged).toBe(true);
    for (const group of fits.groups)
      expect(fits.fit(group).params.a.value).toBeCloseTo(1 + Number(group), 12);
  });
});

describe("groups", () => {
  test("are told apart by text, in the order in which they come, wherever their rows are", async () => {
    const data = decays(10, () => 12);
    const named = data.well.map((well) => `w${9 - Number(well)}`);
    const mixed = named.map((_, i) => (i * 7) % named.length);
    const take = <T>(list: T[]): T[] => mixed.map((i) => list[i]!);
    const fits = await fitGroups({
      data: { well: take(named), t: take(data.t), y: take(data.y) },
      model,
      params,
      groups: "well",
    });
    expect(fits.groups).toEqual([...new Set(take(named))]);
    const first = await fitGroups({ data, model, params, groups: "well" });
    expectAlike(fits.fit("w3").params, first.fit(6).params as never);
  });

  test("that have no name are left out, and counted", async () => {
    const data = decays(10, () => 12);
    data.well[3] = null;
    data.well[40] = null;
    const fits = await fitGroups({ data, model, params, groups: "well" });
    expect(fits.omitted).toEqual({ "missing well": 2 });
    expect(fits.fit(0).observations).toBe(11);
  });

  test("with too few points have a sentence, and no numbers", async () => {
    const data = decays(10, (group) => (group === 4 ? 2 : 12));
    const fits = await fitGroups({ data, model, params, groups: "well" });
    expect(fits.counts).toEqual({ converged: 9, invalid: 1 });
    expect(fits.outcome.message).toBe(
      "1 of 10 groups stopped short (9 converged, 1 invalid); the first, 4: 2 points are too few for 3 parameters; nothing was fitted",
    );
    const { params: none, rSquared } = fits.fit(4);
    expect([none.a, rSquared]).toEqual([{ value: null, standardError: null }, null]);
    expect(writeCsv(fits.table).split("\n")[5]).toMatch(/^4,,,,,,,,2,,no,/);
    expect(JSON.stringify(fits)).not.toMatch(/NaN|Infinity/);
  });

  test("with as many points as parameters have no standard errors", async () => {
    const data = decays(10, (group) => (group === 4 ? 3 : 12));
    const fits = await fitGroups({ data, model, params, groups: "well" });
    expect(fits.fit(4).params.a.standardError).toBeNull();
  });

  test("predict by their own answers, and nothing for strangers", async () => {
    const data = decays(10, () => 12);
    const fits = await fitGroups({ data, model, params, groups: "well" });
    const predictions = fits.predict({ well: [3, 99, 0], t: [1, 1, 2] });
    const { a, b, c } = fits.fit(3).params;
    expect(predictions[0]).toBeCloseTo(a.value! * Math.exp(-b.value!) + c.value!, 12);
    expect(predictions[1]).toBeNaN();
    expect(() => fits.predict({ t: [1] })).toThrow("predict expects the column of groups, well, got t");
    expect(() => fits.fit(99)).toThrow("fit expects a group of well, got 99");
  });

  test("that were not reached when the signal came say so", async () => {
    const data = decays(10, () => 12);
    const fits = await fitGroups({ data, model, params, groups: "well", signal: AbortSignal.abort() });
    expect(fits.counts).toEqual({ aborted: 10 });
  });

  test("are a column that is there, and shared parameters are fitted ones", async () => {
    const data = decays(3, () => 12);
    const groups = "wall" as "well";
    await expect(fitGroups({ data, model, params, groups })).rejects.toThrow(
      "groups expects a column, got wall (did you mean well?)",
    );
    const shared = ["d" as "a"];
    await expect(fitGroups({ data, model, params, groups: "well", shared })).rejects.toThrow(
      "shared expects parameters that are fitted, got d (known: a, b, c)",
    );
    const loss = "huber";
    await expect(fitGroups({ data, model, params, groups: "well", shared: ["b"], loss })).rejects.toThrow(
      "shared expects a formula of at most 10 parameters, the loss mse and the optimizer auto, got others",
    );
  });
});

describe("shared parameters", () => {
  /** The same fit as one formula: a parameter and a column of zeros and ones for each group. */
  async function asOneFormula(data: Columns, groups: number, options: object = {}) {
    const one = Array.from({ length: groups }, (_, g) => g);
    const marks = Object.fromEntries(one.map((g) => [`g${g}`, data.well.map((well) => Number(well === g))]));
    const terms = one.map((g) => `g${g}*(a${g}*exp(-b*t) + c${g})`);
    const starts = Object.fromEntries([
      ["b", 1],
      ...one.flatMap((g) => [[`a${g}`, 1] as const, [`c${g}`, 0] as const]),
    ]);
    const { t, y, w } = data;
    return fit({
      data: { ...marks, t, y, w },
      model: `y ~ ${terms.join(" + ")}` as string,
      params: starts,
      ...options,
    });
  }

  test.each<[string, object]>([
    ["are those of one fit with the others", {}],
    ["count rows by their weights", { weights: "w" }],
  ])("%s", async (_, options) => {
    const data = decays(5, (group) => 10 + group, 1.3);
    const fits = await fitGroups({ data, model, params, groups: "well", shared: ["b"], ...options });
    const whole = await asOneFormula(data, 5, options);
    for (const group of [0, 1, 2, 3, 4]) {
      const wanted = { b: whole.params.b!, a: whole.params[`a${group}`]!, c: whole.params[`c${group}`]! };
      expectAlike(fits.fit(group).params, wanted);
    }
    expect(fits.outcome.converged).toBe(true);
  });

  test("let groups in that have too few points for a fit alone", async () => {
    const data = decays(6, (group) => (group === 2 ? 2 : 20), 1.3);
    const fits = await fitGroups({ data, model, params, groups: "well", shared: ["b"] });
    expect(fits.outcome.converged).toBe(true);
    expect(fits.fit(2).params.b.value).toBe(fits.fit(0).params.b.value);
    expect(fits.fit(2).params.a.standardError).toBeGreaterThan(fits.fit(0).params.a.standardError!);
  });

  test("of all kinds leave one fit of all rows", async () => {
    const { t, y } = decays(1, () => 40);
    const well = t.map((_, i) => i % 3);
    const fits = await fitGroups({
      data: { t, y, well },
      model,
      params,
      groups: "well",
      shared: ["a", "b", "c"],
    });
    const whole = await fit({ data: { t, y }, model, params });
    expectAlike(fits.fit(1).params, whole.params);
  });
});

describe("what is reported", () => {
  test("of a few groups is a line each", async () => {
    const data = decays(3, () => 12);
    const fits = await fitGroups({ data, model, params, groups: "well" });
    const lines = fits.report().split("\n");
    expect(lines.slice(0, 5)).toEqual([
      "[[Model]]",
      "    y ~ a*exp(-b*t) + c",
      "[[Data]]",
      "    groups        = 3 by well",
      "    observations  = 36",
    ]);
    expect(lines.filter((line) => /^ {4}[012] /.test(line))).toHaveLength(3);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("of many is the first, the last, and how the others spread", async () => {
    const data = decays(40, () => 12);
    const fits = await fitGroups({ data, model, params, groups: "well" });
    expect(fits.report()).toMatch(/^ {4}\.\.\. 24 groups more$/m);
    expect(fits.report()).toMatch(/^ {7}least +quarter +median +three quarters +greatest$/m);
  });

  test("is a table with two columns for each parameter", async () => {
    const data = decays(10, () => 12);
    const { table } = await fitGroups({ data, model, params, groups: "well" });
    expect(table.names).toEqual([
      ...["well", "a", "a_error", "b", "b_error", "c", "c_error"],
      ...["rss", "observations", "rSquared", "converged", "message"],
    ]);
    expect(table.rows).toBe(10);
  });
});

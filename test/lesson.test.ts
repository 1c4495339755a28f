/** What is told of the seven steps: a scene comes in; sentences, formulas with their numbers, and tables go out. */
import { describe, expect, it } from "vitest";
import { fit, type Scene, sevenSteps, type Told } from "../src/index.ts";

const scene: Scene = {
  formula: "y ~ a*x",
  response: "y",
  origin: "Each parameter starts somewhere.",
  params: [
    { name: "a", value: 1, fixed: false },
    { name: "slope", value: -2.5, fixed: true },
  ],
  rows: {
    count: 7,
    inputs: [{ name: "x", values: [1, 2, 3, 4, 5] }],
    observed: [2, 4, 6, 8, 10],
    predicted: [1, 2, 3, 4, 5],
  },
  loss: { name: "mse", value: 20, isWeighted: false },
  gradients: { a: -40 },
  step: {
    before: { loss: 20, params: { a: 1 } },
    after: { loss: 7.2, params: { a: 1.4 } },
    gradients: { a: -40 },
    optimizer: "sgd",
    isPlain: true,
    rate: 0.01,
    rateOrigin: ", as asked for",
  },
  path: Array.from({ length: 31 }, (_, step) => ({ step, loss: 20 / (step + 1) })),
  outcome: null,
};

const told = (title: string, change: Partial<Scene> = {}): Told =>
  sevenSteps.find((chapter) => chapter.title === title)!.tell({ ...scene, ...change });
const cells = ({ table = [] }: Told): string[][] =>
  table[0]!.cells.map((_, row) => table.map((column) => column.cells[row]!.trim()));

describe("the seven steps", () => {
  it("are these, in this order", () => {
    const titles = ["initialize", "predict", "loss", "gradients", "step", "repeat", "stop"];
    expect(sevenSteps.map(({ title }) => title)).toEqual(titles);
  });

  it("initialize tells where each parameter starts, and which are fixed", () => {
    expect(cells(told("initialize"))).toEqual([
      ["a     =  1", ""],
      ["slope = -2.5", "(fixed)"],
    ]);
  });

  it("predict shows the first rows, and says how many more there are", () => {
    const { words, table, after } = told("predict");
    expect(words).toBe("y ~ a*x, with these values, for each of the 7 rows:");
    expect(table!.map(({ heading }) => heading)).toEqual(["x", "observed y", "predicted"]);
    expect(after).toBe("... and 2 more rows");
  });

  it("loss has the numbers of the first rows in its formula", () => {
    expect(told("loss").work).toBe("mse = ((1 - 2)^2 + (2 - 4)^2 + ...) / 7 = 20");
  });

  it.each([
    ["is weighted", { isWeighted: true }, "mse = 20"],
    ["is not a number", { value: Number.NaN }, "mse = not a number"],
    ["has no formula that is short", { name: "huber" }, "huber = 20"],
  ])("loss is a number alone where it %s", (_, change, work) => {
    expect(told("loss", { loss: { ...scene.loss, ...change } }).work).toBe(work);
  });

  it("gradients say what a larger parameter does", () => {
    expect(cells(told("gradients", { gradients: { a: -40, b: 3, c: 0 } }))).toEqual([
      ["d mse / d a", "= -40", "a larger a makes the loss smaller"],
      ["d mse / d b", "=   3", "a larger b makes the loss larger"],
      ["d mse / d c", "=   0", "a larger c makes no difference"],
    ]);
  });

  it("gradients say so where there are none", () => {
    expect(told("gradients", { gradients: { a: Number.NaN } })).toEqual({
      words: "The loss has no gradients here: mse is not a number, or not one beside this place.",
    });
  });

  it("step fills its rule in", () => {
    const { words, after } = told("step");
    expect(words).toContain("The learning rate is 0.01, as asked for.");
    expect(cells(told("step"))).toEqual([["a:", "1 - 0.01 * (-40) =", "1.400000"]]);
    expect(after).toBe("The loss goes from 20 to 7.200000.");
  });

  it("step says where a bound held a parameter", () => {
    const held = { ...scene.step!, after: { loss: 9, params: { a: 1.2 } } };
    expect(cells(told("step", { step: held }))[0]![1]).toBe("1 - 0.01 * (-40), kept within its bounds, =");
  });

  it("step of an optimizer with a memory tells from where to where", () => {
    const adam = { ...scene.step!, optimizer: "adam", isPlain: false };
    expect(told("step", { step: adam }).words).toContain("adam");
    expect(cells(told("step", { step: adam }))).toEqual([["a:", "1 ->", "1.400000"]]);
  });

  it("step says so where none was taken", () => {
    expect(told("step", { step: null }).words).toBe("No step was taken.");
  });

  it("repeat tells of ever fewer places, and of the last", () => {
    const steps = cells(told("repeat")).map(([step]) => Number(step));
    expect(steps).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30]);
  });

  it("stop tells the outcome as it is", () => {
    expect(told("stop").tone).toBeUndefined();
    const outcome = { converged: false, message: "stopped short" };
    expect(told("stop", { outcome })).toEqual({ words: "stopped short", tone: "bad" });
  });
});

describe("the tables of a report", () => {
  it("say what the report in plain text says", async () => {
    const x = [1, 2, 3, 4, 5, 6];
    const fitted = await fit({ data: { x, y: x.map((v) => 3 * v + Math.sin(v)) }, model: "y ~ a*x + b" });
    const { facts, parameters, correlations, missing } = fitted.tables();
    const text = fitted.report();
    const said = [...facts.flat(), ...correlations.flat(), ...parameters.flatMap(({ cells }) => cells)];
    for (const part of said.filter((one) => !/\bms$/.test(one))) expect(text).toContain(part.trim());
    expect(parameters[0]!.cells.map((name) => name.trim())).toEqual(["a", "b"]);
    expect(missing).toBeNull();
  });
});

/** Each example runs as it stands, and prints its main numbers: those of PyTorch, R and SciPy for the same data where there are such. */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { format } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { root } from "./pages.ts";

/** By example, what its output contains, in this order, with one blank for many. */
const outputs: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  // The run of PyTorch 1.13 with manual_seed(42).
  "roller-coaster": [
    "initialize: tensor([-0.7658, -0.7506, 1.3525], requiresGrad=true)",
    "loss: tensor(25823.8086, requiresGrad=true)",
    "gradients: tensor([-53195.8594, -3419.7146, -253.8908])",
    "step: the loss is now tensor(5435.53",
    "step 1 ",
    "step 4",
    " 0 25823.81 676.1",
    " 3 847.38 676.1",
    " 199 676.1",
  ],
  // R: lm(dist ~ speed, cars) gives -17.5791 (6.7584) and 3.9324 (0.4155), 15.38 on 48 degrees of freedom, 0.6511.
  // SciPy: least_squares with loss "linear" and "huber" gives react and brake of the others: 1.23903 and 0.0901388,
  // weighted 1.26136 and 0.0890350, with the wrong row -6.09338 and 0.563916; huber, with f_scale 1.345 times the scale found,
  // 1.10782 and 0.0918023, and 1.11508 and 0.0914906 of all rows but the wrong one.
  "stopping-distance": [
    "= 15.380 on 48 degrees of freedom",
    "R-squared = 0.6510794",
    "intercept -17.57909 +/- 6.76",
    "slope 3.932409 +/- 0.416",
    "least squares 0.84 0.371 60.8",
    "... weighted 0.86 0.375 60.8",
    "... with a wrong row -4.15 0.059 103.7",
    "Huber loss 0.76 0.364 58.9",
    "... with a wrong row 0.76 0.365 58.9",
  ],
  // SciPy: curve_fit of the same rows.
  epidemic: [
    "20 days 48668 +/- 994 ",
    "25 days 94327 +/- 13675",
    "30 days 86526 +/- 3771",
    "40 days 80861 +/- 1043",
    "161 days 85388 +/- 244 ",
    "Confirmed cases in China",
  ],
  // The truth is 80, 4 and 10; of 300 answers, 61 to 76 % lie within one standard error where 68 % should.
  decay: ["height ", "lifetime ", "base ", "converged after", "height 80 77.370 1.393"],
  "function-model": [
    "Italy: converged",
    "known until with Italy's shape from scratch on day 160",
    // SciPy: curve_fit of one logistic to the first 90 days of Germany gives 143.924.
    "90 days 224.3 143.9 194.3",
    "Germany, and what was foretold on day 80",
  ],
  // SciPy: lstsq of the same columns.
  season: [
    "scatter until 2014 miss from 2015 to 2024",
    "trend 2.20 2.93",
    "trend and season 0.74 1.95",
    "what the years until 2014 foretold",
  ],
  perceptron: [
    "epoch loss right unseen points right",
    / 30 0\.0\d+ 9[6-9]\.\d % 9[6-9]\.\d %/,
    "ooooooooo",
    ".........",
  ],
};

/** What an example prints. */
async function printedBy(name: string): Promise<string> {
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...args) => {
    lines.push(format(...args));
  });
  await import(join(root, "examples", `${name}.ts`));
  log.mockRestore();
  return lines.join("\n").replace(/ +/g, " ");
}

describe("examples", () => {
  test.each(Object.entries(outputs))("%s prints its main numbers", async (name, expected) => {
    let rest = await printedBy(name);
    for (const part of expected) {
      expect(rest).toMatch(part);
      const found = typeof part === "string" ? part : part.exec(rest)![0];
      rest = rest.slice(rest.indexOf(found) + found.length);
    }
  });

  test("are all here", () => {
    const files = readdirSync(join(root, "examples")).filter((name) => name.endsWith(".ts"));
    expect(files.map((name) => basename(name, ".ts")).sort()).toEqual(Object.keys(outputs).sort());
  });
});

/** The scoreboard: its page has every row, and what does not depend on the machine meets its aim. */
import { expect, test } from "vitest";
import { rows } from "../bench/scores/rows.ts";
import { epochsOfDescent, stepsOfLevenberg } from "../bench/scores/tutorial.ts";
import { tableOf } from "./pages.ts";

test("the page of scores has every row", () => {
  const shown = tableOf("docs/scores.md", "test", "best elsewhere", "aim", "this version");
  expect(shown.map(([name]) => name)).toEqual(rows.map(({ name }) => name));
});

test("Levenberg-Marquardt is at the bottom of the roller coaster's parabola in three steps", async () => {
  expect(await stepsOfLevenberg()).toBeLessThanOrEqual(3);
});

test("gradient descent that finds its own rate is there within two hundred epochs", async () => {
  expect(await epochsOfDescent(200)).not.toBeNull();
});

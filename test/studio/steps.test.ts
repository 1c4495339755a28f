/** The seven steps in the page: initialized, stepped, rewound, played, changed and stopped, with the tutorial's numbers. */
import type { Page } from "playwright";
import { describe, expect, test } from "vitest";
import { press, reports, useStudio, type Visit, visiting } from "./visit.ts";

useStudio();

const walking = {
  sample: "roller-coaster",
  formula: "speed ~ a*time^2 + b*time + c",
  optimizer: "sgd",
  seed: "42",
  way: "steps",
};
const visit = (said: Record<string, string>): Visit => ({
  fragment: new URLSearchParams({ ...walking, ...said }).toString(),
});

/** The roller coaster, walked by hand: seed 42, plain gradient descent at the tutorial's rate. */
const tutorial = visit({ lr: "1e-5" });

/** Where the walk is: `step 3 of 3`. */
const place = (page: Page) => page.getByLabel("where it is");
/** What is told of the step that is looked at. */
const told = (page: Page) => page.getByRole("region", { name: "what happens in this step" });

/** Waits until something says something. */
async function says(what: ReturnType<typeof place>, text: string | RegExp): Promise<void> {
  await what.filter({ hasText: text }).waitFor();
}

/** The step where the walk is. */
async function stepOf(page: Page): Promise<number> {
  const text = (await place(page).textContent()) ?? "";
  return Number(/step ([\d,]+) of/.exec(text)?.[1]?.replaceAll(",", ""));
}

/** The loss where the walk is, as the third step tells it. */
async function lossOf(page: Page): Promise<number> {
  await press(page, "3 loss");
  await says(told(page), "3. loss");
  const text = (await told(page).textContent()) ?? "";
  return Number(/([\d.]+)$/.exec(text.trim())?.[1]);
}

test(
  "a walk that plays is gone for good when its formula is no more",
  visiting(async ({ page }) => {
    await press(page, "Play");
    await says(place(page), /step [1-9]/);
    await page.getByLabel("formula", { exact: true }).fill("speed ~ a*(time");
    await page.getByText("a parenthesis is not closed").first().waitFor();
    // What was under way when it ended has come by then.
    await page.waitForTimeout(300);
    await says(place(page), "walk down by yourself");
    expect(await told(page).count()).toBe(0);
  }, tutorial),
);

describe("the tutorial in the page", () => {
  test(
    "has the tutorial's losses, step by step",
    visiting(async ({ page }) => {
      await press(page, "1 initialize");
      await says(place(page), "step 0 of 0");
      const losses = [await lossOf(page)];
      for (const step of [1, 2, 3]) {
        await press(page, "One step");
        await says(place(page), `step ${step} of ${step}`);
        losses.push(await lossOf(page));
        await says(place(page), `mse ${losses.at(-1)!.toFixed(2)}`);
      }
      expect(losses.map((loss) => loss.toFixed(2))).toEqual(["25823.81", "5435.54", "1577.45", "847.38"]);
    }, tutorial),
  );

  test(
    "goes back to any step and on from there, to the same numbers",
    visiting(async ({ page }) => {
      await press(page, "5 step");
      for (const step of [2, 3]) {
        await press(page, "One step");
        await says(place(page), `step ${step} of ${step}`);
      }
      const rewind = page.getByRole("slider", { name: "rewind" });
      await rewind.fill("1");
      await says(place(page), "step 1 of 3");
      expect((await lossOf(page)).toFixed(2)).toBe("5435.54");
      await rewind.press("ArrowRight");
      await says(place(page), "step 2 of 3");
      await press(page, "One step");
      await says(place(page), "step 3 of 3");
      expect((await lossOf(page)).toFixed(2)).toBe("847.38");
    }, tutorial),
  );
});

describe("a walk", () => {
  test(
    "plays, pauses and goes on",
    visiting(async ({ page }) => {
      await page.getByRole("combobox", { name: "speed" }).selectOption({ label: "100 a second" });
      await press(page, "Play");
      await says(place(page), /step \d\d/);
      await press(page, "Pause");
      await page.getByRole("button", { name: "Play", exact: true }).waitFor();
      const paused = await stepOf(page);
      const loss = await lossOf(page);
      expect(await stepOf(page)).toBe(paused);
      await press(page, "Play");
      await page.waitForFunction(
        (step) => Number(/step (\d+)/.exec(document.body.innerText)?.[1]) > step,
        paused,
      );
      await press(page, "Pause");
      await page.getByRole("button", { name: "Play", exact: true }).waitFor();
      expect(await lossOf(page)).toBeLessThan(loss);
    }, tutorial),
  );

  test(
    "goes on at another rate",
    visiting(async ({ page }) => {
      await press(page, "5 step");
      await says(place(page), "step 1 of 1");
      await page.getByText("Settings", { exact: true }).click();
      const rate = page.getByRole("textbox", { name: "learning rate" });
      await rate.fill("2e-5");
      await rate.press("Enter");
      await press(page, "One step");
      await says(place(page), "step 2 of 2");
      await press(page, "5 step");
      await says(told(page), "0.00002");
    }, tutorial),
  );

  test(
    "ends by itself where there is nothing more to gain, and says so",
    visiting(
      async ({ page }) => {
        await page.getByRole("combobox", { name: "speed" }).selectOption({ label: "as fast as it goes" });
        await press(page, "Play");
        await says(told(page), "7. stop");
        await reports(page, "[[Outcome]]");
        expect(await page.getByRole("button", { name: "One step" }).isDisabled()).toBe(true);
      },
      visit({ optimizer: "levenberg-marquardt" }),
    ),
  );

  test(
    "is the answer where a person stops it",
    visiting(async ({ page }) => {
      await press(page, "5 step");
      await says(place(page), "step 1 of 1");
      await press(page, "7 stop");
      await says(told(page), "7. stop");
      await reports(page, "5435.54");
    }, tutorial),
  );

  test(
    "that ends shows the parameters that were kept, which those held out judged best",
    visiting(
      async ({ page }) => {
        await page.getByRole("combobox", { name: "speed" }).selectOption({ label: "as fast as it goes" });
        await press(page, "Play");
        await says(told(page), "the best parameters were kept");
        await page.getByRole("heading", { name: "Answer", exact: true }).waitFor();
        const kept = page.getByRole("table", { name: "Parameters" }).getByRole("row", { name: /^a / });
        const value = Number(await kept.getByRole("cell").first().textContent());
        const shown = page.getByRole("group", { name: "parameter a" }).getByRole("status").first();
        expect(Number.parseFloat((await shown.textContent())!)).toBeCloseTo(value, 4);
      },
      visit({ optimizer: "adam", seed: "1", validation: "0.2" }),
    ),
  );

  test(
    "that runs away says so, and can be taken back",
    visiting(
      async ({ page }) => {
        await page.getByRole("combobox", { name: "speed" }).selectOption({ label: "as fast as it goes" });
        await press(page, "Play");
        await says(told(page), "7. stop");
        await says(page.getByRole("region", { name: "Answer" }), /diverged|smaller learning rate/);
        await page.getByRole("slider", { name: "rewind" }).fill("1");
        await says(place(page), "step 1 of");
      },
      visit({ lr: "1" }),
    ),
  );
});

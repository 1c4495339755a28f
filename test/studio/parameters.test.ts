/** The parameters in the page: they come and go with the formula, and are moved, bounded and fixed. */
import type { Locator, Page } from "playwright";
import { expect, test } from "vitest";
import { formula, press, reports, useStudio, type Visit, visiting } from "./visit.ts";

useStudio();

const visit: Visit = {
  fragment: new URLSearchParams({
    sample: "roller-coaster",
    formula: "speed ~ a*time^2 + b*time + c",
  }).toString(),
};

const parameter = (page: Page, name: string): Locator =>
  page.getByRole("group", { name: `parameter ${name}` });

/** Waits until the address says something. */
const saidInAddress = (page: Page, text: string): Promise<void> =>
  page.waitForURL(({ hash }) => decodeURIComponent(hash).includes(text));

test(
  "parameters come and go with the formula",
  visiting(async ({ page }) => {
    for (const name of ["a", "b", "c"]) await parameter(page, name).waitFor();
    await formula(page).fill("speed ~ slope*time + start");
    for (const name of ["slope", "start"]) await parameter(page, name).waitFor();
    expect(await page.getByRole("group", { name: /^parameter/ }).count()).toBe(2);
  }, visit),
);

test(
  "one that is moved by hand moves the curve, until it goes back to the fit",
  visiting(async ({ page }) => {
    await parameter(page, "a").getByText("0.7681").waitFor();
    await parameter(page, "a").getByRole("slider").press("ArrowRight");
    await page.getByText("Moved by hand: mse").waitFor();
    await press(page, "Back to the fit");
    await parameter(page, "a").getByText("0.7681").waitFor();
  }, visit),
);

test(
  "one that is moved in the very moment in which the formula is another goes with the old formula",
  visiting(async ({ page }) => {
    await parameter(page, "a").getByText("0.7681").waitFor();
    await page.evaluate(() => {
      for (const [selector, value] of [
        ["[aria-label='move a']", "2"],
        ["[aria-label=formula]", "speed ~ slope*time"],
      ] as const) {
        const input = document.querySelector<HTMLInputElement>(selector)!;
        input.value = value;
        input.dispatchEvent(new InputEvent("input", { bubbles: true }));
      }
    });
    await reports(page, "speed ~ slope*time");
    expect(await page.getByText("Moved by hand").count()).toBe(0);
  }, visit),
);

test(
  "a fit begins from where parameters were moved to, and the address says so",
  visiting(async ({ page }) => {
    await parameter(page, "a").getByText("0.7681").waitFor();
    await parameter(page, "a").getByRole("slider").press("ArrowRight");
    await press(page, "Fit from here");
    await page.waitForURL(/param=a/);
    await parameter(page, "a").getByText("0.7681").waitFor();
  }, visit),
);

test(
  "one that is fixed stays, and the others are found",
  visiting(async ({ page }) => {
    const start = parameter(page, "a").getByLabel("start");
    await start.fill("1");
    await start.press("Enter");
    await parameter(page, "a").getByLabel("fixed").check();
    await reports(page, / a +1 +.*fixed/);
    await saidInAddress(page, "param=a=1,,,fixed");
  }, visit),
);

test(
  "limits that leave no room are told of beside them",
  visiting(async ({ page }) => {
    const group = parameter(page, "c");
    for (const [field, text] of [
      ["min", "5"],
      ["max", "1"],
    ] as const) {
      await group.getByLabel(field).fill(text);
      await group.getByLabel(field).press("Enter");
    }
    await group.getByRole("alert").waitFor();
    await group.getByLabel("max").fill("9");
    await group.getByLabel("max").press("Enter");
    await group.getByRole("alert").waitFor({ state: "detached" });
    await saidInAddress(page, "param=c=,5,9");
  }, visit),
);

test(
  "a walk goes on from where a parameter was moved to",
  visiting(
    async ({ page }) => {
      await press(page, "1 initialize");
      await press(page, "3 loss");
      const told = page.getByRole("region", { name: "what happens in this step" });
      await told.filter({ hasText: "25823.81" }).waitFor();
      await parameter(page, "a").getByRole("slider").press("ArrowRight");
      await told.filter({ hasNotText: "25823.81" }).waitFor();
      await press(page, "One step");
      await page.getByLabel("where it is").filter({ hasText: "step 1 of 1" }).waitFor();
    },
    { fragment: `${visit.fragment}&optimizer=sgd&lr=1e-5&seed=42&way=steps` },
  ),
);

test(
  "rows count by their standard deviations, and the code that repeats it says so",
  visiting(
    async ({ page }) => {
      await reports(page, "reduced chi-square");
      await page.getByText("Settings").click();
      await page.getByRole("combobox", { name: "sigma" }).selectOption("Uncertainty");
      // Deviations of 0.12 make squares of 1 / 0.0144 of what they were.
      await reports(page, /reduced chi-square += \d{3}/);
      await page.getByText("Code that repeats this fit").click();
      await page.getByLabel("code").getByText('sigma: "Uncertainty"').waitFor();
    },
    { fragment: "sample=co2&formula=Mean ~ a %2B b*(Year - 1959)" },
  ),
);

test(
  "a momentum that has no rate to go with is said",
  visiting(async ({ page }) => {
    await page.getByText("Settings").click();
    const momentum = page.getByRole("textbox", { name: "momentum" });
    await momentum.fill("0.9");
    await momentum.press("Enter");
    await press(page, "1 initialize");
    await page.getByText("momentum expects a learning rate besides, got none").waitFor();
  }, visit),
);

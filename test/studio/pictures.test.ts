/** The pictures of the page that README and docs show. UPDATE_PICTURES=1 takes them anew; else they are to be there, of a page that gets so far. */
import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { press, reports, useStudio, type Visit, visiting } from "./visit.ts";

useStudio();

const folder = fileURLToPath(new URL("../../docs/images/", import.meta.url));

interface Scene {
  readonly name: string;
  readonly said: Record<string, string>;
  readonly visit: Visit;
  readonly act: (page: Page) => Promise<void>;
}

const ride = { sample: "roller-coaster", formula: "speed ~ a*time^2 + b*time + c" };

/** Takes some steps of a walk, and waits until its surface is there. */
async function walk(page: Page, steps: number): Promise<void> {
  await press(page, "1 initialize");
  for (let step = 1; step <= steps; step++) {
    await press(page, "One step");
    await page
      .getByLabel("where it is")
      .filter({ hasText: `step ${step} of ${step}` })
      .waitFor();
  }
  await page.getByRole("img", { name: /^Contours of the loss/ }).waitFor();
}

const scenes: readonly Scene[] = [
  {
    name: "studio-fit",
    said: { sample: "co2", formula: "Mean ~ base + rise*exp((Year - 1959)/tau)" },
    visit: { viewport: { width: 1440, height: 1000 } },
    act: (page) => reports(page, "reduced chi-square"),
  },
  {
    name: "studio-steps",
    said: { ...ride, optimizer: "sgd", lr: "1e-5", seed: "42", way: "steps" },
    visit: { viewport: { width: 1440, height: 1420 } },
    act: (page) => walk(page, 3),
  },
  {
    name: "studio-narrow",
    said: ride,
    visit: { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
    act: (page) => reports(page, "0.7681426"),
  },
];

test.each(scenes)("$name is what the page shows", ({ name, said, visit, act }) =>
  visiting(
    async ({ page }) => {
      await act(page);
      const path = `${folder}${name}.png`;
      if (process.env.UPDATE_PICTURES) await take(page, path);
      expect(existsSync(path)).toBe(true);
    },
    { ...visit, fragment: new URLSearchParams(said).toString() },
  )(),
);

/** Takes a picture when nothing changes any more. */
async function take(page: Page, path: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => document.fonts.ready.then(() => {}));
  await page.waitForTimeout(1000);
  await page.screenshot({ path, animations: "disabled" });
}

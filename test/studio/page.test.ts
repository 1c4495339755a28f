/** The page as it opens: samples, who serves it, and that it asks for nothing but its own. */
import { expect, test } from "vitest";
import { reports, useStudio, visiting } from "./visit.ts";

useStudio();

test.each(["Roller coaster", "Carbon dioxide", "Stopping distances", "Epidemic wave"])(
  "the sample %s is fitted as soon as it is opened",
  (title) =>
    visiting(async ({ page }) => {
      await page.getByRole("button", { name: title }).click();
      await reports(page, "reduced chi-square");
      await page.getByRole("region", { name: "Answer" }).getByText("converged").first().waitFor();
    })(),
);

test(
  "served by the command line it has threads",
  visiting(async ({ page }) => {
    await page.getByText(/\d+ threads?; nothing leaves this page/).waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  }),
);

test(
  "served by any other host it says why it has one thread, and fits as well",
  visiting(
    async ({ page }) => {
      await page.getByText("One thread: ").waitFor();
      expect(await page.evaluate(() => typeof SharedArrayBuffer)).toBe("undefined");
      await page.getByRole("button", { name: "Roller coaster" }).click();
      await reports(page, "0.7681426");
    },
    { host: "plain" },
  ),
);

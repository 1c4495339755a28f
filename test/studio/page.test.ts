/** The page as it opens: samples, who serves it, and that it asks for nothing but its own. */
import { expect, test } from "vitest";
import { press, report, useStudio, visiting } from "./visit.ts";

useStudio();

test.each(["Roller coaster", "Carbon dioxide", "Stopping distances", "Epidemic wave"])(
  "the sample %s is fitted as soon as it is opened",
  (title) =>
    visiting(async ({ page }) => {
      await page.getByRole("button", { name: title }).click();
      await report(page).filter({ hasText: "reduced chi-square" }).waitFor();
      await page.getByRole("region", { name: "Answer" }).getByText("converged").first().waitFor();
    })(),
);

test(
  "an answer can be taken along as Markdown and as code",
  visiting(
    async ({ page }) => {
      await page.getByRole("button", { name: "Roller coaster" }).click();
      await page.getByRole("region", { name: "Answer" }).getByText("converged").first().waitFor();
      const code = await page.getByLabel("code", { exact: true }).textContent();
      expect(code).toContain('import { fit } from "coaster";');
      expect(code).toContain("74.46824645996094, 59.64935302734375, ");
      await press(page, "Copy Markdown");
      await page.getByText("copied as Markdown").waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      expect(copied).toContain("| a | 0.7681426 |");
    },
    { permissions: ["clipboard-read", "clipboard-write"] },
  ),
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
      await report(page).filter({ hasText: "0.7681426" }).waitFor();
    },
    { host: "plain" },
  ),
);

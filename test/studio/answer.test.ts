/** What can be taken along from the page: the model file, the report in its forms, code, figures; and rates that are found. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Download, Page } from "playwright";
import { afterAll, expect, test } from "vitest";
import { run } from "../../src/cli/program.ts";
import { press, report, reports, useStudio, visiting } from "./visit.ts";

useStudio();

const folder = mkdtempSync(join(tmpdir(), "coaster-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ride = new URLSearchParams({ sample: "roller-coaster", formula: "speed ~ a*time^2 + b*time + c" });
const visit = { fragment: String(ride), permissions: ["clipboard-read", "clipboard-write"] };

/** What the browser saves when something is done. */
async function saved(page: Page, act: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all<[Promise<Download>, Promise<void>]>([
    page.waitForEvent("download"),
    act(),
  ]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

test(
  "the model that is downloaded is one that the command line reads",
  visiting(async ({ page }) => {
    await reports(page, "0.7681426");
    const { name, bytes } = await saved(page, () => press(page, "Download model"));
    expect(name).toBe("model.json");
    writeFileSync(join(folder, name), bytes);
    const out: string[] = [];
    const terminal = { out: { write: (text: string) => out.push(text) }, err: process.stderr, env: {} };
    const status = await run(["predict", join(folder, name), "data/roller-coaster.csv"], terminal);
    expect(status).toBe(0);
    expect(out.join("")).toMatch(/^time,speed,predicted_speed\n0,/);
  }, visit),
);

test(
  "the report is copied as text, Markdown and JSON, and the fit as code",
  visiting(async ({ page }) => {
    await reports(page, "0.7681426");
    const copied = async (label: string): Promise<string> => {
      await press(page, `Copy ${label}`);
      await page.getByText(new RegExp(`copied as ${label}`, "i")).waitFor();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    expect(await copied("text")).toBe(await report(page).textContent());
    expect(await copied("Markdown")).toContain("| a | 0.7681426 |");
    expect(JSON.parse(await copied("JSON"))).toMatchObject({ outcome: { converged: true } });
    const code = await copied("code");
    expect(code).toContain('import { fit } from "coaster";');
    expect(code).toContain("74.46824645996094, 59.64935302734375, ");
  }, visit),
);

test(
  "figures are saved as SVG and PNG",
  visiting(async ({ page }) => {
    await reports(page, "0.7681426");
    const ride = page.getByRole("group", { name: "Observations and curve" });
    const svg = await saved(page, () => ride.getByRole("button", { name: "save as SVG" }).click());
    expect(svg.name).toBe("ride.svg");
    expect(svg.bytes.toString()).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
    const png = await saved(page, () => ride.getByRole("button", { name: "save as PNG" }).click());
    expect(png.bytes.subarray(1, 4).toString()).toBe("PNG");
  }, visit),
);

test(
  "a learning rate is found, and taken",
  visiting(
    async ({ page }) => {
      await reports(page, "[[Outcome]]");
      await page.getByText("Settings", { exact: true }).click();
      await press(page, "Find a learning rate");
      const take = page.getByRole("button", { name: /^Take / });
      const rate = (await take.textContent())!.trim().slice("Take ".length);
      expect(Number(rate)).toBeGreaterThan(0);
      await take.click();
      await page.waitForURL(new RegExp(`lr=${rate}`));
    },
    { fragment: `${ride}&optimizer=sgd` },
  ),
);

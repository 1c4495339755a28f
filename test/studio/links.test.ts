/** Links: the whole state is in the address, for whoever opens it, and nothing that stands there runs. */
import { deflateRawSync } from "node:zlib";
import type { Page } from "playwright";
import { describe, expect, test } from "vitest";
import { formula, report, reports, useStudio, visiting } from "./visit.ts";

useStudio();

/** Text as an address holds it. */
const packed = (text: string) => deflateRawSync(text).toString("base64url");
const fragmentOf = (said: Record<string, string>) => new URLSearchParams(said).toString();

/** Whether what a link tried to run has run: every attempt marks the window. */
const hasRun = (page: Page) => page.evaluate(() => "hasRun" in globalThis);

const line = "x,y\n0,1\n1,3\n2,5.1\n3,7\n";
const script = "<img src=x onerror='globalThis.hasRun=1'><script>globalThis.hasRun=1</script>";

test(
  "a link holds observations, formula and settings: opened afresh it shows the same answer",
  visiting(
    async ({ page, elsewhere }) => {
      await reports(page, "reduced chi-square");
      await formula(page).fill("y ~ slope*x + start");
      await reports(page, "slope");
      await page.waitForURL(/slope/);
      const fresh = await elsewhere(page.url());
      await reports(fresh, "slope");
      const [here, there] = [await report(page).textContent(), await report(fresh).textContent()];
      // How long it took is another matter.
      const taken = / in [\d.]+ m?s$/m;
      expect(there!.replace(taken, "")).toBe(here!.replace(taken, ""));
    },
    { fragment: fragmentOf({ name: "line.csv", data: packed(line), formula: "y ~ a*x + b" }) },
  ),
);

describe("a hostile link", () => {
  const title = "<img src=x onerror=globalThis.hasRun=1>";
  const nested = `y ~ ${"(".repeat(4000)}x${")".repeat(4000)}`;
  const hostile: [what: string, fragment: string, says: string | RegExp][] = [
    ["a script for a formula", fragmentOf({ sample: "co2", formula: script }), "unexpected character: <"],
    [
      "a script for a sample",
      fragmentOf({ sample: "javascript:globalThis.hasRun=1" }),
      "unknown sample: javascript:",
    ],
    ["a file elsewhere", fragmentOf({ served: "https://evil.example/x.csv" }), "got status 404"],
    ["a file above", fragmentOf({ served: "../../secret.csv" }), "got status 404"],
    ["a bomb of ten million characters", fragmentOf({ data: packed("0".repeat(1e7)) }), "cannot be read"],
    ["data cut short", fragmentOf({ data: packed(line).slice(0, -4) }), "cannot be read"],
    ["data that are none", fragmentOf({ data: "%00<>" }), "cannot be read"],
    [
      "a parameter that is the root of all objects",
      "param=__proto__%3D1",
      /name=start,min,max,fixed, got "__proto__=1"/,
    ],
    ["a setting that is none", "lr=constructor", 'learning rate expects a number above 0, got "constructor"'],
    [
      "a formula as deep as a well",
      fragmentOf({ sample: "co2", formula: nested }),
      /deep|long|limit|at most/,
    ],
  ];
  // A file that the server has not is told on the console too.
  const expected = /Failed to load resource.*404/;
  test.each(hostile)("%s is text, and runs nothing", (_, fragment, says) =>
    visiting(
      async ({ page }) => {
        await page.getByText(says).first().waitFor();
        expect(await hasRun(page)).toBe(false);
      },
      { fragment, expected },
    )(),
  );

  test("scripts in columns, cells and the name of a file are text, and run nothing", () => {
    const data = `${title},y,${script}\n0,1,${script}\n1,3,${script}\n2,5.1,x\n3,7,x\n`;
    const fragment = fragmentOf({
      name: `${title}.csv`,
      data: packed(data),
      formula: `y ~ a*\`${title}\` + b`,
    });
    return visiting(
      async ({ page }) => {
        await reports(page, title);
        expect(await page.locator("img, body script").count()).toBe(0);
        expect(await hasRun(page)).toBe(false);
      },
      { fragment },
    )();
  });

  test(
    "names that all objects have are parameters like others",
    visiting(
      async ({ page }) => {
        await reports(page, "constructor");
        expect(await page.evaluate(() => Object.keys(Object.prototype))).toEqual([]);
      },
      {
        fragment: `${fragmentOf({ data: packed(line), formula: "y ~ constructor*x + toString" })}&param=toString%3D1,,,fixed`,
      },
    ),
  );
});

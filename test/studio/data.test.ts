/** Observations in the page: dropped, opened or pasted, kept and gone back to; and files that are wrong in each way there is. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright";
import { describe, expect, test } from "vitest";
import { fragmentOf } from "../../src/cli/studio.ts";
import { drop, formula, observations, report, reports, served, useStudio, visiting } from "./visit.ts";

useStudio();

const rides = readFileSync(new URL("../../data/roller-coaster.csv", import.meta.url), "utf8");
const quadratic = "speed ~ a*time^2 + b*time + c";

/** Rows of a parabola, so many that no address can hold them. */
function rows(count: number): string {
  const lines = Array.from({ length: count }, (_, i) => `${i / count},${(i / count) ** 2 + Math.sin(i * i)}`);
  return `x,y\n${lines.join("\n")}\n`;
}

/** Types the formula of the ride, and waits for its answer. */
async function fitRides(page: Page): Promise<void> {
  await formula(page).fill(quadratic);
  await reports(page, "0.7681426");
}

describe("observations come in", () => {
  test(
    "dropped",
    visiting(async ({ page }) => {
      await drop(page, "rides.csv", rides);
      await observations(page).getByText("20 rows, 2 columns").waitFor();
      await fitRides(page);
    }),
  );

  test(
    "chosen",
    visiting(async ({ page }) => {
      const file = { name: "rides.csv", mimeType: "text/csv", buffer: Buffer.from(rides) };
      await page.getByLabel("Open a file").setInputFiles(file);
      await observations(page).getByText("rides.csv").first().waitFor();
      await fitRides(page);
    }),
  );

  test(
    "pasted onto the page",
    visiting(async ({ page }) => {
      await page.evaluate((text) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", text);
        document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
      }, rides);
      await fitRides(page);
    }),
  );

  test(
    "pasted into a field",
    visiting(async ({ page }) => {
      await page.getByRole("button", { name: "Paste rows" }).click();
      await page.getByRole("textbox", { name: "Rows, with the names" }).fill(rides);
      await page.getByRole("button", { name: "Use these rows" }).click();
      await fitRides(page);
    }),
  );

  test(
    "with nothing said of them, and are drawn with a line to begin with",
    visiting(async ({ page }) => {
      await drop(page, "rides.csv", rides);
      await reports(page, "speed ~ a*time + b");
      await page.getByRole("img", { name: "20 observations of speed against time" }).waitFor();
    }),
  );

  // Of data/roller-coaster.csv, by DuckDB: whole numbers, doubles and a text with a gap, compressed by Zstandard.
  test(
    "as Parquet",
    visiting(async ({ page }) => {
      await drop(page, "rides.parquet", readFileSync(new URL("rides.parquet", import.meta.url)));
      await observations(page).getByText("20 rows, 3 columns").waitFor();
      await fitRides(page);
    }),
  );

  test(
    "as UTF-16, as other programs write it",
    visiting(async ({ page }) => {
      await drop(page, "rides.csv", Buffer.from(`\ufeff${rides}`, "utf16le"));
      await observations(page).getByText("20 rows, 2 columns").waitFor();
    }),
  );

  test(
    "with ten thousand columns",
    visiting(async ({ page }) => {
      const names = Array.from({ length: 10_000 }, (_, i) => `c${i}`);
      const lines = [0, 1, 2, 3].map((row) => names.map((_, i) => row * (i + 1)).join(","));
      await drop(page, "wide.csv", `${names.join(",")}\n${lines.join("\n")}\n`);
      await observations(page).getByText("4 rows, 10,000 columns").waitFor();
      await formula(page).fill("c9999 ~ a*c0");
      await reports(page, "c9999 ~ a*c0");
    }),
  );

  test(
    "a hundred thousand rows of them, which are fitted, and walked on while the page answers",
    visiting(async ({ page }) => {
      await drop(page, "many.csv", rows(100_000));
      await observations(page).getByText("100,000 rows, 2 columns").waitFor();
      await formula(page).fill("y ~ a*x^2 + b");
      await reports(page, "observations            = 100000");
      await page.getByRole("button", { name: "Play", exact: true }).click();
      await page
        .getByLabel("where it is")
        .filter({ hasText: /step \d/ })
        .waitFor();
      await page.getByRole("button", { name: "Pause", exact: true }).click();
      await page.getByRole("button", { name: "Play", exact: true }).waitFor();
    }),
  );
});

test(
  "observations that the command line serves are there at once, and what it was told of parameters",
  visiting(
    async ({ page }) => {
      await observations(page).getByText("20 rows, 2 columns").waitFor();
      await reports(page, "fixed");
      expect(await report(page).textContent()).toMatch(/ a +1 +.*fixed/);
    },
    {
      fragment: fragmentOf(served.name, quadratic, {
        fix: new Map([["a", 1]]),
        bound: new Map([["c", { min: 0 }]]),
      }),
    },
  ),
);

describe("a file that is wrong", () => {
  const wrong: [what: string, content: string | Uint8Array, says: string][] = [
    ["empty", "", "f.csv: expected a header and rows, got an empty file"],
    ["a header alone", "x,y\n", "f.csv: expected rows below the header, got none"],
    ["a ragged row", "x,y\n1,2\n3\n", 'f.csv:3 expected 2 cells, got 1: "3"'],
    ["a quote that does not close", 'x,y\n1,"2\n3,4\n', "f.csv:2 expected each quote to close"],
    ["two columns of a name", "x,x\n1,2\n", 'f.csv:1 duplicate column name: "x"'],
    ["binary", new Uint8Array(1000).map((_, i) => i * i), "f.csv: expected CSV text, got binary data"],
    ["Parquet in name alone", "PAR1 and more of the like", "f.csv: not a Parquet file that can be read"],
  ];
  test.each(wrong)("is told of: %s", (_, content, says) =>
    visiting(async ({ page }) => {
      await drop(page, "f.csv", content);
      await observations(page).getByText(says).waitFor();
    })(),
  );

  test(
    "leaves what was there before",
    visiting(async ({ page }) => {
      await drop(page, "rides.csv", rides);
      await fitRides(page);
      await drop(page, "f.csv", "x,y\n");
      await observations(page).getByText("expected rows below the header").waitFor();
      await observations(page).getByText("20 rows, 2 columns").waitFor();
      expect(await report(page).textContent()).toContain("0.7681426");
    }),
  );

  test(
    "in a cell that is used is told of where the data are, and other columns go on",
    visiting(async ({ page }) => {
      await drop(page, "f.csv", "x,y,z\n1,2,1\n2,n/a,3\n3,4,5\n4,5,7\n");
      await formula(page).fill("y ~ a*x + b");
      await observations(page).getByText('f.csv:3 column "y": not a number: "n/a"').waitFor();
      await formula(page).fill("z ~ a*x + b");
      await reports(page, "z ~ a*x + b");
      expect(await observations(page).getByText("not a number").count()).toBe(0);
    }),
  );
});

describe("observations stay", () => {
  test(
    "when the page is loaded again, small ones by the address, large ones by the browser",
    visiting(async ({ page }) => {
      for (const [name, count] of [
        ["small.csv", 50],
        ["large.csv", 5000],
      ] as const) {
        await drop(page, name, rows(count));
        await observations(page)
          .getByText(`${count.toLocaleString("en")} rows, 2 columns`)
          .waitFor();
        await formula(page).fill("y ~ a*x^2 + b");
        await reports(page, `observations            = ${count}`);
        await page.waitForURL(name === "small.csv" ? /data=/ : /kept=/);
        await page.reload();
        await reports(page, `observations            = ${count}`);
        expect(await formula(page).inputValue()).toBe("y ~ a*x^2 + b");
      }
    }),
  );

  test(
    "where they were kept: a link elsewhere says what to do",
    visiting(async ({ page, elsewhere }) => {
      await drop(page, "large.csv", rows(5000));
      await page.waitForURL(/kept=/);
      const other = await elsewhere(page.url());
      await observations(other).getByText("large.csv is kept in another browser").waitFor();
    }),
  );

  test(
    "while one goes back and forward",
    visiting(async ({ page }) => {
      await page.getByRole("button", { name: "Roller coaster" }).click();
      await reports(page, "0.7681426");
      await formula(page).fill("speed ~ m*time + n");
      await formula(page).press("Enter");
      await reports(page, "m*time");
      await page.waitForURL(/m\*time/);
      await drop(page, "other.csv", "x,y\n0,1\n1,3\n2,5.1\n3,7\n");
      await observations(page).getByText("4 rows, 2 columns").waitFor();
      await page.waitForURL(/other/);
      await page.goBack();
      await reports(page, "m*time");
      await page.goBack();
      await reports(page, "0.7681426");
      await page.goForward();
      await reports(page, "m*time");
      await page.goForward();
      await observations(page).getByText("4 rows, 2 columns").waitFor();
    }),
  );
});

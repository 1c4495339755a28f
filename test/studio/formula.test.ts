/** The formula in the page: fitted while it is typed, and what is wrong with it said under the place. */
import { describe, expect, test } from "vitest";
import { formula, press, report, reports, useStudio, type Visit, visiting } from "./visit.ts";

useStudio();

const visit: Visit = { fragment: "sample=roller-coaster" };

test(
  "a formula is fitted while it is typed",
  visiting(async ({ page }) => {
    await formula(page).pressSequentially("speed ~ slope*time + start");
    await reports(page, "speed ~ slope*time + start");
    await formula(page).fill("speed ~ a*time^2 + b*time + c");
    await reports(page, "0.7681426");
  }, visit),
);

describe("a formula that is wrong says how, and the last answer stays", () => {
  const wrong: [what: string, typed: string, says: string][] = [
    ["an unknown column", "sped ~ a*time", "unknown column: sped"],
    ["a slip of a column's name", "speed ~ a*tim", "unknown name: tim (did you mean the column time?"],
    ["no ~", "speed", "a formula reads target ~ expression, got no ~"],
    ["two of them", "speed ~ a ~ b", "a formula has one ~, got a second"],
    ["nothing after it", "speed ~", "expected a number, a name or a parenthesis after ~, got the end"],
    ["a parenthesis that is not closed", "speed ~ a*(time + b", "a parenthesis is not closed"],
    ["one that closes nothing", "speed ~ a*time)", "a parenthesis closes nothing"],
    ["an unknown function", "speed ~ sine(time)", "unknown function: sine (did you mean sin?)"],
    ["an operator of another language", "speed ~ a**time", "write ^ in a formula, not **"],
    ["no operator", "speed ~ a time", "expected an operator before time"],
    ["a character of no meaning", "speed ~ a*time + $", "unexpected character: $"],
    ["too few arguments", "speed ~ a*max(time)", "max expects 2 or more arguments, got 1"],
  ];
  test(
    "each in its own words",
    visiting(
      async ({ page }) => {
        await reports(page, "0.7681426");
        const region = page.getByRole("region", { name: "Formula" });
        for (const [, typed, says] of wrong) {
          await formula(page).fill(typed);
          await region.getByText(says).first().waitFor();
          expect(await formula(page).getAttribute("aria-invalid")).toBe("true");
          expect(await report(page).textContent()).toContain("0.7681426");
        }
        await formula(page).fill("speed ~ a*time");
        await reports(page, "speed ~ a*time");
        expect(await formula(page).getAttribute("aria-invalid")).toBe(null);
      },
      { fragment: `sample=roller-coaster&formula=${encodeURIComponent("speed ~ a*time^2 + b*time + c")}` },
    ),
  );
});

test(
  "a name that looks like a misspelt column is a parameter once somebody says so, in the address too",
  visiting(async ({ page, elsewhere }) => {
    await formula(page).fill("speed ~ tme*time^2 + b*time + c");
    await press(page, "Make tme a parameter");
    await reports(page, "tme    0.7681426");
    await page.waitForURL(({ hash }) => hash.includes("param=tme="));
    await reports(await elsewhere(page.url()), "tme    0.7681426");
  }, visit),
);

test(
  "names are offered, and taken by keys",
  visiting(async ({ page }) => {
    await formula(page).pressSequentially("sp");
    const names = page.getByRole("listbox", { name: "names" });
    await names.getByRole("option", { name: "speed" }).waitFor();
    await formula(page).press("ArrowDown");
    await formula(page).press("Enter");
    expect(await formula(page).inputValue()).toBe("speed");
    await names.waitFor({ state: "hidden" });
  }, visit),
);

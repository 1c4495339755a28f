/** The pictures in a person's hands: a place of the loss surface is moved, pictures are zoomed, and the values at the pointer are told. */
import type { Locator, Page } from "playwright";
import { expect, test } from "vitest";
import { press, reports, useStudio, type Visit, visiting } from "./visit.ts";

useStudio();

const ride: Visit = {
  fragment: "sample=roller-coaster&seed=42&formula=" + encodeURIComponent("speed ~ a*time^2 + b*time + c"),
  viewport: { width: 1280, height: 1400 },
};

const surface = (page: Page): Locator => page.getByRole("img", { name: /^Contours of the loss/ });
const curve = (page: Page): Locator => page.getByRole("img", { name: /^20 observations of speed/ });
const group = (page: Page, name: string): Locator => page.getByRole("group", { name, exact: true });

/** The parameters where the surface says that the place is. */
async function place(page: Page): Promise<Record<string, number>> {
  const words = (await surface(page).getAttribute("aria-label"))!;
  const [, x, across, y, up] = /the place at (\S+) (\S+) and (\S+) ([\d.e+-]+\d)/.exec(words)!;
  return { [x!]: Number(across), [y!]: Number(up) };
}

/** Waits until the place is another, and gives it. */
async function moved(page: Page, from: Record<string, number>): Promise<Record<string, number>> {
  await expect.poll(() => place(page), { timeout: 5000 }).not.toEqual(from);
  return place(page);
}

/** Drags the pointer from one place of a picture to another, both as shares of it from the left and top. */
async function drag(
  page: Page,
  picture: Locator,
  from: [number, number],
  to: [number, number],
): Promise<void> {
  const { x, y, width, height } = (await picture.boundingBox())!;
  await page.mouse.move(x + from[0] * width, y + from[1] * height);
  await page.mouse.down();
  await page.mouse.move(x + to[0] * width, y + to[1] * height, { steps: 4 });
  await page.mouse.up();
}

const begun = async (page: Page): Promise<void> => {
  await reports(page, "[[Outcome]]");
  await surface(page).waitFor();
};

test(
  "a click on the surface moves both parameters there, and arrow keys move them on",
  visiting(async ({ page }) => {
    await begun(page);
    const found = await place(page);
    const { width, height } = (await surface(page).boundingBox())!;
    await surface(page).click({ position: { x: width * 0.4, y: height * 0.3 } });
    const clicked = await moved(page, found);
    expect(clicked.a).not.toBe(found.a);
    expect(clicked.b).not.toBe(found.b);
    await surface(page).focus();
    await page.keyboard.press("ArrowRight");
    const pushed = await moved(page, clicked);
    expect(pushed.a).toBeGreaterThan(clicked.a!);
    expect(pushed.b).toBe(clicked.b);
    await page.keyboard.press("ArrowUp");
    expect((await moved(page, pushed)).b).toBeGreaterThan(pushed.b!);
  }, ride),
);

test(
  "on a walk, a place that is clicked is where it goes on from",
  visiting(async ({ page }) => {
    await begun(page);
    await press(page, "One step");
    await page.getByRole("img", { name: /path of 1 step / }).waitFor();
    const walked = await place(page);
    const { width, height } = (await surface(page).boundingBox())!;
    await surface(page).click({ position: { x: width * 0.5, y: height * 0.5 } });
    const clicked = await moved(page, walked);
    expect(clicked.a).not.toBe(walked.a);
    expect(clicked.b).not.toBe(walked.b);
  }, ride),
);

test(
  "the surface is over the parameters that are chosen, never over one twice",
  visiting(async ({ page }) => {
    await begun(page);
    await page.getByLabel("across").selectOption("b");
    await page.getByRole("img", { name: /^Contours of the loss over b and a,/ }).waitFor();
    await page.getByLabel("up").selectOption("c");
    await page.getByRole("img", { name: /^Contours of the loss over b and c,/ }).waitFor();
  }, ride),
);

test(
  "a box zooms in, and all is shown again by button, key and double click",
  visiting(async ({ page }) => {
    await begun(page);
    const all = group(page, "Observations and curve").getByRole("button", { name: "all" });
    for (const back of [
      () => all.click(),
      () => curve(page).press("Escape"),
      () => curve(page).dblclick({ position: { x: 300, y: 100 } }),
    ]) {
      await expect.poll(() => all.isDisabled()).toBe(true);
      await drag(page, curve(page), [0.3, 0.1], [0.6, 0.5]);
      await expect.poll(() => all.isEnabled()).toBe(true);
      await back();
    }
    await expect.poll(() => all.isDisabled()).toBe(true);
  }, ride),
);

test(
  "the observation at the pointer is told of, by its row",
  visiting(async ({ page }) => {
    await begun(page);
    const { width } = (await curve(page).boundingBox())!;
    // The first observation is at the upper left.
    await curve(page).hover({ position: { x: width * 0.13, y: 25 } });
    await page.getByText(/^row 1: time 0, speed 74/).waitFor();
  }, ride),
);

/** The page for everyone: nothing for axe to find, whatever the width and the light; by keys alone; without motion. */
import axe from "axe-core";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { press, reports, useStudio, visiting } from "./visit.ts";

useStudio();

const widths = [1440, 1024, 390];

const ride = new URLSearchParams({
  sample: "roller-coaster",
  formula: "speed ~ a*time^2 + b*time + c",
  optimizer: "sgd",
  lr: "1e-5",
  seed: "42",
});

/** What axe finds on the page as it is, at every width; and what does not fit in. */
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
  "axe finds nothing, empty, done, mid-run and wrong, in the %s",
  (colorScheme) =>
    visiting(
      async ({ page }) => {
        await page.evaluate(axe.source);
        const found = await findings(page, "empty");
        await page.getByRole("button", { name: "Roller coaster" }).click();
        await reports(page, "0.7681426");
        found.push(...(await findings(page, "done")));
        await press(page, "5 step");
        await page.getByLabel("where it is").filter({ hasText: "step 1 of 1" }).waitFor();
        found.push(...(await findings(page, "mid-run")));
        await page.getByLabel("formula", { exact: true }).fill("speed ~ a*(time");
        await page.getByText("a parenthesis is not closed").first().waitFor();
        found.push(...(await findings(page, "wrong")));
        expect(found).toEqual([]);
      },
      { colorScheme },
    )(),
);

/** In the page: what can be used, each as it is seen in its source; a group of radio buttons is one, which keys move within. */
function usable(): string[] {
  const all = document.querySelectorAll<HTMLElement>(
    "button, input, select, textarea, summary, a[href], [tabindex='0']",
  );
  return [...all]
    .filter(
      (element) =>
        element.checkVisibility() && !element.matches(":disabled, input[type=radio]:not(:checked)"),
    )
    .map((element) => element.outerHTML.slice(0, 120));
}

test(
  "everything that can be used is reached by Tab",
  visiting(
    async ({ page }) => {
      await reports(page, "[[Outcome]]");
      await press(page, "5 step");
      await page.getByLabel("where it is").filter({ hasText: "step 1 of 1" }).waitFor();
      const wanted = await page.evaluate(usable);
      const reached = new Set<string>();
      for (let i = 0; i < wanted.length + 10; i++) {
        await page.keyboard.press("Tab");
        reached.add(await page.evaluate(() => document.activeElement!.outerHTML.slice(0, 120)));
      }
      expect(wanted.filter((element) => !reached.has(element))).toEqual([]);
    },
    { fragment: `${ride}&way=steps` },
  ),
);

/** Goes on by Tab until something has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  const wanted = page.getByRole("button", { name }).or(page.getByRole("slider", { name })).first();
  for (let i = 0; i < 100; i++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`expected Tab to lead to ${name}`);
}

test(
  "keys alone open a sample, take steps and go back",
  visiting(async ({ page }) => {
    const place = page.getByLabel("where it is");
    await tabTo(page, "Roller coaster");
    await page.keyboard.press("Enter");
    await reports(page, "0.7681426");
    await tabTo(page, "One step");
    for (const step of [1, 2]) {
      await page.keyboard.press("Space");
      await place.filter({ hasText: `step ${step} of ${step}` }).waitFor();
    }
    await tabTo(page, "rewind");
    await page.keyboard.press("ArrowLeft");
    await place.filter({ hasText: "step 1 of 2" }).waitFor();
  }),
);

test(
  "nothing moves by itself for those who want no motion",
  visiting(
    async ({ page }) => {
      await reports(page, "[[Outcome]]");
      await press(page, "5 step");
      await page.getByLabel("where it is").filter({ hasText: "step 1 of 1" }).waitFor();
      expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    },
    { fragment: `${ride}`, reducedMotion: "reduce" },
  ),
);

/** Has the page believe that it is not seen: no frames come, as in a tab behind another. Gives what brings it back. */
async function hide(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => {
    const held: FrameRequestCallback[] = [];
    const frames = globalThis.requestAnimationFrame;
    const see = (isHidden: boolean): void => {
      Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
      Object.defineProperty(document, "visibilityState", {
        value: isHidden ? "hidden" : "visible",
        configurable: true,
      });
      document.dispatchEvent(new Event("visibilitychange"));
    };
    globalThis.requestAnimationFrame = (callback) => held.push(callback);
    see(true);
    Object.assign(globalThis, {
      comeBack() {
        globalThis.requestAnimationFrame = frames;
        see(false);
        for (const callback of held) frames(callback);
      },
    });
  });
  return () => page.evaluate(() => (globalThis as unknown as { comeBack(): void }).comeBack());
}

test(
  "a walk goes on in a hidden tab, and all is right when it is seen again",
  visiting(
    async ({ page }) => {
      const place = page.getByLabel("where it is");
      await reports(page, "[[Outcome]]");
      const comeBack = await hide(page);
      await press(page, "Play");
      await place.filter({ hasText: /step \d/ }).waitFor();
      await press(page, "Pause");
      await page.getByRole("button", { name: "Play", exact: true }).waitFor();
      await comeBack();
      await page.getByRole("radio", { name: "Loss", exact: true }).check();
      const [, step] = /step ([\d,]+) of/.exec((await place.textContent())!)!;
      await page.getByRole("radio", { name: "Loss", exact: true }).check();
      await page.getByRole("img", { name: new RegExp(`^mse by step.* at step ${step}\\.`) }).waitFor();
    },
    { fragment: `${ride}&way=steps` },
  ),
);

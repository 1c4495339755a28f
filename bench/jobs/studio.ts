/** The page of the studio, as it is built, in a browser: how soon it answers, how smoothly it draws, how fast it trains. */
import type { Page } from "playwright";
import { coaster } from "../coaster.ts";
import { filled, hump, uniform } from "../data.ts";
import { type Fact, type Job, milliseconds, type Unit } from "../job.ts";

/** A figure that is told, and that is better the larger it is. */
function many(name: string): Unit {
  return { name, better: "more", of: (value) => value };
}

/** Makes a fact of something that is measured in the page, with observations and what the address says besides. */
function inPage(data: string, said: Record<string, string>, measure: (page: Page) => Promise<number>): Fact {
  const tell = async (): Promise<number> => {
    const [{ chromium }, { browser }, { serveStudio }] = await Promise.all([
      import("playwright"),
      import("../../test/chromium.ts"),
      import("../../src/cli/server.ts"),
    ]);
    const observations = { name: "data.csv", read: async () => new TextEncoder().encode(data) };
    const { address, close } = await serveStudio({ port: 0, isNextFine: false, observations });
    const chrome = await chromium.launch(await browser());
    const page = await chrome.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${address}#${new URLSearchParams({ served: "data.csv", ...said })}`);
    await page
      .getByLabel("report")
      .filter({ hasText: "chi-square" })
      .waitFor({ state: "attached", timeout: 60_000 });
    const figure = await measure(page);
    await chrome.close();
    await close();
    return figure;
  };
  return { tell };
}

const quadratic = "speed ~ a*time^2 + b*time + c";

/** Rides over the hump, in random order. */
function rides(rows: number): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const time = hump.randomTime(i);
    return `${time},${hump.speedAt(time, i)}`;
  });
  return `time,speed\n${lines.join("\n")}\n`;
}

/** A decay with noise. */
function decays(rows: number): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const x = (4 * i) / rows;
    return `${x},${3 * Math.exp(-1.3 * x) + 0.5 + 0.1 * uniform(7, i)}`;
  });
  return `x,y\n${lines.join("\n")}\n`;
}

/** From a key press in the formula until the report has changed and the frame after is drawn: the median of some. */
async function typing(page: Page): Promise<number> {
  const formulas = ["y ~ a*exp(-k*x) + c*x", "y ~ a*exp(-k*x) + c"];
  const times: number[] = [];
  for (let i = 0; i < 20; i++) {
    times.push(await page.evaluate(answerTo, formulas[i % 2]!));
    // The whole answer, which comes after the quick one.
    await page.waitForTimeout(300);
  }
  return median(times);
}

/** In the page: types a formula, and gives how long it took until a new curve was there. */
async function answerTo(formula: string): Promise<number> {
  const input = document.querySelector<HTMLInputElement>("input[aria-label=formula]")!;
  const report = document.querySelector("[aria-label=Answer]")!;
  const start = performance.now();
  input.value = formula;
  input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await new Promise<void>((resolve) => {
    const watcher = new MutationObserver(() => {
      if (!report.textContent?.includes(formula)) return;
      watcher.disconnect();
      resolve();
    });
    watcher.observe(report, { subtree: true, childList: true, characterData: true });
  });
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - start;
}

const walking = { optimizer: "sgd", lr: "1e-5", seed: "42", way: "steps", formula: quadratic };

/** Has the walk play as fast as it goes. */
async function play(page: Page): Promise<void> {
  await page.getByRole("combobox", { name: "speed" }).selectOption({ label: "as fast as it goes" });
  await page.getByRole("button", { name: "Play" }).click();
  await page.getByLabel("where it is").filter({ hasText: "steps a second" }).waitFor();
}

/** Frames a second while it trains. */
async function frames(page: Page): Promise<number> {
  await play(page);
  return page.evaluate(async () => {
    const start = performance.now();
    let count = 0;
    while (performance.now() - start < 3000) {
      await new Promise(requestAnimationFrame);
      count++;
    }
    return (1000 * count) / (performance.now() - start);
  });
}

/** The longest that the page was busy in one go, since it was opened and while it trains; 50 ms where nothing was longer. */
async function longest(page: Page): Promise<number> {
  await play(page);
  await page.waitForTimeout(3000);
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        setTimeout(() => resolve(50), 500);
        new PerformanceObserver((list) =>
          resolve(Math.max(...list.getEntries().map(({ duration }) => duration))),
        ).observe({ type: "longtask", buffered: true });
      }),
  );
}

/** Steps a second as the page tells them: the median of some. */
async function stepsTold(page: Page): Promise<number> {
  await play(page);
  const told: number[] = [];
  for (let i = 0; i < 10; i++) {
    await page.waitForTimeout(200);
    const text = (await page.getByLabel("where it is").textContent()) ?? "";
    told.push(Number(/([\d,.]+) steps a second/.exec(text)?.[1]?.replaceAll(",", "")));
  }
  return median(told);
}

/** The same in Node, by the library alone. */
async function stepsInNode(): Promise<Fact> {
  const { fit, parseCsv } = await coaster();
  const steps = 2_000_000;
  const options = {
    data: parseCsv(rides(20)),
    model: quadratic,
    optimizer: "sgd",
    lr: 1e-5,
    steps,
    stop: false,
  } as const;
  await fit({ ...options, steps: 1000 });
  return { tell: async () => steps / (await fit(options)).seconds };
}

function median(numbers: readonly number[]): number {
  return filled(new Float64Array(numbers.length), (i) => numbers[i]!).sort()[numbers.length >> 1]!;
}

const page = { isFresh: true, rounds: 1 };

export const studio: readonly Job[] = [
  {
    ...page,
    key: "studio-typing",
    title: "from a key press in the formula to a new curve, 1,000 rows",
    unit: milliseconds,
    aim: 50,
    engines: [
      {
        name: "Coaster",
        prepare: async () => inPage(decays(1000), { formula: "y ~ a*exp(-k*x) + c" }, typing),
      },
    ],
  },
  {
    ...page,
    key: "studio-frames",
    title: "frames while training on 100,000 points",
    unit: many("frames/s"),
    aim: 60,
    engines: [{ name: "Coaster", prepare: async () => inPage(rides(100_000), walking, frames) }],
  },
  {
    ...page,
    key: "studio-longest",
    title:
      "the longest task of the page from its opening on, with training on 100,000 points; 50 ms where none is longer",
    unit: milliseconds,
    aim: 50,
    engines: [{ name: "Coaster", prepare: async () => inPage(rides(100_000), walking, longest) }],
  },
  {
    ...page,
    key: "studio-steps",
    title: "steps while training on 20 points, as the page tells them",
    unit: many("steps/s"),
    engines: [
      { name: "Coaster, in the page", prepare: async () => inPage(rides(20), walking, stepsTold) },
      { name: "Coaster, in Node", prepare: stepsInNode },
    ],
  },
];

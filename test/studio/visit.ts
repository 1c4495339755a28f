/**
 * The page as it is built, in a real browser, for tests to drive. Whatever a test does there, it ends with nothing on the console, no error,
 * nothing that the page's policy had to forbid, and no request to anyone but the page's own server.
 */
import { readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from "playwright";
import sirv from "sirv";
import { afterAll, beforeAll, expect } from "vitest";
import { type Served, type Serving, serveStudio } from "../../src/cli/server.ts";
import { browser } from "../chromium.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const folder = join(root, "dist", "studio");

/** Who serves the page: the command line, or a host that knows nothing of threads. */
export type Host = "coaster" | "plain";

export interface Visit extends BrowserContextOptions {
  readonly host?: Host;
  /** What stands in the address after its `#`. */
  readonly fragment?: string;
  /** What may be on the console, for what a test breaks on purpose. */
  readonly expected?: RegExp;
}

/** The page, opened. */
export interface Studio {
  readonly page: Page;
  /** Opens an address as somebody else would, in a browser that knows nothing of this one. */
  readonly elsewhere: (url: string) => Promise<Page>;
}

/** What the command line serves beside the page. */
export const served: Served = {
  name: "served rides.csv",
  read: () => readFile(join(root, "data", "roller-coaster.csv")),
};

let chrome: Browser;
let hosts: Readonly<Record<Host, Serving>>;

/** Starts the browser and the servers for the tests of a file. */
export function useStudio(): void {
  beforeAll(async () => {
    checkFresh();
    chrome = await chromium.launch(await browser());
    hosts = {
      coaster: await serveStudio({ port: 0, isNextFine: false, observations: served }),
      plain: await servePlainly(),
    };
  });
  afterAll(async () => {
    await chrome.close();
    await Promise.all(Object.values(hosts).map(({ close }) => close()));
  });
}

/** A test: opens the page in a browser that knows nothing yet, does something there, and sees that nothing went wrong on the way. */
export function visiting(act: (studio: Studio) => Promise<void>, visit: Visit = {}): () => Promise<void> {
  return async () => {
    const { host = "coaster", fragment = "", expected = /(?!)/, ...options } = visit;
    const { address } = hosts[host];
    const contexts: BrowserContext[] = [];
    const troubles: string[] = [];
    const elsewhere = async (url: string): Promise<Page> => {
      const context = await chrome.newContext(options);
      contexts.push(context);
      context.setDefaultTimeout(20_000);
      await note(context, address, troubles);
      const page = await context.newPage();
      await page.goto(url);
      return page;
    };
    const page = await elsewhere(`${address}#${fragment}`);
    try {
      await act({ page, elsewhere });
    } catch (error) {
      // What the page shows tells more than what was not found there.
      console.error(await page.locator("body").ariaSnapshot());
      throw error;
    } finally {
      for (const context of contexts) await context.close();
    }
    expect(troubles.filter((trouble) => !expected.test(trouble))).toEqual([]);
  };
}

/** Adds to a list what goes wrong in a browser, as it does, a sentence each. */
async function note(context: BrowserContext, address: string, troubles: string[]): Promise<void> {
  context.on("console", (said) => {
    if (["error", "warning"].includes(said.type())) troubles.push(`${said.type()}: ${said.text()}`);
  });
  context.on("weberror", (error) => troubles.push(`thrown: ${error.error().message}`));
  context.on("request", (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(address))
      troubles.push(`request: ${request.url()}`);
  });
  await context.exposeFunction("toldOfViolation", (what: string) => troubles.push(`forbidden: ${what}`));
  await context.addInitScript(() => {
    const { toldOfViolation } = globalThis as unknown as { toldOfViolation(what: string): void };
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      toldOfViolation(`${violatedDirective} ${blockedURI}`),
    );
  });
}

/** The folder as any web host serves it. */
async function servePlainly(): Promise<Serving> {
  const server = createServer(sirv(folder));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close };
}

/** Fails where the page is not what its source says: tests of the past help nobody. */
function checkFresh(): void {
  const built = statSync(join(folder, "index.html"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built < newest(join(root, "src"))) throw new Error("dist/studio is older than src: run npm run build");
}

/** When the newest file of a folder was written. */
function newest(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(...readdirSync(path).map((name) => newest(join(path, name))));
}

/** The parts of the page that tests look at, by the names that they have for people who hear them. */
export const observations = (page: Page): Locator => page.getByRole("region", { name: "Observations" });
export const formula = (page: Page): Locator => page.getByLabel("formula", { exact: true });
export const report = (page: Page): Locator => page.getByLabel("report", { exact: true });

/** Waits until the report says something, be it folded up or not. */
export const reports = (page: Page, hasText: string | RegExp): Promise<void> =>
  report(page).filter({ hasText }).waitFor({ state: "attached" });
export const press = (page: Page, name: string): Promise<void> =>
  page.getByRole("button", { name, exact: true }).click();

/** Lets a file fall onto the page. */
export async function drop(page: Page, name: string, content: string | Uint8Array): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ([name, base64]) => {
      const transfer = new DataTransfer();
      transfer.items.add(
        new File([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], name),
      );
      return transfer;
    },
    [name, Buffer.from(content).toString("base64")] as const,
  );
  for (const type of ["dragenter", "dragover", "drop"])
    await observations(page).dispatchEvent(type, { dataTransfer });
}

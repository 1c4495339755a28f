/** Opens the built page in a browser, and fails if what it loads before its first use is larger than we promise. Prints the size. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright";
import { serveStudio } from "../src/cli/server.ts";
import { browser } from "../test/chromium.ts";

/** What a visitor downloads, in bytes, at most. */
const limit = 150_000;

const folder = fileURLToPath(new URL("../dist/studio", import.meta.url));

const first = await loadedAtFirst();
const all = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => isFile(file));
const later = all.filter((file) => !first.includes(file));
console.log(
  `the studio before its first use: ${kilobytes(first)} gzipped, at most ${limit / 1000} kB; ${kilobytes(later)} come later, if at all`,
);
if (process.argv.includes("--files"))
  for (const file of first) console.log(`${kilobytes([file]).padStart(10)}  ${file}`);
process.exitCode = sizeOf(first) <= limit ? 0 : 1;

/** The files that are asked for until the worker says that it is ready, as paths in the folder. */
async function loadedAtFirst(): Promise<string[]> {
  const { address, close } = await serveStudio({ port: 0, isNextFine: false });
  const chrome = await chromium.launch(await browser());
  const page = await chrome.newPage();
  const asked = new Set<string>();
  page.on("request", (request) => {
    const { href, pathname } = new URL(request.url());
    if (href.startsWith(address)) asked.add(pathname.slice(1) || "index.html");
  });
  await page.goto(address, { waitUntil: "networkidle" });
  await chrome.close();
  await close();
  return [...asked].sort((a, b) => sizeOf([b]) - sizeOf([a]));
}

function isFile(file: string): boolean {
  return statSync(join(folder, file)).isFile();
}

/** Bytes of files as they are sent, each by itself. */
function sizeOf(files: readonly string[]): number {
  return files.reduce(
    (sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length,
    0,
  );
}

function kilobytes(files: readonly string[]): string {
  return `${(sizeOf(files) / 1000).toFixed(1)} kB`;
}

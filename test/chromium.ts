/** Finds a Chromium to run pages in: the one that CHROME names, or the one that comes as a package. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import chromium from "@sparticuz/chromium";

const modules = fileURLToPath(new URL("../node_modules", import.meta.url));

/** Where the package is unpacked; it goes when node_modules does, and so is never of another version. */
const home = join(modules, ".cache", "chromium");

/** No sandbox, which root has none of; no calls home. WebGPU runs without a graphics card. */
const args = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
  "--enable-unsafe-webgpu",
];

/** A browser, and how it is started. */
type Launch = ({ executablePath: string } | { channel: string }) & { args: string[] };

/** For Playwright. */
export async function browser(): Promise<Launch> {
  return { ...(await found()), args };
}

/** The package has a Chromium for Linux on x64; elsewhere it is the Chrome that is installed. */
async function found(): Promise<{ executablePath: string } | { channel: string }> {
  if (process.env.CHROME) return { executablePath: process.env.CHROME };
  if (process.platform !== "linux" || process.arch !== "x64") return { channel: "chrome" };
  if (!existsSync(home)) await unpack();
  return { executablePath: join(home, "chromium") };
}

/** Unpacks beside the place and then moves there, so that nobody finds half of it, whoever is interrupted or comes at the same time. */
async function unpack(): Promise<void> {
  mkdirSync(join(modules, ".cache"), { recursive: true });
  const { TMPDIR } = process.env;
  const folder = mkdtempSync(`${home}-`);
  process.env.TMPDIR = folder;
  try {
    await chromium.executablePath();
    if (!existsSync(home)) renameSync(folder, home);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}

/** The tests in Chromium: all but those of what is Node's own. */
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { browser } from "./test/chromium.ts";

/** Processes, files, the heap, modules loaded anew, what comes from the command line, and the studio, which is driven from outside. */
const nodesOwn = [
  "cli",
  "examples",
  "house",
  "memory",
  "node",
  "process",
  "readme",
  "refused",
  "scores",
  "studio/*",
];

export default defineConfig({
  // What a page needs to share memory between threads.
  server: {
    headers: {
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    },
  },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: nodesOwn.map((name) => `test/${name}.test.ts`),
    testTimeout: 60_000,
    // One page for many files, as a page has the library once; to load it for each file takes as long as the tests do.
    isolate: false,
    maxWorkers: "100%",
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: await browser() }),
      instances: [{ browser: "chromium" }],
    },
  },
});

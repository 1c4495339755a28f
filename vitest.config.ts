/** The tests in Node: all but that of what is a page's own. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/page.test.ts"],
    testTimeout: 60_000,
    // By default one core is kept for the runner, which sleeps while tests run.
    maxWorkers: "100%",
  },
});

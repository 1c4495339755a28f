/**
 * Runs the checks, all of them or the groups named as arguments, and goes on when one fails. A check is silent unless it does.
 * The last line counts them, each test as one and each other check as one; the exit status is 1 if any failed.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";

const report = ".cache/vitest.json";

const checks = [
  { group: "check", name: "format and lint", command: "biome check --error-on-warnings ." },
  { group: "check", name: "types", command: "tsc -p ." },
  {
    group: "check",
    name: "types of the page",
    command: "svelte-check --tsconfig src/studio/tsconfig.json --fail-on-warnings",
  },
  { group: "check", name: "promises and exhaustiveness", command: "oxlint --type-aware --deny-warnings" },
  { group: "package", name: "dead code", command: "knip" },
  { group: "package", name: "package contents", command: "publint --strict" },
  { group: "package", name: "package types", command: "attw --pack . --profile esm-only --no-emoji" },
  { group: "package", name: "size of a page", command: "node scripts/size.js" },
  { group: "package", name: "size of the studio", command: "node --import tsx scripts/studio-size.ts" },
  tests("tests in Node", "vitest.config.ts"),
  tests("tests in Chromium", "vitest.browser.config.ts"),
];

process.chdir(join(import.meta.dirname, ".."));
process.env.PATH = join("node_modules", ".bin") + delimiter + process.env.PATH;

const groups = process.argv.slice(2);
const chosen = checks.filter(({ group }) => groups.length === 0 || groups.includes(group));
const counts = chosen.map(run);
const [passed, failed] = [0, 1].map((i) => counts.reduce((sum, pair) => sum + pair[i], 0));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** The tests of a configuration: shown as they go, and counted by what the runner writes down. */
function tests(name, config) {
  const command = `vitest run --config ${config} --reporter=default --reporter=json --outputFile.json=${report}`;
  return { group: "unit", name, command, count: countTests };
}

/** Runs one check and gives how many passed and failed in it. One that counts for itself is shown as it goes. */
function run({ name, command, count }) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(command, {
    shell: true,
    encoding: "utf8",
    stdio: count ? "inherit" : "pipe",
  });
  const isGood = status === 0;
  if (!isGood && !count) console.log(stdout + stderr);
  console.log(`${isGood ? "ok  " : "FAIL"}  ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  return count ? count(isGood) : isGood ? [1, 0] : [0, 1];
}

/** What the test runner wrote down; at least one failure if it did not end well, or wrote nothing. */
function countTests(isGood) {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
    return [numPassedTests, Math.max(numFailedTests, isGood ? 0 : 1)];
  } catch {
    return [0, 1];
  } finally {
    rmSync(report, { force: true });
  }
}

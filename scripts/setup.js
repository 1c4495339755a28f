/**
 * Makes a fresh clone ready, and does nothing where there is nothing to do: installs when node_modules is missing or older than the
 * lock file, builds when dist/ is missing or older than what it is built from. Needs Node and npm alone.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const steps = [
  {
    command: "npm ci --no-audit --no-fund",
    makes: "node_modules/.package-lock.json",
    from: ["package-lock.json"],
  },
  {
    command: "npm run build --silent",
    makes: "dist/studio/index.html",
    from: ["src", "data", "scripts/third-party.ts", "tsdown.config.ts", "vite.config.ts", "tsconfig.json"],
  },
];

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
for (const { command, makes, from } of steps)
  if (changed(makes) < Math.max(...from.map(changed))) run(command);

/** When a file, or the newest thing in a folder, was last written; a folder itself is written when something in it is removed. */
function changed(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat?.mtimeMs ?? 0;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => changed(join(path, name))));
}

function run(command) {
  console.error(`> ${command}`);
  const { status } = spawnSync(command, { shell: true, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

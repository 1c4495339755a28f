/** The packages that Coaster is measured against: installed when they are missing or older than their lock file. */
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";

const folder = import.meta.dirname;
const made = join(folder, "node_modules", ".package-lock.json");

/** Installs where it is needed. Without a network nothing is made, and the engines say that they are absent. */
export function installOthers(): void {
  if (changed(made) >= changed(join(folder, "package-lock.json"))) return;
  console.error("> npm ci in bench/others");
  const { status } = spawnSync("npm ci --no-audit --no-fund --prefix .", { cwd: folder, shell: true });
  if (status !== 0) console.error("npm could not install them");
}

export function areOthersThere(): boolean {
  return changed(made) > 0;
}

function changed(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

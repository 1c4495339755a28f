/** What of other people's code a build carries: a plugin for the bundler that fails where THIRD-PARTY.md does not name a package. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const page = join(import.meta.dirname, "..", "THIRD-PARTY.md");

export function thirdParty(): Plugin {
  return {
    name: "third-party",
    generateBundle(_, bundle) {
      const files = Object.values(bundle).flatMap((part) => (part.type === "chunk" ? part.moduleIds : []));
      const named = readFileSync(page, "utf8");
      const missing = packagesOf(files).filter((name) => !named.includes(`| ${name} |`));
      if (missing.length > 0) this.error(`THIRD-PARTY.md expects a row each for ${missing.join(", ")}`);
    },
  };
}

/** The packages that files belong to, each once. */
function packagesOf(files: readonly string[]): string[] {
  const names = files.map((file) => /.*\/node_modules\/(@[^/]+\/[^/]+|[^/]+)\//.exec(file)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

/** Bundles a page that imports `tensor`, `grad` and `fit` from the built library, and fails if it is larger than we promise. Prints the size. */
import { mkdirSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "tsdown";

/** What a visitor downloads, in bytes, at most. */
const limit = 60_000;

const page = "./.cache/page.js";
mkdirSync(".cache", { recursive: true });
writeFileSync(
  page,
  `import { fit, grad, tensor } from "../dist/page/page.js";\nglobalThis.page = { fit, grad, tensor };\n`,
);

const [bundle] = await build({
  config: false,
  entry: [page],
  platform: "browser",
  minify: true,
  dts: false,
  write: false,
  clean: false,
  logLevel: "error",
  deps: { alwaysBundle: [/.*/], onlyBundle: false },
});
const first = reachable(bundle.chunks.find((chunk) => chunk.isEntry));
const size = gzipped(first);
const later = gzipped(new Set(bundle.chunks.filter((chunk) => !first.has(chunk))));
console.log(
  `a page that imports tensor, grad and fit: ${kilobytes(size)} gzipped, at most ${kilobytes(limit)}; ${kilobytes(later)} come later`,
);
process.exitCode = size <= limit ? 0 : 1;

/** Bytes of chunks as they are sent. */
function gzipped(chunks) {
  const code = [...chunks].map((chunk) => chunk.code ?? "").join("");
  return gzipSync(code, { level: 9 }).length;
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

/** A chunk and all that must be there before it runs; what it may load later is not counted. */
function reachable(entry) {
  const found = new Set([entry]);
  for (const chunk of found)
    for (const name of chunk.imports) {
      const imported = bundle.chunks.find(({ fileName }) => fileName === name);
      if (!imported) throw new Error(`the page imports what a browser has not: ${name}`);
      found.add(imported);
    }
  return found;
}

/** What a page downloads that trains something, compressed: each library bundled and minified alike. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { type Fact, type Job, told } from "../job.ts";

const others = "../bench/others/node_modules";

/** What a page says to have arrays, gradients and a backend; of tfjs the binary, some 400 kB more, is not counted. */
const pages = {
  jax: `export { grad, numpy } from "${others}/@jax-js/jax/dist/index.js";`,
  tfjs: ["core/dist/index.js", "core/dist/register_all_gradients.js", "backend-wasm/dist/index.js"]
    .map((path) => `export * from "${others}/@tensorflow/tfjs-${path}";`)
    .join("\n"),
};

/** What tfjs imports in Node alone, and leaves out of pages. */
const nodes = /^(?:crypto|fs|node-fetch|os|path|perf_hooks|string_decoder|util|worker_threads)$/;

export const size: Job = {
  key: "size",
  title: "a page with tensors, gradients and fitting, bundled, minified, gzipped",
  unit: told("kB"),
  aim: 60,
  isFresh: true,
  rounds: 1,
  engines: [
    { name: "Coaster", prepare: async () => ({ tell: ownSize }) },
    { name: "jax-js", isOther: true, prepare: () => bundled("jax") },
    { name: "tfjs-wasm", isOther: true, prepare: () => bundled("tfjs") },
  ],
};

/** The figure of the check that every test run makes. */
function ownSize(): number {
  const { stdout, stderr } = spawnSync(process.execPath, ["scripts/size.js"], { encoding: "utf8" });
  const said = /([\d.]+) kB gzipped/.exec(stdout)?.[1];
  if (said === undefined) throw new Error(`the check of the size did not tell it: ${stderr}`);
  return Number(said);
}

async function bundled(name: keyof typeof pages): Promise<Fact> {
  const { build } = await import("tsdown");
  const entry = `./.cache/page-${name}.js`;
  mkdirSync(".cache", { recursive: true });
  writeFileSync(entry, pages[name]);
  const [bundle] = await build({
    config: false,
    entry: [entry],
    platform: "browser",
    minify: true,
    dts: false,
    write: false,
    clean: false,
    logLevel: "error",
    deps: { alwaysBundle: (id) => !nodes.test(id), neverBundle: [nodes], onlyBundle: false },
  });
  const chunks = bundle!.chunks.filter((chunk) => chunk.type === "chunk");
  const wanted = new Set([chunks.find((chunk) => chunk.isEntry)!]);
  for (const chunk of wanted)
    for (const found of chunks) if (chunk.imports.includes(found.fileName)) wanted.add(found);
  const code = [...wanted].map((chunk) => chunk.code).join("");
  return { tell: () => gzipSync(code, { level: 9 }).length / 1000 };
}

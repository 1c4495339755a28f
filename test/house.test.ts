/** The house rules, held by reading every import: which room may use which, no cycles, what comes from outside only where it may. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

/**
 * A room, or one file: which rooms it may use besides itself, whether Node's modules, and which packages. The longest name that fits
 * counts. What may use Node's modules may be used only by what may.
 */
interface Rule {
  readonly place: string;
  readonly uses: readonly string[];
  readonly node?: boolean;
  readonly packages?: readonly string[];
}

/** From the bottom up: each room may use those before it. */
const tower = ["ir", "compiler", "runtime", "tensor", "optim", "fit", "report"];
const below = (room: string) => ["data", ...tower.slice(0, tower.indexOf(room))];
const library = ["data", ...tower];
const anything = ["*"];

const rules: readonly Rule[] = [
  { place: "data", uses: [], packages: ["udsv"] },
  { place: "data/files.ts", uses: [], node: true },
  ...tower.map((place) => ({ place, uses: below(place) })),
  { place: "report/plot/drawing.ts", uses: below("report"), packages: ["@observablehq/plot", "linkedom"] },
  { place: "report/picture.ts", uses: below("report"), node: true, packages: ["@resvg/resvg-js"] },
  ...["names.ts", "index.ts", "page.ts"].map((place) => ({ place, uses: [...library, "names.ts"] })),
  { place: "node.ts", uses: [...library, "index.ts"], node: true },
  // The page is a user of the library like any other: it knows what is public.
  { place: "studio", uses: ["names.ts", "page.ts"], packages: anything },
  ...["cli", "cluster"].map((place) => ({
    place,
    uses: [...library, "index.ts", "node.ts"],
    node: true,
    packages: anything,
  })),
];

/** Paths below src/, each with its text. */
type Sources = Readonly<Record<string, string>>;

/** What breaks the house rules, a sentence each. */
function violations(sources: Sources): string[] {
  const files = Object.keys(sources);
  return [...files.flatMap((file) => offences(file, sources[file]!)), ...cycles(sources)];
}

function offences(file: string, text: string): string[] {
  const rule = ruleOf(file);
  if (!rule) return [`${file} is in no room`];
  const bad = importsOf(file, text).filter((target) => !isAllowed(rule, target));
  const imports = bad.map((target) => `${file} imports ${target}`);
  return opens(file, text) ? imports : [...imports, `${file} does not open with a doc comment`];
}

/** How a file begins that says what it is, by what its name ends in. */
const openings: Readonly<Record<string, RegExp>> = {
  ts: /^(#!.*\n)?\/\*\*/,
  svelte: /^<!--/,
  html: /^<!doctype html>\n<!--/,
  css: /^\/\*/,
};

function opens(file: string, text: string): boolean {
  return openings[file.split(".").at(-1)!]?.test(text) ?? true;
}

function ruleOf(file: string): Rule | undefined {
  const fitting = rules.filter(({ place }) => file === place || file.startsWith(`${place}/`));
  return fitting.sort((a, b) => b.place.length - a.place.length)[0];
}

function isAllowed(rule: Rule, target: string): boolean {
  if (target.startsWith("node:")) return rule.node === true;
  // Files that are data: styles, pictures, observations.
  if (/\.(css|svg|csv)(\?url)?$/.test(target)) return rule.place === "studio";
  if (!/\.(ts|svelte)$/.test(target)) return [target, "*"].some((name) => rule.packages?.includes(name));
  if (ruleOf(target)?.node && !rule.node) return false;
  return roomOf(target) === roomOf(rule.place) || rule.uses.includes(roomOf(target));
}

/** The folder just below src/, or the file there. */
function roomOf(path: string): string {
  return path.split("/")[0]!;
}

/** What a file imports, statically, dynamically or for its types: a path below src/, a `node:` name, or a package. */
function importsOf(file: string, text: string): string[] {
  const code = file.endsWith(".svelte") ? (/<script.*?>(.*?)<\/script>/s.exec(text)?.[1] ?? "") : text;
  const { importedFiles } = ts.preProcessFile(code, true, true);
  return importedFiles.map(({ fileName }) =>
    fileName.startsWith(".") ? resolve(file, fileName) : packageOf(fileName),
  );
}

function resolve(file: string, target: string): string {
  return posix.join(posix.dirname(file), target);
}

function packageOf(name: string): string {
  if (name.startsWith("node:")) return name;
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Each cycle once, from the file where a walk along the imports first came upon it. */
function cycles(sources: Sources): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push(`cycle: ${[...path.slice(path.indexOf(file)), file].join(" -> ")}`);
    if (done.has(file) || path.includes(file) || !(file in sources)) return;
    for (const target of importsOf(file, sources[file]!)) walk(target, [...path, file]);
    done.add(file);
  };
  for (const file of Object.keys(sources)) walk(file, []);
  return found;
}

const root = fileURLToPath(new URL("..", import.meta.url));

/** All files of a folder of the repository, with `/` between names, whatever is generated left out. */
function filesIn(folder: string): string[] {
  const generated = ["node_modules", "dist", "coverage", "pictures", ".git", ".cache"];
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = posix.join(folder, name);
    if (generated.includes(name)) return [];
    return statSync(join(root, path)).isDirectory() ? filesIn(path) : [path];
  });
}

const read = (path: string) => readFileSync(join(root, path), "utf8");

describe("the house", () => {
  const sources = Object.fromEntries(filesIn("src").map((path) => [path.slice("src/".length), read(path)]));

  it("keeps its rules", () => {
    expect(Object.keys(sources).length).toBeGreaterThan(20);
    expect(violations(sources)).toEqual([]);
  });
});

describe("the house rules notice", () => {
  const doc = "/** What it is. */\n";
  const bad: [what: string, sources: Sources, sentences: string[]][] = [
    [
      "a room that uses one above it",
      { "ir/a.ts": `${doc}import { b } from "../tensor/b.ts";` },
      ["ir/a.ts imports tensor/b.ts"],
    ],
    [
      "an import for types alone",
      { "ir/a.ts": `${doc}import type { B } from "../fit/b.ts";` },
      ["ir/a.ts imports fit/b.ts"],
    ],
    [
      "a type written as an import",
      { "ir/a.ts": `${doc}export type B = import("../fit/b.ts").B;` },
      ["ir/a.ts imports fit/b.ts"],
    ],
    [
      "an export from elsewhere",
      { "optim/a.ts": `${doc}export * from "../fit/b.ts";` },
      ["optim/a.ts imports fit/b.ts"],
    ],
    [
      "a dynamic import",
      { "fit/a.ts": `${doc}const b = () => import("../report/b.ts");` },
      ["fit/a.ts imports report/b.ts"],
    ],
    [
      "data that uses anything",
      { "data/a.ts": `${doc}import { b } from "../ir/b.ts";` },
      ["data/a.ts imports ir/b.ts"],
    ],
    [
      "top rooms that use each other",
      { "cli/a.ts": `${doc}import "../studio/b.ts";` },
      ["cli/a.ts imports studio/b.ts"],
    ],
    [
      "the library that uses its own front door",
      { "fit/a.ts": `${doc}import "../index.ts";` },
      ["fit/a.ts imports index.ts"],
    ],
    ["Node in the core", { "fit/a.ts": `${doc}import "node:fs";` }, ["fit/a.ts imports node:fs"]],
    [
      "a core file that uses one for Node alone",
      { "data/a.ts": `${doc}import { readCsv } from "./files.ts";` },
      ["data/a.ts imports data/files.ts"],
    ],
    [
      "Node in a report that is not its picture",
      { "report/a.ts": `${doc}import "node:fs";` },
      ["report/a.ts imports node:fs"],
    ],
    [
      "a package in the core",
      { "tensor/a.ts": `${doc}import "@scope/name/deep";` },
      ["tensor/a.ts imports @scope/name"],
    ],
    [
      "another package in data",
      { "data/a.ts": `${doc}import "udsv"; import "papaparse";` },
      ["data/a.ts imports papaparse"],
    ],
    [
      "a file that does not say what it is",
      { "ir/a.ts": "export const a = 1;" },
      ["ir/a.ts does not open with a doc comment"],
    ],
    ["a file outside all rooms", { "helpers/a.ts": doc }, ["helpers/a.ts is in no room"]],
    ["a file that imports itself", { "ir/a.ts": `${doc}import "./a.ts";` }, ["cycle: ir/a.ts -> ir/a.ts"]],
    [
      "a cycle, once, and not the way to it",
      {
        "ir/a.ts": `${doc}import "./b.ts";`,
        "ir/b.ts": `${doc}import "./c.ts";`,
        "ir/c.ts": `${doc}import type { B } from "./b.ts";`,
      },
      ["cycle: ir/b.ts -> ir/c.ts -> ir/b.ts"],
    ],
  ];
  it.each(bad)("%s", (_, sources, sentences) => {
    expect(violations(sources)).toEqual(sentences);
  });

  it("nothing where all is well", () => {
    const well: Sources = {
      "ir/a.ts": `${doc}import { b } from "./deep/b.ts"; // import "../fit/x.ts"`,
      "ir/deep/b.ts": doc,
      "data/a.ts": `${doc}import { inferSchema } from "udsv";`,
      "report/a.ts": `${doc}import "../data/a.ts"; import "../ir/a.ts";`,
      "report/picture.ts": `${doc}import "node:fs"; import "@resvg/resvg-js"; import "./a.ts";`,
      "index.ts": `${doc}export * from "./report/a.ts";`,
      "node.ts": `${doc}import "node:fs"; export * from "./index.ts"; export * from "./report/picture.ts";`,
      "cli/main.ts": `#!/usr/bin/env node\n${doc}import "commander"; import "../node.ts"; import "./b.ts";`,
      "cli/b.ts": doc,
    };
    expect(violations(well)).toEqual([]);
  });
});

describe("the repository", () => {
  it("has no path of somebody's machine in it", () => {
    const own = /(?<![\w.])\/(?:home|Users|root|work)\/\w/;
    const texts = filesIn(".").filter((path) => /\.(?:[jt]s|md|json|svg)$|^[^.]+$/.test(path));
    expect(texts.filter((path) => own.test(read(path)))).toEqual([]);
  });

  it("locks its dependencies by content, without the address of a registry", () => {
    expect(read("package-lock.json")).not.toContain('"resolved"');
  });

  it("names only files that the build makes, or that are there", () => {
    const { files, bin, exports } = JSON.parse(read("package.json"));
    const built = [bin.coaster, ...Object.values(exports).flatMap((e) => Object.values(e as object))];
    expect(
      built.filter((path) => String(path).startsWith("./") && !/^\.\/(?:dist\/|package\.json)/.test(path)),
    ).toEqual([]);
    expect(files.filter((path: string) => path !== "dist" && !existsSync(join(root, path)))).toEqual([]);
  });
});

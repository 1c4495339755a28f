/**
 * The pages that people read are true: their code runs and prints what stands below it, the files they name are there, their
 * tables are those of the source. With UPDATE_PAGES=1 what stands below the code is written anew.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { run } from "../src/cli/program.ts";
import { missingMarkers } from "../src/data/cells.ts";
import { childrenOf, type Expression } from "../src/fit/formula/expression.ts";
import { parseFormula } from "../src/fit/formula/formula.ts";
import { parseExpression } from "../src/fit/formula/parse.ts";
import { callableNames, constants, limits } from "../src/fit/formula/table.ts";
import { losses } from "../src/fit/losses.ts";
import { outcomes } from "../src/fit/result.ts";
import { maps } from "../src/ir/maps.ts";
import { optimizers } from "../src/optim/optimizers.ts";
import { schedules } from "../src/optim/schedules.ts";
import { type Block, blocksOf, codeIn, pages, pathsIn, read, root, tableOf, update } from "./pages.ts";

const isUpdating = process.env.UPDATE_PAGES === "1";
const blocks = pages.flatMap(blocksOf);
const scripts = blocks.filter(({ language }) => language === "ts");
const commands = blocks.filter(({ language, code }) => language === "sh" && code.startsWith("coaster "));

/** Where the code of the pages runs: a folder with the data, and nothing else of the project. */
const folder = mkdtempSync(join(tmpdir(), "pages-"));
/** Where it is kept as modules, with the library's sources in place of its name. */
const modules = join(root, ".cache", `pages-${process.pid}`);
const home = process.cwd();

beforeAll(() => {
  cpSync(join(root, "data"), join(folder, "data"), { recursive: true });
  mkdirSync(modules, { recursive: true });
  for (const block of scripts) writeFileSync(moduleOf(block), sourceOf(block));
  process.chdir(folder);
});

afterAll(() => {
  process.chdir(home);
  for (const made of [folder, modules]) rmSync(made, { recursive: true });
});

function moduleOf({ page, line }: Block): string {
  return join(modules, `${page.replaceAll("/", "-")}-${line}.ts`);
}

function sourceOf({ code }: Block): string {
  return code.replace(
    /from "coaster(\/node)?"/g,
    (_, node) => `from "${root}src/${node ? "node" : "index"}.ts"`,
  );
}

const named = (list: readonly Block[]) =>
  list.map((block) => [`${block.page}:${block.line} ${block.code.split("\n", 1)[0]}`, block] as const);

describe("the code of the pages", () => {
  test.each(named(scripts))("prints what is shown: %s", async (_, block) => {
    expectShown(block, await printedBy(moduleOf(block)));
  });

  test.each(named(commands))("prints what is shown: %s", async (_, block) => {
    expectShown(block, await typed(block.code));
  });

  test("is TypeScript without errors, and so is that of the examples", () => {
    const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
    const examples = readdirSync(join(root, "examples")).filter((name) => name.endsWith(".ts"));
    const files = [...scripts.map(moduleOf), ...examples.map((name) => join(root, "examples", name))];
    const program = ts.createProgram(files, {
      ...options,
      noUncheckedIndexedAccess: false,
      rewriteRelativeImportExtensions: false,
    });
    const complaints = ts
      .getPreEmitDiagnostics(program)
      .filter(({ file }) => files.includes(file?.fileName ?? ""));
    expect(complaints.map(({ file, messageText }) => format(file?.fileName, messageText))).toEqual([]);
  });
});

/** What a module prints, and the error that ends it, if one does. */
async function printedBy(path: string): Promise<string> {
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...args) => {
    lines.push(format(...args));
  });
  try {
    await import(/* @vite-ignore */ path);
  } catch (error) {
    lines.push(String(error));
  } finally {
    log.mockRestore();
  }
  return lines.join("\n");
}

/** What a command shows on a terminal of 80 columns without colours. */
async function typed(line: string): Promise<string> {
  let shown = "";
  const write = (text: string): void => {
    shown += text;
  };
  const out = { isTTY: true, columns: 80, rows: 24, hasColors: () => false, write };
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
  await run(words.slice(1), { out, err: { write }, env: { LANG: "en_US.UTF-8" } });
  return shown;
}

/** A line of dots stands for lines left out. */
function expectShown(block: Block, printed: string): void {
  if (isUpdating) update(block, printed);
  const [got, ...parts] = [printed, ...(block.shown ?? "").split(/^\.\.\.$/m)].map(settled);
  if (isUpdating) return;
  if (parts.length === 1) expect(got).toBe(parts[0]);
  else for (const part of parts) expect(got).toContain(part);
}

/** Text without what differs from run to run, which is how long something took. */
function settled(text: string): string {
  return text
    .replace(/ in [\d.]+ (?:µs|ms|s)$/gm, " in a moment")
    .replace(/\([\d.]+ (?:µs|ms|s)\)$/gm, "(a moment)")
    .replace(/ +$/gm, "")
    .trim();
}

test("the picture of the README is the one that its code makes", () => {
  const [made, kept] = [join(folder, "co2-mauna-loa.svg"), join(root, "docs/images/co2-mauna-loa.svg")];
  if (isUpdating) copyFileSync(made, kept);
  expect(readFileSync(made, "utf8")).toBe(readFileSync(kept, "utf8"));
});

test.each(pages)("%s names files that are there", (page) => {
  expect(pathsIn(page).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

describe("the tables of the pages", () => {
  test.each(Object.entries({ losses, optimizers, schedules }))("list all %s", (what, rows) => {
    const [, names] = tableOf("README.md", "what", "names").find(([first]) => first === what)!;
    expect(codeIn(names!).sort()).toEqual(Object.keys(rows).sort());
  });

  test("list all outcomes with their exit status", () => {
    const rows = tableOf("docs/how-it-works.md", "kind", "what happened", "exit status");
    expect(Object.fromEntries(rows.map(([kind, , status]) => [codeIn(kind!)[0], status === "0"]))).toEqual(
      outcomes,
    );
  });

  test("list functions that there are", () => {
    const rows = tableOf("docs/accuracy.md", "function", "float32", "float64");
    expect(rows.map(([name]) => codeIn(name!)[0]!).filter((name) => !(name in maps))).toEqual([]);
  });

  test.each(tableOf("docs/formulas.md", "written", "read as"))("%s is read as %s", (...cells) => {
    const [written, meant] = cells.map((cell) => bare(parseExpression(codeIn(cell)[0]!)));
    expect(written).toEqual(meant);
  });

  test.each(tableOf("docs/formulas.md", "written", "what is said"))("%s is refused: %s", (written, said) => {
    expect(() => parseFormula(codeIn(written!)[0]!, { columns: ["x", "y"] })).toThrow(`${said}\n`);
  });
});

/** An expression without the places of its parts. */
function bare({ span, ...expression }: Expression): unknown {
  return [
    { ...expression, left: 0, right: 0, operand: 0, args: 0 },
    ...childrenOf({ ...expression, span }).map(bare),
  ];
}

describe("the page on formulas", () => {
  const page = read("docs/formulas.md");

  test("names every function and constant", () => {
    const names = codeIn(page).map((code) => code.replace(/\(.*/, ""));
    expect([...callableNames, ...Object.keys(constants)].filter((name) => !names.includes(name))).toEqual([]);
  });

  test("gives the limits", () => {
    const { characters, nodes, depth } = limits;
    const [c, n] = [characters, nodes].map((limit) => limit.toLocaleString("en"));
    expect(page).toContain(`at most ${c} characters, ${n} parts, and ${depth} levels`);
  });
});

test("the page on data names every mark of a missing value", () => {
  const listed = codeIn(/holds one of (.*?);/s.exec(read("docs/data.md"))![1]!);
  expect(["", ...listed].sort()).toEqual([...missingMarkers].sort());
});

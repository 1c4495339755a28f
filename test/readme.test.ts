/** The pages that people read are true: their code runs and prints what stands below it, their files are there, their lists are whole. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { run } from "../src/cli/program.ts";
import { missingMarkers } from "../src/data/cells.ts";
import { type Expression, namesIn } from "../src/fit/formula/expression.ts";
import { parseExpression } from "../src/fit/formula/parse.ts";
import { constants, functionAliases, functions, limits, lookalikes } from "../src/fit/formula/table.ts";
import { losses } from "../src/fit/losses.ts";
import { outcomes } from "../src/fit/result.ts";
import { maps } from "../src/ir/maps.ts";
import { optimizers } from "../src/optim/optimizers.ts";
import { schedules } from "../src/optim/schedules.ts";
import { type Block, blocksOf, codeIn, pages, pathsIn, read, root, tableOf } from "./pages.ts";

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
  const imported = code.replace(/from "coaster(\/node)?"/g, (_, node) => `from "${root}src/${node ? "node" : "index"}.ts"`);
  return /^(?:import|export) /m.test(imported) ? imported : `${imported}export {};\n`;
}

const nameOf = ({ page, line, code }: Block) => `${page}:${line} ${code.split("\n", 1)[0]}`;
const named = (list: readonly Block[]) => list.map((block) => [nameOf(block), block] as const);

describe("the code of the pages prints what they show", () => {
  test.each(named(scripts))("%s", async (_, block) => {
    expectShown(block, await printedBy(moduleOf(block)));
  });

  test.each(named(commands))("%s", async (_, block) => {
    let printed = "";
    for (const line of block.code.replaceAll("\\\n", "").trim().split("\n")) printed += await typed(line);
    expectShown(block, printed);
  });

  test("as TypeScript without errors", () => {
    const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config;
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
    const program = ts.createProgram(scripts.map(moduleOf), { ...options, noUncheckedIndexedAccess: false });
    const complaints = ts.getPreEmitDiagnostics(program).filter(({ file }) => file?.fileName.includes("/pages-"));
    expect(complaints.map(({ file, messageText }) => format(file?.fileName, messageText))).toEqual([]);
  });
});

/** What a module prints, and the error that ends it, if one does. */
async function printedBy(path: string): Promise<string> {
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...args) => void lines.push(format(...args)));
  try {
    await import(/* @vite-ignore */ path);
  } catch (error) {
    lines.push(String(error));
  } finally {
    log.mockRestore();
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** What the command line shows on a terminal of 80 columns without colours. */
async function typed(line: string): Promise<string> {
  let shown = "";
  const write = (text: string): void => void (shown += text);
  const out = { isTTY: true, columns: 80, rows: 24, hasColors: () => false, write };
  const [, ...words] = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c!);
  await run(words, { out, err: { write }, env: { LANG: "en_US.UTF-8" } });
  return shown;
}

/** Times differ from run to run, and a line of dots stands for lines left out. */
function expectShown({ shown }: Block, printed: string): void {
  if (shown === null) return expect(printed).toBe("");
  const settle = (text: string): string => text.replace(/ in [\d.]+ (?:µs|ms|s)$/gm, " in ...").replace(/ +$/gm, "").trim();
  const parts = settle(shown).split(/^\.\.\.$/m).map((part) => part.trim());
  if (parts.length === 1) return expect(settle(printed)).toBe(parts[0]);
  for (const part of parts) expect(settle(printed)).toContain(part);
}

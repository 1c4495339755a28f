/** The pages that people read, as data: Markdown comes in; out come its blocks of code, each with the text that stands below it. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** A block of code, and what it prints: the block of text that follows it with nothing between; null where none does. */
export interface Block {
  readonly page: string;
  /** Of the page, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  readonly shown: string | null;
}

/** The pages, as paths from the root. */
export const pages: readonly string[] = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md"],
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

export function read(page: string): string {
  return readFileSync(root + page, "utf8");
}

const fence = /^```(\w*)\n([\s\S]*?)^```$/gm;

/** The blocks of a page that are not text alone. */
export function blocksOf(page: string): Block[] {
  const text = read(page);
  const fences = [...text.matchAll(fence)].map(({ index, 0: whole, 1: language, 2: code }) => ({
    language: language!,
    code: code!,
    start: index,
    end: index + whole.length,
  }));
  return fences.flatMap(({ language, code, start, end }, i) => {
    if (language === "text" || language === "") return [];
    const next = fences[i + 1];
    const isShown = next?.language === "text" && text.slice(end, next.start).trim() === "";
    const line = text.slice(0, start).split("\n").length;
    return [{ page, line, language, code, shown: isShown ? next.code : null }];
  });
}

/** A table of a page: the texts of its cells, by row, without those of the heading. */
export function tableOf(page: string, ...heading: readonly string[]): string[][] {
  const lines = read(page).split("\n");
  const start = lines.indexOf(`| ${heading.join(" | ")} |`);
  if (start < 0) throw new Error(`${page}: no table headed ${heading.join(", ")}`);
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith("|"));
  return rows.slice(0, end < 0 ? undefined : end).map(cellsOf);
}

/** The cells of a line; a bar within one is written `\|`. */
function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/** What stands between backquotes, single or double. */
export function codeIn(text: string): string[] {
  return [...text.matchAll(/(?<!`)(`{1,2})(?!`)(.+?)(?<!`)\1(?!`)/g)].map(([, marks, code]) =>
    marks === "``" ? code!.trim() : code!,
  );
}

/** The files and folders that a page names: the targets of its links within the project, and the paths in its code. */
export function pathsIn(page: string): string[] {
  const prose = read(page).replace(fence, "");
  const links = [...prose.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, target]) =>
    posix.join(posix.dirname(page), target!),
  );
  const named = codeIn(prose).filter((code) =>
    /^(?:bench|data|docs|examples|scripts|src|test)\/[\w./-]*$/.test(code),
  );
  return [...new Set([...links, ...named])];
}

/** Writes what a block prints below it, in place of what is shown there; not where lines are left out, or nothing is shown. */
export function update({ page, code, shown }: Block, printed: string): void {
  if (shown === null || /^\.\.\.$/m.test(shown)) return;
  const [before, after] = [shown, `${printed.replace(/ +$/gm, "").trimEnd()}\n`];
  const [head, foot] = [`${code}\`\`\`\n\n\`\`\`text\n`, "```"];
  writeFileSync(
    root + page,
    read(page).replace(head + before + foot, () => head + after + foot),
  );
}

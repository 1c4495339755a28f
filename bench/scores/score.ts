/**
 * What a scoreboard is made of: rows come in, each with what is best elsewhere, the aim, and how it is measured; a table comes
 * out, and goes into a page between two marks.
 */
import { readFileSync, writeFileSync } from "node:fs";

/** What was measured, in words, and whether that meets the aim. */
export interface Score {
  readonly measured: string;
  readonly isMet: boolean;
}

export interface Row {
  readonly name: string;
  readonly elsewhere: string;
  readonly aim: string;
  /** How long a full measurement may take differs: a quick one takes fewer seeds and rounds. Without it there is no such thing yet. */
  readonly measure?: (isQuick: boolean) => Promise<Score>;
}

const headings = ["test", "best elsewhere", "aim", "this version"];

/** A row of the table: the aim is marked where it is not met. */
export function line({ name, elsewhere, aim }: Row, score: Score | null): string[] {
  const verdict = score === null ? "not there yet" : score.measured;
  return [name, elsewhere, aim, score?.isMet === false ? `**short of it**: ${verdict}` : verdict];
}

export function markdown(lines: readonly (readonly string[])[]): string {
  return [headings, headings.map(() => "---"), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

const [from, to] = ["<!-- scores -->", "<!-- /scores -->"];

/** A page around its marks, and what stands between them. */
function partsOf(page: string): [before: string, between: string, after: string] {
  const [before, rest] = readFileSync(page, "utf8").split(from);
  const [between, after] = rest?.split(to) ?? [];
  if (before === undefined || between === undefined || after === undefined)
    throw new Error(`${page} expects ${from} and ${to}, and has not both`);
  return [before, between, after];
}

/** The line that a page has of a row, to be kept where the row is not measured anew. */
export function lineIn(page: string, { name }: Row): string[] | undefined {
  const cells = partsOf(page)[1]
    .split("\n")
    .map((text) =>
      text
        .split("|")
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
  return cells.find(([first]) => first === name);
}

/** Puts a text between the marks of a page. */
export function writeBetweenMarks(page: string, text: string): void {
  const [before, , after] = partsOf(page);
  writeFileSync(page, `${before}${from}\n\n${text}\n\n${to}${after}`);
}

/** The smallest, the mean, and the greatest of some numbers. */
export const least = (xs: readonly number[]): number => Math.min(...xs);
export const greatest = (xs: readonly number[]): number => Math.max(...xs);
export const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;

/** How long something takes, in seconds, and what it gives. */
export async function timed<T>(what: () => Promise<T>): Promise<[seconds: number, value: T]> {
  const start = performance.now();
  const value = await what();
  return [(performance.now() - start) / 1000, value];
}

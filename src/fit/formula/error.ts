/**
 * What is said of a formula that cannot be used: a sentence, then the line, then a caret under the place.
 */

import { lazy } from "../../data/patterns.ts";
import type { Span } from "./expression.ts";

/** A formula that does not parse, or does not go with the data. `problem` is the message's first line, without the picture. */
export class FormulaError extends Error {
  override readonly name = "FormulaError";
  readonly problem: string;
  readonly source: string;
  readonly span: Span;

  constructor(problem: string, source: string, span: Span) {
    super(`${visible(problem)}\n${excerpt(source, span)}`);
    this.problem = visible(problem);
    this.source = source;
    this.span = span;
  }
}

/** The most characters of a line that are shown on either side of the place. */
const sight = 50;

/** The line that the span starts in, and a line of carets under it, both indented by two. Long lines are cut. */
function excerpt(source: string, span: Span): string {
  const start = Math.min(span.start, source.length);
  const lineStart = source.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = endOfLine(source, start);
  const end = Math.max(start, Math.min(span.end, lineEnd, start + sight));
  const left = Math.max(lineStart, start - sight);
  const right = Math.min(lineEnd, end + sight);
  const before = (left > lineStart ? "…" : "") + visible(source.slice(left, start));
  const marked = visible(source.slice(start, end));
  const after = visible(source.slice(end, right)) + (right < lineEnd ? "…" : "");
  const carets = "^".repeat(Math.max(1, width(marked)));
  return `  ${before}${marked}${after}\n  ${" ".repeat(width(before))}${carets}`;
}

function endOfLine(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end < 0 ? source.length : end;
}

/** Text that is safe to show on a terminal: other spaces as spaces, control and invisible characters as replacement characters. */
export function visible(text: string): string {
  return text.replace(/\s/gu, " ").replace(invisible(), "\uFFFD");
}

const invisible = lazy(String.raw`[\p{C}\p{DI}]`, "gu");
const combining = lazy(String.raw`\p{M}`, "u");
const wide = lazy(
  String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uFF01-\uFF60]`,
  "u",
);

/** Columns that the text takes on a terminal: none for combining marks, two for East Asian characters and emoji. */
function width(text: string): number {
  let columns = 0;
  for (const character of text) columns += combining().test(character) ? 0 : wide().test(character) ? 2 : 1;
  return columns;
}

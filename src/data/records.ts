/**
 * Records: CSV text comes in; out come its records, checked to be well-formed and of one width, in clean text, and the line each starts on.
 * Quotes are RFC 4180's: they enclose a whole cell, which may hold delimiters and line breaks, and "" is a quote.
 */

import { quoted } from "./cells.ts";

export type Delimiter = "," | ";" | "\t" | "|" | " ";

/** The records of a text. */
export interface Records {
  /** One record or more in each piece, lines ending in LF, no blank line among them. */
  readonly pieces: readonly string[];
  /** The line on which each record starts, from 1. */
  readonly lines: readonly number[];
  /** Cells in each record, at least 1. */
  readonly width: number;
  /** What stands between the cells. */
  readonly delimiter: string;
}

/**
 * Finds the records of a text. A byte order mark, blank lines, and lines that begin with # before the first record are passed over.
 * Errors name `file` and line: no records, too few or too many cells, a quote that does not close.
 */
export function recordsOf(text: string, file: string, delimiter?: Delimiter): Records {
  const lined = lineFeeds(text);
  const found = delimiter ?? delimiterOf(lined);
  return found === " " ? survey(tabbed(lined), "\t", file) : survey(lined, found, file);
}

/** Other line ends to LF, where that cannot touch a quoted cell: CR in a text without LF, CRLF in a text without quotes. */
function lineFeeds(text: string): string {
  if (!text.includes("\r")) return text;
  if (!text.includes("\n")) return text.replaceAll("\r", "\n");
  return text.includes('"') ? text : text.replaceAll("\r\n", "\n");
}

/** A text delimited by runs of spaces as one delimited by tabs. */
function tabbed(text: string): string {
  return text.replace(/^[ \t\uFEFF]+|[ \t\r]+$/gm, "").replace(/[ \t]+/g, "\t");
}

/** The first of these that the first record has, else spaces if the first two lines have equally many words, and more than one. */
function delimiterOf(text: string): Delimiter {
  const start = preambleEnd(text);
  const unquoted = text.slice(start, start + 100_000).replace(/"[^"]*"?/g, '"');
  const [first = "", second = ""] = unquoted.split("\n", 2);
  const found = (["\t", ";", "|", ","] as const).find((delimiter) => first.includes(delimiter));
  const [words, others] = [first, second].map((line) => line.trim().split(/[ \t]+/).length);
  const isSpaced = words === others && words! > 1 && !text.includes('"');
  return found ?? (isSpaced ? " " : ",");
}

/** Where the byte order mark, the blank lines and the comments before the first record end. */
function preambleEnd(text: string): number {
  return end(/(?:[ \t\uFEFF]*(?:#[^\n]*)?\r?\n)*\uFEFF*/y, text, 0);
}

/** A text that is clean already stays in one piece; it is cut at blank lines, at CRLF, and at each record of a one-column text (see `cellColumns`). */
function survey(text: string, delimiter: string, file: string): Records {
  const start = preambleEnd(text);
  const width = cellsAt(text, start, delimiter);
  const [blank, record] = [/ *\r?(?:\n|$)/y, recordPattern(delimiter, `{${width - 1}}`)];
  const pieces: string[] = [];
  const lines: number[] = [];
  let [line, from] = [1 + lineBreaks(text, 0, start), start];
  for (let at = start, next = at; at < text.length; at = next) {
    const past = end(blank, text, at);
    const isBlank = past >= 0;
    next = isBlank ? past : end(record, text, at);
    if (next < 0) throw new Error(`${file}:${line} ${fault(text, at, delimiter, width)}`);
    if (!isBlank) lines.push(line);
    if (isBlank || width === 1 || text.endsWith("\r\n", next)) {
      pieces.push(withoutLineEnd(text.slice(from, isBlank ? at : next)));
      from = next;
    }
    line += lineBreaks(text, at, next);
  }
  pieces.push(withoutLineEnd(text.slice(from)));
  if (lines.length === 0) throw new Error(`${file}: expected a header and rows, got an empty file`);
  return { pieces: pieces.filter((piece) => piece !== ""), lines, width, delimiter };
}

/** What is wrong with a record that is not as it should be. */
function fault(text: string, at: number, delimiter: string, width: number): string {
  const shown = quoted(/[^\r\n]*/.exec(text.slice(at, at + 100))![0]);
  const isQuoted = end(recordPattern(delimiter, "*"), text, at) >= 0;
  if (!isQuoted) return `expected each quote to close, at the end of its cell, got ${shown}`;
  return `expected ${width} ${width === 1 ? "cell" : "cells"}, got ${cellsAt(text, at, delimiter)}: ${shown}`;
}

/** How many cells there are in the record at a place. */
function cellsAt(text: string, start: number, delimiter: string): number {
  const cell = new RegExp(cellSource(delimiter), "y");
  let cells = 0;
  let at = start - 1;
  do {
    at = end(cell, text, at + 1);
    cells++;
  } while (at >= 0 && text[at] === delimiter);
  return cells;
}

/** A cell, as the source of a pattern: in quotes, or anything up to the next delimiter. Its parts exclude each other, so matching takes linear time. */
function cellSource(delimiter: string): string {
  return `(?: *"[^"]*(?:""[^"]*)*" *|(?! *")[^${delimiter}\\n]*)`;
}

/** A record, as a pattern: a cell, `others` more, the end of the line. */
function recordPattern(delimiter: string, others: `{${number}}` | "*"): RegExp {
  const cell = cellSource(delimiter);
  return new RegExp(`${cell}(?:[${delimiter}]${cell})${others}\\r?(?:\\n|$)`, "y");
}

/** Where a match of a sticky pattern at a place ends, or -1. */
function end(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

function lineBreaks(text: string, from: number, to: number): number {
  let found = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) found++;
  return found;
}

function withoutLineEnd(text: string): string {
  const last = text.endsWith("\n") ? text.length - 1 : text.length;
  return text.slice(0, text[last - 1] === "\r" ? last - 1 : last);
}

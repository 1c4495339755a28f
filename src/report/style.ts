/**
 * What every text output shares: the roles that colour can mark, the width of a string on the screen, wrapping, and names made safe to print.
 */
import { lazy } from "../data/patterns.ts";

/** What a piece of text is, for a `Style` to show: colour never carries what the text itself does not say. */
export type Role = "heading" | "quiet" | "accent" | "good" | "bad";

/** Decorates text that is already padded. Must not change its visible width; the command line passes colours of the terminal. */
export type Style = (role: Role, text: string) => string;

/** No decoration: plain text for files, pipes and tests. */
export const plainStyle: Style = (_role, text) => text;

/** A name or formula as one line of text: white space runs become one blank, and what could steer a terminal or break XML becomes U+FFFD. */
export function printable(text: string): string {
  const line = text.replace(/\s+/gu, " ");
  return isPlain.test(line) ? line : line.replace(unprintable(), "\ufffd");
}

// What most text is. The patterns below know all of Unicode, and take their time to get ready.
const isPlain = /^[ -~]*$/;

// Control and unpaired surrogate characters, noncharacters, and the marks that reverse the direction of text.
const unprintable = lazy(
  String.raw`[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u200e\u200f\u202a-\u202e\u2066-\u2069]`,
  "gu",
);

/** Columns that text takes on a terminal: colour codes and combining marks none, East Asian wide characters and emoji two. */
export function textWidth(text: string): number {
  if (isPlain.test(text)) return text.length;
  let width = 0;
  for (const character of text.replace(colourCode(), "")) {
    width += combining().test(character) ? 0 : wide().test(character) ? 2 : 1;
  }
  return width;
}

// The control character is always escape: no other is followed by this.
const colourCode = lazy(String.raw`\p{Cc}\[[\d;]*m`, "gu");
const combining = lazy(String.raw`^[\p{Mn}\p{Me}\p{Cf}]$`, "u");
const wide = lazy(
  String.raw`^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]$`,
  "u",
);

/** Blanks added at the right until the text is `width` columns wide. */
export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}

/** Blanks added at the left until the text is `width` columns wide. */
export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - textWidth(text))) + text;
}

/** The text, cut to `width` columns with an ellipsis where it is longer. */
export function clip(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = "";
  for (const character of text) {
    if (textWidth(kept + character) >= width) break;
    kept += character;
  }
  return width > 0 ? kept + "…" : "";
}

/** Lines of at most `columns`, broken at blanks; a word longer than a line stays whole. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of printable(text).trim().split(" ")) {
    if (line !== "" && textWidth(line) + 1 + textWidth(word) > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : line + " " + word;
  }
  lines.push(line);
  return lines;
}

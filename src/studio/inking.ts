/** A formula as it is drawn behind the line where it is typed: words with their roles and a place at fault come in, stretches of one look go out. */
import type { FormulaWord, WordRole } from "../names.ts";
import type { Trouble } from "./messages.ts";

/** A stretch of the formula. */
export interface Ink {
  readonly text: string;
  readonly role: WordRole;
  readonly isFault: boolean;
}

/** The words, cut where the fault begins and ends. A fault where there is no text is one space long. */
export function inked(words: readonly FormulaWord[], fault: Trouble["span"]): readonly Ink[] {
  if (!fault) return words.map(({ text, role }) => ({ text, role, isFault: false }));
  const inks = words.flatMap(({ text, start, role }) => {
    const [from, to] = [fault.start, fault.end].map((at) => Math.min(Math.max(at - start, 0), text.length));
    const parts = [text.slice(0, from), text.slice(from, to), text.slice(to)];
    return parts.map((part, i) => ({ text: part, role, isFault: i === 1 })).filter((ink) => ink.text !== "");
  });
  const isSeen = inks.some(({ isFault }) => isFault);
  return isSeen ? inks : [...inks, { text: " ", role: "space", isFault: true }];
}

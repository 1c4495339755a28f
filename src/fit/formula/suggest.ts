/**
 * Which unknown names are slips of the hand: a name and a column come in, and whether the one was to be the other goes out.
 */

import { editDistance } from "../../data/names.ts";
import { lazy } from "../../data/patterns.ts";

/** Shorter names are not misspelt: `a`, `b`, `t1` and `k2` beside each other are names, not slips. */
const shortest = 3;

/** Longer names are not compared: the work grows with the square of their length. */
const longest = 100;

/**
 * Whether a name looks like a slip in typing a column's name: letter case or width apart, or one edit apart.
 * Names that differ in digits only are names: beside a column `time`, `time0` is one for a start.
 */
export function looksLikeSlip(name: string, column: string): boolean {
  const [a, b] = [fold(name), fold(column)];
  if (Math.min(a.length, b.length) < shortest || Math.max(a.length, b.length) > longest) return false;
  if (a === b) return true;
  return (
    Math.abs(a.length - b.length) <= 1 && withoutDigits(a) !== withoutDigits(b) && editDistance(a, b) === 1
  );
}

/** One spelling for what looks alike: compatibility forms composed, small letters. */
export function fold(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}

function withoutDigits(name: string): string {
  return name.replace(digits(), "");
}

const digits = lazy(String.raw`\p{N}`, "gu");

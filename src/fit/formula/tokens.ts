/**
 * The source of a formula as words: numbers, names, names in backquotes, and marks, each with its place.
 */

import { lazy } from "../../data/patterns.ts";
import { FormulaError, visible } from "./error.ts";
import type { Span } from "./expression.ts";
import { limits, lookalikes, type Operator } from "./table.ts";

type Mark = Operator | "(" | ")" | "~" | ",";

/**
 * One word; marks are their own kinds. `text` is as written, except for names: in Unicode's composed form (NFC),
 * and without their backquotes. The last token is of kind "end".
 */
export interface Token {
  readonly kind: "number" | "name" | "quoted" | Mark | "end";
  readonly text: string;
  readonly span: Span;
}

/** Letters, marks that combine with them, digits, subscripts and underscores, nothing invisible. */
const name = lazy(String.raw`(?:(?!\p{DI})[\p{L}_])(?:(?!\p{DI})[\p{L}\p{M}\p{Nd}₀-₉_])*`, "uy");

/** What would go on from a number. */
const tailOfNumber = lazy(String.raw`^[\p{L}\p{Nd}_]*`, "u");

/**
 * What the kinds look like. A number takes the longest reading, so `2e3x` is 2000 times x and `2e1` is 20, but `2e`, `2exp(x)`
 * and `2e-x` have no exponent and begin with 2. Names of plain letters, as most are, need no knowledge of all others.
 */
const patterns: readonly (readonly ["space" | "number" | "name" | "quoted" | "mark", () => RegExp])[] = [
  ["space", () => /\s+/uy],
  ["number", () => /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/uy],
  ["name", () => /[A-Za-z_]\w*(?!\w|[^ -~\s])/y],
  ["quoted", () => /`[^`\r\n]*`/uy],
  ["mark", () => /[-+*/^()~,]/uy],
  ["name", name],
];

/** The tokens of a source, in order. Fails on a source that is too long, and on characters that no formula has. */
export function tokens(source: string): Token[] {
  return [...readTokens(source)];
}

/** The same, one by one: those before the place that cannot be read come before the failure. */
export function* readTokens(source: string): Generator<Token> {
  checkLength(source);
  for (let at = 0; at < source.length; ) {
    refuseLookalike(source, at);
    const [kind, text] = wordAt(source, at);
    const span = { start: at, end: at + text.length };
    if (kind !== "space") yield { kind, text: checked(kind, text, span, source), span };
    at = span.end;
  }
  yield { kind: "end", text: "", span: { start: source.length, end: source.length } };
}

function checkLength(source: string): void {
  if (source.length <= limits.characters) return;
  const problem = `a formula has at most ${limits.characters} characters, got ${source.length}`;
  throw new FormulaError(problem, source, { start: limits.characters, end: limits.characters + 1 });
}

/** The word that starts at a place, by the first pattern that matches there. */
function wordAt(source: string, at: number): readonly [kind: Token["kind"] | "space", text: string] {
  for (const [kind, patternOf] of patterns) {
    const pattern = patternOf();
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0];
    if (text !== undefined) return [kind === "mark" ? (text as Mark) : kind, text];
  }
  return refuse(source, at);
}

/** Whether a text is a name without backquotes. It may still be that of a function or a constant. */
export function isName(text: string): boolean {
  if (/^[A-Za-z_]\w*$/.test(text)) return true;
  const pattern = name();
  pattern.lastIndex = 0;
  return pattern.exec(text)?.[0] === text && !lookalikeAt(text, 0);
}

function lookalikeAt(source: string, at: number): (typeof lookalikes)[number] | undefined {
  return lookalikes.find(([mark]) => source.startsWith(mark, at));
}

/** Marks from elsewhere come first: `**` is not two products, and a lone `π` not a parameter. */
function refuseLookalike(source: string, at: number): void {
  const found = lookalikeAt(source, at);
  if (!found) return;
  const [mark, here] = found;
  throw new FormulaError(`write ${here} in a formula, not ${mark}`, source, {
    start: at,
    end: at + mark.length,
  });
}

function refuse(source: string, at: number): never {
  const character = String.fromCodePoint(source.codePointAt(at)!);
  const span = { start: at, end: at + character.length };
  if (character === "`") throw new FormulaError("a name in backquotes has no end", source, span);
  if (character === ".")
    throw new FormulaError("a point belongs in a number or, in backquotes, in a name", source, span);
  throw new FormulaError(`unexpected character: ${named(character)}`, source, span);
}

/** A character as it is, or by its number where it cannot be seen. */
function named(character: string): string {
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  return visible(character) === character ? character : `U+${code}`;
}

/** The text that a token carries; fails on numbers and names that are not what they seem. */
function checked(kind: Token["kind"], text: string, span: Span, source: string): string {
  if (kind === "number") checkNumber(text, span, source);
  return kind === "name" || kind === "quoted" ? checkName(text, span, source) : text;
}

/** Refuses what would silently be another number: `1_000` is not 1 times `_000`, and `0x10` not 0 times `x10`. */
function checkNumber(text: string, span: Span, source: string): void {
  const rest = source.slice(span.end);
  const tail = /^(?:$|[-+*/^()~,\s])/.test(rest) ? "" : tailOfNumber().exec(rest)![0];
  if (tail.startsWith("_") || (Number(text) === 0 && tail !== "")) {
    const place = { start: span.start, end: span.end + tail.length };
    throw new FormulaError(`write numbers in plain decimal digits, got ${text}${tail}`, source, place);
  }
  if (!Number.isFinite(Number(text)))
    throw new FormulaError(`the number is too large: ${text}`, source, span);
}

/** The name without backquotes, composed. `__proto__` is refused: records of parameters have it already. */
function checkName(text: string, span: Span, source: string): string {
  const name = (text.startsWith("`") ? text.slice(1, -1) : text).normalize("NFC");
  if (name === "") throw new FormulaError("a name in backquotes has at least one character", source, span);
  if (name === "__proto__")
    throw new FormulaError(`a name that JavaScript keeps to itself: ${name}`, source, span);
  return name;
}

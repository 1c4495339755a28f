/**
 * A formula in pieces, for whoever colours it: a source comes in, finished or not, and all of it goes out, cut where its words
 * begin and end, each piece with what it is.
 */

import { FormulaError } from "./error.ts";
import type { Span } from "./expression.ts";
import type { FormulaNames } from "./formula.ts";
import { knownNames } from "./parse.ts";
import { isCallable, isConstantName, limits, operators } from "./table.ts";
import { readTokens, type Token } from "./tokens.ts";

/**
 * What a piece of a formula is. Names on the left of `~` are targets, on the right columns are inputs and all others parameters; `mark`
 * is a parenthesis, a comma or `~`; `unread` is what no formula has: a function that there is not, and all from the first
 * character that cannot stand there.
 */
export type WordRole =
  | "target"
  | "input"
  | "parameter"
  | "number"
  | "constant"
  | "function"
  | "operator"
  | "mark"
  | "space"
  | "unread";

/** A piece of a source, as written: the text from `start` to before `end`, in UTF-16 units. */
export interface FormulaWord extends Span {
  readonly text: string;
  readonly role: WordRole;
}

/** The whole source as pieces, which joined give it back. Never fails: words are told apart whether or not they make a formula. */
export function formulaWords(
  source: string,
  { columns = [], params = [] }: FormulaNames = {},
): FormulaWord[] {
  const { tokens, end } = readable(source);
  const roleOf = rolesAmong(tokens, { columns, params });
  const words: FormulaWord[] = [];
  const add = (start: number, end: number, role: WordRole): void => {
    if (end > start) words.push({ text: source.slice(start, end), start, end, role });
  };
  let at = 0;
  tokens.forEach(({ span }, i) => {
    add(at, span.start, "space");
    add(span.start, span.end, roleOf(i));
    at = span.end;
  });
  add(at, end, "space");
  add(end, source.length, "unread");
  return words;
}

/** The tokens before the first place that cannot be read, and that place; the end of the source where there is none. */
function readable(source: string): { tokens: Token[]; end: number } {
  const tokens: Token[] = [];
  try {
    for (const token of readTokens(source)) tokens.push(token);
    return { tokens, end: source.length };
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    // One that is too long is not read at all.
    return { tokens, end: source.length > limits.characters ? 0 : error.span.start };
  }
}

/** The role of each token, by its place among them. */
function rolesAmong(
  tokens: readonly Token[],
  { columns, params }: Required<FormulaNames>,
): (i: number) => WordRole {
  const tilde = tokens.findIndex(({ kind }) => kind === "~");
  const inputs = knownNames(columns);
  const known = knownNames([...columns, ...params]);
  const nameRole = (name: string, i: number): WordRole => {
    if (tilde < 0 || i < tilde) return "target";
    return inputs.has(name) ? "input" : "parameter";
  };
  return (i) => {
    const { kind, text } = tokens[i]!;
    if (kind === "number") return "number";
    if (kind === "quoted") return nameRole(text, i);
    if (kind !== "name") return Object.hasOwn(operators, kind) ? "operator" : "mark";
    if (tokens[i + 1]?.kind === "(") return isCallable(text) ? "function" : "unread";
    if (known.has(text)) return nameRole(text, i);
    return isCallable(text) ? "function" : isConstantName(text) ? "constant" : nameRole(text, i);
  };
}

/**
 * What may be meant while a formula is being typed: a source and a cursor in it come in; names to put there, best first, and the
 * stretch that they stand in for, go out.
 */

import type { Span } from "./expression.ts";
import type { FormulaNames } from "./formula.ts";
import { printName } from "./print.ts";
import { fold, looksLikeSlip } from "./suggest.ts";
import { callableNames, constants, functionAliases } from "./table.ts";
import { isName } from "./tokens.ts";
import { type FormulaWord, formulaWords, type WordRole } from "./words.ts";

/** A name to offer: as it is, and as a formula has it, in backquotes where it needs them and with the parenthesis where it is a function. */
export interface Suggestion {
  readonly name: string;
  readonly text: string;
  readonly role: WordRole;
}

/** What may stand at a cursor: any of `suggestions` in place of the text from `start` to before `end`. */
export interface Suggestions extends Span {
  readonly suggestions: readonly Suggestion[];
}

/**
 * Names for the word that ends at the cursor or is cut by it: those that begin as it does, then those that have it inside, then
 * those it may be a slip of, or another language's word for; each time columns, parameters, constants, functions. Where an
 * operand may begin, all that there are; inside a number and after an operand, none.
 */
export function suggestNames(source: string, at: number, known: FormulaNames = {}): Suggestions {
  const words = formulaWords(source, known);
  const place = placeAt(words, at);
  if (!place) return { start: at, end: at, suggestions: [] };
  const typed = plain(source.slice(place.start, at));
  const isCalled = source.slice(place.end).trimStart().startsWith("(");
  const offers = namesFor(words, place, known).map((name) => ({ ...name, text: textOf(name, isCalled) }));
  const others = offers.filter(({ text }) => text !== source.slice(place.start, place.end));
  const likely = likenesses.flatMap((isLike) => others.filter(({ name }) => isLike(typed, name)));
  return { ...place, suggestions: [...new Set(likely)] };
}

/** The stretch of the name at the cursor, which may be in backquotes without an end; an empty one where a name may begin; null elsewhere. */
function placeAt(words: readonly FormulaWord[], at: number): Span | null {
  const word = words.find(({ start, end }) => start < at && at <= end);
  if (word && isNameLike(word)) return { start: word.start, end: word.end };
  if (word?.role === "unread") return word.text.startsWith("`") ? { start: word.start, end: at } : null;
  const before = words.findLast(({ end, role }) => end <= at && role !== "space");
  return word?.role === "number" || (before && endsOperand(before)) ? null : { start: at, end: at };
}

/** The roles that names have. */
const nameRoles: readonly WordRole[] = ["target", "input", "parameter", "constant", "function"];

/** Whether a piece is a name, be it that of a function that there is not. */
function isNameLike({ role, text }: FormulaWord): boolean {
  return nameRoles.includes(role) || (role === "unread" && isName(text));
}

/** Whether an operator, and no name, comes after a piece. */
function endsOperand(word: FormulaWord): boolean {
  return isNameLike(word) || word.role === "number" || word.text === ")";
}

type Offer = Omit<Suggestion, "text">;

/** What may stand at a place: on the left columns, on the right all but the target; functions on both sides. */
function namesFor(words: readonly FormulaWord[], place: Span, known: FormulaNames): Offer[] {
  const { columns = [], params = [] } = known;
  const offers = (role: WordRole, names: Iterable<string>): Offer[] =>
    [...new Set(names)].map((name) => ({ name, role }));
  const written = (wanted: WordRole): string[] =>
    words
      .filter(({ start, role }) => start !== place.start && role === wanted)
      .map(({ text }) => plain(text));
  const tilde = words.find(({ text }) => text === "~");
  if (!tilde || place.end <= tilde.start)
    return [...offers("target", columns), ...offers("function", callableNames)];
  const [isTarget, isKnown] = [new Set(written("target")), new Set([...columns, ...params])];
  return [
    ...offers("input", columns).filter(({ name }) => !isTarget.has(name)),
    ...offers("parameter", [...params, ...written("parameter")]),
    ...offers("constant", Object.keys(constants)).filter(({ name }) => !isKnown.has(name)),
    ...offers("function", callableNames),
  ];
}

/** The ways in which a name may be what was meant by the letters typed so far, best first. */
const likenesses: readonly ((typed: string, name: string) => boolean)[] = [
  (typed, name) => name.startsWith(typed),
  (typed, name) => fold(name).startsWith(fold(typed)),
  // One letter is inside too many.
  (typed, name) => typed.length > 1 && fold(name).includes(fold(typed)),
  (typed, name) => looksLikeSlip(typed, name),
  (typed, name) => Object.hasOwn(functionAliases, typed) && functionAliases[typed] === name,
];

/** A name without its backquotes, composed, as columns are compared. */
function plain(text: string): string {
  return text.replaceAll("`", "").normalize("NFC");
}

function textOf({ name, role }: Offer, isCalled: boolean): string {
  if (role === "function") return isCalled ? name : `${name}(`;
  return role === "constant" ? name : printName(name);
}

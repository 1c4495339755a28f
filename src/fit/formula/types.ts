/**
 * What TypeScript itself reads in a literal formula: its names, its parameters, and whether its target is a column. The text is walked
 * a character at a time, in tail calls, of which the compiler allows 1000; longer formulas, and those that are known only
 * at run time, are any string.
 */

import type { ConstantName, FunctionName, operatorCalls } from "./table.ts";

/**
 * The names on the right of a formula: the words that are neither functions, constants nor numbers.
 * `NamesOf<"speed ~ a*time^2 + 2b*exp(-k*time) + 1e-3">` is `"a" | "time" | "b" | "k"`.
 */
export type NamesOf<Source extends string> = SideNames<Source, "right">;

/** The names on the left: the target. */
export type TargetOf<Source extends string> = SideNames<Source, "left">;

/** The parameters of a formula over a table: its names less the columns. Where columns are not known, inputs are among them. */
export type ParamNames<Source extends string, Columns extends string = string> = string extends Columns
  ? NamesOf<Source>
  : Exclude<NamesOf<Source>, Columns>;

/**
 * The type for a `model` option: the formula itself where its target is a column, else a sentence, which the compiler shows
 * as the type that was wanted. Where formula or columns are not known until run time, any formula will do.
 */
export type CheckedFormula<Source extends string, Columns extends string> = string extends Columns
  ? Source
  : IsReadable<Source> extends false
    ? Source
    : Source extends `${string}~${string}`
      ? [TargetOf<Source>] extends [never]
        ? "a formula has a column before its ~"
        : [TargetOf<Source>] extends [Columns]
          ? Source
          : `the target is not a column of data: ${Exclude<TargetOf<Source>, Columns>}`
      : "a formula reads target ~ expression";

type SideNames<
  Source extends string,
  Side extends "left" | "right",
> = Source extends `${infer Left}~${infer Right}`
  ? IsReadable<Source> extends true
    ? Words<Side extends "left" ? Left : Right>
    : string
  : IsLiteral<Source> extends true
    ? never
    : string;

/** Whether a formula is a literal, short enough, and without a second `~`, which a name in backquotes may have. */
type IsReadable<Source extends string> = Source extends `${string}~${string}~${string}`
  ? false
  : IsLiteral<Source> extends true
    ? IsShort<Source>
    : false;

/** Whether a text is known to the letter: `string` and patterns such as `y ~ ${string}` make index signatures, not keys. */
type IsLiteral<Text extends string> = Record<never, 1> extends Record<Text, 1> ? false : true;

/** Whether a text has fewer than 640 characters, ten at a time. */
type IsShort<Text extends string, Tens extends 1[] = []> = Tens["length"] extends 64
  ? false
  : Text extends `${infer _0}${infer _1}${infer _2}${infer _3}${infer _4}${infer _5}${infer _6}${infer _7}${infer _8}${infer _9}${infer Rest}`
    ? IsShort<Rest, [...Tens, 1]>
    : true;

type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";
type Between = " " | "\t" | "\n" | "\r" | "+" | "-" | "*" | "/" | "^" | "(" | ")" | ",";
type OtherThanNames = ConstantName | "";

/** The names in a text, the letters of the word being read in `Word`. */
type Words<
  Text extends string,
  Word extends string = "",
  Found extends string = never,
> = Text extends `${infer Character}${infer Rest}`
  ? Character extends "`"
    ? Rest extends `${infer Quoted}\`${infer After}`
      ? Words<After, "", Found | NameIn<Word> | Quoted>
      : Found
    : Character extends Between
      ? Character extends ExponentSign<Word, Rest>
        ? Words<Rest, `${Word}${Character}`, Found>
        : Words<Rest, "", Found | (IsCall<Character, Rest> extends true ? Callee<Word> : NameIn<Word>)>
      : Words<Rest, `${Word}${Character}`, Found>
  : Found | NameIn<Word>;

/** Whether a word that ends at this character is called: a parenthesis comes, or a space and then one. */
type IsCall<Character extends string, Rest extends string> = Character extends "("
  ? true
  : Character extends " "
    ? Rest extends `(${string}`
      ? true
      : false
    : false;

/** The name before a parenthesis, which is none if it is a function; `2(x)` is a product. */
type Callee<Word extends string> = Exclude<NameIn<Word>, FunctionName | keyof typeof operatorCalls>;

/** The signs that go on with a number, between what has been read and what follows: those in `1e-3`, not those in `2e-x`. */
type ExponentSign<Word extends string, Rest extends string> = Word extends `${Digit | "."}${string}`
  ? WithoutDigits<Word> extends "e" | "E"
    ? Rest extends `${Digit}${string}`
      ? "+" | "-"
      : never
    : never
  : never;

/** The name in a word, less the number in front of it; none in functions, constants and plain numbers. */
type NameIn<Word extends string> = Exclude<
  Word extends `${Digit | "."}${string}` ? WithoutExponent<WithoutDigits<Word>> : Word,
  OtherThanNames
>;

type WithoutDigits<Word extends string> = Word extends `${Digit | "."}${infer Rest}`
  ? WithoutDigits<Rest>
  : Word;

type WithoutExponent<Word extends string> = Word extends `${"e" | "E"}${infer Rest}`
  ? Rest extends `${"+" | "-" | ""}${Digit}${string}`
    ? WithoutDigits<Rest extends `${"+" | "-"}${infer Digits}` ? Digits : Rest>
    : Word
  : Word;

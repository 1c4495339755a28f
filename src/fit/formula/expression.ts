/**
 * Expressions as plain data: what the parser makes, and evaluation, printing and fitting read.
 */

import type { ConstantName, FunctionName, Operator } from "./table.ts";

/** A stretch of the source, in UTF-16 units, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * A node and its place in the source. `pow(x, y)` is kept as `x^y`, `2x` as `2*x`, and a plus sign in front as nothing;
 * numbers are never negative: `-2` is the minus of 2.
 */
export type Expression =
  | { readonly kind: "number"; readonly value: number; readonly span: Span }
  | { readonly kind: "constant"; readonly name: ConstantName; readonly span: Span }
  | { readonly kind: "name"; readonly name: string; readonly span: Span }
  | { readonly kind: "unary"; readonly operator: "-"; readonly operand: Expression; readonly span: Span }
  | {
      readonly kind: "binary";
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: "call";
      readonly name: FunctionName;
      readonly args: readonly Expression[];
      readonly span: Span;
    };

/** The expressions directly inside one, in source order. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "unary":
      return [expression.operand];
    case "binary":
      return [expression.left, expression.right];
    case "call":
      return expression.args;
    case "number":
    case "constant":
    case "name":
      return [];
    default:
      return expression satisfies never;
  }
}

/** The name nodes of an expression, in order of appearance: each place where a name stands. */
export function namePlaces(expression: Expression): { readonly name: string; readonly span: Span }[] {
  return expression.kind === "name" ? [expression] : childrenOf(expression).flatMap(namePlaces);
}

/** The names in an expression, each once, in order of appearance. Constants and functions are not among them. */
export function namesIn(expression: Expression): string[] {
  return [...new Set(namePlaces(expression).map((place) => place.name))];
}

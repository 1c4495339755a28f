/**
 * Expressions as text again, in one canonical form with the fewest parentheses; parsing it gives the same expression.
 */

import type { Expression } from "./expression.ts";
import { isCallable, isConstantName, operators, precedence } from "./table.ts";
import { isName } from "./tokens.ts";

/** The text of an expression: `a*time^2 + b*exp(-k*time)`. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case "number":
      return String(expression.value);
    case "constant":
      return expression.name;
    case "name":
      return printName(expression.name);
    case "unary":
      return `-${within(expression.operand, precedence.sign)}`;
    case "binary":
      return printBinary(expression);
    case "call":
      return `${expression.name}(${expression.args.map(printExpression).join(", ")})`;
    default:
      return expression satisfies never;
  }
}

/** A name as a formula has it: in backquotes where it would read as something else. */
export function printName(name: string): string {
  return isName(name) && !isConstantName(name) && !isCallable(name) ? name : `\`${name}\``;
}

function printBinary({ operator, left, right }: Extract<Expression, { kind: "binary" }>): string {
  const row = operators[operator];
  const gap = row.precedence === precedence.sum ? " " : "";
  const before = within(left, row.precedence + (row.right ? 1 : 0));
  const after =
    right.kind === "unary" ? printExpression(right) : within(right, row.precedence + (row.right ? 0 : 1));
  return `${before}${gap}${operator}${gap}${after}`;
}

/** The text, in parentheses if it binds less tightly than its place needs. */
function within(expression: Expression, least: number): string {
  const text = printExpression(expression);
  return precedenceOf(expression) < least ? `(${text})` : text;
}

function precedenceOf(expression: Expression): number {
  if (expression.kind === "binary") return operators[expression.operator].precedence;
  return expression.kind === "unary" ? precedence.sign : precedence.atom;
}

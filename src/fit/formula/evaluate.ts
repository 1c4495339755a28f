/**
 * The value of an expression in any algebra: plain numbers, tensors, or text in another language.
 */

import { type Expression, namesIn } from "./expression.ts";
import { constants, type FunctionName, functions, operators } from "./table.ts";

/** What it takes to give expressions a meaning: numbers, the operators, and a function for each row of the table. */
export interface Algebra<T> {
  number(value: number): T;
  negate(x: T): T;
  add(x: T, y: T): T;
  subtract(x: T, y: T): T;
  multiply(x: T, y: T): T;
  divide(x: T, y: T): T;
  /** base^exponent. The exponent is a plain number wherever it has no names in it: `x^2`, `x^-1`, `x^(1/2)`. */
  power(base: T, exponent: T | number): T;
  /** Those of one argument are given one. `min` and `max` of several arguments are taken two at a time, from the left. */
  readonly functions: Readonly<Record<FunctionName, (x: T, y: T) => T>>;
}

/** The value of an expression. `lookup` gives each name its value, and is asked once for each place where the name stands. */
export function evaluate<T>(expression: Expression, algebra: Algebra<T>, lookup: (name: string) => T): T {
  const value = (part: Expression): T => evaluate(part, algebra, lookup);
  switch (expression.kind) {
    case "number":
      return algebra.number(expression.value);
    case "constant":
      return algebra.number(constants[expression.name]);
    case "name":
      return lookup(expression.name);
    case "unary":
      return algebra.negate(value(expression.operand));
    case "binary":
      return binary(expression, algebra, value);
    case "call":
      return call(algebra.functions[expression.name], expression.args.map(value));
    default:
      return expression satisfies never;
  }
}

function binary<T>(
  { operator, left, right }: Extract<Expression, { kind: "binary" }>,
  algebra: Algebra<T>,
  value: (part: Expression) => T,
): T {
  const { operation } = operators[operator];
  if (operation === "power") return algebra.power(value(left), constantValue(right) ?? value(right));
  return algebra[operation](value(left), value(right));
}

function call<T>(of: (x: T, y: T) => T, args: readonly T[]): T {
  const [first, second] = args as readonly [T, T];
  return args.length < 3 ? of(first, second) : args.reduce((x, y) => of(x, y));
}

/** The number that an expression without names is; undefined for one with names. */
export function constantValue(expression: Expression): number | undefined {
  if (expression.kind === "number") return expression.value;
  return namesIn(expression).length > 0 ? undefined : evaluate(expression, numbers, () => Number.NaN);
}

/** Plain double precision. */
export const numbers: Algebra<number> = {
  number: (value) => value,
  negate: (x) => -x,
  add: (x, y) => x + y,
  subtract: (x, y) => x - y,
  multiply: (x, y) => x * y,
  divide: (x, y) => x / y,
  power: (base, exponent) => base ** exponent,
  functions: Object.fromEntries(
    Object.entries(functions).map(([name, row]) => [name, row.of]),
  ) as Algebra<number>["functions"],
};

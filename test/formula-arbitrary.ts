/**
 * Random expressions as text, for property tests: flat chains of operands, signs and operators, so that what binds to what is
 * for the reader of the text to find. mathjs reads the same texts the same way.
 */

import fc from "fast-check";
import { callableNames, functions, isFunctionName } from "../src/fit/formula/table.ts";

export interface TextOptions {
  /** The names that occur; each can follow a number directly. */
  readonly names?: readonly string[];
  /** The functions that are called. */
  readonly functions?: readonly string[];
}

/** The functions that mathjs can differentiate, and that have a derivative. */
export const smoothFunctions = [
  "sin",
  "cos",
  "tan",
  "asin",
  "acos",
  "atan",
  "sinh",
  "cosh",
  "tanh",
  "exp",
  "log",
  "log10",
  "sqrt",
  "pow",
];

/** Texts of expressions, a few operands to a few dozen long. */
export function expressionTexts({
  names = ["x", "a", "b", "k1", "größe"],
  functions = callableNames,
}: TextOptions = {}): fc.Arbitrary<string> {
  const digits = fc.constantFrom("0.5", "1", "2", "3", "10", ".25", "1.5", "2.0", "1e-2", "2.5E+1");
  const coefficient = fc.constantFrom("2", "0.5", "3", "1e1", ".1");
  const word = fc.constantFrom(...names, "pi", "e");
  const factor = fc.constantFrom(...names, "pi"); // not e: mathjs reads 2e+1 as we do, but wants the digit in 2e+x
  const gap = fc.constantFrom("", "", " ");
  return fc.letrec<{ expression: string; operand: string; parenthesized: string; call: string }>((tie) => ({
    expression: fc
      .tuple(
        tie("operand"),
        fc.array(fc.tuple(gap, fc.constantFrom(..."+-*/^"), gap, tie("operand")), {
          maxLength: 4,
          depthIdentifier: "nesting",
        }),
      )
      .map(([first, rest]) => first + rest.map(joined).join("")),
    operand: fc
      .tuple(
        fc.constantFrom("", "", "", "", "", "", "-", "- ", "+", "--"),
        fc.oneof(
          { depthSize: "small", depthIdentifier: "nesting" },
          { weight: 2, arbitrary: digits },
          { weight: 5, arbitrary: word },
          {
            weight: 2,
            arbitrary: fc
              .tuple(coefficient, gap, fc.oneof(factor, tie("parenthesized"), tie("call")))
              .map((parts) => parts.join("")),
          },
          { weight: 1, arbitrary: tie("parenthesized") },
          { weight: 2, arbitrary: tie("call") },
        ),
      )
      .map((parts) => parts.join("")),
    parenthesized: tie("expression").map((inside) => `(${inside})`),
    call: fc
      .constantFrom(...functions)
      .chain((name) => fc.tuple(fc.constant(name), fc.array(tie("expression"), arity(name))))
      .map(([name, args]) => `${name}(${args.join(", ")})`),
  })).expression;
}

function arity(name: string): { minLength: number; maxLength: number } {
  const row = isFunctionName(name) ? functions[name] : { arity: 2 };
  return { minLength: row.arity, maxLength: "variadic" in row ? row.arity + 1 : row.arity };
}

/** An operator with its right operand; a coefficient after `/` or `^` would be unclear without parentheses. */
function joined([before, operator, after, operand]: readonly [string, string, string, string]): string {
  const isUnclear = /[/^]/.test(operator) && /^[-+ ]*[\d.]+(?:[eE][-+]?\d+)? ?[\p{L}(]/u.test(operand);
  return before + operator + after + (isUnclear ? `(${operand})` : operand);
}

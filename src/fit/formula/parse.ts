/**
 * From source to expressions: a parser after Pratt, "Top down operator precedence" (1973). Reads, never evaluates.
 */

import { nearest } from "../../data/names.ts";
import { FormulaError } from "./error.ts";
import type { Expression, Span } from "./expression.ts";
import {
  type ConstantName,
  callableNames,
  constants,
  functionAliases,
  functions,
  isCallable,
  isConstantName,
  isFunctionName,
  limits,
  type Operator,
  operatorOfCall,
  operators,
  precedence,
} from "./table.ts";
import { type Token, tokens } from "./tokens.ts";

/** Names that are known beforehand: the composed form (NFC) of each, and the name as its owner spells it. */
type KnownNames = ReadonlyMap<string, string>;

/** The names as a parser wants them. */
export function knownNames(names: Iterable<string>): KnownNames {
  return new Map([...names].map((name) => [name.normalize("NFC"), name]));
}

/** The two sides of `left ~ right`. Known names may be those of functions; a known `e` or `pi` has to say which is meant. */
export function parseSides(
  source: string,
  known: KnownNames,
): readonly [left: Expression, right: Expression] {
  const parser = new Parser(source, known);
  return [parser.side("~"), parser.side("end")];
}

/** One expression, without a target. */
export function parseExpression(source: string, known: KnownNames = new Map()): Expression {
  return new Parser(source, known).side("end");
}

/** Remembers how far it has read, how deep it is, and how many nodes it has made. */
class Parser {
  private readonly source: string;
  private readonly known: KnownNames;
  private readonly tokens: readonly Token[];
  private at = 0;
  private depth = 0;
  private nodes = 0;

  constructor(source: string, known: KnownNames) {
    this.source = source;
    this.known = known;
    this.tokens = tokens(source);
  }

  /** An expression up to what ends its side of the formula. */
  side(end: "~" | "end"): Expression {
    if (end === "~" && this.next.kind === "end")
      this.fail("a formula reads target ~ expression, got nothing");
    const expression = this.expression(0);
    if (this.next.kind !== end) this.refuseAfterOperand(end);
    if (end === "~") this.at++;
    return expression;
  }

  /** Operands joined by operators that bind at least so tightly. */
  private expression(least: number): Expression {
    if (++this.depth > limits.depth) this.fail(`a formula nests at most ${limits.depth} deep`);
    let left = this.operand();
    for (;;) {
      const operator = this.operatorFrom(least);
      if (!operator) break;
      this.at++;
      const row = operators[operator];
      left = this.binary(operator, left, this.expression(row.precedence + (row.right ? 0 : 1)));
    }
    this.depth--;
    return left;
  }

  /** The operator that comes next, if it binds at least so tightly. */
  private operatorFrom(least: number): Operator | undefined {
    const { kind } = this.next;
    return isOperator(kind) && operators[kind].precedence >= least ? kind : undefined;
  }

  private operand(): Expression {
    const token = this.next;
    if (token.kind === "number") return this.number();
    if (token.kind === "name") return this.word();
    if (token.kind === "quoted") return this.name(this.take());
    if (token.kind === "(") return this.parenthesized();
    if (token.kind === "-" || token.kind === "+") return this.signed();
    return this.refuseOperand();
  }

  /** A number, times the name or parenthesis that follows it without an operator. */
  private number(): Expression {
    const token = this.take();
    const number = this.node({ kind: "number", value: Number(token.text), span: token.span });
    if (!startsFactor(this.next)) return number;
    this.refuseUnclearFactor();
    return this.binary("*", number, this.expression(precedence.power));
  }

  /** `a/2x` may mean either of two things, so it means neither. */
  private refuseUnclearFactor(): void {
    const number = this.tokens[this.at - 1]!;
    const before = this.tokens
      .slice(0, this.at - 1)
      .findLast((token) => token.kind !== "-" && token.kind !== "+");
    if (before?.kind !== "/" && before?.kind !== "^") return;
    const [n, x] = [number.text, this.next.kind === "(" ? "(...)" : this.next.text];
    const span = { start: number.span.start, end: this.next.span.end };
    this.fail(`unclear after ${before.text}: write (${n}*${x}) or ${n}*${x}`, span);
  }

  private signed(): Expression {
    const sign = this.take();
    const operand = this.expression(precedence.sign);
    const span = { start: sign.span.start, end: operand.span.end };
    return sign.kind === "+"
      ? { ...operand, span }
      : this.node({ kind: "unary", operator: "-", operand, span });
  }

  private parenthesized(): Expression {
    const open = this.take();
    const inside = this.expression(0);
    const close = this.close(open);
    return { ...inside, span: { start: open.span.start, end: close.span.end } };
  }

  /** A name without backquotes: a call, a constant, or a name of the data's or the formula's own. */
  private word(): Expression {
    const token = this.take();
    if (this.next.kind === "(") return this.call(token);
    if (!this.known.has(token.text)) this.refuseUnlikelyName(token);
    return isConstantName(token.text) ? this.constant(token, token.text) : this.name(token);
  }

  private constant({ text, span }: Token, name: ConstantName): Expression {
    if (!this.known.has(text)) return this.node({ kind: "constant", name, span });
    const value = constants[name].toFixed(4);
    return this.fail(
      `write \`${text}\` in backquotes for the name, ${value} for the constant: ${text}`,
      span,
    );
  }

  private name(token: Token): Expression {
    return this.node({ kind: "name", name: this.known.get(token.text) ?? token.text, span: token.span });
  }

  private call(token: Token): Expression {
    if (!isCallable(token.text)) this.refuseFunction(token);
    const [args, close] = this.args();
    const span = { start: token.span.start, end: close.span.end };
    this.checkArity(token.text, args.length, span);
    const operator = operatorOfCall(token.text);
    if (operator) return { ...this.binary(operator, args[0]!, args[1]!), span };
    return this.node({ kind: "call", name: token.text as keyof typeof functions, args, span });
  }

  /** Arguments between parentheses, and the parenthesis that closes them. */
  private args(): readonly [args: Expression[], close: Token] {
    const open = this.take();
    const args: Expression[] = [];
    if (this.next.kind === ")") return [args, this.take()];
    do args.push(this.expression(0));
    while (this.next.kind === "," && this.take());
    return [args, this.close(open)];
  }

  private checkArity(name: string, got: number, span: Span): void {
    const row = isFunctionName(name) ? functions[name] : { arity: 2 };
    const variadic = "variadic" in row;
    if (got === row.arity || (variadic && got > row.arity)) return;
    const wanted = `${row.arity}${variadic ? " or more" : ""} argument${row.arity === 1 ? "" : "s"}`;
    this.fail(`${name} expects ${wanted}, got ${got}`, span);
  }

  private close(open: Token): Token {
    if (this.next.kind === ")") return this.take();
    if (this.next.kind === "end" || this.next.kind === "~")
      this.fail("a parenthesis is not closed", open.span);
    return this.refuseAfterOperand(")");
  }

  private binary(operator: Operator, left: Expression, right: Expression): Expression {
    const span = { start: left.span.start, end: right.span.end };
    return this.node({ kind: "binary", operator, left, right, span });
  }

  private node(node: Expression): Expression {
    if (++this.nodes > limits.nodes) this.fail(`a formula has at most ${limits.nodes} parts`, node.span);
    return node;
  }

  private get next(): Token {
    return this.tokens[this.at]!;
  }

  private take(): Token {
    return this.tokens[this.at++]!;
  }

  /** Something else stands where an operand should. */
  private refuseOperand(): never {
    const before = this.tokens[this.at - 1];
    const place = before ? ` after ${before.text}` : "";
    const found = this.next.kind === "end" ? "the end" : this.next.text;
    return this.fail(`expected a number, a name or a parenthesis${place}, got ${found}`);
  }

  /** An operand has ended, and what follows neither joins it to another nor ends what it is in. */
  private refuseAfterOperand(end: "~" | "end" | ")"): never {
    const { kind, text } = this.next;
    if (kind === ")") this.fail("a parenthesis closes nothing");
    if (kind === "~") this.fail("a formula has one ~, got a second");
    if (kind === ",") this.fail("a comma stands only between the arguments of a function");
    if (kind === "end" && end === "~") this.fail("a formula reads target ~ expression, got no ~");
    return this.fail(`expected an operator before ${text}`);
  }

  private refuseFunction({ text, span }: Token): never {
    const meant = Object.hasOwn(functionAliases, text) ? functionAliases[text] : nearest(text, callableNames);
    return this.fail(
      `unknown function: ${text} (${meant ? `did you mean ${meant}?` : `for a product, write ${text}*(...)`})`,
      span,
    );
  }

  /** Words that would be parameters by accident: `sin` alone, and `PI`. */
  private refuseUnlikelyName({ text, span }: Token): void {
    if (isCallable(text)) this.fail(`a function without its argument: write ${text}(...)`, span);
    const small = text.toLowerCase();
    if (text.length > 1 && text !== small && isConstantName(small))
      this.fail(`unknown name: ${text} (did you mean the constant ${small}?)`, span);
  }

  private fail(problem: string, span: Span = this.next.span): never {
    throw new FormulaError(problem, this.source, span);
  }
}

function isOperator(kind: string): kind is Operator {
  return Object.hasOwn(operators, kind);
}

/** Whether a token after a number is multiplied by it: `2x`, `2(x + 1)`. */
function startsFactor(token: Token): boolean {
  return token.kind === "name" || token.kind === "quoted" || token.kind === "(";
}

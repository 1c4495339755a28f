/**
 * What parameters are for, read off the formula: where one meets the data, and inside what, says of which size it will be. A
 * formula, the data and a number from 0 to 1 for each parameter go in; a value for each comes out.
 */

import { evaluate } from "../formula/evaluate.ts";
import { childrenOf, type Expression, namesIn } from "../formula/expression.ts";
import type { FunctionName } from "../formula/table.ts";
import { type Column, columns, divide, filled, negate } from "./columns.ts";
import type { Task, Unknown } from "./task.ts";

/** What stands around a part of a formula. */
interface Surroundings {
  /** What the part goes into: exp and its like, which want numbers of size 1; sin and cos; a power or a logarithm; or a plain sum. */
  readonly inside: "growth" | "wave" | "base" | "sum";
  /** Whether the sign makes no difference, as inside a square. */
  readonly isEven: boolean;
  /** The size of what the part is added to; null where that is nothing. */
  readonly scale: (() => number) | null;
  /** Whether the column that is met is one of the data's, and no parameters'. */
  readonly isStill?: boolean;
}

/** How a parameter meets the data: column + p, column * p, column ^ p, or p ^ column. */
export type Meeting = "added" | "multiplied" | "exponent" | "raised";

/** A place where a parameter meets a column of the data. */
export interface Encounter {
  readonly name: string;
  readonly meeting: Meeting;
  readonly surroundings: Surroundings;
  /** The column as it is, whatever other parameters are. Null where it depends on them. */
  readonly column: Float64Array | null;
  /** What the parameter has to be for the part that it is in, such as `2*pi/p`, to have a value. */
  readonly solve: (value: number) => number;
}

/** Says what values are tried. */
export interface Choices {
  /** Numbers from 0 to 1. */
  readonly draw: (name: string) => number;
  /** The value that the part of the formula with this parameter has, where something better is known than its role. */
  readonly known?: (encounter: Encounter) => number | null;
}

/** What is known on the way through a formula. Written in place. */
interface Way {
  readonly task: Task;
  readonly unknowns: ReadonlyMap<string, Unknown>;
  readonly choices: Choices;
  /** The values so far. */
  readonly values: Map<string, number>;
  /** Parameters whose values follow later: they count as 1 here. */
  readonly later: ReadonlySet<string>;
}

const outside: Surroundings = { inside: "sum", isEven: false, scale: null };

/** Values for the parameters that are neither among `later` nor in `held`, by their roles. */
export function proposed(
  task: Task,
  {
    held,
    later,
    choices,
  }: { held: ReadonlyMap<string, number>; later: ReadonlySet<string>; choices: Choices },
): Map<string, number> {
  const unknowns = new Map(task.unknowns.map((unknown) => [unknown.name, unknown]));
  const way: Way = { task, unknowns, choices, values: new Map(held), later };
  visit(way, task.expression, outside);
  for (const { name } of task.unknowns) if (isOpen(way, name)) settleAnyhow(way, name);
  return way.values;
}

function isOpen({ unknowns, later, values }: Way, name: string): boolean {
  return unknowns.has(name) && !later.has(name) && !values.has(name);
}

const known = new WeakMap<Expression, readonly string[]>();

/** The names in a part, worked out once. */
function namesOf(expression: Expression): readonly string[] {
  const before = known.get(expression);
  if (before) return before;
  const names = namesIn(expression);
  known.set(expression, names);
  return names;
}

function openIn(way: Way, expression: Expression): string[] {
  return namesOf(expression).filter((name) => isOpen(way, name));
}

function hasData({ task }: Way, expression: Expression): boolean {
  return namesOf(expression).some((name) => task.inputs.has(name));
}

/** Gives the open parameters of a part values, as they meet the data. */
function visit(way: Way, expression: Expression, around: Surroundings): void {
  if (openIn(way, expression).length === 0) return;
  switch (expression.kind) {
    case "name":
      settleAnyhow(way, expression.name);
      break;
    case "unary":
      visit(way, expression.operand, around);
      break;
    case "call":
      visitCall(way, expression, around);
      break;
    case "binary":
      visitPair(way, expression, around);
      break;
    case "number":
    case "constant":
      break;
    default:
      expression satisfies never;
  }
}

/** The value of a part that has nothing open. */
function columnOf({ task, values }: Way, expression: Expression): Column {
  const { inputs, fixed } = task;
  return evaluate(
    expression,
    columns,
    (name) => inputs.get(name) ?? fixed.get(name) ?? values.get(name) ?? 1,
  );
}

/** A value for a parameter of which nothing is known. */
function settleAnyhow(way: Way, name: string): void {
  settle(way, name, sized(way.choices.draw(name), 2));
}

/** Gives a parameter a value, within its bounds. */
function settle({ unknowns, values, choices }: Way, name: string, value: number): number {
  const { min, max } = unknowns.get(name)!;
  const within =
    Number.isFinite(value) && value >= min && value <= max
      ? value
      : inBounds(value, min, max, choices.draw(name));
  values.set(name, within);
  return within;
}

/** A value between bounds for one that is not: that of the other sign, or anywhere between two bounds. */
function inBounds(value: number, min: number, max: number, u: number): number {
  if (Number.isFinite(value) && -value >= min && -value <= max) return -value;
  if (Number.isFinite(max - min))
    return min > 0 && max / min > 100 ? min * (max / min) ** u : min + u * (max - min);
  const size = Math.abs(sized(u, 2));
  return Number.isFinite(min) ? min + size : Number.isFinite(max) ? max - size : size;
}

/** A number of some size from 10^-decades to 10^decades, as often below 0 as above. */
function sized(u: number, decades: number): number {
  const [isNegative, v] = halved(u, 0.5);
  return (isNegative ? -1 : 1) * 10 ** (decades * (2 * v - 1));
}

/** Whether u is in the share at the top, and where it is in its part, again from 0 to 1. */
function halved(u: number, share: number): [isIn: boolean, v: number] {
  return u >= 1 - share ? [true, (u - (1 - share)) / share] : [false, u / (1 - share)];
}

const insides: Partial<Record<FunctionName, Surroundings["inside"]>> = {
  exp: "growth",
  sinh: "growth",
  cosh: "growth",
  tanh: "growth",
  sigmoid: "growth",
  erf: "growth",
  atan: "growth",
  sin: "wave",
  cos: "wave",
  tan: "wave",
  log: "base",
  log2: "base",
  log10: "base",
  sqrt: "base",
};

const evens: readonly FunctionName[] = ["abs", "cosh", "cos"];

function visitCall(
  way: Way,
  { name, args }: Extract<Expression, { kind: "call" }>,
  around: Surroundings,
): void {
  const inside = insides[name] ?? around.inside;
  for (const arg of args) visit(way, arg, { inside, isEven: evens.includes(name), scale: null });
}

type Pair = Extract<Expression, { kind: "binary" }>;

function visitPair(way: Way, pair: Pair, around: Surroundings): void {
  const { left, right } = pair;
  const [isLeftPart, isRightPart] = [left, right].map(
    (side) => openIn(way, side).length > 0 && !hasData(way, side),
  );
  if (isLeftPart && hasData(way, right)) meet(way, pair, "left", around);
  else if (isRightPart && hasData(way, left)) meet(way, pair, "right", around);
  else visitSides(way, pair, around);
}

/** Visits both sides, first the one that has nothing open, as the other is of its size. */
function visitSides(way: Way, pair: Pair, around: Surroundings): void {
  const { operator, left, right } = pair;
  const isSum = operator === "+" || operator === "-";
  const beside = (other: Expression): Surroundings =>
    innerOf(pair, around, isSum ? () => typical(columnOf(way, other)) : null);
  visit(way, left, openIn(way, right).length === 0 ? beside(right) : innerOf(pair, around, null));
  visit(way, right, operator === "^" ? outside : beside(left));
}

/** What surrounds the left side of a pair, and the right one of all but powers. */
function innerOf(
  { operator, right }: Pair,
  around: Surroundings,
  scale: Surroundings["scale"],
): Surroundings {
  if (operator !== "^")
    return { ...around, scale: scale ?? (operator === "+" || operator === "-" ? around.scale : null) };
  const exponent = right.kind === "number" ? right.value : null;
  const isWhole = exponent !== null && Number.isInteger(exponent);
  const inside = isWhole || around.inside === "growth" ? around.inside : "base";
  return { inside, isEven: isWhole && exponent % 2 === 0, scale: null };
}

/** Visits a pair of which one side has open parameters, and the other the data. */
function meet(way: Way, pair: Pair, side: "left" | "right", around: Surroundings): void {
  const { operator } = pair;
  const [part, rest] = side === "left" ? [pair.left, pair.right] : [pair.right, pair.left];
  const isPower = operator === "^" && side === "right";
  const inner = innerOf(pair, around, null);
  visit(way, rest, isPower ? { ...inner, inside: "base" } : inner);
  const [name] = openIn(way, part);
  if (name === undefined) return;
  const { meeting, column, turn } = meetingOf(operator, side, columnOf(way, rest));
  const full = filled(column, way.task.rows);
  const isStill = isPure(way, rest);
  const solve = (value: number): number => solvedFor(way, part, name, turn(value));
  const encounter: Encounter = { name, meeting, surroundings: around, column: isStill ? full : null, solve };
  const value =
    way.choices.known?.(encounter) ?? sizes[meeting](full, { ...around, isStill }, way.choices.draw(name));
  settle(way, name, solve(value));
  visit(way, part, outside);
}

/** Whether a part has none of the parameters looked for. */
function isPure({ unknowns }: Way, expression: Expression): boolean {
  return namesOf(expression).every((name) => !unknowns.has(name));
}

interface Met {
  readonly meeting: Meeting;
  /** The column that the part meets. */
  readonly column: Column;
  /** What the part is, of the value in the meeting: -p in `x - p`, 1/p in `x / p`. */
  readonly turn: (value: number) => number;
}

function meetingOf(operator: Pair["operator"], side: "left" | "right", data: Column): Met {
  const same = (value: number): number => value;
  switch (operator) {
    case "+":
      return { meeting: "added", column: data, turn: same };
    case "-":
      return side === "left"
        ? { meeting: "added", column: negate(data), turn: same }
        : { meeting: "added", column: data, turn: (value) => -value };
    case "*":
      return { meeting: "multiplied", column: data, turn: same };
    case "/":
      return side === "left"
        ? { meeting: "multiplied", column: divide(1, data), turn: same }
        : { meeting: "multiplied", column: data, turn: (value) => 1 / value };
    case "^":
      return { meeting: side === "left" ? "raised" : "exponent", column: data, turn: same };
    default:
      return operator satisfies never;
  }
}

/** What values a part has by its role, a row for each way to meet the data. */
const sizes: Record<Meeting, (column: Float64Array, around: Surroundings, u: number) => number> = {
  added: placed,
  multiplied: rated,
  exponent: (_, __, u) => {
    const [isNegative, v] = halved(u, 0.35);
    return (isNegative ? -1 : 1) * 0.15 * 50 ** v;
  },
  raised: (column, around, u) => Math.exp(rated(column, { ...around, inside: "growth" }, u)),
};

/** A part that is added moves the place where the sum is zero: within the column's range, or beyond it where nothing may be zero. */
function placed(column: Float64Array, { inside, isEven }: Surroundings, u: number): number {
  const { least, span } = rangeOf(column);
  if (inside === "wave") return 2 * Math.PI * u;
  if (isEven) return -(least + span * (1.1 * u - 0.05));
  if (inside === "growth") return -(least + span * (1.8 * u - 0.4));
  const [isBeyond, v] = halved(u, inside === "base" ? 0.85 : 0.6);
  if (!isBeyond) return -(least + span * (1.1 * v - 0.05));
  const [isAbove, w] = halved(v, 0.35);
  const distance = span * 10 ** (4.5 * w - 2);
  return isAbove ? -(least + span + distance) : -(least - distance);
}

/** A part that multiplies says how fast something changes over the column's range, down to the spacing of its elements. */
function rated(column: Float64Array, { inside, isEven, scale, isStill }: Surroundings, u: number): number {
  const { span } = rangeOf(column);
  const spacing = isStill ? spacingOf(column) : span / column.length;
  if (inside === "wave") return (Math.PI / span) * (0.3 + u * Math.max(span / spacing - 0.3, 1));
  if (inside === "growth") {
    const [isNegative, v] = isEven ? [false, u] : halved(u, 0.5);
    const [slowest, fastest] = [isEven ? 0.5 : 0.03, Math.max(30, (2 * span) / spacing)];
    return ((isNegative ? -1 : 1) * slowest * (fastest / slowest) ** v) / span;
  }
  const [isNegative, v] = halved(u, 0.3);
  return ((isNegative ? -1 : 1) * 10 ** (5 * v - 2.5) * (scale?.() ?? 1)) / (typical(column) || 1);
}

/** The range of a column's finite elements. */
interface Range {
  readonly least: number;
  /** How wide it is; never 0. */
  readonly span: number;
}

/** Where the finite elements of a column begin, and how wide their range is. */
export function rangeOf(column: Float64Array): Range {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const x of column)
    if (Number.isFinite(x)) {
      if (x < least) least = x;
      if (x > most) most = x;
    }
  if (least > most) return { least: 0, span: 1 };
  return { least, span: most - least || Math.abs(least) || 1 };
}

const spacings = new WeakMap<Float64Array, number>();

/** How far apart neighbours in a column are, for the most part. Worked out once. */
export function spacingOf(column: Float64Array): number {
  const known = spacings.get(column);
  if (known !== undefined) return known;
  const { span } = rangeOf(column);
  const sorted = column.filter(Number.isFinite).sort();
  const gaps = sorted.map((x, i) => (i === 0 ? 0 : x - sorted[i - 1]!)).filter((gap) => gap > 1e-9 * span);
  const spacing = gaps.sort()[gaps.length >> 1] ?? span;
  spacings.set(column, spacing);
  return spacing;
}

/** The size of a column: the root of its mean square, of finite elements. */
function typical(column: Column): number {
  if (typeof column === "number") return Math.abs(column);
  let [sum, count] = [0, 0];
  for (const x of column)
    if (Number.isFinite(x)) {
      sum += x * x;
      count++;
    }
  return Math.sqrt(sum / count) || 0;
}

/** What a parameter has to be for a part without data to have a value. Others that are open in it get values of their own first. */
function solvedFor(way: Way, part: Expression, name: string, value: number): number {
  if (part.kind === "name") return value;
  const [inner, ...others] = childrenOf(part).filter((child) => namesOf(child).includes(name));
  if (!inner || others.length > 0) return value;
  if (part.kind === "unary") return solvedFor(way, inner, name, -value);
  if (part.kind === "call") {
    const inverse = inverses[part.name];
    return inverse ? solvedFor(way, inner, name, inverse(value)) : value;
  }
  if (part.kind !== "binary") return value;
  const isLeft = inner === part.left;
  const beside = isLeft ? part.right : part.left;
  visit(way, beside, outside);
  const other = columnOf(way, beside);
  return solvedFor(
    way,
    inner,
    name,
    undone(part.operator, isLeft, value, typeof other === "number" ? other : 1),
  );
}

/** The x of `x operator other`, or of `other operator x`, that gives the value. */
function undone(operator: Pair["operator"], isLeft: boolean, value: number, other: number): number {
  switch (operator) {
    case "+":
      return value - other;
    case "-":
      return isLeft ? value + other : other - value;
    case "*":
      return value / other;
    case "/":
      return isLeft ? value * other : other / value;
    case "^":
      return isLeft
        ? Math.sign(value) * Math.abs(value) ** (1 / other)
        : Math.log(Math.abs(value)) / Math.log(other);
    default:
      return operator satisfies never;
  }
}

const inverses: Partial<Record<FunctionName, (value: number) => number>> = {
  exp: (y) => Math.log(Math.abs(y)),
  log: Math.exp,
  log2: (y) => 2 ** y,
  log10: (y) => 10 ** y,
  sqrt: (y) => y * y,
  abs: Math.abs,
};

/** Formulas with their derivatives: columns that know how they change with each parameter go in and come out (forward mode). */
import type { Algebra } from "../formula/evaluate.ts";
import { type FunctionName, functions as rows } from "../formula/table.ts";
import { add, lifted as byRow, type Column, columns, divide, multiply, negate } from "./columns.ts";

/** A column, and its derivatives with respect to each parameter; a number 0 where there is none. */
export interface Dual {
  readonly value: Column;
  readonly slopes: readonly Column[];
}

/** What does not change. */
export function constant(value: Column): Dual {
  return { value, slopes: [] };
}

/** Parameter j of `count`. */
export function variable(value: number, j: number, count: number): Dual {
  return { value, slopes: Array.from({ length: count }, (_, k) => (k === j ? 1 : 0)) };
}

/** a x' + b y', column by column. */
function combined(a: Column, x: Dual, b: Column, y: Dual): Column[] {
  const count = Math.max(x.slopes.length, y.slopes.length);
  return Array.from({ length: count }, (_, j) => add(scaled(a, x.slopes[j]), scaled(b, y.slopes[j])));
}

function scaled(factor: Column, slope: Column | undefined): Column {
  return slope === undefined || slope === 0 ? 0 : multiply(factor, slope);
}

const { power: raise, functions: f } = columns;

function power(base: Dual, exponent: Dual | number): Dual {
  const { value: y, slopes } = typeof exponent === "number" ? constant(exponent) : exponent;
  const value = raise(base.value, y);
  const byBase = multiply(y, raise(base.value, add(y, -1)));
  const isFixed = slopes.every((slope) => slope === 0);
  // x^y log x goes to 0 with x: log of 0 has no part in it.
  const byExponent = isFixed ? 0 : multiply(value, f.log(f.max(base.value, Number.MIN_VALUE), 0));
  return { value, slopes: combined(byBase, base, byExponent, { value: y, slopes }) };
}

/** The derivative of each function of one argument, from the argument and the value. */
const derivatives: Partial<Record<FunctionName, (x: Column, value: Column) => Column>> = {
  sin: (x) => f.cos(x, x),
  cos: (x) => negate(f.sin(x, x)),
  tan: (_, value) => add(multiply(value, value), 1),
  asin: (x) => rootOfOneMinusSquare(x),
  acos: (x) => negate(rootOfOneMinusSquare(x)),
  atan: (x) => divide(1, add(multiply(x, x), 1)),
  sinh: (x) => f.cosh(x, x),
  cosh: (x) => f.sinh(x, x),
  tanh: (_, value) => add(negate(multiply(value, value)), 1),
  exp: (_, value) => value,
  log: (x) => divide(1, x),
  log2: (x) => divide(1 / Math.LN2, x),
  log10: (x) => divide(1 / Math.LN10, x),
  sqrt: (_, value) => divide(0.5, value),
  abs: (x, value) => divide(x, f.max(value, Number.MIN_VALUE)),
  erf: (x) => multiply(2 / Math.sqrt(Math.PI), f.exp(negate(multiply(x, x)), 0)),
  sigmoid: (_, value) => multiply(value, add(negate(value), 1)),
  floor: () => 0,
  ceil: () => 0,
};

function rootOfOneMinusSquare(x: Column): Column {
  return divide(1, f.sqrt(add(negate(multiply(x, x)), 1), 0));
}

const isSame = byRow((x, y) => (x === y ? 1 : 0));

/** Those of two arguments: the derivatives by both. */
const partials: Partial<Record<FunctionName, (x: Column, y: Column) => readonly [Column, Column]>> = {
  atan2: (y, x) => {
    const square = add(multiply(x, x), multiply(y, y));
    return [divide(x, square), negate(divide(y, square))];
  },
  min: (x, y) => chosen(x, f.min(x, y)),
  max: (x, y) => chosen(x, f.max(x, y)),
};

/** 1 for the argument that is the value, 0 for the other. */
function chosen(x: Column, value: Column): readonly [Column, Column] {
  const isFirst = isSame(x, value);
  return [isFirst, add(negate(isFirst), 1)];
}

function lifted(name: FunctionName): (x: Dual, y: Dual) => Dual {
  const of = f[name];
  const both = partials[name];
  if (both && rows[name].arity === 2)
    return (x, y) => {
      const [byFirst, bySecond] = both(x.value, y.value);
      return { value: of(x.value, y.value), slopes: combined(byFirst, x, bySecond, y) };
    };
  const derivative = derivatives[name]!;
  return (x) => {
    const value = of(x.value, x.value);
    if (x.slopes.length === 0) return constant(value);
    const factor = derivative(x.value, value);
    return { value, slopes: x.slopes.map((slope) => scaled(factor, slope)) };
  };
}

/** The algebra of columns with derivatives. */
export const duals: Algebra<Dual> = {
  number: (value) => constant(value),
  negate: (x) => ({ value: negate(x.value), slopes: x.slopes.map(negate) }),
  add: (x, y) => ({ value: add(x.value, y.value), slopes: combined(1, x, 1, y) }),
  subtract: (x, y) => ({ value: columns.subtract(x.value, y.value), slopes: combined(1, x, -1, y) }),
  multiply: (x, y) => ({ value: multiply(x.value, y.value), slopes: combined(y.value, x, x.value, y) }),
  divide: (x, y) => {
    const value = divide(x.value, y.value);
    return { value, slopes: combined(divide(1, y.value), x, negate(divide(value, y.value)), y) };
  },
  power,
  functions: Object.fromEntries(
    (Object.keys(rows) as FunctionName[]).map((name) => [name, lifted(name)]),
  ) as Algebra<Dual>["functions"],
};

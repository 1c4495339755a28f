/**
 * Formulas as polynomials in some of their parameters, over a denominator that may be one too: numbers for all other parameters go
 * in, the column that each product of parameters is multiplied by comes out.
 */
import type { Algebra } from "../formula/evaluate.ts";
import { type FunctionName, functions as rows } from "../formula/table.ts";
import { add, type Column, columns, divide, multiply, negate } from "./columns.ts";

/**
 * Columns by product of parameters. A product is a number with a bit for each parameter in it, so that the product of two has
 * their sum; 0 is the one of none. A parameter squared looks like the next parameter: one by one, they are looked at alone first.
 */
export type Terms = ReadonlyMap<number, Column>;

/** A polynomial, over another unless `below` is null. */
export interface Fraction {
  readonly above: Terms;
  readonly below: Terms | null;
}

/** A column without the parameters looked for, a polynomial in them, or null for what is none. */
export type Polynomial = Column | Fraction | null;

/** The parameter with the bit. */
export function parameter(bit: number): Fraction {
  return { above: new Map([[bit, 1]]), below: null };
}

/** Any polynomial as a fraction. */
export function fractionOf(x: Column | Fraction): Fraction {
  return isColumn(x) ? { above: new Map([[0, x]]), below: null } : x;
}

function isColumn(x: Polynomial): x is Column {
  return typeof x === "number" || x instanceof Float64Array;
}

function sum(x: Terms, y: Terms): Terms {
  const result = new Map(x);
  for (const [product, column] of y) {
    const before = result.get(product);
    result.set(product, before === undefined ? column : add(before, column));
  }
  return result;
}

function product(x: Terms, y: Terms): Terms {
  let result: Terms = new Map();
  for (const [p, a] of x) for (const [q, b] of y) result = sum(result, new Map([[p + q, multiply(a, b)]]));
  return result;
}

function each(x: Fraction, of: (column: Column) => Column): Fraction {
  return { above: new Map([...x.above].map(([p, column]) => [p, of(column)])), below: x.below };
}

function times(x: Fraction, y: Fraction): Fraction {
  const below = x.below && y.below ? product(x.below, y.below) : (x.below ?? y.below);
  return { above: product(x.above, y.above), below };
}

function plus(x: Fraction, y: Fraction): Fraction {
  if (x.below === y.below) return { above: sum(x.above, y.above), below: x.below };
  const left = y.below ? product(x.above, y.below) : x.above;
  const right = x.below ? product(y.above, x.below) : y.above;
  const below = x.below && y.below ? product(x.below, y.below) : (x.below ?? y.below);
  return { above: sum(left, right), below };
}

function over(x: Fraction, y: Fraction): Fraction {
  const turned = { above: y.below ?? new Map([[0, 1]]), below: y.above };
  return times(x, turned);
}

/** An operation that columns have, and fractions have too. */
function lifted(
  plain: (x: Column, y: Column) => Column,
  of: (x: Fraction, y: Fraction) => Polynomial,
): (x: Polynomial, y: Polynomial) => Polynomial {
  return (x, y) => {
    if (x === null || y === null) return null;
    return isColumn(x) && isColumn(y) ? plain(x, y) : of(fractionOf(x), fractionOf(y));
  };
}

/** Functions of a polynomial are none. */
function opaque(of: (x: Column, y: Column) => Column): (x: Polynomial, y?: Polynomial) => Polynomial {
  return (x, y = 0) => (isColumn(x) && isColumn(y) ? of(x, y) : null);
}

function power(base: Polynomial, exponent: Polynomial | number): Polynomial {
  if (isColumn(base)) return isColumn(exponent) ? columns.power(base, exponent) : null;
  if (base === null || typeof exponent !== "number") return null;
  const factors = Math.abs(exponent);
  if (!Number.isInteger(exponent) || factors === 0 || factors > 4) return null;
  let result = base;
  for (let i = 1; i < factors; i++) result = times(result, base);
  return exponent > 0 ? result : over(fractionOf(1), result);
}

const multiplied = lifted(multiply, times);

/** The algebra of polynomials. */
export const polynomials: Algebra<Polynomial> = {
  number: (value) => value,
  negate: (x) => (x === null ? null : isColumn(x) ? negate(x) : each(x, negate)),
  add: lifted(add, plus),
  subtract: lifted(columns.subtract, (x, y) => plus(x, each(y, negate))),
  multiply: (x, y) => {
    if (isColumn(x) && y !== null && !isColumn(y)) return each(y, (column) => multiply(column, x));
    if (isColumn(y) && x !== null && !isColumn(x)) return each(x, (column) => multiply(column, y));
    return multiplied(x, y);
  },
  divide: lifted(divide, (x, y) => {
    const [only] = y.above.entries();
    const isPlain = y.below === null && y.above.size === 1 && only![0] === 0;
    return isPlain ? each(x, (column) => divide(column, only![1])) : over(x, y);
  }),
  power,
  functions: Object.fromEntries(
    (Object.keys(rows) as FunctionName[]).map((name) => [name, opaque(columns.functions[name])]),
  ) as Algebra<Polynomial>["functions"],
};

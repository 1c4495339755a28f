/** Formulas over plain columns: numbers and arrays of doubles go in, what operators and functions make of them comes out. */
import type { Algebra } from "../formula/evaluate.ts";
import { type FunctionName, functions as rows } from "../formula/table.ts";

/** An element a row, or one number for all rows. */
export type Column = number | Float64Array;

type Over<T> = (x: T, y: T) => T;

/** A function of numbers, row by row. */
export function lifted(of: Over<number>): Over<Column> {
  return (x, y) => {
    if (typeof x === "number") return typeof y === "number" ? of(x, y) : y.map((element) => of(x, element));
    const result = new Float64Array(x.length);
    for (let i = 0; i < result.length; i++) result[i] = of(x[i]!, typeof y === "number" ? y : y[i]!);
    return result;
  };
}

/** The same for functions of one argument, which are given no other. */
function liftedOne(of: Over<number>): Over<Column> {
  return (x) => {
    if (typeof x === "number") return of(x, Number.NaN);
    const result = new Float64Array(x.length);
    for (let i = 0; i < result.length; i++) result[i] = of(x[i]!, Number.NaN);
    return result;
  };
}

/** x + y. This and the next three are loops of their own, for speed: they are most of the work of a search. */
export function add(x: Column, y: Column): Column {
  if (typeof x === "number") return typeof y === "number" ? x + y : x === 0 ? y : add(y, x);
  const result = new Float64Array(x.length);
  if (typeof y === "number") for (let i = 0; i < result.length; i++) result[i] = x[i]! + y;
  else for (let i = 0; i < result.length; i++) result[i] = x[i]! + y[i]!;
  return result;
}

export function negate(x: Column): Column {
  return typeof x === "number" ? -x : multiply(x, -1);
}

export function multiply(x: Column, y: Column): Column {
  if (typeof x === "number") return typeof y === "number" ? x * y : x === 1 ? y : multiply(y, x);
  if (y === 1) return x;
  const result = new Float64Array(x.length);
  if (typeof y === "number") for (let i = 0; i < result.length; i++) result[i] = x[i]! * y;
  else for (let i = 0; i < result.length; i++) result[i] = x[i]! * y[i]!;
  return result;
}

export function divide(x: Column, y: Column): Column {
  if (typeof y === "number") return typeof x === "number" ? x / y : quotients(x, y);
  const result = new Float64Array(y.length);
  if (typeof x === "number") for (let i = 0; i < result.length; i++) result[i] = x / y[i]!;
  else for (let i = 0; i < result.length; i++) result[i] = x[i]! / y[i]!;
  return result;
}

function quotients(x: Float64Array, y: number): Float64Array {
  const result = new Float64Array(x.length);
  for (let i = 0; i < result.length; i++) result[i] = x[i]! / y;
  return result;
}

const power = lifted((x, y) => x ** y);

/** The algebra of columns. */
export const columns: Algebra<Column> = {
  number: (value) => value,
  negate,
  add,
  subtract: (x, y) => add(x, negate(y)),
  multiply,
  divide,
  power: (base, exponent) => (exponent === 2 ? multiply(base, base) : power(base, exponent)),
  functions: Object.fromEntries(
    (Object.keys(rows) as FunctionName[]).map((name) => {
      const { of, arity } = rows[name];
      return [name, arity === 1 ? liftedOne(of as Over<number>) : lifted(of)];
    }),
  ) as Algebra<Column>["functions"],
};

/** A column with an element a row. */
export function filled(x: Column, rows: number): Float64Array {
  return typeof x === "number" ? new Float64Array(rows).fill(x) : x;
}

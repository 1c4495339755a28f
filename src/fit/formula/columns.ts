/** Formulas over columns, an operation at a time: numbers and stretches of columns go in, an element a row comes out, to the bits of one row at a time. */
import { type Algebra, numbers } from "./evaluate.ts";

/** One number for all rows, or an element a row. */
export type Stretch = number | Float64Array;

/** Double precision, each operation along whole columns: a walk over the expression costs as much for a thousand rows as for one. */
export const stretches: Algebra<Stretch> = {
  number: (value) => value,
  negate: one(numbers.negate),
  add: two(numbers.add),
  subtract: two(numbers.subtract),
  multiply: two(numbers.multiply),
  divide: two(numbers.divide),
  power: two(numbers.power),
  functions: Object.fromEntries(
    Object.entries(numbers.functions).map(([name, of]) => [name, of.length < 2 ? one(of as One) : two(of)]),
  ) as Algebra<Stretch>["functions"],
};

type One = (x: number) => number;
type Two = (x: number, y: number) => number;

function one(of: One): (x: Stretch) => Stretch {
  return (x) => (typeof x === "number" ? of(x) : x.map((value) => of(value)));
}

function two(of: Two): (x: Stretch, y: Stretch) => Stretch {
  return (x, y) => {
    if (typeof x !== "number")
      return typeof y === "number" ? x.map((v) => of(v, y)) : x.map((v, i) => of(v, y[i]!));
    return typeof y === "number" ? of(x, y) : y.map((v) => of(x, v));
  };
}

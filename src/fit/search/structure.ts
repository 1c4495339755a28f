/** How a formula depends on its parameters: a task comes in; which of them a linear system gives, once the others are known, comes out. */
import { evaluate } from "../formula/evaluate.ts";
import type { Task } from "./task.ts";
import { type Fraction, fractionOf, type Polynomial, parameter, polynomials } from "./terms.ts";

/**
 * Parameters that a linear system gives. Its unknowns are products of them: of `a*(1 + b*x)`, `a` and `a*b`. In the order of
 * `solved` each product has one factor that those before it have not: so the factors follow.
 */
export interface LinearPart {
  /** The parameters, each with its bit. */
  readonly bits: ReadonlyMap<string, number>;
  readonly solved: readonly {
    readonly name: string;
    readonly product: number;
    readonly others: readonly string[];
  }[];
}

/** What of a formula is linear. */
export interface Structure {
  /** Linear as the formula stands. */
  readonly linear: LinearPart;
  /** Linear once it is multiplied by its denominator; null where that makes no more of them linear. */
  readonly multiplied: LinearPart | null;
}

/** Reads a formula. The values of parameters do not matter to it, so any will do. */
export function structureOf(task: Task): Structure {
  const names = task.unknowns.map(({ name }) => name);
  const linear = largest(task, names, (fraction) => fraction.below === null);
  const multiplied = largest(task, names, () => true);
  return { linear, multiplied: multiplied.bits.size > linear.bits.size ? multiplied : null };
}

/** The value of the formula as a fraction of polynomials in the parameters with bits, at values for all others; null where it is none. */
export function fractionAt(
  task: Task,
  bits: ReadonlyMap<string, number>,
  values: ReadonlyMap<string, number>,
): Fraction | null {
  const value = evaluate<Polynomial>(task.expression, polynomials, (name) => {
    const bit = bits.get(name);
    return bit === undefined
      ? (values.get(name) ?? task.fixed.get(name) ?? task.inputs.get(name)!)
      : parameter(bit);
  });
  return value === null ? null : fractionOf(value);
}

/** One row of a task, of numbers without a meaning: enough to see what depends on what. */
function firstRow(task: Task): Task {
  const inputs = new Map([...task.inputs].map(([name], i) => [name, Float64Array.of(1.37 + 0.11 * i)]));
  return { ...task, rows: 1, inputs };
}

/** The most parameters that a linear system can give: each that can is added, in order of appearance or in the other, which is better. */
function largest(
  task: Task,
  names: readonly string[],
  isWelcome: (fraction: Fraction) => boolean,
): LinearPart {
  const row = firstRow(task);
  const alone = names.filter((name) => partOf(row, [name], isWelcome));
  const [one, other] = [alone, alone.toReversed()].map((order) => grown(row, order, isWelcome)) as [
    LinearPart,
    LinearPart,
  ];
  return other.bits.size > one.bits.size ? other : one;
}

const none: LinearPart = { bits: new Map(), solved: [] };

function grown(task: Task, names: readonly string[], isWelcome: (fraction: Fraction) => boolean): LinearPart {
  let best = none;
  for (const name of names) best = partOf(task, [...best.bits.keys(), name], isWelcome) ?? best;
  return best;
}

/** As many as fit in the bits of a product. */
const most = 40;

/** The linear part that the parameters make, if they make one. */
function partOf(
  task: Task,
  names: readonly string[],
  isWelcome: (fraction: Fraction) => boolean,
): LinearPart | null {
  if (names.length > most) return null;
  const bits = new Map(names.map((name, j) => [name, 2 ** j]));
  const values = new Map(task.unknowns.map(({ name }, i) => [name, 1.23 + 0.071 * i]));
  const fraction = fractionAt(task, bits, values);
  if (!fraction || !isWelcome(fraction)) return null;
  const products = productsIn(fraction).filter((product) => product !== 0);
  if (products.length !== names.length || products.some((product) => product >= 2 ** names.length))
    return null;
  const solved = factorsOf(products, bits);
  return solved && { bits, solved };
}

function productsIn({ above, below }: Fraction): number[] {
  return [...new Set([...above.keys(), ...(below?.keys() ?? [])])];
}

/** An order of the products in which each has one new factor; null if there is none. */
function factorsOf(
  products: readonly number[],
  bits: ReadonlyMap<string, number>,
): LinearPart["solved"] | null {
  const solved: { name: string; product: number; others: string[] }[] = [];
  const known = new Set<string>();
  while (solved.length < products.length) {
    const next = products.flatMap((product) => {
      const factors = [...bits]
        .filter(([, bit]) => Math.floor(product / bit) % 2 === 1)
        .map(([name]) => name);
      const [name, ...rest] = factors.filter((factor) => !known.has(factor));
      return name === undefined || rest.length > 0
        ? []
        : [{ name, product, others: factors.filter((factor) => factor !== name) }];
    });
    if (next.length === 0) return null;
    const fresh = next[0]!;
    known.add(fresh.name);
    solved.push(fresh);
  }
  return solved;
}

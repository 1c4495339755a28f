/**
 * The table of elementwise ops. A row says everything about one op: the dtype it gives, its lowering to scalar primitives,
 * its partial derivatives, and the domain its tests draw from. Methods, gradients, backends and tests walk the rows.
 */

import { isFloating } from "./dtype.ts";
import { apply, type Domain, type MapRow, mapOp, type PartialDerivative } from "./elementwise.ts";
import { constant, type Node, number, type Op } from "./graph.ts";
import { cosh, exp, expm1, sigmoid, sinh, tanh } from "./math/exponential.ts";
import { acos, asin, atan, atan2 } from "./math/inverse.ts";
import { acosh, asinh, atanh, log, log1p, log2, log10, logSigmoid, softplus } from "./math/logarithm.ts";
import { hypot, pow } from "./math/power.ts";
import { ceil, round, sign, trunc } from "./math/rounding.ts";
import { digamma, erf, erfc, lgamma, trigamma } from "./math/special.ts";
import { cos, sin, tan } from "./math/trigonometric.ts";
import type { Scalar } from "./scalar.ts";

const everywhere: Domain = [[-3, 3]];
const positive: Domain = [[0.1, 4]];
const besideZero: Domain = [
  [-3, -0.1],
  [0.1, 3],
];

/** A row whose number of operands the type knows. */
type Row<Arity> = MapRow & { readonly arity: Arity };

type Derivative = (x: Node, result: Node) => Node | null;

/** A function of one real argument. */
function real(lower: (x: Scalar) => Scalar, derivative: Derivative, domain: Domain = everywhere): Row<1> {
  return {
    arity: 1,
    gives: "floating",
    lower,
    partials: [(x, _, __, r) => derivative(x, r)],
    domain: [domain],
  };
}

/** A function of one argument that maps integers to integers. */
function whole(
  lower: (x: Scalar) => Scalar,
  derivative: Derivative,
  domain: Domain,
  integer: (x: Scalar) => Scalar = lower,
): Row<1> {
  return {
    arity: 1,
    gives: "operands",
    lower,
    integer,
    partials: [(x, _, __, r) => derivative(x, r)],
    domain: [domain],
  };
}

type Binary = (x: Scalar, y: Scalar) => Scalar;

/** Arithmetic on two operands of one dtype. */
function arithmetic(
  lower: Binary,
  partials: readonly [PartialDerivative, PartialDerivative],
  domain: readonly Domain[],
  integer: Binary = lower,
): Row<2> {
  return { arity: 2, gives: "operands", lower, integer, partials, domain };
}

function comparison(lower: Binary): Row<2> {
  return { arity: 2, gives: "bool", lower, domain: [everywhere, everywhere] };
}

const flat: Derivative = () => null;
const anyTwo = [everywhere, everywhere];

export const maps = {
  /** x + y. */
  add: arithmetic((x, y) => x.add(y), [one, (_, y) => one(y)], anyTwo),
  /** x - y. */
  sub: arithmetic((x, y) => x.sub(y), [one, (_, y) => literal(-1, y)], anyTwo),
  /** x y. */
  mul: arithmetic((x, y) => x.mul(y), [(_, y) => y, (x) => x], anyTwo, wrappedProduct),
  /** x / y, real even for integers. */
  div: {
    arity: 2,
    gives: "floating",
    lower: (x, y) => x.div(y),
    partials: [(_, y) => o.reciprocal(y), (_, y, __, r) => o.neg(o.div(r, y))],
    domain: [everywhere, besideZero],
  },
  /** x to the power y. Beside x = 0 and y = 0 the partials keep their limits, as in PyTorch. Powers of integers are exact to 2^53, and then wrap. */
  pow: arithmetic(
    pow,
    [
      (x, y) => {
        const exponent = o.where(o.eq(y, 0), 1, y);
        return o.where(o.eq(y, 0), 0, o.mul(exponent, o.pow(x, o.sub(exponent, 1))));
      },
      (x, _, __, r) => {
        const base = o.where(o.eq(x, 0), 1, x);
        return o.where(o.eq(x, 0), 0, o.mul(r, o.log(base)));
      },
    ],
    [positive, everywhere],
    wrappedPower,
  ),
  /** The larger; where equal, the gradient is shared. NaN if either is. */
  maximum: arithmetic((x, y) => x.max(y), [(x, y) => wins(x, y), (x, y) => wins(y, x)], anyTwo),
  /** The smaller; where equal, the gradient is shared. NaN if either is. */
  minimum: arithmetic((x, y) => x.min(y), [(x, y) => wins(y, x), (x, y) => wins(x, y)], anyTwo),
  /** The angle of the point (y, x), first argument y, from -pi to pi. */
  atan2: {
    arity: 2,
    gives: "floating",
    lower: atan2,
    partials: [(y, x) => o.div(x, sumOfSquares(x, y)), (y, x) => o.neg(o.div(y, sumOfSquares(x, y)))],
    domain: [everywhere, besideZero],
  },
  /** sqrt(x^2 + y^2) without overflow. */
  hypot: {
    arity: 2,
    gives: "floating",
    lower: hypot,
    partials: [(x, _, __, r) => o.div(x, r), (_, y, __, r) => o.div(y, r)],
    domain: [besideZero, everywhere],
  },

  neg: whole(
    (x) => x.neg(),
    (x) => literal(-1, x),
    everywhere,
  ),
  abs: whole(
    (x) => x.abs(),
    (x) => o.sign(x),
    besideZero,
  ),
  /** -1, 0 or 1. */
  sign: whole(sign, flat, besideZero),
  square: whole(
    (x) => x.mul(x),
    (x) => o.mul(x, 2),
    everywhere,
    (x) => wrappedProduct(x, x),
  ),
  sqrt: real(
    (x) => x.sqrt(),
    (_, r) => o.div(0.5, r),
    positive,
  ),
  /** 1 / sqrt(x). */
  rsqrt: real(
    (x) => x.literal(1).div(x.sqrt()),
    (x, r) => o.mul(-0.5, o.div(r, x)),
    positive,
  ),
  /** 1 / x. */
  reciprocal: real(
    (x) => x.literal(1).div(x),
    (_, r) => o.neg(o.square(r)),
    besideZero,
  ),

  exp: real(exp, (_, r) => r),
  /** exp(x) - 1, exact beside 0. */
  expm1: real(expm1, (x) => o.exp(x)),
  /** Natural logarithm; NaN below 0. */
  log: real(log, (x) => o.reciprocal(x), positive),
  /** log(1 + x), exact beside 0. */
  log1p: real(log1p, (x) => o.reciprocal(o.add(x, 1)), [[-0.8, 3]]),
  log2: real(log2, (x) => o.div(Math.LOG2E, x), positive),
  log10: real(log10, (x) => o.div(Math.LOG10E, x), positive),

  sin: real(sin, (x) => o.cos(x)),
  cos: real(cos, (x) => o.neg(o.sin(x))),
  tan: real(tan, (_, r) => o.add(o.square(r), 1), [[-1.2, 1.2]]),
  asin: real(asin, (x) => o.rsqrt(o.mul(o.sub(1, x), o.add(1, x))), [[-0.9, 0.9]]),
  acos: real(acos, (x) => o.neg(o.rsqrt(o.mul(o.sub(1, x), o.add(1, x)))), [[-0.9, 0.9]]),
  atan: real(atan, (x) => o.reciprocal(o.add(o.square(x), 1))),
  sinh: real(sinh, (x) => o.cosh(x)),
  cosh: real(cosh, (x) => o.sinh(x)),
  tanh: real(tanh, (_, r) => o.sub(1, o.square(r))),
  asinh: real(asinh, (x) => o.rsqrt(o.add(o.square(x), 1))),
  acosh: real(acosh, (x) => o.rsqrt(o.mul(o.sub(x, 1), o.add(x, 1))), [[1.2, 4]]),
  atanh: real(atanh, (x) => o.reciprocal(o.mul(o.sub(1, x), o.add(1, x))), [[-0.9, 0.9]]),

  /** 1 / (1 + exp(-x)). */
  sigmoid: real(sigmoid, (_, r) => o.mul(r, o.sub(1, r))),
  relu: whole(
    (x) => x.max(0),
    (x) => indicator(o.gt(x, 0), x),
    besideZero,
  ),
  /** log(1 + exp(x)). */
  softplus: real(softplus, (x) => o.sigmoid(x)),
  /** log(sigmoid(x)). */
  logSigmoid: real(logSigmoid, (x) => o.sigmoid(o.neg(x))),
  /** x times the normal distribution function of x. */
  gelu: real(
    (x) => x.mul(0.5).mul(erfc(x.mul(-Math.SQRT1_2))),
    (x) => {
      const density = o.mul(o.exp(o.mul(o.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return o.add(o.mul(o.erfc(o.mul(x, -Math.SQRT1_2)), 0.5), o.mul(x, density));
    },
  ),
  /** x sigmoid(x). */
  silu: real(
    (x) => x.mul(sigmoid(x)),
    (x) => {
      const s = o.sigmoid(x);
      return o.mul(s, o.add(1, o.mul(x, o.sub(1, s))));
    },
  ),
  /** x above 0, alpha (exp(x) - 1) below. */
  elu: {
    arity: 2,
    defaults: [1],
    gives: "floating",
    lower: (x, alpha) => x.le(0).select(alpha.mul(expm1(x)), x),
    partials: [
      (x, alpha) => o.where(o.le(x, 0), o.mul(alpha, o.exp(x)), 1),
      (x) => o.where(o.le(x, 0), o.expm1(x), 0),
    ],
    domain: [besideZero, positive],
  },
  /** x above 0, slope x below. */
  leakyRelu: {
    arity: 2,
    defaults: [0.01],
    gives: "floating",
    lower: (x, slope) => x.le(0).select(slope.mul(x), x),
    partials: [(x, slope) => o.where(o.le(x, 0), slope, 1), (x) => o.where(o.le(x, 0), x, 0)],
    domain: [besideZero, positive],
  },

  /** The error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
  erf: real(erf, (x) => o.mul(o.exp(o.neg(o.square(x))), 2 / Math.sqrt(Math.PI))),
  /** 1 - erf(x), without cancellation. */
  erfc: real(erfc, (x) => o.mul(o.exp(o.neg(o.square(x))), -2 / Math.sqrt(Math.PI))),
  /** log |gamma(x)|. */
  lgamma: real(lgamma, (x) => o.digamma(x), positive),
  /** The derivative of lgamma. */
  digamma: real(digamma, (x) => o.trigamma(x), positive),
  /** The derivative of digamma. */
  trigamma: { arity: 1, gives: "floating", lower: trigamma, domain: [positive] },

  floor: whole((x) => x.floor(), flat, [
    [0.1, 0.9],
    [1.1, 1.9],
  ]),
  ceil: whole(ceil, flat, [
    [0.1, 0.9],
    [1.1, 1.9],
  ]),
  /** To the nearest whole number, halves to the even one. */
  round: whole(round, flat, [
    [-0.4, 0.4],
    [0.6, 1.4],
  ]),
  /** Toward zero. */
  trunc: whole(trunc, flat, [
    [0.1, 0.9],
    [1.1, 1.9],
  ]),
  /** x no smaller than the second argument and no larger than the third, which prevails. */
  clamp: {
    arity: 3,
    gives: "operands",
    lower: (x, low, high) => x.max(low).min(high),
    partials: [
      (x, _, __, r) => indicator(o.eq(x, r), x),
      (x, low, high) => indicator(o.lt(x, o.where(o.gt(low, high), x, low)), x),
      (x, low, high) => indicator(o.gt(o.where(o.lt(x, low), low, x), high), x),
    ],
    domain: [everywhere, [[-2, -1]], [[1, 2]]],
  },
  /** The second argument where the first, a bool, holds; else the third. */
  where: {
    arity: 3,
    gives: "operands",
    isConditional: true,
    lower: (condition, x, y) => condition.eq(0).select(y, x),
    partials: [
      flat,
      (condition, x) => indicator(condition, x),
      (condition, x) => o.where(condition, 0, one(x)),
    ],
    domain: [everywhere, everywhere, everywhere],
  },

  eq: comparison((x, y) => x.eq(y).select(1, 0)),
  ne: comparison((x, y) => x.eq(y).select(0, 1)),
  lt: comparison((x, y) => x.lt(y).select(1, 0)),
  le: comparison((x, y) => x.le(y).select(1, 0)),
  gt: comparison((x, y) => x.gt(y).select(1, 0)),
  ge: comparison((x, y) => x.ge(y).select(1, 0)),
} satisfies Record<string, MapRow>;

export type MapName = keyof typeof maps;

/** Sums and products of small pieces, so that none passes 2^53: x y = x (65536 h + l), and of x h only the lowest 16 bits count. */
function wrappedProduct(x: Scalar, y: Scalar): Scalar {
  const high = y.mul(2 ** -16).floor();
  const low = y.sub(high.mul(2 ** 16));
  const product = x.mul(high);
  const kept = product.sub(
    product
      .mul(2 ** -16)
      .floor()
      .mul(2 ** 16),
  );
  return kept.mul(2 ** 16).add(x.mul(low));
}

/** A power whose last 32 bits are what counts: of numbers from 2^84 on, which have 53 bits, they are 0. */
function wrappedPower(x: Scalar, y: Scalar): Scalar {
  const power = round(pow(x, y));
  return power
    .abs()
    .lt(2 ** 84)
    .select(power, 0);
}

/** A literal of x's dtype. */
function literal(value: number, x: Node): Node {
  return constant(value, x.dtype);
}

function one(x: Node): Node {
  return literal(1, x);
}

/** 1 where a condition holds, else 0, in x's dtype. */
function indicator(condition: Node, x: Node): Node {
  return o.where(condition, 1, literal(0, x));
}

function sumOfSquares(x: Node, y: Node): Node {
  return o.add(o.square(x), o.square(y));
}

/** 1 where x is larger than y, a half where they are equal, else 0. */
function wins(x: Node, y: Node): Node {
  return o.where(o.gt(x, y), 1, o.where(o.eq(x, y), 0.5, literal(0, x)));
}

/** The words that derivatives are written in. */
type Word =
  | (
      | "add"
      | "sub"
      | "mul"
      | "div"
      | "neg"
      | "square"
      | "reciprocal"
      | "rsqrt"
      | "pow"
      | "exp"
      | "expm1"
      | "log"
    )
  | ("sin" | "cos" | "sinh" | "cosh" | "sigmoid" | "erfc" | "digamma" | "trigamma" | "sign")
  | ("where" | "eq" | "lt" | "le" | "gt" | "abs" | "sqrt");

const mapOps: Record<MapName, Op> = walkMaps((name, row) => mapOp(name, row, () => o));

/** Writes nodes in rules; numbers among their arguments are literals. */
export const o: Record<Word, (...args: (Node | number)[]) => Node> = writers(constant);

/** Writes nodes for tensors; numbers among their arguments are arguments of the program. */
export const elementwise: Record<MapName, (...args: (Node | number)[]) => Node> = writers(number);

function writers(leaf: typeof constant): Record<MapName, (...args: (Node | number)[]) => Node> {
  return walkMaps((name, row) => {
    const op = mapOps[name];
    return (...args) => apply(op, row, args, leaf);
  });
}

/** One value a row, under the row's name. */
export function walkMaps<T>(f: (name: MapName, row: MapRow) => T): Record<MapName, T> {
  const entries = Object.entries(maps) as [MapName, MapRow][];
  return Object.fromEntries(entries.map(([name, row]) => [name, f(name, row)])) as Record<MapName, T>;
}

/** x to a plain number. Small whole exponents and the square root are products and roots; the others are `pow`. */
export function power(x: Node, exponent: number): Node {
  const isNegative = Number.isInteger(exponent) && exponent < 0;
  if (isNegative && !isFloating(x.dtype))
    throw new RangeError(
      `pow expects exponents from 0 for integers (float() converts them), got ${exponent}`,
    );
  const written = isFloating(x.dtype) || exponent > 1 ? powers.get(exponent) : undefined;
  return written ? written(x) : elementwise.pow(x, exponent);
}

const powers = new Map<number, (x: Node) => Node>([
  [0.5, (x) => o.sqrt(x)],
  [1, (x) => x],
  [2, (x) => o.square(x)],
  [3, (x) => o.mul(x, o.square(x))],
  [4, (x) => o.square(o.square(x))],
  [-1, (x) => o.reciprocal(x)],
  [-2, (x) => o.reciprocal(o.square(x))],
]);

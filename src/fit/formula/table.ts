/**
 * The vocabulary of formulas: operators, functions, constants, and what people write in their place. The parser, the
 * evaluator, the printer and the inferred types all read these rows; a new function is one row here and one in each algebra.
 */

/** How tightly things bind. A sign binds less than a power, `-x^2 = -(x^2)`, and more than a product. */
export const precedence = { sum: 1, product: 2, sign: 3, power: 4, atom: 5 } as const;

/** `operation` is the algebra's word for it; `right` says that it groups to the right. */
interface OperatorRow {
  readonly precedence: number;
  readonly right: boolean;
  readonly operation: "add" | "subtract" | "multiply" | "divide" | "power";
}

/** The operators between two operands. */
export const operators = {
  "+": { precedence: precedence.sum, right: false, operation: "add" },
  "-": { precedence: precedence.sum, right: false, operation: "subtract" },
  "*": { precedence: precedence.product, right: false, operation: "multiply" },
  "/": { precedence: precedence.product, right: false, operation: "divide" },
  "^": { precedence: precedence.power, right: true, operation: "power" },
} as const satisfies Record<string, OperatorRow>;

export type Operator = keyof typeof operators;

/** `arity` is the least number of arguments, and the most unless `variadic`. `of` is the function over plain numbers. */
interface FunctionRow {
  readonly arity: 1 | 2;
  readonly variadic?: true;
  readonly of: (x: number, y: number) => number;
}

/** The functions there are. `log` is the natural logarithm. */
export const functions = {
  sin: { arity: 1, of: Math.sin },
  cos: { arity: 1, of: Math.cos },
  tan: { arity: 1, of: Math.tan },
  asin: { arity: 1, of: Math.asin },
  acos: { arity: 1, of: Math.acos },
  atan: { arity: 1, of: Math.atan },
  atan2: { arity: 2, of: Math.atan2 },
  sinh: { arity: 1, of: Math.sinh },
  cosh: { arity: 1, of: Math.cosh },
  tanh: { arity: 1, of: Math.tanh },
  exp: { arity: 1, of: Math.exp },
  log: { arity: 1, of: Math.log },
  log2: { arity: 1, of: Math.log2 },
  log10: { arity: 1, of: Math.log10 },
  sqrt: { arity: 1, of: Math.sqrt },
  abs: { arity: 1, of: Math.abs },
  min: { arity: 2, variadic: true, of: Math.min },
  max: { arity: 2, variadic: true, of: Math.max },
  erf: { arity: 1, of: erf },
  sigmoid: { arity: 1, of: (x) => 1 / (1 + Math.exp(-x)) },
  floor: { arity: 1, of: Math.floor },
  ceil: { arity: 1, of: Math.ceil },
} as const satisfies Record<string, FunctionRow>;

export type FunctionName = keyof typeof functions;

/** Functions that are another way to write an operator. */
export const operatorCalls = { pow: "^" } as const satisfies Record<string, Operator>;

/** The names that are numbers. */
export const constants = { pi: Math.PI, e: Math.E } as const;

export type ConstantName = keyof typeof constants;

/** Other languages' names for functions, and the name here. */
export const functionAliases: Readonly<Record<string, string>> = {
  ln: "log",
  lg: "log10",
  arcsin: "asin",
  arccos: "acos",
  arctan: "atan",
  arctan2: "atan2",
  power: "pow",
  fabs: "abs",
  ceiling: "ceil",
  logistic: "sigmoid",
  expit: "sigmoid",
};

/** Marks that other languages and typesetters use, and what a formula has in their place. Longer ones come first. */
export const lookalikes: readonly (readonly [mark: string, here: string])[] = [
  ["**", "^"],
  ["==", "~"],
  ["=", "~"],
  ["−", "-"],
  ["–", "-"],
  ["×", "*"],
  ["·", "*"],
  ["⋅", "*"],
  ["∗", "*"],
  ["÷", "/"],
  ["∕", "/"],
  ["²", "^2"],
  ["³", "^3"],
  ["√", "sqrt(...)"],
  ["|", "abs(...)"],
  ["π", "pi"],
  ["[", "("],
  ["]", ")"],
  ["{", "("],
  ["}", ")"],
  ['"', "`"],
  ["'", "`"],
];

/** The longest source, the most nodes and the deepest nesting that a formula may have. */
export const limits = { characters: 10_000, nodes: 2_000, depth: 200 } as const;

export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(functions, name);
}

export function isConstantName(name: string): name is ConstantName {
  return Object.hasOwn(constants, name);
}

/** The operator that a call such as `pow(x, y)` stands for. */
export function operatorOfCall(name: string): Operator | undefined {
  return Object.hasOwn(operatorCalls, name) ? operatorCalls[name as keyof typeof operatorCalls] : undefined;
}

/** Whether a name means a function when it is called. */
export function isCallable(name: string): boolean {
  return isFunctionName(name) || operatorOfCall(name) !== undefined;
}

/** Every name that can be called. */
export const callableNames: readonly string[] = [...Object.keys(functions), ...Object.keys(operatorCalls)];

/**
 * The error function, by the series with positive terms, erf x = 2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!!
 * (Abramowitz & Stegun 7.1.6): within a few units of the last place.
 */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let sum = x;
  for (let term = x, n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

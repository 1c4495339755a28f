/** Minima as people read them: one that a search found comes in; the same with signs and terms in the order that people expect comes out. */
import { childrenOf, type Expression, namesIn } from "../formula/expression.ts";
import { trialAt } from "./projection.ts";
import type { Task } from "./task.ts";

/** A minimum that walks led to. */
export interface Minimum {
  readonly values: ReadonlyMap<string, number>;
  readonly squares: number;
  /** How many expeditions ended here. */
  readonly count: number;
}

/** Minima whose sums of squares differ by less than this are one. */
export const same = 1e-6;

/** A minimum with parameters above 0 wherever their sign makes no difference, as those of widths that are squared. */
export function tidied(task: Task, minimum: Minimum): Minimum {
  let best = minimum;
  for (const { name, max } of task.unknowns) {
    const value = best.values.get(name)!;
    if (value >= 0 || -value > max) continue;
    const turned = trialAt(task, new Map([...best.values, [name, -value]]));
    if (turned.squares === best.squares) best = { ...best, values: turned.values };
  }
  return best;
}

/** A minimum with terms that say the same of other parameters in the order of their first nonlinear one, unless a person has one in mind. */
export function ordered(task: Task, nonlinear: readonly string[], minimum: Minimum): Minimum {
  const { expression, unknowns } = task;
  if (unknowns.some(({ hint, min, max }) => hint !== null || Number.isFinite(min) || Number.isFinite(max)))
    return minimum;
  const names = unknowns.map(({ name }) => name);
  const terms = termsOf(expression).map((term) => ({
    shape: shapeOf(term, names),
    params: namesIn(term).filter((name) => names.includes(name)),
  }));
  const values = new Map(minimum.values);
  for (const shape of new Set(terms.map((term) => term.shape))) {
    const alike = terms.filter((term) => term.shape === shape).map(({ params }) => params);
    const key = alike[0]!.findIndex((name) => nonlinear.includes(name));
    if (key < 0 || alike.length < 2) continue;
    const tuples = alike.map((params) => params.map((name) => minimum.values.get(name)!));
    const sorted = tuples.toSorted((x, y) => x[key]! - y[key]!);
    for (const [t, params] of alike.entries())
      for (const [j, name] of params.entries()) values.set(name, sorted[t]![j]!);
  }
  const turned = trialAt(task, values);
  return turned.squares <= minimum.squares * (1 + same) ? { ...minimum, ...turned } : minimum;
}

/** An expression in which a parameter is but the number of its first place: terms that differ in names alone have one shape. */
function shapeOf(expression: Expression, params: readonly string[]): string {
  const own = namesIn(expression).filter((name) => params.includes(name));
  const shape = (part: Expression): string => {
    if (part.kind === "name") return own.includes(part.name) ? `#${own.indexOf(part.name)}` : part.name;
    const head =
      part.kind === "number"
        ? part.value
        : part.kind === "binary" || part.kind === "unary"
          ? part.operator
          : part.name;
    return `(${[head, ...childrenOf(part).map(shape)].join(" ")})`;
  };
  return shape(expression);
}

/** The parts that an expression is the sum of. */
export function termsOf(expression: Expression): Expression[] {
  const isSum = expression.kind === "binary" && (expression.operator === "+" || expression.operator === "-");
  return isSum ? [...termsOf(expression.left), ...termsOf(expression.right)] : [expression];
}

/** What a search works on: a problem comes in; its formula, some of its rows and its free parameters come out, as plain numbers. */
import { Generator } from "../../tensor/random.ts";
import type { Expression } from "../formula/expression.ts";
import type { Problem } from "../problem.ts";
import { doubles } from "../squares.ts";
import type { Start } from "../start.ts";
import type { Ties } from "../ties.ts";

/** A parameter to be found. */
export interface Unknown {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Where a person said that it starts. */
  readonly hint: number | null;
}

/** A formula over rows, and what is to be found. */
export interface Task {
  /** The right side, with what tied parameters follow from in their place. */
  readonly expression: Expression;
  readonly rows: number;
  readonly inputs: ReadonlyMap<string, Float64Array>;
  readonly targets: Float64Array;
  /** The square roots of the weights; null where all are 1. */
  readonly roots: Float64Array | null;
  readonly fixed: ReadonlyMap<string, number>;
  readonly unknowns: readonly Unknown[];
}

/** More rows than these say little more of where to start. */
const mostRows = 1024;

/** The task of a problem with a formula. Null where it is none that rows and scalars make. */
export function taskOf(problem: Problem, seed: number): Task | null {
  const { formula, training, starts, ties } = problem;
  if (!formula || starts.some(({ value }) => value.size !== 1)) return null;
  const chosen = spread(training.count, seed);
  const take = (x: Float64Array): Float64Array => (chosen ? Float64Array.from(chosen, (row) => x[row]!) : x);
  const column = (name: string): Float64Array => take(doubles(training.columns[name]!));
  const tiedNames = new Set(ties.keys());
  return {
    expression: untied(formula.expression, ties),
    rows: chosen?.length ?? training.count,
    inputs: new Map(formula.inputs.map((name) => [name, column(name)])),
    targets: take(doubles(training.targets)),
    roots: training.weights && take(doubles(training.weights)).map(Math.sqrt),
    fixed: new Map(
      starts
        .filter(({ name, fixed }) => fixed && !tiedNames.has(name))
        .map((start) => [start.name, start.value.item()]),
    ),
    unknowns: starts.filter(({ fixed }) => !fixed).map(unknownOf),
  };
}

function unknownOf({ name, min, max, given, value }: Start): Unknown {
  return { name, min, max, hint: given ? value.item() : null };
}

/** Row numbers spread over many rows, one of each stretch; null where all may stay. Those of even steps would hide what is periodic. */
function spread(count: number, seed: number): Int32Array | null {
  if (count <= mostRows) return null;
  const at = new Generator(seed).uniform(new Float64Array(mostRows));
  return Int32Array.from(at, (u, i) => Math.floor(((i + u) * count) / mostRows));
}

/** The expression with each tied parameter replaced by what it follows from. */
function untied(expression: Expression, ties: Ties): Expression {
  if (ties.size === 0) return expression;
  const inner = (part: Expression): Expression => untied(part, ties);
  switch (expression.kind) {
    case "name": {
      const tie = ties.get(expression.name);
      return tie ? inner(tie) : expression;
    }
    case "unary":
      return { ...expression, operand: inner(expression.operand) };
    case "binary":
      return { ...expression, left: inner(expression.left), right: inner(expression.right) };
    case "call":
      return { ...expression, args: expression.args.map(inner) };
    case "number":
    case "constant":
      return expression;
    default:
      return expression satisfies never;
  }
}

/** Where a number that is none came from: a problem, rows and parameters go in, a sentence about the first such place comes out. */
import { ancestors } from "../ir/graph.ts";
import { evaluate as computed } from "../runtime/interpreter.ts";
import { evaluate, numbers } from "./formula/evaluate.ts";
import { childrenOf, type Expression, namesIn } from "./formula/expression.ts";
import { printExpression } from "./formula/print.ts";
import { lossOver, type Named, type Problem, type Rows } from "./problem.ts";

/** `log(x - a) is NaN at data.csv:7 column "x", where x - a = -1`; null where every number is finite, or a parameter itself is not. */
export function originOfNaN(problem: Problem, rows: Rows, params: Named): string | null {
  const { formula } = problem;
  if (Object.values(params).some((t) => !t.realize().every(Number.isFinite))) return null;
  return (formula && inFormula(formula.expression, rows, params)) ?? inGraph(problem, rows, params);
}

function inFormula(expression: Expression, rows: Rows, params: Named): string | null {
  for (let row = 0; row < rows.count; row++) {
    const lookup = (name: string): number =>
      Object.hasOwn(params, name) ? params[name]!.item() : rows.columns[name]!.realize()[row]!;
    const value = (part: Expression): number => evaluate(part, numbers, lookup);
    const culprit = deepest(expression, (part) => !Number.isFinite(value(part)));
    if (culprit) return `${textOf(culprit, value)}${placeOf(culprit, rows, row)}${givenTo(culprit, value)}`;
  }
  return null;
}

/** The part that is bad and has no bad part below it. */
function deepest(expression: Expression, isBad: (part: Expression) => boolean): Expression | null {
  if (!isBad(expression)) return null;
  for (const child of childrenOf(expression)) {
    const below = deepest(child, isBad);
    if (below) return below;
  }
  return expression;
}

type Value = (part: Expression) => number;

function textOf(part: Expression, value: Value): string {
  return `${printExpression(part)} is ${short(value(part))}`;
}

/** The cell of the first column that takes part. */
function placeOf(part: Expression, { table, columns }: Rows, row: number): string {
  const column = namesIn(part).find((name) => Object.hasOwn(columns, name));
  return column === undefined ? "" : ` at ${table.place(row, column)}`;
}

function givenTo(part: Expression, value: Value): string {
  const operands = childrenOf(part).filter(({ kind }) => kind !== "number" && kind !== "constant");
  const given = operands.map((operand) => `${printExpression(operand)} = ${short(value(operand))}`);
  return given.length === 0 ? "" : `, where ${given.join(" and ")}`;
}

/** For models that are functions, and for losses: the first op whose operands are all finite and whose result is not. */
function inGraph(problem: Problem, rows: Rows, params: Named): string | null {
  const nodes = ancestors([lossOver(problem, rows, params).node], () => false);
  const values = new Map(computed(nodes).map((elements, i) => [nodes[i]!, elements]));
  for (const node of nodes) {
    const element = values.get(node)!.findIndex((x) => !Number.isFinite(x));
    if (element < 0) continue;
    const given = node.inputs
      .filter(({ shape }) => shape.length === node.shape.length)
      .map((input) => short(values.get(input)![element]!));
    const from = given.length === 0 ? "" : ` from ${given.join(" and ")}`;
    return `${node.op.name} gives ${short(values.get(node)![element]!)} at element ${element}${from}`;
  }
  return null;
}

function short(x: number): string {
  return Number.isFinite(x) ? `${Number(x.toPrecision(6))}` : Number.isNaN(x) ? "NaN" : "infinite";
}

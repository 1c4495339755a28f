/** Where a number that is none came from: a problem and its parameters go in, a sentence about the first such place comes out. */

import { ancestors } from "../ir/graph.ts";
import { evaluate as evaluateNodes } from "../runtime/interpreter.ts";
import { evaluate, numbers } from "./formula/evaluate.ts";
import { childrenOf, type Expression } from "./formula/expression.ts";
import { printExpression } from "./formula/print.ts";
import { lossOver, type Named, type Problem } from "./problem.ts";

/** `log(x - a) is NaN in row 3, where x - a = -1`; null where every number is finite. Rows are counted from 1 among those fitted. */
export function originOfNaN(problem: Problem, params: Named): string | null {
  return (
    (problem.formula && inFormula(problem, params, problem.formula.expression)) ?? inGraph(problem, params)
  );
}

function inFormula({ training }: Problem, params: Named, expression: Expression): string | null {
  for (let row = 0; row < training.count; row++) {
    const lookup = (name: string): number =>
      params[name]?.realize()[0] ?? training.columns[name]!.realize()[row]!;
    const value = (part: Expression): number => evaluate(part, numbers, lookup);
    const culprit = deepest(expression, (part) => !Number.isFinite(value(part)));
    if (!culprit) continue;
    const operands = childrenOf(culprit).filter(({ kind }) => kind !== "number" && kind !== "constant");
    const given = operands.map((part) => `${printExpression(part)} = ${short(value(part))}`).join(" and ");
    const where = given === "" ? "" : `, where ${given}`;
    return `${printExpression(culprit)} is ${short(value(culprit))} in row ${row + 1}${where}`;
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

/** For models that are functions: the first op whose operands are all finite and whose result is not. */
function inGraph(problem: Problem, params: Named): string | null {
  const nodes = ancestors([lossOver(problem, problem.training, params).node], () => false);
  const values = new Map(evaluateNodes(nodes).map((elements, i) => [nodes[i]!, elements]));
  for (const node of nodes) {
    const element = values.get(node)!.findIndex((x) => !Number.isFinite(x));
    if (element < 0) continue;
    const from = node.inputs.map((x) =>
      x.shape.length === node.shape.length ? short(values.get(x)![element]!) : null,
    );
    const given = from.filter((x) => x !== null).join(" and ");
    return `${node.op.name} gives ${short(values.get(node)![element]!)} at element ${element}${given && ` from ${given}`}`;
  }
  return null;
}

function short(x: number): string {
  return Number.isFinite(x) ? `${Number(x.toPrecision(6))}` : Number.isNaN(x) ? "NaN" : "infinite";
}

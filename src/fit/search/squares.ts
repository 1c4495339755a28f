/** A search's task as a sum of squares: the task goes in; residuals and exact Jacobians over the unknowns come out, in plain doubles. */
import type { SquaresProblem } from "../../optim/levenberg.ts";
import { length } from "../../optim/qr.ts";
import { evaluate } from "../formula/evaluate.ts";
import { filled } from "./columns.ts";
import { constant, type Dual, duals, variable } from "./duals.ts";
import { predictionsAt } from "./projection.ts";
import type { Task } from "./task.ts";

/** The sum of squares of a task, with exact Jacobians. */
export function squaresOf(task: Task): SquaresProblem {
  const { unknowns, targets, roots, rows, expression, inputs, fixed } = task;
  const names = unknowns.map(({ name }) => name);
  const weighted = (x: Float64Array): Float64Array => (roots ? x.map((e, i) => e * roots[i]!) : x);
  const at = (params: Float64Array): Dual =>
    evaluate(expression, duals, (name) => {
      const j = names.indexOf(name);
      return j < 0 ? constant(fixed.get(name) ?? inputs.get(name)!) : variable(params[j]!, j, names.length);
    });
  return {
    residuals: (params) => weighted(residualsAt(task, new Map(names.map((name, j) => [name, params[j]!])))),
    jacobian: (params) => {
      const { slopes } = at(params);
      return names.map((_, j) => weighted(filled(slopes[j] ?? 0, rows)));
    },
    lower: Float64Array.from(unknowns, ({ min }) => min),
    upper: Float64Array.from(unknowns, ({ max }) => max),
    precision: Number.EPSILON / 2,
    magnitude: length(weighted(targets)),
  };
}

export function residualsAt(task: Task, values: ReadonlyMap<string, number>): Float64Array {
  return predictionsAt(task, values).map((p, i) => p - task.targets[i]!);
}

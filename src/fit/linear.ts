/** Models that are linear in all their parameters: a problem goes in, the least squares at once come out, as a method of one step. */
import { solveLeastSquares } from "../optim/linear.ts";
import { length } from "../optim/qr.ts";
import { hasConstantDerivative } from "../tensor/autodiff.ts";
import type { Method } from "./method.ts";
import { type Named, roundings } from "./model.ts";
import { lossOver, type Problem } from "./problem.ts";
import { doubles, jacobianOf, pack, residualsOf, unpack } from "./squares.ts";

/** So many numbers, rows by parameters, are solved at once; of more, sums alone are looked at. */
const many = 300_000;

/** The method, or null where the model is not linear, has bounds, or is too large. */
export function linearLeastSquares(problem: Problem, fixed: Named, free: Named): Method | null {
  const rows = problem.training;
  const residuals = (params: Named) => residualsOf(problem, rows, { ...params, ...fixed });
  const values = pack(free);
  const isFit = problem.loss.name === "mse" && values.length > 0 && values.length * rows.count <= many;
  if (!isFit || hasBounds(problem) || !hasConstantDerivative(residuals, free)) return null;
  const answer = solve(problem, fixed, free);
  return answer && directMethod(problem, fixed, answer);
}

function hasBounds({ starts }: Problem): boolean {
  return starts.some(({ fixed, min, max }) => !fixed && (Number.isFinite(min) || Number.isFinite(max)));
}

/** The parameters that make the squares least; null where they are not what a linear model says that they are. */
function solve(problem: Problem, fixed: Named, free: Named): Named | null {
  const rows = problem.training;
  const start = pack(free);
  const origin = unpack(new Float64Array(start.length), free);
  const at = (params: Named): Float64Array => doubles(residualsOf(problem, rows, { ...params, ...fixed }));
  const [columns, atOrigin] = [jacobianOf(problem, rows, origin, fixed), at(origin)];
  if (![atOrigin, ...columns].every((numbers) => numbers.every(Number.isFinite))) return null;
  const { solution } = solveLeastSquares(
    columns,
    atOrigin.map((r) => -r),
    start,
  );
  const answer = unpack(solution, free);
  const terms = columns.reduce(
    (sum, column, j) => sum + length(column) * Math.abs(solution[j]!),
    length(atOrigin),
  );
  const expected = atOrigin.map((r, i) => columns.reduce((sum, c, j) => sum + c[i]! * solution[j]!, r));
  const error = length(at(answer).map((r, i) => r - expected[i]!));
  return solution.every(Number.isFinite) && error <= 100 * roundings[problem.dtype] * terms ? answer : null;
}

/** One step to the answer. */
function directMethod(problem: Problem, fixed: Named, answer: Named): Method {
  return {
    name: "linear-least-squares",
    rateAt: () => null,
    budget: 2,
    isDirect: true,
    step: (free, state, rows) => ({
      params: answer,
      state: true,
      loss: lossOver(problem, rows, { ...free, ...fixed }).item(),
      end: state === true ? "converged" : null,
    }),
  };
}

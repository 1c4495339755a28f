/**
 * The normal equations of a sum of squares: rows and parameters go in; r'r, J'r and J'J come out, of one pass over the rows that
 * stores nothing of their number.
 */
import type { Normal, NormalProblem } from "../optim/normal.ts";
import { linearize } from "../tensor/autodiff.ts";
import { compile } from "../tensor/compile.ts";
import { realize, type Tensor } from "../tensor/tensor.ts";
import { type Named, roundings } from "./model.ts";
import type { Batch, Problem } from "./problem.ts";
import { bounds, residualsOf, targetsOf, unpack } from "./squares.ts";
import { isSteady } from "./steady.ts";

/** The sums as tensors of one element: r'r, then J'r, then the rows of J'J up to the diagonal. */
type Sums = (free: Named, fixed: Named) => Tensor[];

/** The sums that were recorded, by rows and by what is fitted to them: for other parameters only the numbers change. */
const recorded = new WeakMap<Batch, WeakMap<Problem, Sums>>();

/** The sums over the rows at some parameters. The rows and the problem are known by what they are: give the same ones again. */
export function normalAt(problem: Problem, rows: Batch, free: Named, fixed: Named): Normal {
  const sums = sumsFor(problem, rows, free, fixed)(free, fixed);
  realize(sums);
  return normalOf(sums.map((t) => t.item()));
}

function sumsFor(problem: Problem, rows: Batch, free: Named, fixed: Named): Sums {
  const known = recorded.get(rows) ?? new WeakMap<Problem, Sums>();
  recorded.set(rows, known);
  const before = known.get(problem);
  if (before) return before;
  const plain = sumsOver(problem, rows);
  const sums = isSteady(problem, fixed, free, 0) ? compile(plain) : plain;
  known.set(problem, sums);
  return sums;
}

function sumsOver(problem: Problem, rows: Batch): Sums {
  return (free, fixed) => {
    const [r, columns] = linearize((params) => residualsOf(problem, rows, { ...params, ...fixed }), free);
    const [residuals, ...slopes] = [r, ...columns].map((t) => t.double());
    const sum = (a: Tensor, b: Tensor): Tensor => a.mul(b).sum();
    return [
      sum(residuals!, residuals!),
      ...slopes.map((column) => sum(column, residuals!)),
      ...slopes.flatMap((a, i) => slopes.slice(0, i + 1).map((b) => sum(a, b))),
    ];
  };
}

/** The sums, put where they belong. With P slopes there are (P + 1)(P + 2) / 2 of them. */
function normalOf([sumOfSquares, ...sums]: readonly number[]): Normal {
  const p = (Math.sqrt(8 * sums.length + 9) - 3) / 2;
  const gram = new Float64Array(p * p);
  for (let [i, at] = [0, p]; i < p; i++)
    for (let j = 0; j <= i; j++) gram[i * p + j] = gram[j * p + i] = sums[at++]!;
  return { sumOfSquares: sumOfSquares!, gradient: Float64Array.from(sums.slice(0, p)), gram };
}

/** The sums as a function of a vector of the free parameters. */
export function normalOver(problem: Problem, rows: Batch, free: Named, fixed: Named): NormalProblem {
  const targets = targetsOf(rows).double();
  return {
    at: (vector) => normalAt(problem, rows, unpack(vector, free), fixed),
    lower: bounds(problem.starts, free, "min"),
    upper: bounds(problem.starts, free, "max"),
    precision: roundings[problem.dtype],
    magnitude: Math.sqrt(targets.square().sum().item()),
  };
}

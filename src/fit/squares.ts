/** A fit as a sum of squares: a problem and its rows go in, residuals and exact Jacobians over flat vectors come out. */
import { sizeOf } from "../ir/shape.ts";
import type { SquaresProblem } from "../optim/levenberg.ts";
import { length } from "../optim/qr.ts";
import { linearize } from "../tensor/autodiff.ts";
import { tensor } from "../tensor/make.ts";
import { realize, type Tensor } from "../tensor/tensor.ts";
import { type Named, roundings } from "./model.ts";
import type { Batch, Problem } from "./problem.ts";
import type { Start } from "./start.ts";

/** All elements of some tensors, one tensor after the other. */
export function pack(params: Named): Float64Array {
  return Float64Array.from(Object.values(params).flatMap((t) => [...t.realize()]));
}

/** The tensors of a vector, of the shapes and dtypes of `like`. */
export function unpack(vector: Float64Array, like: Named): Named {
  let start = 0;
  return Object.fromEntries(
    Object.entries(like).map(([name, t]) => {
      const elements = vector.slice(start, (start += sizeOf(t.shape)));
      return [name, tensor(elements, { dtype: t.dtype, shape: t.shape })];
    }),
  );
}

/** sqrt(weight) (prediction - target) for each row, in the units of targets. */
export function residualsOf(problem: Problem, rows: Batch, params: Named): Tensor {
  return weighted(problem.loss.misses(problem.model(rows.columns, params), rows.targets), rows);
}

/** sqrt(weight) target for each row. */
export function targetsOf(rows: Batch): Tensor {
  return weighted(rows.targets, rows);
}

function weighted(x: Tensor, { weights }: Batch): Tensor {
  return weights ? x.mul(weights.sqrt()) : x;
}

/** The derivatives of the residuals, a column for each element of `free`. */
export function jacobianOf(problem: Problem, rows: Batch, free: Named, fixed: Named): Float64Array[] {
  const residuals = (params: Named): Tensor => residualsOf(problem, rows, { ...params, ...fixed });
  const [, columns] = linearize(residuals, free);
  realize(columns);
  return columns.map(doubles);
}

/** The sum of squares over some rows, as a function of the free parameters. */
export function squaresOver(problem: Problem, rows: Batch, free: Named, fixed: Named): SquaresProblem {
  return {
    residuals: (vector) => doubles(residualsOf(problem, rows, { ...unpack(vector, free), ...fixed })),
    jacobian: (vector) => jacobianOf(problem, rows, unpack(vector, free), fixed),
    lower: bounds(problem.starts, free, "min"),
    upper: bounds(problem.starts, free, "max"),
    precision: roundings[problem.dtype],
    magnitude: length(doubles(targetsOf(rows))),
  };
}

/** The elements of a tensor as float64, computed. */
export function doubles(t: Tensor): Float64Array {
  return new Float64Array(t.realize());
}

/** One bound of each element of the free parameters. */
export function bounds(starts: readonly Start[], free: Named, side: "min" | "max"): Float64Array {
  const moving = starts.filter(({ name }) => Object.hasOwn(free, name));
  return Float64Array.from(moving.flatMap((start) => new Array<number>(start.value.size).fill(start[side])));
}

/** A fit as a sum of squares: a problem and its rows go in, residuals and exact Jacobians over flat vectors come out. */
import { sizeOf } from "../ir/shape.ts";
import type { SquaresProblem } from "../optim/levenberg.ts";
import { linearize } from "../tensor/autodiff.ts";
import { tensor } from "../tensor/make.ts";
import { realize, type Tensor } from "../tensor/tensor.ts";
import type { Named, Problem, Rows } from "./problem.ts";
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

/** sqrt(weight) (prediction - target) for each row. */
export function residualsOf(problem: Problem, rows: Rows, params: Named): Tensor {
  const residuals = problem.model(rows.columns, params).sub(rows.targets);
  return rows.weights ? residuals.mul(rows.weights.sqrt()) : residuals;
}

/** The sum of squares over some rows, as a function of the free parameters. */
export function squaresOver(problem: Problem, rows: Rows, free: Named, fixed: Named): SquaresProblem {
  const residuals = (params: Named): Tensor => residualsOf(problem, rows, { ...params, ...fixed });
  return {
    residuals: (vector) => doubles(residuals(unpack(vector, free))),
    jacobian: (vector) => {
      const [, columns] = linearize(residuals, unpack(vector, free));
      realize(columns);
      return columns.map(doubles);
    },
    lower: bounds(problem.starts, free, "min"),
    upper: bounds(problem.starts, free, "max"),
  };
}

function doubles(t: Tensor): Float64Array {
  return Float64Array.from(t.realize());
}

/** One bound of each element of the free parameters. */
function bounds(starts: readonly Start[], free: Named, side: "min" | "max"): Float64Array {
  const moving = starts.filter(({ name }) => name in free);
  return Float64Array.from(moving.flatMap((start) => new Array<number>(start.value.size).fill(start[side])));
}

/**
 * Least squares over any residuals: a function of named parameters and their starts come in, and the parameters that make the
 * sum of squared residuals least come out, with all that a fit knows of its answer.
 */
import { namedStarts } from "../fit/model.ts";
import type { FitOptions } from "../fit/options.ts";
import { type ParamOptions, startsFor } from "../fit/start.ts";
import { cat } from "../tensor/make.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Fitted, type FunctionParams, fit } from "./fitted.ts";

/** What residuals may be: a tensor of any shape, or several, all of whose elements count. */
export type Residuals = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

/** What `leastSquares` takes besides. */
export type LeastSquaresOptions = Pick<
  FitOptions,
  "loss" | "optimizer" | "lr" | "schedule" | "steps" | "stop" | "dtype" | "seed" | "signal" | "onStep"
>;

/** The answer: that of a fit, with the residuals in place of predictions. `loss` is their mean square. */
export interface LeastSquares<Params> extends Omit<Fitted<Params>, "predict" | "picture"> {
  /** All residuals at the answer, one tensor after the other. */
  readonly residuals: Float64Array;
}

/**
 * Finds the parameters that make the sum of the squares of `residuals` least, from `start`: numbers, tensors, or more said of
 * each, such as `{ start: 1, min: 0 }`. Derivatives are exact. Rejects on bad input; where it does not converge it resolves, with the best
 * parameters found, an outcome and advice.
 */
export async function leastSquares<Params extends ParamOptions>(
  residuals: (params: { readonly [Name in keyof Params]: Tensor }) => Residuals,
  start: Params,
  options: LeastSquaresOptions = {},
): Promise<LeastSquares<FunctionParams<Params>>> {
  if (typeof residuals !== "function")
    throw new TypeError(`leastSquares expects a function of parameters, got ${typeof residuals}`);
  const flat = (params: object): Tensor => flattened(residuals(params as never));
  const data = { residual: new Float64Array(flat(startOf(start, options)).size) };
  const {
    predict,
    picture: _,
    ...fitted
  } = await fit({
    ...options,
    data,
    target: "residual",
    params: start,
    model: (_, params) => flat(params),
  });
  return { ...fitted, residuals: predict(data) };
}

/** The parameters at the start, to see how many residuals there are. */
function startOf(start: ParamOptions, { dtype = "float64" }: LeastSquaresOptions): object {
  return namedStarts(startsFor(Object.keys(start), start, dtype));
}

function flattened(residuals: Residuals): Tensor {
  const parts = residuals instanceof Tensor ? [residuals] : Object.values(residuals as object);
  const stranger = parts.find((part) => !(part instanceof Tensor));
  if (parts.length === 0 || stranger !== undefined)
    throw new TypeError(`leastSquares expects residuals that are tensors, got ${typeof stranger}`);
  const flat = parts.map((part: Tensor) => part.reshape([part.size]));
  return flat.length === 1 ? flat[0]! : cat(flat);
}

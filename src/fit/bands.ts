/** Bands: a model, how sure its parameters are, and new rows go in; predictions with their limits come out. */
import { type TableLike, toTable } from "../data/input.ts";
import { linearize } from "../tensor/autodiff.ts";
import { tensor } from "../tensor/make.ts";
import { realize, type Tensor } from "../tensor/tensor.ts";
import { deviationOf, type Spread } from "./covariance.ts";
import { distributions } from "./distributions.ts";
import type { Predictor } from "./predict.ts";
import type { Bands, IntervalOptions } from "./result.ts";
import type { Named } from "./start.ts";

/** What limits are made of besides the parameters' spread. */
export interface Certainty {
  readonly spread: Spread;
  readonly freedom: number;
  /** The standard deviation of one observation. */
  readonly deviation: number;
}

/**
 * Limits by the delta method, with exact derivatives, and Student's t, as R's `predict` has them: those of the curve for "confidence", of
 * a new observation of weight 1 for "prediction". NaN where an input is missing, or where the data do not determine the prediction.
 */
export function bandsOf(
  { model, inputs, params, dtype }: Predictor,
  { spread, freedom, deviation }: Certainty,
  data: TableLike,
  { interval, level = 0.95 }: IntervalOptions,
): Bands {
  checkInterval(interval, level);
  const table = toTable(data);
  const columns = Object.fromEntries(
    inputs.map((name) => [name, tensor(table.numbers(name), { dtype })] as const),
  );
  const moving: Named = Object.fromEntries(spread.names.map((name) => [name, params[name]!]));
  const predict = (free: Named): Tensor => model(columns, { ...params, ...free }).expand([table.rows]);
  const [preds, slopes] = linearize(predict, moving);
  realize([preds, ...slopes]);
  const order = Object.keys(moving).map((name) => spread.names.indexOf(name));
  const quantile = distributions.t.quantile((1 + level) / 2, freedom);
  const fit = Float64Array.from(preds.realize());
  const at = new Float64Array(order.length);
  const half = fit.map((_, row) => {
    for (const [k, j] of order.entries()) at[j] = slopes[k]!.realize()[row]!;
    const uncertainty = deviationOf(spread, at);
    return quantile * (interval === "prediction" ? Math.hypot(uncertainty, deviation) : uncertainty);
  });
  return { fit, lower: fit.map((y, i) => y - half[i]!), upper: fit.map((y, i) => y + half[i]!) };
}

function checkInterval(interval: unknown, level: number): void {
  if (interval !== "confidence" && interval !== "prediction")
    throw new Error(`interval expects confidence or prediction, got ${String(interval)}`);
  checkLevel(level);
}

/** Refuses what is no share of certainty. */
export function checkLevel(level: unknown): void {
  if (!(typeof level === "number" && level > 0 && level < 1))
    throw new Error(`level expects a number between 0 and 1, got ${String(level)}`);
}

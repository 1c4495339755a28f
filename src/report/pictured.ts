/** From a fit to its picture: rows, predictions and main numbers go in, the plain values that plots draw come out. */
import type { Table } from "../data/table.ts";
import type { Bands, Result } from "../fit/result.ts";
import { formatNumber } from "./numbers.ts";
import type { FitPicture } from "./plot/fit.ts";

/** What there is to draw: observed targets (in the scale that the model predicts), and the model. */
export interface Drawn {
  readonly title: string;
  readonly target: string;
  readonly inputs: readonly string[];
  readonly table: Table;
  readonly targets: Float64Array;
  /** The numbers of the rows that were held out, if any. */
  readonly heldOut?: Int32Array | null;
  readonly predict: (columns: Readonly<Record<string, Float64Array>>) => Float64Array;
  /** The limits of the curve, where they are known. */
  readonly limits?: ((columns: Readonly<Record<string, Float64Array>>) => Bands) | null;
  readonly caption: string;
}

/** How many points make a curve smooth. */
const dense = 400;

/** The picture of a fit: over its input where it has one, else prediction against observation. */
export function pictureOf(drawn: Drawn): FitPicture {
  const { title, target, inputs, table, targets, heldOut, predict, limits, caption } = drawn;
  const predictions = predict(Object.fromEntries(inputs.map((name) => [name, table.numbers(name)])));
  const residuals = targets.map((y, i) => y - predictions[i]!);
  const [input] = inputs;
  const marks = heldOut ? { heldOut: marksOf(heldOut, table.rows) } : {};
  const common = { title, yLabel: target, residuals, caption, ...marks };
  if (input !== undefined && inputs.length === 1) {
    const x = table.numbers(input);
    const grid = evenly(x);
    const band = limits?.({ [input]: grid });
    return {
      ...common,
      xLabel: input,
      observed: { x, y: targets },
      curve: { x: grid, y: predict({ [input]: grid }) },
      ...(band ? { band: { lower: band.lower, upper: band.upper } } : {}),
    };
  }
  const diagonal = evenly(predictions, 2);
  return {
    ...common,
    xLabel: `predicted ${target}`,
    observed: { x: predictions, y: targets },
    curve: { x: diagonal, y: diagonal },
    legend: { points: "observed", curve: "predicted" },
  };
}

/** A one for each row of these numbers, and a zero for each other. */
function marksOf(numbers: Int32Array, rows: number): Uint8Array {
  const marks = new Uint8Array(rows);
  for (const row of numbers) marks[row] = 1;
  return marks;
}

/** Evenly spaced numbers over the range of x. */
function evenly(x: Float64Array, count = dense): Float64Array {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of x) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return Float64Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

/** Parameters with their errors, and how good the fit is, in one line. */
export function captionOf({ params, statistics }: Pick<Result, "params" | "statistics">): string {
  const values = Object.entries(params).map(([name, { value, standardError }]) =>
    standardError === null
      ? `${name} = ${formatNumber(value)}`
      : `${name} = ${formatNumber(value)} ± ${formatNumber(standardError, 3)}`,
  );
  const { observations, residualStandardDeviation, rSquared } = statistics;
  const quality = [
    `${observations} observations`,
    ...(residualStandardDeviation === null
      ? []
      : [`residual std deviation ${formatNumber(residualStandardDeviation, 4)}`]),
    ...(rSquared === null ? [] : [`R-squared ${formatNumber(rSquared, 5)}`]),
  ];
  return `${values.join(", ")}; ${quality.join(", ")}`;
}

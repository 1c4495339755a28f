/**
 * What a person holds after a fit: what was found and measured comes in; the answer with its parameters, and the ways to predict, to
 * report, to draw and to keep it, come out. Loaded when a fit has an answer.
 */
import type { TableLike } from "../data/input.ts";
import type { Run } from "../fit/fit.ts";
import type { FitOptions } from "../fit/options.ts";
import { predictRows } from "../fit/predict.ts";
import type {
  Bands,
  IntervalOptions,
  Parameter,
  ProfileInterval,
  ProfileOptions,
  Result,
} from "../fit/result.ts";
import type { ParamOptions } from "../fit/start.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type ResultJson, resultJson } from "./json.ts";
import { reportMarkdown } from "./markdown.ts";
import { captionOf, pictureOf } from "./pictured.ts";
import type { FitPicture } from "./plot/fit.ts";
import { type ReportTables, reportTables } from "./tables.ts";
import { type ReportOptions, reportText } from "./text.ts";

/** A parameter that was given as a tensor to a model that is a function: it stays one. */
export interface TensorParameter {
  readonly value: Tensor;
  readonly start: Tensor;
  readonly fixed: boolean;
}

/** A finished fit. `params` has an entry for each parameter. */
export interface Fitted<Params> extends Omit<Result, "params" | "loss"> {
  readonly params: Params;
  /** The loss at the parameters, over the training rows. */
  readonly loss: number;
  /** A prediction for each row, NaN where an input is missing; in the scale of the formula's left side. */
  predict(data: TableLike): Float64Array;
  /**
   * The predictions with their confidence or prediction limits, as R's `predict` has them. NaN where the data do not determine a
   * prediction. Errors: a fit that knows no standard errors.
   */
  predict(data: TableLike, options: IntervalOptions): Bands;
  /**
   * Profile-likelihood intervals of the parameters, each found by fitting all others anew: they need not be symmetric, nor exist.
   * Rejects where the loss is no sum of squares.
   */
  profile(options?: ProfileOptions): Promise<Record<string, ProfileInterval>>;
  /** The report, as plain text, or as Markdown, which has neither a width nor colours. */
  report(options?: ReportOptions & { readonly format?: "text" | "markdown" }): string;
  /** The tables of the report, for pages to lay out. */
  tables(): ReportTables;
  /** The report, as JSON: what the command line prints and saves. */
  toJSON(): ResultJson;
  /** What plots draw of it. */
  picture(): FitPicture;
}

/** Presents a finished fit. */
export function present(
  finished: Run,
  options: FitOptions,
): Fitted<Record<string, Parameter | TensorParameter>> {
  const { result, problem, params, measures } = finished;
  function predict(data: TableLike): Float64Array;
  function predict(data: TableLike, limits: IntervalOptions): Bands;
  function predict(data: TableLike, limits?: IntervalOptions): Float64Array | Bands {
    return limits ? measures.bands(data, limits) : predictRows({ ...problem, params }, data);
  }
  const kept = problem.starts.filter(
    ({ name }) => problem.formula === null && isTensor(options.params, name),
  );
  return {
    ...result,
    loss: result.loss.value,
    params: {
      ...result.params,
      ...Object.fromEntries(
        kept.map(({ name, value, fixed }) => [name, { value: params[name]!, start: value, fixed }]),
      ),
    },
    predict,
    profile: (profileOptions = {}) => measures.profile({ level: result.level, ...profileOptions }),
    report: ({ format = "text", ...layout } = {}) => reports[format](result, layout),
    tables: () => reportTables(result),
    toJSON: () => resultJson(result),
    picture: () =>
      pictureOf({
        title: result.formula ?? result.target,
        target: result.target,
        inputs: result.inputs,
        table: problem.table,
        targets: observed(problem),
        heldOut: problem.heldOut,
        // Without inputs there are no columns to say how many rows there are.
        predict: (columns) => predict(result.inputs.length > 0 ? columns : problem.table),
        limits:
          result.covariance &&
          ((columns) => predict(columns, { interval: "confidence", level: result.level })),
        caption: captionOf(result),
      }),
  };
}

/** The formats of reports. */
const reports = { text: reportText, markdown: reportMarkdown } as const;

/** Whether a parameter came as a tensor. */
function isTensor(options: ParamOptions | undefined, name: string): boolean {
  const option = options && Object.hasOwn(options, name) ? options[name] : undefined;
  return option instanceof Tensor || (typeof option === "object" && option.start instanceof Tensor);
}

/** The targets of all rows that took part, in the scale that the model predicts. */
function observed({ response, table, target }: Run["problem"]): Float64Array {
  return response(table.numbers(target));
}

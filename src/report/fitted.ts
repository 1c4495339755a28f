/**
 * What a person holds after a fit: the options of a fit go in; the answer with its parameters, and the ways to predict, to
 * report, to draw and to keep it, come out.
 */
import type { ColumnsOf, TableLike } from "../data/input.ts";
import { type Run, run } from "../fit/fit.ts";
import type { CheckedFormula, ParamNames } from "../fit/formula/types.ts";
import type { FitOptions } from "../fit/options.ts";
import { predictRows } from "../fit/predict.ts";
import type { Parameter, Result } from "../fit/result.ts";
import type { ParamOption, ParamOptions } from "../fit/start.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type ResultJson, resultJson } from "./json.ts";
import type { OutputsFunction } from "./outputs.ts";
import { captionOf, pictureOf } from "./pictured.ts";
import type { FitPicture } from "./plot.ts";
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
  /** The report, as plain text. */
  report(options?: ReportOptions): string;
  /** The report, as JSON: what the command line prints and saves. */
  toJSON(): ResultJson;
  /** What plots draw of it. */
  picture(): FitPicture;
}

/** A finished fit of several outputs. Each observation of each counts. */
export interface FittedOutputs<Params, Outputs extends string>
  extends Omit<Fitted<Params>, "predict" | "picture"> {
  /** Predictions for each row, by the names of the targets; NaN where an input is missing. */
  predict(data: TableLike): { readonly [Name in Outputs]: Float64Array };
}

/** The parameters of a formula, by name. */
export type FormulaParams<Names extends string> = { readonly [Name in Names]: Parameter };

/** The parameters of a function: numbers for numbers, tensors for tensors. */
export type FunctionParams<Options extends ParamOptions> = {
  readonly [Name in keyof Options]: ParamOf<Options[Name]>;
};

/** What becomes of one option; either, where it is known at run time only. */
type ParamOf<Option> = Option extends Tensor | { readonly start: Tensor }
  ? TensorParameter
  : Option extends { readonly start?: number }
    ? Parameter
    : Option extends number
      ? Parameter
      : Parameter | TensorParameter;

/** What can be said of the parameters of a formula: of those that it has, where they are known. */
type FormulaParamOptions<Names extends string> = { readonly [Name in Names]?: ParamOption };

/** What a model that is a function is given: a tensor for each column, and for each parameter. */
type Tensors<Names extends PropertyKey> = { readonly [Name in Names]: Tensor };

/**
 * Finds the parameters of a model that bring its predictions closest to the data. Rejects on bad input, saying what was
 * wanted and what came; a fit that does not converge resolves, with the best parameters found, an outcome and advice.
 */
export async function fit<Data extends TableLike, const Source extends string>(
  options: Omit<FitOptions, "data" | "model" | "params"> & {
    readonly data: Data;
    readonly model: CheckedFormula<Source, ColumnsOf<Data>> & string;
    readonly params?: FormulaParamOptions<ParamNames<Source, ColumnsOf<Data>>>;
  },
): Promise<Fitted<FormulaParams<ParamNames<Source, ColumnsOf<Data>>>>>;
export async function fit<
  Data extends TableLike,
  Params extends ParamOptions,
  Output extends ColumnsOf<Data>,
>(
  options: Omit<FitOptions, "data" | "model" | "params" | "target"> & {
    readonly data: Data;
    readonly target: readonly Output[];
    readonly params: Params;
    readonly model: (
      row: Tensors<ColumnsOf<Data>>,
      params: Tensors<keyof Params>,
    ) => { readonly [Name in Output]: Tensor };
  },
): Promise<FittedOutputs<FunctionParams<Params>, Output>>;
export async function fit<Data extends TableLike, Params extends ParamOptions>(
  options: Omit<FitOptions, "data" | "model" | "params" | "target"> & {
    readonly data: Data;
    readonly target: ColumnsOf<Data>;
    readonly params: Params;
    readonly model: (row: Tensors<ColumnsOf<Data>>, params: Tensors<keyof Params>) => Tensor;
  },
): Promise<Fitted<FunctionParams<Params>>>;
export async function fit(given: object): Promise<unknown> {
  const options = given as FitOptions;
  if (!Array.isArray(options.target)) return present(await run(options), options);
  return fitOutputs(given as OutputsOptions);
}

type OutputsOptions = Omit<FitOptions, "target" | "model"> & {
  readonly target: readonly string[];
  readonly model: OutputsFunction;
};

async function fitOutputs({
  target,
  model,
  ...options
}: OutputsOptions): Promise<FittedOutputs<object, string>> {
  const { asOneOutput, splitPredictions } = await import("./outputs.ts");
  const whole = asOneOutput(options, target, model);
  const { predict, picture: _, ...fitted } = present(await run(whole), whole);
  return { ...fitted, predict: (data) => splitPredictions(predict, target, fitted.inputs, data) };
}

function present(finished: Run, options: FitOptions): Fitted<Record<string, Parameter | TensorParameter>> {
  const { result, problem, params } = finished;
  const predict = (data: TableLike): Float64Array => predictRows({ ...problem, params }, data);
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
    report: (reportOptions) => reportText(result, reportOptions),
    toJSON: () => resultJson(result),
    picture: () =>
      pictureOf({
        title: result.formula ?? result.target,
        target: result.target,
        inputs: result.inputs,
        table: problem.table,
        targets: observed(problem),
        // Without inputs there are no columns to say how many rows there are.
        predict: (columns) => predict(result.inputs.length > 0 ? columns : problem.table),
        caption: captionOf(result),
      }),
  };
}

/** Whether a parameter came as a tensor. */
function isTensor(options: ParamOptions | undefined, name: string): boolean {
  const option = options && Object.hasOwn(options, name) ? options[name] : undefined;
  return option instanceof Tensor || (typeof option === "object" && option.start instanceof Tensor);
}

/** The targets of all rows that took part, in the scale that the model predicts. */
function observed({ response, table, target }: Run["problem"]): Float64Array {
  return response(table.numbers(target));
}

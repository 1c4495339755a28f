/** The fit as people call it: its options go in, checked by the types as far as they go; what a person holds afterwards comes out. */
import type { ColumnsOf, TableLike } from "../data/input.ts";
import type { CheckedFormula, ParamNames } from "../fit/formula/types.ts";
import type { FitOptions } from "../fit/options.ts";
import type { Parameter } from "../fit/result.ts";
import type { ParamOption, ParamOptions } from "../fit/start.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { OutputsFunction } from "./outputs.ts";
import type { Fitted, TensorParameter } from "./presented.ts";

export type { Fitted, TensorParameter } from "./presented.ts";

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
  if (Array.isArray(options?.target)) return fitOutputs(given as OutputsOptions);
  return presented(options);
}

/** What fits, and what presents, are loaded when they are asked for. */
async function presented(options: FitOptions): Promise<Fitted<object>> {
  const [{ run }, { present }] = await Promise.all([import("../fit/fit.ts"), import("./presented.ts")]);
  return present(await run(options), options);
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
  const { predict, picture: _, ...fitted } = await presented(asOneOutput(options, target, model));
  return { ...fitted, predict: (data) => splitPredictions(predict, target, fitted.inputs, data) };
}

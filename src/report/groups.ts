/**
 * What a person holds after fits of many groups: the options of a fit and the column of groups go in; a table of the answers, and
 * the ways to predict, to report and to keep them, come out. What does it is loaded when it is asked for.
 */
import type { ColumnsOf, TableLike } from "../data/input.ts";
import type { CheckedFormula, ParamNames } from "../fit/formula/types.ts";
import type { GroupOptions } from "../fit/groups/groups.ts";
import type { FitOptions } from "../fit/options.ts";
import type { ParamOption, ParamOptions } from "../fit/start.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { GroupedFit } from "./group-fit.ts";

/** What can be said of the parameters of a formula. */
type FormulaParamOptions<Names extends string> = { readonly [Name in Names]?: ParamOption };

/** The options of `fitGroups`, with a column of the data for the groups. */
type Grouped<Columns extends string, Names extends string> = {
  /** The column of numbers or text that says which rows belong together. Rows without a value there are left out. */
  readonly groups: Columns;
  /** Parameters that are the same for all groups. The others are each group's own. */
  readonly shared?: readonly Names[];
};

/**
 * Fits one model to each group of rows: each group has parameters of its own, but for those that are `shared`. Many groups take
 * little longer than their rows: formulas are fitted to all of them at once. Rejects on bad input; a group whose fit does not
 * converge has an outcome that says so.
 */
export async function fitGroups<Data extends TableLike, const Source extends string>(
  options: Omit<FitOptions, "data" | "model" | "params"> &
    Grouped<ColumnsOf<Data>, ParamNames<Source, ColumnsOf<Data>>> & {
      readonly data: Data;
      readonly model: CheckedFormula<Source, ColumnsOf<Data>> & string;
      readonly params?: FormulaParamOptions<ParamNames<Source, ColumnsOf<Data>>>;
    },
): Promise<GroupedFit<ParamNames<Source, ColumnsOf<Data>>>>;
export async function fitGroups<Data extends TableLike, Params extends ParamOptions>(
  options: Omit<FitOptions, "data" | "model" | "params" | "target"> &
    Grouped<ColumnsOf<Data>, keyof Params & string> & {
      readonly data: Data;
      readonly target: ColumnsOf<Data>;
      readonly params: Params;
      readonly model: (
        row: { readonly [Name in ColumnsOf<Data>]: Tensor },
        params: { readonly [Name in keyof Params]: Tensor },
      ) => Tensor;
    },
): Promise<GroupedFit<keyof Params & string>>;
export async function fitGroups(given: object): Promise<GroupedFit> {
  const { grouped } = await import("./grouped.ts");
  return grouped(given as GroupOptions);
}

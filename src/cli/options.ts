/** From the command line to `fit`: data, formula and flags come in, its options go out. */
import { hint } from "../data/names.ts";
import type { Table } from "../data/table.ts";
import { parseFormula } from "../fit/formula/formula.ts";
import type { LossName } from "../fit/losses.ts";
import type { FitOptions } from "../fit/options.ts";
import type { SavedModel } from "../fit/saved.ts";
import type { ParamOption, ParamOptions } from "../fit/start.ts";
import type { OptimizerName } from "../optim/optimizers.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { readSaved } from "./files.ts";
import type { Flags } from "./flags.ts";

/** Options of a fit whose model is a formula. */
export type FormulaOptions = FitOptions & { readonly model: string; readonly data: Table };

/** The options that a line asks for. Without a formula it is that of the fit to start from. */
export async function optionsOf(
  data: Table,
  formula: string | undefined,
  flags: Flags,
): Promise<FormulaOptions> {
  const saved = flags.from === undefined ? null : (await readSaved(flags.from)).model;
  const model = formula ?? saved?.formula.source;
  if (model === undefined)
    throw new Error(`expected a FORMULA such as "y ~ a*x + b", or --from, got neither`);
  checkColumn(data, "--weights", flags.weights);
  checkColumn(data, "--sigma", flags.sigma);
  return {
    data,
    model,
    params: paramsOf(flags, saved && startsFrom(saved, model, data)),
    ...given({
      // Names are checked where they are looked up.
      loss: flags.loss as LossName | undefined,
      scale: flags.scale,
      optimizer: flags.optimizer as OptimizerName | undefined,
      lr: flags.lr,
      steps: flags.steps,
      epochs: flags.epochs,
      batchSize: flags.batch,
      validation: flags.validation,
      stop: flags.patience === undefined ? undefined : { patience: flags.patience },
      weights: flags.weights,
      sigma: flags.sigma,
      absoluteSigma: flags.absoluteSigma,
      level: flags.level,
      dtype: flags.dtype,
      seed: flags.seed,
    }),
  };
}

function checkColumn(data: Table, flag: string, column: string | undefined): void {
  if (column !== undefined && !data.has(column))
    throw new Error(`${flag} expects a column, got ${column}${hint(column, data.names)}`);
}

/** What a saved fit says of the parameters that the model has too. */
function startsFrom({ params }: SavedModel, model: string, data: Table): ParamOptions {
  const names = parseFormula(model, { columns: data.names, params: Object.keys(params) }).params;
  return Object.fromEntries(Object.entries(params).filter(([name]) => names.includes(name)));
}

/** What is said of one parameter, in full. */
type Said = Exclude<ParamOption, number | Tensor>;

/** What is known of the parameters: what the flags say goes before what was saved. */
function paramsOf({ start, fix, bound, tie }: Flags, saved: ParamOptions | null): ParamOptions {
  const all = new Map(Object.entries((saved ?? {}) as Record<string, Said>));
  const add = (name: string, said: Said): Map<string, Said> => all.set(name, { ...all.get(name), ...said });
  for (const [name, value] of start ?? []) add(name, { start: value });
  for (const [name, limits] of bound ?? []) add(name, limits);
  for (const [name, fixed] of fix ?? []) add(name, { fixed });
  for (const [name, expression] of tie ?? []) all.set(name, { tie: expression });
  return Object.fromEntries(all);
}

/** The properties that are not undefined. */
function given<T extends object>(all: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

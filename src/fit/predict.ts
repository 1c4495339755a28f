/** Step 2 on its own: a model, its parameters and new rows go in, a prediction for each row comes out. */
import { type TableLike, toTable } from "../data/input.ts";
import type { Table } from "../data/table.ts";
import { tensor } from "../tensor/make.ts";
import type { Named } from "./model.ts";
import type { ModelFunction } from "./options.ts";
import type { Precision } from "./start.ts";

/** A model ready to predict. */
export interface Predictor {
  readonly model: ModelFunction;
  readonly inputs: readonly string[];
  readonly params: Named;
  readonly dtype: Precision;
}

/** The prediction for each row, NaN where an input is missing; of losses over classes, the scores of one row after the other. Errors: a column that is missing or not of numbers. */
export function predictRows({ model, inputs, params, dtype }: Predictor, data: TableLike): Float64Array {
  const table: Table = toTable(data);
  const columns = inputs.map((name) => [name, tensor(table.numbers(name), { dtype })] as const);
  const preds = model(Object.fromEntries(columns), params);
  return Float64Array.from((preds.ndim > 1 ? preds : preds.expand([table.rows])).realize());
}

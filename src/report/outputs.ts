/**
 * Several outputs of one model: a function whose predictions are several columns comes in; it is fitted as one column, the targets
 * one below the other, and comes out with predictions by name.
 */
import { type TableLike, toTable } from "../data/input.ts";
import { complete, type Table } from "../data/table.ts";
import type { FitOptions } from "../fit/options.ts";
import { cat } from "../tensor/make.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Tensors by name. */
type Named = Readonly<Record<string, Tensor>>;

/** A model of several outputs: predictions of each row by the names of the targets. */
export type OutputsFunction = (row: Named, params: Named) => Named;

/** The options with all targets in one column, and the model that goes with them. */
export function asOneOutput(
  options: Omit<FitOptions, "model" | "target">,
  targets: readonly string[],
  model: OutputsFunction,
): FitOptions {
  if (targets.length === 0) throw new Error("target expects the name of a column, or several, got none");
  for (const name of ["batchSize", "validation"] as const)
    if (options[name] !== undefined)
      throw new Error(`several targets are fitted over all rows at once, got ${name}`);
  const table = toTable(options.data);
  const { table: rows } = complete(table, targets);
  const target = targets.join(", ");
  const others = rows.names.filter((name) => !targets.includes(name));
  const columns = [
    ...others.map((name) => [name, repeated(rows, name, targets.length)] as const),
    [target, Float64Array.from(targets.flatMap((name) => [...rows.numbers(name)]))] as const,
  ];
  return { ...options, data: Object.fromEntries(columns), target, model: stacked(model, targets) };
}

/** Predictions by name, for new rows, of the model as one column. */
export function splitPredictions(
  predict: (data: TableLike) => Float64Array,
  targets: readonly string[],
  inputs: readonly string[],
  data: TableLike,
): Readonly<Record<string, Float64Array>> {
  const table = toTable(data);
  const names = inputs.length > 0 ? inputs : table.names.slice(0, 1);
  const long = predict(
    Object.fromEntries(names.map((name) => [name, repeated(table, name, targets.length)])),
  );
  return Object.fromEntries(
    targets.map((name, i) => [name, long.slice(i * table.rows, (i + 1) * table.rows)]),
  );
}

function repeated(table: Table, name: string, times: number): (number | string)[] {
  const column = [...table.column(name)];
  return Array.from({ length: times }, () => column).flat();
}

/** The model over rows that are there once for each target. */
function stacked(model: OutputsFunction, targets: readonly string[]) {
  return (row: Named, params: Named): Tensor => {
    let count = 1;
    const once = new Proxy(row, {
      get: (all, name) => {
        const column = Reflect.get(all, name) as unknown;
        if (!(column instanceof Tensor)) return column;
        count = column.size / targets.length;
        return column.slice([[0, count]]);
      },
    });
    const preds = model(once, params);
    return cat(targets.map((name) => predictionOf(preds, name).expand([count])));
  };
}

function predictionOf(preds: Named, name: string): Tensor {
  const pred: unknown = preds?.[name];
  if (pred instanceof Tensor) return pred;
  throw new TypeError(`model expects a function that returns a tensor for ${name}, got ${typeof pred}`);
}

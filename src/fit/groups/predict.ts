/** Predictions by group: new rows and the answers for groups go in; for each row the prediction by the answer for its group comes out. */
import { type TableLike, toTable } from "../../data/input.ts";
import type { Table } from "../../data/table.ts";
import { tensor } from "../../tensor/make.ts";
import type { Named } from "../model.ts";
import { predictRows } from "../predict.ts";
import type { GroupsRun } from "./groups.ts";
import { partition, rowsIn } from "./partition.ts";

/** The prediction for each row; NaN where an input is missing, and where there is no answer for the group. */
export function predictGroups(run: GroupsRun, group: string, data: TableLike): Float64Array {
  const table: Table = toTable(data);
  if (!table.has(group))
    throw new Error(`predict expects the column of groups, ${group}, got ${table.names.join(", ")}`);
  const { problem, answers } = run;
  const divided = partition(table.column(group));
  const { keys } = divided;
  const places = new Map(answers.keys.map((key, one) => [key, one]));
  const predictions = new Float64Array(table.rows).fill(Number.NaN);
  const mine = (i: number): Int32Array => rowsIn(divided, i);
  if (problem.formula) {
    const params = [...answers.values].map(([name, list]) => {
      const values = new Float64Array(table.rows).fill(Number.NaN);
      for (const [i, key] of keys.entries()) {
        const one = places.get(key);
        if (one !== undefined) for (const row of mine(i)) values[row] = list[one]!;
      }
      return [name, tensor(values)] as const;
    });
    return predictRows({ ...problem, params: Object.fromEntries(params) }, table);
  }
  for (const [i, key] of keys.entries()) {
    const one = places.get(key);
    if (one === undefined) continue;
    const params: Named = Object.fromEntries(
      [...answers.values].map(([name, list]) => [name, tensor(list[one]!, { dtype: problem.dtype })]),
    );
    for (const [at, value] of predictRows({ ...problem, params }, table.take(mine(i))).entries())
      predictions[mine(i)[at]!] = value;
  }
  return predictions;
}

/** `coaster predict`: a saved fit and a table come in; the table with a column of predictions more goes out, as CSV. */
import { writeCsv } from "../data/csv.ts";
import type { Table } from "../data/table.ts";
import { printExpression } from "../fit/formula/print.ts";
import type { SavedModel } from "../fit/saved.ts";
import { type Call, type Status, statuses } from "./call.ts";
import { checkFolders, readInputs, readSaved, writeText } from "./files.ts";
import type { Flags } from "./flags.ts";

/** Predicts. The column is called `predicted_speed`, or `predicted_log(speed)` where it was the logarithm that was fitted. */
export async function predictCommand({ operands, flags, terminal }: Call): Promise<Status> {
  await checkFolders([flags.table]);
  const { model } = await readSaved(operands[0]!);
  const data = await readInputs(operands[1]!, model);
  const name = `predicted_${printExpression(model.formula.response)}`;
  const text = writeCsv(predicted(data, model, name, flags));
  if (flags.table === undefined) terminal.out.write(text);
  else await writeText(flags.table, text);
  return statuses.done;
}

/** The table with the predictions, and with their limits where these are wanted: `lower_speed` and `upper_speed`. */
function predicted(data: Table, model: SavedModel, name: string, { interval, level }: Flags): Table {
  if (interval === undefined) {
    if (level !== undefined) throw new Error("--level expects --interval besides, got none");
    return data.with(name, model.predict(data));
  }
  const { fit, lower, upper } = model.predict(data, { interval, ...(level === undefined ? {} : { level }) });
  const target = name.slice("predicted_".length);
  return data.with(name, fit).with(`lower_${target}`, lower).with(`upper_${target}`, upper);
}

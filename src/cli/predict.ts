/** `coaster predict`: a saved fit and a table come in; the table with a column of predictions more goes out, as CSV. */
import { writeCsv } from "../data/csv.ts";
import { printExpression } from "../fit/formula/print.ts";
import { type Call, type Status, statuses } from "./call.ts";
import { checkFolders, readInputs, readSaved, writeText } from "./files.ts";

/** Predicts. The column is called `predicted_speed`, or `predicted_log(speed)` where it was the logarithm that was fitted. */
export async function predictCommand({ operands, flags, terminal }: Call): Promise<Status> {
  await checkFolders([flags.table]);
  const { model } = await readSaved(operands[0]!);
  const data = await readInputs(operands[1]!, model);
  const name = `predicted_${printExpression(model.formula.response)}`;
  const text = writeCsv(data.with(name, model.predict(data)));
  if (flags.table === undefined) terminal.out.write(text);
  else await writeText(flags.table, text);
  return statuses.done;
}

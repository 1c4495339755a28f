/** `coaster plot`: a saved fit and a table come in; a picture of the two goes out, into a file. */
import type { Table } from "../data/table.ts";
import { fit } from "../report/fitted.ts";
import { captionOf } from "../report/pictured.ts";
import type { FitPicture } from "../report/plot/fit.ts";
import { type Call, type Status, statuses } from "./call.ts";
import { checkFolders, readInputs, readSaved, type Saved } from "./files.ts";
import { drawInto } from "./picture.ts";

/** Draws the rows that are complete, and the fit as it was saved. */
export async function plotCommand({ operands, flags, terminal }: Call): Promise<Status> {
  const path = flags.picture;
  if (path === undefined) throw new Error("plot expects -o FILE.svg or -o FILE.png, got neither");
  await checkFolders([path]);
  const saved = await readSaved(operands[0]!);
  await drawInto(path, await pictureOver(await readInputs(operands[1]!, saved.model), saved));
  terminal.err.write(`picture written to ${path}\n`);
  return statuses.done;
}

/** The picture of a fit that takes no step: statistics of these rows, standard errors of those that it was fitted to. */
async function pictureOver(data: Table, { model, errors }: Saved): Promise<FitPicture> {
  const { formula, params } = model;
  const still = await fit({ data, model: formula.source, params, steps: 0 });
  const entries = Object.entries(still.params).map(([name, parameter]) => [
    name,
    { ...parameter, standardError: errors.get(name) ?? null },
  ]);
  const caption = captionOf({ params: Object.fromEntries(entries), statistics: still.statistics });
  return { ...still.picture(), caption };
}

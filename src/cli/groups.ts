/** `coaster fit --group`: a table and a formula come in; a report or JSON of a fit for each group, and files of them, go out. */
import { writeCsv } from "../data/csv.ts";
import type { Table } from "../data/table.ts";
import type { GroupedFit } from "../report/group-fit.ts";
import { fitGroups } from "../report/groups.ts";
import { webAssembly } from "../runtime/backend.ts";
import { useBackend } from "../runtime/evaluate.ts";
import { type Call, type Status, statuses } from "./call.ts";
import { checkFolders, writeText } from "./files.ts";
import type { Flags } from "./flags.ts";
import { interruptible } from "./interrupt.ts";
import { optionsOf } from "./options.ts";
import { styleFor, widthOf } from "./terminal.ts";

/** Fits each group, says what was found, and writes the files asked for. */
export async function fitTable(data: Table, { operands, flags, terminal }: Call): Promise<Status> {
  refuseSingle(flags);
  await checkFolders([flags.table, flags.save]);
  useBackend(webAssembly);
  const { out, err } = terminal;
  const options = await optionsOf(data, operands[1], flags);
  const { group = "", shared = [] } = flags;
  const fits = await interruptible((signal) => fitGroups({ ...options, groups: group, shared, signal }));
  const report = (): string => fits.report({ columns: widthOf(out), style: styleFor(out) });
  if (flags.json || flags.table === undefined || !flags.quiet)
    out.write(`${flags.json ? JSON.stringify(fits, null, 2) : report()}\n`);
  const notes = await written(fits, flags);
  if (!flags.quiet) err.write(notes.map((note) => `${note}\n`).join(""));
  return fits.outcome.converged ? statuses.done : statuses.short;
}

/** What is of one fit only. */
function refuseSingle({ plot, history }: Flags): void {
  const one = plot === undefined ? history && "--history" : "--plot";
  if (one !== undefined) throw new Error(`${one} expects a single fit, got --group besides`);
}

/** Writes the table, as CSV, or as JSON with --save; what was written comes out. */
async function written(fits: GroupedFit, { table, save }: Flags): Promise<string[]> {
  const notes: string[] = [];
  const write = async (path: string | undefined, text: () => string): Promise<void> => {
    if (path === undefined) return;
    await writeText(path, text());
    notes.push(`${fits.groups.length} fits written to ${path}`);
  };
  await write(table, () => writeCsv(fits.table));
  await write(save, () =>
    save!.endsWith(".csv") ? writeCsv(fits.table) : `${JSON.stringify(fits, null, 2)}\n`,
  );
  return notes;
}

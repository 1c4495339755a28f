/** `coaster fit`: a table and a formula come in; a report or JSON, pictures and files go out. */
import { writeCsv } from "../data/csv.ts";
import { readTable } from "../data/files.ts";
import { toTable } from "../data/input.ts";
import type { Parameter, ProfileInterval } from "../fit/result.ts";
import { type Fitted, fit } from "../report/fitted.ts";
import { shortNumber } from "../report/numbers.ts";
import { printable } from "../report/style.ts";
import { useBackend } from "../runtime/evaluate.ts";
import { type Call, type Status, statuses } from "./call.ts";
import { checkFolders, writeText } from "./files.ts";
import type { Flags } from "./flags.ts";
import { interruptible } from "./interrupt.ts";
import { type FormulaOptions, optionsOf } from "./options.ts";
import { drawInto, sketch } from "./picture.ts";
import { progressOn } from "./progress.ts";
import { styleFor, type Terminal, widthOf } from "./terminal.ts";

/** A fit whose parameters are known by name at run time only. */
export type Finished = Fitted<Readonly<Record<string, Parameter>>>;

/** Fits, says what was found, and writes the files asked for. */
export async function fitCommand(call: Call): Promise<Status> {
  const { operands, flags, terminal } = call;
  await checkFolders(outputs.map(({ flag }) => flags[flag]));
  const table = await readTable(operands[0]!);
  if (flags.group !== undefined) return (await import("./groups.ts")).fitTable(table, call);
  refuseAlone(flags);
  if (table.rows >= many || flags.optimizer !== undefined) await loadCompiler();
  const options = await optionsOf(table, operands[1], flags);
  const fitted = await watched(options, flags, terminal);
  if (!flags.json && !flags.quiet) await sketch(fitted, terminal);
  const profile = flags.profile ? await fitted.profile() : undefined;
  const json = (): string => JSON.stringify({ ...fitted.toJSON(), ...(profile && { profile }) }, null, 2);
  const report = (): string => reportFor(fitted, terminal) + (profile ? `\n${profileText(profile)}` : "");
  terminal.out.write(`${flags.json ? json() : report()}\n`);
  await writeOutputs(fitted, flags, terminal);
  return fitted.outcome.converged ? statuses.done : statuses.short;
}

/** The limits of each parameter, and why there is none where there is none. */
function profileText(profile: Readonly<Record<string, ProfileInterval>>): string {
  const lines = Object.entries(profile).map(([name, { lower, upper, message }]) => {
    const limits = `${shortNumber(lower, 6)} to ${shortNumber(upper, 6)}`;
    return `    ${printable(name)}: ${limits}${message === null ? "" : ` (${message})`}`;
  });
  return ["[[Profile intervals]]", ...lines].join("\n");
}

/** What is nothing without groups. */
function refuseAlone({ shared, table }: Flags): void {
  if (shared !== undefined) throw new Error(`--shared expects --group COLUMN besides, got none`);
  if (table !== undefined)
    throw new Error("--output expects --group COLUMN besides, got none (--save keeps a single fit)");
}

/** From so many rows on the compiler earns more than the time it takes to load. */
const many = 1000;

async function loadCompiler(): Promise<void> {
  const { webAssembly } = await import("../runtime/backend.ts");
  useBackend(webAssembly);
}

/** The fit, with a progress line, and ended early by control-C. */
async function watched(options: FormulaOptions, { quiet }: Flags, { err }: Terminal): Promise<Finished> {
  const { onStep, clear } = progressOn(quiet ? null : err);
  try {
    return await interruptible((signal) => fit({ ...options, signal, ...(onStep ? { onStep } : {}) }));
  } finally {
    clear();
  }
}

/** The report as it suits standard output. */
export function reportFor(fitted: Finished, { out }: Terminal): string {
  return fitted.report({ columns: widthOf(out), style: styleFor(out) });
}

/** What a fit can leave behind in files. */
interface Output {
  readonly flag: "plot" | "save" | "history";
  readonly what: string;
  readonly write: (fitted: Finished, path: string) => Promise<void>;
}

const outputs: readonly Output[] = [
  { flag: "plot", what: "picture", write: (fitted, path) => drawInto(path, fitted.picture()) },
  {
    flag: "save",
    what: "model",
    write: (fitted, path) => writeText(path, `${JSON.stringify(fitted, null, 2)}\n`),
  },
  {
    flag: "history",
    what: "history",
    write: ({ history }, path) => writeText(path, writeCsv(toTable(history))),
  },
];

async function writeOutputs(fitted: Finished, flags: Flags, { out, err }: Terminal): Promise<void> {
  const asked = outputs.flatMap((output) => {
    const path = flags[output.flag];
    return path === undefined ? [] : [{ ...output, path }];
  });
  for (const { path, write } of asked) await write(fitted, path);
  if (flags.quiet || asked.length === 0) return;
  const notes = asked.map(({ what, path }) => `${what} written to ${path}\n`).join("");
  err.write(out.isTTY ? `\n${notes}` : notes);
}

/** The command line as a whole: arguments and a terminal come in, text is written, and the exit status comes out. */
import { debuglog } from "node:util";
import { FormulaError } from "../fit/formula/error.ts";
import { type Wanted, wantedBy } from "./arguments.ts";
import { type Status, statuses } from "./call.ts";
import type { Terminal } from "./terminal.ts";

/** Does what the arguments ask for. Never rejects: what goes wrong is said on the error side, in one line, and by the status. */
export async function run(args: readonly string[], terminal: Terminal): Promise<Status> {
  try {
    return await serve(wantedBy(args), terminal);
  } catch (error) {
    terminal.err.write(`coaster: ${complaint(error)}\n`);
    debuglog("coaster")("%O", error);
    return statuses.bad;
  }
}

async function serve(wanted: Wanted, terminal: Terminal): Promise<Status> {
  if (wanted.kind === "use") return await wanted.command.run({ ...wanted, terminal });
  const { helpText, versionText } = await import("./help.ts");
  terminal.out.write(wanted.kind === "help" ? helpText(wanted.command, terminal) : `${versionText}\n`);
  return statuses.done;
}

/** What is said of an error: its message on one line, but a formula's with the place below it. */
function complaint(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // Where programs name parameters in options, people do so by a flag.
  if (error instanceof FormulaError) return message.replace("name it in params)", "name it in --start)");
  return message.trim().replace(/\s*\n\s*/g, " ");
}

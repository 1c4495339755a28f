/** `coaster steps`: a table and a formula come in; the seven steps of their fit, told one by one with their numbers, go out. */
import { readTable } from "../data/files.ts";
import { type Call, type Status, statuses } from "./call.ts";
import { reportFor } from "./fit.ts";
import { epilogue, tell } from "./lesson.ts";
import { optionsOf } from "./options.ts";
import { isAsciiOnly, styleFor, widthOf } from "./terminal.ts";
import { walkOf } from "./walk.ts";

/** Walks downhill, and tells of it. */
export async function stepsCommand({ operands, flags, terminal }: Call): Promise<Status> {
  const { out } = terminal;
  const [style, width] = [styleFor(out), widthOf(out)];
  const walk = await walkOf(await optionsOf(await readTable(operands[0]!), operands[1], flags));
  const lesson = { walk, style, ascii: isAsciiOnly(terminal), room: width - indent.length };
  for (const { title, lines } of tell(lesson)) {
    const indented = lines.map((line) => (indent + line).trimEnd());
    out.write(`${[style("heading", title), ...indented, ""].join("\n")}\n`);
  }
  out.write(`${[reportFor(walk.finished, terminal), "", ...epilogue(lesson)].join("\n").trimEnd()}\n`);
  return walk.finished.outcome.converged ? statuses.done : statuses.short;
}

const indent = "    ";

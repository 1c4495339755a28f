/**
 * `npm run scores`: measures what is on the scoreboard, from src/ as it stands, prints it, and writes it into docs/scores.md.
 * Arguments choose rows by a part of their name; the page keeps its lines of the others. `--quick` takes fewer seeds and rounds, and
 * writes nothing.
 */
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { rows } from "./rows.ts";
import { line, lineIn, markdown, type Row, type Score, writeBetweenMarks } from "./score.ts";

process.chdir(join(import.meta.dirname, "../.."));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false } },
});
const chosen = rows.filter(
  ({ name }) => positionals.length === 0 || positionals.some((p) => name.includes(p)),
);
const machine = `${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.versions.node}`;

console.log(`${machine}\n`);
const measured = new Map<Row, string[]>();
for (const row of chosen) {
  const score = await scoreOf(row);
  const cells = line(row, score);
  measured.set(row, cells);
  const mark = score === null ? "    " : score.isMet ? "met " : "NOT ";
  console.log(
    `${mark} ${row.name}\n     aim: ${row.aim}; elsewhere: ${row.elsewhere}\n     ${cells.at(-1)!}\n`,
  );
}
const page = "docs/scores.md";
const lines = rows.map((row) => measured.get(row) ?? lineIn(page, row) ?? line(row, null));
if (!values.quick) writeBetweenMarks(page, `${markdown(lines)}\n\nMeasured on ${machine}.`);

/** A row that throws is a row that falls short, and says why. */
async function scoreOf({ measure }: Row): Promise<Score | null> {
  try {
    return measure ? await measure(values.quick) : null;
  } catch (error) {
    return { measured: String(error), isMet: false };
  }
}

/**
 * `npm run bench`: runs the jobs named as arguments, or all, and prints a table of each. `--quick` takes fewer and shorter rounds;
 * `--source` measures src/ as it stands in place of dist/, which is what ships.
 */
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { meetsAim, type Pace, play, table } from "./harness.ts";
import type { Job } from "./job.ts";
import { jobs } from "./jobs/index.ts";
import { installOthers } from "./others/install.ts";

const paces = { usual: { rounds: 5, turn: 400 }, quick: { rounds: 2, turn: 100 } } satisfies Record<
  string,
  Pace
>;

process.chdir(join(import.meta.dirname, ".."));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false }, source: { type: "boolean", default: false } },
});
const chosen = choose(positionals);
const pace = values.quick ? paces.quick : paces.usual;
if (values.source) process.env.COASTER_SOURCE = "yes";
installOthers();

console.log(
  `${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, ${pace.rounds} rounds, the best of each`,
);
console.log(
  "x: how many times as fast as that engine Coaster is; error: relative, against a loop in float64\n",
);
const verdicts: (boolean | null)[] = [];
for (const job of chosen) {
  const rows = await play(job, pace);
  console.log(table(job, rows));
  verdicts.push(meetsAim(job, rows));
}
const aims = verdicts.filter((verdict) => verdict !== null);
console.log(`${aims.filter(Boolean).length} of ${aims.length} aims met`);

/** The jobs of the names given, in any case; all of them where none is. */
function choose(names: readonly string[]): readonly Job[] {
  const unknown = names.find((name) => !jobs.some((job) => isNamed(job, name)));
  if (unknown === undefined)
    return names.length === 0 ? jobs : jobs.filter((job) => names.some((name) => isNamed(job, name)));
  console.error(`no such job: ${unknown}; there are ${[...new Set(jobs.map(groupOf))].join(" ")}`);
  process.exit(2);
}

function isNamed(job: Job, name: string): boolean {
  return [job.key, groupOf(job)].some((key) => key.toLowerCase() === name.toLowerCase());
}

/** What a key begins with: the W2 of W2-one. */
function groupOf({ key }: Job): string {
  return key.split("-")[0]!;
}

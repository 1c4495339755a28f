/** The demonstration: two curves fitted to real observations by the command line as anyone would call it, each with its picture. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

const fits = [
  [
    "data/co2-mauna-loa-annual.csv",
    "Mean ~ a*(Year - 1990)^2 + b*(Year - 1990) + c",
    "pictures/co2-mauna-loa.svg",
  ],
  ["data/roller-coaster.csv", "speed ~ a*time^2 + b*time + c", "pictures/roller-coaster.svg"],
];

process.chdir(join(import.meta.dirname, ".."));
mkdirSync("pictures", { recursive: true });
for (const [data, formula, picture] of fits) {
  console.log(`\n> coaster fit ${data} "${formula}" --plot ${picture}\n`);
  const fit = ["dist/cli/main.js", "fit", data, formula, "--plot", picture];
  const { status } = spawnSync(process.execPath, fit, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

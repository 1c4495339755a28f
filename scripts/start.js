/** The demonstration: two curves fitted to real observations by the command line as anyone would call it, each with its picture. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

const program = "dist/cli/main.js";

const fits = [
  {
    about: "Carbon dioxide in the air at Mauna Loa, in parts per million, since 1959:",
    data: "data/co2-mauna-loa-annual.csv",
    formula: "Mean ~ a + b*(Year - 1990) + c*(Year - 1990)^2",
    picture: "pictures/co2-mauna-loa.svg",
  },
  {
    about: "The speed of a roller coaster as it goes over a hump, second by second:",
    data: "data/roller-coaster.csv",
    formula: "speed ~ a*time^2 + b*time + c",
    picture: "pictures/roller-coaster.svg",
  },
];

process.chdir(join(import.meta.dirname, ".."));
mkdirSync("pictures", { recursive: true });
for (const { about, data, formula, picture } of fits) {
  console.log(`\n${about}\n`);
  coaster("fit", data, formula, "--plot", picture);
}
const { data, formula } = fits[1];
console.log(`\nHow it is done, in seven steps:\n\n$ ${lineOf(["steps", data, formula])}\n`);

/** Runs the command line as it was built, and ends where it fails. */
function coaster(...args) {
  console.log(`$ ${lineOf(args)}\n`);
  const { status } = spawnSync(process.execPath, [program, ...args], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

/** What a person would type. */
function lineOf(args) {
  return ["npx coaster", ...args.map((arg) => (arg.includes(" ") ? `"${arg}"` : arg))].join(" ");
}

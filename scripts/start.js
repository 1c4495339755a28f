/** The demonstration: real observations fitted by the command line as anyone would call it, step by step and at once, with pictures. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

const air = ["data/co2-mauna-loa-annual.csv", "Mean ~ a + b*(Year - 1990) + c*(Year - 1990)^2"];
const ride = ["data/roller-coaster.csv", "speed ~ a*(time - 9.5)^2 + b*(time - 9.5) + c"];

const scenes = [
  {
    about:
      "The speed of a roller coaster over a hump, second by second: how its curve is found, in seven steps.",
    args: ["steps", ...ride],
  },
  {
    about: "The same at once, with wiser steps, and a picture.",
    args: ["fit", ...ride, "--plot", "pictures/roller-coaster.svg"],
  },
  {
    about: "Carbon dioxide in the air at Mauna Loa since 1959, in parts per million.",
    args: ["fit", ...air, "--plot", "pictures/co2-mauna-loa.svg"],
  },
];

process.chdir(join(import.meta.dirname, ".."));
mkdirSync("pictures", { recursive: true });
for (const { about, args } of scenes) {
  console.log(`\n${about}\n\n$ ${lineOf(args)}\n`);
  const { status } = spawnSync(process.execPath, ["dist/cli/main.js", ...args], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

/** What a person would type. */
function lineOf(args) {
  return ["npx coaster", ...args.map((arg) => (arg.includes(" ") ? `"${arg}"` : arg))].join(" ");
}

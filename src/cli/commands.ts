/** The commands, a row each: what they take, and where what they do is found. Nothing of it is loaded before it is wanted. */
import type { Call, Status } from "./call.ts";
import type { FlagName } from "./flags.ts";

/** A command. `run` gets as many operands as there are rows of `operands`, fewer by the optional ones, or more of a repeated one. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly operands: readonly Operand[];
  readonly flags: readonly FlagName[];
  readonly examples: readonly string[];
  readonly run: (call: Call) => Promise<Status>;
}

interface Operand {
  readonly name: string;
  readonly help: string;
  readonly isOptional?: boolean;
  /** Whether more of its kind may follow. */
  readonly isRepeated?: boolean;
}

const data: Operand = { name: "DATA", help: "a CSV file, or - for standard input" };
const model: Operand = { name: "MODEL.json", help: "what --save wrote" };
const formula: Operand = {
  name: "FORMULA",
  help: 'in quotes, such as "speed ~ a*time^2 + b"; names that are no columns are parameters',
};

/** What `steps` takes of the flags of a fit: it walks over all rows at once, and prints what it has to say. */
const walking: readonly FlagName[] = [
  "start",
  "fix",
  "bound",
  "tie",
  "from",
  "loss",
  "optimizer",
  "lr",
  "steps",
  "seed",
  "dtype",
  "weights",
  "sigma",
];

export const commands: readonly Command[] = [
  {
    name: "fit",
    summary: "find the parameters of a formula that match the data",
    operands: [data, { ...formula, isOptional: true }],
    flags: [
      "start",
      "fix",
      "bound",
      "tie",
      "from",
      "loss",
      "scale",
      "optimizer",
      "lr",
      "steps",
      "epochs",
      "batch",
      "patience",
      "seed",
      "dtype",
      "weights",
      "sigma",
      "absoluteSigma",
      "level",
      "group",
      "shared",
      "validation",
      "json",
      "plot",
      "save",
      "history",
      "table",
      "profile",
      "quiet",
    ],
    examples: [
      'coaster fit rides.csv "speed ~ a*time^2 + b*time + c" --plot rides.svg',
      'coaster fit decay.csv "counts ~ n*exp(-time/tau) + floor" --start tau=5 --bound floor=0: --json',
      "coaster fit more.csv --from model.json --fix tau",
      'coaster fit more.csv "signal ~ a*exp(-k*time) + c" --group well --shared k -o rates.csv',
    ],
    run: async (call) => (await import("./fit.ts")).fitCommand(call),
  },
  {
    name: "steps",
    summary: "walk through the seven steps of a fit, one by one, with numbers and pictures",
    operands: [data, { ...formula, isOptional: true }],
    flags: walking,
    examples: ['coaster steps rides.csv "speed ~ a*time^2 + b*time + c" --lr 1e-5'],
    run: async (call) => (await import("./steps.ts")).stepsCommand(call),
  },
  {
    name: "lr",
    summary: "try learning rates from tiny ones up, and see which suit the loss",
    operands: [data, { ...formula, isOptional: true }],
    flags: [
      "start",
      "fix",
      "bound",
      "tie",
      "from",
      "loss",
      "optimizer",
      "steps",
      "batch",
      "seed",
      "dtype",
      "weights",
      "json",
      "plot",
    ],
    examples: ['coaster lr rides.csv "speed ~ a*time^2 + b*time + c" --batch 5'],
    run: async (call) => (await import("./lr.ts")).lrCommand(call),
  },
  {
    name: "predict",
    summary: "add the predictions of a saved fit to data",
    operands: [model, data],
    flags: ["interval", "level", "table"],
    examples: [
      "coaster predict model.json new.csv -o predicted.csv",
      "coaster predict model.json new.csv --interval prediction --level 0.9",
    ],
    run: async (call) => (await import("./predict.ts")).predictCommand(call),
  },
  {
    name: "compare",
    summary: "set saved fits of the same data side by side, and test those that are nested",
    operands: [model, { ...model, isRepeated: true }],
    flags: ["nested", "json"],
    examples: ["coaster compare line.json parabola.json"],
    run: async (call) => (await import("./compare.ts")).compareCommand(call),
  },
  {
    name: "plot",
    summary: "draw a saved fit over data",
    operands: [model, data],
    flags: ["picture"],
    examples: ["coaster plot model.json rides.csv -o rides.png"],
    run: async (call) => (await import("./plot.ts")).plotCommand(call),
  },
  {
    name: "studio",
    summary: "open a page where you watch your own data being fitted",
    operands: [
      { name: "DATA", help: "a CSV or Parquet file, or - for standard input", isOptional: true },
      { ...formula, isOptional: true },
    ],
    flags: [
      "start",
      "fix",
      "bound",
      "loss",
      "weights",
      "sigma",
      "optimizer",
      "lr",
      "batch",
      "patience",
      "seed",
      "validation",
      "port",
      "noOpen",
    ],
    examples: [
      'coaster studio rides.csv "speed ~ a*time^2 + b*time + c" --seed 42',
      "coaster studio rides.parquet --no-open --port 8000",
    ],
    run: async (call) => (await import("./studio.ts")).studioCommand(call),
  },
];

/** What a command takes besides flags: `DATA [FORMULA]`. */
export function operandsOf({ operands }: Command): string {
  return operands
    .map(({ name, isOptional, isRepeated }) => (isOptional ? `[${name}]` : isRepeated ? `${name} ...` : name))
    .join(" ");
}

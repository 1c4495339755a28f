/**
 * The settings of a fit, a row each: what it is called in the library and in the address, how it is asked for, and what it allows. The
 * form, the address, the options of the fit and the snippet of code all walk these rows.
 */
import type { LossName, OptimizerName } from "../names.ts";

/** One setting. `null` as a value is what the library does unless told. */
export interface Setting {
  readonly name: SettingName;
  readonly label: string;
  /** What leaving it open means, in a word or two. */
  readonly open: string;
  readonly help: string;
  readonly kind: Kind;
}

type Kind =
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  /** One of the columns of numbers. */
  | { readonly kind: "column" }
  | {
      readonly kind: "number";
      readonly isWhole: boolean;
      readonly holds: (x: number) => boolean;
      readonly wanted: string;
    };

const textNames = ["optimizer", "loss", "weights", "sigma"] as const;
const numberNames = ["lr", "momentum", "batchSize", "validation", "patience", "seed"] as const;

export type SettingName = (typeof textNames | typeof numberNames)[number];

/** What is set, as text or numbers; null where it is left open. */
export type Settings = { readonly [Name in (typeof textNames)[number]]: string | null } & {
  readonly [Name in (typeof numberNames)[number]]: number | null;
};

export const unset = Object.fromEntries(
  [...textNames, ...numberNames].map((name) => [name, null]),
) as unknown as Settings;

/** The settings of how steps are made, left open. */
export const howSteps = { optimizer: null, lr: null, momentum: null, batchSize: null } as const;

/** Every optimizer. Only names are needed here: the engine is the worker's. */
const optimizerNames = namesOf<OptimizerName>({
  sgd: true,
  adam: true,
  adamw: true,
  rmsprop: true,
  adagrad: true,
  adadelta: true,
  nadam: true,
  radam: true,
  adamax: true,
  lbfgs: true,
});

/** Losses of a formula, whose predictions are numbers. */
const lossNames = namesOf<Exclude<LossName, "mse" | "crossEntropy">>({
  l1: true,
  smoothL1: true,
  huber: true,
  softL1: true,
  cauchy: true,
  tukey: true,
  logCosh: true,
  quantile: true,
  binaryCrossEntropyWithLogits: true,
  poissonNll: true,
});

/** The names of a union; none can be left out. */
function namesOf<Name extends string>(names: Readonly<Record<Name, true>>): readonly Name[] {
  return Object.keys(names) as Name[];
}

/** The optimizers whose rule has a momentum. */
export const withMomentum = ["sgd", "rmsprop"] as const;

export function hasMomentum(optimizer: string | null): optimizer is (typeof withMomentum)[number] {
  return withMomentum.some((name) => name === optimizer);
}

export const settings: readonly Setting[] = [
  {
    name: "optimizer",
    label: "optimizer",
    open: "auto",
    help: "how a step is made of the gradients",
    kind: {
      kind: "choice",
      choices: ["levenberg-marquardt", "reweighted-least-squares", ...optimizerNames],
    },
  },
  {
    name: "lr",
    label: "learning rate",
    open: "found",
    help: "how long a step is",
    kind: number("a number above 0", (x) => x > 0),
  },
  {
    name: "momentum",
    label: "momentum",
    open: "none",
    help: "how much of the last step goes into the next; with a learning rate",
    kind: number("a number from 0 to 1", (x) => x >= 0 && x < 1),
  },
  {
    name: "batchSize",
    label: "batch size",
    open: "all rows",
    help: "rows in each step",
    kind: whole(1),
  },
  {
    name: "loss",
    label: "loss",
    open: "mse",
    help: "what is made small",
    kind: { kind: "choice", choices: lossNames },
  },
  {
    name: "weights",
    label: "weights",
    open: "none",
    help: "the column that says how much each row counts",
    kind: { kind: "column" },
  },
  {
    name: "sigma",
    label: "sigma",
    open: "none",
    help: "the column of each row's standard deviation, in place of weights",
    kind: { kind: "column" },
  },
  {
    name: "validation",
    label: "validation share",
    open: "none",
    help: "the share of rows held out, to judge by",
    kind: number("a share between 0 and 1", (x) => x > 0 && x < 1),
  },
  {
    name: "patience",
    label: "patience",
    open: "no limit",
    help: "epochs without a better loss before it stops",
    kind: whole(0),
  },
  {
    name: "seed",
    label: "seed",
    open: "0",
    help: "for the first parameters, the batches and the rows held out",
    kind: whole(0),
  },
];

function number(wanted: string, holds: (x: number) => boolean): Kind {
  return { kind: "number", isWhole: false, holds: (x) => Number.isFinite(x) && holds(x), wanted };
}

function whole(least: number): Kind {
  return {
    kind: "number",
    isWhole: true,
    holds: (x) => Number.isSafeInteger(x) && x >= least,
    wanted: `a whole number from ${least}`,
  };
}

/** The value that a text says; null for none. A text that says none of what is wanted is an error that says what is. */
export function readSetting({ label, kind }: Setting, text: string): string | number | null {
  if (text.trim() === "") return null;
  // Whether there is such a column the library says, which knows them.
  if (kind.kind === "column") return text;
  const trimmed = text.trim();
  if (kind.kind === "choice") {
    if (kind.choices.includes(trimmed)) return trimmed;
    throw new Error(`${label} expects one of ${kind.choices.join(", ")}, got ${JSON.stringify(trimmed)}`);
  }
  const value = Number(trimmed);
  if (kind.holds(value)) return value;
  throw new Error(`${label} expects ${kind.wanted}, got ${JSON.stringify(trimmed)}`);
}

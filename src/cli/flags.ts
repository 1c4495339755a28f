/** The flags of the command line, a row each: text comes in as typed, a checked value goes out. Help and parsing are made of the rows. */
import { numberIn } from "../data/cells.ts";
import { checkPicturePath } from "../report/picture.ts";

/** What a flag's text may be. Undefined is for text that it may not be; `before` is the value of the same flag earlier on the line. */
interface Kind<T> {
  /** For help: `--lr <X>`. Null for a switch. */
  readonly sign: string | null;
  /** For errors: `--lr expects a number above 0, got "fast"`. */
  readonly wanted: string;
  read(text: string, before: T | undefined): T | undefined;
}

/** One flag. */
export interface Flag<T = unknown> extends Kind<T> {
  /** As it is typed: `--lr`, or `-o, --output`. */
  readonly name: string;
  readonly group: string;
  readonly help: string;
}

const aSwitch: Kind<true> = { sign: null, wanted: "nothing", read: () => true };

function text(sign: string): Kind<string> {
  return { sign, wanted: sign, read: (text) => text || undefined };
}

function oneOf<const Name extends string>(...names: Name[]): Kind<Name> {
  return { sign: names.join("|"), wanted: names.join(" or "), read: (text) => names.find((n) => n === text) };
}

function number(sign: string, wanted: string, holds: (x: number) => boolean): Kind<number> {
  const read = (text: string): number | undefined => {
    const value = numberIn(text);
    return value !== undefined && holds(value) ? value : undefined;
  };
  return { sign, wanted, read };
}

function whole(least: number): Kind<number> {
  return number("N", `a whole number from ${least}`, (x) => Number.isSafeInteger(x) && x >= least);
}

const picture: Kind<string> = {
  sign: "FILE.svg|FILE.png",
  wanted: "a file name ending in .svg or .png",
  read: (path) => {
    checkPicturePath(path);
    return path;
  },
};

/** Values by parameter, from `a=1,b=2`. The flag may be given more than once. */
type Named<T> = ReadonlyMap<string, T>;

/** `sign` and `wanted` say what one item is; `item` reads what follows the name, which is null where no `=` does. */
function named<T>(
  sign: string,
  wanted: string,
  item: (text: string | null) => T | undefined,
): Kind<Named<T>> {
  const read = (text: string, before: Named<T> = new Map()): Named<T> | undefined => {
    const all = new Map(before);
    for (const part of text.split(",")) {
      const [, name = "", , value = null] = /^\s*([^=]*?)\s*(=([^=]*))?$/.exec(part) ?? [];
      const found = item(value);
      if (name === "" || found === undefined || all.has(name)) return undefined;
      all.set(name, found);
    }
    return all;
  };
  return { sign, wanted: `${wanted}, each parameter once`, read };
}

/** A finite number. */
function finite(text: string | null): number | undefined {
  const value = numberIn(text ?? "");
  return Number.isFinite(value) ? value : undefined;
}

/** Expressions by parameter, from `k2 = 2*k1`: one a flag, for an expression may have commas. */
const tie: Kind<Named<string>> = {
  sign: '"k2 = 2*k1"',
  wanted: '"NAME = EXPRESSION", each parameter once',
  read: (text, before = new Map()) => {
    const [, name = "", expression = ""] = /^\s*([^=]*?)\s*=\s*(.+?)\s*$/.exec(text) ?? [];
    return name === "" || before.has(name) ? undefined : new Map([...before, [name, expression]]);
  },
};

/** Names from `a,b`. */
const names: Kind<readonly string[]> = {
  sign: "a,b",
  wanted: "names of parameters, each once",
  read: (text, before = []) => {
    const all = [...before, ...text.split(",").map((name) => name.trim())];
    return all.includes("") || new Set(all).size < all.length ? undefined : all;
  },
};

/** The lowest and the highest value of a parameter. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** Bounds from `0:`, `:5` or `0:5`. */
function bounds(text: string | null): Bounds | undefined {
  const [low, high, ...rest] = (text ?? "").split(":");
  if (low === undefined || high === undefined || rest.length > 0) return undefined;
  const said = Object.entries({ min: low, max: high }).filter(([, side]) => side.trim() !== "");
  const limits = said.map(([name, side]) => [name, numberIn(side) ?? Number.NaN] as const);
  const isRead = limits.length > 0 && limits.every(([, limit]) => !Number.isNaN(limit));
  return isRead ? Object.fromEntries(limits) : undefined;
}

function flag<T>(name: string, kind: Kind<T>, group: string, help: string): Flag<T> {
  return { ...kind, name, group, help };
}

const parameters = "Parameters:";
const descent = "Descent:";
const observations = "Observations:";
const output = "Output:";

export const flags = {
  start: flag(
    "--start",
    named("a=1,b=2", "NAME=NUMBER", finite),
    parameters,
    "where parameters start; those not named start at 1",
  ),
  fix: flag(
    "--fix",
    named("b=2", "NAME or NAME=NUMBER", (text) => (text === null ? true : finite(text))),
    parameters,
    "parameters that stay where they are put, or, as in --fix b, where they start",
  ),
  bound: flag(
    "--bound",
    named("c=0:", "NAME=LOW:HIGH, of which one may be missing", bounds),
    parameters,
    "limits for parameters: c=0: is from 0 up, c=:5 up to 5, c=0:5 both",
  ),
  tie: flag("--tie", tie, parameters, "a parameter that follows from others; may be given more than once"),
  from: flag(
    "--from",
    text("MODEL.json"),
    parameters,
    "start from a saved fit; what was fixed there stays fixed, and FORMULA may be left out",
  ),
  loss: flag("--loss", text("NAME"), descent, "what to make small: mse (the default), tukey, huber, l1, ..."),
  scale: flag(
    "--scale",
    number("X", "a number above 0", (x) => x > 0 && Number.isFinite(x)),
    descent,
    "how far off rows are that are no outliers; found from the data unless said",
  ),
  optimizer: flag(
    "--optimizer",
    text("NAME"),
    descent,
    "auto (the default), levenberg-marquardt, lbfgs, sgd, adam, ...",
  ),
  lr: flag(
    "--lr",
    number("X", "a number above 0", (x) => x > 0 && Number.isFinite(x)),
    descent,
    "the learning rate; optimizers find their own unless said",
  ),
  steps: flag("--steps", whole(0), descent, "how often to update the parameters, at most"),
  epochs: flag("--epochs", whole(0), descent, "how often to go through the rows, at most"),
  batch: flag("--batch", whole(1), descent, "rows in each update; all of them unless said"),
  patience: flag("--patience", whole(0), descent, "stop after so many epochs without a better loss"),
  seed: flag(
    "--seed",
    whole(0),
    descent,
    "for batches and the validation share: the same seed, the same bits",
  ),
  dtype: flag(
    "--dtype",
    oneOf("float32", "float64"),
    descent,
    "the precision of the computation; float64 unless said",
  ),
  weights: flag("--weights", text("COLUMN"), observations, "the column that says how much each row counts"),
  sigma: flag(
    "--sigma",
    text("COLUMN"),
    observations,
    "the column of each row's standard deviation, in place of weights",
  ),
  absoluteSigma: flag(
    "--absolute-sigma",
    aSwitch,
    observations,
    "sigma is known outright: standard errors are not scaled to the scatter",
  ),
  group: flag(
    "--group",
    text("COLUMN"),
    observations,
    "fit each group of rows that have the same value in this column",
  ),
  shared: flag("--shared", names, observations, "with --group: parameters that are the same for all groups"),
  validation: flag(
    "--validation",
    number("0.2", "a share between 0 and 1", (x) => x > 0 && x < 1),
    observations,
    "the share of the rows to hold out; the parameters that do best there are kept",
  ),
  json: flag("--json", aSwitch, output, "print the result as one JSON object"),
  plot: flag("--plot", picture, output, "draw observations, fit and residuals"),
  save: flag("--save", text("MODEL.json"), output, "keep the fit, for predict, plot and --from"),
  profile: flag("--profile", aSwitch, output, "find the profile-likelihood interval of each parameter too"),
  level: flag(
    "--level",
    number("0.95", "a number between 0 and 1", (x) => x > 0 && x < 1),
    output,
    "how often intervals are to hold what they are for",
  ),
  interval: flag(
    "--interval",
    oneOf("confidence", "prediction"),
    output,
    "add the limits of the curve, or of new observations",
  ),
  nested: flag("--nested", aSwitch, output, "take each model to lie within those of more parameters"),
  history: flag("--history", text("FILE.csv"), output, "write the loss of each step"),
  port: flag(
    "--port",
    number("N", "a whole number from 0 to 65535", (x) => Number.isInteger(x) && x >= 0 && x <= 65_535),
    output,
    "where to serve: 26278 or the next that is free unless said, any that is free for 0",
  ),
  noOpen: flag("--no-open", aSwitch, output, "open no browser, only print the address"),
  quiet: flag("--quiet", aSwitch, output, "nothing but the result and errors"),
  table: flag("-o, --output", text("FILE.csv"), output, "where to write; standard output unless said"),
  picture: flag("-o, --output", picture, output, "where to draw"),
} as const;

export type FlagName = keyof typeof flags;

/** What every command takes, and what may stand in place of one. */
export const help: Flag = flag("-h, --help", aSwitch, output, "say this");
export const version: Flag = flag("-V, --version", aSwitch, output, "say which version this is");

/** How a flag may be typed: in full, and by its letter if it has one. */
export function spellings({ name }: Flag): readonly [long: string, short?: string] {
  return name.split(", ").reverse() as [string, string?];
}

/** The values of flags, by name; those not on the line are missing. */
export type Flags = {
  readonly [Name in FlagName]?: (typeof flags)[Name] extends Flag<infer T> ? T : never;
};

/** The value that the text after a flag says. An error says what was wanted and what came. */
export function readFlag(flag: Flag, text: string, before: unknown): unknown {
  const value = flag.read(text, before);
  if (value !== undefined) return value;
  throw new Error(`${flag.name} expects ${flag.wanted}, got ${JSON.stringify(text)}`);
}

/**
 * The seven steps in words and numbers. A scene, which is where a walk stands, comes in; what there is to tell of each step goes out:
 * sentences, a formula with its numbers filled in, a table. The command line and the page show it, each in its own way.
 */
import { alignDecimals, count, formatNumber, shortNumber } from "./numbers.ts";
import { padEnd, printable, textWidth } from "./style.ts";

type Numbers = Readonly<Record<string, number>>;

/** Where a walk stands, as far as it is told of. */
export interface Scene {
  /** As it was given. */
  readonly formula: string;
  /** What is predicted: the target, or what the formula makes of it. */
  readonly response: string;
  /** Where the parameters came from, in a sentence. */
  readonly origin: string;
  readonly params: readonly { readonly name: string; readonly value: number; readonly fixed: boolean }[];
  readonly rows: SceneRows;
  /** At these parameters. */
  readonly loss: { readonly name: string; readonly value: number; readonly isWeighted: boolean };
  /** Of the loss, by each parameter that is free. */
  readonly gradients: Numbers;
  /** The last step taken, or the first where all are told at once; null where there is none yet. */
  readonly step: SceneStep | null;
  /** Some places of the way, the start first. */
  readonly path: readonly { readonly step: number; readonly loss: number }[];
  /** Why it goes no further; null while it may. */
  readonly outcome: { readonly converged: boolean; readonly message: string } | null;
}

/** The first rows, and how many there are. */
export interface SceneRows {
  readonly count: number;
  readonly inputs: readonly { readonly name: string; readonly values: ArrayLike<number> }[];
  readonly observed: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
}

/** One step of the parameters, and how it came about. */
export interface SceneStep {
  readonly before: { readonly loss: number; readonly params: Numbers };
  readonly after: { readonly loss: number; readonly params: Numbers };
  readonly gradients: Numbers;
  readonly optimizer: string;
  /** Whether it is the gradient times the rate, and nothing more. */
  readonly isPlain: boolean;
  readonly rate: number | null;
  /** Where the rate comes from, in a sentence; empty where there is nothing to say. */
  readonly rateOrigin: string;
}

/** What is told of one of the steps. */
export interface Told {
  readonly words: string;
  /** How words sound that are an outcome. */
  readonly tone?: "good" | "bad";
  /** A formula with its numbers in it. */
  readonly work?: string;
  readonly table?: readonly ToldColumn[];
  /** What stands below the table. */
  readonly after?: string;
}

/** One column of a table of text, its numbers aligned. */
export interface ToldColumn {
  readonly heading?: string;
  readonly cells: readonly string[];
}

/** One of the steps; some need a loss that is a number. */
export interface Chapter {
  readonly title: StepTitle;
  readonly needsLoss?: true;
  readonly tell: (scene: Scene) => Told;
}

export type StepTitle = "initialize" | "predict" | "loss" | "gradients" | "step" | "repeat" | "stop";

/** All seven, in order. */
export const sevenSteps: readonly Chapter[] = [
  { title: "initialize", tell: initialize },
  { title: "predict", tell: predict },
  { title: "loss", tell: loss },
  { title: "gradients", needsLoss: true, tell: gradients },
  { title: "step", needsLoss: true, tell: step },
  { title: "repeat", needsLoss: true, tell: repeat },
  { title: "stop", tell: stop },
];

function initialize({ origin, params }: Scene): Told {
  const values = alignDecimals(params.map(({ value }) => shortNumber(value)));
  const names = params.map(({ name }) => printable(name));
  const width = Math.max(...names.map(textWidth));
  return {
    words: origin,
    table: [
      { cells: names.map((name, i) => `${padEnd(name, width)} = ${values[i]}`) },
      { cells: params.map(({ fixed }) => (fixed ? "(fixed)" : "")) },
    ],
  };
}

/** Rows of the data that are shown; the others look alike. */
const shownRows = 5;

function predict({ formula, response, rows }: Scene): Told {
  const cells = (values: ArrayLike<number>): string[] =>
    alignDecimals(
      Array.from({ length: Math.min(shownRows, values.length) }, (_, i) => formatNumber(values[i]!, 6)),
    );
  const more = rows.count - Math.min(shownRows, rows.observed.length);
  return {
    words: `${formula}, with these values, for each of the ${count(rows.count, "row")}:`,
    table: [
      ...rows.inputs.map(({ name, values }) => ({ heading: printable(name), cells: cells(values) })),
      { heading: `observed ${printable(response)}`, cells: cells(rows.observed) },
      { heading: "predicted", cells: cells(rows.predicted) },
    ],
    ...(more > 0 ? { after: `... and ${count(more, "more row")}` } : {}),
  };
}

/** The losses that can be written out, row by row. */
const formulas: Readonly<Record<string, { mean: string; term: (p: string, t: string) => string }>> = {
  mse: { mean: "(prediction - observation)^2", term: (p, t) => `(${p} - ${t})^2` },
  l1: { mean: "|prediction - observation|", term: (p, t) => `|${p} - ${t}|` },
};

function loss({ loss: { name, value, isWeighted }, rows }: Scene): Told {
  const formula = Object.hasOwn(formulas, name) ? formulas[name] : undefined;
  const what = formula ? `${name}, the ${isWeighted ? "weighted mean" : "mean"} of ${formula.mean}` : name;
  const isPlain = !isWeighted && Number.isFinite(value);
  const terms = formula && isPlain ? `${termsOf(rows, formula.term)} = ` : "";
  return {
    words: `One number says how far off the predictions are, and lower is better. It is ${what}:`,
    work: `${name} = ${terms}${Number.isNaN(value) ? "not a number" : formatNumber(value)}`,
  };
}

/** The mean of the rows' losses, the first of them written out. */
function termsOf(
  { observed, predicted, count: all }: SceneRows,
  term: (p: string, t: string) => string,
): string {
  const terms = Array.from({ length: Math.min(2, all, observed.length) }, (_, i) =>
    term(operand(predicted[i]!, 5), operand(observed[i]!, 5)),
  );
  return `(${terms.join(" + ")}${all > terms.length ? " + ..." : ""}) / ${all}`;
}

/** A number as it stands in a formula: in parentheses if it is negative. */
function operand(value: number, digits = 7): string {
  const text = formatNumber(value, digits);
  return value < 0 ? `(${text})` : text;
}

function gradients({ gradients: all, loss: { name } }: Scene): Told {
  const slopes = Object.entries(all);
  if (slopes.some(([, slope]) => Number.isNaN(slope)))
    return {
      words: `The loss has no gradients here: ${name} is not a number, or not one beside this place.`,
    };
  const meaning = (slope: number): string =>
    slope === 0 ? "makes no difference" : `makes the loss ${slope < 0 ? "smaller" : "larger"}`;
  const values = alignDecimals(slopes.map(([, slope]) => formatNumber(slope)));
  return {
    words: "How fast the loss changes as each parameter grows, exactly, by the chain rule:",
    table: [
      { cells: slopes.map(([param]) => `d ${name} / d ${printable(param)}`) },
      { cells: values.map((slope) => `= ${slope}`) },
      { cells: slopes.map(([param, slope]) => `a larger ${printable(param)} ${meaning(slope)}`) },
    ],
  };
}

function step({ step: taken }: Scene): Told {
  if (!taken) return { words: "No step was taken." };
  const { before, after, gradients: slopes } = taken;
  const names = Object.keys(slopes);
  const [from, to] = [before.loss, after.loss].map((value) => formatNumber(value));
  return {
    words: ruleOf(taken),
    table: [
      { cells: names.map((name) => `${printable(name)}:`) },
      { cells: names.map((name) => workOf(taken, name)) },
      { cells: alignDecimals(names.map((name) => formatNumber(after.params[name]!))) },
    ],
    after: `The loss goes from ${from} to ${to}.`,
  };
}

/** How one parameter's new value comes about. */
function workOf({ before, after, gradients: slopes, rate, isPlain }: SceneStep, name: string): string {
  const [old, slope] = [before.params[name]!, slopes[name]!];
  if (!isPlain) return `${shortNumber(old)} ->`;
  const moved = old - (rate ?? 0) * slope;
  const isHeld = Math.abs(moved - after.params[name]!) > 1e-6 * Math.abs(moved);
  const held = isHeld ? ", kept within its bounds," : "";
  return `${shortNumber(old)} - ${shortNumber(rate, 5)} * ${operand(slope)}${held} =`;
}

/** How the optimizer steps, and where its learning rate comes from. */
function ruleOf({ isPlain, optimizer, rate, rateOrigin }: SceneStep): string {
  const rule = isPlain
    ? "Each parameter moves against its gradient: new value = old value - learning rate * gradient."
    : `${optimizer} makes each step of the gradients now and before.`;
  return rate === null ? rule : `${rule} The learning rate is ${shortNumber(rate, 5)}${rateOrigin}.`;
}

function repeat({ path, loss: { name } }: Scene): Told {
  const places = path.filter(({ step }, i) => isTold(step) || i === path.length - 1);
  return {
    words: "The same again and again: predict, loss, gradients, step.",
    table: [
      { heading: "step", cells: places.map((place) => String(place.step)) },
      { heading: name, cells: alignDecimals(places.map((place) => formatNumber(place.loss))) },
    ],
  };
}

/** The first ten steps, then 20, 50, 100, 200, 500, ... */
function isTold(step: number): boolean {
  const power = 10 ** Math.floor(Math.log10(step || 1));
  return step <= 10 || [1, 2, 5].some((factor) => step === factor * power);
}

function stop({ outcome }: Scene): Told {
  if (!outcome) return { words: "It goes on until the loss no longer changes, or somebody says stop." };
  return { words: outcome.message, tone: outcome.converged ? "good" : "bad" };
}

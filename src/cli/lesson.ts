/** The seven steps in words and numbers: a finished walk comes in, a chapter for each step goes out. */
import { alignDecimals, count, formatNumber, shortNumber } from "../report/numbers.ts";
import { padEnd, printable, textWidth, wrap } from "../report/style.ts";
import { type Lesson, lossPlot, predictionPlots } from "./sketches.ts";
import { observedOf, predictionsAt, type Walk } from "./walk.ts";

/** What is told of one of the steps; some need a loss that is a number. */
interface Chapter {
  readonly title: string;
  readonly needsLoss?: true;
  readonly tell: (lesson: Lesson) => string[];
}

/** All seven, in order. */
export const chapters: readonly Chapter[] = [
  { title: "initialize", tell: initialize },
  { title: "predict", tell: predict },
  { title: "loss", tell: loss },
  { title: "gradients", needsLoss: true, tell: gradients },
  { title: "step", needsLoss: true, tell: step },
  { title: "repeat", needsLoss: true, tell: repeat },
  { title: "stop", tell: stop },
];

function initialize({ walk: { problem }, room }: Lesson): string[] {
  const values = problem.starts.map(({ value }) => shortNumber(value.item()));
  return [
    ...wrap("Each parameter starts somewhere: where --start says, or else at 1.", room),
    "",
    ...table(
      [
        { cells: problem.starts.map(({ name }) => printable(name)) },
        { cells: alignDecimals(values).map((value) => `= ${value}`) },
        { cells: problem.starts.map(({ fixed }) => (fixed ? "(fixed)" : "")) },
      ],
      " ",
    ),
  ];
}

/** Rows of the data that are shown; the others look alike. */
const shownRows = 5;

function predict(lesson: Lesson): string[] {
  const { walk, style, room } = lesson;
  const { formula, inputs, table: data } = walk.problem;
  const { observed, predicted } = rowsOf(walk);
  const cells = (values: ArrayLike<number>): string[] =>
    alignDecimals(Array.from(values, (value) => formatNumber(value, 6)).slice(0, shownRows));
  const [head = "", ...lines] = table([
    ...inputs.map((name) => ({ heading: name, cells: cells(data.numbers(name)) })),
    { heading: `observed ${walk.response}`, cells: cells(observed) },
    { heading: "predicted", cells: cells(predicted) },
  ]);
  const more = data.rows - lines.length;
  return [
    ...wrap(`${formula!.source}, with these values, for each of the ${count(data.rows, "row")}:`, room),
    "",
    style("quiet", head),
    ...lines,
    ...(more > 0 ? [style("quiet", `... and ${count(more, "more row")}`)] : []),
    "",
    ...predictionPlots(lesson, walk.path.slice(0, 1)),
  ];
}

/** What was observed, and what is predicted at the start. */
function rowsOf({ problem, path }: Walk): { observed: Float64Array; predicted: Float64Array } {
  return {
    observed: observedOf(problem),
    predicted: predictionsAt(problem, path[0]!.params, problem.table),
  };
}

/** The losses that can be written out, row by row. */
const formulas: Readonly<Record<string, { mean: string; term: (p: string, t: string) => string }>> = {
  mse: { mean: "(prediction - observation)^2", term: (p, t) => `(${p} - ${t})^2` },
  l1: { mean: "|prediction - observation|", term: (p, t) => `|${p} - ${t}|` },
};

function loss({ walk, room }: Lesson): string[] {
  const { problem } = walk;
  const { name } = problem.loss;
  const formula = formulas[name];
  const mean = problem.training.weights ? "weighted mean" : "mean";
  const what = formula ? `${name}, the ${mean} of ${formula.mean}` : name;
  const isPlain = !problem.training.weights && Number.isFinite(walk.loss);
  const terms = formula && isPlain ? `${termsOf(walk, formula.term)} = ` : "";
  return [
    ...wrap(`One number says how far off the predictions are, and lower is better. It is ${what}:`, room),
    "",
    ...wrap(`${name} = ${terms}${Number.isNaN(walk.loss) ? "not a number" : formatNumber(walk.loss)}`, room),
  ];
}

/** The mean of the rows' losses, the first of them written out. */
function termsOf(walk: Walk, term: (p: string, t: string) => string): string {
  const { observed, predicted } = rowsOf(walk);
  const shown = Math.min(2, observed.length);
  const terms = Array.from({ length: shown }, (_, i) =>
    term(operand(predicted[i]!, 5), operand(observed[i]!, 5)),
  );
  const rest = observed.length > shown ? " + ..." : "";
  return `(${terms.join(" + ")}${rest}) / ${observed.length}`;
}

/** A number as it stands in a formula: in parentheses if it is negative. */
function operand(value: number, digits = 7): string {
  const text = formatNumber(value, digits);
  return value < 0 ? `(${text})` : text;
}

function gradients({ walk, room }: Lesson): string[] {
  const slopes = Object.entries(walk.gradients);
  const { name } = walk.problem.loss;
  const meaning = (slope: number): string =>
    slope === 0 ? "makes no difference" : `makes the loss ${slope < 0 ? "smaller" : "larger"}`;
  return [
    ...wrap("How fast the loss changes as each parameter grows, exactly, by the chain rule:", room),
    "",
    ...table([
      { cells: slopes.map(([param]) => `d ${name} / d ${printable(param)}`) },
      { cells: alignDecimals(slopes.map(([, slope]) => formatNumber(slope))).map((slope) => `= ${slope}`) },
      { cells: slopes.map(([param, slope]) => `a larger ${printable(param)} ${meaning(slope)}`) },
    ]),
  ];
}

function step({ walk, room }: Lesson): string[] {
  const [before, after] = walk.path;
  if (!before || !after) return wrap("No step was taken.", room);
  const moves = Object.keys(walk.gradients).map((name) => moveOf(walk, name));
  const [from, to] = [before.loss, after.loss].map((value) => formatNumber(value));
  return [
    ...wrap(ruleOf(walk), room),
    "",
    ...table([
      { cells: moves.map(([name]) => `${name}:`) },
      { cells: moves.map(([, work]) => work) },
      { cells: alignDecimals(moves.map(([, , value]) => value)) },
    ]),
    "",
    ...wrap(`The loss goes from ${from} to ${to}.`, room),
  ];
}

/** One parameter's first step: its name, how its new value comes about, and that value. */
function moveOf({ path, gradients, rate, isPlain }: Walk, name: string): [string, string, string] {
  const [before, after] = path.slice(0, 2).map(({ params }) => params[name]!) as [number, number];
  const [old, slope, lr] = [shortNumber(before), operand(gradients[name]!), shortNumber(rate.lr, 5)];
  const moved = before - (rate.lr ?? 0) * gradients[name]!;
  const isHeld = Math.abs(moved - after) > 1e-6 * Math.abs(moved);
  const work = isPlain
    ? `${old} - ${lr} * ${slope}${isHeld ? `, kept within its bounds,` : ""} =`
    : `${old} ->`;
  return [printable(name), work, formatNumber(after)];
}

/** How the optimizer steps, and where its learning rate comes from. */
function ruleOf({ isPlain, rate, finished }: Walk): string {
  if (!isPlain) return `${finished.optimizer.name} makes each step of the gradients now and before.`;
  const rule = "Each parameter moves against its gradient: new value = old value - learning rate * gradient.";
  const lr = shortNumber(rate.lr, 5);
  if (rate.curvature === null) return `${rule} The learning rate is ${lr}, as asked for.`;
  if (rate.curvature === 0)
    return `${rule} The learning rate is ${lr}, a guess: the loss has no curvature here.`;
  const source = `one over ${shortNumber(rate.curvature, 5)}, the largest curvature of the loss at the start`;
  if (rate.cuts === 0) return `${rule} The learning rate is ${lr}: ${source}.`;
  return `${rule} The learning rate is ${lr}: ${source}, and then a quarter of that, ${count(rate.cuts, "time")}, until the loss fell at every step.`;
}

function repeat(lesson: Lesson): string[] {
  const { walk, style, room } = lesson;
  const places = walk.path.filter(({ step }, i) => isTold(step) || i === walk.path.length - 1);
  const [head = "", ...lines] = table([
    { heading: "step", cells: places.map(({ step }) => String(step)) },
    { heading: walk.problem.loss.name, cells: alignDecimals(places.map(({ loss }) => formatNumber(loss))) },
  ]);
  return [
    ...wrap("The same again and again: predict, loss, gradients, step.", room),
    "",
    ...lossPlot(lesson, [style("quiet", head), ...lines]),
  ];
}

/** The first ten steps, then 20, 50, 100, 200, 500, ... */
function isTold(step: number): boolean {
  const power = 10 ** Math.floor(Math.log10(step || 1));
  return step <= 10 || [1, 2, 5].some((factor) => step === factor * power);
}

function stop(lesson: Lesson): string[] {
  const { walk, style, room } = lesson;
  const { outcome } = walk.finished;
  const { path } = walk;
  const places = path.filter((_, i) => i === 0 || i === 10 || i === path.length - 1);
  const role = outcome.converged ? "good" : "bad";
  return [
    ...wrap(outcome.message, room).map((line) => style(role, line)),
    ...(places.length > 1 ? ["", ...predictionPlots(lesson, places)] : []),
  ];
}

/** What is to be said when all is told. */
export function epilogue({ walk: { best, problem }, room }: Lesson): string[] {
  if (best === null) return [];
  const how = `${best.optimizer.name}, ${count(best.steps, "step")}, ${problem.loss.name} ${formatNumber(best.loss)}`;
  return wrap(`The walk is not over. coaster fit takes wiser steps and comes to its end: ${how}.`, room);
}

/** One column of a table of text. */
interface Column {
  readonly heading?: string;
  readonly cells: readonly string[];
}

/** Lines of cells, under a line of headings if there are any. */
function table(columns: readonly Column[], gap = "  "): string[] {
  const hasHeadings = columns.some(({ heading }) => heading !== undefined);
  const full = columns.map(({ heading = "", cells }) =>
    hasHeadings ? [printable(heading), ...cells] : cells,
  );
  const widths = full.map((cells) => Math.max(...cells.map(textWidth)));
  return full[0]!.map((_, row) =>
    full
      .map((cells, i) => padEnd(cells[row]!, widths[i]!))
      .join(gap)
      .trimEnd(),
  );
}

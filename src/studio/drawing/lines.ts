/** What charts of lines alone show: the loss by step, parameters by step, losses by learning rate. Histories go in, lines come out. */
import { formatNumber, type HistoryEntry, type Range, rangeOf, shortNumber } from "../../names.ts";
import type { Moment, Rates } from "../messages.ts";
import { placing } from "./frame.ts";
import { padded } from "./ranges.ts";
import type { Line, Paper, Sight } from "./sight.ts";

/** Lines, and what is said of a place of theirs: of one of `at`, by its index. */
export interface Lines extends Sight {
  readonly words: (index: number) => string;
}

/** The loss of the training rows and of those held out, by step. `now` is the step where a walk is. */
export function lossLines(
  history: readonly HistoryEntry[],
  { loss, isLog, now }: { readonly loss: string; readonly isLog: boolean; readonly now: number | null },
): Lines {
  const steps = history.map(({ step }) => step);
  const training = history.map((entry) => entry.loss);
  const validation = history.map(({ validationLoss }) => validationLoss ?? Number.NaN);
  const isLogarithmic = isLog && [...training, ...validation].every((value) => !(value < 0));
  const placed = isLogarithmic ? logarithms : (values: readonly number[]) => values;
  const [solid, dashed] = [placed(training), placed(validation)];
  const lines: Line[] = [{ values: solid, colour: "accent" }];
  if (validation.some((value) => !Number.isNaN(value)))
    lines.push({ values: dashed, colour: "ink", dash: [5, 4], isJoined: true });
  return {
    x: { label: "step", range: stepsFrom(steps), isWhole: true },
    y: { label: loss, range: padded(rangeOf(solid, dashed), 0.06), isLog: isLogarithmic },
    at: steps,
    lines,
    above: (paper) => drawNow(paper, history, solid, now),
    words: (i) => lossWords(history[i]!),
  };
}

/** From the first step to the last; one step further where there is but one. */
function stepsFrom(steps: readonly number[]): Range {
  const [first = 0, last = 0] = [steps[0], steps.at(-1)];
  return [first, Math.max(last, first + 1)];
}

/** Decimal logarithms; what has none is no number. */
function logarithms(values: readonly number[]): number[] {
  return values.map((value) => (value > 0 ? Math.log10(value) : Number.NaN));
}

function lossWords({ step, loss, validationLoss }: HistoryEntry): string {
  const validation = validationLoss === null ? "" : `, validation ${formatNumber(validationLoss)}`;
  return `step ${step}: ${formatNumber(loss)}${validation}`;
}

/** A dot where the walk is. */
function drawNow(
  paper: Paper,
  history: readonly HistoryEntry[],
  values: readonly number[],
  now: number | null,
): void {
  const index = history.findIndex(({ step }) => step === now);
  if (index >= 0) drawDot(paper, now!, values[index]!);
}

function drawDot({ ctx, frame, colours }: Paper, x: number, y: number): void {
  const [left, top] = placing(frame)(x, y);
  ctx.beginPath();
  ctx.arc(left, top, 4 * frame.ratio, 0, 2 * Math.PI);
  ctx.fillStyle = colours.accent;
  ctx.fill();
}

/** Strokes that are told apart without colours. */
const strokes: readonly Omit<Line, "values">[] = [
  { colour: "accent" },
  { colour: "ink", dash: [7, 4] },
  { colour: "quiet", dash: [2, 3] },
  { colour: "accent", dash: [9, 3, 2, 3] },
  { colour: "ink" },
  { colour: "quiet", dash: [7, 4] },
  { colour: "accent", dash: [2, 3] },
  { colour: "ink", dash: [9, 3, 2, 3] },
];

/** The parameters by step, each with its name at the end of its line; on one scale, or each on its own, from its least to its largest. */
export function parameterLines(
  path: readonly Moment[],
  names: readonly string[],
  { isShared, now }: { readonly isShared: boolean; readonly now: number },
): Lines {
  const steps = path.map(({ step }) => step);
  const values = names.map((name) => path.map(({ params }) => params[name] ?? Number.NaN));
  const placed = isShared ? values : values.map((list) => shares(list));
  const lines = placed.map((list, i) => ({ values: list, ...strokes[i % strokes.length]! }));
  const range: Range = isShared ? rangeOf(...placed) : [0, 1];
  return {
    x: { label: "step", range: stepsFrom(steps), isWhole: true },
    y: { label: isShared ? "value" : "", range: padded(range, 0.06), isBare: !isShared },
    at: steps,
    lines,
    roomAtRight: Math.max(...names.map((name) => Math.min(name.length, 14))) * 7.5 + 12,
    above: (paper) => {
      drawEnds(paper, names, lines, steps);
      for (const list of placed) drawDot(paper, now, list[steps.indexOf(now)] ?? Number.NaN);
    },
    words: (i) =>
      `step ${steps[i]}: ${names.map((name, k) => `${name} ${shortNumber(values[k]![i]!, 5)}`).join(", ")}`,
  };
}

/** Values as shares of the way from the least to the largest. */
function shares(values: readonly number[]): number[] {
  const [low, high] = rangeOf(values);
  return values.map((value) => (value - low) / (high - low));
}

/** Names at the ends of lines, moved apart where they would overlap. */
function drawEnds(
  { ctx, frame, colours }: Paper,
  names: readonly string[],
  lines: readonly Line[],
  steps: readonly number[],
): void {
  const { left, top, width, height, ratio } = frame;
  const place = placing(frame);
  const last = steps.findLastIndex((step) => step <= frame.x[1]);
  const ends = names
    .map((name, i) => ({
      name,
      colour: lines[i]!.colour,
      down: place(0, Number(lines[i]!.values[last] ?? Number.NaN))[1] - top,
    }))
    .filter(({ down }) => down >= -1 && down <= height + 1)
    .sort((a, b) => a.down - b.down);
  ctx.font = `500 ${12 * ratio}px ${colours.family}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  let free = Number.NEGATIVE_INFINITY;
  for (const { name, colour, down } of ends) {
    const line = Math.max(down, free);
    free = line + 14 * ratio;
    ctx.fillStyle = colours[colour];
    ctx.fillText(name.length > 14 ? `${name.slice(0, 13)}…` : name, left + width + 8 * ratio, top + line);
  }
}

/** The loss by learning rate, both logarithmic unless a loss is negative, and the rate that is suggested. */
export function rateLines({ rates, losses, suggestion }: Rates): Lines {
  const isLog = losses.every((loss) => !(loss < 0));
  const [at, values] = [logarithms(rates), isLog ? logarithms(losses) : losses];
  return {
    x: { label: "learning rate", range: rangeOf(at), isLog: true },
    y: { label: "loss", range: padded(rangeOf(values), 0.06), isLog },
    at,
    lines: [{ values, colour: "accent" }],
    above: (paper) => suggestion !== null && drawMark(paper, Math.log10(suggestion)),
    words: (i) => `rate ${shortNumber(rates[i]!, 3)}: loss ${shortNumber(losses[i]!, 5)}`,
  };
}

/** A dashed line across the frame. */
function drawMark({ ctx, frame, colours }: Paper, x: number): void {
  const [left] = placing(frame)(x, 0);
  ctx.save();
  ctx.beginPath();
  ctx.moveTo(left, frame.top);
  ctx.lineTo(left, frame.top + frame.height);
  ctx.setLineDash([4 * frame.ratio, 4 * frame.ratio]);
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = frame.ratio;
  ctx.stroke();
  ctx.restore();
}

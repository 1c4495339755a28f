/** The small pictures of `coaster steps`: a walk comes in, braille plots of it go out, as lines of text. */
import { niceRange, type Range, rangeAround } from "../report/axis.ts";
import { type BraillePlotOptions, braillePlot, sideBySide } from "../report/braille.ts";
import { pictureOf } from "../report/pictured.ts";
import type { FitPicture } from "../report/plot/fit.ts";
import { type Style, textWidth } from "../report/style.ts";
import { observedOf, type Place, predictionsAt, type Walk } from "./walk.ts";

/** A walk, and how to tell of it: in lines of `room` columns. */
export interface Lesson {
  readonly walk: Walk;
  readonly style: Style;
  readonly ascii: boolean;
  readonly room: number;
}

/** Observations and predictions at some places of the path, side by side over the same range, as far as the lines have room. */
export function predictionPlots(lesson: Lesson, places: readonly Place[]): string[] {
  const { walk, room } = lesson;
  const shown = places.slice(-Math.max(1, Math.floor((room + gap) / (narrowest + gap))));
  const width = Math.min(widest, Math.floor((room + gap) / shown.length) - gap);
  const [start] = walk.path;
  const before = pictureAt(walk, start!);
  const yRange = niceRange(rangeAround(before.observed.y, before.curve.y), 4);
  const plots = shown.map((place) => fitPlot(lesson, place, width, yRange));
  return sideBySide(plots, gap).split("\n");
}

const narrowest = 22;
const widest = 72;
const gap = 2;

function fitPlot(lesson: Lesson, place: Place, width: number, yRange: Range): string {
  const { observed, curve, xLabel, yLabel } = pictureAt(lesson.walk, place);
  return plot(lesson, {
    width,
    height: 14,
    title: place.step === 0 ? "at the start" : `after ${place.step} steps`,
    points: [observed],
    curves: [curve],
    xLabel,
    yLabel,
    yRange,
    legend: width > 36 ? { points: "observed", curves: "predicted" } : false,
  });
}

function pictureAt({ problem, response }: Walk, { params }: Place): FitPicture {
  return pictureOf({
    title: "",
    target: response,
    inputs: problem.inputs,
    table: problem.table,
    targets: observedOf(problem),
    predict: (columns) => predictionsAt(problem, params, columns),
    caption: "",
  });
}

/** Lines of text, and beside them the loss by step, on a logarithmic scale unless it is negative somewhere. */
export function lossPlot(lesson: Lesson, text: readonly string[]): string[] {
  const { walk, room } = lesson;
  const { name } = walk.problem.loss;
  const isPositive = walk.path.every(({ loss }) => loss > 0);
  const y = walk.path.map(({ loss }) => (isPositive ? Math.log10(loss) : loss));
  const picture = plot(lesson, {
    width: Math.min(52, room - Math.max(...text.map(textWidth)) - 4),
    height: Math.max(12, text.length),
    curves: [{ x: walk.path.map(({ step }) => step), y }],
    xLabel: "step",
    yLabel: isPositive ? `log10 ${name}` : name,
    legend: false,
  });
  return sideBySide([text.join("\n"), picture], 4).split("\n");
}

function plot({ style, ascii }: Lesson, options: BraillePlotOptions): string {
  return braillePlot({ ...options, style, ascii });
}

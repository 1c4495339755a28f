/**
 * Figures for papers and pages: what was observed and what was fitted, with the residuals below; and how the loss fell.
 * Plain values go in, one self-contained SVG document comes out, the same bytes each time.
 */
import type { Markish } from "@observablehq/plot";
import type { HistoryEntry } from "../fit/result.ts";
import { isDrawable, logTicksOf, type Range, rangeOf, tickLabels, ticksOf } from "./axis.ts";
import { accent, faintInk, figure, ink, margins, quietInk, typeset, width } from "./figure.ts";
import { shortNumber } from "./numbers.ts";

/**
 * A fit as a picture needs it. For a model of one input, x is that input and the curve is the model on a dense grid;
 * for others x is the prediction and the curve the diagonal, where prediction and observation agree.
 */
export interface FitPicture {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly observed: { readonly x: Float64Array; readonly y: Float64Array };
  readonly curve: { readonly x: Float64Array; readonly y: Float64Array };
  /** Observation minus prediction, for each observed point. */
  readonly residuals: Float64Array;
  /** The main numbers, shown quietly below the title. */
  readonly caption: string;
  /** What points and curve are called: observed and fitted, unless said. */
  readonly legend?: { readonly points: string; readonly curve: string };
}

/** The way of the loss as a picture needs it. */
export interface LossPicture {
  readonly title: string;
  /** The name of the loss: the label of the y axis. */
  readonly loss: string;
  readonly history: readonly HistoryEntry[];
  readonly caption: string;
}

/** Observations and curve above, residuals below on the same x axis, as an SVG document. */
export async function fitFigure(picture: FitPicture): Promise<string> {
  const { observed, curve, residuals, legend = { points: "observed", curve: "fitted" } } = picture;
  const all = pointsOf(observed.x, observed.y, residuals);
  const points = thinned(all);
  const x = linear(rangeOf(observed.x, curve.x), 8);
  const yRange = fitRange(observed.y, curve.y);
  const line = pointsOf(curve.x, nearby(curve.y, yRange));
  const draw = await drawing();
  const notice = points.length < all.length ? `; ${points.length} of ${all.length} points drawn` : "";
  return figure({
    title: picture.title,
    caption: picture.caption + notice,
    xLabel: picture.xLabel,
    panels: [
      {
        label: picture.yLabel,
        height: 310,
        legend: [
          { sign: "●", colour: ink, text: legend.points },
          { sign: "—", colour: accent, text: legend.curve },
        ],
        svg: draw(310, bare(x), linear(yRange, 6), (plot) => [
          plot.lineY(line, { ...curveLook, clip: true }),
          plot.dot(points, { x: "x", y: "y", ...pointLook(points) }),
        ]),
      },
      {
        label: "residual",
        height: 160,
        legend: [],
        svg: draw(160, x, linear(symmetric(rangeOf(residuals)), 3), (plot) => [
          plot.ruleY([0], { stroke: accent, strokeWidth: 1.5 }),
          plot.ruleX(isSparse(points) ? points : [], { x: "x", y1: 0, y2: "residual", ...stemLook }),
          plot.dot(points, { x: "x", y: "residual", ...pointLook(points) }),
        ]),
      },
    ],
  });
}

/** The loss by step, on a logarithmic scale where it is positive, for the training and, if there are, the validation rows. */
export async function lossFigure({ title, loss, history, caption }: LossPicture): Promise<string> {
  const steps = history.map(({ step }) => step);
  const training = history.map((entry) => entry.loss);
  const validation = history.map(({ validationLoss }) => validationLoss ?? Number.NaN);
  const values = [...training, ...validation].filter(isDrawable);
  const isLog = values.some((value) => value > 0) && values.every((value) => value >= 0);
  // Zero has no place on a logarithmic scale: a line that reaches it ends before.
  const shown = isLog ? values.filter((value) => value > 0) : values;
  const visible = (list: number[]) =>
    pointsOf(
      steps,
      list.map((it) => (isLog && it <= 0 ? Number.NaN : it)),
    );
  const hasValidation = validation.some(isDrawable);
  const draw = await drawing();
  return figure({
    title,
    caption,
    xLabel: "step",
    panels: [
      {
        label: isLog ? `${loss}, logarithmic scale` : loss,
        height: 330,
        legend: hasValidation
          ? [
              { sign: "—", colour: accent, text: "training" },
              { sign: "- -", colour: ink, text: "validation" },
            ]
          : [],
        svg: draw(
          330,
          linear(rangeOf(steps), 8),
          (isLog ? logarithmic : linear)(rangeOf(shown), 6),
          (plot) => [
            plot.lineY(visible(validation), validationLook),
            plot.lineY(visible(training), curveLook),
            plot.dot(
              visible(training)
                .filter(({ y }) => isDrawable(y))
                .slice(-1),
              { x: "x", y: "y", r: 3.5, fill: accent },
            ),
          ],
        ),
      },
    ],
  });
}

/** One place in a figure. */
interface Point {
  readonly x: number;
  readonly y: number;
  readonly residual: number;
}

/** The places in order; what cannot be drawn is NaN, which breaks lines and hides dots. */
function pointsOf(x: ArrayLike<number>, y: ArrayLike<number>, residuals?: ArrayLike<number>): Point[] {
  const at = (list: ArrayLike<number> | undefined, i: number) =>
    isDrawable(list?.[i]) ? list[i]! : Number.NaN;
  return Array.from({ length: x.length }, (_, i) => ({
    x: at(x, i),
    y: at(y, i),
    residual: at(residuals, i),
  }));
}

/** More dots than this only blacken the paper and weigh down the file. */
const maxPoints = 4000;

/** Evenly spaced rows, at most `maxPoints` of them. */
function thinned(points: Point[]): Point[] {
  if (points.length <= maxPoints) return points;
  return Array.from({ length: maxPoints }, (_, i) => points[Math.floor((i * points.length) / maxPoints)]!);
}

function isSparse(points: readonly Point[]): boolean {
  return points.length <= 200;
}

/** One axis of a drawing: its scale, and its ticks with their texts. */
interface Axis {
  readonly type: "linear" | "log";
  readonly domain: Range;
  readonly ticks: readonly number[];
  readonly labels: readonly string[];
}

function linear(domain: Range, count: number): Axis {
  const ticks = ticksOf(domain, count);
  return { type: "linear", domain, ticks, labels: tickLabels(ticks) };
}

function logarithmic(domain: Range, count: number): Axis {
  const low = domain[0] > 0 ? domain[0] : domain[1] / 10;
  const ticks = logTicksOf([low, domain[1]], count);
  const labels = ticks.map((tick) => (tick >= 1e-4 && tick < 1e6 ? shortNumber(tick) : tick.toExponential()));
  return { type: "log", domain: [low, domain[1]], ticks, labels };
}

/** The same axis without its numbers, which stand below another panel. */
function bare(axis: Axis): Axis {
  return { ...axis, labels: [] };
}

/** The observations and, as far as it stays near them, the curve. */
function fitRange(observed: ArrayLike<number>, curve: ArrayLike<number>): Range {
  const seen = rangeOf(observed);
  const margin = (seen[1] - seen[0]) / 2;
  return rangeOf(seen, nearby(curve, seen, margin));
}

/** The values, drawn in to the range and a margin around it, so that a curve that runs away is cut and not lost. */
function nearby(values: ArrayLike<number>, [low, high]: Range, margin = high - low): number[] {
  return Array.from(values, (value) => Math.min(Math.max(value, low - margin), high + margin));
}

function symmetric([low, high]: Range): Range {
  const size = Math.max(Math.abs(low), Math.abs(high));
  return [-size, size];
}

const curveLook = { x: "x", y: "y", stroke: accent, strokeWidth: 2.25, strokeLinecap: "round" } as const;
const validationLook = { x: "x", y: "y", stroke: ink, strokeWidth: 1.5, strokeDasharray: "5 4" } as const;
const stemLook = { stroke: ink, strokeWidth: 1, strokeOpacity: 0.35 } as const;

/** Dots with a white edge while they are few; smaller and clear as glass when they are many. */
function pointLook(points: readonly Point[]) {
  if (isSparse(points)) return { r: 3.25, fill: ink, stroke: "#ffffff", strokeWidth: 0.75 };
  return {
    r: points.length <= 1000 ? 2.25 : 1.5,
    fill: ink,
    fillOpacity: points.length <= 1000 ? 0.6 : 0.35,
  };
}

type Plotting = typeof import("@observablehq/plot");
type Draw = (height: number, x: Axis, y: Axis, marks: (plot: Plotting) => Markish[]) => string;

/** Loads what draws, and gives a function from axes and marks to SVG elements. */
async function drawing(): Promise<Draw> {
  const [plot, { parseHTML }] = await Promise.all([import("@observablehq/plot"), import("linkedom")]);
  const { document } = parseHTML("<html></html>");
  return (height, x, y, marks) => {
    const svg = plot.plot({
      document,
      width,
      height,
      marginLeft: margins.left,
      marginRight: margins.right,
      marginTop: margins.top,
      marginBottom: margins.bottom,
      inset: 8,
      x: { type: x.type, domain: x.domain, axis: null },
      y: { type: y.type, domain: y.domain, axis: null },
      marks: [...axes(plot, x, y), ...marks(plot)],
    });
    for (const style of svg.querySelectorAll("style")) style.remove();
    return `<g text-anchor="middle" font-size="11">${svg.innerHTML}</g>`;
  };
}

/** Quiet lines to read values by, numbers at the left and below. */
function axes(plot: Plotting, x: Axis, y: Axis): Markish[] {
  const text = ({ labels }: Axis) => ({ tickFormat: (_: unknown, i: number) => typeset(labels[i] ?? "") });
  return [
    plot.gridY(y.ticks, { stroke: faintInk, strokeOpacity: 1 }),
    plot.gridX(x.ticks, { stroke: faintInk, strokeOpacity: 1 }),
    plot.axisY(y.ticks, {
      tickSize: 0,
      tickPadding: 8,
      fontSize: 11,
      label: null,
      fill: quietInk,
      ...text(y),
    }),
    plot.axisX(x.ticks, {
      tickSize: 0,
      tickPadding: 8,
      fontSize: 11,
      label: null,
      fill: quietInk,
      ...text(x),
    }),
  ];
}

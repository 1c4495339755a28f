/**
 * Figures for papers and pages: what was observed and what was fitted, with the residuals below; and how the loss fell.
 * Plain values go in, one self-contained SVG document comes out, the same bytes each time.
 */
import type { Markish } from "@observablehq/plot";
import type { HistoryEntry } from "../fit/result.ts";
import {
  isDrawable,
  logTicksOf,
  nearby,
  type Range,
  rangeAround,
  rangeOf,
  tickLabels,
  ticksOf,
} from "./axis.ts";
import {
  accent,
  faintInk,
  figure,
  ink,
  type LegendEntry,
  margins,
  type Panel,
  quietInk,
  typeset,
  width,
} from "./figure.ts";
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
  /** The limits of the curve, one for each of its points. */
  readonly band?: { readonly lower: Float64Array; readonly upper: Float64Array };
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
  const { title, caption, xLabel, observed, curve, residuals } = picture;
  const points = pointsOf(observed.x, observed.y, residuals);
  const x = linear(rangeOf(observed.x, curve.x), 8);
  const y = linear(rangeAround(observed.y, curve.y), 6);
  const residual = linear(symmetric(rangeOf(residuals)), 3);
  const draw = await drawing([y, residual]);
  const all = observed.x.length;
  const notice = points.length < all ? ` (${points.length} of ${all} points drawn)` : "";
  const panels = [fitPanel(picture, points, bare(x), y, draw), residualPanel(points, x, residual, draw)];
  return figure({ title, caption: caption + notice, xLabel, panels });
}

function fitPanel(
  { yLabel, curve, band, legend }: FitPicture,
  points: readonly Point[],
  x: Axis,
  y: Axis,
  draw: Draw,
): Panel {
  const height = 300;
  const line = pointsOf(curve.x, nearby(curve.y, y.domain));
  const limits = band ? bandOf(curve.x, nearby(band.lower, y.domain), nearby(band.upper, y.domain)) : [];
  return {
    label: yLabel,
    height,
    legend: [
      { sign: "●", colour: ink, text: legend?.points ?? "observed" },
      { sign: "—", colour: accent, text: legend?.curve ?? "fitted" },
    ],
    svg: draw(height, x, y, (plot) => [
      plot.areaY(limits, bandLook),
      plot.dot(points, { x: "x", y: "y", ...pointLook(points) }),
      // Above the dots: where a fit is good, they would hide it.
      plot.lineY(line, { ...curveLook, clip: true }),
    ]),
  };
}

function residualPanel(points: readonly Point[], x: Axis, y: Axis, draw: Draw): Panel {
  const height = 160;
  const stems = points.length <= maxStems ? points : [];
  return {
    label: "residual",
    height,
    legend: [],
    svg: draw(height, x, y, (plot) => [
      plot.ruleY([0], { stroke: accent, strokeWidth: 1.5 }),
      plot.ruleX(stems, { x: "x", y1: 0, y2: "residual", ...stemLook }),
      plot.dot(points, { x: "x", y: "residual", ...pointLook(points) }),
    ]),
  };
}

/** The loss by step for the training rows and, if there are any, the validation rows, as an SVG document; on a logarithmic scale unless it is negative. */
export async function lossFigure({ title, loss, history, caption }: LossPicture): Promise<string> {
  const height = 330;
  const steps = history.map(({ step }) => step);
  const training = history.map((entry) => entry.loss);
  // It may be known once an epoch only: the line goes on over the steps between.
  const validated = history.filter(({ validationLoss }) => validationLoss !== null);
  const validation = validated.map(({ validationLoss }) => validationLoss!);
  const { y, values } = lossAxis([...training, ...validation]);
  const x = linear(rangeOf(steps), 8);
  const draw = await drawing([y]);
  const line = pointsOf(steps, training.map(values));
  const dashes = pointsOf(
    validated.map(({ step }) => step),
    validation.map(values),
  );
  const end = line.filter((point) => isDrawable(point.y)).slice(-1);
  const panel: Panel = {
    label: y.type === "log" ? `${loss}, logarithmic scale` : loss,
    height,
    legend: validated.length > 0 ? lossLegend : [],
    svg: draw(height, x, y, (plot) => [
      plot.lineY(dashes, validationLook),
      plot.lineY(line, curveLook),
      plot.dot(end, { x: "x", y: "y", r: 3.5, fill: accent }),
    ]),
  };
  return figure({ title, caption, xLabel: "step", panels: [panel] });
}

const lossLegend: readonly LegendEntry[] = [
  { sign: "—", colour: accent, text: "training" },
  { sign: "- -", colour: ink, text: "validation" },
];

/** The axis for losses, and what becomes of them there: zero has no place on a logarithmic scale, so a line ends before it. */
function lossAxis(losses: readonly number[]): { y: Axis; values: (loss: number) => number } {
  const drawable = losses.filter(isDrawable);
  const positive = drawable.filter((loss) => loss > 0);
  if (positive.length === 0 || drawable.some((loss) => loss < 0)) {
    return { y: linear(rangeOf(drawable), 6), values: (loss) => loss };
  }
  return { y: logarithmic(rangeOf(positive), 6), values: (loss) => (loss > 0 ? loss : Number.NaN) };
}

/** One place in a figure. */
interface Point {
  readonly x: number;
  readonly y: number;
  readonly residual: number;
}

/** More dots than this only blacken the paper and weigh down the file. */
const maxPoints = 4000;

/** The places in order, evenly thinned to `maxPoints` with both ends kept; what cannot be drawn is NaN, which breaks lines and hides dots. */
function pointsOf(x: ArrayLike<number>, y: ArrayLike<number>, residuals?: ArrayLike<number>): Point[] {
  const length = Math.min(x.length, maxPoints);
  const at = (list: ArrayLike<number> | undefined, i: number) =>
    isDrawable(list?.[i]) ? list[i]! : Number.NaN;
  return Array.from({ length }, (_, i) => {
    const row = Math.round((i * (x.length - 1)) / Math.max(1, length - 1));
    return { x: at(x, row), y: at(y, row), residual: at(residuals, row) };
  });
}

/** The limits at each place. */
function bandOf(
  x: Float64Array,
  lower: ArrayLike<number>,
  upper: ArrayLike<number>,
): { x: number; low: number; high: number }[] {
  return Array.from(x, (at, i) => ({ x: at, low: lower[i]!, high: upper[i]! }));
}

/** More stems than this run together. */
const maxStems = 200;

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

function symmetric([low, high]: Range): Range {
  const size = Math.max(Math.abs(low), Math.abs(high));
  return [-size, size];
}

const curveLook = { x: "x", y: "y", stroke: accent, strokeWidth: 2, strokeLinecap: "round" } as const;
const bandLook = { x: "x", y1: "low", y2: "high", fill: accent, fillOpacity: 0.14, clip: true } as const;
const validationLook = { x: "x", y: "y", stroke: ink, strokeWidth: 1.5, strokeDasharray: "5 4" } as const;
const stemLook = { stroke: ink, strokeWidth: 1, strokeOpacity: 0.35 } as const;

/** Smaller and more transparent dots, the more there are. */
function pointLook({ length }: readonly Point[]) {
  const [r, fillOpacity] = length <= maxStems ? [3, 0.8] : length <= 1000 ? [2.25, 0.6] : [1.5, 0.35];
  return { r, fill: ink, fillOpacity };
}

type Plotting = typeof import("@observablehq/plot");
type Draw = (height: number, x: Axis, y: Axis, marks: (plot: Plotting) => Markish[]) => string;

/** Loads what draws, and gives a function from axes and marks to SVG elements; the y axes that share a figure start at one place. */
async function drawing(yAxes: readonly Axis[]): Promise<Draw> {
  const [plot, { parseHTML }] = await Promise.all([import("@observablehq/plot"), import("linkedom")]);
  const { document } = parseHTML("<html></html>");
  const marginLeft = Math.max(...yAxes.map(roomForLabels));
  return (height, x, y, marks) => {
    const svg = plot.plot({
      document,
      width,
      height,
      marginLeft,
      marginRight: margins.right,
      marginTop: margins.top,
      marginBottom: x.labels.length > 0 ? margins.bottom : margins.bare,
      inset: 8,
      x: { type: x.type, domain: x.domain, axis: null },
      y: { type: y.type, domain: y.domain, axis: null },
      marks: [...axes(plot, x, y), ...marks(plot)],
    });
    for (const style of svg.querySelectorAll("style")) style.remove();
    return `<g text-anchor="middle" font-size="11">${shortened(svg.innerHTML)}</g>`;
  };
}

/** Coordinates to a hundredth of a unit, which no eye can tell from more; texts as they are. */
function shortened(svg: string): string {
  return svg.replace(/="[^"]*"/g, (attribute) => attribute.replace(/(\.\d\d)\d+/g, "$1"));
}

/** Wide enough for the numbers of the axis, at about 6.5 units a character. */
function roomForLabels({ labels }: Axis): number {
  const longest = Math.max(0, ...labels.map((label) => typeset(label).length));
  return Math.max(margins.left, Math.ceil(margins.outer + longest * 6.5 + 8));
}

/** The losses of a learning rate range test as a picture needs them. */
export interface RatePicture {
  readonly title: string;
  /** The name of the loss: the label of the y axis. */
  readonly loss: string;
  readonly rates: readonly number[];
  readonly smoothed: readonly number[];
  readonly suggestion: number | null;
  readonly caption: string;
}

/** The loss by learning rate, both on logarithmic scales unless the loss is negative somewhere, and the rate suggested, as an SVG document. */
export async function rateFigure(picture: RatePicture): Promise<string> {
  const { title, loss, rates, smoothed, suggestion, caption } = picture;
  const height = 330;
  const { y, values } = lossAxis(smoothed);
  const x = logarithmic(rangeOf(rates), 8);
  const draw = await drawing([y]);
  const panel: Panel = {
    label: y.type === "log" ? `${loss}, logarithmic scale` : loss,
    height,
    legend: suggestion === null ? [] : [{ sign: "|", colour: ink, text: "suggested" }],
    svg: draw(height, x, y, (plot) => [
      plot.ruleX(suggestion === null ? [] : [suggestion], stemLook),
      plot.lineY(pointsOf(rates, smoothed.map(values)), curveLook),
    ]),
  };
  return figure({ title, caption, xLabel: "learning rate", panels: [panel] });
}

/** Quiet lines to read values by, numbers at the left and below. */
function axes(plot: Plotting, x: Axis, y: Axis): Markish[] {
  const text = ({ labels }: Axis) => ({ text: (_: unknown, i: number) => typeset(labels[i] ?? "") });
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

/**
 * The figure of a fit: what was observed and what was fitted, with the residuals below. Plain values go in, one self-contained SVG
 * document comes out, the same bytes each time.
 */
import { nearby, type Range, rangeAround, rangeOf } from "../axis.ts";
import { accent, figure, ink, type LegendEntry, type Panel } from "../figure.ts";
import {
  type Axis,
  bare,
  curveLook,
  type Draw,
  drawable,
  drawing,
  linear,
  type Marks,
  type Plotting,
  type Point,
  pointsOf,
  stemLook,
  thinned,
} from "./drawing.ts";

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
  /** For each observed point, whether it was held out of the fit, 1 or 0: it is drawn hollow. */
  readonly heldOut?: ArrayLike<number>;
  /** The main numbers, shown quietly below the title. */
  readonly caption: string;
  /** What points and curve are called: observed and fitted, unless said. */
  readonly legend?: { readonly points: string; readonly curve: string };
}

/** Observations and curve above, residuals below on the same x axis, as an SVG document. */
export async function fitFigure(picture: FitPicture): Promise<string> {
  const { title, caption, xLabel, observed, curve, residuals } = picture;
  const points = seenIn(picture);
  const x = linear(rangeOf(observed.x, curve.x), 8);
  const y = linear(rangeAround(observed.y, curve.y), 6);
  const residual = linear(symmetric(rangeOf(residuals)), 3);
  const draw = await drawing([y, residual]);
  const all = observed.x.length;
  const notice = points.length < all ? ` (${points.length} of ${all} points drawn)` : "";
  const panels = [fitPanel(picture, points, bare(x), y, draw), residualPanel(points, x, residual, draw)];
  return figure({ title, caption: caption + notice, xLabel, panels });
}

/** An observation. */
interface Seen extends Point {
  readonly residual: number;
  readonly isHeldOut: boolean;
}

function seenIn({ observed: { x, y }, residuals, heldOut }: FitPicture): Seen[] {
  return thinned(x.length).map((i) => ({
    x: drawable(x, i),
    y: drawable(y, i),
    residual: drawable(residuals, i),
    isHeldOut: Boolean(heldOut?.[i]),
  }));
}

function fitPanel(
  { yLabel, curve, band, legend }: FitPicture,
  points: readonly Seen[],
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
      ...(points.some(({ isHeldOut }) => isHeldOut) ? [heldOutEntry] : []),
      { sign: "—", colour: accent, text: legend?.curve ?? "fitted" },
    ],
    svg: draw(height, x, y, (plot) => [
      plot.areaY(limits, bandLook),
      ...dots(plot, points, "y"),
      // Above the dots: where a fit is good, they would hide it.
      plot.lineY(line, { ...curveLook, clip: true }),
    ]),
  };
}

function residualPanel(points: readonly Seen[], x: Axis, y: Axis, draw: Draw): Panel {
  const height = 160;
  const stems = points.length <= maxStems ? points : [];
  return {
    label: "residual",
    height,
    legend: [],
    svg: draw(height, x, y, (plot) => [
      plot.ruleY([0], { stroke: accent, strokeWidth: 1.5 }),
      plot.ruleX(stems, { x: "x", y1: 0, y2: "residual", ...stemLook }),
      ...dots(plot, points, "residual"),
    ]),
  };
}

const bandLook = { x: "x", y1: "low", y2: "high", fill: accent, fillOpacity: 0.14, clip: true } as const;

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

const heldOutEntry: LegendEntry = { sign: "○", colour: ink, text: "held out" };

/** A dot for each observation, a hollow one for those held out; smaller and more transparent, the more there are. */
function dots(plot: Plotting, points: readonly Seen[], y: "y" | "residual"): Marks {
  const { length } = points;
  const [r, opacity] = length <= maxStems ? [3, 0.8] : length <= 1000 ? [2.25, 0.6] : [1.5, 0.35];
  const [hollow, solid] = [points.filter((p) => p.isHeldOut), points.filter((p) => !p.isHeldOut)];
  return [
    plot.dot(solid, { x: "x", y, r, fill: ink, fillOpacity: opacity }),
    plot.dot(hollow, { x: "x", y, r, stroke: ink, strokeOpacity: opacity, fill: "#ffffff" }),
  ];
}

function symmetric([low, high]: Range): Range {
  const size = Math.max(Math.abs(low), Math.abs(high));
  return [-size, size];
}

/**
 * The figure of a loss over two parameters: the losses over a grid and the path walked go in, one self-contained SVG document comes out, the
 * same bytes each time.
 */
import { levelsOf } from "../../fit/levels.ts";
import type { LossGrid } from "../../fit/survey.ts";
import { isDrawable, nearby, type Range, rangeOf } from "../axis.ts";
import { accent, figure, ink, type LegendEntry, margins, type Panel, quietInk, width } from "../figure.ts";
import { curveLook, drawing, linear, type Point, pointsOf } from "./drawing.ts";

/** Values of the two parameters, along x and along y. */
interface Pair<Values> {
  readonly x: Values;
  readonly y: Values;
}

/** A loss over two parameters as a picture needs it. */
export interface SurfacePicture {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** The name of the loss. */
  readonly loss: string;
  readonly grid: LossGrid;
  /** Where to draw contours; levels that show a narrow valley, unless said. */
  readonly levels?: readonly number[];
  /** The places of a walk, in order: the first is marked as its start, the last as its end. */
  readonly path?: Pair<ArrayLike<number>>;
  /** The gradient of the loss at the end of the path: an arrow points against it, downhill. */
  readonly gradient?: Pair<number>;
  readonly caption: string;
}

const height = 460;

/** Contours of the loss, darker uphill, and on them the path, as an SVG document. Where the loss is no number it is as dark as the highest. */
export async function surfaceFigure(picture: SurfacePicture): Promise<string> {
  const { title, caption, xLabel, yLabel, grid, loss, gradient, levels = levelsOf(grid.losses) } = picture;
  const x = linear(rangeOf(grid.x), 8);
  const y = linear(rangeOf(grid.y), 6);
  const draw = await drawing([y], { inset: 0 });
  const { heights, thresholds } = steepened(grid.losses, levels);
  const path = pathOf(picture.path ?? { x: [], y: [] }, x.domain, y.domain);
  const arrow = gradient && path.length > 0 ? [arrowFrom(path.at(-1)!, gradient, x.domain, y.domain)] : [];
  const panel: Panel = {
    label: yLabel,
    height,
    legend: legendOf(loss, path.length > 0, arrow.length > 0),
    svg: draw(height, x, y, (plot) => [
      plot.contour(heights, { ...cellsOf(grid), thresholds, clip: true, ...contourLook }),
      plot.line(path, { ...curveLook, clip: true }),
      plot.dot(path.length <= maxStones ? path.slice(1, -1) : [], { ...stoneLook, clip: true }),
      plot.dot(path.slice(0, 1), { ...endLook, fill: "#ffffff" }),
      plot.dot(path.slice(-1), { ...endLook, fill: accent }),
      plot.arrow(arrow, arrowLook),
    ]),
  };
  return figure({ title, caption, xLabel, panels: [panel] });
}

/** More steps than this only make the line thicker. */
const maxStones = 60;

const contourLook = {
  fill: ink,
  fillOpacity: 0.06,
  stroke: ink,
  strokeOpacity: 0.3,
  strokeWidth: 0.6,
} as const;
const stoneLook = { x: "x", y: "y", r: 2, fill: accent } as const;
const endLook = { x: "x", y: "y", r: 4.5, stroke: accent, strokeWidth: 2, clip: true } as const;
const arrowLook = {
  x1: "x1",
  y1: "y1",
  x2: "x2",
  y2: "y2",
  stroke: ink,
  strokeWidth: 2,
  clip: true,
} as const;

/**
 * Losses and levels as the square roots of their heights above the least loss: these make a cone where losses make a bowl, and straight
 * lines between the places of a grid are right then. A loss that is no number is as high as the highest.
 */
function steepened(
  losses: Float64Array,
  levels: readonly number[],
): { heights: Float64Array; thresholds: number[] } {
  const drawable = losses.filter(isDrawable);
  const least = drawable.reduce((low, loss) => Math.min(low, loss), Number.POSITIVE_INFINITY);
  const highest = drawable.reduce((high, loss) => Math.max(high, loss), least);
  const heightOf = (loss: number): number => Math.sqrt(Math.max(0, loss - least));
  return {
    heights: losses.map((loss) => heightOf(isDrawable(loss) ? loss : highest)),
    thresholds: levels.map(heightOf),
  };
}

/** A loss is a cell of the drawing, in whose middle it is: the outermost cells reach beyond the axes by half. */
function cellsOf({ x, y }: LossGrid) {
  const ends = (values: Float64Array): Range => {
    const [first, last] = [values[0]!, values.at(-1)!];
    const half = (last - first) / (2 * (values.length - 1));
    return [first - half, last + half];
  };
  const [[x1, x2], [y1, y2]] = [ends(x), ends(y)];
  return { x: null, y: null, x1, x2, y1, y2, width: x.length, height: y.length } as const;
}

/** The places of the path that can be drawn, those far outside drawn in. */
function pathOf({ x, y }: Pair<ArrayLike<number>>, across: Range, up: Range): Point[] {
  return pointsOf(nearby(x, across), nearby(y, up)).filter((at) => isDrawable(at.x) && isDrawable(at.y));
}

/** How long the arrow is, in units of the drawing. */
const arrowLength = 64;

/** From a place down the steepest way: the values of the parameters change as the gradient says, and the drawing stretches each in its own way. */
function arrowFrom({ x, y }: Point, { x: dx, y: dy }: Pair<number>, across: Range, up: Range) {
  const [perX, perY] = [
    (width - margins.left - margins.right) / (across[1] - across[0]),
    (height - margins.top - margins.bottom) / (up[1] - up[0]),
  ];
  const length = Math.hypot(dx * perX, dy * perY);
  const scale = isDrawable(length) && length > 0 ? arrowLength / length : 0;
  return { x1: x, y1: y, x2: x - dx * scale, y2: y - dy * scale };
}

function legendOf(loss: string, hasPath: boolean, hasArrow: boolean): LegendEntry[] {
  return [
    { sign: "■", colour: quietInk, text: `${loss}, darker uphill` },
    ...(hasPath
      ? [
          { sign: "○", colour: accent, text: "start" },
          { sign: "●", colour: accent, text: "end" },
        ]
      : []),
    ...(hasArrow ? [{ sign: "→", colour: ink, text: "downhill" }] : []),
  ];
}

/**
 * The figure of parameters by step: where each stood at every step goes in, one self-contained SVG document comes out, the same bytes
 * each time.
 */
import { rangeOf } from "../axis.ts";
import { accent, figure, ink, margins, type Panel } from "../figure.ts";
import { clip, printable, textWidth } from "../style.ts";
import { type Axis, curveLook, drawing, linear, type Point, pointsOf, usualInset } from "./drawing.ts";

/** The parameters of a walk as a picture needs them. */
export interface ParametersPicture {
  readonly title: string;
  readonly steps: ArrayLike<number>;
  /** The values of each parameter, one a step. */
  readonly params: Readonly<Record<string, ArrayLike<number>>>;
  readonly caption: string;
}

const height = 360;

/** More lines than this nobody tells apart. */
const maxLines = 20;

/** A line for each parameter, with its name where the line ends, as an SVG document. */
export async function parametersFigure({
  title,
  steps,
  params,
  caption,
}: ParametersPicture): Promise<string> {
  const all = Object.entries(params);
  const shown = all.slice(0, maxLines);
  const lines = shown.map(([name, values]) => ({ name: nameAtEnd(name), points: pointsOf(steps, values) }));
  const x = linear(rangeOf(steps), 8);
  const y = linear(rangeOf(...shown.map(([, values]) => values)), 6);
  const ends = lines.flatMap(({ name, points }) => endOf(name, points));
  const room = Math.max(0, ...ends.map(({ name }) => textWidth(name))) * 6.5 + 12;
  const draw = await drawing([y], { right: margins.right + room });
  const panel: Panel = {
    label: "value",
    height,
    legend: [],
    svg: draw(height, x, y, (plot) => [
      ...lines.map(({ points }) => plot.lineY(points, curveLook)),
      plot.dot(ends, { x: "x", y: "y", r: 3.5, fill: accent }),
      plot.text(apart(ends, y), { x: "x", y: "y", text: "name", ...nameLook }),
    ]),
  };
  const notice = shown.length < all.length ? ` (${shown.length} of ${all.length} parameters drawn)` : "";
  return figure({ title, caption: caption + notice, xLabel: "step", panels: [panel] });
}

const nameLook = { fill: ink, fontSize: 12, fontWeight: 500, textAnchor: "start", dx: 12 } as const;

function nameAtEnd(name: string): string {
  return clip(printable(name), 16);
}

/** The name of a line, and its last place that can be drawn; none for a line without one. */
interface End {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

function endOf(name: string, points: readonly Point[]): End[] {
  return points
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
    .slice(-1)
    .map(({ x, y }) => ({ name, x, y }));
}

/** How far apart names stand, so that they can be read, in units of the drawing. */
const lineHeight = 14;

/** The ends, moved up and down as little as keeps their names apart and all of them within the axis. */
function apart(ends: readonly End[], { domain: [low, high] }: Axis): End[] {
  const rows = height - margins.top - margins.bottom - 2 * usualInset;
  const gap = Math.min((lineHeight / rows) * (high - low), (high - low) / Math.max(1, ends.length - 1));
  const sorted = ends.toSorted((a, b) => a.y - b.y);
  let above = low - gap;
  const raised = sorted.map(({ y }) => (above = Math.max(y, above + gap)));
  let below = high + gap;
  const places = raised.toReversed().map((y) => (below = Math.min(y, below - gap)));
  return sorted.map((end, i) => ({ ...end, y: places.at(-1 - i)! }));
}

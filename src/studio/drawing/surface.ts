/**
 * The loss over two parameters: contours, the path walked over them, where it began and where it is, and the way downhill. A surface and
 * a walk go in; a place that a person points at, or moves to, comes out.
 */
import { type Range, shortNumber } from "../../names.ts";
import type { Moment, Surface } from "../messages.ts";
import { Chart } from "./chart.ts";
import { withAlpha } from "./colours.ts";
import { type Frame, placing, valuesAt } from "./frame.ts";
import { division } from "./host.ts";
import { layer } from "./layer.ts";
import type { MakePicture } from "./picture.ts";
import { nothing, type Paper, type Sight, whole, type Zoom } from "./sight.ts";

/** What there is to see, and what is done with it. */
export interface Hillside {
  readonly x: string;
  readonly y: string;
  /** What is looked at unless zoomed. */
  readonly range: { readonly x: Range; readonly y: Range };
  /** Null while it is on its way. */
  readonly surface: Surface | null;
  readonly path: readonly Moment[];
  readonly now: Readonly<Record<string, number>>;
  /** The slope of the loss where it is, by parameter; null where none is known. */
  readonly gradients: Readonly<Record<string, number>> | null;
  /** Moves there. */
  readonly move: (values: Readonly<Record<string, number>>) => void;
  /** Looks nearer, or at all of it. */
  readonly look: (zoom: Zoom) => void;
}

export const surfacePicture: MakePicture<Hillside> = (host, telling) => {
  let hill: Hillside | null = null;
  let frame: Frame | null = null;
  const ground = layer();
  const inner = division(host, "lines");
  const drawn = new Chart(inner, {
    sight: () => (hill ? sightOf(hill) : nothing),
    onZoom: (zoom) => {
      telling.zoomed(zoom !== whole);
      hill?.look(zoom);
    },
    onCursor: (place, at) => {
      telling.pointed(hill && place ? wordsAt(hill, valuesAt(at, place)) : "");
    },
    onClick: (place, at) => moveTo(valuesAt(at, place)),
    takesDrag: (place, at) => hill !== null && isNear(hill, place, at),
  });
  const moveTo = ([x, y]: readonly [number, number]): void => hill?.move({ [hill.x]: x, [hill.y]: y });
  const sightOf = (seen: Hillside): Sight => ({
    x: { label: seen.x, range: seen.range.x, hasGrid: false },
    y: { label: seen.y, range: seen.range.y, hasGrid: false },
    at: [],
    lines: [],
    beneath: (paper) => {
      frame = paper.frame;
      const { surface } = seen;
      if (surface)
        ground(paper.ctx, paper.frame, [surface, paper.colours], (own) => drawGround(own, surface, paper));
      drawPath(paper, seen);
      drawWay(paper, seen);
    },
  });
  return {
    show: (next) => {
      const isOther = hill !== null && (hill.x !== next.x || hill.y !== next.y);
      hill = next;
      if (isOther) drawn.zoomTo(whole);
      drawn.redraw();
    },
    zoomBy: (factor) => drawn.zoomBy(factor),
    // In a landscape it is the place that is moved, by a tenth of what a chart would be.
    moveBy: (right, up) => {
      if (!hill || !frame) return;
      const [x, y] = [hill.now[hill.x]!, hill.now[hill.y]!];
      moveTo([x + (right / 10) * (frame.x[1] - frame.x[0]), y + (up / 10) * (frame.y[1] - frame.y[0])]);
    },
    whole: () => drawn.zoomTo(whole),
    destroy: () => drawn.destroy(),
  };
};

/** Contours from the valley up: the higher, the deeper the tone, and a fine line around each level. */
function drawGround(ctx: CanvasRenderingContext2D, { contours }: Surface, { frame, colours }: Paper): void {
  const place = placing({ ...frame, left: 0, top: 0 });
  ctx.fillStyle = withAlpha(colours.ink, 0.03);
  ctx.strokeStyle = withAlpha(colours.ink, 0.2);
  ctx.lineWidth = 0.75 * frame.ratio;
  ctx.lineJoin = "round";
  for (const { rings } of contours) {
    ctx.beginPath();
    for (const ring of rings) drawRing(ctx, ring, place);
    ctx.fill("evenodd");
    ctx.stroke();
  }
}

function drawRing(
  ctx: CanvasRenderingContext2D,
  ring: Float64Array,
  place: ReturnType<typeof placing>,
): void {
  for (let i = 0; i < ring.length; i += 2) {
    const [left, top] = place(ring[i]!, ring[i + 1]!);
    if (i === 0) ctx.moveTo(left, top);
    else ctx.lineTo(left, top);
  }
  ctx.closePath();
}

/** More dots than this run together. */
const mostDots = 60;

/** The path as a line with a dot for each step, as far as they can be told apart; hollow where it began, full where it is. */
function drawPath({ ctx, frame, colours }: Paper, { path, now, x, y }: Hillside): void {
  const { ratio } = frame;
  const place = placing(frame);
  const places = path
    .map(({ params }) => place(params[x]!, params[y]!))
    .filter(([left, top]) => Number.isFinite(left + top));
  ctx.lineJoin = "round";
  ctx.strokeStyle = colours.accent;
  ctx.lineWidth = 1.75 * ratio;
  ctx.beginPath();
  for (const [left, top] of places) ctx.lineTo(left, top);
  ctx.stroke();
  const every = Math.max(1, Math.ceil(places.length / mostDots));
  ctx.fillStyle = colours.accent;
  for (let i = 1; i < places.length; i += every) drawDisc(ctx, places[i]!, 2.25 * ratio);
  if (places.length > 0) {
    ctx.fillStyle = colours.paper;
    drawDisc(ctx, places[0]!, 4.5 * ratio);
    ctx.stroke();
  }
  ctx.fillStyle = colours.accent;
  ctx.strokeStyle = colours.paper;
  drawDisc(ctx, place(now[x]!, now[y]!), 6 * ratio);
  ctx.stroke();
}

function drawDisc(
  ctx: CanvasRenderingContext2D,
  [left, top]: readonly [number, number],
  radius: number,
): void {
  ctx.beginPath();
  ctx.arc(left, top, radius, 0, 2 * Math.PI);
  ctx.fill();
}

/** How long the arrow is, in pixels of the page. */
const arrow = 44;

/** An arrow downhill, against the gradient: which way a step goes, not how far. */
function drawWay({ ctx, frame, colours }: Paper, { now, gradients, x, y }: Hillside): void {
  const { ratio, width, height } = frame;
  const [across, up] = [
    (-(gradients?.[x] ?? 0) * width) / (frame.x[1] - frame.x[0]),
    (-(gradients?.[y] ?? 0) * height) / (frame.y[1] - frame.y[0]),
  ];
  const size = Math.hypot(across, up);
  if (!(size > 0 && Number.isFinite(size))) return;
  const [left, top] = placing(frame)(now[x]!, now[y]!);
  ctx.save();
  ctx.translate(left, top);
  ctx.rotate(Math.atan2(-up, across));
  ctx.scale(ratio, ratio);
  ctx.beginPath();
  ctx.moveTo(9, 0);
  ctx.lineTo(arrow - 2, 0);
  ctx.moveTo(arrow - 9, -5);
  ctx.lineTo(arrow, 0);
  ctx.lineTo(arrow - 9, 5);
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = 2;
  ctx.lineCap = ctx.lineJoin = "round";
  ctx.stroke();
  ctx.restore();
}

/** Whether a place, in pixels of the page, is on the dot where it is. */
function isNear(
  { now, x, y }: Hillside,
  { left, top }: { left: number; top: number },
  frame: Frame,
): boolean {
  const [across, down] = placing({ ...frame, left: 0, top: 0 })(now[x]!, now[y]!);
  return Math.hypot(across / frame.ratio - left, down / frame.ratio - top) < 14;
}

function wordsAt({ surface, x, y }: Hillside, [across, up]: readonly [number, number]): string {
  const loss = surface ? lossNear(surface, across, up) : Number.NaN;
  const height = Number.isFinite(loss) ? `: loss ${shortNumber(loss, 4)}` : "";
  return `${x} ${shortNumber(across, 4)}, ${y} ${shortNumber(up, 4)}${height}`;
}

/** The loss at the place of the grid that is nearest; NaN beyond it. */
function lossNear({ x, y, values }: Surface, across: number, up: number): number {
  const column = Math.round(((across - x.from) / (x.to - x.from)) * (x.count - 1));
  const row = Math.round(((up - y.from) / (y.to - y.from)) * (y.count - 1));
  const isIn = column >= 0 && column < x.count && row >= 0 && row < y.count;
  return isIn ? values[row * x.count + column]! : Number.NaN;
}

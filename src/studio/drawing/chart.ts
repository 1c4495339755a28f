/**
 * A chart: lines over a common axis and whatever is drawn beneath and above them, with axes, a cursor and zoom. What it shows is asked
 * for anew in each frame in which it is drawn, for what is in sight may depend on how far it is zoomed in. uPlot draws it.
 */
import "./locale.ts";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import "./drawing.css";
import type { Range } from "../../names.ts";
import { axisOf } from "./axes.ts";
import { coloursOf, whenColoursChange, withAlpha } from "./colours.ts";
import { type Frame, valuesAt } from "./frame.ts";
import { forget, nextFrame } from "./frames.ts";
import {
  leastBox,
  type Place,
  type PointerOptions,
  type Target,
  whenPressed,
  whenWheeled,
} from "./pointer.ts";
import { isWide, moved, scaled } from "./ranges.ts";
import { type AxisSight, type Line, type Paper, type Sight, whole, type Zoom } from "./sight.ts";

export interface ChartOptions extends PointerOptions {
  /** What there is to see; `zoom` is what is in sight of it. */
  sight(zoom: Zoom): Sight;
  /** Hears of another zoom. */
  onZoom?(zoom: Zoom): void;
  /** Hears where the cursor is; null where it has left. */
  onCursor?(place: Place | null, frame: Frame): void;
  /** A name that charts have in common whose cursors move together. */
  readonly together?: string;
}

/** The ranges that are in sight. */
interface Ranges {
  readonly x: Range;
  readonly y: Range;
}

/** A chart in an element, which it fills. */
export class Chart {
  readonly #host: HTMLElement;
  readonly #options: ChartOptions;
  readonly #ends: readonly (() => void)[];
  #zoom = whole;
  #sight: Sight | null = null;
  #plot: uPlot | null = null;
  /** What the plot was made for. */
  #kind = "";
  #colours;

  constructor(host: HTMLElement, options: ChartOptions) {
    this.#host = host;
    this.#options = options;
    this.#colours = coloursOf(host);
    const target = (): Target | null =>
      this.#plot && { over: this.#plot.over, frame: frameOf(this.#plot, this.#ranges) };
    this.#ends = [
      whenColoursChange(this.#recolour),
      whenResized(host, this.redraw),
      whenPressed(host, options, target),
      whenWheeled(host, target, (factor, place) => this.zoomBy(factor, valuesAt(target()!.frame, place))),
    ];
  }

  /** What is in sight now. */
  get zoom(): Zoom {
    return this.#zoom;
  }

  /** Draws it now, in a frame. */
  readonly draw = (): void => {
    const size = sizeOf(this.#host);
    if (size.width < 1 || size.height < 1) return;
    this.#sight = this.#options.sight(this.#zoom);
    const plot = this.#plotFor(this.#sight);
    if (plot.width !== size.width || plot.height !== size.height) plot.setSize(size);
    plot.setData(dataOf(this.#sight, this.#ranges.y));
  };

  /** Draws it in the next frame. */
  readonly redraw = (): void => nextFrame(this.draw);

  /** Shows these ranges, where they can be told apart at all. */
  zoomTo(zoom: Zoom): void {
    if ([zoom.x, zoom.y].some((range) => range && !isWide(range))) return;
    this.#zoom = zoom;
    this.redraw();
    this.#options.onZoom?.(zoom);
  }

  /** Zooms in or out, about the middle or a place. */
  zoomBy(factor: number, [x, y]: readonly [x?: number, y?: number] = []): void {
    if (!this.#sight) return;
    const now = this.#ranges;
    this.zoomTo({ x: scaled(now.x, factor, x), y: scaled(now.y, factor, y) });
  }

  /** Moves what is in sight by shares of it. */
  moveBy(right: number, up: number): void {
    if (!this.#sight) return;
    const now = this.#ranges;
    this.zoomTo({ x: moved(now.x, right), y: moved(now.y, up) });
  }

  destroy(): void {
    forget(this.draw);
    forget(this.#tellCursor);
    for (const end of this.#ends) end();
    this.#plot?.destroy();
  }

  get #ranges(): Ranges {
    const { x, y } = this.#sight!;
    return { x: this.#zoom.x ?? x.range, y: this.#zoom.y ?? y.range };
  }

  readonly #recolour = (): void => {
    this.#colours = coloursOf(this.#host);
    this.redraw();
  };

  /** Tells where the cursor is, if it is this chart's own and not one that moves together with another. */
  readonly #tellCursor = (): void => {
    if (!this.#plot) return;
    const { cursor, over } = this.#plot;
    const { left = -1, top = -1 } = cursor;
    const isHere = left >= 0 && top >= 0 && over.matches(":hover");
    this.#options.onCursor?.(isHere ? { left, top } : null, frameOf(this.#plot, this.#ranges));
  };

  /** The plot, or a new one where lines or axes are others than those it was made for. */
  #plotFor(sight: Sight): uPlot {
    const kind = kindOf(sight);
    if (kind !== this.#kind) this.#plot?.destroy();
    if (kind !== this.#kind || !this.#plot)
      this.#plot = new uPlot(this.#plotOptions(sight), undefined, this.#host);
    this.#kind = kind;
    return this.#plot;
  }

  #plotOptions({ x, y, lines, band, roomAtRight = 12 }: Sight): uPlot.Options {
    const colours = () => this.#colours;
    const limits = band ? [limit, limit] : [];
    return {
      ...sizeOf(this.#host),
      padding: [8, roomAtRight, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: false, range: () => [...this.#ranges.x] },
        y: { range: () => [...this.#ranges.y] },
      },
      axes: [axisOf(x, "x", colours), axisOf(y, "y", colours)],
      series: [{}, ...lines.map((line) => seriesOf(line, () => colours()[line.colour])), ...limits],
      bands: band
        ? [{ series: [lines.length + 2, lines.length + 1], fill: () => withAlpha(colours().accent, 0.16) }]
        : [],
      cursor: this.#cursor(),
      hooks: this.#hooks(),
    };
  }

  #cursor(): uPlot.Cursor {
    const { together, onClick } = this.#options;
    const showAll = (): null => {
      this.zoomTo(whole);
      return null;
    };
    return {
      points: { show: false },
      // A box that is thin is meant to be as long as the frame.
      drag: { x: true, y: true, uni: 24, setScale: false },
      // Where a click does something, two of them do it twice.
      bind: { dblclick: () => (onClick ? () => null : showAll) },
      ...(together ? { sync: { key: together, scales: ["x", null], filters: { pub: isMove } } } : {}),
    };
  }

  #hooks(): uPlot.Hooks.Arrays {
    const paperOf = (u: uPlot): Paper => ({
      ctx: u.ctx,
      frame: frameOf(u, this.#ranges),
      colours: this.#colours,
    });
    return {
      drawAxes: [(u) => within(u, () => this.#sight?.beneath?.(paperOf(u)))],
      draw: [(u) => this.#sight?.above?.(paperOf(u))],
      setSelect: [(u) => this.#zoomToBox(u)],
      setCursor: [() => nextFrame(this.#tellCursor)],
    };
  }

  #zoomToBox(u: uPlot): void {
    const { left, top, width, height } = u.select;
    if (width < leastBox && height < leastBox) return;
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    const [from, to] = [
      { left, top: top + height },
      { left: left + width, top },
    ].map((place) => valuesAt(frameOf(u, this.#ranges), place));
    this.zoomTo({ x: [from![0], to![0]], y: [from![1], to![1]] });
  }
}

/** What a plot is made for, as a text: where this is another, uPlot begins anew. */
function kindOf({ x, y, lines, band, roomAtRight }: Sight): string {
  const axis = ({ label, isLog, isWhole, isBare, hasGrid }: AxisSight) => [
    label,
    isLog,
    isWhole,
    isBare,
    hasGrid,
  ];
  const line = ({ colour, dash, isJoined }: Line) => [colour, dash, isJoined];
  return JSON.stringify([axis(x), axis(y), lines.map(line), band != null, roomAtRight]);
}

const limit: uPlot.Series = { stroke: "transparent", width: 0, points: { show: false } };

function seriesOf({ dash, isJoined }: Line, stroke: () => string): uPlot.Series {
  return {
    stroke,
    width: 2,
    cap: "round",
    pxAlign: 0,
    spanGaps: isJoined ?? false,
    points: { show: false },
    ...(dash ? { dash: [...dash], width: 1.5 } : {}),
  };
}

/** What charts with one cursor have in common: where it is, not the boxes that are drawn with it. */
const isMove = (type: string): boolean => type === "mousemove" || type === "mouseleave";

/** Values for uPlot: null where there are none, and those that run far away cut where they are out of sight. */
function dataOf({ at, lines, band }: Sight, [low, high]: Range): uPlot.AlignedData {
  const far = 4 * (high - low);
  const seen = (values: ArrayLike<number | null>): (number | null)[] =>
    Array.from(values, (value) =>
      value === null || Number.isNaN(value) ? null : Math.min(Math.max(value, low - far), high + far),
    );
  const limits = band ? [seen(band.lower), seen(band.upper)] : [];
  return [Array.from(at), ...lines.map(({ values }) => seen(values)), ...limits];
}

function sizeOf(host: HTMLElement): { width: number; height: number } {
  return { width: host.clientWidth, height: host.clientHeight };
}

function frameOf({ bbox }: uPlot, { x, y }: { x: Range; y: Range }): Frame {
  return {
    left: bbox.left,
    top: bbox.top,
    width: Math.round(bbox.width),
    height: Math.round(bbox.height),
    x,
    y,
    ratio: uPlot.pxRatio,
  };
}

/** Draws within the frame. */
function within({ ctx, bbox }: uPlot, draw: () => void): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw();
  ctx.restore();
}

/** Calls `react` when the element has another size. Returns how to have it no more. */
function whenResized(element: HTMLElement, react: () => void): () => void {
  const observer = new ResizeObserver(react);
  observer.observe(element);
  return () => observer.disconnect();
}

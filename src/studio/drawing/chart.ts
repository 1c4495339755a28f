/**
 * A chart: lines over a common axis and whatever is drawn beneath and above them, with axes, a cursor and zoom. What it shows is asked
 * for anew in each frame in which it is drawn, for what is in sight may depend on how far it is zoomed in. uPlot draws it.
 */
import "./locale.ts";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import "./drawing.css";
import { logTicksOf, type Range, shortNumber, tickLabels, ticksOf, typeset } from "../../names.ts";
import { type Colours, coloursOf, whenColoursChange, withAlpha } from "./colours.ts";
import type { Frame } from "./frame.ts";
import { forget, nextFrame } from "./frames.ts";
import { isWide, moved, scaled } from "./ranges.ts";
import { type AxisSight, type Line, type Paper, type Sight, whole, type Zoom } from "./sight.ts";

export interface ChartOptions {
  /** What there is to see; `zoom` is what is in sight of it. */
  sight(zoom: Zoom): Sight;
  /** Hears of another zoom. */
  onZoom?(zoom: Zoom): void;
  /** Hears where the cursor is, in pixels of the page from the left and top of the frame; null where it has left. */
  onCursor?(place: { readonly left: number; readonly top: number } | null, frame: Frame): void;
  /** Hears of a click that drew no box, and of the pointer while it drags what `takesDrag` says. */
  onClick?(place: { readonly left: number; readonly top: number }, frame: Frame): void;
  /** Whether a pointer that is pressed there drags something, and draws no box. */
  takesDrag?(place: { readonly left: number; readonly top: number }, frame: Frame): boolean;
  /** A name that charts have in common whose cursors move together. */
  readonly together?: string;
}

export interface Chart {
  /** What is in sight now. */
  readonly zoom: Zoom;
  /** Draws it now, in a frame. */
  draw(): void;
  /** Draws it in the next frame. */
  redraw(): void;
  zoomTo(zoom: Zoom): void;
  /** Zooms in or out about the middle. */
  zoomBy(factor: number): void;
  /** Moves what is in sight by shares of it. */
  moveBy(right: number, up: number): void;
  destroy(): void;
}

/** Puts a chart into an element, which it fills. */
export function chart(host: HTMLElement, options: ChartOptions): Chart {
  let zoom = whole;
  let plot: uPlot | null = null;
  let sight: Sight | null = null;
  let made = "";
  let colours = coloursOf(host);
  const shown = (): { x: Range; y: Range } => ({
    x: zoom.x ?? sight!.x.range,
    y: zoom.y ?? sight!.y.range,
  });

  const draw = (): void => {
    const size = sizeOf(host);
    if (size.width < 1 || size.height < 1) return;
    sight = options.sight(zoom);
    const kind = JSON.stringify([
      ...[sight.x, sight.y, sight.lines, sight.band].map(kindOf),
      sight.roomAtRight,
    ]);
    if (kind !== made) {
      plot?.destroy();
      plot = null;
      made = kind;
    }
    plot ??= new uPlot(plotOptions(), undefined, host);
    if (plot.width !== size.width || plot.height !== size.height) plot.setSize(size);
    plot.setData(dataOf(sight, shown().y));
  };
  const redraw = (): void => nextFrame(draw);
  const zoomTo = (next: Zoom): void => {
    if ((next.x && !isWide(next.x)) || (next.y && !isWide(next.y))) return;
    zoom = next;
    redraw();
    options.onZoom?.(zoom);
  };
  const paperOf = (u: uPlot): Paper => ({ ctx: u.ctx, frame: frameOf(u, shown()), colours });
  const zoomBy = (factor: number, x?: number, y?: number): void => {
    if (!sight) return;
    const now = shown();
    zoomTo({ x: scaled(now.x, factor, x), y: scaled(now.y, factor, y) });
  };

  const tell = (): void => {
    if (plot) tellCursor(plot, options, shown);
  };
  const showAll = (): null => {
    zoomTo(whole);
    return null;
  };

  function plotOptions(): uPlot.Options {
    const { x, y, lines, band } = sight!;
    const colour = (line: Line): string => colours[line.colour];
    return {
      ...sizeOf(host),
      padding: [8, sight!.roomAtRight ?? 12, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: false, range: () => [...shown().x] },
        y: { range: () => [...shown().y] },
      },
      axes: [axisOf(x, "x", () => colours), axisOf(y, "y", () => colours)],
      series: [
        {},
        ...lines.map((line) => seriesOf(line, () => colour(line))),
        ...(band ? [limit, limit] : []),
      ],
      bands: band
        ? [{ series: [lines.length + 2, lines.length + 1], fill: () => withAlpha(colours.accent, 0.16) }]
        : [],
      cursor: {
        points: { show: false },
        drag: { x: true, y: true, setScale: false },
        // Where a click does something, two of them do it twice.
        bind: { dblclick: () => (options.onClick ? () => null : showAll) },
        ...(options.together
          ? { sync: { key: options.together, scales: ["x", null], filters: { pub: isMove } } }
          : {}),
      },
      hooks: {
        drawAxes: [(u) => sight?.beneath && within(u, () => sight!.beneath!(paperOf(u)))],
        draw: [(u) => sight?.above?.(paperOf(u))],
        setSelect: [(u) => zoomToSelection(u, zoomTo)],
        setCursor: [() => nextFrame(tell)],
      },
    };
  }

  const react = (): void => {
    colours = coloursOf(host);
    redraw();
  };
  const stopListening = [
    whenColoursChange(react),
    whenResized(host, redraw),
    whenPressed(host, options, () => plot && { over: plot.over, frame: frameOf(plot, shown()) }),
    whenWheeled(host, () => plot, zoomBy),
  ];
  return {
    get zoom() {
      return zoom;
    },
    draw,
    redraw,
    zoomTo,
    zoomBy: (factor) => zoomBy(factor),
    moveBy: (right, up) => {
      if (sight) zoomTo({ x: moved(shown().x, right), y: moved(shown().y, up) });
    },
    destroy: () => {
      forget(draw);
      forget(tell);
      for (const stop of stopListening) stop();
      plot?.destroy();
    },
  };
}

/** What a chart is made for: where this is another, uPlot begins anew. */
function kindOf(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(({ colour, dash, isJoined }: Line) => [colour, dash, isJoined]);
  const { label, isLog, isBare, hasGrid } = (part ?? {}) as Partial<AxisSight>;
  return [part != null, label, isLog, isBare, hasGrid];
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

/** An axis with the library's ticks, so that a picture on the page and its figure on paper have the same. */
function axisOf(
  { label, isLog, isWhole, isBare, hasGrid = true }: AxisSight,
  side: "x" | "y",
  colours: () => Colours,
): uPlot.Axis {
  const { family } = colours();
  const ticks = (low: number, high: number, length: number): number[] => {
    const count = Math.max(2, Math.round(length / (side === "x" ? 90 : 45)));
    if (isLog) return logTicksOf([10 ** low, 10 ** high], count).map(Math.log10);
    return ticksOf([low, high], count).filter((tick) => !isWhole || Number.isInteger(tick));
  };
  return {
    label,
    font: `12px ${family}`,
    labelFont: `500 12px ${family}`,
    labelSize: label === "" ? 0 : 22,
    labelGap: 2,
    size: side === "x" ? (isBare ? 8 : 28) : 52,
    gap: 6,
    stroke: () => colours().quiet,
    grid: { show: hasGrid, stroke: () => colours().line, width: 1 },
    ticks: { show: false },
    splits: (u, _, low, high) =>
      ticks(low, high, side === "x" ? u.bbox.width / uPlot.pxRatio : u.bbox.height / uPlot.pxRatio),
    values: (_, splits) =>
      isBare ? splits.map(() => "") : textsOf(splits, isLog ?? false, isWhole ?? false),
  };
}

function textsOf(ticks: readonly number[], isLog: boolean, isWhole: boolean): string[] {
  if (isWhole) return ticks.map((tick) => typeset(shortNumber(tick)));
  if (!isLog) return tickLabels(ticks).map(typeset);
  return ticks.map((tick) => {
    const value = 10 ** tick;
    const text =
      value >= 1e-3 && value < 1e5
        ? String(Number(value.toPrecision(6)))
        : Number(value.toPrecision(6)).toExponential();
    return typeset(text.replace("e+", "e"));
  });
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

/** Smaller boxes are clicks of an unsteady hand. */
const leastBox = 6;

function zoomToSelection(u: uPlot, zoomTo: (zoom: Zoom) => void): void {
  const { left, top, width, height } = u.select;
  if (width < leastBox && height < leastBox) return;
  u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  const along = (from: number, to: number, scale: string): Range => {
    const [a, b] = [u.posToVal(from, scale), u.posToVal(to, scale)];
    return [Math.min(a, b), Math.max(a, b)];
  };
  zoomTo({ x: along(left, left + width, "x"), y: along(top, top + height, "y") });
}

/** Tells where the cursor is, if it is this chart's own and not one that moves together with another. */
function tellCursor(u: uPlot, { onCursor }: ChartOptions, shown: () => { x: Range; y: Range }): void {
  const { left = -1, top = -1 } = u.cursor;
  const isHere = left >= 0 && top >= 0 && u.over.matches(":hover");
  onCursor?.(isHere ? { left, top } : null, frameOf(u, shown()));
}

/** Calls `react` when the element has another size. Returns how to have it no more. */
export function whenResized(element: HTMLElement, react: () => void): () => void {
  const observer = new ResizeObserver(react);
  observer.observe(element);
  return () => observer.disconnect();
}

/** Tells of clicks, and of what is dragged, before uPlot takes them for boxes. */
function whenPressed(
  host: HTMLElement,
  { onClick, takesDrag }: ChartOptions,
  partsOf: () => { readonly over: HTMLElement; readonly frame: Frame } | null,
): () => void {
  if (!onClick) return () => {};
  let pressed: { readonly x: number; readonly y: number; readonly isDrag: boolean } | null = null;
  const placeOf = ({ clientX, clientY }: MouseEvent, over: HTMLElement) => {
    const { left, top } = over.getBoundingClientRect();
    return { left: clientX - left, top: clientY - top };
  };
  const press = (event: MouseEvent): void => {
    const parts = partsOf();
    if (event.button !== 0 || !parts?.over.contains(event.target as Node)) return;
    const isDrag = takesDrag?.(placeOf(event, parts.over), parts.frame) ?? false;
    pressed = { x: event.clientX, y: event.clientY, isDrag };
    if (isDrag) event.stopPropagation();
  };
  const move = (event: MouseEvent): void => {
    const parts = partsOf();
    if (pressed?.isDrag && parts) onClick(placeOf(event, parts.over), parts.frame);
  };
  const release = (event: MouseEvent): void => {
    const parts = partsOf();
    const isClick = pressed && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < leastBox;
    if (isClick && !pressed!.isDrag && parts) onClick(placeOf(event, parts.over), parts.frame);
    pressed = null;
  };
  host.addEventListener("mousedown", press, { capture: true });
  document.addEventListener("mousemove", move);
  document.addEventListener("mouseup", release);
  return () => {
    host.removeEventListener("mousedown", press, { capture: true });
    document.removeEventListener("mousemove", move);
    document.removeEventListener("mouseup", release);
  };
}

/** Zooms about the pointer, where the wheel is not needed to move the page: with Control, as a pinch has it, or in focus. */
function whenWheeled(
  host: HTMLElement,
  plotOf: () => uPlot | null,
  zoomBy: (factor: number, x: number, y: number) => void,
): () => void {
  const react = (event: WheelEvent): void => {
    const plot = plotOf();
    const isMeant = event.ctrlKey || host.closest("[tabindex]") === document.activeElement;
    if (!plot || !isMeant) return;
    event.preventDefault();
    const { left, top } = plot.over.getBoundingClientRect();
    const factor = Math.exp(Math.max(-1, Math.min(1, event.deltaY / 300)));
    zoomBy(factor, plot.posToVal(event.clientX - left, "x"), plot.posToVal(event.clientY - top, "y"));
  };
  host.addEventListener("wheel", react, { passive: false });
  return () => host.removeEventListener("wheel", react);
}

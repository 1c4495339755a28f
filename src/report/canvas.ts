/**
 * A raster for the terminal: eight dots a character and, above them, marks of one character; points and lines are drawn into it.
 */
import { isDrawable, type Range } from "./axis.ts";

/** Points, or the corners of a line. Pairs with a number that is missing or not finite are left out; a line breaks there. */
export interface Series {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** The plotting area in characters, and what it shows of the plane. */
export interface View {
  readonly columns: number;
  readonly rows: number;
  readonly xRange: Range;
  readonly yRange: Range;
}

/** For each character, row by row: the bits of its braille sign, and whether a mark lies on it. */
export interface Canvas {
  readonly dots: Uint8Array;
  readonly marks: Uint8Array;
}

/** What a pen leaves behind. */
export type Layer = keyof Canvas;

/** An empty canvas. */
export function canvasOf({ columns, rows }: View): Canvas {
  return { dots: new Uint8Array(columns * rows), marks: new Uint8Array(columns * rows) };
}

/** The column of characters that x falls on, for x in the range. */
export function columnOf(x: number, { xRange, columns }: View): number {
  return dotOf(x, xRange, columns * 2) >> 1;
}

/** The row of characters, from the top, that y falls on, for y in the range. */
export function rowOf(y: number, { yRange, rows }: View): number {
  return (rows * 4 - 1 - dotOf(y, yRange, rows * 4)) >> 2;
}

/** Which of `dots` dots the value falls on, counted from the low end of the range. */
function dotOf(value: number, [low, high]: Range, dots: number): number {
  return Math.round(((value - low) / (high - low)) * (dots - 1));
}

/** Draws the points that lie in the view. Writes into the canvas. */
export function drawPoints({ x, y }: Series, view: View, canvas: Canvas, layer: Layer): void {
  for (let i = 0; i < x.length; i++) {
    if (isDrawable(x[i]) && isDrawable(y[i])) drawPoint(x[i]!, y[i]!, view, canvas, layer);
  }
}

/** Draws the line from corner to corner, as far as it lies in the view. Writes into the canvas. */
export function drawLine({ x, y }: Series, view: View, canvas: Canvas, layer: Layer): void {
  if (x.length === 1) drawPoints({ x, y }, view, canvas, layer);
  for (let i = 1; i < x.length; i++) {
    const isWhole = isDrawable(x[i - 1]) && isDrawable(y[i - 1]) && isDrawable(x[i]) && isDrawable(y[i]);
    if (isWhole) drawSegment(x[i - 1]!, y[i - 1]!, x[i]!, y[i]!, view, canvas, layer);
  }
}

function drawPoint(x: number, y: number, view: View, canvas: Canvas, layer: Layer): void {
  const { columns, rows, xRange, yRange } = view;
  if (x < xRange[0] || x > xRange[1] || y < yRange[0] || y > yRange[1]) return;
  const across = dotOf(x, xRange, columns * 2);
  const down = rows * 4 - 1 - dotOf(y, yRange, rows * 4);
  const bits = layer === "marks" ? 1 : dotBits[down & 3]![across & 1]!;
  canvas[layer][(down >> 2) * columns + (across >> 1)]! |= bits;
}

/** The bits of a braille sign by row and column of the dot (Unicode, chapter 21.1). */
const dotBits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

/** Draws one dot or more for each row and column of dots that the segment crosses; only the part inside the view is walked. */
function drawSegment(
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  view: View,
  canvas: Canvas,
  layer: Layer,
): void {
  const { columns, rows, xRange, yRange } = view;
  const inside = overlap(insideOf(x0, x1, xRange), insideOf(y0, y1, yRange));
  if (inside === null) return;
  const [from, to] = inside;
  const across = ((x1 - x0) / (xRange[1] - xRange[0])) * columns * 2;
  const down = ((y1 - y0) / (yRange[1] - yRange[0])) * rows * 4;
  const steps = Math.ceil(Math.max(Math.abs(across), Math.abs(down)) * (to - from)) || 1;
  for (let i = 0; i <= steps; i++) {
    const share = from + ((to - from) * i) / steps;
    // Rounding may put an end just outside, where it would be lost.
    const x = clamped(x0 + (x1 - x0) * share, xRange);
    drawPoint(x, clamped(y0 + (y1 - y0) * share, yRange), view, canvas, layer);
  }
}

/** The shares of the way from a to b at which it enters and leaves the range; null if it never does (Liang and Barsky 1984). */
function insideOf(a: number, b: number, [low, high]: Range): Range | null {
  if (a === b) return a >= low && a <= high ? [0, 1] : null;
  const [s, t] = [(low - a) / (b - a), (high - a) / (b - a)];
  return overlap([0, 1], [Math.min(s, t), Math.max(s, t)]);
}

function overlap(a: Range | null, b: Range | null): Range | null {
  if (a === null || b === null) return null;
  const both: Range = [Math.max(a[0], b[0]), Math.min(a[1], b[1])];
  return both[0] <= both[1] ? both : null;
}

function clamped(value: number, [low, high]: Range): number {
  return Math.min(Math.max(value, low), high);
}

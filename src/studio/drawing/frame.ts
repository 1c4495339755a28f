/** From values to pixels: the rectangle of a canvas in which a chart lies, and the ranges that it shows. */
import type { Range } from "../../names.ts";

/** A rectangle of a canvas, in its pixels, and what it shows. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: Range;
  readonly y: Range;
  /** Pixels of the canvas to one of the page. */
  readonly ratio: number;
}

/** From a value to its pixel along a frame, from its left or its bottom. */
export function scaleOf([low, high]: Range, length: number): (value: number) => number {
  const factor = length / (high - low);
  return (value) => (value - low) * factor;
}

/** From values to the pixel of the canvas where they lie. */
export function placing({
  left,
  top,
  width,
  height,
  x,
  y,
}: Frame): (x: number, y: number) => [left: number, top: number] {
  const [toX, toY] = [scaleOf(x, width), scaleOf(y, height)];
  return (across, up) => [left + toX(across), top + height - toY(up)];
}

/** The values at a place, in pixels of the page from the left and top of the frame. */
export function valuesAt(
  { width, height, x, y, ratio }: Frame,
  place: { readonly left: number; readonly top: number },
): readonly [x: number, y: number] {
  return [
    x[0] + ((place.left * ratio) / width) * (x[1] - x[0]),
    y[1] - ((place.top * ratio) / height) * (y[1] - y[0]),
  ];
}

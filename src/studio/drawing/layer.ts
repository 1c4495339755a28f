/** What is drawn once and shown often: a canvas of its own, drawn anew only where what it depends on is another than the last time. */
import type { Frame } from "./frame.ts";

/** Puts the layer into the frame of a canvas; `draw` is called where one of `parts`, or the frame, is not what it was. */
export type Layer = (
  ctx: CanvasRenderingContext2D,
  frame: Frame,
  parts: readonly unknown[],
  draw: (ctx: CanvasRenderingContext2D) => void,
) => void;

/** An empty layer. */
export function layer(): Layer {
  const canvas = document.createElement("canvas");
  let drawn: readonly unknown[] = [];
  return (ctx, { left, top, width, height, x, y, ratio }, parts, draw) => {
    if (width < 1 || height < 1) return;
    const wanted = [width, height, ...x, ...y, ratio, ...parts];
    if (wanted.length !== drawn.length || wanted.some((part, i) => part !== drawn[i])) {
      drawn = wanted;
      canvas.width = width;
      canvas.height = height;
      draw(canvas.getContext("2d")!);
    }
    ctx.drawImage(canvas, left, top);
  };
}

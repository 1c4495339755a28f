/**
 * Observations as dots: places and a frame go in, dots on a canvas come out. A few thousand are circles; more are stamped into an image
 * pixel by pixel, darker where more of them lie, which takes milliseconds for a hundred thousand.
 */
import { type Colours, channelsOf } from "./colours.ts";
import { type Frame, scaleOf } from "./frame.ts";

/** What is to be seen of observations: a place each, and 1 for those that are held out. What is not finite is not drawn. */
export interface Dots {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly heldOut: Uint8Array | null;
}

/** More than this are stamped. */
const mostCircles = 2000;

/** Draws dots into a canvas that is as large as the frame. */
export function drawDots(ctx: CanvasRenderingContext2D, dots: Dots, frame: Frame, colours: Colours): void {
  if (dots.x.length <= mostCircles) drawCircles(ctx, dots, frame, colours);
  else drawStamps(ctx, dots, frame, colours);
}

function drawStamps(ctx: CanvasRenderingContext2D, dots: Dots, frame: Frame, { ink }: Colours): void {
  const image = ctx.createImageData(frame.width, frame.height);
  const pixels = new Uint32Array(image.data.buffer);
  stampDots(pixels, dots, frame, { colour: channelsOf(ink), strength: strengthOf(dots.x.length) });
  ctx.putImageData(image, 0, 0);
}

/** Smaller and more transparent, the more there are: as in the figures of the library. */
function circleLook(count: number): { readonly radius: number; readonly alpha: number } {
  if (count <= 200) return { radius: 3, alpha: 0.8 };
  return count <= 1000 ? { radius: 2.25, alpha: 0.6 } : { radius: 1.75, alpha: 0.45 };
}

function drawCircles(
  ctx: CanvasRenderingContext2D,
  { x, y, heldOut }: Dots,
  frame: Frame,
  { ink }: Colours,
): void {
  const { ratio, height } = frame;
  const { radius, alpha } = circleLook(x.length);
  const [toX, toY] = [scaleOf(frame.x, frame.width), scaleOf(frame.y, height)];
  ctx.fillStyle = ctx.strokeStyle = ink;
  ctx.lineWidth = 1.25 * ratio;
  for (let i = 0; i < x.length; i++) {
    const [left, up] = [toX(x[i]!), toY(y[i]!)];
    if (!Number.isFinite(left + up)) continue;
    const isHollow = heldOut?.[i] === 1;
    ctx.globalAlpha = isHollow ? 1 : alpha;
    ctx.beginPath();
    ctx.arc(left, height - up, radius * ratio, 0, 2 * Math.PI);
    if (isHollow) ctx.stroke();
    else ctx.fill();
  }
}

/** How dark one more of so many dots is, from 0 to 1. */
function strengthOf(count: number): number {
  return Math.max(0.04, Math.min(0.4, 4000 / count));
}

/** How stamps look: red, green and blue, and how dark one is. */
export interface Ink {
  readonly colour: readonly [red: number, green: number, blue: number];
  readonly strength: number;
}

/**
 * Stamps dots into the pixels of an image as large as the frame, in place: a pixel is an unsigned integer as in ImageData, and its alpha
 * grows with each dot that covers it. Dots that are held out have a hole. It is called in every frame: nothing is made in its loop.
 */
export function stampDots(pixels: Uint32Array, { x, y, heldOut }: Dots, frame: Frame, ink: Ink): void {
  const { width, height, ratio } = frame;
  const solid = discOf(Math.round((x.length < sparse ? 2.5 : 1.5) * ratio));
  const hollow = ringOf(Math.round(4 * ratio));
  const image: Image = {
    pixels,
    width,
    height,
    colour: wordOf(ink.colour),
    darker: darkenings(ink.strength),
  };
  const toX = scaleOf(frame.x, width);
  const toY = scaleOf(frame.y, height);
  for (let i = 0; i < x.length; i++) {
    const left = toX(x[i]!);
    const up = toY(y[i]!);
    // Also refuses what is not a number.
    if (left > -margin && left < width + margin && up > -margin && up < height + margin)
      stamp(image, Math.floor(left), Math.floor(height - up), heldOut?.[i] === 1 ? hollow : solid);
  }
}

/** Fewer dots than this are larger. */
const sparse = 20_000;

/** How far outside the frame a dot may lie and still reach into it, in pixels. */
const margin = 8;

/** An image that is stamped. */
interface Image {
  readonly pixels: Uint32Array;
  readonly width: number;
  readonly height: number;
  /** Blue, green and red of a pixel, as it is stored. */
  readonly colour: number;
  /** The next alpha for each. */
  readonly darker: Uint8Array;
}

/** Puts a stamp, in place. */
function stamp(
  { pixels, width, height, colour, darker }: Image,
  column: number,
  row: number,
  offsets: Int8Array,
): void {
  for (let k = 0; k < offsets.length; k += 2) {
    const across = column + offsets[k]!;
    const down = row + offsets[k + 1]!;
    if (across < 0 || across >= width || down < 0 || down >= height) continue;
    const place = down * width + across;
    pixels[place] = (darker[pixels[place]! >>> 24]! << 24) | colour;
  }
}

function wordOf([red, green, blue]: Ink["colour"]): number {
  return (blue << 16) | (green << 8) | red;
}

/** How dark the first dot is, from 0 to 1: a lonely one is to be seen. */
const first = 0.3;

/** The next alpha for each, when one more layer of a strength covers what is there; it always grows, up to all. */
function darkenings(strength: number): Uint8Array {
  const next = (alpha: number): number => alpha + Math.ceil((255 - alpha) * (alpha === 0 ? first : strength));
  return Uint8Array.from({ length: 256 }, (_, alpha) => Math.min(255, next(alpha)));
}

/** The pixels of a full disc, as offsets: right and down, right and down, ... */
function discOf(diameter: number): Int8Array {
  return pixelsWhere(diameter, (distance) => distance <= diameter / 2);
}

/** The pixels of a ring, one of it wide. */
function ringOf(diameter: number): Int8Array {
  return pixelsWhere(
    diameter,
    (distance) => distance <= diameter / 2 && distance > diameter / 2 - Math.max(1, diameter / 5),
  );
}

function pixelsWhere(diameter: number, isIn: (distance: number) => boolean): Int8Array {
  const middle = (diameter - 1) / 2;
  const all = Array.from(
    { length: diameter * diameter },
    (_, i) => [i % diameter, Math.floor(i / diameter)] as const,
  );
  const within = all.filter(([x, y]) => isIn(Math.hypot(x - middle, y - middle)));
  return Int8Array.from(
    within.flatMap(([x, y]) => [x - Math.floor(diameter / 2), y - Math.floor(diameter / 2)]),
  );
}

/** The dot nearest to a place of the frame, in pixels from its left and top, and how far away it is; null where there is none. */
export function nearestDot(
  { x, y }: Dots,
  frame: Frame,
  place: { readonly left: number; readonly top: number },
): { readonly row: number; readonly distance: number } | null {
  const [toX, toY] = [scaleOf(frame.x, frame.width), scaleOf(frame.y, frame.height)];
  let [row, least] = [-1, Number.POSITIVE_INFINITY];
  for (let i = 0; i < x.length; i++) {
    const [across, down] = [toX(x[i]!) - place.left, frame.height - toY(y[i]!) - place.top];
    const distance = across * across + down * down;
    if (distance < least) [row, least] = [i, distance];
  }
  return row < 0 ? null : { row, distance: Math.sqrt(least) };
}

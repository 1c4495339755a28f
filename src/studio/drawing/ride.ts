/**
 * The observations with the curve through them, and the residuals below on the same x axis: a formula, values of its parameters and
 * columns go in, two charts come out that follow them from frame to frame. All numbers are the formula's own, in plain doubles.
 */

import { type FitPicture, type Formula, type Range, rangeOf, shortNumber } from "../../names.ts";
import { Chart } from "./chart.ts";
import { withAlpha } from "./colours.ts";
import { type Frame, placing, valuesAt } from "./frame.ts";
import { forget, nextFrame } from "./frames.ts";
import { division } from "./host.ts";
import { type Layer, layer } from "./layer.ts";
import type { MakePicture } from "./picture.ts";
import { type Dots, drawDots, nearestDot } from "./points.ts";
import { between, evenly, padded, rangeWith, symmetricRange } from "./ranges.ts";
import { atOnce, type Columns, follow, isUpToDate, type Rows, rowsOf, type Values } from "./rows.ts";
import { nothing, type Paper, type Sight, whole, type Zoom } from "./sight.ts";

/** What there is to see. */
export interface Ride {
  readonly formula: Formula;
  readonly values: Values;
  /** The columns that the formula reads, all rows. */
  readonly columns: Columns;
  /** 1 for each row that is held out. */
  readonly heldOut: Uint8Array | null;
  /** The curve as the fit has it, with its band; null where the values are others than the fit's. */
  readonly fit: FitPicture | null;
}

/** What is drawn of a ride: its rows, and where each of them lies. */
interface Scene {
  readonly ride: Ride;
  readonly rows: Rows;
  readonly x: Float64Array;
  /** From the least x to the largest. */
  readonly span: Range;
  readonly observed: Dots;
  readonly residuals: Dots;
  readonly residualRange: Range;
}

/** How many places make a curve smooth. */
const dense = 400;

export const ridePicture: MakePicture<Ride> = (host, telling) => {
  const [above, below] = [division(host, "above"), division(host, "below")];
  const layers = [layer(), layer()] as const;
  const pointer = pointerOf(above);
  let ride: Ride | null = null;
  let scene: Scene | null = null;

  const upper = new Chart(above, {
    together: "ride",
    sight: (zoom) => (scene ? upperSight(scene, zoom, layers[0]) : nothing),
    onZoom: (zoom) => zoomBoth(zoom, lower),
    onCursor: (place, frame) =>
      telling.pointed(scene && place ? pointer.at(scene, place, frame) : pointer.gone()),
  });
  const lower = new Chart(below, {
    together: "ride",
    sight: () => (scene ? lowerSight(scene, layers[1]) : nothing),
    onZoom: (zoom) => zoomBoth(zoom, upper),
  });
  const zoomBoth = ({ x, y }: Zoom, other: Chart): void => {
    telling.zoomed(x !== null || y !== null);
    if (other.zoom.x !== x) other.zoomTo({ x, y: x ? other.zoom.y : null });
  };

  const showAll = (): void => {
    upper.zoomTo(whole);
    lower.zoomTo(whole);
  };
  const drawUpper = (): void => upper.draw();
  const drawLower = (): void => lower.draw();
  const draw = (): void => {
    if (!ride) return;
    const last = scene;
    scene = sceneOf(ride, last);
    if (last && isElsewhere(last, scene)) showAll();
    // Of many rows that are new each part takes its time, and so a frame of its own.
    if (scene.rows !== last?.rows && scene.rows.count > atOnce) nextFrame(drawUpper);
    else upper.draw();
    if (scene.residuals !== last?.residuals) nextFrame(drawLower);
    if (!isUpToDate(scene.rows, ride.values)) nextFrame(draw);
  };
  return {
    show: (next) => {
      ride = next;
      nextFrame(draw);
    },
    zoomBy: (factor) => upper.zoomBy(factor),
    moveBy: (right, up) => upper.moveBy(right, up),
    whole: showAll,
    destroy: () => {
      forget(draw);
      forget(drawUpper);
      forget(drawLower);
      upper.destroy();
      lower.destroy();
    },
  };
};

/** The scene of a ride: the last one, its rows a stretch further, or a new one where it is of other rows. */
function sceneOf(ride: Ride, last: Scene | null): Scene {
  const { formula, columns, values, heldOut } = ride;
  const isSame =
    last?.ride.formula === formula && last.ride.columns === columns && isAlike(last.ride.heldOut, heldOut);
  if (!isSame) return beginning(ride);
  return follow(last.rows, values) ? followed({ ...last, ride }) : { ...last, ride };
}

/** Whether what was in sight of one scene means nothing in another: another axis, or other observations along it. */
function isElsewhere(last: Scene, now: Scene): boolean {
  const [before, after] = [labelsOf(last.ride), labelsOf(now.ride)];
  const isOther = before.x !== after.x || before.y !== after.y;
  return isOther || (last.rows.count !== now.rows.count && last.ride.columns !== now.ride.columns);
}

/** The scene before its rows have followed; a few have at once. */
function beginning(ride: Ride): Scene {
  const { formula, columns, values, heldOut } = ride;
  const rows = rowsOf(formula, columns);
  if (rows.count <= atOnce) follow(rows, values);
  // Of several inputs none is the x axis: what is predicted is.
  const [input, another] = formula.inputs;
  const x = another === undefined ? placesOf(input, columns, rows.count) : rows.predictions;
  const observed = { x, y: rows.targets, heldOut };
  return followed({ ride, rows, x, span: rangeOf(x), observed, residuals: observed, residualRange: [-1, 1] });
}

/** The scene after all of its rows have followed. */
function followed(scene: Scene): Scene {
  const { ride, rows, x } = scene;
  const dots = { x, heldOut: ride.heldOut };
  return {
    ...scene,
    ...(x === rows.predictions && {
      span: rangeWith(rows.targetRange, x),
      observed: { ...dots, y: rows.targets },
    }),
    residuals: { ...dots, y: rows.residuals },
    residualRange: symmetricRange(rows.residuals),
  };
}

/** Whether the same rows are held out: messages bring copies of what they say. */
function isAlike(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === b || (a !== null && a.length === b?.length && a.every((mark, row) => mark === b[row]));
}

/** Where rows lie along their one input, or by their number where there is none. */
function placesOf(input: string | undefined, columns: Columns, count: number): Float64Array {
  return input === undefined ? Float64Array.from({ length: count }, (_, row) => row + 1) : columns[input]!;
}

function labelsOf({ formula }: Ride): { readonly x: string; readonly y: string } {
  const { start, end } = formula.response.span;
  const y = formula.source.slice(start, end);
  const [input = "row", another] = formula.inputs;
  return { x: another === undefined ? input : `predicted ${y}`, y };
}

function upperSight(scene: Scene, zoom: Zoom, dots: Layer): Sight {
  const { ride, rows, span, observed } = scene;
  const { y } = labelsOf(ride);
  const range = padded(span);
  const curve = curveOf(scene, zoom.x ?? range);
  return {
    x: { label: "", range, isBare: true },
    y: { label: y, range: padded(rangeWith(rows.targetRange, curve.y), 0.05) },
    at: curve.x,
    lines: [{ values: curve.y, colour: "accent" }],
    band: bandOf(ride.fit, curve),
    beneath: (paper) => drawOn(dots, paper, observed),
  };
}

interface Curve {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** The curve over what is in sight, as far as there are observations; where predictions are the x axis, the line on which both agree. */
function curveOf({ ride: { formula, values }, span }: Scene, sight: Range): Curve {
  const [input = "row", another] = formula.inputs;
  const [low, high] = [Math.max(sight[0], span[0]), Math.min(sight[1], span[1])];
  if (!(low < high)) return { x: new Float64Array(), y: new Float64Array() };
  const x = evenly([low, high], another === undefined ? dense : 2);
  return { x, y: another === undefined ? formula.predict({ [input]: x }, values) : x };
}

/** The band of the fit, carried over to the places of the curve. */
function bandOf(fit: FitPicture | null, { x, y }: Curve): Exclude<Sight["band"], undefined> {
  if (!fit?.band) return null;
  const { curve, band } = fit;
  const beneath = curve.y.map((value, i) => value - band.lower[i]!);
  const above = curve.y.map((value, i) => band.upper[i]! - value);
  return {
    lower: y.map((value, i) => value - between(x[i]!, curve.x, beneath)),
    upper: y.map((value, i) => value + between(x[i]!, curve.x, above)),
  };
}

function lowerSight({ ride, rows, span, residuals, residualRange }: Scene, dots: Layer): Sight {
  return {
    x: { label: labelsOf(ride).x, range: padded(span) },
    y: { label: "residual", range: residualRange },
    at: [],
    lines: [],
    beneath: (paper) => {
      drawZero(paper);
      if (rows.count <= mostStems) drawStems(paper, residuals);
      drawOn(dots, paper, residuals);
    },
  };
}

/** The ride as a figure of the library draws it: all of it, as the curve is now. */
export function figureOf(ride: Ride): FitPicture {
  if (ride.fit) return ride.fit;
  const { formula, values, heldOut } = ride;
  let scene = sceneOf(ride, null);
  while (!isUpToDate(scene.rows, values)) scene = sceneOf(ride, scene);
  const { rows } = scene;
  const { x, y } = labelsOf(ride);
  const shown = formula.params.map((name) => `${name} = ${shortNumber(values[name]!)}`);
  return {
    title: formula.source,
    xLabel: x,
    yLabel: y,
    observed: { x: scene.x, y: rows.targets },
    curve: curveOf(scene, scene.span),
    residuals: rows.residuals,
    ...(heldOut ? { heldOut } : {}),
    caption: shown.join(", "),
  };
}

function drawOn(layer: Layer, { ctx, frame, colours }: Paper, dots: Dots): void {
  layer(ctx, frame, [dots, colours], (own) => drawDots(own, dots, frame, colours));
}

/** More stems than this run together. */
const mostStems = 200;

/** The line on which predictions are what was observed. */
function drawZero({ ctx, frame, colours }: Paper): void {
  const [, down] = placing(frame)(0, 0);
  ctx.beginPath();
  ctx.moveTo(frame.left, down);
  ctx.lineTo(frame.left + frame.width, down);
  ctx.strokeStyle = colours.accent;
  ctx.lineWidth = 1.5 * frame.ratio;
  ctx.stroke();
}

function drawStems({ ctx, frame, colours }: Paper, { x, y }: Dots): void {
  const place = placing(frame);
  ctx.beginPath();
  for (let row = 0; row < x.length; row++) {
    ctx.moveTo(...place(x[row]!, 0));
    ctx.lineTo(...place(x[row]!, y[row]!));
  }
  ctx.strokeStyle = withAlpha(colours.ink, 0.35);
  ctx.lineWidth = frame.ratio;
  ctx.stroke();
}

/** A ring about the observation nearest to the cursor, and the words that tell of it. */
function pointerOf(host: HTMLElement) {
  const ring = division(host, "ring");
  ring.hidden = true;
  const gone = (): string => {
    ring.hidden = true;
    return "";
  };
  const at = (scene: Scene, place: { left: number; top: number }, frame: Frame): string => {
    const { ratio } = frame;
    const found = nearestDot(scene.observed, frame, { left: place.left * ratio, top: place.top * ratio });
    const isNear = found !== null && found.distance < 40 * ratio;
    ring.hidden = !isNear;
    if (!isNear) return curveWords(scene, valuesAt(frame, place)[0]);
    const { x, y } = scene.observed;
    const [left, top] = placing(frame)(x[found.row]!, y[found.row]!);
    ring.style.transform = `translate(${left / ratio}px, ${top / ratio}px)`;
    return rowWords(scene, found.row);
  };
  return { at, gone };
}

function rowWords({ ride, rows, x }: Scene, row: number): string {
  const labels = labelsOf(ride);
  const place = labels.x === "row" ? "" : `${labels.x} ${shortNumber(x[row]!, 5)}, `;
  const observed = `${labels.y} ${shortNumber(rows.targets[row]!, 5)}`;
  const heldOut = ride.heldOut?.[row] === 1 ? ", held out" : "";
  return `row ${row + 1}: ${place}${observed}, residual ${shortNumber(rows.residuals[row]!, 4)}${heldOut}`;
}

function curveWords({ ride }: Scene, x: number): string {
  const { formula, values } = ride;
  const labels = labelsOf(ride);
  const [input = "row", another] = formula.inputs;
  if (another !== undefined) return "";
  const [y] = formula.predict({ [input]: [x] }, values);
  return `curve: ${labels.x} ${shortNumber(x, 5)}, ${labels.y} ${shortNumber(y!, 5)}`;
}

/**
 * What all figures are drawn with: axes, the looks of lines and dots, and a function that turns axes and marks into SVG elements.
 */
import type { Markish } from "@observablehq/plot";
import { isDrawable, logTicksOf, type Range, tickLabels, ticksOf } from "../axis.ts";
import { accent, escaped, faintInk, ink, margins, quietInk, typeset, width } from "../figure.ts";
import { shortNumber } from "../numbers.ts";

/** One axis of a drawing: its scale, and its ticks with their texts. */
export interface Axis {
  readonly type: "linear" | "log";
  readonly domain: Range;
  readonly ticks: readonly number[];
  readonly labels: readonly string[];
}

export function linear(domain: Range, count: number): Axis {
  const ticks = ticksOf(domain, count);
  return { type: "linear", domain, ticks, labels: tickLabels(ticks) };
}

export function logarithmic(domain: Range, count: number): Axis {
  const low = domain[0] > 0 ? domain[0] : domain[1] / 10;
  const ticks = logTicksOf([low, domain[1]], count);
  const labels = ticks.map((tick) => (tick >= 1e-4 && tick < 1e6 ? shortNumber(tick) : tick.toExponential()));
  return { type: "log", domain: [low, domain[1]], ticks, labels };
}

/** The same axis without its numbers, which stand below another panel. */
export function bare(axis: Axis): Axis {
  return { ...axis, labels: [] };
}

/** One place in a figure. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** More dots than this only blacken the paper and weigh down the file. */
const maxPoints = 4000;

/** The numbers of so many places, evenly thinned to `maxPoints` with both ends kept. */
export function thinned(count: number): number[] {
  const length = Math.min(count, maxPoints);
  return Array.from({ length }, (_, i) => Math.round((i * (count - 1)) / Math.max(1, length - 1)));
}

/** An element; NaN, which breaks lines and hides dots, where it cannot be drawn. */
export function drawable(list: ArrayLike<number>, i: number): number {
  return isDrawable(list[i]) ? list[i] : Number.NaN;
}

/** The places in order, thinned. */
export function pointsOf(x: ArrayLike<number>, y: ArrayLike<number>): Point[] {
  return thinned(x.length).map((i) => ({ x: drawable(x, i), y: drawable(y, i) }));
}

/** The look of what was fitted. */
export const curveLook = { x: "x", y: "y", stroke: accent, strokeWidth: 2, strokeLinecap: "round" } as const;

/** The look of a thin upright line. */
export const stemLook = { stroke: ink, strokeWidth: 1, strokeOpacity: 0.35 } as const;

/** The marks that there are. */
export type Plotting = typeof import("@observablehq/plot");

/** Marks that are drawn one above the other. */
export type Marks = Markish[];

/** From axes and marks to SVG elements, in a box `width` wide. */
export type Draw = (height: number, x: Axis, y: Axis, marks: (plot: Plotting) => Marks) => string;

/** What is free beside the data on the right, and between the data and what is around them, in units of the drawing. */
export interface Space {
  readonly right?: number;
  readonly inset?: number;
}

/** The usual inset. */
export const usualInset = 8;

/** Loads what draws. The y axes that share a figure start at one place. */
export async function drawing(
  yAxes: readonly Axis[],
  { right = margins.right, inset = usualInset }: Space = {},
): Promise<Draw> {
  const [plot, page] = await Promise.all([import("@observablehq/plot"), pageAtHand()]);
  const marginLeft = Math.max(...yAxes.map(roomForLabels));
  return (height, x, y, marks) => {
    const svg = plot.plot({
      document: page,
      width,
      height,
      marginLeft,
      marginRight: right,
      marginTop: margins.top,
      marginBottom: x.labels.length > 0 ? margins.bottom : margins.bare,
      inset,
      x: { type: x.type, domain: x.domain, axis: null },
      y: { type: y.type, domain: y.domain, axis: null },
      marks: [...axes(plot, x, y), ...marks(plot)],
    });
    for (const style of svg.querySelectorAll("style")) style.remove();
    return `<g text-anchor="middle" font-size="11">${inside(svg)}</g>`;
  };
}

/** The page that there is, or one of our own where there is none, as in Node and in workers. */
async function pageAtHand(): Promise<Document> {
  return typeof document === "undefined"
    ? (await import("linkedom")).parseHTML("<html></html>").document
    : document;
}

/** What is inside an element, as XML: pages write HTML, and their attributes in orders of their own. */
function inside(element: Element): string {
  return Array.from(element.childNodes, (child) =>
    child.nodeType === child.ELEMENT_NODE ? written(child as Element) : escaped(child.textContent ?? ""),
  ).join("");
}

function written(element: Element): string {
  const { localName: name, attributes } = element;
  const start = [
    name,
    ...Array.from(attributes, (one) => `${one.name}="${escaped(shortened(one.value))}"`).sort(),
  ];
  const content = inside(element);
  return content === "" ? `<${start.join(" ")}/>` : `<${start.join(" ")}>${content}</${name}>`;
}

/** Coordinates to a hundredth of a unit, which no eye can tell from more. */
function shortened(value: string): string {
  return value.replace(/(\.\d\d)\d+/g, "$1");
}

/** Wide enough for the numbers of the axis, at about 6.5 units a character. */
function roomForLabels({ labels }: Axis): number {
  const longest = Math.max(0, ...labels.map((label) => typeset(label).length));
  return Math.max(margins.left, Math.ceil(margins.outer + longest * 6.5 + 8));
}

/** Quiet lines to read values by, numbers at the left and below. */
function axes(plot: Plotting, x: Axis, y: Axis): Marks {
  const text = ({ labels }: Axis) => ({ text: (_: unknown, i: number) => typeset(labels[i] ?? "") });
  return [
    plot.gridY(y.ticks, { stroke: faintInk, strokeOpacity: 1 }),
    plot.gridX(x.ticks, { stroke: faintInk, strokeOpacity: 1 }),
    plot.axisY(y.ticks, {
      tickSize: 0,
      tickPadding: 8,
      fontSize: 11,
      label: null,
      fill: quietInk,
      ...text(y),
    }),
    plot.axisX(x.ticks, {
      tickSize: 0,
      tickPadding: 8,
      fontSize: 11,
      label: null,
      fill: quietInk,
      ...text(x),
    }),
  ];
}

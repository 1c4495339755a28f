/**
 * Plots for a terminal: observations as marks, curves as braille lines of 2 x 4 dots a character, axes with numbers, a legend; pure text.
 * Without colour the two stay apart by their signs, and a third sign shows where they meet.
 */
import { niceRange, type Range, rangeOf, tickLabels, ticksOf } from "./axis.ts";
import {
  type Canvas,
  canvasOf,
  columnOf,
  drawLine,
  drawPoints,
  rowOf,
  type Series,
  type View,
} from "./canvas.ts";
import { clip, padEnd, padStart, plainStyle, printable, type Role, type Style, textWidth } from "./style.ts";

/** What `braillePlot` draws, and in how many characters. */
export interface BraillePlotOptions {
  /** Columns of the whole plot, axes included; at least 16. */
  readonly width: number;
  /** Lines of the whole plot, labels and legend included; at least 8. */
  readonly height: number;
  readonly points?: readonly Series[];
  readonly curves?: readonly Series[];
  readonly title?: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** What the axes show: the range of the data unless said. What lies outside is not drawn. */
  readonly xRange?: Range;
  readonly yRange?: Range;
  /** The names of points and curves in a line below, or false for none. */
  readonly legend?: Readonly<{ points: string; curves: string }> | false;
  /** Colours: `accent` is what curves get. */
  readonly style?: Style;
  /** Only ASCII characters for what is drawn, for terminals without Unicode. */
  readonly ascii?: boolean;
}

/** The plot as lines of text, without a newline at the end. */
export function braillePlot(options: BraillePlotOptions): string {
  const { title, xLabel, yLabel, style = plainStyle } = options;
  const frame = frameOf(options);
  const crowded = isCrowded(options, frame);
  const signs = signsFor(options, crowded);
  const lines = [
    ...(title === undefined ? [] : [style("heading", clip(printable(title), frame.width))]),
    style("quiet", clip(" ".repeat(frame.margin) + printable(yLabel), frame.width)),
    ...bodyLines(frame, drawn(options, frame, crowded), signs, style),
    ...axisLines(frame, signs).map((line) => style("quiet", line)),
    style("quiet", centred(clip(printable(xLabel), frame.columns), frame)),
    ...legendLines(options, frame, signs, style),
  ];
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** Plots beside each other, tops aligned, as in a row of small multiples. */
export function sideBySide(plots: readonly string[], gap = 3): string {
  const panels = plots.map((plot) => plot.split("\n"));
  const widths = panels.map((lines) => Math.max(...lines.map(textWidth)));
  const height = Math.max(0, ...panels.map((lines) => lines.length));
  const row = (at: number) => panels.map((lines, i) => padEnd(lines[at] ?? "", widths[i]!));
  return Array.from({ length: height }, (_, at) => row(at).join(" ".repeat(gap)).trimEnd()).join("\n");
}

/** Where everything lies: the plotting area, and around it the axes. */
interface Frame extends View {
  readonly width: number;
  /** Characters left of the plotting area: the numbers of the y axis, and the axis. */
  readonly margin: number;
  /** Labels by column of the plotting area, and by row. */
  readonly xTicks: ReadonlyMap<number, string>;
  readonly yTicks: ReadonlyMap<number, string>;
}

function frameOf(options: BraillePlotOptions): Frame {
  const { points = [], curves = [], title, legend } = options;
  const all = [...points, ...curves];
  const width = Math.max(16, Math.floor(options.width));
  // Besides the plotting area: the y label, the axis, its numbers, the x label, and title and legend if wanted.
  const others = 4 + (title === undefined ? 0 : 1) + (legend === false ? 0 : 1);
  const rows = Math.max(2, Math.floor(Math.max(8, options.height)) - others);
  const yCount = Math.max(2, Math.min(6, Math.floor(rows / 3)));
  const yRange = options.yRange
    ? rangeOf(options.yRange)
    : niceRange(rangeOf(...all.map(({ y }) => y)), yCount);
  const yValues = ticksOf(yRange, yCount);
  const yLabels = tickLabels(yValues);
  const margin = Math.max(0, ...yLabels.map(textWidth)) + 2;
  const columns = Math.max(4, width - margin);
  const xRange = options.xRange ? rangeOf(options.xRange) : rangeOf(...all.map(({ x }) => x));
  const xValues = ticksOf(xRange, Math.max(2, Math.min(8, Math.floor(columns / 9))));
  const xLabels = tickLabels(xValues);
  const view = { columns, rows, xRange, yRange };
  const xTicks = new Map(xValues.map((value, i) => [columnOf(value, view), xLabels[i]!]));
  const yTicks = new Map(yValues.map((value, i) => [rowOf(value, view), yLabels[i]!]));
  return { ...view, width, margin, xTicks, yTicks };
}

/** What stands for what. */
interface Signs {
  /** One character for the eight bits of a block of dots. */
  readonly dots: (bits: number) => string;
  readonly mark: string;
  /** A mark with dots below. */
  readonly both: string;
  /** Samples for the legend. */
  readonly point: string;
  readonly curve: string;
  readonly roles: Readonly<Record<"mark" | "dots", Role | null>>;
  readonly vertical: string;
  readonly tickLeft: string;
  readonly corner: string;
  readonly horizontal: string;
  readonly tickBelow: string;
}

const unicodeSigns: Signs = {
  dots: (bits) => String.fromCodePoint(0x2800 + bits),
  mark: "○",
  both: "●",
  point: "○",
  curve: "⠤⠤",
  roles: { mark: null, dots: "accent" },
  vertical: "│",
  tickLeft: "┤",
  corner: "└",
  horizontal: "─",
  tickBelow: "┬",
};

const asciiSigns: Signs = {
  // Dots in the upper half only, in the lower half only, or in both.
  dots: (bits) => ((bits & 0xe4) === 0 ? "'" : (bits & 0x1b) === 0 ? "." : ":"),
  mark: "o",
  both: "@",
  point: "o",
  curve: "..",
  roles: { mark: null, dots: "accent" },
  vertical: "|",
  tickLeft: "+",
  corner: "+",
  horizontal: "-",
  tickBelow: "+",
};

/**
 * Points become marks and curves dots, unless the points are so many that marks would cover all:
 * then points are the dots, a cloud, and curves the marks.
 */
function isCrowded({ points = [] }: BraillePlotOptions, { columns }: Frame): boolean {
  return points.reduce((sum, { x }) => sum + x.length, 0) > 3 * columns;
}

/** Over a cloud a curve is one solid sign: that it meets points there says nothing. */
function signsFor({ ascii = false }: BraillePlotOptions, crowded: boolean): Signs {
  const signs = ascii ? asciiSigns : unicodeSigns;
  if (!crowded) return signs;
  const [mark, point] = [signs.both, signs.dots(0xff)];
  return { ...signs, mark, point, curve: mark, roles: { mark: "accent", dots: null } };
}

function drawn({ points = [], curves = [] }: BraillePlotOptions, frame: Frame, crowded: boolean): Canvas {
  const canvas = canvasOf(frame);
  for (const series of curves) drawLine(series, frame, canvas, crowded ? "marks" : "dots");
  for (const series of points) drawPoints(series, frame, canvas, crowded ? "dots" : "marks");
  return canvas;
}

/** The plotting area, each line with its part of the y axis at the left. */
function bodyLines(frame: Frame, canvas: Canvas, signs: Signs, style: Style): string[] {
  return Array.from({ length: frame.rows }, (_, row) => {
    const label = frame.yTicks.get(row);
    const axis = label === undefined ? signs.vertical : signs.tickLeft;
    const left = padStart(label ?? "", frame.margin - 2) + " " + axis;
    const cells = Array.from({ length: frame.columns }, (_, i) =>
      cellOf(row * frame.columns + i, canvas, signs),
    );
    return style("quiet", left) + styled(cells, style);
  });
}

type Cell = readonly [sign: string, role: Role | null];

function cellOf(at: number, { dots, marks }: Canvas, signs: Signs): Cell {
  const bits = dots[at]!;
  if (marks[at]) return [bits === 0 ? signs.mark : signs.both, signs.roles.mark];
  return bits === 0 ? [" ", null] : [signs.dots(bits), signs.roles.dots];
}

/** The signs in a row; neighbours of one role are styled together. */
function styled(cells: readonly Cell[], style: Style): string {
  let line = "";
  let run = "";
  cells.forEach(([sign, role], i) => {
    run += sign;
    if (cells[i + 1]?.[1] === role) return;
    line += role === null ? run : style(role, run);
    run = "";
  });
  return line;
}

/** The x axis with its ticks, and the numbers centred below them as far as there is room. */
function axisLines({ margin, columns, width, xTicks }: Frame, signs: Signs): [axis: string, numbers: string] {
  const line = Array.from({ length: columns }, (_, i) =>
    xTicks.has(i) ? signs.tickBelow : signs.horizontal,
  );
  let numbers = "";
  for (const [column, label] of xTicks) {
    const centre = margin + column - Math.floor(label.length / 2);
    const start = Math.max(0, Math.min(centre, width - label.length));
    if (numbers === "" || start > numbers.length) numbers = numbers.padEnd(start) + label;
  }
  return [" ".repeat(margin - 1) + signs.corner + line.join(""), numbers];
}

function centred(text: string, { margin, columns }: Frame): string {
  return " ".repeat(margin + Math.max(0, Math.floor((columns - textWidth(text)) / 2))) + text;
}

/** What each sign stands for, as far as there is something. */
function legendLines(options: BraillePlotOptions, frame: Frame, signs: Signs, style: Style): string[] {
  const { points = [], curves = [], legend = { points: "observed", curves: "fitted" } } = options;
  if (legend === false) return [];
  const meet = points.length > 0 && curves.length > 0 && signs.mark !== signs.both;
  const entries = [
    ...(points.length > 0 ? [`${signs.point} ${printable(legend.points)}`] : []),
    ...(curves.length > 0 ? [style("accent", signs.curve) + ` ${printable(legend.curves)}`] : []),
    ...(meet ? [`${signs.both} both`] : []),
  ];
  return [centred(entries.join("   "), frame)];
}

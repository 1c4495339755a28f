/**
 * The page that a picture is printed on: title, caption, panels above one another on a shared x axis, as one SVG document.
 * Texts go in as they are and come out escaped; panels come drawn, as SVG elements.
 */
import { clip, printable, wrap } from "./style.ts";

/** Units of the drawing, pixels at scale 1. */
export const width = 720;
export const margins = { outer: 24, left: 64, right: 24, top: 28, bottom: 26, bare: 10 } as const;
export const ink = "#22262b";
export const quietInk = "#6a717a";
export const faintInk = "#e8eaed";
export const accent = "#d9480f";
/** One typeface, with what stands in for it where it is not installed. */
const fontFamily = "Inter, 'Helvetica Neue', Arial, sans-serif";

/** One row of the figure. The elements lie in a box `width` wide and `height` high, margins included. */
export interface Panel {
  /** What the y axis shows. */
  readonly label: string;
  readonly height: number;
  readonly legend: readonly LegendEntry[];
  readonly svg: string;
}

/** What a sign of the drawing stands for. */
export interface LegendEntry {
  readonly sign: string;
  readonly colour: string;
  readonly text: string;
}

/** A whole figure in parts. */
export interface Figure {
  readonly title: string;
  readonly caption: string;
  readonly xLabel: string;
  readonly panels: readonly Panel[];
}

/** The SVG document: no script, no style sheet, nothing fetched from elsewhere. */
export function figure({ title, caption, xLabel, panels }: Figure): string {
  const titleLines = paragraph(title, 74, 4);
  const captionLines = paragraph(caption, 106, 6);
  const captionTop = 30 + titleLines.length * 20;
  const tops = [captionTop + captionLines.length * 17 + 12];
  for (const panel of panels) tops.push(tops.at(-1)! + panel.height);
  const bottom = tops.at(-1)!;
  const height = bottom + 32;
  const middle = (margins.left + width - margins.right) / 2;
  const summary = `${panels.map(({ label }) => label).join(" and ")} by ${xLabel}. ${caption}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" fill="${ink}" font-family="${fontFamily}" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(summary)}</desc>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...titleLines.map((line, i) =>
      text(margins.outer, 38 + i * 20, line, `font-size="15" font-weight="600"`),
    ),
    ...captionLines.map((line, i) =>
      text(margins.outer, captionTop + 10 + i * 17, line, `fill="${quietInk}"`),
    ),
    ...panels.map((panel, i) => panelAt(panel, tops[i]!, i)),
    text(middle, bottom + 12, clip(xLabel, 90), `font-weight="500" text-anchor="middle"`),
    "</svg>\n",
  ].join("\n");
}

/** Lines of about `columns` characters; an ellipsis stands for what is beyond `most` lines. */
function paragraph(content: string, columns: number, most: number): string[] {
  if (content.trim() === "") return [];
  const lines = wrap(content, columns).map((line) => clip(line, columns));
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), clip(lines[most - 1]! + " …", columns)];
}

function panelAt({ label, legend, svg }: Panel, top: number, number: number): string {
  const entries = legend.map(
    ({ sign, colour, text }) =>
      `<tspan fill="${colour}" font-weight="600">${escaped(sign)}</tspan> ${escaped(text)}`,
  );
  // Drawings number their clip paths through the whole process; in a document they are numbered by panel.
  const drawing = svg.replace(/plot-clip-\d+/g, `panel-${number + 1}-area`);
  return [
    `<g transform="translate(0,${top})">`,
    text(margins.outer, 14, clip(label, 70), `font-weight="500"`),
    `<text x="${width - margins.right}" y="14" text-anchor="end" xml:space="preserve">${entries.join("    ")}</text>`,
    drawing,
    "</g>",
  ].join("\n");
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escaped(content)}</text>`;
}

/** Text for an XML document, with nothing in it that XML forbids. */
export function escaped(content: string): string {
  return printable(content).replace(/[&<>"']/g, (sign) => entities[sign]!);
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A number of an axis in print: a real minus sign, and 1.5×10⁶ for 1.5e6. */
export function typeset(label: string): string {
  const [digits = "", exponent] = label.split("e");
  const power =
    exponent === undefined ? "" : "10" + exponent.replace(/./g, (sign) => superscripts[sign] ?? sign);
  const parts =
    exponent !== undefined && digits === "1" ? [power] : [digits, power].filter((part) => part !== "");
  return parts.join("×").replace(/-/g, "\u2212");
}

const superscripts: Readonly<Record<string, string>> = Object.fromEntries(
  [..."-0123456789"].map((sign, i) => [sign, [..."⁻⁰¹²³⁴⁵⁶⁷⁸⁹"][i]!]),
);

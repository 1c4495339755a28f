/** Tensors as text, in PyTorch's layout: elements, shape and dtype go in, `tensor([ 0.7500, -1.3000])` comes out. */
import type { Dtype, Storage } from "../ir/dtype.ts";
import { rowMajor, type Shape } from "../ir/shape.ts";
import { fixed, scientific } from "./digits.ts";

const lineWidth = 80;
/** Above this many elements, only the first and last few of each dimension are shown. */
const threshold = 1000;
const edge = 3;
const prefix = "tensor(";

/** Prints as PyTorch does (torch/_tensor_str.py). int32 and bool are not named, for the elements tell them. */
export function print(elements: Storage, shape: Shape, dtype: Dtype, requiresGrad: boolean): string {
  const isEmpty = elements.length === 0;
  const body = isEmpty ? "[]" : show(page(elements, shape, dtype), 0, 0, prefix.length);
  return close(prefix + body, [
    ...(isEmpty && shape.length > 1 ? [`size=[${shape.join(", ")}]`] : []),
    ...(dtype === "float64" || (isEmpty && dtype !== "float32") ? [`dtype=${dtype}`] : []),
    ...(requiresGrad ? ["requiresGrad=true"] : []),
  ]);
}

/** What is to be shown, and how one element is. */
interface Page {
  readonly elements: Storage;
  readonly strides: readonly number[];
  /** The positions shown along each dimension; null stands for those left out. */
  readonly indices: readonly (number | null)[][];
  readonly format: Format;
}

function page(elements: Storage, shape: Shape, dtype: Dtype): Page {
  const strides = rowMajor(shape);
  const indices = shape.map((size) => shownIndices(size, elements.length > threshold));
  return { elements, strides, indices, format: formatFor(shownElements(elements, strides, indices), dtype) };
}

function shownIndices(size: number, isLong: boolean): (number | null)[] {
  const all = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  return isLong && size > 2 * edge ? [...all(0, edge), null, ...all(size - edge, size)] : all(0, size);
}

function shownElements(
  elements: Storage,
  strides: readonly number[],
  indices: readonly (number | null)[][],
): number[] {
  let places = [0];
  indices.forEach((along, d) => {
    places = places.flatMap((p) => along.flatMap((i) => (i === null ? [] : [p + i * strides[d]!])));
  });
  return places.map((p) => elements[p]!);
}

/** Dimension `dim` of the tensor from position `place` on, with its brackets. */
function show(page: Page, dim: number, place: number, indent: number): string {
  if (dim === page.indices.length) return aligned(page.format, page.elements[place]!);
  const depth = page.indices.length - dim;
  const leftOut = depth === 1 ? " ..." : "...";
  const parts = page.indices[dim]!.map((i) =>
    i === null ? leftOut : show(page, dim + 1, place + i * page.strides[dim]!, indent + 1),
  );
  if (depth === 1) return `[${wrap(parts, page.format.width, indent)}]`;
  return `[${parts.join(`,${"\n".repeat(depth - 1)}${" ".repeat(indent + 1)}`)}]`;
}

function wrap(parts: readonly string[], width: number, indent: number): string {
  const perLine = Math.max(1, Math.floor((lineWidth - indent) / (width + 2)));
  const lines: string[] = [];
  for (let i = 0; i < parts.length; i += perLine) lines.push(parts.slice(i, i + perLine).join(", "));
  return lines.join(`,\n${" ".repeat(indent + 1)}`);
}

/** The text with its notes and the last bracket. A note that does not fit in the line, by PyTorch's count of it, begins another. */
function close(body: string, notes: readonly string[]): string {
  let text = body;
  let length = body.length - body.lastIndexOf("\n") + 1;
  for (const note of notes) {
    const fits = length + note.length + 2 <= lineWidth;
    text += fits ? `, ${note}` : `,\n${" ".repeat(prefix.length)}${note}`;
    length = fits ? length + note.length + 2 : prefix.length + note.length;
  }
  return `${text})`;
}

/** How every element of a tensor is written, and the width they are brought to. */
interface Format {
  readonly text: (x: number) => string;
  readonly width: number;
}

function aligned({ text, width }: Format, x: number): string {
  return text(x).padStart(width);
}

/** One format for all that is shown. Zeros, infinities and NaN have no say in it: they may be wider than the rest, as in PyTorch. */
function formatFor(shown: readonly number[], dtype: Dtype): Format {
  if (dtype === "bool") return wideEnough(shown, (x) => (x === 0 ? "false" : "true"));
  if (dtype === "int32") return wideEnough(shown, String);
  const telling = shown.filter((x) => Number.isFinite(x) && x !== 0);
  const text = floatText(telling.map(Math.abs));
  return wideEnough(telling, (x) => (Number.isFinite(x) ? text(x) : special(x)));
}

function wideEnough(shown: readonly number[], text: (x: number) => string): Format {
  return { text, width: Math.max(1, ...shown.map((x) => text(x).length)) };
}

/** Whole numbers as `3.`, fractions with four digits, wide ranges in scientific notation. */
function floatText(magnitudes: readonly number[]): (x: number) => string {
  const largest = Math.max(...magnitudes);
  const smallest = Math.min(...magnitudes);
  const isWhole = magnitudes.every(Number.isInteger);
  const isWide = largest > 1e8 || largest / smallest > 1000 || (!isWhole && smallest < 1e-4);
  if (isWide) return (x) => scientific(x, 4);
  return isWhole ? (x) => `${fixed(x, 0)}.` : (x) => fixed(x, 4);
}

function special(x: number): string {
  return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
}

/** Tensors as text, in PyTorch's layout: elements, shape and dtype go in, `tensor([ 0.7500, -1.3000])` comes out. */
import type { Dtype, Storage } from "../ir/dtype.ts";
import { rowMajor, type Shape } from "../ir/shape.ts";

const lineWidth = 80;
/** Above this many elements, only the first and last few of each dimension are shown. */
const threshold = 1000;
const edge = 3;
const prefix = "tensor(";

/** Prints as PyTorch does (torch/_tensor_str.py); the dtype is named where the numbers do not tell it. */
export function print(elements: Storage, shape: Shape, dtype: Dtype, requiresGrad: boolean): string {
  const isLong = elements.length > threshold;
  const indices = shape.map((size) => shownIndices(size, isLong));
  const format = formatter(shownElements(elements, rowMajor(shape), indices), dtype);
  const body =
    elements.length === 0
      ? "[]"
      : show({ elements, strides: rowMajor(shape), indices, format }, 0, 0, prefix.length);
  return close(body, [
    ...(elements.length === 0 && shape.length > 1 ? [`size=[${shape}]`] : []),
    ...(dtype === "float64" ? ["dtype=float64"] : []),
    ...(requiresGrad ? ["requiresGrad=true"] : []),
  ]);
}

/** The positions shown along a dimension; null stands for those left out. */
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

interface Page {
  readonly elements: Storage;
  readonly strides: readonly number[];
  readonly indices: readonly (number | null)[][];
  readonly format: (x: number) => string;
}

/** Dimension `dim` of the tensor from position `place` on, with its brackets. */
function show(page: Page, dim: number, place: number, indent: number): string {
  if (dim === page.indices.length) return page.format(page.elements[place]!);
  const parts = page.indices[dim]!.map((i) =>
    i === null ? "..." : show(page, dim + 1, place + i * page.strides[dim]!, indent + 1),
  );
  const depth = page.indices.length - dim;
  if (depth === 1) return `[${wrap(parts, indent)}]`;
  return `[${parts.join(`,${"\n".repeat(depth - 1)}${" ".repeat(indent + 1)}`)}]`;
}

function wrap(parts: readonly string[], indent: number): string {
  const width = Math.max(...parts.map((p) => p.length)) + 2;
  const perLine = Math.max(1, Math.floor((lineWidth - indent) / width));
  const lines: string[] = [];
  for (let i = 0; i < parts.length; i += perLine) lines.push(parts.slice(i, i + perLine).join(", "));
  return lines.join(`,\n${" ".repeat(indent + 1)}`);
}

function close(body: string, notes: readonly string[]): string {
  let text = prefix + body;
  for (const note of notes) {
    const last = text.length - (text.lastIndexOf("\n") + 1);
    text += last + note.length + 2 > lineWidth ? `,\n${" ".repeat(prefix.length)}${note}` : `, ${note}`;
  }
  return `${text})`;
}

/** One format for all that is shown: whole numbers as `3.`, fractions with four digits, wide ranges in scientific notation. */
function formatter(shown: readonly number[], dtype: Dtype): (x: number) => string {
  if (dtype === "bool") return aligned(shown, (x) => (x === 0 ? "false" : "true"));
  if (dtype === "int32") return aligned(shown, String);
  const finite = shown.filter((x) => Number.isFinite(x) && x !== 0).map(Math.abs);
  const largest = Math.max(...finite, 0);
  const smallest = Math.min(...finite, largest);
  const isWhole = finite.every(Number.isInteger);
  const isWide = largest > 1e8 || largest / smallest > 1000 || (!isWhole && smallest < 1e-4);
  return aligned(shown, (x) => {
    if (!Number.isFinite(x)) return showSpecial(x);
    return isWide ? scientific(x) : isWhole ? `${signed(x, 0)}.` : signed(x, 4);
  });
}

function aligned(shown: readonly number[], format: (x: number) => string): (x: number) => string {
  const width = Math.max(...shown.map((x) => format(x).length));
  return (x) => format(x).padStart(width);
}

function showSpecial(x: number): string {
  return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
}

/** Fixed digits, with the sign of a negative zero kept. */
function signed(x: number, digits: number): string {
  return (x < 0 || Object.is(x, -0) ? "-" : "") + Math.abs(x).toFixed(digits);
}

function scientific(x: number): string {
  const [digits, exponent] = Math.abs(x).toExponential(4).split("e") as [string, string];
  return `${x < 0 || Object.is(x, -0) ? "-" : ""}${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

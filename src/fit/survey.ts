/**
 * A grid laid over two parameters: a view and a function for losses at places come in; losses over the grid, at once or over ever finer
 * grids, come out.
 */
import { hint } from "../data/names.ts";
import { indices } from "../data/table.ts";

/** A parameter and the values to look at: `count` of them, evenly spaced, both ends among them. */
export interface LandscapeAxis {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Which part of a landscape to look at. `at` is where the other parameters stand: at their starts, those that it does not say. */
export interface LandscapeView {
  readonly x: LandscapeAxis;
  readonly y: LandscapeAxis;
  readonly at?: Readonly<Record<string, number>>;
}

/** Losses over a grid: `losses[row * x.length + column]` is the loss at `x[column]` and `y[row]`. It may be infinite, or no number. */
export interface LossGrid {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly losses: Float64Array;
}

/** Grids from coarse to fine, and null in between. */
export type Refining = Generator<LossGrid | null, void>;

/** Several places: a number for each of them, by parameter. */
export type Places = Readonly<Record<string, Float64Array>>;

/** A grid to be filled: its axes, and the losses at places of it, which are numbered row by row. */
interface Survey extends Omit<LossGrid, "losses"> {
  readonly lossesAt: (numbers: Int32Array) => Float64Array;
}

/** The survey of a view: `others` are the numbers where the parameters stand that are on no axis. */
export function surveyOf(
  { x, y }: LandscapeView,
  others: Readonly<Record<string, number>>,
  lossesAt: (places: Places) => Float64Array,
): Survey {
  for (const axis of [x, y]) checkAxis(axis, Object.keys(others));
  if (x.name === y.name) throw new Error(`a view expects two parameters, got ${x.name} twice`);
  const [across, down] = [valuesAlong(x), valuesAlong(y)];
  const columnOf = (name: string, numbers: Int32Array): Float64Array => {
    if (name === x.name) return Float64Array.from(numbers, (number) => across[number % across.length]!);
    if (name === y.name)
      return Float64Array.from(numbers, (number) => down[Math.floor(number / across.length)]!);
    return new Float64Array(numbers.length).fill(others[name]!);
  };
  const columns = (numbers: Int32Array): Places =>
    Object.fromEntries(Object.keys(others).map((name) => [name, columnOf(name, numbers)]));
  return { x: across, y: down, lossesAt: (numbers) => lossesAt(columns(numbers)) };
}

function checkAxis({ name, from, to, count }: LandscapeAxis, names: readonly string[]): void {
  if (!names.includes(name))
    throw new Error(`a view expects a free parameter, got ${name}${hint(name, names)}`);
  if (!(Number.isFinite(to - from) && from < to))
    throw new RangeError(`the axis of ${name} expects from < to, got ${from} and ${to}`);
  if (!Number.isInteger(count) || count < 2)
    throw new RangeError(`the axis of ${name} expects a count of 2 or more, got ${count}`);
}

function valuesAlong({ from, to, count }: LandscapeAxis): Float64Array {
  const last = count - 1;
  return Float64Array.from({ length: count }, (_, i) => (from * (last - i) + to * i) / last);
}

/** The whole grid, in one go. */
export function whole({ x, y, lossesAt }: Survey): LossGrid {
  return { x, y, losses: lossesAt(indices(x.length * y.length)) };
}

/** The grids of a survey from coarse to fine. */
export function* refined({ x, y, lossesAt }: Survey): Refining {
  const known = new Map<number, number>();
  const take = paced(lossesAt);
  for (const stride of strides(Math.max(x.length, y.length))) {
    const [columns, rows] = [every(stride, x.length), every(stride, y.length)];
    const places = rows.flatMap((row) => columns.map((column) => row * x.length + column));
    const open = places.filter((place) => !known.has(place));
    while (open.length > 0) {
      for (const [place, loss] of take(open)) known.set(place, loss);
      yield null;
    }
    yield {
      x: Float64Array.from(columns, (column) => x[column]!),
      y: Float64Array.from(rows, (row) => y[row]!),
      losses: Float64Array.from(places, (place) => known.get(place)!),
    };
  }
}

/** The coarsest grid has so many steps along its longer axis, or a few more. */
const coarsest = 8;

/** How many places to go at a time, ever fewer: halved until it is one. */
function strides(count: number): number[] {
  const first = Math.max(0, Math.floor(Math.log2((count - 1) / coarsest)));
  return Array.from({ length: first + 1 }, (_, i) => 2 ** (first - i));
}

/** Every so many of `count` places, and the last. */
function every(stride: number, count: number): number[] {
  const some = Array.from({ length: Math.ceil((count - 1) / stride) }, (_, i) => i * stride);
  return [...some, count - 1];
}

/** A stretch of work that takes less, in milliseconds, is followed by one of twice as many places; one that takes twice as long, by half as many. */
const brief = 4;

/** Takes from the end of a list, in place, as many places as a few milliseconds allow, and gives each with its loss. */
function paced(lossesAt: Survey["lossesAt"]): (open: number[]) => (readonly [place: number, loss: number])[] {
  let count = 16;
  return (open) => {
    const places = open.splice(-count);
    const started = performance.now();
    const losses = lossesAt(Int32Array.from(places));
    const spent = performance.now() - started;
    if (spent < brief) count *= 2;
    if (spent > 2 * brief) count = Math.max(1, count >> 1);
    return places.map((place, i) => [place, losses[i]!] as const);
  };
}

/** What is known of the part of a landscape that is worth looking at. */
export interface ViewOptions {
  /** The places of a walk, which the view is to hold. */
  readonly path?: readonly Readonly<Record<string, number>>[];
  /** Standard errors of the parameters, where they are known: the view holds three to each side. */
  readonly errors?: Readonly<Record<string, number | null>>;
  /** How many values to look at on each axis. Default 129. */
  readonly count?: number;
}

/** A view over two parameters that holds the place `at`, where the others stand too, and the path, with a margin of a seventh of it all to each side. */
export function viewAround(
  [x, y]: readonly [x: string, y: string],
  at: Readonly<Record<string, number>>,
  { path = [], errors = {}, count = 129 }: ViewOptions = {},
): LandscapeView {
  const axis = (name: string): LandscapeAxis => {
    const centre = at[name];
    if (centre === undefined) throw new Error(`unknown parameter: ${name}${hint(name, Object.keys(at))}`);
    const values = [centre, ...path.map((place) => place[name] ?? centre)].filter(Number.isFinite);
    const [from, to] = extent(values, 3 * (errors[name] ?? 0));
    return { name, from, to, count };
  };
  return { x: axis(x), y: axis(y), at };
}

/** From the least to the greatest value with a margin, and `reach` at least to each side of the first; half of the first where that is nothing. */
function extent(values: readonly number[], reach: number): [from: number, to: number] {
  const [centre = 0] = values;
  const ends = [...values, centre - reach, centre + reach].filter(Number.isFinite);
  const [low, high] = [
    ends.reduce((a, b) => Math.min(a, b), centre),
    ends.reduce((a, b) => Math.max(a, b), centre),
  ];
  const isPoint = high - low <= 1e-9 * Math.abs(centre);
  const margin = isPoint ? Math.abs(centre) / 2 || 1 : (high - low) / 7;
  return [low - margin, high + margin];
}

/**
 * Corners of sums of absolute values: residuals and a place come in; the place beside it where as many residuals vanish as there
 * are parameters comes out, if no direction leads down from there. (Barrodale and Roberts, An improved algorithm for discrete L1
 * linear approximation, 1973.)
 */
import type { SquaresProblem } from "./levenberg.ts";
import { length, solve, triangularize } from "./qr.ts";

/** The corner beside the parameters, or one further down from there, where the sum of |residual| times `factors` is least; null where none is found. */
export function cornerBeside(
  squares: SquaresProblem,
  params: Float64Array,
  factors: Float64Array,
): Float64Array | null {
  let rows = edgesBeside(squares, params, factors);
  if (rows.length < params.length) return null;
  let [corner, sum] = [onEdges(squares, rows, params), Number.POSITIVE_INFINITY];
  for (let turn = 0; turn < mostTurns; turn++) {
    const next = sumAt(squares, corner, factors);
    if (!(next < sum) || !isWithin(squares, corner)) return null;
    const turned = nextEdges(squares, rows, corner, factors);
    if (!turned) return next <= sumAt(squares, params, factors) ? corner : null;
    [rows, sum] = [turned, next];
    corner = onEdges(squares, rows, corner);
  }
  return null;
}

/** How many corners one after the other are looked at. */
const mostTurns = 100;

function isWithin({ lower, upper }: SquaresProblem, params: Float64Array): boolean {
  return params.every((p, j) => p > lower[j]! && p < upper[j]!);
}

function sumAt(squares: SquaresProblem, params: Float64Array, factors: Float64Array): number {
  return squares.residuals(params).reduce((sum, r, i) => sum + Math.abs(r) * factors[i]!, 0);
}

/** What is left of a row, as a part of it, once the part along others is taken away, if it does not depend on them. */
const independent = 1e-6;

/** The rows nearest to 0 whose derivatives do not depend on one another, as many as there are parameters if there are. */
function edgesBeside(squares: SquaresProblem, params: Float64Array, factors: Float64Array): number[] {
  const sizes = squares.residuals(params).map((r, i) => Math.abs(r) / factors[i]!);
  const columns = squares.jacobian(params).map((column) => {
    const size = length(column) || 1;
    return column.map((x) => x / size);
  });
  const nearest = Array.from(sizes.keys()).sort((a, b) => sizes[a]! - sizes[b]!);
  const [chosen, directions]: [number[], Float64Array[]] = [[], []];
  for (const row of nearest.slice(0, 8 * params.length)) {
    const slopes = Float64Array.from(columns, (column) => column[row]!);
    const rest = directions.reduce((left, d) => without(left, d), slopes);
    const size = length(rest);
    if (!(size > independent * length(slopes))) continue;
    chosen.push(row);
    directions.push(rest.map((x) => x / size));
    if (chosen.length === params.length) break;
  }
  return chosen;
}

/** A vector less what it has along a direction. */
function without(x: Float64Array, direction: Float64Array): Float64Array {
  const along = x.reduce((sum, value, i) => sum + value * direction[i]!, 0);
  return x.map((value, i) => value - along * direction[i]!);
}

const mostSteps = 5;

/** Where the residuals of some rows vanish, by Newton's method. */
function onEdges(squares: SquaresProblem, rows: readonly number[], start: Float64Array): Float64Array {
  let params = start;
  for (let step = 0; step < mostSteps; step++) {
    const right = take(squares.residuals(params), rows).map((r) => -r);
    const columns = squares.jacobian(params).map((column) => take(column, rows));
    const move = solve(triangularize(columns, right));
    const next = params.map((p, j) => p + move[j]!);
    if (next.every((p, j) => Math.abs(p - params[j]!) <= 4 * squares.precision * Math.abs(p))) return next;
    params = next;
  }
  return params;
}

function take(x: Float64Array, rows: readonly number[]): Float64Array {
  return Float64Array.from(rows, (row) => x[row]!);
}

/** The edges of the next corner down, one of them another; null where the slope of the other rows is held by those, each with no more than its factor. */
function nextEdges(
  squares: SquaresProblem,
  rows: readonly number[],
  corner: Float64Array,
  factors: Float64Array,
): number[] | null {
  const residuals = squares.residuals(corner);
  const columns = squares.jacobian(corner);
  const edges = new Set(rows);
  const pull = Float64Array.from(residuals, (r, i) => (edges.has(i) ? 0 : Math.sign(r) * factors[i]!));
  const slope = Float64Array.from(columns, (column) => -column.reduce((sum, x, i) => sum + x * pull[i]!, 0));
  const sides = rows.map((row) => Float64Array.from(columns, (column) => column[row]!));
  const holds = solve(triangularize(sides, slope));
  const excess = rows.map((row, k) => Math.abs(holds[k]!) / factors[row]! - 1);
  const weakest = excess.indexOf(Math.max(...excess));
  if (!(excess[weakest]! > 1e-9)) return null;
  const away = Float64Array.from(rows, (_, k) => (k === weakest ? Math.sign(holds[k]!) : 0));
  const direction = solve(
    triangularize(
      columns.map((column) => take(column, rows)),
      away,
    ),
  );
  const rates = residuals.map((_, i) =>
    edges.has(i) ? 0 : columns.reduce((sum, column, j) => sum + column[i]! * direction[j]!, 0),
  );
  const descent = Math.abs(holds[weakest]!) - factors[rows[weakest]!]!;
  const entering = firstRise(residuals, rates, factors, descent);
  return entering === null ? null : rows.with(weakest, entering);
}

/** The row at whose edge a way down ends: each edge that is passed takes twice its slope from the descent. */
function firstRise(
  residuals: Float64Array,
  rates: Float64Array,
  factors: Float64Array,
  descent: number,
): number | null {
  const ahead = Array.from(residuals.keys()).filter((i) => residuals[i]! * rates[i]! < 0);
  const reach = (i: number): number => -residuals[i]! / rates[i]!;
  let left = descent;
  for (const i of ahead.sort((a, b) => reach(a) - reach(b)))
    if ((left -= 2 * Math.abs(rates[i]!) * factors[i]!) <= 0) return i;
  return null;
}

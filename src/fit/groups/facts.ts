/** What is seen of groups before they are fitted: rows by group go in; of each, how far its targets spread and what rounding hides come out. */

import type { Tensor } from "../../tensor/tensor.ts";
import { roundings } from "../model.ts";
import type { Problem } from "../problem.ts";
import type { Known } from "./descents.ts";
import type { Partition } from "./partition.ts";

/** What is known of each group. */
export interface Facts extends Known {
  /** The sum of squares of the targets about their mean, weighted. */
  readonly spread: Float64Array;
  /** Whether float32 can tell its rows apart. */
  readonly isPlain: Uint8Array;
}

/** The rows of a problem as plain arrays, those of each group side by side. */
export interface Rows {
  readonly columns: readonly (readonly [name: string, values: Floats])[];
  readonly targets: Floats;
  readonly weights: Float64Array | null;
  readonly roots: Floats | null;
}

export type Floats = Float32Array | Float64Array;

export function rowsOf({ training }: Problem, { rows }: Partition): Rows {
  const inOrder = (t: Tensor): Float64Array => {
    const values = t.realize() as Float64Array;
    return rows ? new Float64Array(rows.length).map((_, i) => values[rows[i]!]!) : values;
  };
  const weights = training.weights && inOrder(training.weights);
  return {
    columns: Object.entries(training.columns).map(([name, t]) => [name, inOrder(t)] as const),
    targets: inOrder(training.targets),
    weights,
    roots: weights?.map(Math.sqrt) ?? null,
  };
}

/** Looks at each group once, for a model with so many parameters. */
export function factsOf(rows: Rows, { starts, keys }: Partition, parameters: number): Facts {
  const count = keys.length;
  const facts = {
    freedom: new Int32Array(count),
    noise: new Float64Array(count),
    spread: new Float64Array(count),
    isPlain: new Uint8Array(count).fill(1),
  };
  for (let one = 0; one < count; one++) {
    const [from, to] = [starts[one]!, starts[one + 1]!];
    facts.freedom[one] = to - from - parameters;
    look(rows, from, to, one, facts);
    if (!isWide(rows.targets, from, to)) facts.isPlain[one] = 0;
  }
  for (const [, values] of rows.columns)
    for (let one = 0; one < count; one++)
      if (!isWide(values, starts[one]!, starts[one + 1]!)) facts.isPlain[one] = 0;
  return facts;
}

/** Spread, and the squares of what rounding does to the targets. */
function look({ targets, weights }: Rows, from: number, to: number, one: number, facts: Facts): void {
  const first = targets[from]!;
  let [total, sum, squares, size] = [0, 0, 0, 0];
  for (let row = from; row < to; row++) {
    const weight = weights === null ? 1 : weights[row]!;
    const target = targets[row]!;
    const off = target - first;
    total += weight;
    sum += weight * off;
    squares += weight * off * off;
    size += weight * target * target;
  }
  facts.spread[one] = Math.max(squares - (sum * sum) / total, 0);
  facts.noise[one] = (4 * roundings.float64) ** 2 * size;
}

/** So many times its range may a column be away from 0, or go beyond 1. */
const far = 1e3;
const large = 1e15;

/** Whether float32 keeps the differences between values; those that are all alike have none. */
function isWide(values: Floats, from: number, to: number): boolean {
  let low = values[from]!;
  let high = low;
  for (let row = from + 1; row < to; row++) {
    const value = values[row]!;
    if (value < low) low = value;
    else if (value > high) high = value;
  }
  const size = Math.max(Math.abs(low), Math.abs(high));
  return size < large && (low === high || size < far * (high - low));
}

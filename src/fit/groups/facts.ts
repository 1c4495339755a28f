/** What is seen of groups before they are fitted: rows by group go in; of each, how far its targets spread and what rounding hides come out. */
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

/** The rows of a problem as plain arrays. */
export interface Rows {
  readonly columns: readonly (readonly [name: string, values: Float64Array])[];
  readonly targets: Float64Array;
  readonly weights: Float64Array | null;
  readonly roots: Float64Array | null;
}

export function rowsOf({ training }: Problem): Rows {
  const weights = training.weights && Float64Array.from(training.weights.realize());
  return {
    columns: Object.entries(training.columns).map(
      ([name, t]) => [name, t.realize() as Float64Array] as const,
    ),
    targets: training.targets.realize() as Float64Array,
    weights,
    roots: weights?.map(Math.sqrt) ?? null,
  };
}

/** Looks at each group once, for a model with so many parameters. */
export function factsOf(rows: Rows, { starts, rows: order, keys }: Partition, parameters: number): Facts {
  const count = keys.length;
  const facts = {
    freedom: new Int32Array(count),
    noise: new Float64Array(count),
    spread: new Float64Array(count),
    isPlain: new Uint8Array(count),
  };
  for (let one = 0; one < count; one++) {
    const mine = order.subarray(starts[one]!, starts[one + 1]!);
    facts.freedom[one] = mine.length - parameters;
    look(rows, mine, one, facts);
    const isPlain = rows.columns.every(([, values]) => isWide(values, mine));
    facts.isPlain[one] = isPlain && isWide(rows.targets, mine) ? 1 : 0;
  }
  return facts;
}

/** Spread, and the squares of what rounding does to the targets. */
function look({ targets, weights }: Rows, mine: Int32Array, one: number, facts: Facts): void {
  const first = targets[mine[0]!]!;
  let [total, sum, squares, size] = [0, 0, 0, 0];
  for (let i = 0; i < mine.length; i++) {
    const row = mine[i]!;
    const weight = weights ? weights[row]! : 1;
    const off = targets[row]! - first;
    total += weight;
    sum += weight * off;
    squares += weight * off * off;
    size += weight * targets[row]! * targets[row]!;
  }
  facts.spread[one] = Math.max(squares - (sum * sum) / total, 0);
  facts.noise[one] = (4 * roundings.float64) ** 2 * size;
}

/** So many times its range may a column be away from 0, or go beyond 1. */
const far = 1e3;
const large = 1e15;

/** Whether float32 keeps the differences between values; those that are all alike have none. */
function isWide(values: Float64Array, mine: Int32Array): boolean {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < mine.length; i++) {
    const value = values[mine[i]!]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const size = Math.max(Math.abs(low), Math.abs(high));
  return size < large && (low === high || size < far * (high - low));
}

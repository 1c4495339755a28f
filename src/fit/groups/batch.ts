/**
 * Fits of one model to many groups of rows at once: the groups and where each starts go in; where each descent ended comes out.
 * They go down in float32 first, which is quick, as far as that can tell, and then in float64 to the end. Groups of about as many
 * rows are walked over together, so many at a time as lie in a cache; those slower than the others of their block go on in another.
 */
import { storage } from "../../ir/dtype.ts";
import { tensor } from "../../tensor/make.ts";
import type { Named } from "../model.ts";
import type { Problem } from "../problem.ts";
import type { Precision } from "../start.ts";
import { Descents, type Goal, goals, type Sums, standings, sumsOf } from "./descents.ts";
import type { Facts, Floats, Rows } from "./facts.ts";
import type { Partition } from "./partition.ts";
import { type Block, holding, type Pass, passFor } from "./passes.ts";

/** So many rows of a block are few enough for a cache, and enough to be worth a call. */
const blockRows = 2 ** 15;
const mostGroups = 1024;
/** When no more than this part of a block is still on its way, it is left to others. */
const few = 0.6;

/** What is fitted, to which groups. */
export interface Batch {
  readonly problem: Problem;
  readonly fixed: Named;
  /** The parameters that are fitted, by name. */
  readonly names: readonly string[];
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly partition: Partition;
  readonly rows: Rows;
  readonly facts: Facts;
  readonly signal: AbortSignal | undefined;
  /** Whether weights say how large errors are, and not only in proportion. */
  readonly isAbsolute: boolean;
}

/** Lets others have their turn, now and then. */
export type Pause = () => Promise<void> | undefined;

/** Walks from the starts of the groups `members`, a row each of `starts`, to the ends. */
export async function descend(
  batch: Batch,
  starts: Float64Array,
  members: readonly number[],
  pause: Pause,
): Promise<Descents> {
  const p = batch.names.length;
  const near = begin(batch, starts, goals.near);
  const plain = members.filter((one) => batch.facts.isPlain[one]);
  await walkAll(batch, "float32", near, plain, pause);
  const from = starts.slice();
  for (const one of plain)
    if (near.standing[one] === standings.converged)
      for (let j = one * p; j < (one + 1) * p; j++) from[j] = near.params[j]!;
  const descents = begin(batch, from, goals.arrived);
  await walkAll(batch, "float64", descents, members, pause);
  for (const one of members) descents.steps[one]! += near.steps[one]!;
  return descents;
}

/** The sum of squares of each group at its start. */
export async function squaresAt(
  batch: Batch,
  starts: Float64Array,
  members: readonly number[],
  pause: Pause,
): Promise<Float64Array> {
  const descents = begin(batch, starts, goals.look);
  await walkAll(batch, "float64", descents, members, pause);
  return descents.first;
}

/** The sums of each group at its parameters, in rows as those of `Descents`. */
export async function sumsAt(
  batch: Batch,
  params: Float64Array,
  members: readonly number[],
  pause: Pause,
): Promise<Float64Array> {
  const k = sumsOf(batch.names.length);
  const all = new Float64Array(batch.partition.keys.length * k);
  const advance = (one: number, slot: number, sums: readonly Sums[]): boolean => {
    for (let i = 0; i < k; i++) all[one * k + i] = sums[i]![slot]!;
    return false;
  };
  await walkAll(batch, "float64", { trial: params, advance }, members, pause);
  return all;
}

function begin({ lower, upper, facts }: Batch, starts: Float64Array, goal: Goal): Descents {
  return new Descents(starts, facts, { lower, upper, goal });
}

async function walkAll(
  batch: Batch,
  dtype: Precision,
  descents: Walker["descents"],
  members: readonly number[],
  pause: Pause,
): Promise<void> {
  const fixed = Object.fromEntries(
    Object.entries(batch.fixed).map(([name, t]) => [name, tensor(t.realize(), { dtype, shape: t.shape })]),
  );
  const rows = dtype === "float64" ? batch.rows : narrowed(batch.rows);
  const walker = { ...batch, rows, dtype, descents, pass: passFor(batch.problem, fixed) };
  for (const [length, alike] of byLength(batch.partition, members)) {
    for (let waiting = alike; waiting.length > 0 && !batch.signal?.aborted; ) {
      const places = placesFor(waiting.length, length);
      const into = room(walker, { length, places });
      const slow: number[] = [];
      for (let from = 0; from < waiting.length; from += places) {
        const some = waiting.slice(from, from + places);
        slow.push(...walk({ ...walker, into }, some, { length, places }, waiting.length <= places ? 0 : few));
        await pause();
      }
      waiting = slow;
    }
  }
}

/** How many groups of so many rows make a block: a power of 2, so that there are few sizes, and a program for each. */
function placesFor(groups: number, length: number): number {
  const most = Math.min(mostGroups, blockRows / length, 2 * groups - 1);
  return 2 ** Math.floor(Math.log2(Math.max(most, 1)));
}

/** The rows in float32, as many as can be told apart there. */
function narrowed({ columns, targets, weights, roots }: Rows): Rows {
  return {
    columns: columns.map(([name, values]) => [name, new Float32Array(values)] as const),
    targets: new Float32Array(targets),
    weights,
    roots: roots && new Float32Array(roots),
  };
}

/** Groups by how many rows they have, rounded up so that there are few lengths. */
function byLength(partition: Partition, members: readonly number[]): Map<number, number[]> {
  const own = (one: number): number => lengthOf(partition, one);
  const isOne = members.every((one) => own(one) === own(members[0]!));
  const lengths = new Map<number, number[]>();
  for (const one of members) {
    const length = isOne ? own(one) : rounded(own(one));
    const alike = lengths.get(length);
    if (alike) alike.push(one);
    else lengths.set(length, [one]);
  }
  return lengths;
}

/** The next of 4, 6, 8, 12, 16, 24, ... */
function rounded(length: number): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(length, 4)));
  return length <= 0.75 * power ? 0.75 * power : power;
}

interface Walker extends Batch {
  readonly dtype: Precision;
  readonly descents: Pick<Descents, "trial" | "advance">;
  readonly pass: Pass;
  readonly into: Gathered;
}

/** The shape of a block. */
interface Size {
  readonly length: number;
  readonly places: number;
}

/** Walks some descents side by side until few are left, which come out. */
function walk(walker: Walker, members: readonly number[], size: Size, share: number): number[] {
  const { pass, descents } = walker;
  const gathered = gather(walker, members, size);
  let active = members.map((one, slot) => ({ one, slot }));
  while (active.length > share * members.length) {
    const sums = pass(blockOf(gathered, walker.dtype, size), trialsOf(walker, members, size.places)).map(
      (t) => t.realize() as Sums,
    );
    active = active.filter(({ one, slot }) => descents.advance(one, slot, sums));
  }
  return active.map(({ one }) => one);
}

function trialsOf(
  { names, descents: { trial }, dtype }: Walker,
  members: readonly number[],
  places: number,
): Named {
  const p = names.length;
  return Object.fromEntries(
    names.map((name, j) => {
      const values = storage(dtype, places);
      for (let slot = 0; slot < places; slot++) values[slot] = trial[at(members, slot) * p + j]!;
      return [name, holding(values, [places, 1], dtype)];
    }),
  );
}

/** The member in a place; the last one in places left over. */
function at(members: readonly number[], slot: number): number {
  return members[Math.min(slot, members.length - 1)]!;
}

/** The rows of some groups side by side, as plain arrays. */
interface Gathered {
  readonly columns: readonly (readonly [name: string, values: Floats])[];
  readonly targets: Floats;
  /** None where all rows count alike. */
  readonly roots: Floats | null;
}

/** Arrays for the rows of a block, to be filled again and again. */
function room({ rows, dtype }: Pick<Walker, "rows" | "dtype">, { length, places }: Size): Gathered {
  const array = (): Floats => storage(dtype, places * length) as Floats;
  return {
    columns: rows.columns.map(([name]) => [name, array()] as const),
    targets: array(),
    roots: array(),
  };
}

/**
 * Gathers a block: where its groups lie side by side there is nothing to copy. Shorter groups repeat their last row, with weight
 * 0; places left over, the last group.
 */
function gather({ partition, rows, into }: Walker, members: readonly number[], size: Size): Gathered {
  const isRagged = members.some((one) => lengthOf(partition, one) < size.length);
  const [first, last] = [members[0]!, members.at(-1)!];
  const isWhole = !isRagged && members.length === size.places && last - first === size.places - 1;
  const [from, to] = [partition.starts[first]!, partition.starts[last + 1]!];
  const part = (out: Floats, values: Floats | null, padding?: number): Floats => {
    if (isWhole && values) return values.subarray(from, to);
    fillIn(out, values ?? 1, { partition, members, size, padding });
    return out;
  };
  return {
    columns: rows.columns.map(([name, values], i) => [name, part(into.columns[i]![1], values)] as const),
    targets: part(into.targets, rows.targets),
    roots: isRagged || rows.roots ? part(into.roots!, rows.roots, 0) : null,
  };
}

/** What goes where in a block. */
interface Filling {
  readonly partition: Partition;
  readonly members: readonly number[];
  readonly size: Size;
  readonly padding: number | undefined;
}

/** The rows of the members, one after the other; those whose neighbour is the next all at once. */
function fillIn(out: Floats, values: Floats | number, { partition, members, size, padding }: Filling): void {
  const { starts } = partition;
  const { length, places } = size;
  for (let slot = 0; slot < places; ) {
    const one = at(members, slot);
    const from = starts[one]!;
    let to = starts[one + 1]!;
    let next = slot + 1;
    while (
      next < members.length &&
      to - from === (next - slot) * length &&
      members[next] === one + next - slot
    )
      to = starts[members[next++]! + 1]!;
    const start = slot * length;
    if (typeof values === "number") out.fill(values, start, start + to - from);
    else out.set(values.subarray(from, to), start);
    const end = start + to - from;
    if (end < next * length) out.fill(padding ?? out[end - 1]!, end, next * length);
    slot = next;
  }
}

function lengthOf({ starts }: Partition, one: number): number {
  return starts[one + 1]! - starts[one]!;
}

/** The block as tensors that are new at each pass, for their elements are not. */
function blockOf({ columns, targets, roots }: Gathered, dtype: Precision, { length, places }: Size): Block {
  const seen = (values: Floats) => holding(values.subarray(), [places, length], dtype);
  return {
    columns: Object.fromEntries(columns.map(([name, values]) => [name, seen(values)])),
    targets: seen(targets),
    roots: roots ? [seen(roots)] : [],
  };
}

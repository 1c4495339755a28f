/**
 * The order of every sum, fixed by the number of terms alone, so that all backends and thread counts give the same bits.
 *
 * Terms are cut in blocks of 4096. Within a block, term i belongs to lane i mod 4. A lane adds 8 terms as a tree in the
 * precision of the terms, ((0+1) + (2+3)) + ((4+5) + (6+7)), and that partial sum to its total in float64; missing terms
 * are zeros. The four totals fold as (0+2) + (1+3). Block sums fold pairwise, neighbours first.
 *
 * Four lanes are one float32 vector or two float64 ones. A tree of 8 rounds three times where a chain would round seven
 * times, and not at all where terms are equal, so no bias builds up; all that grows with the number of terms is in float64.
 */
import type { LaneArray } from "./scalars.ts";

/** Terms in a block: 128 trees of 8 in each of 4 lanes. */
const block = 4096;
const lanes = 4;
const run = 8 * lanes;

/** The sum of n terms from `start`, in float64. */
export function sum(terms: LaneArray, start: number, n: number): number {
  if (n <= block) return sumBlock(terms, start, n);
  const sums: number[] = [];
  for (let done = 0; done < n; done += block)
    sums.push(sumBlock(terms, start + done, Math.min(block, n - done)));
  return foldPairwise(sums);
}

/** Where a run of terms is added up, in the precision of the terms, and the totals of the lanes. */
const scratches = [new Float32Array(run), new Float64Array(run)] as const;
const totals = new Float64Array(lanes);

function sumBlock(terms: LaneArray, start: number, n: number): number {
  const scratch = scratches[terms instanceof Float32Array ? 0 : 1];
  totals.fill(0);
  for (let done = 0; done < n; done += run) {
    const count = Math.min(run, n - done);
    for (let i = 0; i < count; i++) scratch[i] = terms[start + done + i]!;
    scratch.fill(0, count);
    addTrees(scratch);
    for (let lane = 0; lane < lanes; lane++) totals[lane] = totals[lane]! + scratch[lane]!;
  }
  return totals[0]! + totals[2]! + (totals[1]! + totals[3]!);
}

/** Leaves the sum of each lane's 8 terms in the first 4 places, in place; storing rounds. */
function addTrees(terms: LaneArray): void {
  for (let width = lanes; width < run; width *= 2)
    for (let i = 0; i < run; i += 2 * width)
      for (let lane = 0; lane < lanes; lane++) terms[i + lane] = terms[i + lane]! + terms[i + lane + width]!;
}

function foldPairwise(sums: number[]): number {
  let level = sums;
  while (level.length > 1) {
    const next: number[] = [];
    for (let i = 0; i < level.length; i += 2)
      next.push(i + 1 < level.length ? level[i]! + level[i + 1]! : level[i]!);
    level = next;
  }
  return level[0]!;
}

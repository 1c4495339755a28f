/** How deep in a loop each of its lines is computed: as few times as its arguments allow. */
import type { Line, Read } from "./kernels.ts";

/** Before the loop, once in each of the kept places, or at every step. */
export type Level = 0 | 1 | 2;

/** A line is computed where the last of its arguments is. */
export function levelsOf(lines: readonly Line[]): Level[] {
  const levels: Level[] = [];
  for (const line of lines)
    levels.push(
      line.op === "read" ? levelOf(line) : (Math.max(0, ...line.args.map((a) => levels[a]!)) as Level),
    );
  return levels;
}

function levelOf({ access, guards, index }: Read): Level {
  const strides = [access, ...guards, ...(index ? [index.access] : [])].map((x) => x.strides);
  if (strides.some((s) => s.at(-1) !== 0)) return 2;
  return strides.some((s) => s.some((stride) => stride !== 0)) ? 1 : 0;
}

/** About how many instructions a step is. */
export function weightOf(lines: readonly Line[], levels: readonly Level[]): number {
  return lines.reduce((sum, { lane }, i) => {
    const own = lane === "f32" ? 1 : 2;
    return levels[i] === 2 ? sum + own : sum;
  }, 0);
}

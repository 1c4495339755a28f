/** The problems of Moré, Garbow and Hillstrom through `leastSquares`, each from its start, 10 and 100 times as far out. */
import { leastSquares } from "../../src/index.ts";
import { isLocal, isSolved, named, type Problem, problems } from "../../test/mgh.ts";
import type { Row } from "./score.ts";

/** How one run ended: at the least sum, at another minimum of the paper's, elsewhere, or by an exception. */
interface Ending {
  readonly problem: Problem;
  readonly times: number;
  readonly end: "solved" | "local" | "missed" | "thrown";
}

async function textbook(): Promise<Ending[]> {
  const endings: Ending[] = [];
  for (const problem of problems)
    for (const times of [1, 10, 100]) endings.push({ problem, times, end: await endOf(problem, times) });
  return endings;
}

async function endOf(problem: Problem, times: number): Promise<Ending["end"]> {
  const { start, residuals } = named(problem, times);
  try {
    const { statistics } = await leastSquares(residuals, start);
    if (isSolved(problem, statistics.residualSumOfSquares)) return "solved";
    return isLocal(problem, statistics.residualSumOfSquares) ? "local" : "missed";
  } catch {
    return "thrown";
  }
}

/** The problems of the set that others are measured on. */
const usual = 18;

export const textbookRows: readonly Row[] = [
  {
    name: "Moré-Garbow-Hillstrom 1 to 18, starts x1, x10, x100",
    elsewhere: "41 of 54",
    aim: "at least 92 %, none by exception",
    measure: async () => {
      const all = await textbook();
      const those = all.filter(({ problem }) => problem.number <= usual);
      const count = (list: readonly Ending[], end: Ending["end"]): number =>
        list.filter((ending) => ending.end === end).length;
      const solved = count(those, "solved");
      return {
        measured:
          `${solved} of ${those.length}, and ${count(those, "local")} at a local minimum of the paper's; ` +
          `${count(all, "solved")} of ${all.length} with problems 19 and 20`,
        isMet: solved >= 0.92 * those.length && count(all, "thrown") === 0,
      };
    },
  },
];

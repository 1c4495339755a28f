/** Classic problems of least squares through `leastSquares`, from their standard starts and from far out. */
import { describe, expect, test } from "vitest";
import { leastSquares } from "../src/index.ts";
import { isLocal, isSolved, named, type Problem, problems } from "./mgh.ts";

/** From far out the eleven parameters of its four humps find other minima, after long. */
const isHard = ({ number }: Problem, times: number): boolean => number === 19 && times > 1;

const runs = problems.flatMap((problem) =>
  [1, 10, 100].map((times) => [problem.name, times, problem] as const),
);

describe("the problems of Moré, Garbow and Hillstrom", () => {
  test.each(runs.filter(([, times, problem]) => !isHard(problem, times)))(
    "%s from %i times its start",
    async (_, times, problem) => {
      const { start, residuals } = named(problem, times);
      const { statistics } = await leastSquares(residuals, start);
      const squares = statistics.residualSumOfSquares;
      // The second problem is known for its other minimum, to which all descent leads.
      expect(isSolved(problem, squares) || isLocal(problem, squares), String(squares)).toBe(true);
    },
  );
});

/** Levenberg-Marquardt and the linear least squares below it: minima, ends, bounds, scales, and digits against certified ones. */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { init, type LevenbergState, type SquaresProblem, update } from "../src/optim/levenberg.ts";
import { damp, inverseDiagonal, length, solve, solveNormal, triangularize } from "../src/optim/qr.ts";

const vector = (...x: number[]): Float64Array => Float64Array.from(x);

/** A matrix by columns, of random whole numbers: columns depend on one another, or they do not, but hardly nearly. */
const matrix = (rows: number, columns: number) =>
  fc.array(fc.array(fc.integer({ min: -10, max: 10 }), { minLength: rows, maxLength: rows }), {
    minLength: columns,
    maxLength: columns,
  });

const dot = (x: ArrayLike<number>, y: ArrayLike<number>): number =>
  Array.from(x).reduce((sum, value, i) => sum + value * y[i]!, 0);

describe("linear least squares", () => {
  it("leaves residuals at right angles to the columns", () => {
    fc.assert(
      fc.property(matrix(6, 4), ([a, b, c, y]) => {
        const columns = [a!, b!, c!].map((x) => vector(...x));
        const triangle = triangularize(columns, vector(...y!));
        fc.pre(inverseDiagonal(triangle) !== null);
        const x = solve(triangle);
        const residuals = y!.map(
          (value, i) => value - columns.reduce((sum, column, j) => sum + column[i]! * x[j]!, 0),
        );
        // Sums of six products of up to 100, times what dependence makes of x: some thousand roundings of 1e-13.
        const size = 1 + Math.max(...x.map(Math.abs));
        for (const column of columns) expect(Math.abs(dot(column, residuals))).toBeLessThan(1e-10 * size);
      }),
    );
  });

  it("knows a solution to the digit", () => {
    const x = solve(triangularize([vector(1, 1, 1), vector(1, 2, 3)], vector(1, 2, 2)));
    expect(x[0]).toBeCloseTo(2 / 3, 15);
    expect(x[1]).toBeCloseTo(1 / 2, 15);
  });

  it("takes fewer rows than columns, and sets what they do not determine to 0", () => {
    expect([...solve(triangularize([vector(2), vector(0)], vector(6)))]).toEqual([3, 0]);
    expect([...solve(triangularize([], vector(1, 2)))]).toEqual([]);
  });

  it("gives the diagonal of the inverse of A'A, or null where columns depend on one another", () => {
    // A'A = [[3, 6], [6, 14]], whose inverse is [[14, -6], [-6, 3]] / 6.
    const [a, b] = [vector(1, 1, 1), vector(1, 2, 3)];
    const diagonal = inverseDiagonal(triangularize([a, b], vector(0, 0, 0)))!;
    expect(diagonal[0]).toBeCloseTo(14 / 6, 14);
    expect(diagonal[1]).toBeCloseTo(3 / 6, 14);
    expect(inverseDiagonal(triangularize([a, a], vector(0, 0, 0)))).toBeNull();
    expect(inverseDiagonal(triangularize([a, vector(0, 0, 0)], vector(0, 0, 0)))).toBeNull();
  });

  it("damps as rows of sqrt(damping) below the matrix would", () => {
    fc.assert(
      fc.property(matrix(5, 3), fc.double({ min: 1e-6, max: 1e3, noNaN: true }), ([a, b, y], damping) => {
        const columns = [vector(...a!), vector(...b!)];
        const root = Math.sqrt(damping);
        const longer = [vector(...a!, root, 0), vector(...b!, 0, root)];
        const damped = solve(damp(triangularize(columns, vector(...y!)), damping));
        const expected = solve(triangularize(longer, vector(...y!, 0, 0)));
        // A'A + damping makes up to 1e9 of a rounding of 1e-16: its greatest eigenvalue is below 1e3, its least at least 1e-6.
        damped.forEach((x, i) => {
          expect(Math.abs(x - expected[i]!)).toBeLessThan(1e-6 * (1 + Math.abs(expected[i]!)));
        });
      }),
    );
  });

  it("solves A'A x = b by its triangle", () => {
    const x = solveNormal(triangularize([vector(1, 1, 1), vector(1, 2, 3)], vector(0, 0, 0)), vector(3, 6));
    expect(x[0]).toBeCloseTo(1, 13);
    expect(x[1]).toBeCloseTo(0, 13);
  });

  it("measures lengths whose squares a double does not hold", () => {
    expect(length(vector(3e200, 4e200))).toBeCloseTo(5e200, -187);
    expect(length(vector(3e-200, 4e-200)) / 5e-200).toBeCloseTo(1, 15);
    expect([length(vector()), length(vector(0, -0))]).toEqual([0, 0]);
    expect(length(vector(1, Number.NaN))).toBeNaN();
    expect(length(new Float64Array(300_000).fill(1))).toBeCloseTo(Math.sqrt(300_000), 9);
  });

  it("takes hundreds of thousands of rows", () => {
    const ones = new Float64Array(300_000).fill(1);
    expect(
      solve(
        triangularize(
          [ones],
          ones.map((_, i) => i),
        ),
      )[0],
    ).toBeCloseTo(149_999.5, 6);
  });
});

/** A problem whose residuals are differences from targets of about 1. */
function problem(
  residuals: (p: Float64Array) => number[],
  slopes: (p: Float64Array) => number[][],
  bounds: { lower?: number[]; upper?: number[] } = {},
): SquaresProblem {
  const size = slopes(vector(1, 1, 1)).length;
  return {
    residuals: (p) => vector(...residuals(p)),
    jacobian: (p) => slopes(p).map((column) => vector(...column)),
    lower: vector(...(bounds.lower ?? new Array(size).fill(Number.NEGATIVE_INFINITY))),
    upper: vector(...(bounds.upper ?? new Array(size).fill(Number.POSITIVE_INFINITY))),
    precision: 2 ** -53,
    magnitude: 1,
  };
}

interface Ended {
  readonly params: number[];
  readonly state: LevenbergState;
  readonly steps: number;
  readonly lengths: number[];
}

function solveFrom(squares: SquaresProblem, start: number[], most = 300): Ended {
  let params = vector(...start);
  let state = init(squares, params);
  const lengths = [state.length];
  for (let steps = 0; ; steps++) {
    const next = update(squares, state, params);
    if (next.state.end || steps === most) return { params: [...params], state: next.state, steps, lengths };
    ({ params, state } = next);
    lengths.push(state.length);
  }
}

/** Residuals of a line through points, and of other well-known valleys. */
const line = problem(
  ([a, b]) => [0, 1, 2, 3].map((x, i) => a! * x + b! - [1, 3, 2, 5][i]!),
  () => [
    [0, 1, 2, 3],
    [1, 1, 1, 1],
  ],
);

const rosenbrock = (bounds = {}): SquaresProblem =>
  problem(
    ([x, y]) => [10 * (y! - x! ** 2), 1 - x!],
    ([x]) => [
      [-20 * x!, -1],
      [10, 0],
    ],
    bounds,
  );

/** Where the best line is nowhere near a bound it is 1.1 x + 1.1. */
const bounded = (bounds: { lower?: number[]; upper?: number[] }): SquaresProblem => ({
  ...line,
  ...Object.fromEntries(Object.entries(bounds).map(([side, values]) => [side, vector(...values)])),
});

describe("Levenberg-Marquardt", () => {
  it("finds the line of least squares", () => {
    const { params, state } = solveFrom(line, [10, -10]);
    expect(state.end).toBe("converged");
    expect(params[0]).toBeCloseTo(1.1, 13);
    expect(params[1]).toBeCloseTo(1.1, 13);
  });

  it("never goes up, but for the last digits", () => {
    for (const [squares, start] of [
      [line, [10, -10]],
      [rosenbrock(), [-1.2, 1]],
    ] as const) {
      const { lengths } = solveFrom(squares, [...start]);
      lengths.slice(1).forEach((size, i) => {
        expect(size).toBeLessThanOrEqual(lengths[i]! * (1 + 1e-12));
      });
    }
  });

  it("follows a curved valley in few steps", () => {
    const { params, state, steps } = solveFrom(rosenbrock(), [-1.2, 1]);
    expect([state.end, params]).toEqual(["converged", [1, 1]]);
    expect(steps).toBeLessThan(30);
  });

  it("does the same in any units of the parameters and of the residuals", () => {
    const scaled = (unit: number, size: number): SquaresProblem => ({
      ...rosenbrock(),
      magnitude: size,
      residuals: (p) =>
        rosenbrock()
          .residuals(p.map((x) => x / unit))
          .map((r) => r * size),
      jacobian: (p) =>
        rosenbrock()
          .jacobian(p.map((x) => x / unit))
          .map((c) => c.map((s) => (s * size) / unit)),
    });
    // Powers of 2 change no digit; the squares of 2^600 are beyond doubles.
    const plain = solveFrom(rosenbrock(), [-1.2, 1]);
    for (const [unit, size] of [
      [2 ** 40, 1],
      [1, 2 ** 600],
      [2 ** -300, 2 ** -600],
    ] as const) {
      const other = solveFrom(scaled(unit, size), [-1.2 * unit, unit]);
      expect(other.params.map((x) => x / unit)).toEqual(plain.params);
      expect(other.steps).toBe(plain.steps);
    }
  });

  it("stays within bounds, and converges where one of them holds it", () => {
    const sides: [string, { lower?: number[]; upper?: number[] }, number[]][] = [
      ["a slope of at most 1/2", { upper: [0.5, 9] }, [0.5, 2]],
      ["a height of at least 2", { lower: [-9, 2] }, [10 / 14, 2]],
      ["no room at all", { lower: [2, 2], upper: [2, 2] }, [2, 2]],
      ["bounds that hold nothing", { lower: [-9, -9], upper: [9, 9] }, [1.1, 1.1]],
    ];
    for (const [what, bounds, expected] of sides) {
      const start = what === "no room at all" ? [2, 2] : [0, 3];
      const { params, state } = solveFrom(bounded(bounds), start);
      expect(state.end, what).toBe("converged");
      params.forEach((p, j) => {
        expect(p, what).toBeCloseTo(expected[j]!, 12);
      });
    }
  });

  it("leaves a bound that it started on", () => {
    const { params, state } = solveFrom(bounded({ lower: [0, 0], upper: [9, 9] }), [0, 0]);
    expect(state.end).toBe("converged");
    expect(params[0]).toBeCloseTo(1.1, 12);
  });

  it("lands on bounds exactly", () => {
    const third = 1 / 3;
    expect(solveFrom(bounded({ upper: [third, 9] }), [0, 3]).params[0]).toBe(third);
  });

  it("keeps away from where residuals are no numbers", () => {
    const squares = problem(
      ([a]) => [Math.log(a!) + 2, 0],
      ([a]) => [[1 / a!, 0]],
    );
    const { params, state } = solveFrom(squares, [100]);
    expect(state.end).toBe("converged");
    expect(params[0]).toBeCloseTo(Math.exp(-2), 14);
  });

  it("says that it stalled where the slope is not zero and yet nothing leads down", () => {
    // The slopes are wrong: downhill is the other way.
    const wrong: SquaresProblem = { ...line, jacobian: (p) => line.jacobian(p).map((c) => c.map((x) => -x)) };
    expect(solveFrom(wrong, [10, -10]).state.end).toBe("stalled");
    const edge: SquaresProblem = {
      ...line,
      jacobian: (p) => line.jacobian(p).map((c) => c.map(() => Number.NaN)),
    };
    expect(solveFrom(edge, [10, -10]).state.end).toBe("stalled");
  });

  it("does not take residuals that are but rounding for a place short of the minimum", () => {
    const exact = problem(
      ([a, b]) => [0.1, 0.2, 0.3].map((x) => a! * x + b! - (0.7 * x + 0.9)),
      () => [
        [0.1, 0.2, 0.3],
        [1, 1, 1],
      ],
    );
    expect(solveFrom(exact, [1e3, -1e3]).state.end).toBe("converged");
  });

  it("has nothing to do without parameters", () => {
    const none: SquaresProblem = { ...line, jacobian: () => [], lower: vector(), upper: vector() };
    expect(solveFrom({ ...none, residuals: () => vector(1, 2) }, [])).toMatchObject({ params: [], steps: 0 });
  });
});

describe("valleys that are known for being hard (Moré, Garbow and Hillstrom, Testing unconstrained optimization software, 1981)", () => {
  const sides: [string, SquaresProblem, number[], number][] = [
    [
      "Beale",
      problem(
        ([x, y]) => [1.5, 2.25, 2.625].map((t, i) => t - x! * (1 - y! ** (i + 1))),
        ([x, y]) => [[1, 2, 3].map((i) => -(1 - y! ** i)), [1, 2, 3].map((i) => x! * i * y! ** (i - 1))],
      ),
      [1, 1],
      0,
    ],
    [
      "Freudenstein and Roth, whose near valley is not the deepest",
      problem(
        ([x, y]) => [-13 + x! + ((5 - y!) * y! - 2) * y!, -29 + x! + ((y! + 1) * y! - 14) * y!],
        ([, y]) => [
          [1, 1],
          [10 * y! - 3 * y! ** 2 - 2, 3 * y! ** 2 + 2 * y! - 14],
        ],
      ),
      [0.5, -2],
      48.98425,
    ],
    [
      "Jennrich and Sampson, where residuals stay large",
      problem(
        ([x, y]) =>
          Array.from({ length: 10 }, (_, i) => 4 + 2 * i - Math.exp((i + 1) * x!) - Math.exp((i + 1) * y!)),
        (p) => [0, 1].map((j) => Array.from({ length: 10 }, (_, i) => -(i + 1) * Math.exp((i + 1) * p[j]!))),
      ),
      [0.3, 0.4],
      124.362,
    ],
  ];
  test.each(sides)("%s", (_, squares, start, least) => {
    const { state } = solveFrom(squares, start);
    expect(state.end).toBe("converged");
    // The published sums have six digits.
    expect(Math.abs(state.length ** 2 - least)).toBeLessThanOrEqual(1e-5 * Math.max(least, 1e-10));
  });
});

/**
 * Problems of least squares from J. J. Moré, B. S. Garbow and K. E. Hillstrom, "Testing Unconstrained Optimization Software", ACM
 * Transactions on Mathematical Software 7(1), 1981, by their numbers there: residuals as a function of parameters, the standard
 * start, the least sum of squares, and others where the paper knows of local minima. Symbols are the paper's.
 */
import { cat, stack, type Tensor, tensor, where } from "../src/index.ts";

/** One problem. Its parameters are scalars. */
export interface Problem {
  readonly number: number;
  readonly name: string;
  readonly start: readonly number[];
  residuals(...x: Tensor[]): Tensor;
  /** The least sum of squares, to six digits where it is not 0. */
  readonly minimum: number;
  /** The sums of squares at other minima, some of them at infinity. */
  readonly local?: readonly number[];
}

/** The numbers 1 to m, seen through a function. */
const each = (m: number, f: (i: number) => number = (i) => i): Tensor =>
  listed(Array.from({ length: m }, (_, k) => f(k + 1)));

const listed = (numbers: readonly number[]): Tensor => tensor(numbers, { dtype: "float64" });

/** exp(-t x). */
const decay = (t: Tensor, x: Tensor): Tensor => t.mul(x).neg().exp();

/** exp(-(t - at)^2 rate). */
const bell = (t: Tensor, at: Tensor, rate: Tensor): Tensor => t.sub(at).square().mul(rate).neg().exp();

const y8 = listed([0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.1, 4.39]);
const y9 = listed([
  0.0009, 0.0044, 0.0175, 0.054, 0.1295, 0.242, 0.3521, 0.3989, 0.3521, 0.242, 0.1295, 0.054, 0.0175, 0.0044,
  0.0009,
]);
const y10 = listed([
  34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872,
]);
const y15 = listed([0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246]);
const u15 = listed([4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625]);
const y17 = listed([
  0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.85, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658, 0.628,
  0.603, 0.58, 0.558, 0.538, 0.522, 0.506, 0.49, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.42, 0.414,
  0.411, 0.406,
]);
const y19 = listed([
  1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608, 0.655, 0.616,
  0.606, 0.602, 0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661, 0.612, 0.558, 0.533, 0.495,
  0.5, 0.423, 0.395, 0.375, 0.372, 0.391, 0.396, 0.405, 0.428, 0.429, 0.523, 0.562, 0.607, 0.653, 0.672,
  0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559, 0.597, 0.625, 0.739, 0.71, 0.729, 0.72, 0.636, 0.581,
  0.428, 0.292, 0.162, 0.098, 0.054,
]);

export const problems: readonly Problem[] = [
  {
    number: 1,
    name: "Rosenbrock",
    start: [-1.2, 1],
    residuals: (x1, x2) => stack([x2!.sub(x1!.square()).mul(10), x1!.neg().add(1)]),
    minimum: 0,
  },
  {
    number: 2,
    name: "Freudenstein and Roth",
    start: [0.5, -2],
    residuals: (x1, x2) =>
      stack([
        x2!.neg().add(5).mul(x2!).sub(2).mul(x2!).add(x1!).sub(13),
        x2!.add(1).mul(x2!).sub(14).mul(x2!).add(x1!).sub(29),
      ]),
    minimum: 0,
    local: [48.9843],
  },
  {
    number: 3,
    name: "Powell, badly scaled",
    start: [0, 1],
    residuals: (x1, x2) =>
      stack([x1!.mul(x2!).mul(1e4).sub(1), x1!.neg().exp().add(x2!.neg().exp()).sub(1.0001)]),
    minimum: 0,
  },
  {
    number: 4,
    name: "Brown, badly scaled",
    start: [1, 1],
    residuals: (x1, x2) => stack([x1!.sub(1e6), x2!.sub(2e-6), x1!.mul(x2!).sub(2)]),
    minimum: 0,
  },
  {
    number: 5,
    name: "Beale",
    start: [1, 1],
    residuals: (x1, x2) => {
      const power = stack([x2!, x2!.pow(2), x2!.pow(3)]);
      return listed([1.5, 2.25, 2.625]).sub(power.neg().add(1).mul(x1!));
    },
    minimum: 0,
  },
  {
    number: 6,
    name: "Jennrich and Sampson",
    start: [0.3, 0.4],
    residuals: (x1, x2) => {
      const i = each(10);
      return i
        .mul(2)
        .add(2)
        .sub(i.mul(x1!).exp().add(i.mul(x2!).exp()));
    },
    minimum: 124.362,
  },
  {
    number: 7,
    name: "Helical valley",
    start: [-1, 0, 0],
    residuals: (x1, x2, x3) => {
      const half = where(x1!.gt(0), 0, 0.5);
      const theta = x2!
        .div(x1!)
        .atan()
        .div(2 * Math.PI)
        .add(half);
      const radius = x1!.square().add(x2!.square()).sqrt();
      return stack([x3!.sub(theta.mul(10)).mul(10), radius.sub(1).mul(10), x3!]);
    },
    minimum: 0,
  },
  {
    number: 8,
    name: "Bard",
    start: [1, 1, 1],
    residuals: (x1, x2, x3) => {
      const [u, v, w] = [each(15), each(15, (i) => 16 - i), each(15, (i) => Math.min(i, 16 - i))];
      return y8.sub(u.div(v.mul(x2!).add(w.mul(x3!))).add(x1!));
    },
    minimum: 8.21488e-3,
    local: [17.4286],
  },
  {
    number: 9,
    name: "Gaussian",
    start: [0.4, 1, 0],
    residuals: (x1, x2, x3) =>
      bell(
        each(15, (i) => (8 - i) / 2),
        x3!,
        x2!.div(2),
      )
        .mul(x1!)
        .sub(y9),
    minimum: 1.12793e-8,
  },
  {
    number: 10,
    name: "Meyer",
    start: [0.02, 4000, 250],
    residuals: (x1, x2, x3) =>
      x2!
        .div(each(16, (i) => 45 + 5 * i).add(x3!))
        .exp()
        .mul(x1!)
        .sub(y10),
    minimum: 87.9458,
  },
  {
    number: 11,
    name: "Gulf research and development",
    start: [5, 2.5, 0.15],
    // |y_i - x2| is what the minimum of 0 belongs to; the paper has y_i m i x2 there.
    residuals: (x1, x2, x3) => {
      const t = each(99, (i) => i / 100);
      const y = each(99, (i) => 25 + (-50 * Math.log(i / 100)) ** (2 / 3));
      return y.sub(x2!).abs().pow(x3!).div(x1!).neg().exp().sub(t);
    },
    minimum: 0,
  },
  {
    number: 12,
    name: "Box, three-dimensional",
    start: [0, 10, 20],
    residuals: (x1, x2, x3) => {
      const t = each(3, (i) => i / 10);
      const known = each(3, (i) => Math.exp(-i / 10) - Math.exp(-i));
      return decay(t, x1!).sub(decay(t, x2!)).sub(known.mul(x3!));
    },
    minimum: 0,
  },
  {
    number: 13,
    name: "Powell, singular",
    start: [3, -1, 0, 1],
    residuals: (x1, x2, x3, x4) =>
      stack([
        x2!.mul(10).add(x1!),
        x3!.sub(x4!).mul(Math.sqrt(5)),
        x2!.sub(x3!.mul(2)).square(),
        x1!.sub(x4!).square().mul(Math.sqrt(10)),
      ]),
    minimum: 0,
  },
  {
    number: 14,
    name: "Wood",
    start: [-3, -1, -3, -1],
    residuals: (x1, x2, x3, x4) =>
      stack([
        x2!.sub(x1!.square()).mul(10),
        x1!.neg().add(1),
        x4!.sub(x3!.square()).mul(Math.sqrt(90)),
        x3!.neg().add(1),
        x2!.add(x4!).sub(2).mul(Math.sqrt(10)),
        x2!.sub(x4!).div(Math.sqrt(10)),
      ]),
    minimum: 0,
  },
  {
    number: 15,
    name: "Kowalik and Osborne",
    start: [0.25, 0.39, 0.415, 0.39],
    residuals: (x1, x2, x3, x4) => {
      const above = u15.add(x2!).mul(u15).mul(x1!);
      return y15.sub(above.div(u15.add(x3!).mul(u15).add(x4!)));
    },
    minimum: 3.07506e-4,
    local: [1.02734e-3],
  },
  {
    number: 16,
    name: "Brown and Dennis",
    start: [25, 5, -5, -1],
    residuals: (x1, x2, x3, x4) => {
      const t = each(20, (i) => i / 5);
      const left = t.mul(x2!).add(x1!).sub(t.exp());
      return left.square().add(t.sin().mul(x4!).add(x3!).sub(t.cos()).square());
    },
    minimum: 85822.2,
  },
  {
    number: 17,
    name: "Osborne 1",
    start: [0.5, 1.5, -1, 0.01, 0.02],
    residuals: (x1, x2, x3, x4, x5) => {
      const t = each(33, (i) => 10 * (i - 1));
      return y17.sub(decay(t, x4!).mul(x2!).add(decay(t, x5!).mul(x3!)).add(x1!));
    },
    minimum: 5.46489e-5,
  },
  {
    number: 18,
    name: "Biggs EXP6",
    start: [1, 2, 1, 1, 1, 1],
    residuals: (x1, x2, x3, x4, x5, x6) => {
      const t = each(13, (i) => i / 10);
      const y = each(13, (i) => Math.exp(-i / 10) - 5 * Math.exp(-i) + 3 * Math.exp(-0.4 * i));
      return decay(t, x1!).mul(x3!).sub(decay(t, x2!).mul(x4!)).add(decay(t, x5!).mul(x6!)).sub(y);
    },
    minimum: 0,
    local: [5.65565e-3],
  },
  {
    number: 19,
    name: "Osborne 2",
    start: [1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5],
    residuals: (x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11) => {
      const t = each(65, (i) => (i - 1) / 10);
      const peaks = bell(t, x9!, x6!)
        .mul(x2!)
        .add(bell(t, x10!, x7!).mul(x3!))
        .add(bell(t, x11!, x8!).mul(x4!));
      return y19.sub(decay(t, x5!).mul(x1!).add(peaks));
    },
    minimum: 4.01377e-2,
  },
  {
    number: 20,
    name: "Watson",
    start: [0, 0, 0, 0, 0, 0],
    residuals: (...x) => {
      const t = each(29, (i) => i / 29);
      const zero = t.mul(0);
      const slope = x.slice(1).reduce(
        (sum, xj, j) =>
          sum.add(
            t
              .pow(j)
              .mul(j + 1)
              .mul(xj),
          ),
        zero,
      );
      const value = x.reduce((sum, xj, j) => sum.add(t.pow(j).mul(xj)), zero);
      const edge = stack([x[0]!, x[1]!.sub(x[0]!.square()).sub(1)]);
      return cat([slope.sub(value.square()).sub(1), edge]);
    },
    minimum: 2.28767e-3,
  },
];

/** The parameters x1, x2, ... at a multiple of the standard start, and the residuals as a function of them by name. */
export function named(
  { start, residuals }: Problem,
  times: number,
): {
  readonly start: Record<string, number>;
  readonly residuals: (params: Readonly<Record<string, Tensor>>) => Tensor;
} {
  return {
    start: Object.fromEntries(start.map((x, i) => [`x${i + 1}`, times * x])),
    residuals: (params) => residuals(...start.map((_, i) => params[`x${i + 1}`]!)),
  };
}

/** Whether a sum of squares is the least one to four digits, or below 1e-4 where that is 0. */
export function isSolved({ minimum }: Problem, squares: number): boolean {
  return Math.abs(squares - minimum) <= 1e-4 * (minimum || 1);
}

/** Whether it is that of another minimum of the paper's. */
export function isLocal({ local = [] }: Problem, squares: number): boolean {
  return local.some((minimum) => Math.abs(squares - minimum) <= 1e-4 * minimum);
}

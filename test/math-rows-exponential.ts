/** What is true of the exponential, the logarithm and their kin: a row for each, for `measure`. */
import { Decimal } from "decimal.js";
import { cosh, exp, expm1, sigmoid, sinh, tanh } from "../src/ir/math/exponential.ts";
import {
  acosh,
  asinh,
  atanh,
  log,
  log1p,
  log2,
  log10,
  logSigmoid,
  softplus,
} from "../src/ir/math/logarithm.ts";
import { hypot, pow } from "../src/ir/math/power.ts";
import type { Lane } from "../src/ir/scalar.ts";
import type { Box, Interval, MathRow } from "./reference.ts";

/** The largest finite number and the smallest above 0. */
const ends = {
  f32: { largest: (2 - 2 ** -23) * 2 ** 127, least: 2 ** -149 },
  f64: { largest: Number.MAX_VALUE, least: Number.MIN_VALUE },
} as const;

/** An interval where something happens, and all numbers. */
function everywhere(f32: Interval, f64: Interval): Record<Lane, Box[]> {
  return {
    f32: [[f32], [[-ends.f32.largest, ends.f32.largest]]],
    f64: [[f64], [[-ends.f64.largest, ends.f64.largest]]],
  };
}

/** From a number up, beside it and far away. */
function above(least: Record<Lane, number>): Record<Lane, Box[]> {
  const boxes = (lane: Lane): Box[] => [[[least[lane], 4]], [[least[lane], ends[lane].largest]]];
  return { f32: boxes("f32"), f64: boxes("f64") };
}

const positive = above({ f32: ends.f32.least, f64: ends.f64.least });
const aboveMinusOne = above({ f32: -1 + 2 ** -24, f64: -1 + 2 ** -53 });
const aboveOne = above({ f32: 1, f64: 1 });
const withinOne: Record<Lane, Box[]> = {
  f32: [[[-1 + 2 ** -24, 1 - 2 ** -24]]],
  f64: [[[-1 + 2 ** -53, 1 - 2 ** -53]]],
};

/** Powers that overflow, underflow and fall between: all magnitudes, moderate ones, and x beside 1 with huge y. */
const powers: Record<Lane, Box[]> = {
  f32: [
    [
      [ends.f32.least, ends.f32.largest],
      [-5, 5],
    ],
    [
      [0.1, 10],
      [-150, 130],
    ],
    [
      [0.999, 1.001],
      [-1e5, 1e5],
    ],
  ],
  f64: [
    [
      [ends.f64.least, ends.f64.largest],
      [-5, 5],
    ],
    [
      [0.1, 10],
      [-1000, 1000],
    ],
    [
      [0.999999, 1.000001],
      [-7e8, 7e8],
    ],
  ],
};

const planes: Record<Lane, Box[]> = {
  f32: [
    [
      [-1, 1],
      [-1, 1],
    ],
    [
      [-ends.f32.largest, ends.f32.largest],
      [-ends.f32.largest, ends.f32.largest],
    ],
    [
      [0, 2 ** -120],
      [0, 2 ** -120],
    ],
  ],
  f64: [
    [
      [-1, 1],
      [-1, 1],
    ],
    [
      [-ends.f64.largest, ends.f64.largest],
      [-ends.f64.largest, ends.f64.largest],
    ],
    [
      [0, 2 ** -1016],
      [0, 2 ** -1016],
    ],
  ],
};

const limit = { f32: 2, f64: 2 };

export const exponentialRows: readonly MathRow[] = [
  {
    name: "exp",
    lowering: exp,
    boxes: everywhere([-106, 90], [-750, 711]),
    exact: (x) => x.exp(),
    quick: Math.exp,
    limit,
  },
  {
    name: "expm1",
    lowering: expm1,
    boxes: everywhere([-20, 90], [-40, 711]),
    exact: expm1Exactly,
    quick: Math.expm1,
    limit,
  },
  {
    name: "sinh",
    lowering: sinh,
    boxes: everywhere([-91, 91], [-712, 712]),
    exact: (x) => expm1Exactly(x).sub(expm1Exactly(x.neg())).div(2),
    quick: Math.sinh,
    limit,
  },
  {
    name: "cosh",
    lowering: cosh,
    boxes: everywhere([-91, 91], [-712, 712]),
    exact: (x) => x.exp().add(x.neg().exp()).div(2),
    quick: Math.cosh,
    limit,
  },
  {
    name: "tanh",
    lowering: tanh,
    boxes: everywhere([-10, 10], [-20, 20]),
    exact: tanhExactly,
    quick: Math.tanh,
    limit,
  },
  {
    name: "sigmoid",
    lowering: sigmoid,
    boxes: everywhere([-105, 20], [-750, 40]),
    exact: (x) => x.neg().exp().add(1).pow(-1),
    quick: (x) => 1 / (1 + Math.exp(-x)),
    limit,
  },
  { name: "log", lowering: log, boxes: positive, exact: (x) => x.ln(), quick: Math.log, limit },
  { name: "log2", lowering: log2, boxes: positive, exact: (x) => x.ln().div(ln(2)), quick: Math.log2, limit },
  {
    name: "log10",
    lowering: log10,
    boxes: positive,
    exact: (x) => x.ln().div(ln(10)),
    quick: Math.log10,
    limit,
  },
  {
    name: "log1p",
    lowering: log1p,
    boxes: aboveMinusOne,
    exact: log1pExactly,
    quick: Math.log1p,
    limit,
  },
  {
    name: "asinh",
    lowering: asinh,
    boxes: everywhere([-4, 4], [-4, 4]),
    exact: asinhExactly,
    quick: Math.asinh,
    limit,
  },
  {
    name: "acosh",
    lowering: acosh,
    boxes: aboveOne,
    exact: (x) => log1pExactly(x.sub(1).add(x.sub(1).mul(x.add(1)).sqrt())),
    quick: Math.acosh,
    limit,
  },
  {
    name: "atanh",
    lowering: atanh,
    boxes: withinOne,
    exact: (x) => signed(x, log1pExactly(x.abs().mul(2).div(x.abs().neg().add(1))).div(2)),
    quick: Math.atanh,
    limit,
  },
  {
    name: "softplus",
    lowering: softplus,
    boxes: everywhere([-105, 30], [-750, 50]),
    exact: softplusExactly,
    quick: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    limit,
  },
  {
    name: "logSigmoid",
    lowering: logSigmoid,
    boxes: everywhere([-30, 105], [-50, 750]),
    exact: (x) => softplusExactly(x.neg()).neg(),
    quick: (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
    limit,
  },
  {
    name: "pow",
    lowering: pow,
    boxes: powers,
    exact: (x, y) => x.ln().mul(y).exp(),
    quick: Math.pow,
    limit,
  },
  {
    name: "hypot",
    lowering: hypot,
    boxes: planes,
    exact: (x, y) => x.mul(x).add(y.mul(y)).sqrt(),
    quick: Math.hypot,
    limit,
  },
];

function ln(x: number): Decimal {
  return new Decimal(x).ln();
}

function signed(x: Decimal, magnitude: Decimal): Decimal {
  return x.isNegative() ? magnitude.neg() : magnitude;
}

/** 2 sinh(x/2) e^(x/2), which loses nothing beside 0. */
function expm1Exactly(x: Decimal): Decimal {
  return x.abs().lt(1) ? x.div(2).sinh().mul(2).mul(x.div(2).exp()) : x.exp().sub(1);
}

function tanhExactly(x: Decimal): Decimal {
  const u = expm1Exactly(x.mul(2));
  return x.gt(100) ? new Decimal(1) : u.div(u.add(2));
}

/** 2 atanh(x / (2 + x)), which loses nothing beside 0. */
function log1pExactly(x: Decimal): Decimal {
  return x.abs().lt(0.5) ? x.div(x.add(2)).atanh().mul(2) : x.add(1).ln();
}

function asinhExactly(x: Decimal): Decimal {
  const square = x.mul(x);
  const rise = square.div(square.add(1).sqrt().add(1));
  return signed(x, log1pExactly(x.abs().add(rise)));
}

function softplusExactly(x: Decimal): Decimal {
  return Decimal.max(x, 0).add(log1pExactly(x.abs().neg().exp()));
}

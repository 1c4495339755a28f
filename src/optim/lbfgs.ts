/**
 * L-BFGS: Newton's method with the curvature that the last steps have shown, a port of `torch.optim.LBFGS` of PyTorch 1.13.
 * An objective, its parameters and what was remembered go in; parameters some iterations further down come out.
 */
import { data, describe } from "../ir/graph.ts";
import { tensor } from "../tensor/make.ts";
import { Tensor } from "../tensor/tensor.ts";
import { rebuild, type Tensors, tensorsOf } from "../tensor/tree.ts";
import { strongWolfe, type Trial } from "./line-search.ts";
import { type Objective, type Optimizer, type OptimizerState, refuseIntegers } from "./optimizer.ts";
import { type Defaults, type Rate, rateAt, readOptions } from "./options.ts";

/** What `lbfgs` takes. */
export interface LbfgsOptions {
  /** The step length, or the one that line searches try first. */
  lr: Rate;
  /** The most iterations in one update. */
  maxIter: number;
  /** The most evaluations of the objective in one update; null for 5/4 of `maxIter`. A line search is finished all the same. */
  maxEval: number | null;
  /** An update ends where no element of the gradient is larger. */
  toleranceGrad: number;
  /** An update ends where an iteration changes neither a parameter nor the loss by more. */
  toleranceChange: number;
  /** How many steps are remembered. */
  historySize: number;
  /** How the step length is found; null for no search. */
  lineSearchFn: "strongWolfe" | null;
}

const defaults: Defaults<LbfgsOptions> = {
  lr: 1,
  maxIter: 20,
  maxEval: null,
  toleranceGrad: 1e-7,
  toleranceChange: 1e-9,
  historySize: 100,
  lineSearchFn: null,
};

/**
 * L-BFGS (Liu and Nocedal, On the limited memory BFGS method, 1989), for smooth losses over all the data at once. An update needs an
 * `objective`. Between updates only the slots are remembered, as float64 vectors of all parameters one after the other.
 */
export function lbfgs(options: Partial<LbfgsOptions> = {}): Optimizer {
  const settings = readOptions("lbfgs", defaults, options);
  return {
    name: "lbfgs",
    lr: settings.lr,
    options: { ...options },
    needsObjective: true,
    init: (params) => {
      refuseIntegers("lbfgs", params);
      return stateOf(0, { pairs: [] });
    },
    update: (grads, state, params, { lr = rateAt(settings.lr, state.step), loss, objective } = {}) => {
      if (!objective)
        throw new TypeError(
          "lbfgs expects an objective, got none: call step(closure), or update with { objective }",
        );
      const problem = flatten(params, objective);
      const x = pack(params);
      const start = loss === undefined ? problem(x) : { x, f: loss, g: pack(grads) };
      const { point, memory } = descend(problem, start, memoryOf(state, x.length), { ...settings, lr });
      return { params: unpack(point.x, params), state: stateOf(state.step + 1, memory) };
    },
  };
}

type Vector = Float64Array;

/** The objective at x, and its gradient. */
interface Point {
  readonly x: Vector;
  readonly f: number;
  readonly g: Vector;
}

type Problem = (x: Vector) => Point;

/** A step, and by how much the gradient changed along it. */
interface Pair {
  readonly s: Vector;
  readonly y: Vector;
}

/** What one iteration leaves to the next: pairs, the oldest first, and the gradient and step of the last iteration, whose pair is yet to be made. */
interface Memory {
  readonly pairs: readonly Pair[];
  readonly last?: { readonly g: Vector; readonly s: Vector };
}

type Settings = LbfgsOptions & { readonly lr: number };

/** Iterations from `start` until one of the limits is met. */
function descend(
  problem: Problem,
  start: Point,
  memory: Memory,
  settings: Settings,
): { point: Point; memory: Memory } {
  const { lr, maxIter, maxEval, toleranceGrad, toleranceChange, historySize, lineSearchFn } = settings;
  const mostEvaluations = maxEval ?? Math.floor((maxIter * 5) / 4);
  let point = start;
  let evaluations = 1;
  for (let i = 1; i <= maxIter && !(largest(point.g) <= toleranceGrad); i++) {
    const pairs = remember(memory, point.g, historySize);
    const d = direction(pairs, point.g);
    const t = memory.last ? lr : Math.min(1, 1 / sumAbs(point.g)) * lr;
    const isDownhill = dot(point.g, d) <= -toleranceChange;
    if (!isDownhill) return { point, memory: { pairs, last: { g: point.g, s: scale(d, t) } } };
    const next = lineSearchFn ? search(problem, point, d, t) : move(problem, point, d, t, i === maxIter);
    const s = scale(d, next.t);
    const isStill = largest(s) <= toleranceChange || Math.abs(next.point.f - point.f) < toleranceChange;
    memory = { pairs, last: { g: point.g, s } };
    point = next.point;
    evaluations += next.evaluations;
    if (isStill || evaluations >= mostEvaluations) break;
  }
  return { point, memory };
}

/** The pairs with that of the last iteration, if it saw the slope rise, the oldest given up for it. */
function remember({ pairs, last }: Memory, g: Vector, most: number): readonly Pair[] {
  if (!last) return pairs;
  const { s } = last;
  const y = plus(g, -1, last.g);
  return dot(y, s) > 1e-10 ? [...pairs, { s, y }].slice(-most) : pairs;
}

/** -H g, for H the inverse of the Hessian as the pairs show it (Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.4). */
function direction(pairs: readonly Pair[], g: Vector): Vector {
  let q = scale(g, -1);
  const alphas = new Map<Pair, number>();
  for (const pair of pairs.toReversed()) {
    const alpha = dot(pair.s, q) / dot(pair.y, pair.s);
    alphas.set(pair, alpha);
    q = plus(q, -alpha, pair.y);
  }
  const newest = pairs.at(-1);
  let r = scale(q, newest ? dot(newest.y, newest.s) / dot(newest.y, newest.y) : 1);
  for (const pair of pairs) {
    const beta = dot(pair.y, r) / dot(pair.y, pair.s);
    r = plus(r, alphas.get(pair)! - beta, pair.s);
  }
  return r;
}

/** Where an iteration has come to, by how much of its direction. */
interface Step {
  readonly point: Point;
  readonly t: number;
  readonly evaluations: number;
}

/** A step of length t, without a look at what it brings if it is the last. */
function move(problem: Problem, from: Point, d: Vector, t: number, isLast: boolean): Step {
  const x = plus(from.x, t, d);
  return isLast ? { point: { ...from, x }, t, evaluations: 0 } : { point: problem(x), t, evaluations: 1 };
}

/** A step along d found by line search, which tries t first. */
function search(problem: Problem, from: Point, d: Vector, t: number): Step {
  const trialOf = (t: number, point: Point): Trial & { point: Point } => {
    const f = Number.isNaN(point.f) ? Number.POSITIVE_INFINITY : point.f;
    return { t, f, slope: dot(point.g, d), point };
  };
  const at = (t: number) => trialOf(t, problem(plus(from.x, t, d)));
  const { trial, evaluations } = strongWolfe({ start: trialOf(0, from), at, reach: largest(d) }, t);
  return { point: trial.point, t: trial.t, evaluations };
}

/** An objective of tensors as one of flat vectors; x is rounded to the dtypes of the tensors. */
function flatten<Params extends Tensors>(params: Params, objective: Objective<Params>): Problem {
  return (x) => {
    const at = unpack(x, params);
    const { loss, grads } = objective(at);
    return { x: pack(at), f: loss, g: pack(grads) };
  };
}

/** All elements, one tensor after the other. */
function pack(tensors: Tensors): Vector {
  const parts = tensorsOf(tensors).map((t) => t.realize());
  const x = new Float64Array(parts.reduce((size, part) => size + part.length, 0));
  let end = 0;
  for (const part of parts) x.set(part, (end += part.length) - part.length);
  return x;
}

/** The elements in tensors like those given. */
function unpack<Params extends Tensors>(x: Vector, like: Params): Params {
  let end = 0;
  const tensors = tensorsOf(like).map(({ size, shape, dtype }) =>
    tensor(x.slice(end, (end += size)), { shape, dtype }),
  );
  return rebuild(like, tensors);
}

function stateOf(step: number, { pairs, last }: Memory): OptimizerState {
  const hold = (x: Vector) => new Tensor(data(x, [x.length], "float64"));
  return {
    step,
    slots: {
      steps: pairs.map(({ s }) => hold(s)),
      changes: pairs.map(({ y }) => hold(y)),
      last: last ? [hold(last.s), hold(last.g)] : [],
    },
  };
}

function memoryOf({ slots }: OptimizerState, size: number): Memory {
  const vectors = (slot: string) => (slots[slot] ?? []).map((t) => vectorOf(t, size));
  const changes = vectors("changes");
  const pairs = vectors("steps").map((s, i) => ({ s, y: changes[i]! }));
  const [s, g] = vectors("last");
  return s && g ? { pairs, last: { s, g } } : { pairs };
}

function vectorOf(t: Tensor, size: number): Vector {
  const elements = t.realize();
  if (elements.length === size && elements instanceof Float64Array) return elements;
  throw new TypeError(`lbfgs expects the state of ${size} parameters, got ${describe(t.node)}`);
}

function plus(x: Vector, scale: number, y: Vector): Vector {
  return x.map((value, i) => value + scale * y[i]!);
}

function scale(x: Vector, factor: number): Vector {
  return x.map((value) => value * factor);
}

function dot(x: Vector, y: Vector): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

/** The largest magnitude, 0 of none; NaN if there is one. */
function largest(x: Vector): number {
  return x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function sumAbs(x: Vector): number {
  return x.reduce((sum, value) => sum + Math.abs(value), 0);
}

/**
 * One fit of all groups at once, some parameters the same for all and the others each group's own: start values and a way to the
 * sums of each group go in; the least sum of squares, and standard errors, come out. Own parameters meet only those that are
 * shared, so normal equations have the shape of an arrow, and are solved group by group (Golub and Pereyra, Separable nonlinear
 * least squares, 2003; Schur complements as in bundle adjustment, Triggs et al. 2000, section 6.1).
 */
import { sumsOf } from "./descents.ts";

/** What is fitted: which of the parameters are shared, and their bounds. */
export interface Arrow {
  readonly parameters: number;
  readonly shared: readonly number[];
  readonly own: readonly number[];
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** The groups that take part. */
  readonly members: readonly number[];
}

/** Where a descent ended. Parameters are in rows, one for each group, those that are shared in each. */
export interface Ended {
  readonly params: Float64Array;
  readonly sums: Float64Array;
  readonly steps: number;
  readonly kind: "converged" | "exhausted" | "invalid" | "aborted";
  /** The diagonal of (J'J)^-1, in rows as the parameters; null where the data do not determine them. */
  readonly inverse: Float64Array | null;
}

const mostSteps = 200;
/** What a step may leave undone, as a part of a parameter or of its standard error. */
const precise = 1e-10;
/** A decrease, as a part of the sum of squares, that rounding may hide. */
const hidden = 1e-12;
/** What a pivot of Cholesky's has to be above, of columns of length 1. */
const leastPivot = 1e-12;

/** Goes down from `start`; `sumsAt` gives the sums of each group, in rows, and null when it is to stop. */
export async function descendShared(
  arrow: Arrow,
  start: Float64Array,
  freedom: number,
  sumsAt: (params: Float64Array) => Promise<Float64Array | null>,
): Promise<Ended> {
  let params: Float64Array = start.slice();
  let sums = await sumsAt(params);
  if (!sums) return { params, sums: new Float64Array(), steps: 0, kind: "aborted", inverse: null };
  let rss = squaresOf(arrow, sums);
  const ended = (kind: Ended["kind"], steps: number): Ended => ({
    params,
    sums: sums!,
    steps,
    kind,
    inverse: kind === "invalid" ? null : inverseOf(arrow, sums!, params),
  });
  if (!Number.isFinite(rss)) return ended("invalid", 0);
  let [damping, growth, before] = [1e-3, 2, Number.NaN];
  for (let steps = 1; steps <= mostSteps; steps++) {
    const step = stepAt(arrow, sums, params, damping);
    if (!step) {
      damping = Math.max(10 * damping, 1e-9);
      continue;
    }
    const left = damping < 1e-6 ? Math.min(step.length / before, 1) : Number.NaN;
    if (left < 0.5 && isShort(arrow, sums, params, step, left, rss / Math.max(freedom, 1))) {
      params = step.to;
      return ended("converged", steps);
    }
    const there = await sumsAt(step.to);
    if (!there) return ended("aborted", steps);
    const next = squaresOf(arrow, there);
    const isFlat = step.promise <= hidden * rss;
    if (next < rss || (isFlat && next <= rss * (1 + hidden))) {
      const kept = isFlat ? 1 : (rss - next) / step.promise;
      damping *= kept > 0.9 ? 0.01 : Math.max(0.1, 1 - (2 * kept - 1) ** 3);
      growth = 2;
      [params, sums, rss, before] = [step.to, there, next, step.length];
    } else {
      if (isFlat) return ended("converged", steps);
      damping = Math.max(damping, 1e-6) * growth;
      growth *= 2;
    }
  }
  return ended("exhausted", mostSteps);
}

function squaresOf({ parameters, members }: Arrow, sums: Float64Array): number {
  const k = sumsOf(parameters);
  let total = 0;
  let check = 0;
  for (const one of members) {
    total += sums[one * k]!;
    for (let i = 0; i < k; i++) check += sums[one * k + i]!;
  }
  return Number.isFinite(check) ? total : Number.POSITIVE_INFINITY;
}

interface Step {
  readonly to: Float64Array;
  /** By how much the sum of squares should fall, and the length of the change of the predictions. */
  readonly promise: number;
  readonly length: number;
}

/** A symmetric entry of J'J of the group whose sums begin at `at`. */
function gram(sums: Float64Array, at: number, p: number, i: number, j: number): number {
  const [row, column] = i > j ? [i, j] : [j, i];
  return sums[at + 1 + p + (row * (row + 1)) / 2 + column]!;
}

/** The normal equations with own parameters eliminated: of each group B^-1 C and B^-1 b, and what is left for those shared. */
interface Reduced {
  /** Factors of B, solutions for the columns of C, and for b, of one member after the other. */
  readonly factors: Float64Array[];
  readonly columns: Float64Array[];
  readonly rights: Float64Array[];
  readonly ownScales: Float64Array[];
  readonly scales: Float64Array;
  readonly factor: Float64Array;
  readonly right: Float64Array;
}

function reduce(arrow: Arrow, sums: Float64Array, params: Float64Array, damping: number): Reduced | null {
  const { parameters: p, shared, own, members } = arrow;
  const [s, l, k] = [shared.length, own.length, sumsOf(p)];
  const slopes = new Float64Array(s);
  const scales = new Float64Array(s);
  for (const one of members)
    for (let j = 0; j < s; j++) {
      slopes[j]! += sums[one * k + 1 + shared[j]!]!;
      scales[j]! += gram(sums, one * k, p, shared[j]!, shared[j]!);
    }
  const [first = 0] = members;
  const held = shared.map((j, i) => isHeld(arrow, params[first * p + j]!, slopes[i]!, j) || scales[i] === 0);
  for (let j = 0; j < s; j++) scales[j] = Math.sqrt(scales[j]!) || 1;
  const matrix = new Float64Array(s * s);
  const right = new Float64Array(s);
  const [factors, columns, rights, ownScales]: [
    Float64Array[],
    Float64Array[],
    Float64Array[],
    Float64Array[],
  ] = [[], [], [], []];
  for (const one of members) {
    const at = one * k;
    const size = Float64Array.from(own, (j) => Math.sqrt(gram(sums, at, p, j, j)) || 1);
    const isOut = own.map(
      (j) => isHeld(arrow, params[one * p + j]!, sums[at + 1 + j]!, j) || gram(sums, at, p, j, j) === 0,
    );
    const b = new Float64Array(l * l);
    const c = new Float64Array(l * s);
    const z = new Float64Array(l);
    for (let i = 0; i < l; i++) {
      for (let j = 0; j < l; j++)
        b[i * l + j] =
          isOut[i] || isOut[j]
            ? Number(i === j)
            : gram(sums, at, p, own[i]!, own[j]!) / (size[i]! * size[j]!) + (i === j ? damping : 0);
      for (let j = 0; j < s; j++)
        c[i * s + j] =
          isOut[i] || held[j] ? 0 : gram(sums, at, p, own[i]!, shared[j]!) / (size[i]! * scales[j]!);
      z[i] = isOut[i] ? 0 : sums[at + 1 + own[i]!]! / size[i]!;
    }
    if (!factorize(b, l)) return null;
    const x = c.slice();
    for (let j = 0; j < s; j++) solveStrided(b, l, x, j, s);
    const y = z.slice();
    solveStrided(b, l, y, 0, 1);
    for (let i = 0; i < s; i++) {
      if (held[i]) continue;
      right[i]! += sums[at + 1 + shared[i]!]! / scales[i]!;
      for (let m = 0; m < l; m++) right[i]! -= c[m * s + i]! * y[m]!;
      for (let j = 0; j < s; j++) {
        if (held[j]) continue;
        let sum = gram(sums, at, p, shared[i]!, shared[j]!) / (scales[i]! * scales[j]!);
        for (let m = 0; m < l; m++) sum -= c[m * s + i]! * x[m * s + j]!;
        matrix[i * s + j]! += sum;
      }
    }
    factors.push(b);
    columns.push(x);
    rights.push(y);
    ownScales.push(size);
  }
  for (let i = 0; i < s; i++) {
    if (held[i]) matrix[i * s + i] = 1;
    else matrix[i * s + i]! += damping;
  }
  return factorize(matrix, s) ? { factors, columns, rights, ownScales, scales, factor: matrix, right } : null;
}

/** The damped step; null where it is not to be had. */
function stepAt(arrow: Arrow, sums: Float64Array, params: Float64Array, damping: number): Step | null {
  const { parameters: p, shared, own, members, lower, upper } = arrow;
  const reduced = reduce(arrow, sums, params, damping);
  if (!reduced) return null;
  const [s, l, k] = [shared.length, own.length, sumsOf(p)];
  const common = reduced.right.map((x) => -x);
  solveStrided(reduced.factor, s, common, 0, 1);
  const to = params.slice();
  let [slope, curved] = [0, 0];
  const step = new Float64Array(p);
  for (const [i, one] of members.entries()) {
    for (let j = 0; j < s; j++) step[shared[j]!] = common[j]! / reduced.scales[j]!;
    for (let m = 0; m < l; m++) {
      let sum = -reduced.rights[i]![m]!;
      for (let j = 0; j < s; j++) sum -= reduced.columns[i]![m * s + j]! * common[j]!;
      step[own[m]!] = sum / reduced.ownScales[i]![m]!;
    }
    for (let j = 0; j < p; j++) {
      const from = params[one * p + j]!;
      to[one * p + j] = Math.min(Math.max(from + step[j]!, lower[j]!), upper[j]!);
      step[j] = to[one * p + j]! - from;
    }
    for (let a = 0; a < p; a++) {
      slope += sums[one * k + 1 + a]! * step[a]!;
      for (let b = 0; b < p; b++) curved += gram(sums, one * k, p, a, b) * step[a]! * step[b]!;
    }
  }
  return { to, promise: -2 * slope - curved, length: Math.sqrt(Math.max(curved, 0)) };
}

/** Whether the step, with what is left of those that would follow, is all there is to go. */
function isShort(
  { parameters: p, members, shared }: Arrow,
  sums: Float64Array,
  params: Float64Array,
  { to }: Step,
  left: number,
  variance: number,
): boolean {
  const k = sumsOf(p);
  const total = new Float64Array(p);
  for (const one of members) for (const j of shared) total[j]! += gram(sums, one * k, p, j, j);
  return members.every((one) => {
    for (let j = 0; j < p; j++) {
      const from = params[one * p + j]!;
      const error = Math.sqrt(variance / (total[j] || gram(sums, one * k, p, j, j)));
      const unit = Math.max(Math.abs(from), Number.isFinite(error) ? error : 0);
      const size = Math.abs(to[one * p + j]! - from);
      if (size * left > precise * unit || size > 1e-6 * unit) return false;
    }
    return true;
  });
}

/** Whether a parameter lies on a bound that downhill is beyond. */
function isHeld({ lower, upper }: Arrow, value: number, slope: number, j: number): boolean {
  return (value <= lower[j]! && slope > 0) || (value >= upper[j]! && slope < 0);
}

/** The diagonal of (J'J)^-1: of those shared from what is left when own parameters are eliminated, of own ones by going back. */
function inverseOf(arrow: Arrow, sums: Float64Array, params: Float64Array): Float64Array | null {
  const { parameters: p, shared, own, members } = arrow;
  const reduced = reduce(arrow, sums, params, 0);
  if (!reduced) return null;
  const [s, l] = [shared.length, own.length];
  const inverse = new Float64Array(s * s);
  for (let j = 0; j < s; j++) {
    inverse[j * s + j] = 1;
    solveStrided(reduced.factor, s, inverse, j, s);
  }
  const diagonal = new Float64Array(params.length).fill(Number.NaN);
  for (const [i, one] of members.entries()) {
    for (let j = 0; j < s; j++)
      diagonal[one * p + shared[j]!] = inverse[j * s + j]! / reduced.scales[j]! ** 2;
    const x = reduced.columns[i]!;
    const unit = new Float64Array(l);
    for (let m = 0; m < l; m++) {
      unit.fill(0);
      unit[m] = 1;
      solveStrided(reduced.factors[i]!, l, unit, 0, 1);
      let sum = unit[m]!;
      for (let a = 0; a < s; a++)
        for (let b = 0; b < s; b++) sum += x[m * s + a]! * inverse[a * s + b]! * x[m * s + b]!;
      diagonal[one * p + own[m]!] = sum / reduced.ownScales[i]![m]! ** 2;
    }
  }
  return diagonal;
}

/** Cholesky's factor, in place, in the lower half; false where the matrix is not positive enough. */
function factorize(a: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let m = 0; m < j; m++) sum -= a[i * n + m]! * a[j * n + m]!;
      if (i !== j) a[i * n + j] = sum / a[j * n + j]!;
      else if (sum > leastPivot) a[i * n + i] = Math.sqrt(sum);
      else return false;
    }
  return true;
}

/** Solves L L' x = b in place, for the b that begins at `at` in steps of `stride`. */
function solveStrided(l: Float64Array, n: number, b: Float64Array, at: number, stride: number): void {
  for (let i = 0; i < n; i++) {
    let sum = b[at + i * stride]!;
    for (let m = 0; m < i; m++) sum -= l[i * n + m]! * b[at + m * stride]!;
    b[at + i * stride] = sum / l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[at + i * stride]!;
    for (let m = i + 1; m < n; m++) sum -= l[m * n + i]! * b[at + m * stride]!;
    b[at + i * stride] = sum / l[i * n + i]!;
  }
}

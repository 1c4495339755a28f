/**
 * Combinations of parameters that the data determine, where they do not determine each: how one number changes with them comes in,
 * what that number is comes out in words, such as `a*b`, if moving along it shows that it is so.
 */

/** A number made of parameters that has given slopes: how it is written, and how another place is found where it is the same. */
interface Form {
  /** A weight for each parameter. */
  readonly weights: (values: readonly number[], slopes: readonly number[]) => number[];
  readonly write: (names: readonly string[], weights: readonly number[]) => string;
  /** The values with all but the first changed by parts of themselves, and the first so that the number stays. */
  readonly move: (
    values: readonly number[],
    weights: readonly number[],
    parts: readonly number[],
  ) => number[];
}

/** An exponent that is less is that of a parameter next to 0, of which nothing can be told by parts of it. */
const leastPower = 1e-3;

// Powers first: on a line through the origin both forms hold.
const forms: readonly Form[] = [
  {
    weights: (values, slopes) => {
      const powers = slopes.map((slope, i) => (slope * values[i]!) / (slopes[0]! * values[0]!));
      return powers.map((weight) => (Math.abs(weight) < leastPower ? Number.NaN : weight));
    },
    write: (names, weights) =>
      names
        .map((name, i) => (i === 0 ? "" : weights[i]! < 0 ? "/" : "*") + power(name, weights[i]!))
        .join(""),
    move: (values, weights, parts) => {
      const gone = parts.reduce((sum, part, i) => (i === 0 ? sum : sum + weights[i]! * Math.log1p(part)), 0);
      return values.map((x, i) => x * (i === 0 ? Math.exp(-gone) : 1 + parts[i]!));
    },
  },
  {
    weights: (_, slopes) => slopes.map((slope) => slope / slopes[0]!),
    write: (names, weights) =>
      names
        .map((name, i) => term(i === 0 ? "" : weights[i]! < 0 ? " - " : " + ", weights[i]!, name))
        .join(""),
    move: (values, weights, parts) => {
      const most = values.reduce((size, x, i) => Math.max(size, Math.abs(weights[i]! * x)), 0) || 1;
      const steps = parts.map((part, i) => (part * most) / Math.abs(weights[i]!));
      const gone = steps.reduce((sum, step, i) => (i === 0 ? sum : sum + weights[i]! * step), 0);
      return values.map((x, i) => x + (i === 0 ? -gone : steps[i]!));
    },
  },
];

/** 2*a, or a where the weight is 1 or -1, after a sign. */
function term(sign: string, weight: number, name: string): string {
  const size = Math.abs(weight);
  return sign + (isNear(size, 1) ? "" : `${digitsOf(size)}*`) + name;
}

function power(name: string, weight: number): string {
  const size = Math.abs(weight);
  return isNear(size, 1) ? name : `${name}^${digitsOf(size)}`;
}

function digitsOf(x: number): string {
  return `${Number(x.toPrecision(5))}`;
}

function isNear(x: number, y: number): boolean {
  return Math.abs(x - y) < 1e-5;
}

/**
 * The number that has these slopes at these values. `change` tells by how much predictions change where the parameters are moved;
 * null where no form keeps them as they are.
 */
export function combinationOf(
  names: readonly string[],
  values: readonly number[],
  slopes: readonly number[],
  change: (values: readonly number[]) => number,
): string | null {
  const parts = values.map((_, i) => (i === 0 ? 0 : 0.05 + 0.03 * i));
  const alone = change(values.map((x, i) => (i === 0 ? x + 0.05 * (Math.abs(x) || 1) : x)));
  for (const { weights, write, move } of forms) {
    const sizes = weights(values, slopes);
    if (!sizes.every(Number.isFinite)) continue;
    if (change(move(values, sizes, parts)) <= 1e-6 * alone) return write(names, sizes);
  }
  return null;
}

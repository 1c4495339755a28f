/**
 * The remainder of huge arguments modulo pi/2, in long integers: the definition of the `remainder` and `quadrant` primitives.
 * Slow and exact; arguments to 2^20 in magnitude never come here.
 */

/** Up to this magnitude lowerings reduce arguments themselves. */
const fastRange = 2 ** 20;

/** x = 2^1023 times a 53-bit integer leaves 1023 bits above the point; 200 below it are precision to spare (Muller, Elementary Functions, section 11.2: 62 + 53 suffice). */
const bits = 1300n;

let halfPi: bigint | undefined;

/** x - k pi/2 for the nearest integer k, and k modulo 4. Infinity and NaN leave NaN. */
export function reduce(x: number): { remainder: number; quadrant: number } {
  if (Math.abs(x) <= fastRange) return { remainder: x, quadrant: 0 };
  if (!Number.isFinite(x)) return { remainder: Number.NaN, quadrant: 0 };
  halfPi ??= machin(bits) >> 1n;
  const scaled = fixedPoint(x);
  const k = roundedQuotient(scaled, halfPi);
  return { remainder: toNumber(scaled - k * halfPi), quadrant: Number(((k % 4n) + 4n) % 4n) };
}

/** x 2^bits. Above 2^20 the last bit of a double is worth 2^-32 or more. */
function fixedPoint(x: number): bigint {
  return Math.abs(x) < 2 ** 53 ? BigInt(x * 2 ** 32) << (bits - 32n) : BigInt(x) << bits;
}

function roundedQuotient(a: bigint, b: bigint): bigint {
  const doubled = 2n * a + b;
  const quotient = doubled / (2n * b);
  return doubled < 0n && doubled % (2n * b) !== 0n ? quotient - 1n : quotient;
}

/** a / 2^bits. The smallest remainder of a double is near 2^-61, so 300 bits below the point hold all 53 that matter. */
function toNumber(a: bigint): number {
  return Number(a >> (bits - 300n)) / 2 ** 300;
}

/** pi scaled by 2^p, by Machin's formula: pi = 16 atan(1/5) - 4 atan(1/239). */
function machin(p: bigint): bigint {
  const guard = 32n;
  const one = 1n << (p + guard);
  return (16n * atanInverse(5n, one) - 4n * atanInverse(239n, one)) >> guard;
}

/** atan(1/n) = 1/n - 1/(3 n^3) + 1/(5 n^5) - ... */
function atanInverse(n: bigint, one: bigint): bigint {
  let power = one / n;
  let sum = power;
  for (let k = 3n, sign = -1n; power !== 0n; k += 2n, sign = -sign) {
    power /= n * n;
    sum += sign * (power / k);
  }
  return sum;
}

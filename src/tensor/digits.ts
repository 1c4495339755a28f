/**
 * Numbers as C and Python write them, where JavaScript differs: a number half way between two neighbours goes to the even
 * one, a negative zero keeps its sign, and exponents have two digits at least.
 */

/** So many digits tell a number half way from its neighbours: decimal fractions of six digits and doubles are never nearer than 1e-25. */
const enough = 40;

/** `digits` digits after the point, as by `%.4f`. Magnitudes from 1e-4 to 1e21. */
export function fixed(x: number, digits: number): string {
  const magnitude = Math.abs(x);
  return sign(x) + halfToEven(magnitude.toFixed(digits), magnitude.toFixed(enough), digits);
}

/** One digit before the point and `digits` after it, as by `%.4e`. */
export function scientific(x: number, digits: number): string {
  const [rounded, exponent] = split(Math.abs(x).toExponential(digits));
  const [exact, before] = split(Math.abs(x).toExponential(enough));
  const mantissa = exponent === before ? halfToEven(rounded, exact, digits) : rounded;
  return `${sign(x)}${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

function split(text: string): [mantissa: string, exponent: string] {
  return text.split("e") as [string, string];
}

function sign(x: number): string {
  return x < 0 || Object.is(x, -0) ? "-" : "";
}

/** Rounded halves came up; where the digit before the half is even, it stays. */
function halfToEven(rounded: string, exact: string, digits: number): string {
  const end = exact.indexOf(".") + (digits > 0 ? digits + 1 : 0);
  const isHalf = /^\.?50*$/.test(exact.slice(end));
  return isHalf && Number(exact[end - 1]) % 2 === 0 ? exact.slice(0, end) : rounded;
}

/**
 * Numbers as people read them: so many significant digits, aligned on the point, and a dash where there is no number.
 */

/** Stands where a number is missing or not finite. */
export const dash = "-";

/** Is this a number that can be shown? */
export function isNumber(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}

/**
 * The value to `digits` significant digits, trailing zeros kept because they are known: 1.618230.
 * Whole numbers below 10^15 stay whole, and those digits that lie before the point are never rounded away below 10^7.
 */
export function formatNumber(value: number | null, digits = 7): string {
  if (!isNumber(value)) return dash;
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value || 0);
  const scientific = value.toExponential(digits - 1);
  const exponent = Number(scientific.slice(scientific.indexOf("e") + 1));
  if (exponent < -5 || exponent >= Math.max(digits, 7)) return scientific;
  return value.toFixed(Math.max(0, digits - 1 - exponent));
}

/** The value to at most `digits` significant digits, without trailing zeros: for numbers that someone chose. */
export function shortNumber(value: number | null, digits = 7): string {
  return isNumber(value) ? String(Number(value.toPrecision(digits)) || 0) : dash;
}

/** A share as a percentage of three digits: 1.51%. */
export function formatShare(share: number | null): string {
  return isNumber(share) && isNumber(share * 100) ? formatNumber(share * 100, 3) + "%" : dash;
}

/** A duration in the unit that suits it: 850 us, 2.13 ms, 1.42 s, 3 min 20 s. */
export function formatSeconds(seconds: number): string {
  if (!isNumber(seconds) || seconds < 0) return dash;
  if (seconds < 1e-3) return `${Math.round(seconds * 1e6)} us`;
  if (seconds < 1) return `${formatNumber(seconds * 1e3, 3)} ms`;
  if (seconds < 60) return `${formatNumber(seconds, 3)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** A count and its noun: 1 step, 2 steps. */
export function count(number: number, noun: string, plural = noun + "s"): string {
  return `${formatNumber(number)} ${number === 1 ? noun : plural}`;
}

/** The texts padded to one width, so that their decimal points stand in one column. */
export function alignDecimals(texts: readonly string[]): string[] {
  const parts = texts.map((text) => {
    const end = text.search(/[.e%]|$/);
    return [text.slice(0, end), text.slice(end)] as const;
  });
  const before = Math.max(0, ...parts.map(([whole]) => whole.length));
  const after = Math.max(0, ...parts.map(([, rest]) => rest.length));
  return parts.map(([whole, rest]) => whole.padStart(before) + rest.padEnd(after));
}

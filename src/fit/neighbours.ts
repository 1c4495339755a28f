/** Rows that stand out from their neighbours: places and values come in; the numbers of the rows that do not come out. */

/** How many neighbours, itself among them, a row is held against. */
const span = 7;
/** So many times what is usual stands out. */
const usual = 4;

/**
 * The rows whose values are near a line through those beside them, by repeated medians, which three of seven wrong ones do not lead
 * astray (Siegel, Robust regression using repeated medians, 1982; Davies, Fried and Gather, Robust signal extraction for on-line
 * monitoring data, 2004).
 */
export function unremarkable(places: Float64Array, values: Float64Array): Int32Array {
  const order = Int32Array.from(places.keys()).sort((a, b) => places[a]! - places[b]!);
  const off = offsets(order, places, values);
  const limit = usual * 1.4826 * median(off);
  return order.filter((_, i) => off[i]! <= limit).sort();
}

/** How far each value, in order of place, is from the line of its neighbours. */
function offsets(order: Int32Array, places: Float64Array, values: Float64Array): Float64Array {
  return Float64Array.from(order, (row, i) => {
    const first = Math.max(0, Math.min(i - (span >> 1), order.length - span));
    const beside = [...order.slice(first, first + span)];
    const slopes = beside.map((a) => median(beside.flatMap((b) => slopeBetween(a, b, places, values))));
    const slope = median(slopes);
    const level = median(beside.map((a) => values[a]! - slope * (places[a]! - places[row]!)));
    return Math.abs(values[row]! - level);
  });
}

function slopeBetween(a: number, b: number, places: Float64Array, values: Float64Array): number[] {
  const distance = places[b]! - places[a]!;
  return distance === 0 ? [] : [(values[b]! - values[a]!) / distance];
}

/** The middle one; 0 of none. */
function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

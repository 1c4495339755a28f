/** Splits and batches: row numbers come in, in an order that the caller drew, and sets of row numbers go out. Nothing here is random. */

/** Which rows to fit, and which to judge the fit by. */
export interface Split {
  readonly training: Int32Array;
  readonly validation: Int32Array;
}

/**
 * Sets a share of the rows aside for validation: the first round(share * rows) of `order`, but at least one, and leaving at least one.
 * `order` is a permutation of 0 ... rows - 1. Both sets come back in ascending order, so that rows stay in the table's order.
 */
export function split(rows: number, share: number, order: ArrayLike<number>): Split {
  if (!(share > 0 && share < 1)) throw new Error(`validation expects a share between 0 and 1, got ${share}`);
  if (rows < 2) throw new Error(`validation expects at least 2 rows, got ${rows}`);
  checkOrder(order, rows);
  const size = Math.min(Math.max(Math.round(share * rows), 1), rows - 1);
  const shuffled = Int32Array.from(order);
  return { training: shuffled.slice(size).sort(), validation: shuffled.slice(0, size).sort() };
}

/** Rows in consecutive batches of `size`, the last one perhaps smaller, as PyTorch's DataLoader cuts them. */
export function batches(rows: Int32Array, size: number): Int32Array[] {
  if (!Number.isInteger(size) || size < 1)
    throw new Error(`batchSize expects a whole number from 1, got ${size}`);
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) =>
    rows.subarray(i * size, (i + 1) * size),
  );
}

/** Rows in another order: the i-th is rows[permutation(rows.length)[i]]. The permutation is the caller's random stream. */
export function shuffle(rows: Int32Array, permutation: (size: number) => ArrayLike<number>): Int32Array {
  const order = permutation(rows.length);
  checkOrder(order, rows.length);
  return Int32Array.from(order, (i) => rows[i]!);
}

function checkOrder(order: ArrayLike<number>, rows: number): void {
  const isThere = new Uint8Array(rows);
  for (let i = 0; i < order.length; i++) isThere[order[i]!] = 1;
  if (order.length !== rows || !isThere.every((mark) => mark === 1))
    throw new Error(
      `order expects each of ${rows} rows once, got ${order.length} places, row ${isThere.indexOf(0)} in none`,
    );
}

/**
 * "Did you mean": which of the known names a person may have meant by an unknown one.
 */

/**
 * The Damerau-Levenshtein distance in its common form (optimal string alignment): the number of letters inserted, left out,
 * replaced, or swapped with their neighbour, no letter edited twice. Boytsov, "Indexing methods for approximate dictionary searching" (2011), 2.1.
 */
export function editDistance(a: string, b: string): number {
  const [s, t] = [[...a], [...b]];
  const rows: number[][] = [Array.from({ length: t.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= s.length; i++) {
    const row = [i];
    for (let j = 1; j <= t.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (s[i - 1] === t[j - 1] ? 0 : 1);
      const swaps = i > 1 && j > 1 && s[i - 1] === t[j - 2] && s[i - 2] === t[j - 1];
      const swapped = swaps ? rows[i - 2]![j - 2]! + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, replaced, swapped));
    }
    rows.push(row);
  }
  return rows[s.length]![t.length]!;
}

/** The candidate nearest to a word, if it is near: one edit for short words, two from five letters. Case does not count. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const reach = [...word].length < 5 ? 1 : 2;
  let best: string | undefined;
  let least = reach + 1;
  for (const candidate of candidates) {
    const distance = farApart(word, candidate, reach) ? least : editDistance(fold(word), fold(candidate));
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** The shortest names that can be misspelt: `a`, `b`, `t1` and `k2` beside each other are names, not slips. */
const shortest = 3;

/**
 * Whether a name looks like a slip in typing a column's name: letter case or width apart, or one edit apart.
 * Both have three letters at least, and differ in more than digits: beside a column `time`, `time0` is a name for a start.
 */
export function looksLikeSlip(name: string, column: string): boolean {
  if (Math.min([...name].length, [...column].length) < shortest) return false;
  if (fold(name) === fold(column)) return true;
  return !farApart(name, column, 1) && editDistance(fold(name), fold(column)) === 1 && !differInDigits(name, column);
}

/** Whether two names one edit apart differ in a digit: then their letters alone agree. */
function differInDigits(a: string, b: string): boolean {
  const letters = (name: string) => fold(name).replace(/\p{N}/gu, "");
  return letters(a) === letters(b);
}

/** Longer words are not compared: their table of distances would be large. */
const longest = 100;

/** Whether lengths alone say that two words are further apart, or not worth comparing. */
function farApart(a: string, b: string, reach: number): boolean {
  return Math.abs(a.length - b.length) > 2 * reach || Math.max(a.length, b.length) > longest;
}

/** One spelling for what looks alike: compatibility forms composed, small letters. */
function fold(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}

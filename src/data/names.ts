/** Near names: a name that is not there comes in, the one that was probably meant goes out. */

/** Edits that turn a into b: letters added, dropped, replaced, or two neighbours swapped (Damerau 1964, optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, replaced, swapped));
    }
    [before, above] = [above, row];
  }
  return above[b.length]!;
}

/** The known name nearest to one that is not known, upper and lower case alike, or undefined if none is within an edit for every three letters. */
export function nearest<Name extends string>(name: string, known: Iterable<Name>): Name | undefined {
  let best: Name | undefined;
  let fewest = Math.floor(name.length / 3) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= fewest) continue;
    const edits = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best;
}

/** ` (did you mean time?)`, to end an error about an unknown name with; else the names there are, if they are few. */
export function hint(name: string, known: Iterable<string>): string {
  const names = [...known];
  const near = nearest(name, names);
  if (near !== undefined) return ` (did you mean ${near}?)`;
  return names.length > 0 && names.length <= 12 ? ` (known: ${names.join(", ")})` : "";
}

/** Patterns over all of Unicode: their text comes in, and they are made when they are first used, for even to read such a literal takes its time at the start. */

/** The pattern of a text that is not yet read. */
export function lazy(text: string, flags: string): () => RegExp {
  let pattern: RegExp | null = null;
  return () => {
    pattern ??= new RegExp(text, flags);
    return pattern;
  };
}

/** What was thrown, in words: anything may come, a sentence goes out. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

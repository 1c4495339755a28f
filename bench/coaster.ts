/** The library under test, in one place: loaded when an engine prepares, from dist/ as it ships or from src/. */
import type * as Library from "../src/index.ts";
import type { Tensor } from "../src/index.ts";

/** What may not be there yet. */
interface Newer {
  readonly setThreads?: (n: number) => void;
  readonly threadsReady?: () => Promise<number>;
}

export interface Coaster extends Omit<typeof Library, keyof Newer> {
  /** Programs run on so many threads from now on. */
  readonly useThreads: (n: number) => Promise<void>;
}

export async function coaster(): Promise<Coaster> {
  const path = process.env.COASTER_SOURCE ? "../src/index.ts" : "../dist/index.js";
  const library = (await import(path)) as Omit<typeof Library, keyof Newer> & Newer;
  const useThreads = async (n: number): Promise<void> => {
    library.setThreads?.(n);
    await library.threadsReady?.();
  };
  return { ...library, useThreads };
}

/** The last of a run's losses, which is computed when it is looked at. */
export function lastOf(losses: Tensor): number {
  const [n = 0] = losses.shape;
  if (n === 1) return losses.item();
  return losses.slice([[n - 1, n]]).item();
}

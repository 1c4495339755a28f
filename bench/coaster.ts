/** The library under test, in one place: loaded when an engine prepares, from dist/ as it ships or from src/. */
import type * as Library from "../src/index.ts";
import type { Tensor } from "../src/index.ts";

export type Coaster = typeof Library;

export async function coaster(): Promise<Coaster> {
  const path = process.env.COASTER_SOURCE ? "../src/index.ts" : "../dist/index.js";
  return (await import(path)) as Coaster;
}

/** The last of a run's losses, which is computed when it is looked at. */
export function lastOf(losses: Tensor): number {
  const [n = 0] = losses.shape;
  if (n === 1) return losses.item();
  return losses.slice([[n - 1, n]]).item();
}

/** A walk whose answer is looked at twice: the way and its start go in; where it led, or where a better one did, comes out. */
import { isSearchable } from "./beginning.ts";
import { searching } from "./methods.ts";
import type { Named } from "./model.ts";
import type { FitOptions } from "./options.ts";
import type { Rescued } from "./rescue.ts";
import type { Starts } from "./result.ts";
import { type Walk, type Walked, walk } from "./walk.ts";

/** A walk, and what was done where the first was not to be trusted. */
export interface Sure {
  readonly walked: Walked;
  readonly note: string | null;
  /** The search that found the start, if one did. */
  readonly starts: Starts | null;
}

/** The walk from the start, or a better one where its answer is doubtful and the choice of the solver was left open. */
export async function surely(
  way: Walk,
  start: Named,
  { optimizer = "auto", seed = 0 }: FitOptions,
  found: Starts | null,
): Promise<Sure> {
  const walked = await walk(way, start);
  const asIs: Sure = { walked, note: null, starts: found };
  if (optimizer !== "auto" || way.method.name !== "levenberg-marquardt" || way.plan.isAsked) return asIs;
  const { isDoubtful, isPoor, rescue } = await import("./rescue.ts");
  if (!isDoubtful(way, walked) && !isPoor(way, walked)) return asIs;
  const rescued =
    (found === null && isSearchable(way.problem) ? await bySearch(way, walked, seed) : null) ??
    (await rescue({ way, walked, start, other: searching(way.problem, way.fixed, {}) }));
  if (!rescued) return asIs;
  const note = `from the start values the fit settled nowhere: it ${rescued.how}`;
  return { walked: rescued.walked, note, starts: rescued.starts ?? found };
}

async function bySearch(way: Walk, walked: Walked, seed: number): Promise<Rescued | null> {
  const { elsewhere } = await import("./search/begin.ts");
  return elsewhere(way, walked, seed);
}

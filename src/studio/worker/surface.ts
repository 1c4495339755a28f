/** The loss over two parameters: what is asked of a fit and a view come in; ever finer surfaces, with their contours, go out. */
import { contours } from "d3-contour";
import {
  type Landscape,
  type LossGrid,
  levelsOf,
  lossLandscape,
  othersTurn,
  type Table,
} from "../../page.ts";
import type { Asked, Doing, Surface, Tasks, View } from "../messages.ts";
import { howSteps } from "../settings.ts";
import { data } from "./observations.ts";
import { optionsOf } from "./options.ts";

/** How many contours are drawn at most. */
const levels = 14;

/** Tells each surface as it is whole, coarse first; the finest is the answer. */
export async function landscape(
  { view, ...asked }: Tasks["landscape"]["in"],
  { signal, tell }: Doing<Surface>,
): Promise<Surface> {
  const { x, y, at, range, count } = view;
  const ground = await groundOf(asked, view);
  const [across, up] = [range.x, range.y];
  let last: LossGrid | null = null;
  for (const grid of ground.refine({
    x: { name: x, from: across[0], to: across[1], count },
    y: { name: y, from: up[0], to: up[1], count },
    at,
  })) {
    if (grid) tell(surfaceOf(view, (last = grid), false));
    await othersTurn();
    signal.throwIfAborted();
  }
  return surfaceOf(view, last!, true);
}

/** The last landscape: as long as the same is asked of the same data, it is compiled once. */
let kept: { readonly table: Table; readonly asked: string; readonly ground: Landscape } | null = null;

async function groundOf(asked: Asked, { scale }: View): Promise<Landscape> {
  const [table, words] = [data(), JSON.stringify([asked, scale])];
  if (kept?.table === table && kept.asked === words) return kept.ground;
  const options = optionsOf({ ...asked, settings: { ...asked.settings, ...howSteps } });
  const ground = await lossLandscape({ ...options, ...(scale !== null && { scale }) });
  kept = { table, asked: words, ground };
  return ground;
}

function surfaceOf({ x, y }: View, grid: LossGrid, isFinest: boolean): Surface {
  return {
    x: { name: x, from: grid.x[0]!, to: grid.x.at(-1)!, count: grid.x.length },
    y: { name: y, from: grid.y[0]!, to: grid.y.at(-1)!, count: grid.y.length },
    values: grid.losses,
    contours: contoursOf(grid),
    isFinest,
  };
}

/**
 * Contours of the losses. They are drawn through the square roots of the heights, which are cones where the losses are bowls: lines
 * between the places of a grid are right then. A loss that is no number is as high as can be.
 */
function contoursOf({ x, y, losses }: LossGrid): Surface["contours"] {
  const least = losses.reduce((low, loss) => (loss < low ? loss : low), Number.POSITIVE_INFINITY);
  const heightOf = (loss: number): number =>
    Number.isNaN(loss) ? Number.POSITIVE_INFINITY : Math.sqrt(loss - least);
  const heights = Array.from(losses, heightOf);
  const draw = contours().size([x.length, y.length]);
  return levelsOf(losses, levels).map((level) => ({
    level,
    rings: draw
      .contour(heights, heightOf(level))
      .coordinates.flat()
      .map((ring) =>
        Float64Array.from(ring.flatMap(([across = 0, up = 0]) => [along(x, across), along(y, up)])),
      ),
  }));
}

/** The value at a place along an axis, in cells: the middle of the first is at a half. */
function along(axis: Float64Array, place: number): number {
  const [first, last] = [axis[0]!, axis.at(-1)!];
  return first + ((place - 0.5) / (axis.length - 1)) * (last - first);
}

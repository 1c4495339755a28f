/** The tasks of the worker, a row each. */
import type { Doing, TaskName, Tasks } from "../messages.ts";
import { answer } from "./answer.ts";
import { columns, open } from "./observations.ts";
import { rates } from "./rates.ts";
import { change, finish, initialize, play, rewind, take } from "./walking.ts";

type Performer<Name extends TaskName> = (
  given: Tasks[Name]["in"],
  doing: Doing<Tasks[Name]["part"]>,
) => Promise<Tasks[Name]["out"]>;

export const tasks: { readonly [Name in TaskName]: Performer<Name> } = {
  open,
  columns,
  answer,
  initialize,
  take,
  play,
  rewind,
  change,
  finish,
  rates,
  // What draws contours is loaded when they are asked for.
  landscape: async (given, doing) => (await import("./surface.ts")).landscape(given, doing),
};

/** How a walk begins: what is asked comes in; the walk, and where its parameters are from, go out. */
import { type ParamOptions, randomStart, type Training, train } from "../../page.ts";
import type { Asked } from "../messages.ts";
import { data } from "./observations.ts";
import { type AskedOptions, optionsOf } from "./options.ts";
import { type Begun, formulaOf } from "./scene.ts";

/** Begins at places drawn by chance where nothing else is said, by sgd unless another optimizer is asked for. */
export async function begin(asked: Asked): Promise<Begun> {
  const formula = formulaOf(asked);
  const options = walkingOptions(asked);
  const training = await train(options);
  const seed = asked.settings.seed ?? 0;
  const origin = `Each parameter starts somewhere: at its start where one is given, or else at a number drawn by chance, with seed ${seed}.`;
  return { training, asked, formula, options, isChanged: false, origin, ...rowsOf(training) };
}

/** Rows that are told of; more look alike. */
const shownRows = 5;

/** The rows of a walk, as far as they are sent along. */
function rowsOf({ rows: { training, validation } }: Training): Pick<Begun, "shown" | "count" | "heldOut"> {
  const heldOut = new Uint8Array(validation.length > 0 ? data().rows : 0);
  for (const row of validation) heldOut[row] = 1;
  return {
    shown: data().take(training.subarray(0, shownRows)),
    count: training.length,
    heldOut: heldOut.length > 0 ? heldOut : null,
  };
}

/** The options of a walk: those that are asked for, with starts for all parameters. */
export function walkingOptions(asked: Asked): AskedOptions {
  const { optimizer, ...settings } = asked.settings;
  const options = optionsOf({ ...asked, settings: { ...settings, optimizer: optimizer ?? "sgd" } });
  const { params } = formulaOf(asked);
  const drawn = randomStart(params, data().rows, asked.settings.seed ?? 0);
  return {
    ...options,
    params: Object.fromEntries(params.map((name) => [name, startOf(asked, name, drawn[name]!)])),
  };
}

/** What is said of a parameter, with a start within its bounds. */
function startOf({ params }: Asked, name: string, drawn: number): ParamOptions[string] {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, ...said } = params[name] ?? {};
  return { start: Math.min(Math.max(drawn, min), max), min, max, ...said };
}

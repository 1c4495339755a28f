/** How a walk begins: what is asked comes in; where its parameters and its rate are from, and the walk, go out. */
import { type ParamOptions, plainRate, randomStart, type Training, train } from "../../page.ts";
import type { Asked } from "../messages.ts";
import { data } from "./observations.ts";
import { type AskedOptions, optionsOf } from "./options.ts";
import { type Begun, formulaOf } from "./scene.ts";

/** Begins at places drawn by chance where nothing else is said, and by the gradient alone unless another optimizer is asked for. */
export async function begin(asked: Asked): Promise<Begun> {
  const formula = formulaOf(asked);
  const options = walkingOptions(asked);
  const { lr, rateOrigin } = await rateFor(options);
  const rated = { ...options, ...(lr !== undefined && { lr }) };
  const training = await train(rated);
  const seed = asked.settings.seed ?? 0;
  const origin = `Each parameter starts somewhere: at its start where one is given, or else at a number drawn by chance, with seed ${seed}.`;
  const how = { options: rated, isChanged: false, origin, rateOrigin };
  return { training, asked, formula, ...how, ...rowsOf(training) };
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
  const options = optionsOf(asked);
  const { params } = formulaOf(asked);
  const drawn = randomStart(params, data().rows, asked.settings.seed ?? 0);
  return {
    ...options,
    optimizer: options.optimizer ?? "sgd",
    params: Object.fromEntries(params.map((name) => [name, startOf(asked, name, drawn[name]!)])),
  };
}

/** What is said of a parameter, with a start within its bounds. */
function startOf({ params }: Asked, name: string, drawn: number): ParamOptions[string] {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, ...said } = params[name] ?? {};
  return { start: Math.min(Math.max(drawn, min), max), min, max, ...said };
}

/** The rate for going down by the gradient alone, and where it is from; others find their own. */
async function rateFor(options: AskedOptions): Promise<{ lr?: number; rateOrigin: string }> {
  if (options.lr !== undefined) return { rateOrigin: ", as asked for" };
  if (options.optimizer !== "sgd") return { rateOrigin: "" };
  const { batchSize: _, validation: _held, stop: _stop, ...whole } = options;
  const { lr, cuts } = await plainRate(whole);
  const source = ": one over the largest curvature of the loss at the start";
  if (cuts === 0) return { lr, rateOrigin: source };
  return { lr, rateOrigin: `${source}, cut to a quarter ${cuts} times, until the loss fell at every step` };
}

/** The fit at once: what is asked comes in; a quick answer from where the last one was, and then the whole one, go out. */
import { type FitOptions, type Fitted, fit, fitCode, type Parameter, type ParamOptions } from "../../page.ts";
import type { Answer, Doing, Tasks } from "../messages.ts";
import { fileName } from "./observations.ts";
import { optionsOf } from "./options.ts";

type Given = Tasks["answer"]["in"];

/** How many steps make a quick answer. */
const quickSteps = 10;

/** What has no need of a quick answer: the whole one comes as soon. */
const atOnce = "linear-least-squares";

/** Fits what is asked. Where it is left open how, a few steps from nearby values come first: a search for better ones takes its time. */
export async function answer({ near, ...asked }: Given, { signal, tell }: Doing<Answer>): Promise<Answer> {
  const options = { ...optionsOf(asked), signal };
  if (asked.settings.optimizer === null && asked.settings.lr === null) {
    const quick = await fit({ ...options, params: startingAt(near, options.params), steps: quickSteps });
    if (quick.optimizer.name !== atOnce) tell({ ...answerOf(quick, ""), isQuick: true });
  }
  return answerOf(await fit(options), codeOf(options));
}

/** What is said of the parameters, and nearby values as starts of those that have none. */
function startingAt(near: Given["near"], params: ParamOptions = {}): ParamOptions {
  const started = Object.entries(near).map(([name, start]) => [name, { start, ...(params[name] as object) }]);
  return { ...params, ...Object.fromEntries(started) };
}

/** The code that repeats a fit of the data at hand. */
export function codeOf(options: FitOptions): string {
  return fitCode(options, { file: fileName() });
}

/** What the page holds of a finished fit, and the code that repeats it. */
export function answerOf(fitted: Fitted<Readonly<Record<string, Parameter>>>, code: string): Answer {
  const { params, loss, outcome, diagnostics, omitted, history, seconds } = fitted;
  const json = fitted.toJSON();
  return {
    isQuick: false,
    formula: fitted.formula ?? "",
    params,
    loss: { name: json.loss.name, value: loss },
    outcome,
    diagnostics: diagnostics.map(({ message }) => message),
    omitted,
    picture: fitted.picture(),
    history,
    report: fitted.report(),
    markdown: fitted.report({ format: "markdown" }),
    tables: fitted.tables(),
    json,
    code,
    seconds,
  };
}

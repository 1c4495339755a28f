/** The fit at once: what is asked comes in; a quick answer from where the last one was, and then the whole one, go out. */
import { type Fitted, fit, type Parameter } from "../../page.ts";
import type { Answer, Doing, Tasks } from "../messages.ts";
import { optionsOf } from "./options.ts";

type Given = Tasks["answer"]["in"];

/** Fits what is asked. Where nearby values of all parameters are known, a few steps from there come first. */
export async function answer({ near, ...asked }: Given, { signal, tell }: Doing<Answer>): Promise<Answer> {
  const options = { ...optionsOf(asked), signal };
  const params = { ...options.params };
  for (const [name, start] of Object.entries(near)) params[name] ??= { start };
  if (asked.settings.optimizer === null && Object.keys(near).length > 0)
    tell(answerOf(await fit({ ...options, params, steps: 10 }), true));
  return answerOf(await fit(options), false);
}

/** What the page holds of a finished fit. */
export function answerOf(fitted: Fitted<Readonly<Record<string, Parameter>>>, isQuick: boolean): Answer {
  const { params, loss, outcome, diagnostics, omitted, history, seconds } = fitted;
  const json = fitted.toJSON();
  return {
    isQuick,
    formula: fitted.formula ?? "",
    params,
    loss: { name: json.loss.name, value: loss },
    outcome,
    diagnostics: diagnostics.map(({ message }) => message),
    omitted,
    picture: fitted.picture(),
    history,
    report: fitted.report(),
    markdown: "",
    json,
    code: "",
    seconds,
  };
}

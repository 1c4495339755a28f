/** From what the page asks to the options of the library. */
import {
  type FitOptions,
  type LossName,
  type OptimizerName,
  optimizers,
  type ParamOptions,
} from "../../page.ts";
import type { Asked } from "../messages.ts";
import { hasMomentum, withMomentum } from "../settings.ts";
import { data } from "./observations.ts";

/** Options of a fit of the data at hand. */
export type AskedOptions = FitOptions & { readonly model: string; readonly params: ParamOptions };

export function optionsOf({ formula, params, settings }: Asked): AskedOptions {
  const { batchSize, loss, validation, patience, seed, weights, sigma } = settings;
  return {
    data: data(),
    model: formula,
    params: params as ParamOptions,
    ...optimizerOf(settings),
    ...given({
      batchSize: batchSize ?? undefined,
      loss: (loss ?? undefined) as LossName | undefined,
      validation: validation ?? undefined,
      stop: patience === null ? undefined : { patience },
      seed: seed ?? undefined,
      weights: weights ?? undefined,
      sigma: sigma ?? undefined,
    }),
  };
}

/** The optimizer by name with its rate; made, where it has a momentum. */
function optimizerOf({ optimizer, lr, momentum }: Asked["settings"]): Pick<FitOptions, "optimizer" | "lr"> {
  if (momentum === null)
    return given({ optimizer: (optimizer ?? undefined) as OptimizerName | undefined, lr: lr ?? undefined });
  if (!hasMomentum(optimizer))
    throw new Error(`momentum is for ${withMomentum.join(" and ")}, got ${optimizer ?? "auto"}`);
  if (lr === null) throw new Error("momentum expects a learning rate besides, got none");
  return { optimizer: optimizers[optimizer]({ lr, momentum }) };
}

/** Only what is said. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

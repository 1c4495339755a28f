/** From what the page asks to the options of the library. */
import {
  type FitOptions,
  type LossName,
  type OptimizerName,
  optimizers,
  type ParamOptions,
} from "../../page.ts";
import type { Asked } from "../messages.ts";
import { data } from "./observations.ts";

/** Options of a fit of the data at hand. */
export function optionsOf({ formula, params, settings }: Asked): FitOptions & { readonly model: string } {
  const { optimizer, lr, momentum, batchSize, loss, validation, patience, seed } = settings;
  const isWhole = momentum !== null && lr !== null && (optimizer === "sgd" || optimizer === "rmsprop");
  return {
    data: data(),
    model: formula,
    params: params as ParamOptions,
    ...given({
      optimizer: isWhole
        ? optimizers[optimizer]({ lr, momentum })
        : ((optimizer ?? undefined) as OptimizerName | undefined),
      lr: isWhole ? undefined : (lr ?? undefined),
      batchSize: batchSize ?? undefined,
      loss: (loss ?? undefined) as LossName | undefined,
      validation: validation ?? undefined,
      stop: patience === null ? undefined : { patience },
      seed: seed ?? undefined,
    }),
  };
}

/** Only what is said. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

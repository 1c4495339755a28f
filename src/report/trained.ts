/** A fit taken in hand, as people hold it: the options of a fit go in; a walk to lead comes out, which ends in a finished fit. */
import type { Parameter } from "../fit/result.ts";
import type { Course, TrainOptions } from "../fit/training.ts";
import type { Fitted } from "./presented.ts";

/**
 * A walk downhill that somebody leads: `take` steps, go `to` any of them again, `change` parameters or the rate on the way. Where it is,
 * why it goes no further, gradients and predictions are those of the step it stands at.
 */
export type Training = Omit<Course, "conclude"> & {
  /** The finished fit, if this is where it ends: as that of `fit` that had so many steps. */
  finish(): Promise<Fitted<Readonly<Record<string, Parameter>>>>;
};

/**
 * Makes a fit ready, and takes no step: the same steps as those of `fit` with the same options, to the same bits, but when somebody
 * says. Rejects on bad input, as `fit` does.
 */
export async function train(options: TrainOptions): Promise<Training> {
  const [{ courseOf }, { present }] = await Promise.all([
    import("../fit/training.ts"),
    import("./presented.ts"),
  ]);
  const course = await courseOf(options);
  const finish = async (): ReturnType<Training["finish"]> =>
    present(await course.conclude(), options) as Awaited<ReturnType<Training["finish"]>>;
  return Object.assign(course, { finish });
}

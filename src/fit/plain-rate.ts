/** The rate for going down by the gradient alone: the options of a fit come in; a rate that suits the loss at the start, and why, come out. */
import { Generator } from "../tensor/random.ts";
import { valuesOf } from "./beginning.ts";
import { curvatureAt } from "./curvature.ts";
import type { FitOptions } from "./options.ts";
import { lossOver, problemOf } from "./problem.ts";

/**
 * A learning rate, and where it comes from: it is 1 / `curvature`, the largest of the loss at the start, then cut to a quarter `cuts`
 * times; a guess where that curvature is 0.
 */
export interface PlainRate {
  readonly lr: number;
  readonly curvature: number;
  readonly cuts: number;
}

/**
 * A rate for `sgd` at which the loss falls at each of the first `steps` steps, 200 unless said: one over the largest curvature at the start, and
 * where that says too little of what comes, a quarter of it, again and again. Rejects on bad input, as fits do.
 */
export async function plainRate({ lr: _, ...options }: FitOptions): Promise<PlainRate> {
  const curvature = curvatureAtStart(options);
  const first = curvature === 0 ? guess : 1 / curvature;
  for (let cuts = 0; ; cuts++) {
    const lr = first / 4 ** cuts;
    if (cuts === mostCuts || (await isFalling({ ...options, lr }))) return { lr, curvature, cuts };
  }
}

const guess = 0.01;
const mostCuts = 20;
const usualSteps = 200;

/** The largest curvature at the start; 0 where there is no loss. */
function curvatureAtStart(options: FitOptions): number {
  const problem = problemOf(options, new Generator(options.seed ?? 0));
  const [free, fixed] = [valuesOf(problem, false), valuesOf(problem, true)];
  if (Object.keys(free).length === 0) throw new Error("plainRate expects a free parameter, got none");
  const loss = lossOver(problem, problem.training, { ...free, ...fixed }).item();
  return Number.isFinite(loss) ? curvatureAt({ problem, free, fixed }) : 0;
}

/** Whether the loss never rises, rounding aside. */
async function isFalling({ steps = usualSteps, ...options }: FitOptions): Promise<boolean> {
  const { run } = await import("./fit.ts");
  const { result } = await run({ ...options, optimizer: "sgd", steps });
  const losses = [...result.history.map(({ loss }) => loss), result.loss.value];
  const rounding = 1e-12 * losses[0]!;
  const rises = losses.some((loss, i) => i > 0 && loss > losses[i - 1]! * (1 + 1e-9) + rounding);
  return result.outcome.kind !== "diverged" && !rises;
}

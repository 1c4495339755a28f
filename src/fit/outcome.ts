/** How fits end, in words: a kind and what is known of the end come in, a sentence and advice come out. */
import { type Outcome, type OutcomeKind, outcomes } from "./result.ts";

/** What the sentences are made of. */
export interface Ending {
  readonly kind: OutcomeKind;
  readonly steps: number;
  /** The losses at the start, and where the walk went last. */
  readonly first: number;
  readonly last: number;
  readonly patience: number;
  readonly learningRate: number | null;
  /** Where the first number that is none came from, if any did. */
  readonly origin: string | null;
  /** Parameters that make no difference to any prediction, beside the answer. */
  readonly idle: readonly string[];
  /** Whether the first step led to the minimum. */
  readonly isDirect: boolean;
}

interface Wording {
  readonly message: (ending: Ending) => string;
  readonly advice?: (ending: Ending) => string | null;
}

const wordings: Record<OutcomeKind, Wording> = {
  converged: {
    message: ({ steps, isDirect }) =>
      isDirect
        ? "converged at once: the model is linear in its parameters"
        : `converged after ${plural(steps, "step")}: the loss no longer changes`,
    advice: ({ idle }) =>
      idle.length === 0
        ? null
        : `near the answer ${idle.join(" and ")} ${idle.length === 1 ? "makes" : "make"} no difference to the predictions: try other start values`,
  },
  steps: {
    message: ({ steps, first, last }) =>
      `ran the ${plural(steps, "step")} asked for: the loss went from ${short(first)} to ${short(last)}`,
  },
  patience: {
    message: ({ steps, patience }) =>
      `stopped after ${plural(steps, "step")}: no better loss for ${plural(Math.max(patience, 1), "epoch")}; the best parameters were kept`,
  },
  stalled: {
    message: ({ steps }) =>
      `stalled after ${plural(steps, "step")}: steps no longer change the loss, but it is not at a minimum; the best parameters were kept`,
    advice: ({ learningRate }) =>
      learningRate === null
        ? "try other start values, a loss without edges such as huber, or optimizer adam"
        : `try a larger learning rate, such as ${short(learningRate * 10)}, or leave the choice to optimizer auto`,
  },
  exhausted: {
    message: ({ steps }) =>
      `stopped after ${plural(steps, "step")}, before the loss settled; the best parameters were kept`,
    advice: ({ learningRate }) =>
      learningRate === null
        ? "allow more steps, or try other start values or a model with fewer parameters"
        : "allow more steps, try another learning rate, or leave the choice to optimizer auto",
  },
  diverged: {
    message: ({ steps, first, last, learningRate, origin }) =>
      `diverged: the loss went from ${short(first)} to ${short(last)} in ${plural(steps, "step")}${
        learningRate === null ? "" : ` with learning rate ${short(learningRate)}`
      }${origin ? ` (${origin})` : ""}; the best parameters before were kept`,
    advice: ({ learningRate }) =>
      learningRate === null
        ? "try other start values"
        : `try a smaller learning rate, such as ${short(learningRate / 10)}, or leave the choice to optimizer auto`,
  },
  aborted: {
    message: ({ steps }) =>
      `stopped on request after ${plural(steps, "step")}; the best parameters so far were kept`,
  },
  invalid: {
    message: ({ first, origin }) =>
      `the ${Number.isFinite(first) ? "validation loss" : "loss"} at the start values is ${
        Number.isFinite(first) ? "no finite number" : short(first)
      }${origin ? `: ${origin}` : ""}; nothing was fitted`,
    advice: () =>
      "try other start values, columns in other units, or without the rows where the model is undefined",
  },
};

/** The outcome of an ending. */
export function outcomeOf(ending: Ending): Outcome {
  const { message, advice } = wordings[ending.kind];
  return {
    kind: ending.kind,
    converged: outcomes[ending.kind],
    message: message(ending),
    advice: advice?.(ending) ?? null,
  };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A number in few digits. */
function short(x: number): string {
  if (Number.isNaN(x)) return "not a number";
  return Number.isFinite(x) ? `${Number(x.toPrecision(6))}` : "infinite";
}

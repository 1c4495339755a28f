/** The line that shows how a fit goes on: steps come in, and a terminal's last line is drawn over and over. */
import type { StepEvent } from "../fit/result.ts";
import { shortNumber } from "../report/numbers.ts";
import { clip } from "../report/style.ts";
import { type Sink, styleFor } from "./terminal.ts";

/** A progress line. */
export interface Progress {
  /** To be told of every step. Undefined where there is nobody to show it to. */
  readonly onStep: ((event: StepEvent) => void) | undefined;
  /** Leaves the line as if nothing had been there. */
  clear(): void;
}

/** Milliseconds between two drawings, and before the first: what is done sooner needs no progress. */
const pause = 50;

/** Carriage return, and erase to the end of the line. */
const fresh = "\r\u001b[K";

/** A progress line on the sink, if there is one and it is a terminal. `now` is a clock of milliseconds. */
export function progressOn(sink: Sink | null, now: () => number = () => performance.now()): Progress {
  if (!sink?.isTTY) return { onStep: undefined, clear: () => {} };
  const style = styleFor(sink);
  let drawn = now();
  let isShown = false;
  return {
    onStep: (event) => {
      if (now() - drawn < pause) return;
      drawn = now();
      isShown = true;
      sink.write(fresh + style("quiet", clip(lineOf(event), (sink.columns ?? 80) - 1)));
    },
    clear: () => {
      if (isShown) sink.write(fresh);
      isShown = false;
    },
  };
}

function lineOf({ step, loss, validationLoss, learningRate }: StepEvent): string {
  const parts = [
    ["step", step],
    ["loss", loss],
    ["validation", validationLoss],
    ["rate", learningRate],
  ] as const;
  return parts
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${shortNumber(value, 6)}`)
    .join("   ");
}

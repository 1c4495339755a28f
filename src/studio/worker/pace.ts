/** How fast a walk is played: so many steps a second go in; how many to take now, and how long to wait before, come out. */
import { othersTurn } from "../../page.ts";

/** About a frame, in milliseconds: between two the page can show what came. */
const frame = 16;

/** What to do next. */
export type Portion = { readonly steps: number } | { readonly milliseconds: number };

/** Waits until there are steps to take at this speed, and says how many; at endless speed, as many as a frame has time for. */
export function pacer(speed: number, signal: AbortSignal): () => Promise<Portion> {
  const started = performance.now();
  let taken = 0;
  return async () => {
    if (speed === Number.POSITIVE_INFINITY) {
      await othersTurn();
      return { milliseconds: frame };
    }
    const next = started + (1000 * (taken + 1)) / speed;
    await pause(Math.max(frame, next - performance.now()), signal);
    const due = Math.floor(((performance.now() - started) * speed) / 1000);
    const steps = Math.max(1, due - taken);
    taken += steps;
    return { steps };
  };
}

/** Waits, or no longer where the signal says so. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}

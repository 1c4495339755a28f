/** What a command is given, and how it ends. */
import type { Flags } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

/**
 * How the process ends. 0: a fit that converged, or what was asked for is done. 1: a fit that stopped short; the best answer is
 * printed all the same. 2: bad usage or input; nothing was fitted.
 */
export const statuses = { done: 0, short: 1, bad: 2 } as const;

export type Status = (typeof statuses)[keyof typeof statuses];

/** One use of a command: what stood on the line, and where to write. */
export interface Call {
  readonly operands: readonly string[];
  readonly flags: Flags;
  readonly terminal: Terminal;
}

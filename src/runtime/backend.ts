/**
 * Compiles graphs and runs what comes of it. It is given to `evaluate` by the entry of the library, at once or as soon as it is
 * loaded: until then everything is interpreted, to the same bits.
 */
import { type Explained, type ExplainPart, explanation } from "../compiler/explain.ts";
import { compileProgram, once, type Repetition } from "../compiler/program.ts";
import type { Node } from "../ir/graph.ts";
import { type Loaded, Machine } from "./machine.ts";
import { threadCount, threadsReason } from "./threads.ts";

export type { Explained, ExplainPart, Loaded, Repetition };

/** What `evaluate` asks of a backend. */
export interface Backend {
  /** A program for a graph whose nodes come in order; null where the engine compiles nothing, or finds this one program too large. */
  readonly load: (order: readonly Node[], outputs: readonly Node[], repetition?: Repetition) => Loaded | null;
  /** Whether a program can run as it is: not any more once it lies in another memory than those that are made now. */
  readonly isCurrent: (loaded: Loaded) => boolean;
  /** The program of a graph as text. */
  readonly explain: (
    order: readonly Node[],
    outputs: readonly Node[],
    repetition: Repetition | undefined,
    told: Pick<Explained, "nameOf"> & { readonly parts: readonly ExplainPart[] },
  ) => string;
}

let current: Machine | null = null;
/** Whether the engine has refused to compile anything. */
let isRefused = false;

/** WebAssembly. */
export const webAssembly: Backend = {
  load: (order, outputs, repetition = once) => {
    if (isRefused) return null;
    try {
      return machine().load(compileProgram(order, outputs, repetition, machine().isShared));
    } catch (error) {
      isRefused = !compilesAnything();
      if (isRefused || error instanceof WebAssembly.CompileError) return null;
      throw error;
    }
  },
  isCurrent: (loaded) => loaded.machine === machine(),
  explain: (order, outputs, repetition = once, { nameOf, parts }) => {
    const program = compileProgram(order, outputs, repetition);
    return explanation({ order, outputs, program, nameOf }, parts);
  },
};

/** The machine that programs run on. It is another one once threads are asked for, whose memory must be shared. */
function machine(): Machine {
  const isShared = threadCount() > 1 && threadsReason() === null;
  if (!current || (isShared && !current.isShared)) current = new Machine(isShared);
  return current;
}

/** Whether WebAssembly is there, and no security policy of a page forbids to compile it: the smallest module is tried. */
function compilesAnything(): boolean {
  try {
    return new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)) !== null;
  } catch {
    return false;
  }
}

/** What goes from one step of a program to the next: outputs that become leaves, and the places where they lie meanwhile. */
import { type Buffer, type Kernel, readBy, written } from "./kernels.ts";
import type { Schedule } from "./schedule.ts";

/** What goes from one step to the next, and what each step reads and leaves: outputs and leaves by number. */
export interface Repetition {
  /** Outputs that become leaves. */
  readonly carried: readonly (readonly [output: number, leaf: number])[];
  /** Leaves that lie one row a step, one after the other. */
  readonly scanned: readonly number[];
  /** Outputs that each step adds to a row of its own. */
  readonly stacked: readonly number[];
}

/** A program without repetition. */
export const once: Repetition = { carried: [], scanned: [], stacked: [] };

/** Buffers that go from step to step. */
export interface Places {
  /** Where each stacked output's rows go: leaves of the runtime's own. */
  readonly stacks: readonly Buffer[];
  /** Outputs that lie where a leaf lay. */
  readonly inPlace: ReadonlyMap<Buffer, Buffer>;
  /** For each leaf that is to be another one, where it waits. */
  readonly aside: ReadonlyMap<Buffer, Buffer>;
}

/** The places of what a repetition carries and stacks. */
export function placesOf(made: Schedule, repetition: Repetition): Places {
  const stacks = repetition.stacked.map((output, i): Buffer => {
    const { dtype } = made.outputs[output]!;
    return { name: `stack${i}`, dtype, size: 0, leaf: made.leaves.length + i };
  });
  return { stacks, inPlace: sharedPlaces(made, repetition), aside: asides(made, repetition) };
}

function asides({ outputs }: Schedule, { carried }: Repetition): Map<Buffer, Buffer> {
  const moved = carried.flatMap(([output, into], i): [Buffer, Buffer][] => {
    const from = outputs[output]!;
    const { leaf, dtype, size } = from;
    return leaf === null || leaf === into ? [] : [[from, { name: `aside${i}`, dtype, size, leaf: null }]];
  });
  return new Map(moved);
}

/**
 * Carried outputs that can be written where the leaf lies: when one loop reads the leaf last, and at each step only the elements that it
 * writes then.
 */
function sharedPlaces(
  { kernels, outputs, leaves }: Schedule,
  { carried, stacked }: Repetition,
): Map<Buffer, Buffer> {
  const shared = new Map<Buffer, Buffer>();
  const isStacked = (buffer: Buffer): boolean => stacked.some((output) => outputs[output] === buffer);
  const isWanted = (buffer: Buffer): boolean => outputs.includes(buffer);
  for (const [output, leaf] of carried) {
    const [out, into] = [outputs[output]!, leaves[leaf]!];
    if (out.leaf !== null || shared.has(out) || isStacked(out) || isWanted(into)) continue;
    if (carried.filter(([other]) => outputs[other] === out).length > 1) continue;
    const at = kernels.findIndex((kernel) => written(kernel).includes(out));
    const isLater = kernels.slice(at + 1).some((kernel) => readBy(kernel).includes(into));
    if (!isLater && isInStep(kernels[at]!, out, into)) shared.set(out, into);
  }
  return shared;
}

/** Whether a kernel reads `into` at no other places than it then writes `out`. */
function isInStep(kernel: Kernel, out: Buffer, into: Buffer): boolean {
  if (kernel.kind !== "loop") return false;
  const stores = kernel.stores.filter(({ access }) => access.buffer === out);
  if (stores.length !== 1) return false;
  const { strides, offset } = stores[0]!.access;
  return kernel.lines.every((line) => {
    if (line.op !== "read") return true;
    if (line.index?.access.buffer === into) return false;
    if (line.access.buffer !== into) return true;
    const isAlike = line.access.offset === offset && line.access.strides.every((s, d) => s === strides[d]);
    return isAlike && line.guards.length === 0 && line.index === null;
  });
}

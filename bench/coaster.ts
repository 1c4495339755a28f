/** The library under test, in one place: loaded when an engine prepares, from dist/ as it ships or from src/. */
import type * as Library from "../src/index.ts";
import type { Tensor, Tensors } from "../src/index.ts";

/** Runs a step many times, as `jax.lax.scan` does: what it carries goes in and comes out, and what each step gives is stacked. */
export type Scan = <Carry extends Tensors, X extends Tensors | undefined>(
  f: (carry: Carry, x: X) => [Carry, Tensor],
  carry: Carry,
  xs: X,
  options?: { readonly length?: number },
) => [Carry, Tensor];

interface Newer {
  readonly scan?: Scan;
  readonly setThreads?: (n: number) => unknown;
}

export interface Coaster extends Omit<typeof Library, "scan" | "setThreads"> {
  readonly scan: Scan;
  readonly setThreads: (n: number) => unknown;
  /** Whether many steps are one call, so that a job can ask for as many as it wants. */
  readonly hasScan: boolean;
}

export async function coaster(): Promise<Coaster> {
  const path = process.env.COASTER_SOURCE ? "../src/index.ts" : "../dist/index.js";
  const library = (await import(path)) as typeof Library & Newer;
  return {
    ...library,
    scan: library.scan ?? looped(library),
    setThreads: library.setThreads ?? (() => {}),
    hasScan: library.scan !== undefined,
  };
}

/** The last of a run's losses, which is computed when it is looked at. */
export function lastOf(losses: Tensor): number {
  const [n = 0] = losses.shape;
  if (n === 1) return losses.item();
  return losses.slice([[n - 1, n]]).item();
}

/** The same as `scan` with a call for each step, where there is none. */
function looped({ compile, stack }: typeof Library): Scan {
  const programs = new Map<unknown, unknown>();
  return <Carry extends Tensors, X extends Tensors | undefined>(
    f: (carry: Carry, x: X) => [Carry, Tensor],
    carry: Carry,
    xs: X,
    options: { readonly length?: number } = {},
  ) => {
    if (!programs.has(f)) programs.set(f, compile(f));
    const program = programs.get(f) as typeof f;
    const rows = xs as Tensor | undefined;
    const outs: Tensor[] = [];
    for (let i = 0; i < (options.length ?? rows!.shape[0]!); i++) {
      const [next, out] = program(carry, rows?.slice([[i, i + 1]]).reshape(rows.shape.slice(1)) as X);
      carry = next;
      outs.push(out);
    }
    return [carry, stack(outs)];
  };
}

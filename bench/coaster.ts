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

/** What may not be there yet. */
interface Newer {
  readonly scan?: Scan;
  readonly setThreads?: (n: number) => void;
  readonly threadsReady?: () => Promise<number>;
}

type Older = Omit<typeof Library, keyof Newer>;

export interface Coaster extends Older {
  readonly scan: Scan;
  /** Whether many steps are one call, so that a job can ask for as many as it wants. */
  readonly hasScan: boolean;
  /** Programs run on so many threads from now on. */
  readonly useThreads: (n: number) => Promise<void>;
}

export async function coaster(): Promise<Coaster> {
  const path = process.env.COASTER_SOURCE ? "../src/index.ts" : "../dist/index.js";
  const library = (await import(path)) as Older & Newer;
  const useThreads = async (n: number): Promise<void> => {
    library.setThreads?.(n);
    await library.threadsReady?.();
  };
  return {
    ...library,
    scan: library.scan ?? looped(library),
    hasScan: library.scan !== undefined,
    useThreads,
  };
}

/** The last of a run's losses, which is computed when it is looked at. */
export function lastOf(losses: Tensor): number {
  const [n = 0] = losses.shape;
  if (n === 1) return losses.item();
  return losses.slice([[n - 1, n]]).item();
}

/** The same as `scan` with a call for each step, where there is none. */
function looped({ compile, stack }: Older): Scan {
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

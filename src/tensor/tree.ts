/** Tensors in arrays and records, as functions and optimizers take them: taken apart into a list, and put together again. */
import { Tensor } from "./tensor.ts";

/** A tensor, or an array or record of such, to any depth. */
export type Tensors = Tensor | readonly Tensors[] | { readonly [name: string]: Tensors };

/** The parts of an array or a plain record, by name, in order; undefined for anything else. */
export function partsOf(x: unknown): [name: string, part: unknown][] | undefined {
  if (typeof x !== "object" || x === null) return undefined;
  const prototype = Object.getPrototypeOf(x);
  const isPlain = Array.isArray(x) || prototype === Object.prototype || prototype === null;
  return isPlain ? Object.entries(x) : undefined;
}

/** All tensors of a structure, in order. What else it holds is passed over. */
export function tensorsOf(x: unknown): Tensor[] {
  return x instanceof Tensor ? [x] : (partsOf(x)?.flatMap(([, part]) => tensorsOf(part)) ?? []);
}

/** The structure of x with other tensors in it, in the order of `tensorsOf`. What else it holds stays. */
export function rebuild<X>(x: X, tensors: readonly Tensor[]): X {
  let next = 0;
  const walk = (part: unknown): unknown => {
    if (part instanceof Tensor) return tensors[next++]!;
    if (Array.isArray(part)) return part.map(walk);
    const parts = partsOf(part);
    return parts ? Object.fromEntries(parts.map(([name, inner]) => [name, walk(inner)])) : part;
  };
  return walk(x) as X;
}

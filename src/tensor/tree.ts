/** Tensors in arrays and records, as functions and optimizers take them: taken apart into a list, and put together again. */
import { Tensor } from "./tensor.ts";

/** A tensor, or an array or record of such, to any depth. */
export type Tensors = Tensor | readonly Tensors[] | { readonly [name: string]: Tensors };

/** All tensors of a structure, in order. */
export function tensorsOf(x: Tensors): Tensor[] {
  return x instanceof Tensor ? [x] : Object.values(x).flatMap(tensorsOf);
}

/** The structure of x with other tensors in it, in the order of `tensorsOf`. */
export function rebuild<X extends Tensors>(x: X, tensors: readonly Tensor[]): X {
  let next = 0;
  const walk = (part: Tensors): Tensors => {
    if (part instanceof Tensor) return tensors[next++]!;
    if (Array.isArray(part)) return part.map(walk);
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, walk(inner)]));
  };
  return walk(x) as X;
}

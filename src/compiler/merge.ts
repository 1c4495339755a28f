/** Dimensions that lie one in the other, walked over as one: sizes and the strides of all accesses go in, fewer dimensions come out. */
import type { Shape } from "../ir/shape.ts";

/** A loop's dimensions after merging: their sizes, and for each the innermost of those it is made of, whose strides it has. */
export interface Merged {
  readonly shape: readonly number[];
  readonly dims: readonly number[];
}

/** Merges neighbours among dimensions from `start` to `end`. Those of size 1 go. */
export function merge(
  shape: Shape,
  start: number,
  end: number,
  accesses: readonly (readonly number[])[],
): Merged {
  const sizes: number[] = [];
  const dims: number[] = [];
  for (let d = end - 1; d >= start; d--) {
    const [size, inner] = [sizes[0], dims[0]];
    if (shape[d] === 1) continue;
    if (inner !== undefined && accesses.every((strides) => strides[d] === size! * strides[inner]!))
      sizes[0] = size! * shape[d]!;
    else {
      sizes.unshift(shape[d]!);
      dims.unshift(d);
    }
  }
  return { shape: sizes, dims };
}

/** The matrix product: two nodes in, by PyTorch's rules for vectors, matrices and batches; one node out. */
import { describe, make, type Node, type Op } from "./graph.ts";
import { expand, permute, reshape } from "./linear.ts";
import { o } from "./maps.ts";
import { broadcast, type Shape, showShape, sizeOf } from "./shape.ts";

/** [b, m, k] by [b, k, n] gives [b, m, n]. */
const matmulOp: Op = {
  name: "matmul",
  work: { kind: "matmul" },
  vjp: ({ inputs: [a, b] }, g, isWanted) => [
    isWanted(a!) ? product(g, transposed(b!)) : null,
    isWanted(b!) ? product(transposed(a!), g) : null,
  ],
  jvp: ({ inputs: [a, b] }, [ta, tb]) => {
    const terms = [ta && product(ta, b!), tb && product(a!, tb)].filter((t) => t != null);
    return terms.length === 2 ? o.add(terms[0]!, terms[1]!) : (terms[0] ?? null);
  },
};

function product(a: Node, b: Node): Node {
  return make(matmulOp, [a, b], [a.shape[0]!, a.shape[1]!, b.shape[2]!], a.dtype);
}

function transposed(x: Node): Node {
  return permute(x, [0, 2, 1]);
}

/**
 * a @ b: [.., m, k] by [.., k, n] with leading dimensions broadcast; a vector on the left is a row, on the right a column,
 * and its dimension goes from the result.
 */
export function matmul(a: Node, b: Node): Node {
  check(a, b);
  const left = a.shape.length === 1 ? reshape(a, [1, a.shape[0]!]) : a;
  const right = b.shape.length === 1 ? reshape(b, [b.shape[0]!, 1]) : b;
  const batch = broadcast("matmul", [
    { shape: left.shape.slice(0, -2) },
    { shape: right.shape.slice(0, -2) },
  ]);
  const result = product(batched(left, batch), batched(right, batch));
  const rows = a.shape.length === 1 ? [] : [a.shape.at(-2)!];
  const columns = b.shape.length === 1 ? [] : [b.shape.at(-1)!];
  return reshape(result, [...batch, ...rows, ...columns]);
}

function batched(x: Node, batch: Shape): Node {
  const matrix = x.shape.slice(-2);
  return reshape(expand(x, [...batch, ...matrix]), [sizeOf(batch), ...matrix]);
}

function check(a: Node, b: Node): void {
  if (a.shape.length === 0 || b.shape.length === 0)
    throw new RangeError(`matmul expects at least one dimension, got ${describe(a)} x ${describe(b)}`);
  if (a.dtype !== b.dtype || a.dtype === "bool")
    throw new TypeError(`matmul expects numbers of one dtype, got ${a.dtype} x ${b.dtype}`);
  if (a.shape.at(-1) !== (b.shape.at(-2) ?? b.shape[0]))
    throw new RangeError(
      `matmul expects inner sizes to agree, got ${showShape(a.shape)} x ${showShape(b.shape)}`,
    );
}

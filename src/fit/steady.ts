/** Whether a model can be recorded once and repeated: a problem goes in, and whether it says the same each time comes out. */
import { argument, type Node } from "../ir/graph.ts";
import { sameShape } from "../ir/shape.ts";
import { tracing } from "../tensor/recording.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Named } from "./model.ts";
import { lossOver, type Problem, takeRows } from "./problem.ts";

/**
 * Whether the loss over all rows, or over so many, is the same expression whenever it is asked for. Not where the model or the
 * loss looks at numbers, draws them at random or counts its calls.
 */
export function isSteady(problem: Problem, fixed: Named, free: Named, size: number): boolean {
  const standIns = Object.entries(free).map(([name, t]) => [name, new Tensor(argument(t.shape, t.dtype))]);
  const params: Named = { ...Object.fromEntries(standIns), ...fixed };
  const index = new Tensor(argument([size], "int32"));
  const rows = size > 0 ? takeRows(problem.training, index) : problem.training;
  const record = (): Node => tracing(() => lossOver(problem, rows, params)).result.node;
  try {
    return isSame(record(), record());
  } catch {
    return false;
  }
}

/** Whether two nodes are the same expression of the same numbers. */
function isSame(a: Node, b: Node, known = new Map<Node, Node>()): boolean {
  if (a === b || known.get(a) === b) return true;
  known.set(a, b);
  const isAlike = a.op === b.op && a.dtype === b.dtype && sameShape(a.shape, b.shape);
  if (!isAlike || !sameShape(a.attrs, b.attrs)) return false;
  return a.inputs.length > 0 ? a.inputs.every((x, i) => isSame(x, b.inputs[i]!, known)) : holdSame(a, b);
}

function holdSame({ value: a }: Node, { value: b }: Node): boolean {
  return a !== undefined && b !== undefined && a.every((x, i) => Object.is(x, b[i]));
}

/**
 * The interpreter: the definition of what every op computes, in plain JavaScript. Nodes go in, their elements come out.
 * It computes one node at a time and keeps a value until the last node that reads it is done; speed is the compiler's business.
 */
import { type Storage, storage } from "../ir/dtype.ts";
import { programOf } from "../ir/elementwise.ts";
import { ancestors, type Node } from "../ir/graph.ts";
import { contiguous, sizeOf, sliceView, type View } from "../ir/shape.ts";
import { cumsum, fold, position } from "./folds.ts";
import { addRows, takeRows } from "./indexing.ts";
import { matmul } from "./products.ts";
import { runOver } from "./scalars.ts";
import { inOrder, reader, scatter, type Value } from "./strided.ts";

/** The elements of each output, flat in row-major order. The arrays may be those of leaves: they are not to be written to. */
export function evaluate(outputs: readonly Node[]): Storage[] {
  const order = ancestors(outputs, isKnown);
  const last = lastUses(order, outputs);
  const values: (Value | undefined)[] = new Array(order.length);
  order.forEach((node, i) => {
    values[i] = compute(node, values);
    if (isKnown(node)) return;
    for (const { place } of node.inputs) if (last[place] === i) values[place] = undefined;
  });
  return outputs.map((node) => inOrder(values[node.place]!));
}

function isKnown(node: Node): boolean {
  return node.value !== undefined;
}

/** For each place of an order, that of the last node which reads it; outputs are read after all. */
function lastUses(order: readonly Node[], outputs: readonly Node[]): number[] {
  const last = new Array<number>(order.length);
  order.forEach((node, i) => {
    if (!isKnown(node)) for (const { place } of node.inputs) last[place] = i;
  });
  for (const { place } of outputs) last[place] = order.length;
  return last;
}

function compute(node: Node, values: readonly (Value | undefined)[]): Value {
  if (node.value) return inRowMajor(node, node.value);
  const inputs = node.inputs.map(({ place }) => values[place]!);
  return node.op.work.kind === "view"
    ? viewed(node, inputs[0]!, node.op.work.view)
    : inRowMajor(node, elementsOf(node, inputs));
}

function inRowMajor(node: Node, elements: Storage): Value {
  return { elements, view: contiguous(node.shape), dtype: node.dtype };
}

/** The same elements seen otherwise, or a copy in order where strides cannot say it. */
function viewed(node: Node, x: Value, view: (input: View, node: Node) => View | null): Value {
  const strided = view(x.view, node);
  if (strided) return { ...x, view: strided };
  return { ...x, elements: inOrder(x), view: view(contiguous(x.view.shape), node)! };
}

function elementsOf(node: Node, inputs: readonly Value[]): Storage {
  const { work } = node.op;
  const [x, y] = inputs as [Value, Value];
  switch (work.kind) {
    case "map":
      return map(node, inputs);
    case "cast":
      return cast(node, x);
    case "reduce":
      return fold(node, work.fold, x);
    case "position":
      return position(node, work.of, x);
    case "cumsum":
      return cumsum(node, x);
    case "matmul":
      return matmul(node, x, y);
    case "pad":
      return assembled(node, [x], [node.attrs]);
    case "cat":
      return assembled(node, inputs, startsAlong(node.attrs[0]!, inputs));
    case "gather":
      return takeRows(node, x, y);
    case "scatter":
      return addRows(node, x, y);
    case "argument":
      throw new Error("a compiled function cannot look at numbers made of its arguments while it is traced");
    case "view":
    case "data":
    case "number":
    case "constant":
      throw new Error(`nothing to compute for ${node.op.name}`);
    default:
      return work satisfies never;
  }
}

function map(node: Node, inputs: readonly Value[]): Storage {
  const program = programOf(node);
  const size = sizeOf(node.shape);
  const out = storage(node.dtype, size);
  runOver(
    program,
    inputs.map((x) => reader(x, program.lane)),
    out,
    size,
  );
  return out;
}

/** Typed arrays convert as `cast` says: toward zero modulo 2^32 for integers, rounding for float32; bool is its own case. */
function cast(node: Node, x: Value): Storage {
  const elements = inOrder(x);
  const out = storage(node.dtype, elements.length);
  if (node.dtype === "bool") for (let i = 0; i < out.length; i++) out[i] = elements[i] === 0 ? 0 : 1;
  else out.set(elements);
  return out;
}

/** Zeros with each input written at its place. */
function assembled(node: Node, inputs: readonly Value[], starts: readonly (readonly number[])[]): Storage {
  const out = storage(node.dtype, sizeOf(node.shape));
  for (const [i, x] of inputs.entries())
    scatter(out, sliceView(contiguous(node.shape), starts[i]!, x.view.shape), inOrder(x));
  return out;
}

/** Where each input begins when they follow one another along `dim`. */
function startsAlong(dim: number, inputs: readonly Value[]): number[][] {
  let start = 0;
  return inputs.map(({ view: { shape } }) => {
    const starts = shape.map((_, i) => (i === dim ? start : 0));
    start += shape[dim]!;
    return starts;
  });
}

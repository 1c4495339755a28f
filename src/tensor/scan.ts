/** A loop of steps compiled as a whole: a step function and what it starts from go in, what it ends with and what each step left come out. */
import type { Repetition } from "../compiler/program.ts";
import type { Storage } from "../ir/dtype.ts";
import { ancestors, data, describe, type Node } from "../ir/graph.ts";
import { type Prepared, prepare } from "../runtime/evaluate.ts";
import { stack, zeros } from "./make.ts";
import { isTracing } from "./recording.ts";
import { Tensor } from "./tensor.ts";
import { like, needsGradients, type Trace, Traces, valuesFor } from "./trace.ts";
import { rebuild, type Tensors, tensorsOf } from "./tree.ts";

/** What scan takes besides. */
export interface ScanOptions {
  /** How many steps; needed where there are no `xs`. */
  readonly length?: number;
}

/** What may be left out: the rows a step reads, or what it leaves. */
type Optional = Tensors | undefined;

/** A step: what the step before left and a row of `xs` go in; what the next step gets, and what is kept of this one, come out. */
export type ScanStep<Carry extends Tensors, Xs extends Optional, Ys extends Optional> = (
  carry: Carry,
  x: Xs,
) => readonly [carry: Carry, y: Ys];

/**
 * A loop, as jax.lax.scan: `[carry, y] = f(carry, xs[i])` for each row of `xs`, or `length` times; gives the last carry, and all y
 * stacked along a new first dimension. `carry`, `xs` and y are tensors, or arrays or records of such; the carry keeps its shapes
 * and dtypes. f is traced once for each set of shapes, and all steps run in one call of compiled code; what f closes over
 * stays as it is meanwhile. Where gradients are asked for, f is called at each step, and they flow.
 */
export function scan<Carry extends Tensors, Xs extends Optional, Ys extends Optional>(
  f: ScanStep<Carry, Xs, Ys>,
  carry: Carry,
  xs?: Xs,
  { length }: ScanOptions = {},
): [carry: Carry, ys: Ys] {
  const rows = xs === undefined ? [] : tensorsOf(xs);
  const steps = stepsOf(rows, length);
  const given = [...tensorsOf(carry), ...rows];
  const isTracked = isTracing() || given.some((t) => t.requiresGrad);
  if (isTracked && steps > 0) return oneByOne(f, carry, xs, steps);
  const trace = tracesOf(f).for((c: Carry, x: Xs) => resultOf(f(c, x), c), [carry, shapedAsRow(xs)] as [
    Carry,
    Xs,
  ]);
  if (steps === 0) return [carry, noRows(trace) as Ys];
  const all = needsGradients(trace) ? null : atOnce(trace, given, steps);
  return (all as [Carry, Ys] | null) ?? oneByOne(f, carry, xs, steps);
}

function stepsOf(rows: readonly Tensor[], length: number | undefined): number {
  const lengths = rows.map((t) => t.shape[0]);
  const steps = length ?? lengths[0];
  if (steps === undefined)
    throw new TypeError("scan expects xs with a first dimension, or a length, got neither");
  if (!Number.isInteger(steps) || steps < 0)
    throw new RangeError(`scan expects a length of a whole number of steps, got ${steps}`);
  const other = rows.find((t) => t.shape[0] !== steps);
  if (other) throw new RangeError(`scan expects ${steps} rows in each of xs, got ${describe(other.node)}`);
  return steps;
}

/** Row i of each tensor, one dimension less. */
function rowOf<Xs extends Optional>(xs: Xs | undefined, i: number): Xs | undefined {
  if (xs === undefined) return xs;
  const rows = tensorsOf(xs).map((t) => t.slice([[i, i + 1]]).reshape(t.shape.slice(1)));
  return rebuild(xs, rows);
}

/** Something of the shapes of a row. */
function shapedAsRow<Xs extends Optional>(xs: Xs | undefined): Xs | undefined {
  if (xs === undefined) return xs;
  return rebuild(
    xs,
    tensorsOf(xs).map((t) => zeros(t.shape.slice(1), { dtype: t.dtype })),
  );
}

/** What no steps leave. */
function noRows({ result }: Trace): Optional {
  const [, y] = result as unknown as [Tensors, Optional];
  return (
    y &&
    rebuild(
      y,
      tensorsOf(y).map((t) => zeros([0, ...t.shape], { dtype: t.dtype })),
    )
  );
}

/** What a step returned, checked: the carry is like the one before. */
function resultOf<Carry extends Tensors>(result: readonly [Carry, Optional], before: Carry): Tensors {
  if (!Array.isArray(result) || result.length !== 2)
    throw new TypeError("scan expects a function that returns [carry, y], got something else");
  const [wanted, got] = [before, result[0]].map((c) =>
    tensorsOf(c)
      .map((t) => describe(t.node))
      .join(", "),
  );
  if (wanted !== got)
    throw new TypeError(`scan expects a carry like the one before, ${wanted}, got ${got || "none"}`);
  return result as unknown as Tensors;
}

/** Calls f at each step. */
function oneByOne<Carry extends Tensors, Xs extends Optional, Ys extends Optional>(
  f: ScanStep<Carry, Xs, Ys>,
  carry: Carry,
  xs: Xs | undefined,
  steps: number,
): [carry: Carry, ys: Ys] {
  let at = carry;
  const left: Ys[] = [];
  for (let i = 0; i < steps; i++) {
    const [next, y] = f(at, rowOf(xs, i) as Xs);
    resultOf([next, y], at);
    at = next;
    left.push(y);
  }
  return [at, stacked(left)];
}

function stacked<Ys extends Optional>(left: readonly Ys[]): Ys {
  const [first] = left;
  if (first === undefined) return undefined as Ys;
  const all = left.map((y) => tensorsOf(y!));
  return rebuild(
    first,
    all[0]!.map((_, i) => stack(all.map((parts) => parts[i]!))),
  );
}

/** The traces of step functions, with their programs. */
const known = new WeakMap<object, Traces<Prepared>>();

function tracesOf(f: object): Traces<Prepared> {
  const before = known.get(f);
  if (before) return before;
  const traces = new Traces(programOf);
  known.set(f, traces);
  return traces;
}

/** What of a trace is carried, which is the first of its results, and what is stacked. */
function partsOf({ result }: Trace): { carried: Node[]; stacked: Node[] } {
  const [carry, y] = result as unknown as [Tensors, Optional];
  const nodes = (x: Optional): Node[] => (x === undefined ? [] : tensorsOf(x).map((t) => t.node));
  return { carried: nodes(carry), stacked: nodes(y) };
}

function programOf(trace: Trace): Prepared {
  const { outputs, repetitionOf } = stepOf(trace);
  return prepare(outputs, repetitionOf);
}

/** A trace of a step as what a program has to give, and what of it goes on to the next step, by its leaves. */
export function stepOf(trace: Trace): {
  readonly outputs: readonly Node[];
  readonly repetitionOf: (leaves: readonly Node[]) => Repetition;
} {
  const { carried, stacked } = partsOf(trace);
  const results = [...carried, ...stacked];
  const read = new Set(ancestors(results, (node) => node.value !== undefined));
  // A carry that no step reads is given too: what comes out at last is looked for where it lies.
  const unread = trace.arguments.slice(0, carried.length).filter((node) => !read.has(node));
  const repetitionOf = (leaves: readonly Node[]): Repetition => ({
    carried: carried.map((_, i) => [i, leaves.indexOf(trace.arguments[i]!)] as const),
    scanned: trace.arguments.slice(carried.length).flatMap((node) => {
      const leaf = leaves.indexOf(node);
      return leaf < 0 ? [] : [leaf];
    }),
    stacked: stacked.map((_, i) => carried.length + i),
  });
  return { outputs: [...results, ...unread], repetitionOf };
}

/** Runs all steps in one call; null where there is nothing that compiles. */
function atOnce(
  trace: Trace & { readonly made: Prepared },
  given: readonly Tensor[],
  steps: number,
): [Tensors, Optional] | null {
  const ran = trace.made.run(valuesFor(trace, trace.made.leaves, given), steps);
  if (!ran) return null;
  const { outputs, stacks } = ran;
  const { carried, stacked } = partsOf(trace);
  const [carry, y] = trace.result as unknown as [Tensors, Optional];
  const rows = ({ shape, dtype }: Node, elements: Storage): Tensor =>
    new Tensor(data(elements, [steps, ...shape], dtype));
  return [
    rebuild(
      carry,
      carried.map((node, i) => like(node, outputs[i]!)),
    ),
    y &&
      rebuild(
        y,
        stacked.map((node, i) => rows(node, stacks[i]!)),
      ),
  ];
}

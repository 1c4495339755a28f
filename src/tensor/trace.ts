/** Functions of tensors as graphs: a function is called once on stand-ins for its arguments, and what it did is kept, for each set of shapes. */
import type { Storage } from "../ir/dtype.ts";
import { argument, data, describe, type Node } from "../ir/graph.ts";
import { type Handle, tracing } from "./recording.ts";
import { Tensor } from "./tensor.ts";
import { partsOf, rebuild, type Tensors, tensorsOf } from "./tree.ts";

/** A function as it was traced: for which arguments, where their tensors go, and what comes out of them. */
export interface Trace {
  readonly signature: readonly unknown[];
  readonly arguments: readonly Node[];
  readonly result: Tensors;
  /** The tensors that f closes over and used, with what they then stood for. */
  readonly used: readonly (readonly [Handle, Node])[];
}

/** How many traces of one function are kept: one of a number that never comes twice is traced each time, and stays small. */
const kept = 64;

/** The traces of one function, the latest first, each with what was made of it. */
export class Traces<Made> {
  readonly #traces: (Trace & { readonly made: Made })[] = [];
  readonly #make: (trace: Trace) => Made;

  constructor(make: (trace: Trace) => Made) {
    this.#make = make;
  }

  /** The trace of f for such arguments: the one there is, or a new one, in place of an outdated one or of the oldest. */
  for<Args extends readonly unknown[]>(
    f: (...args: Args) => Tensors,
    args: Args,
  ): Trace & { readonly made: Made } {
    const signature = signatureOf(args);
    const alike = this.#traces.findIndex((trace) => isSame(trace.signature, signature));
    const found = this.#traces[alike];
    if (found && isCurrent(found)) return found;
    const trace = traceOf(f, args, signature);
    const made = { ...trace, made: this.#make(trace) };
    if (alike >= 0) this.#traces.splice(alike, 1);
    this.#traces.unshift(made);
    this.#traces.length = Math.min(this.#traces.length, kept);
    return made;
  }
}

/** Whether a tensor that a trace used asks for gradients: then f itself must be called, for them to flow. */
export function needsGradients({ used }: Trace): boolean {
  return used.some(([tensor]) => tensor.requiresGrad);
}

/** For each leaf of a trace's program, the elements to run it on: those given for an argument, or its own. */
export function valuesFor(
  { arguments: args }: Trace,
  leaves: readonly Node[],
  given: readonly Tensor[],
): Storage[] {
  return leaves.map((node) => {
    const i = args.indexOf(node);
    return i < 0 ? node.value! : given[i]!.realize();
  });
}

/** A tensor of computed elements like a node. */
export function like({ shape, dtype }: Node, elements: Storage): Tensor {
  return new Tensor(data(elements, shape, dtype));
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((x, i) => Object.is(x, b[i]));
}

function isCurrent({ used }: Trace): boolean {
  return used.every(([tensor, node]) => tensor.requiresGrad || tensor.node === node);
}

/** Words of a signature that no argument can be. */
const [aTensor, anArray, aRecord, anEnd] = [
  Symbol("tensor"),
  Symbol("array"),
  Symbol("record"),
  Symbol("end"),
];

/** What a trace depends on, as a flat list: shapes and dtypes of tensors, names of parts, and all else as it is. */
function signatureOf(x: unknown): unknown[] {
  if (x instanceof Tensor) return [aTensor, describe(x.node)];
  const parts = partsOf(x);
  if (!parts) return [x];
  const words = parts.flatMap(([name, part]) => [name, ...signatureOf(part)]);
  return [Array.isArray(x) ? anArray : aRecord, ...words, anEnd];
}

/** Calls f once on stand-ins for the tensors of its arguments. */
function traceOf<Args extends readonly unknown[]>(
  f: (...args: Args) => Tensors,
  args: Args,
  signature: readonly unknown[],
): Trace {
  const { id: now } = argument([], "bool");
  const nodes = tensorsOf(args).map((t) => argument(t.shape, t.dtype));
  const standIns = nodes.map((node) => new Tensor(node));
  const { result, used } = tracing(() => f(...rebuild(args, standIns)));
  // What was made on the way, such as the variable of a derivative, is nobody else's.
  const closedOver = [...used].filter((t) => t.node.id < now);
  computeOnce(closedOver);
  return { signature, arguments: nodes, result, used: closedOver.map((t) => [t, t.node] as const) };
}

/** Computes what was made of data and never looked at, so that it is not computed at every run. */
function computeOnce(closedOver: readonly Handle[]): void {
  const isWaiting = ({ node, requiresGrad }: Handle): boolean =>
    node.age > 0 && node.value === undefined && !requiresGrad;
  for (const t of closedOver) if (t instanceof Tensor && isWaiting(t)) t.realize();
}

/** Functions of tensors traced once for each set of shapes: a function goes in, one of the same signature that runs its graph comes out. */
import { argument, data, describe, type Node } from "../ir/graph.ts";
import { evaluate } from "../runtime/interpreter.ts";
import { type Handle, isTracing, tracing } from "./recording.ts";
import { Tensor } from "./tensor.ts";
import { partsOf, rebuild, type Tensors, tensorsOf } from "./tree.ts";

/** A function as it was traced: for which arguments, where their tensors go, and what comes out of them. */
interface Trace {
  readonly signature: readonly unknown[];
  readonly arguments: readonly Node[];
  readonly result: Tensors;
  /** The tensors that f used, also those it closes over, with what they then stood for. */
  readonly used: readonly (readonly [Handle, Node])[];
}

/**
 * The same function, traced at the first call for each set of shapes and dtypes, for each value of arguments that are not
 * tensors, and anew when a tensor that it closes over has been given other data. What it prints, counts or draws at random
 * happens only in tracing, and it cannot look at numbers made of its arguments.
 * Where an argument or a tensor it closes over asks for gradients, f itself is called, and they flow.
 */
export function compile<Args extends readonly unknown[], Result extends Tensors>(
  f: (...args: Args) => Result,
): (...args: Args) => Result {
  const traces: Trace[] = [];
  return (...args) => {
    const given = tensorsOf(args);
    if (isTracing() || given.some((t) => t.requiresGrad)) return f(...args);
    const trace = find(traces, signatureOf(args)) ?? remember(traces, traceOf(f, args, given));
    return trace.used.some(([t]) => t.requiresGrad) ? f(...args) : (play(trace, given) as Result);
  };
}

/** How many traces of one function are kept: one of a number that never comes twice is traced each time, and stays small. */
const kept = 64;

function find(traces: readonly Trace[], signature: readonly unknown[]): Trace | undefined {
  return traces.find((trace) => isSame(trace.signature, signature) && isCurrent(trace));
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((x, i) => Object.is(x, b[i]));
}

function isCurrent({ used }: Trace): boolean {
  return used.every(([tensor, node]) => tensor.requiresGrad || tensor.node === node);
}

/** Keeps a trace in place of an outdated one of the same signature, or of the oldest. */
function remember(traces: Trace[], trace: Trace): Trace {
  const outdated = traces.findIndex(({ signature }) => isSame(signature, trace.signature));
  if (outdated >= 0) traces.splice(outdated, 1);
  traces.unshift(trace);
  traces.length = Math.min(traces.length, kept);
  return trace;
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
  given: readonly Tensor[],
): Trace {
  const nodes = given.map((t) => argument(t.shape, t.dtype));
  const standIns = nodes.map((node) => new Tensor(node));
  const { result, used } = tracing(() => f(...rebuild(args, standIns)));
  return {
    signature: signatureOf(args),
    arguments: nodes,
    result,
    used: [...used].map((t) => [t, t.node] as const),
  };
}

/** Runs a trace on other tensors. */
function play(trace: Trace, given: readonly Tensor[]): Tensors {
  const results = tensorsOf(trace.result).map((t) => t.node);
  trace.arguments.forEach((node, i) => {
    node.value = given[i]!.realize();
  });
  try {
    const elements = evaluate(results);
    return rebuild(
      trace.result,
      results.map((node, i) => new Tensor(data(elements[i]!, node.shape, node.dtype))),
    );
  } finally {
    for (const node of trace.arguments) node.value = undefined;
  }
}

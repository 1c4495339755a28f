/** Functions of tensors traced once for each set of shapes: a function goes in, one of the same signature that runs its graph comes out. */
import { argument, data, type Node } from "../ir/graph.ts";
import { evaluate } from "../runtime/interpreter.ts";
import { recording, Tensor } from "./tensor.ts";
import { rebuild, type Tensors, tensorsOf } from "./tree.ts";

/** A function as it was traced: where its arguments go, and what comes out of them. */
interface Trace {
  readonly arguments: readonly Node[];
  readonly result: Tensors;
}

/**
 * The same function, traced at the first call for each set of shapes and dtypes, and for each value of arguments that are not
 * tensors. It has to be a function of its arguments alone: what it prints, counts or draws at random happens only in tracing.
 * Where an argument asks for gradients, f itself is called, and they flow.
 */
export function compile<Args extends readonly unknown[], Result extends Tensors>(
  f: (...args: Args) => Result,
): (...args: Args) => Result {
  const traces = new Map<string, Trace>();
  return (...args) => {
    const given = args.flatMap((arg) => (isTensors(arg) ? tensorsOf(arg) : []));
    if (given.some((t) => t.requiresGrad)) return f(...args);
    const key = JSON.stringify(args.map(signatureOf));
    const trace = traces.get(key) ?? traced(f, args);
    traces.set(key, trace);
    return play(trace, given) as Result;
  };
}

function isTensors(x: unknown): x is Tensors {
  if (x instanceof Tensor) return true;
  return typeof x === "object" && x !== null && Object.values(x).every(isTensors);
}

/** What a trace depends on: shapes and dtypes of tensors, the values of all else. */
function signatureOf(arg: unknown): unknown {
  if (arg instanceof Tensor) return `${arg.dtype}[${arg.shape}]`;
  return isTensors(arg)
    ? Object.entries(arg).map(([name, part]) => [name, signatureOf(part)])
    : { value: arg };
}

/** Calls f once on stand-ins for the tensors of its arguments. They ask for gradients so that nothing made of them is computed early. */
function traced<Args extends readonly unknown[]>(f: (...args: Args) => Tensors, args: Args): Trace {
  const nodes: Node[] = [];
  const standIn = (t: Tensor): Tensor => {
    const node = argument(t.shape, t.dtype);
    nodes.push(node);
    return new Tensor(node, true);
  };
  const stood = args.map((arg) => (isTensors(arg) ? rebuild(arg, tensorsOf(arg).map(standIn)) : arg));
  return { arguments: nodes, result: recording(() => f(...(stood as unknown as Args))) };
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

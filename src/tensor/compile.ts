/** Functions of tensors traced once for each set of shapes: a function goes in, one of the same signature that runs its program comes out. */
import { evaluate, type Prepared, prepare } from "../runtime/evaluate.ts";
import { isTracing } from "./recording.ts";
import type { Tensor } from "./tensor.ts";
import { like, needsGradients, type Trace, Traces, valuesFor } from "./trace.ts";
import { rebuild, type Tensors, tensorsOf } from "./tree.ts";

/**
 * The same function, traced and compiled at the first call for each set of shapes and dtypes, for each value of arguments that are not
 * tensors, and anew when a tensor that it closes over has been given other data. What it prints, counts or draws at random
 * happens only in tracing, and it cannot look at numbers made of its arguments.
 * Where an argument or a tensor it closes over asks for gradients, f itself is called, and they flow.
 */
export function compile<Args extends readonly unknown[], Result extends Tensors>(
  f: (...args: Args) => Result,
): (...args: Args) => Result {
  const traces = new Traces(programOf);
  return (...args) => {
    const given = tensorsOf(args);
    if (isTracing() || given.some((t) => t.requiresGrad)) return f(...args);
    const trace = traces.for(f, args);
    return needsGradients(trace) ? f(...args) : (play(trace, trace.made, given) as Result);
  };
}

function programOf({ result }: Trace): Prepared {
  return prepare(tensorsOf(result).map((t) => t.node));
}

/** Runs a trace on other tensors. */
function play(trace: Trace, program: Prepared, given: readonly Tensor[]): Tensors {
  const nodes = tensorsOf(trace.result).map((t) => t.node);
  const elements =
    program.run(valuesFor(trace, program.leaves, given))?.outputs ??
    interpreted(trace, given, () => evaluate(nodes));
  return rebuild(
    trace.result,
    nodes.map((node, i) => like(node, elements[i]!)),
  );
}

/** What f gives while the arguments of a trace stand for other tensors. */
function interpreted<R>(trace: Trace, given: readonly Tensor[], f: () => R): R {
  trace.arguments.forEach((node, i) => {
    node.value = given[i]!.realize();
  });
  try {
    return f();
  } finally {
    for (const node of trace.arguments) node.value = undefined;
  }
}

/** What the compiler makes of a function of tensors, as text for people: a function goes in, one that tells of itself comes out. */
import type { ExplainPart } from "../compiler/explain.ts";
import { explainGraph } from "../runtime/evaluate.ts";
import { stepOf } from "./scan.ts";
import { Tensor } from "./tensor.ts";
import { type Trace, Traces } from "./trace.ts";
import { partsOf, type Tensors, tensorsOf } from "./tree.ts";

export type { ExplainPart };

/** What `explain` takes besides. */
export interface ExplainOptions {
  /** Which parts to tell: "graph", "kernels", "memory" and "wasm", all unless said. */
  readonly parts?: readonly ExplainPart[];
  /** Whether f is a step of `scan`, to be called on a carry and a row. */
  readonly scan?: boolean;
}

/**
 * Tells what `compile(f)` makes of such arguments, or `scan(f, ...)` of a step: the graph, the kernels that it becomes, the plan of
 * the memory, and the WebAssembly. Nothing is computed.
 */
export function explain<Args extends readonly unknown[]>(
  f: (...args: Args) => Tensors | readonly [carry: Tensors, y: Tensors | undefined],
  { parts = all, scan = false }: ExplainOptions = {},
): (...args: Args) => string {
  checkParts(parts);
  return (...args) => {
    const trace = new Traces((made: Trace) => made).for(f as (...args: Args) => Tensors, args);
    const { outputs, repetitionOf } = scan ? stepOf(trace) : plainly(trace);
    const paths = args.flatMap((x, i) => pathsOf(x, `argument ${i + 1}`));
    const names = new Map(trace.arguments.map((node, i) => [node, paths[i]!]));
    return explainGraph(outputs, { repetitionOf, nameOf: (leaf) => names.get(leaf), parts });
  };
}

/** All parts, in order. */
const all: readonly ExplainPart[] = ["graph", "kernels", "memory", "wasm"];

function plainly({
  result,
}: Trace): Pick<ReturnType<typeof stepOf>, "outputs"> & { repetitionOf?: undefined } {
  return { outputs: tensorsOf(result).map((t) => t.node) };
}

function checkParts(parts: readonly ExplainPart[]): void {
  for (const part of parts)
    if (!all.includes(part))
      throw new TypeError(`explain expects parts among ${all.join(", ")}, got ${String(part)}`);
}

/** Where each tensor of an argument is found, in the order of `tensorsOf`. */
function pathsOf(x: unknown, path: string): string[] {
  if (x instanceof Tensor) return [path];
  return partsOf(x)?.flatMap(([name, part]) => pathsOf(part, `${path}.${name}`)) ?? [];
}

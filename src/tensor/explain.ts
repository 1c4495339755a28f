/** What the compiler makes of a function of tensors, as text for people: a function goes in, one that tells of itself comes out. */
import { type ExplainPart, explanation, sections } from "../compiler/explain.ts";
import { compileProgram, once } from "../compiler/program.ts";
import { isGiven } from "../compiler/roots.ts";
import { ancestors } from "../ir/graph.ts";
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
  { parts = Object.keys(sections) as ExplainPart[], scan = false }: ExplainOptions = {},
): (...args: Args) => string {
  checkParts(parts);
  return (...args) => {
    const trace = new Traces((made: Trace) => made).for(f as (...args: Args) => Tensors, args);
    const { outputs, repetitionOf } = scan ? stepOf(trace) : plainly(trace);
    const order = ancestors(outputs, (node) => node.value !== undefined);
    const program = compileProgram(order, outputs, repetitionOf(order.filter(isGiven)));
    const paths = args.flatMap((x, i) => pathsOf(x, `argument ${i + 1}`));
    const names = new Map(trace.arguments.map((node, i) => [node, paths[i]!]));
    return explanation({ order, outputs, program, nameOf: (leaf) => names.get(leaf) }, parts);
  };
}

function plainly({ result }: Trace): ReturnType<typeof stepOf> {
  return { outputs: tensorsOf(result).map((t) => t.node), repetitionOf: () => once };
}

function checkParts(parts: readonly ExplainPart[]): void {
  for (const part of parts)
    if (!Object.hasOwn(sections, part))
      throw new TypeError(
        `explain expects parts among ${Object.keys(sections).join(", ")}, got ${String(part)}`,
      );
}

/** Where each tensor of an argument is found, in the order of `tensorsOf`. */
function pathsOf(x: unknown, path: string): string[] {
  if (x instanceof Tensor) return [path];
  return partsOf(x)?.flatMap(([name, part]) => pathsOf(part, `${path}.${name}`)) ?? [];
}

/**
 * What happened to a function, as text: the graph that it made, the kernels that this became, where everything lies in memory, and the
 * code. A graph and its program go in, lines for people come out.
 */
import { describe, isGiven, type Node } from "../ir/graph.ts";
import type { Buffer } from "./kernels.ts";
import { bytesOf, type Life } from "./memory.ts";
import type { Program } from "./program.ts";
import { literal } from "./roots.ts";
import { print } from "./text.ts";
import { indented, linesOf, numberText, sizesOf, titleOf } from "./words.ts";

/** What is told of. */
export interface Explained {
  /** The graph, in the order in which the program was made of it. */
  readonly order: readonly Node[];
  readonly outputs: readonly Node[];
  readonly program: Program;
  /** What a leaf is called; undefined for data. */
  readonly nameOf: (leaf: Node) => string | undefined;
}

/** The parts of an explanation, in order. */
export const sections = {
  /** A line a node. */
  graph: graphLines,
  /** A paragraph a kernel. */
  kernels: kernelLines,
  /** A line a buffer. */
  memory: memoryLines,
  /** The module in WebAssembly's text format. */
  wasm: ({ program }: Explained) => print(program.module).split("\n"),
} as const satisfies Record<string, (explained: Explained) => readonly string[]>;

export type ExplainPart = keyof typeof sections;

/** The text: each part under its name. */
export function explanation(explained: Explained, parts: readonly ExplainPart[]): string {
  return parts
    .map((part) => [part, "", ...indented(sections[part](explained))].join("\n").trimEnd())
    .join("\n\n");
}

/** Leaves go by their buffers, other nodes by numbers; literals are written where they are used. */
function graphLines({ order, outputs, nameOf, program: { schedule } }: Explained): string[] {
  const names = namesOf(order, schedule.leaves);
  const rows = order
    .filter((node) => literal(node) === undefined)
    .map((node) => [
      names.get(node)!,
      describe(node),
      isGiven(node) ? leafText(node, nameOf) : callText(node, names),
    ]);
  const gives = outputs.map((node, i) => `${names.get(node)} in ${schedule.outputs[i]!.name}`);
  return [...table(rows), `gives ${gives.join(", ")}`];
}

function namesOf(order: readonly Node[], leaves: readonly Buffer[]): Map<Node, string> {
  let [given, made] = [0, 0];
  const nameOf = (node: Node): string => {
    if (isGiven(node)) return leaves[given++]!.name;
    const number = literal(node);
    return number === undefined ? `n${made++}` : numberText(number);
  };
  return new Map(order.map((node) => [node, nameOf(node)]));
}

function leafText(node: Node, nameOf: Explained["nameOf"]): string {
  const { kind } = node.op.work;
  return nameOf(node) ?? (kind === "number" ? `the number ${numberText(node.value![0]!)}` : "data");
}

function callText({ op, inputs, attrs }: Node, names: ReadonlyMap<Node, string>): string {
  const args = inputs.map((x) => names.get(x)!);
  return `${op.name}(${[...args, ...(attrs.length > 0 ? [`[${attrs.join(", ")}]`] : [])].join(", ")})`;
}

/** Rows with their columns one below the other. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd(),
  );
}

function kernelLines({ program }: Explained): string[] {
  const kernels = program.schedule.kernels.map((kernel, i) => [
    `k${i}: ${titleOf(kernel)}${sizesOf(kernel)}`,
    ...indented(linesOf(kernel)),
  ]);
  const between = stepLines(program);
  const paragraphs = [
    ...kernels,
    ...(between.length > 0 ? [["between two steps", ...indented(between)]] : []),
  ];
  return paragraphs.flatMap((lines, i) => (i === 0 ? lines : ["", ...lines]));
}

/** What goes on to the next step. */
function stepLines({ schedule: { outputs, leaves }, repetition, stacks, inPlace }: Program): string[] {
  const carried = repetition.carried.map(([output, leaf]) => {
    const [from, into] = [outputs[output]!, leaves[leaf]!];
    return `${into.name} = ${from.name}${inPlace.get(from) === into ? ", in place" : ""}`;
  });
  return [
    ...stacks.map((stack, i) => `a row of ${stack.name} = ${outputs[repetition.stacked[i]!]!.name}`),
    ...carried,
    ...repetition.scanned.map((leaf) => `${leaves[leaf]!.name} = its next row`),
  ];
}

/** What is given is held elsewhere; the rest has places in one arena, from the first kernel that needs it to the last. */
function memoryLines({ program: { plan, inPlace, schedule } }: Explained): string[] {
  const given = schedule.leaves.map((leaf) => [...sizeCells(leaf), "given", ""]);
  const made = [...plan.places].map(([buffer, at]) => {
    const into = inPlace.get(buffer);
    const place = into ? `where ${into.name} lies` : `at ${at}`;
    return [...sizeCells(buffer), place, lifeText(plan.lives.get(buffer)!, schedule.kernels.length)];
  });
  return [...table([...given, ...made]), `an arena of ${plan.bytes} bytes`];
}

function sizeCells(buffer: Buffer): string[] {
  return [buffer.name, `${buffer.dtype}[${buffer.size}]`, `${bytesOf(buffer)} bytes`];
}

function lifeText({ first, last }: Life, end: number): string {
  if (first === end) return "between two steps";
  if (first === last) return `in k${first}`;
  return `from k${first} to ${last === end ? "the end" : `k${last}`}`;
}

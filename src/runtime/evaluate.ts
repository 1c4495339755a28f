/**
 * Computes nodes: the one door between tensors and what runs them. What is little work is interpreted; what adds up, or is asked
 * to be, is compiled. Both give the same bits.
 */
import type { Storage } from "../ir/dtype.ts";
import { ancestors, isGiven, type Node } from "../ir/graph.ts";
import { sizeOf } from "../ir/shape.ts";
import type { Backend, Explained, ExplainPart, Loaded, Repetition } from "./backend.ts";
import * as interpreter from "./interpreter.ts";
import { Signatures } from "./signature.ts";

/** How graphs are computed: as seems best, or always in one way, for tests. */
export type Engine = "auto" | "compiler" | "interpreter";

let engine: Engine = "auto";
let backend: Backend | null = null;

/** Chooses how graphs are computed from now on, and returns the choice before. */
export function useEngine(next: Engine): Engine {
  const before = engine;
  engine = next;
  return before;
}

/** Gives what compiles. Without it everything is interpreted. */
export function useBackend(given: Backend): void {
  backend = given;
}

/** A graph that was seen. */
interface Seen {
  /** About how many microseconds it takes to interpret it, and how many were spent on it so far. */
  readonly cost: number;
  spent: number;
  /** What it was compiled to: null where that failed. */
  loaded: Loaded | null | undefined;
}

const seen = new Signatures<Seen>(512);

/** Graphs of more nodes are left to the interpreter: nobody builds them twice. */
const mostNodes = 3000;
/** Microseconds of interpretation after which it would have been better to compile. */
const patience = 2000;

/** The elements of each output, flat in row-major order. The arrays may be those of leaves: they are not to be written to. */
export function evaluate(outputs: readonly Node[]): Storage[] {
  if (outputs.every(isKnown)) return outputs.map((node) => node.value!);
  const order = ancestors(outputs, isKnown);
  const loaded = canCompile(order) && !order.some(isOpen) ? loadedFor(order, outputs) : null;
  if (!loaded) return interpreter.evaluate(outputs);
  return loaded.machine.run(loaded, valuesOf(order)).outputs;
}

function isKnown(node: Node): boolean {
  return node.value !== undefined;
}

/** Whether a node is an argument of a function that is only being traced. The interpreter says that there is nothing to look at. */
function isOpen(node: Node): boolean {
  return isGiven(node) && !isKnown(node);
}

function canCompile(order: readonly Node[]): boolean {
  return backend !== null && engine !== "interpreter" && order.length <= mostNodes;
}

function valuesOf(order: readonly Node[]): Storage[] {
  return order.filter(isGiven).map((node) => node.value!);
}

/** The program of a graph, once it is worth it. */
function loadedFor(order: readonly Node[], outputs: readonly Node[]): Loaded | null {
  const entry = entryFor(order, outputs);
  entry.spent += entry.cost;
  return entry.spent > patience || engine === "compiler" ? loadedIn(entry, order, outputs) : null;
}

/** What is known of a graph. */
function entryFor(order: readonly Node[], outputs: readonly Node[]): Seen {
  const before = seen.find(order, outputs);
  if (before) return before;
  const entry: Seen = { cost: costOf(order), spent: 0, loaded: undefined };
  seen.add(order, outputs, entry);
  return entry;
}

function costOf(order: readonly Node[]): number {
  let cost = 0;
  for (const node of order) if (!isKnown(node)) cost += 1 + 0.01 * sizeOf(node.shape);
  return cost;
}

function loadedIn(entry: Seen, order: readonly Node[], outputs: readonly Node[]): Loaded | null {
  if (entry.loaded === undefined || (entry.loaded && !backend!.isCurrent(entry.loaded)))
    entry.loaded = backend!.load(order, outputs);
  return entry.loaded;
}

/** A graph with arguments, to be run again and again. */
export interface Prepared {
  /** What is given, in the order in which `run` takes it. */
  readonly leaves: readonly Node[];
  /** Runs so many steps; null where there is nothing that compiles. */
  readonly run: (
    values: readonly Storage[],
    steps?: number,
  ) => { outputs: Storage[]; stacks: Storage[] } | null;
}

/** Prepares a graph, as a step of a repetition if one is given for its leaves. */
export function prepare(
  outputs: readonly Node[],
  repetitionOf?: (leaves: readonly Node[]) => Repetition,
): Prepared {
  const order = ancestors(outputs, isKnown);
  const leaves = order.filter(isGiven);
  const repetition = repetitionOf?.(leaves);
  // What a function closes over is the same at every run.
  const lasting = leaves.map(isKnown);
  let loaded: Loaded | null | undefined;
  return {
    leaves,
    run: (values, steps) => {
      if (!canCompile(order) || loaded === null) return null;
      if (!loaded || !backend!.isCurrent(loaded)) loaded = loadAgain(outputs, repetition);
      return loaded ? loaded.machine.run(loaded, values, steps, lasting) : null;
    },
  };
}

/** The program of a graph that has been walked over before. */
function loadAgain(outputs: readonly Node[], repetition: Repetition | undefined): Loaded | null {
  const order = ancestors(outputs, isKnown);
  if (repetition) return backend!.load(order, outputs, repetition);
  return loadedIn(entryFor(order, outputs), order, outputs);
}

/** The program of a graph as text, as a step of a repetition if one is given for its leaves. */
export function explainGraph(
  outputs: readonly Node[],
  {
    repetitionOf,
    ...told
  }: Pick<Explained, "nameOf"> & {
    readonly parts: readonly ExplainPart[];
    readonly repetitionOf?: ((leaves: readonly Node[]) => Repetition) | undefined;
  },
): string {
  if (!backend) throw new Error("explain expects the compiler, which is not loaded yet");
  const order = ancestors(outputs, isKnown);
  return backend.explain(order, outputs, repetitionOf?.(order.filter(isGiven)), told);
}

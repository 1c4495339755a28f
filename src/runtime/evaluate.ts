/**
 * Computes nodes: the one door between tensors and what runs them. What is asked for once is interpreted; what comes again, or is
 * much work, is compiled. Both give the same bits.
 */
import { compileProgram, once, type Repetition } from "../compiler/program.ts";
import { isGiven } from "../compiler/roots.ts";
import type { Storage } from "../ir/dtype.ts";
import { ancestors, type Node } from "../ir/graph.ts";
import { sizeOf } from "../ir/shape.ts";
import * as interpreter from "./interpreter.ts";
import { type Loaded, Machine } from "./machine.ts";
import { Signatures } from "./signature.ts";
import { threadCount, threadsReason } from "./threads.ts";

/** How graphs are computed: as seems best, or always in one way, for tests. */
export type Engine = "auto" | "compiler" | "interpreter";

/** Graphs of more nodes are left to the interpreter: nobody builds them twice. */
const mostNodes = 3000;
/** So many elements, of all nodes together, are worth compiling for at once. */
const many = 200_000;

let engine: Engine = "auto";
let current: Machine | null = null;
/** Whether the engine has refused to compile: then everything is interpreted. */
let isRefused = false;

/** Chooses how graphs are computed from now on, and returns the choice before. */
export function useEngine(next: Engine): Engine {
  const before = engine;
  engine = next;
  return before;
}

/** A graph that was seen: how often it was asked for, and what it was compiled to: null where that failed. */
interface Seen {
  times: number;
  loaded: Loaded | null | undefined;
}

const seen = new Signatures<Seen>(512);

/** The machine that programs run on. It is another one once threads are asked for, whose memory must be shared. */
function machine(): Machine {
  const isShared = threadCount() > 1 && threadsReason() === null;
  if (!current || (isShared && !current.isShared)) current = new Machine(isShared);
  return current;
}

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
  return engine !== "interpreter" && !isRefused && order.length <= mostNodes;
}

function valuesOf(order: readonly Node[]): Storage[] {
  return order.filter(isGiven).map((node) => node.value!);
}

/** The program of a graph, if it came before, or is much work; null if it is not worth it yet. */
function loadedFor(order: readonly Node[], outputs: readonly Node[]): Loaded | null {
  const entry = entryFor(order, outputs);
  const isWorthIt = entry.times++ > 0 || engine === "compiler" || isMuchWork(order);
  return isWorthIt ? loadedIn(entry, order, outputs) : null;
}

/** What is known of a graph. */
function entryFor(order: readonly Node[], outputs: readonly Node[]): Seen {
  const before = seen.find(order, outputs);
  if (before) return before;
  const entry: Seen = { times: 0, loaded: undefined };
  seen.add(order, outputs, entry);
  return entry;
}

function loadedIn(entry: Seen, order: readonly Node[], outputs: readonly Node[]): Loaded | null {
  if (entry.loaded === undefined || (entry.loaded && entry.loaded.machine !== machine()))
    entry.loaded = load(order, outputs, once);
  return entry.loaded;
}

function isMuchWork(order: readonly Node[]): boolean {
  let elements = 0;
  for (const node of order) if (!isKnown(node)) elements += sizeOf(node.shape);
  return elements >= many;
}

/** Compiles, where the engine lets us: null where it compiles nothing, or finds this one program too large. */
function load(order: readonly Node[], outputs: readonly Node[], repetition: Repetition): Loaded | null {
  try {
    return machine().load(compileProgram(order, outputs, repetition, machine().isShared));
  } catch (error) {
    isRefused = !compilesAnything();
    if (isRefused || error instanceof WebAssembly.CompileError) return null;
    throw error;
  }
}

/** Whether WebAssembly is there, and no security policy of a page forbids to compile it: the smallest module is tried. */
function compilesAnything(): boolean {
  try {
    return new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)) !== null;
  } catch {
    return false;
  }
}

/** A graph with arguments, ready to be run again and again. */
export interface Prepared {
  /** What is given, in the order in which `run` takes it. */
  readonly leaves: readonly Node[];
  /** Runs so many steps. */
  readonly run: (values: readonly Storage[], steps?: number) => { outputs: Storage[]; stacks: Storage[] };
}

/** Prepares a graph; null where it cannot be compiled. */
export function prepare(
  outputs: readonly Node[],
  repetitionOf: (leaves: readonly Node[]) => Repetition = () => once,
): Prepared | null {
  const order = ancestors(outputs, isKnown);
  if (!canCompile(order)) return null;
  const leaves = order.filter(isGiven);
  const repetition = repetitionOf(leaves);
  let loaded = loadFor(order, outputs, repetition);
  return (
    loaded && {
      leaves,
      run: (values, steps) => {
        if (loaded!.machine !== machine()) loaded = loadFor(order, outputs, repetition);
        return loaded!.machine.run(loaded!, values, steps);
      },
    }
  );
}

/** The program of a graph that is going to be run again and again. */
function loadFor(order: readonly Node[], outputs: readonly Node[], repetition: Repetition): Loaded | null {
  if (repetition !== once) return load(order, outputs, repetition);
  ancestors(outputs, isKnown);
  return loadedIn(entryFor(order, outputs), order, outputs);
}

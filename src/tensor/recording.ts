/** How operations are taken down at the moment: with their history or without it, and, while a function is traced, which tensors it used. */
import type { Node } from "../ir/graph.ts";

/** What a tensor shows of itself here. */
export interface Handle {
  readonly node: Node;
  readonly requiresGrad: boolean;
}

interface Mode {
  /** Whether gradients flow through what is made. */
  readonly keepsHistory: boolean;
  /** The tensors that operations took since tracing began; undefined while nothing is traced. */
  readonly used: Set<Handle> | undefined;
}

let mode: Mode = { keepsHistory: true, used: undefined };

function within<T>(next: Mode, f: () => T): T {
  const before = mode;
  mode = next;
  try {
    return f();
  } finally {
    mode = before;
  }
}

/** Runs f without recording for gradients: what it makes from tensors is detached from them. Returns what f returns. */
export function noGrad<T>(f: () => T): T {
  return within({ ...mode, keepsHistory: false }, f);
}

/** Runs f recording for gradients, whatever surrounds it. */
export function recording<T>(f: () => T): T {
  return within({ ...mode, keepsHistory: true }, f);
}

/** Runs f as `recording` does, and notes every tensor that its operations take. */
export function tracing<T>(f: () => T): { result: T; used: ReadonlySet<Handle> } {
  const used = new Set<Handle>();
  return { result: within({ keepsHistory: true, used }, f), used };
}

/** Whether operations keep their history. */
export function keepsHistory(): boolean {
  return mode.keepsHistory;
}

/** Whether a function is being traced: then nothing is computed unless asked for. */
export function isTracing(): boolean {
  return mode.used !== undefined;
}

/** Notes an operand of an operation. */
export function note(operand: Handle): void {
  mode.used?.add(operand);
}

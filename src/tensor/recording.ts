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
  /** Each tensor that an operation took since tracing began, with its node of that time; none while nothing is traced. */
  readonly used: Map<Handle, Node> | undefined;
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

/** Runs f as `recording` does, and notes every tensor that its operations take, with the node it then stood for. */
export function tracing<T>(f: () => T): { result: T; used: ReadonlyMap<Handle, Node> } {
  const used = new Map<Handle, Node>();
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

/** Notes the operands of an operation. */
export function note(operands: readonly Handle[]): void {
  if (mode.used) for (const operand of operands) mode.used.set(operand, operand.node);
}

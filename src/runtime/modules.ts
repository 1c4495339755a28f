/** Compiled modules, kept by their bytes: a program whose code was seen before, for other sizes or numbers, is not compiled again. */
import type { WasmModule } from "../compiler/instructions.ts";
import type { Program } from "../compiler/program.ts";

/** Why and when a module was compiled. */
export interface Compilation {
  /** What is new about the code: which functions have no equal in what was there. */
  readonly reason: string;
  /** Bytes of code. */
  readonly bytes: number;
  readonly milliseconds: number;
}

interface Kept {
  readonly bytes: Uint8Array;
  readonly compiled: WebAssembly.Module;
}

/** Code beyond this is given up, the longest unused first. */
const mostBytes = 8 * 2 ** 20;

const kept = new Map<number, Kept[]>();
const log: Compilation[] = [];
let total = 0;
let count = 0;

/** How many modules have been compiled so far, and the last of them with their reasons. */
export function compilations(): { readonly count: number; readonly last: readonly Compilation[] } {
  return { count, last: [...log] };
}

/** The compiled module of a program. Throws CompileError where the engine refuses. */
export function moduleOf({ bytes, module }: Program): WebAssembly.Module {
  const hash = hashOf(bytes);
  const alike = kept.get(hash) ?? [];
  const found = alike.find((one) => isEqual(one.bytes, bytes));
  if (found) {
    kept.delete(hash);
    kept.set(hash, alike);
    return found.compiled;
  }
  const started = performance.now();
  const compiled = new WebAssembly.Module(bytes);
  note({ reason: reasonFor(module), bytes: bytes.length, milliseconds: performance.now() - started });
  kept.set(hash, [...alike, { bytes, compiled }]);
  total += bytes.length;
  if (total > mostBytes) giveUpOldest();
  return compiled;
}

function note(compilation: Compilation): void {
  count++;
  log.push(compilation);
  if (log.length > 100) log.shift();
}

function giveUpOldest(): void {
  for (const [hash, alike] of kept) {
    if (total <= mostBytes / 2) return;
    kept.delete(hash);
    for (const { bytes } of alike) total -= bytes.length;
  }
}

/** The kernels of the module that no module before had: by name, as in `explain`. */
function reasonFor({ functions }: WasmModule): string {
  const isNew = functions.filter((f) => {
    const text = JSON.stringify(f.body);
    const key = hashOf(Uint8Array.from(text, (c) => c.charCodeAt(0)));
    const isKnown = known.has(key);
    known.add(key);
    return !isKnown;
  });
  if (known.size > 10_000) known.clear();
  if (isNew.length === 0) return "known functions in another order";
  return `new: ${isNew.map(({ name }) => name).join(", ")}`;
}

const known = new Set<number>();

/** FNV-1a. */
function hashOf(bytes: Uint8Array): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193);
  return h;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

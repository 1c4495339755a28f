/** Compiled modules, kept by their bytes: a program whose code was seen before, for other sizes or numbers, is not compiled again. */
import type { Kernel } from "../compiler/kernels.ts";
import type { Program } from "../compiler/program.ts";
import { structureOf } from "../compiler/structure.ts";
import { titleOf } from "../compiler/words.ts";

/** Why and when a module was compiled. */
export interface Compilation {
  /** What is new: the kernels, in words, that have no equal in what was there. */
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
export function moduleOf({ bytes, schedule }: Program): WebAssembly.Module {
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
  const milliseconds = performance.now() - started;
  note({ reason: reasonFor(schedule.kernels), bytes: bytes.length, milliseconds });
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

/** The structures of all kernels so far. */
const known = new Set<number>();
/** How many new kernels a reason tells of. */
const told = 3;

/** Which kernels are new; where none is, they are put together otherwise. */
function reasonFor(kernels: readonly Kernel[]): string {
  if (known.size > 10_000) known.clear();
  const isNew = kernels.filter((kernel) => {
    const before = known.size;
    return known.add(structureOf(kernel)).size > before;
  });
  const more = isNew.length > told ? `; and ${isNew.length - told} more` : "";
  if (isNew.length > 0) return `new: ${isNew.slice(0, told).map(titleOf).join("; ")}${more}`;
  return "known kernels, put together otherwise";
}

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

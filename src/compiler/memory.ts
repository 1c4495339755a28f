/** The memory plan: kernels in order go in, a place in one arena for everything made on the way comes out. Places are used again once nobody reads them any more. */
import { dtypes } from "../ir/dtype.ts";
import { type Buffer, type Kernel, readBy, written } from "./kernels.ts";

/** Where buffers lie in the arena, in bytes from its start, from when to when, and how large it is. */
export interface Plan {
  readonly places: ReadonlyMap<Buffer, number>;
  readonly lives: ReadonlyMap<Buffer, Life>;
  readonly bytes: number;
}

/** Lines of the cache begin at multiples of so many bytes. */
export const line = 64;
/** So many lines may be read, though not written, beyond the end of a buffer: two steps of a loop over doubles. */
export const margin = 2;

/** The bytes that a buffer takes up, with what may be read behind it. */
export function bytesOf({ dtype, size }: Buffer): number {
  return (Math.ceil((size * dtypes[dtype].bytes) / line) + margin) * line;
}

/** What one kernel needs for itself alone. */
export type Scratch = readonly (Buffer | null)[];

/** Plans by the times at which buffers are first written and last read. Leaves have places of their own; `kept` are read after all. */
export function plan(kernels: readonly Kernel[], scratch: Scratch, kept: readonly Buffer[]): Plan {
  const lives = livesOf(kernels, scratch, kept);
  const places = new Map<Buffer, number>();
  let bytes = 0;
  for (const [buffer, life] of lives) {
    const others = [...places].filter(([other]) => overlap(lives.get(other)!, life));
    const place = firstGap(others, bytesOf(buffer));
    places.set(buffer, place);
    bytes = Math.max(bytes, place + bytesOf(buffer));
  }
  return { places, lives, bytes };
}

/** The first and the last kernel that need a buffer, by number; what is read after all has the number after the last. */
export interface Life {
  readonly first: number;
  last: number;
}

/** Buffers in the order in which they are written. */
function livesOf(kernels: readonly Kernel[], scratch: Scratch, kept: readonly Buffer[]): Map<Buffer, Life> {
  const lives = new Map<Buffer, Life>();
  const touch = (buffer: Buffer, at: number): void => {
    if (buffer.leaf !== null) return;
    const life = lives.get(buffer);
    if (life) life.last = Math.max(life.last, at);
    else lives.set(buffer, { first: at, last: at });
  };
  for (const [at, kernel] of kernels.entries()) {
    for (const buffer of [...readBy(kernel), ...written(kernel)]) touch(buffer, at);
    const own = scratch[at];
    if (own) touch(own, at);
  }
  for (const buffer of kept) touch(buffer, kernels.length);
  return lives;
}

function overlap(a: Life, b: Life): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** The first place where so many bytes are free among those that are taken. */
function firstGap(taken: readonly (readonly [Buffer, number])[], bytes: number): number {
  const inOrder = [...taken].sort(([, a], [, b]) => a - b);
  let end = 0;
  for (const [buffer, place] of inOrder) {
    if (place - end >= bytes) break;
    end = Math.max(end, place + bytesOf(buffer));
  }
  return end;
}

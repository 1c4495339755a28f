/**
 * Code of loops over at most four elements, such as parameters: no loop at all, but straight-line code with the size in it. A loop and
 * the function that is being written go in; instructions are added to it.
 */
import { add, get, int, set } from "./code.ts";
import { elements } from "./elements.ts";
import type { Frame } from "./frame.ts";
import type { Writer } from "./instructions.ts";
import type { Access, Guard, Line, Loop, Read, Store } from "./kernels.ts";
import { splat } from "./primitives.ts";
import { computed } from "./values.ts";

/** Elements that one step of a loop takes. */
const most = 4;

/** Whether a loop is so small, and calls nothing. */
export function isTiny({ shape, lines, folds }: Loop): boolean {
  const isPlain = (line: Line): boolean =>
    line.op !== "remainder" && line.op !== "quadrant" && (line.op !== "read" || line.index === null);
  return shape.length === 1 && shape[0]! <= most && folds.length === 0 && lines.every(isPlain);
}

/** Adds the code of a tiny loop to a function whose first parameter is the frame. */
export function writeTiny(loop: Loop, w: Writer, frame: Frame): void {
  const size = loop.shape[0]!;
  const values: number[][] = [];
  for (const line of loop.lines) {
    const parts = Array.from({ length: line.lane === "f64" && size > 2 ? 2 : 1 }, () => w.local("v128"));
    if (line.op === "read") read(line, parts, size, w, frame);
    else
      for (const [part, target] of parts.entries())
        w.write(...computed(line, loop.lines, (n) => values[n]!, part), set(target));
    values.push(parts);
  }
  for (const store of loop.stores) write(store, loop.lines[store.line]!, values, size, w, frame);
}

/** Reads the elements, those whose guards hold; zeros stand for the others. */
function read(line: Read, parts: readonly number[], size: number, w: Writer, frame: Frame): void {
  const { access, guards, lane } = line;
  const { perVector, load, loadLane, splat: repeat, unpack, widen } = elements[access.buffer.dtype];
  const address = frame.read({ buffer: access.buffer, bytes: 0 });
  const [stride] = access.strides;
  if (guards.length === 0 && stride === 0) {
    const at = byteOf(access, 0);
    for (const part of parts) w.write(...address, int(at), add, ...repeat(lane), set(part));
    return;
  }
  const isDense = guards.length === 0 && stride === 1;
  const vectors = perVector === 2 ? parts : [w.local("v128")];
  for (const [i, vector] of vectors.entries())
    if (isDense) w.write(...address, ...load(byteOf(access, perVector * i)), set(vector));
    else {
      w.write(splat(0, "f32"), set(vector));
      for (let j = 0; j < perVector && perVector * i + j < size; j++)
        if (guards.every((guard) => holds(guard, perVector * i + j)))
          w.write(...address, get(vector), loadLane(j, byteOf(access, perVector * i + j)), set(vector));
      w.write(get(vector), ...widen, set(vector));
    }
  if (perVector === 2) return;
  for (const [part, target] of parts.entries()) w.write(...unpack(get(vectors[0]!), part, lane), set(target));
}

function byteOf({ buffer, strides, offset }: Access, i: number): number {
  return (offset + i * strides[0]!) * elements[buffer.dtype].bytes;
}

function holds({ strides, offset, from, to }: Guard, i: number): boolean {
  const at = offset + i * strides[0]!;
  return from <= at && at < to;
}

function write(
  { line, access }: Store,
  { lane }: Line,
  values: readonly (readonly number[])[],
  size: number,
  w: Writer,
  frame: Frame,
): void {
  const { perVector, pack, store, storeLane } = elements[access.buffer.dtype];
  const address = frame.read({ buffer: access.buffer, bytes: 0 });
  const parts = values[line]!.map(get);
  const packed = w.local("v128");
  if (perVector === 4) w.write(...pack(parts, lane), set(packed));
  for (let i = 0; i < size; i += perVector) {
    const vector = perVector === 4 ? get(packed) : (parts[i / 2] ?? parts[0]!);
    if (access.strides[0] === 1 && i + perVector <= size) {
      w.write(...address, vector, store(byteOf(access, i)));
      continue;
    }
    for (let j = 0; j < perVector && i + j < size; j++)
      w.write(...address, vector, storeLane(j, byteOf(access, i + j)));
  }
}

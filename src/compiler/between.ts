/** What is done between the steps of a program, by one thread: outputs go where they are read next, and rows move on. */
import { dtypes } from "../ir/dtype.ts";
import { add, get } from "./code.ts";
import { type Frame, frameLocal } from "./frame.ts";
import type { Functions } from "./functions.ts";
import type { Writer } from "./instructions.ts";
import type { Buffer } from "./kernels.ts";
import type { Places, Repetition } from "./repetition.ts";
import type { Schedule } from "./schedule.ts";
import { copy } from "./strands.ts";

/** What that is written with. */
export interface BetweenContext {
  readonly schedule: Schedule;
  readonly repetition: Repetition;
  readonly places: Places;
  readonly frame: Frame;
  readonly functions: Functions;
}

/** Adds it to a function whose first parameter is the frame, once all words are known that tell where rows are. */
export function writeBetween(w: Writer, context: BetweenContext): void {
  writeStacked(w, context);
  writeCarried(w, context);
  writeScanned(w, context);
}

/** Outputs are added to the rows of their stacks. */
function writeStacked(w: Writer, context: BetweenContext): void {
  const { schedule, repetition, places, frame } = context;
  for (const [i, output] of repetition.stacked.entries()) {
    const from = schedule.outputs[output]!;
    const word = frame.words.length;
    writeCopy(w, places.stacks[i]!, from, context);
    writeMove(w, word, from, frame);
  }
}

/** Outputs become leaves. A leaf that is to be another one is put aside first, for it may itself be written to. */
function writeCarried(w: Writer, context: BetweenContext): void {
  const { outputs, leaves } = context.schedule;
  const { inPlace, aside } = context.places;
  const moves = context.repetition.carried
    .map(([output, leaf]) => ({ from: outputs[output]!, into: leaves[leaf]! }))
    .filter(({ from, into }) => from !== into && inPlace.get(from) !== into);
  for (const [from, into] of aside) writeCopy(w, into, from, context);
  for (const { from, into } of moves) writeCopy(w, into, aside.get(from) ?? from, context);
}

/** Words that tell where a row lies tell of the next one. */
function writeScanned(w: Writer, { schedule, repetition, frame }: BetweenContext): void {
  const moving = new Set(repetition.scanned.map((leaf) => schedule.leaves[leaf]!));
  for (const [i, word] of [...frame.words.entries()])
    if (typeof word !== "number" && moving.has(word.buffer)) writeMove(w, i, word.buffer, frame);
}

function writeCopy(w: Writer, into: Buffer, from: Buffer, { frame, functions }: BetweenContext): void {
  const bytes = bytesOf(from);
  w.write(...frame.read({ buffer: into, bytes: 0 }), ...frame.read({ buffer: from, bytes: 0 }));
  if (bytes === 4) w.write(["f32.load"], ["f32.store"]);
  else if (bytes === 8) w.write(["f64.load"], ["f64.store"]);
  else w.write(...frame.read(bytes), ["call", functions.need("copy", () => [copy()])]);
}

/** A word, by its number, moves on by a row. */
function writeMove(w: Writer, word: number, row: Buffer, frame: Frame): void {
  w.write(get(frameLocal), get(frameLocal), ["i32.load", 4 * word], ...frame.read(bytesOf(row)), add);
  w.write(["i32.store", 4 * word]);
}

function bytesOf({ dtype, size }: Buffer): number {
  return size * dtypes[dtype].bytes;
}

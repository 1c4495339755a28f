/**
 * A program's frame: the words in memory that tell its code where buffers lie and how large things are. Code asks for a word by what it
 * shall hold and gets its offset; so the code is the same whatever the words are, and serves every size.
 */
import type { Buffer } from "./kernels.ts";

/** Where a buffer lies, and so many bytes further. */
export interface Address {
  readonly buffer: Buffer;
  readonly bytes: number;
}

/** What a word holds: a number, or an address that the memory plan finds. */
export type Word = number | Address;

/** The first words are for complaints of indices out of range: whether there is one, which, and out of how many. */
export const complaint = 0;
const reserved = [0, 0, 0];

/** The words of a frame, in the order in which code asked for them. */
export class Frame {
  readonly words: Word[] = [...reserved];

  /** The offset in bytes of a new word. */
  word(word: Word): number {
    return 4 * (this.words.push(word) - 1);
  }
}

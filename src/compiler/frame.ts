/**
 * A program's frame: the words in memory that tell its code where buffers lie and how large things are. Code asks for a word by what it
 * shall hold and gets its offset; so the code is the same whatever the words are, and serves every size.
 */
import { type Code, get, set } from "./code.ts";
import type { Writer } from "./instructions.ts";
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

/** The parameters of a kernel's work: the frame, which of its units are to be done, and the thread that does them. */
export const workParams = ["i32", "i32", "i32", "i32"] as const;
export const [frameLocal, firstLocal, lastLocal, threadLocal] = [0, 1, 2, 3] as const;

/** The words of a frame, in the order in which code asked for them. */
export class Frame {
  readonly words: Word[] = [...reserved];

  /** The offset in bytes of a new word. */
  word(word: Word): number {
    return 4 * (this.words.push(word) - 1);
  }

  /** Code that reads a new word, in a function whose first parameter is the frame. */
  read(word: Word): Code {
    return [get(frameLocal), ["i32.load", this.word(word)]];
  }

  /** A new local of such a function, which holds a new word. */
  local(word: Word, w: Writer): number {
    const local = w.local("i32");
    w.write(...this.read(word), set(local));
    return local;
  }
}

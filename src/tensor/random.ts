/**
 * PyTorch's random streams: a seed goes in, and the numbers that `torch.manual_seed(seed)` makes on a CPU come out, bit for bit.
 * Plain typed arrays are filled; tensors are made of them elsewhere.
 */
import { boxMuller, boxMuller32, boxMuller64, boxMullerBlock } from "./normal.ts";

/** How many words the generator remembers, and makes at a time. */
const size = 624;

/** Fewer normal numbers than a block are drawn in pairs; more are drawn in blocks. */
const block = boxMullerBlock;

/** Everything a generator remembers, as plain data: it survives JSON. */
export interface GeneratorState {
  /** The 624 words of the twister, each an integer in [0, 2^32). */
  readonly words: readonly number[];
  /** How many of them have been drawn, 0 to 624. */
  readonly position: number;
  /** The second normal number of the last pair, if it has not been drawn. */
  readonly spareNormal: number | null;
}

/**
 * The 32-bit Mersenne twister, and the draws that PyTorch 1.13 makes from it.
 * Matsumoto and Nishimura, Mersenne Twister: a 623-dimensionally equidistributed uniform pseudorandom number generator (1998).
 */
export class Generator {
  readonly #words = new Uint32Array(size);
  readonly #drawn = new Uint32Array(size);
  #position = size;
  #spareNormal: number | null = null;

  /** Starts as `torch.manual_seed(seed)` does: of an integer of up to 64 bits, the low 32 count. */
  constructor(seed: number | bigint) {
    expand(lowWord(seed), this.#words);
  }

  /** Another that goes on from here with the same numbers. */
  clone(): Generator {
    const copy = new Generator(0);
    copy.#words.set(this.#words);
    copy.#drawn.set(this.#drawn);
    copy.#position = this.#position;
    copy.#spareNormal = this.#spareNormal;
    return copy;
  }

  /** Fills `out`, in place, with numbers uniform in [0, 1): multiples of 2^-24 in float32, of 2^-53 in float64. */
  uniform<A extends Float32Array | Float64Array>(out: A): A {
    if (out instanceof Float32Array) this.#uniform32(out, 0);
    else this.#uniform64(out, 0);
    return out;
  }

  /** Fills `out`, in place, with numbers of mean 0 and variance 1, by the method of Box and Muller. */
  normal<A extends Float32Array | Float64Array>(out: A): A {
    if (out.length < block) this.#normalPairs(out);
    else if (out instanceof Float32Array) this.#normalBlocks32(out);
    else this.#normalBlocks64(out);
    return out;
  }

  /**
   * Fills `out`, in place, with integers in [low, high), by the remainder of a draw: of 32 bits, or of 64 where the range needs them.
   * Throws RangeError if the range is empty, or holds what `out` cannot.
   */
  integers<A extends Int32Array | Float32Array | Float64Array>(out: A, low: number, high: number): A {
    checkRange(low, high, out);
    const range = high - low;
    if (range < 2 ** 32) for (let i = 0; i < out.length; i++) out[i] = this.#remainder(range) + low;
    else for (let i = 0; i < out.length; i++) out[i] = this.#remainder64(range) + low;
    return out;
  }

  /** The integers 0 to n - 1 in random order: Fisher and Yates, from the front. Throws RangeError if n is not a count. */
  permutation(n: number): Int32Array {
    if (!Number.isInteger(n) || n < 0 || n > 2 ** 31)
      throw new RangeError(`randperm expects a count from 0 to 2^31, got ${n}`);
    const order = new Int32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    for (let i = 0; i < n - 1; i++) {
      const j = i + this.#remainder(n - i);
      const chosen = order[j]!;
      order[j] = order[i]!;
      order[i] = chosen;
    }
    return order;
  }

  /** What it remembers now. `Generator.from` goes on from there. */
  state(): GeneratorState {
    return { words: Array.from(this.#words), position: this.#position, spareNormal: this.#spareNormal };
  }

  /** A generator that goes on where `state` was taken. Throws TypeError if that is no generator's state. */
  static from(state: GeneratorState): Generator {
    checkState(state);
    const generator = new Generator(0);
    generator.#words.set(state.words);
    generator.#position = state.position;
    generator.#spareNormal = state.spareNormal;
    temper(generator.#words, generator.#drawn);
    return generator;
  }

  /** The next 32 bits. */
  #word(): number {
    if (this.#position === size) this.#refill();
    return this.#drawn[this.#position++]!;
  }

  /** The next words, at least one and at most `count`: as many as are made. */
  #someWords(count: number): Uint32Array {
    if (this.#position === size) this.#refill();
    const words = this.#drawn.subarray(this.#position, this.#position + count);
    this.#position += words.length;
    return words;
  }

  #refill(): void {
    twist(this.#words);
    temper(this.#words, this.#drawn);
    this.#position = 0;
  }

  /** The next 32 bits modulo a range below 2^32. Said to be unsigned, the division is the processor's own. */
  #remainder(range: number): number {
    return (this.#word() >>> 0) % (range >>> 0);
  }

  /** The next 64 bits, high word first, modulo a range. */
  #remainder64(range: number): number {
    const high = BigInt(this.#word());
    const low = BigInt(this.#word());
    return Number(((high << 32n) | low) % BigInt(range));
  }

  #uniform32(out: Float32Array, start: number): void {
    for (let i = start; i < out.length; ) {
      const words = this.#someWords(out.length - i);
      for (let k = 0; k < words.length; k++) out[i + k] = (words[k]! & 0xffffff) * 2 ** -24;
      i += words.length;
    }
  }

  #uniform64(out: Float64Array, start: number): void {
    for (let i = start; i < out.length; i++) out[i] = this.#double();
  }

  /** The low 53 of 64 bits, as a fraction. */
  #double(): number {
    const high = this.#word() & 0x1fffff;
    return (high * 2 ** 32 + this.#word()) * 2 ** -53;
  }

  #normalPairs(out: Float32Array | Float64Array): void {
    for (let i = 0; i < out.length; i++) out[i] = this.#normal();
  }

  #normal(): number {
    const spare = this.#spareNormal;
    this.#spareNormal = null;
    if (spare !== null) return spare;
    const [first, second] = boxMuller(this.#double(), this.#double());
    this.#spareNormal = second;
    return first;
  }

  /** All is drawn first, then turned block by block; an incomplete last block is made whole with the numbers before it, and drawn again. */
  #normalBlocks32(out: Float32Array): void {
    const last = out.length - block;
    this.#uniform32(out, 0);
    for (let i = 0; i <= last; i += block) boxMuller32(out, i);
    if (out.length % block === 0) return;
    this.#uniform32(out, last);
    boxMuller32(out, last);
  }

  /** The same in float64. */
  #normalBlocks64(out: Float64Array): void {
    const last = out.length - block;
    this.#uniform64(out, 0);
    for (let i = 0; i <= last; i += block) boxMuller64(out, i);
    if (out.length % block === 0) return;
    this.#uniform64(out, last);
    boxMuller64(out, last);
  }
}

/** The low 32 bits of a seed; a negative one counts from 2^64. */
function lowWord(seed: number | bigint): number {
  if (typeof seed !== "bigint" && !Number.isSafeInteger(seed))
    throw new RangeError(`seed expects an integer of magnitude below 2^53, or a bigint, got ${seed}`);
  return Number(BigInt.asUintN(32, BigInt(seed)));
}

/** Fills `words`, in place, from one: x_i = 1812433253 (x_{i-1} xor x_{i-1} >> 30) + i (Knuth, volume 2, 3.3.4). */
function expand(seed: number, words: Uint32Array): void {
  words[0] = seed;
  for (let i = 1; i < size; i++) {
    const before = words[i - 1]!;
    words[i] = Math.imul(before ^ (before >>> 30), 1812433253) + i;
  }
}

/** The next 624 words from the last, in place. `words` is a circle, cut in three so that no index needs a remainder. */
function twist(words: Uint32Array): void {
  const ahead = 397;
  for (let k = 0; k < size - ahead; k++) words[k] = words[k + ahead]! ^ mix(words[k]!, words[k + 1]!);
  for (let k = size - ahead; k < size - 1; k++)
    words[k] = words[k + ahead - size]! ^ mix(words[k]!, words[k + 1]!);
  words[size - 1] = words[ahead - 1]! ^ mix(words[size - 1]!, words[0]!);
}

/** The top bit of one word and the rest of the next, times the matrix A. */
function mix(upper: number, lower: number): number {
  const y = (upper & 0x80000000) | (lower & 0x7fffffff);
  return (y >>> 1) ^ (-(y & 1) & 0x9908b0df);
}

/** What is drawn is not the words themselves, but the words times the tempering matrix T. */
function temper(words: Uint32Array, drawn: Uint32Array): void {
  for (let i = 0; i < size; i++) {
    let y = words[i]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    drawn[i] = y ^ (y >>> 18);
  }
}

function checkRange(low: number, high: number, out: Int32Array | Float32Array | Float64Array): void {
  const holds = out instanceof Int32Array ? 2 ** 31 : Number.MAX_SAFE_INTEGER;
  const fits = Number.isInteger(low) && Number.isInteger(high) && low >= -holds && high <= holds;
  if (!fits || low >= high)
    throw new RangeError(
      `randint expects integers low < high within ±${holds}, got low ${low}, high ${high}`,
    );
}

function checkState(state: GeneratorState): void {
  const { words, position, spareNormal } = state;
  if (!Array.isArray(words) || words.length !== size || !words.every(isWord))
    throw new TypeError(`generator state expects ${size} words of 32 bits, got ${describe(words)}`);
  if (!Number.isInteger(position) || position < 0 || position > size)
    throw new TypeError(`generator state expects a position from 0 to ${size}, got ${position}`);
  if (spareNormal !== null && !Number.isFinite(spareNormal))
    throw new TypeError(`generator state expects spareNormal to be a number or null, got ${spareNormal}`);
}

function isWord(word: unknown): boolean {
  return typeof word === "number" && word >>> 0 === word;
}

function describe(words: unknown): string {
  return Array.isArray(words) ? `${words.length} values` : typeof words;
}

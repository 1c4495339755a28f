/** What the tests of the bit contract share: elements with everything odd among them, and a graph run both ways and compared. */
import { expect } from "vitest";
import { type Dtype, type Tensor, tensor } from "../src/index.ts";
import { type Storage, storage } from "../src/ir/dtype.ts";
import { prepare } from "../src/runtime/evaluate.ts";
import * as interpreter from "../src/runtime/interpreter.ts";

export const floats = ["float32", "float64"] as const satisfies readonly Dtype[];
export const allDtypes = ["float32", "float64", "int32", "bool"] as const satisfies readonly Dtype[];

/** None, one, fewer than a vector, a vector, one more, and beside the ends of runs and blocks. */
export const sizes = [0, 1, 3, 4, 5, 17, 1023, 1024, 1025] as const;
/** Many blocks, and a rest. */
export const large = 100_003;

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

/** Ends of the number line, of the formats, of domains, of the ways that functions are computed in. */
const odd: Readonly<Record<Dtype, readonly number[]>> = {
  float32: [
    ...[0, -0, 1, -1, 2, -2, 0.5, -0.5, 1.5, 2.5, -3, -7, nan, inf, -inf],
    ...[1e-45, -1e-45, 1e-40, 2 ** -126, 3.4028234663852886e38, -3.4e38, 1e-10, -1e-30, 1e10, 1e30],
    ...[2 ** 20, -(2 ** 20), 2 ** 21 + 1, 1e7, -5e7, 2 ** 23 + 1, 2 ** 31, -(2 ** 31), 2 ** 33, 0.99999994],
    ...[87.5, 88.8, -87.5, -103.9, -104, 9.1, -9.1, 127, 128, -126, -150, 3.7, -0.75, 0.001],
  ],
  float64: [
    ...[0, -0, 1, -1, 2, -2, 0.5, -0.5, 1.5, 2.5, -3, -7, nan, inf, -inf],
    ...[5e-324, -5e-324, 1e-310, 2 ** -1022, 1.7976931348623157e308, -1e308, 1e-10, -1e-300, 1e10, 1e300],
    ...[2 ** 20, -(2 ** 20), 2 ** 21 + 1, 1e9, -5e7, 2 ** 52 + 1, 2 ** 53, -(2 ** 31), 2 ** 62, 1 - 2 ** -53],
    ...[709.5, 709.8, -708.5, -745, -745.2, 19.1, -19.1, 1023, 1024, -1022, -1080, 3.7, -0.75, 0.001],
  ],
  int32: [
    ...[0, 1, -1, 2, -2, 3, -7, 2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 2, -(2 ** 31) + 1, 2 ** 30, -(2 ** 30)],
    ...[46340, 46341, -46341, 65535, 65536, -65536, 2 ** 24 + 1, 1_000_003],
  ],
  bool: [0, 1],
};

/** Numbers in [0, 1), the same for the same seed. */
function stream(seed: number): () => number {
  let state = (Math.imul(seed, 2654435761) + 97) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const ordinary: Readonly<Record<Dtype, (random: () => number) => number>> = {
  float32: (random) => (random() - 0.5) * 10 ** (4 * random() - 1),
  float64: (random) => (random() - 0.5) * 10 ** (4 * random() - 1),
  int32: (random) => (random() < 0.5 ? Math.floor(20 * random()) - 10 : (random() - 0.5) * 2 ** 32),
  bool: (random) => (random() < 0.5 ? 1 : 0),
};

/** Whether odd elements are among the ordinary ones: then sums are soon all NaN. */
export type Mood = "odd" | "tame";

const drawn = new Map<string, Storage>();

/** Elements for the operand of a number: ordinary ones, and odd ones of which different operands have all pairs. */
function elementsOf(dtype: Dtype, length: number, operand: number, mood: Mood): Storage {
  const key = `${dtype} ${length} ${operand} ${mood}`;
  const before = drawn.get(key);
  if (before) return before;
  const random = stream(operand * 7919 + length);
  const list = odd[dtype];
  const out = storage(dtype, length);
  for (let i = 0; i < length; i++) {
    const turn = Math.floor(i / list.length ** operand) + length;
    const isOdd = mood === "odd" && random() < 0.4;
    out[i] = isOdd ? list[turn % list.length]! : ordinary[dtype](random);
  }
  drawn.set(key, out);
  return out;
}

/** A tensor of such elements. */
export function operandOf(dtype: Dtype, shape: readonly number[], operand = 0, mood: Mood = "odd"): Tensor {
  const size = shape.reduce((product, d) => product * d, 1);
  return tensor(elementsOf(dtype, size, operand, mood), { shape, dtype });
}

/** One type, one length, and the same bits: NaN is NaN, and zeros have their signs. */
export function expectSame(got: Storage, wanted: Storage, name: string): void {
  expect([name, got.constructor.name, got.length]).toEqual([name, wanted.constructor.name, wanted.length]);
  for (let i = 0; i < wanted.length; i++)
    if (!Object.is(got[i], wanted[i])) expect([name, i, got[i]]).toEqual([name, i, wanted[i]]);
}

/** Runs what tensors are made of as one program and in the interpreter, and compares. */
export function expectContract(tensors: readonly Tensor[], name: string): void {
  const nodes = tensors.map((t) => t.node).filter((node) => node.value === undefined);
  if (nodes.length === 0) return;
  const program = prepare(nodes);
  const made = program.run(program.leaves.map((node) => node.value!));
  if (!made) throw new Error(`${name}: expected a program, got none`);
  for (const [i, wanted] of interpreter.evaluate(nodes).entries())
    expectSame(made.outputs[i]!, wanted, `${name}, output ${i}`);
}

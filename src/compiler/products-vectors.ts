/** Vectors of 128 bits as the matrix product uses them: what they are for each dtype, loading blocks of lines, sums of products. */
import type { InstructionName, Writer } from "./instructions.ts";
import {
  add,
  choose,
  constant,
  increase,
  isLess,
  isMore,
  load,
  locals,
  not,
  type Phrase,
  set,
  store,
  upTo,
  when,
  word,
} from "./phrases.ts";

/** The dtypes that have a product. */
export type ProductDtype = "float32" | "float64" | "int32";

/** What a vector is: bytes of an element, how many there are, and the instructions for them. */
export interface Vector {
  readonly bytes: number;
  readonly lanes: number;
  readonly multiply: InstructionName;
  readonly add: InstructionName;
  /** One element from memory to all lanes. */
  readonly splat: InstructionName;
  readonly storeLane: InstructionName;
  /** One element, moved as it is. */
  readonly load: InstructionName;
  readonly store: InstructionName;
}

const fourLanes = {
  bytes: 4,
  lanes: 4,
  splat: "v128.load32_splat",
  storeLane: "v128.store32_lane",
  load: "i32.load",
  store: "i32.store",
} as const;

export const vectors: Readonly<Record<ProductDtype, Vector>> = {
  float32: { ...fourLanes, multiply: "f32x4.mul", add: "f32x4.add" },
  int32: { ...fourLanes, multiply: "i32x4.mul", add: "i32x4.add" },
  float64: {
    bytes: 8,
    lanes: 2,
    splat: "v128.load64_splat",
    storeLane: "v128.store64_lane",
    load: "f64.load",
    store: "f64.store",
    multiply: "f64x2.mul",
    add: "f64x2.add",
  },
};

export const vectorBytes = 16;

/** Addresses of lines a stride apart, of which there are `count`; the last stands in for those that are lacking. */
export function addresses(at: readonly number[], first: number, stride: number, count: number): Phrase {
  const next = (i: number) => add(at[i - 1]!, choose(stride, constant(0), isMore(count, constant(i))));
  return at.map((line, i) => set(line, i === 0 ? first : next(i)));
}

export function clear(sums: readonly number[]): Phrase {
  return sums.map((sum) => set(sum, ["v128.const", 0, 0, 0, 0]));
}

/** sums += factor * terms. Each product is rounded before it is added. */
export function addProducts(
  vector: Vector,
  sums: readonly number[],
  factor: number,
  terms: readonly number[],
): Phrase {
  const [plus, times] = [word(vector.add), word(vector.multiply)];
  return sums.map((sum, j) => set(sum, plus(sum, times(factor, terms[j]!))));
}

/** Writes rows of sums to as many columns as there are; unless they are the first, added to what is there. */
export function storeRows(
  vector: Vector,
  at: readonly number[],
  sums: readonly (readonly number[])[],
  columns: number,
  isFirst: number,
): Phrase {
  const plus = word(vector.add);
  const earlier = sums.map((row, i) =>
    row.map((sum, j) => set(sum, plus(load("v128.load", at[i]!, vectorBytes * j), sum))),
  );
  const column = (j: number) => sums.map((row) => row[j]!);
  return [
    when(not(isFirst), earlier),
    sums[0]!.map((_, j) => storeColumn(vector, at, column(j), j, columns)),
  ];
}

/** Writes the vectors number j of all rows, or those of their lanes that are columns. */
function storeColumn(
  vector: Vector,
  at: readonly number[],
  sums: readonly number[],
  j: number,
  columns: number,
): Phrase {
  const [start, offset] = [vector.lanes * j, vectorBytes * j];
  const whole = sums.map((sum, i) => store("v128.store", at[i]!, sum, offset));
  const lane = (l: number) =>
    sums.map((sum, i) => store(vector.storeLane, at[i]!, sum, offset + vector.bytes * l, l));
  const lanes = upTo(vector.lanes - 1).map((l) => when(isMore(columns, constant(start + l)), lane(l)));
  return when(isLess(columns, constant(start + vector.lanes)), lanes, whole);
}

/** Loads a vector of each line and moves on; `columns` then hold the first elements of all lines, the second, and so on. */
export function loadColumns(writer: Writer, at: readonly number[]): { code: Phrase; columns: number[] } {
  const columns = locals(writer, "v128", at.length);
  const loads = at.map((line, i) => [
    set(columns[i]!, load("v128.load", line)),
    increase(line, constant(vectorBytes)),
  ]);
  return { code: [loads, transpose(writer, columns)], columns };
}

/** Words of 32 bits of two vectors, 0 to 3 and 4 to 7. */
const shuffles = {
  lowByTurns: [0, 4, 1, 5],
  highByTurns: [2, 6, 3, 7],
  lowHalves: [0, 1, 4, 5],
  highHalves: [2, 3, 6, 7],
} as const;

type Four = [number, number, number, number];

/** Transposes two vectors of two lanes, or four of four, in place. */
function transpose(writer: Writer, vectors: readonly number[]): Phrase {
  const [a, b, c, d] = vectors as Four;
  const [p, q, r, s] = locals(writer, "v128", vectors.length) as Four;
  if (vectors.length === 2)
    return [set(p, shuffle("lowHalves", a, b)), set(b, shuffle("highHalves", a, b)), set(a, p)];
  return [
    set(p, shuffle("lowByTurns", a, b)),
    set(q, shuffle("highByTurns", a, b)),
    set(r, shuffle("lowByTurns", c, d)),
    set(s, shuffle("highByTurns", c, d)),
    set(a, shuffle("lowHalves", p, r)),
    set(b, shuffle("highHalves", p, r)),
    set(c, shuffle("lowHalves", q, s)),
    set(d, shuffle("highHalves", q, s)),
  ];
}

function shuffle(name: keyof typeof shuffles, x: number, y: number): Phrase {
  const bytes = shuffles[name].flatMap((word) => upTo(4).map((byte) => 4 * word + byte));
  return [x, y, ["i8x16.shuffle", ...bytes]];
}

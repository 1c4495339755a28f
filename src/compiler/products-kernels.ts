/** The micro-kernels of the matrix product: rows of a tile of the output are summed in registers over one stretch of k. */
import type { WasmFunction } from "./instructions.ts";
import {
  begin,
  constant,
  countDown,
  decrease,
  finish,
  increase,
  isMore,
  load,
  locals,
  multiply,
  repeat,
  set,
  upTo,
  when,
} from "./phrases.ts";
import {
  addProducts,
  addresses,
  clear,
  loadColumns,
  storeRows,
  type Vector,
  vectorBytes,
} from "./products-vectors.ts";

/** How many rows are summed at a time, and how many vectors of each. */
export interface Tile {
  readonly rows: number;
  readonly vectors: number;
}

/**
 * The tiles, from narrow to wide. x64 has 16 vector registers, of which V8 keeps one, and V8 lets all loads of a turn go before all
 * arithmetic: so sums, a row of b, a factor for each row of a and one product must fit in 15. Of those that do, 2 by 4 is the
 * fastest, with 44 of some 50 GFLOP/s in float32; 8 by 1, 3 by 3 and 4 by 3 spill and reach half of that, and 4 by 2 with two turns in
 * one spills too. `row` is for products that have but one.
 */
export const tiles = {
  narrow: { rows: 6, vectors: 1 },
  middle: { rows: 4, vectors: 2 },
  wide: { rows: 2, vectors: 4 },
  row: { rows: 1, vectors: 6 },
} as const satisfies Record<string, Tile>;

export type TileName = keyof typeof tiles;

/**
 * out [rows, columns] = a b over a stretch of k, or += if it is not the first. Rows of b are contiguous, and columns no more than
 * the tile has; strides are in bytes. In the last tile the last row stands in for those that are lacking: it is computed again and
 * stored again.
 */
export function tileKernel(name: string, tile: Tile, vector: Vector): WasmFunction {
  const [writer, x] = begin("out a b rows columns k outRow aRow aColumn bRow isFirst", "line left");
  const sums = upTo(tile.rows).map(() => locals(writer, "v128", tile.vectors));
  const terms = locals(writer, "v128", tile.vectors);
  const factor = writer.local("v128");
  const at = locals(writer, "i32", tile.rows);

  const turn = [
    terms.map((term, j) => set(term, load("v128.load", x.line, vectorBytes * j))),
    increase(x.line, x.bRow),
    sums.map((row, i) => [
      set(factor, load(vector.splat, at[i]!)),
      increase(at[i]!, x.aColumn),
      addProducts(vector, row, factor, terms),
    ]),
  ];
  const oneTile = [
    clear(sums.flat()),
    addresses(at, x.a, x.aRow, x.rows),
    set(x.line, x.b),
    set(x.left, x.k),
    when(x.left, repeat([turn, decrease(x.left, constant(1))], x.left)),
    addresses(at, x.out, x.outRow, x.rows),
    storeRows(vector, at, sums, x.columns, x.isFirst),
    increase(x.a, multiply(x.aRow, constant(tile.rows))),
    increase(x.out, multiply(x.outRow, constant(tile.rows))),
  ];
  return finish(writer, name, countDown(x.rows, tile.rows, oneTile));
}

/** Vectors of sums in a tile of dot products: two, so that one's additions wait less for another; more of them spill. */
const dotVectors = 2;

/**
 * out [1, columns] = a b over a stretch of k, or += if it is not the first, where each column of b is contiguous: dot products. Sums
 * lie side by side, as everywhere, so b is transposed in registers. Reads up to a vector beyond the end of a column.
 */
export function dotKernel(name: string, vector: Vector): WasmFunction {
  const [writer, x] = begin("out a b columns k aColumn bColumn isFirst", "factors left");
  const sums = locals(writer, "v128", dotVectors);
  const factor = writer.local("v128");
  const at = locals(writer, "i32", dotVectors * vector.lanes);
  const blocks = sums.map((_, j) => loadColumns(writer, at.slice(j * vector.lanes, (j + 1) * vector.lanes)));

  const fetch = blocks.map(({ code }) => code);
  const turn = (lane: number) => [
    set(factor, load(vector.splat, x.factors)),
    increase(x.factors, x.aColumn),
    addProducts(
      vector,
      sums,
      factor,
      blocks.map(({ columns }) => columns[lane]!),
    ),
  ];
  const lanes = upTo(vector.lanes);
  const [all, most] = [constant(vector.lanes), constant(vector.lanes - 1)];
  const wholeVectors = repeat([fetch, lanes.map(turn), decrease(x.left, all)], isMore(x.left, most));
  const rest = [fetch, lanes.slice(0, -1).map((lane) => when(isMore(x.left, constant(lane)), turn(lane)))];
  const oneTile = [
    clear(sums),
    addresses(at, x.b, x.bColumn, x.columns),
    set(x.factors, x.a),
    set(x.left, x.k),
    when(isMore(x.left, most), wholeVectors),
    when(x.left, rest),
    storeRows(vector, [x.out], [sums], x.columns, x.isFirst),
    increase(x.b, multiply(x.bColumn, constant(at.length))),
    increase(x.out, constant(dotVectors * vectorBytes)),
  ];
  return finish(writer, name, countDown(x.columns, at.length, oneTile));
}

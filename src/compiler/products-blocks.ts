/** A block of a matrix product: stretch after stretch of k, and in each the kernels that suit the shape and the way b lies. */
import type { WasmFunction } from "./instructions.ts";
import {
  begin,
  both,
  call,
  choose,
  constant,
  decrease,
  finish,
  increase,
  isEqual,
  isLess,
  isMore,
  type Locals,
  least,
  multiply,
  not,
  type Phrase,
  repeat,
  set,
  when,
} from "./phrases.ts";
import { type TileName, tiles } from "./products-kernels.ts";
import { panelBytes, panelVectors } from "./products-panels.ts";
import type { Vector } from "./products-vectors.ts";

/** The functions of a product but for the last, which calls the others. */
export const parts = ["narrow", "middle", "wide", "row", "dots", "pack", "block"] as const;
export type Part = (typeof parts)[number];
export type Indices = Readonly<Record<Part, number>>;

/** So many terms are summed from zero. A panel of as many rows has 16 KB, and leaves as much of the first cache to a. */
export const stretch = 256;

/** Fewer rows than these take b as it lies, if its rows are contiguous. */
const fewRows = 24;

const parameters = "out a b rows columns k outRow aRow aColumn bRow bColumn scratch";
const others = "isRow isPacked isDots widest isFirst length to from left width line lineRow";
type Block = Locals<typeof parameters | typeof others>;

/** out [rows, columns] = a [rows, k] b [k, columns]; strides are in bytes. */
export function blockProduct(name: string, vector: Vector, index: Indices): WasmFunction {
  const [writer, x] = begin(parameters, others);
  const dots = call(index.dots, x.out, x.a, x.b, x.columns, x.length, x.aColumn, x.bColumn, x.isFirst);
  const oneStretch = [
    set(x.length, least(x.k, constant(stretch))),
    when(x.isDots, dots, panels(x, vector, index)),
    set(x.isFirst, constant(0)),
    increase(x.a, multiply(x.aColumn, constant(stretch))),
    increase(x.b, multiply(x.bRow, constant(stretch))),
    decrease(x.k, constant(stretch)),
  ];
  return finish(writer, name, [
    plan(x, vector),
    set(x.isFirst, constant(1)),
    repeat(oneStretch, isMore(x.k, constant(0))),
  ]);
}

/** Whether b is packed, or used as it lies, by rows or by columns; and the most columns at a time. */
function plan(x: Block, vector: Vector): Phrase {
  const size = constant(vector.bytes);
  const lanes = (vectors: number) => constant(vectors * vector.lanes);
  return [
    set(x.isRow, isEqual(x.rows, constant(1))),
    set(x.isPacked, not(both(isEqual(x.bColumn, size), isLess(x.rows, constant(fewRows))))),
    set(x.isDots, both(both(x.isRow, x.isPacked), isEqual(x.bRow, size))),
    set(x.widest, choose(lanes(tiles.row.vectors), lanes(panelVectors), isMore(x.isRow, x.isPacked))),
  ];
}

/** One stretch, some columns after the other. */
function panels(x: Block, vector: Vector, index: Indices): Phrase {
  const pack = [
    call(index.pack, x.scratch, x.from, x.width, x.length, x.bRow, x.bColumn),
    set(x.line, x.scratch),
    set(x.lineRow, constant(panelBytes)),
  ];
  const onePanel = [
    set(x.width, least(x.left, x.widest)),
    set(x.line, x.from),
    set(x.lineRow, x.bRow),
    when(x.isPacked, pack),
    onTiles(x, vector, index),
    increase(x.to, multiply(x.width, constant(vector.bytes))),
    increase(x.from, multiply(x.width, x.bColumn)),
    decrease(x.left, x.width),
  ];
  return [set(x.to, x.out), set(x.from, x.b), set(x.left, x.columns), repeat(onePanel, x.left)];
}

/** The kernel of the narrowest tile that holds the columns. */
function onTiles(x: Block, vector: Vector, index: Indices): Phrase {
  const operands = [
    x.to,
    x.a,
    x.line,
    x.rows,
    x.width,
    x.length,
    x.outRow,
    x.aRow,
    x.aColumn,
    x.lineRow,
    x.isFirst,
  ];
  const [widest, ...narrower] = tileNames.toReversed();
  return narrower.reduce(
    (wider, tile) =>
      when(
        isMore(x.width, constant(tiles[tile].vectors * vector.lanes)),
        wider,
        call(index[tile], ...operands),
      ),
    call(index[widest!], ...operands),
  );
}

const tileNames = Object.keys(tiles) as TileName[];

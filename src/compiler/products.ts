/**
 * The matrix product in WebAssembly: functions that take shapes, strides and addresses at run time. Their sums have the order of the
 * interpreter: along k in stretches of 256, each from zero, products rounded before they are added; stretches one after the other.
 */
import type { WasmFunction } from "./instructions.ts";
import {
  add,
  begin,
  call,
  choose,
  constant,
  divide,
  finish,
  increase,
  isEqual,
  isLess,
  least,
  multiply,
  type Phrase,
  remainder,
  repeat,
  set,
  subtract,
  when,
} from "./phrases.ts";
import { blockProduct, type Indices, type Part, parts, stretch } from "./products-blocks.ts";
import { dotKernel, tileKernel, tiles } from "./products-kernels.ts";
import { packer, panelBytes } from "./products-panels.ts";
import { type ProductDtype, type Vector, vectors } from "./products-vectors.ts";

/** Bytes, at an address that divides by 16, that a thread needs for itself: a packed panel. */
export const scratchBytes = stretch * panelBytes;

/**
 * A unit of work, which threads share and callers split: a block of the output, as wide as a panel of float32 and so high that packing
 * one, which costs as much as two rows of products, is little beside using it. An output that is a row or a column is cut in lengths.
 */
const block = { rows: 128, columns: 16, length: 256 };

/** How many units of work a product of [m, k] by [k, n] is. */
export function units(m: number, n: number): number {
  if (m === 1 || n === 1) return Math.ceil((m * n) / block.length);
  return Math.ceil(m / block.rows) * Math.ceil(n / block.columns);
}

/**
 * The functions of the product of a dtype, for a module that gives the first of them the index `base`. The last is exported,
 * matmul_<dtype>(out, a, b, m, n, k, aRow, aColumn, bRow, bColumn, scratch, first, last): the units `first` to before `last` of
 * out [m, n] = a [m, k] b [k, n]. Addresses are in bytes, strides in elements, and may be anything; out is in row-major order. Up to
 * 64 bytes beyond the end of a, b and out are read, and none written.
 */
export function products(dtype: ProductDtype, base: number): readonly WasmFunction[] {
  const vector = vectors[dtype];
  const index = Object.fromEntries(parts.map((part, i) => [part, base + i])) as Indices;
  const makers: Readonly<Record<Part, (name: string) => WasmFunction>> = {
    narrow: (name) => tileKernel(name, tiles.narrow, vector),
    middle: (name) => tileKernel(name, tiles.middle, vector),
    wide: (name) => tileKernel(name, tiles.wide, vector),
    row: (name) => tileKernel(name, tiles.row, vector),
    dots: (name) => dotKernel(name, vector),
    pack: (name) => packer(name, vector),
    block: (name) => blockProduct(name, vector, index),
  };
  const functions = parts.map((part) => makers[part](`matmul_${part}_${dtype}`));
  return [...functions, unitsProduct(`matmul_${dtype}`, vector, index)];
}

/** Some units of work, after what is a column was turned into a row. */
function unitsProduct(name: string, vector: Vector, index: Indices): WasmFunction {
  const [writer, x] = begin(
    "out a b m n k aRow aColumn bRow bColumn scratch first last",
    "other columns across row column",
  );
  const size = constant(vector.bytes);
  const exchange = (p: number, q: number): Phrase => [set(x.other, p), set(p, q), set(q, x.other)];
  // A column lies in memory as a row does, and is the product of the transposes, which has the same bits.
  const transpose = [
    exchange(x.a, x.b),
    exchange(x.m, x.n),
    exchange(x.aRow, x.bColumn),
    exchange(x.aColumn, x.bRow),
  ];
  const unit = [
    set(x.row, multiply(divide(x.first, x.across), constant(block.rows))),
    set(x.column, multiply(remainder(x.first, x.across), x.columns)),
    call(
      index.block,
      add(x.out, multiply(add(multiply(x.row, x.n), x.column), size)),
      add(x.a, multiply(x.row, x.aRow)),
      add(x.b, multiply(x.column, x.bColumn)),
      least(subtract(x.m, x.row), constant(block.rows)),
      least(subtract(x.n, x.column), x.columns),
      x.k,
      multiply(x.n, size),
      x.aRow,
      x.aColumn,
      x.bRow,
      x.bColumn,
      x.scratch,
    ),
    increase(x.first, constant(1)),
  ];
  const body = [
    when(isEqual(x.n, constant(1)), transpose),
    [x.aRow, x.aColumn, x.bRow, x.bColumn].map((stride) => set(stride, multiply(stride, size))),
    set(x.columns, choose(constant(block.length), constant(block.columns), isEqual(x.m, constant(1)))),
    set(x.across, divide(add(x.n, subtract(x.columns, constant(1))), x.columns)),
    when(isLess(x.first, x.last), repeat(unit, isLess(x.first, x.last))),
  ];
  return finish(writer, name, body, true);
}

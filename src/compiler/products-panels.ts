/** Packing for the matrix product: some columns of b, over one stretch of k, are copied to a panel, row after row. */
import type { WasmFunction, Writer } from "./instructions.ts";
import {
  begin,
  constant,
  countDown,
  finish,
  increase,
  isEqual,
  type Locals,
  load,
  locals,
  multiply,
  type Phrase,
  set,
  store,
  upTo,
  when,
} from "./phrases.ts";
import { addresses, loadColumns, type Vector, vectorBytes } from "./products-vectors.ts";

/** How many vectors a row of a panel has. */
export const panelVectors = 4;
export const panelBytes = panelVectors * vectorBytes;

const parameters = "panel b columns k bRow bColumn";
const others = "from to left";
type Panel = Locals<typeof parameters | typeof others>;

/** panel = b [k, columns], whichever way b lies; strides are in bytes. Lanes without a column hold anything. */
export function packer(name: string, vector: Vector): WasmFunction {
  const [writer, x] = begin(parameters, others);
  const size = constant(vector.bytes);
  const transposed = when(isEqual(x.bRow, size), copyTransposed(writer, vector, x), copyElements(vector, x));
  return finish(writer, name, when(isEqual(x.bColumn, size), copyRows(x), transposed));
}

/** Rows are contiguous. Reads a whole row of a panel, beyond the columns that there are. */
function copyRows(x: Panel): Phrase {
  return countDown(x.k, 1, [
    upTo(panelVectors).map((j) =>
      store("v128.store", x.panel, load("v128.load", x.b, vectorBytes * j), vectorBytes * j),
    ),
    increase(x.b, x.bRow),
    increase(x.panel, constant(panelBytes)),
  ]);
}

/** Columns are contiguous. Reads up to a vector beyond the end of a column, and writes as much. */
function copyTransposed(writer: Writer, vector: Vector, x: Panel): Phrase {
  const at = locals(writer, "i32", vector.lanes);
  const { code, columns } = loadColumns(writer, at);
  return countDown(x.columns, vector.lanes, [
    addresses(at, x.b, x.bColumn, x.columns),
    set(x.to, x.panel),
    set(x.left, x.k),
    countDown(x.left, vector.lanes, [
      code,
      columns.map((column, i) => store("v128.store", x.to, column, panelBytes * i)),
      increase(x.to, constant(panelBytes * vector.lanes)),
    ]),
    increase(x.b, multiply(x.bColumn, constant(vector.lanes))),
    increase(x.panel, constant(vectorBytes)),
  ]);
}

function copyElements(vector: Vector, x: Panel): Phrase {
  return countDown(x.k, 1, [
    set(x.from, x.b),
    set(x.to, x.panel),
    set(x.left, x.columns),
    countDown(x.left, 1, [
      store(vector.store, x.to, load(vector.load, x.from), 0),
      increase(x.from, x.bColumn),
      increase(x.to, constant(vector.bytes)),
    ]),
    increase(x.b, x.bRow),
    increase(x.panel, constant(panelBytes)),
  ]);
}

/** Taking rows by index, and adding rows at indices, along one dimension. */
import { type Storage, storage } from "../ir/dtype.ts";
import type { Node } from "../ir/graph.ts";
import { checkIndices, sizeOf } from "../ir/shape.ts";
import { inOrder, type Value } from "./strided.ts";

/** out[.., i, ..] = x[.., index[i], ..] along attrs[0]. */
export function takeRows(node: Node, x: Value, index: Value): Storage {
  const out = storage(node.dtype, sizeOf(node.shape));
  const elements = inOrder(x);
  eachRow(node, index, x.view.shape, (place, row, width) => {
    out.set(elements.subarray(place, place + width), row);
  });
  return out;
}

/** out[.., index[i], ..] += x[.., i, ..] along attrs[0], in the order of i, rounding each sum. */
export function addRows(node: Node, x: Value, index: Value): Storage {
  const out = storage(node.dtype, sizeOf(node.shape));
  const elements = inOrder(x);
  eachRow(node, index, node.shape, (place, row, width) => {
    for (let j = 0; j < width; j++) out[place + j] = out[place + j]! + elements[row + j]!;
  });
  return out;
}

/** Visits each pair of a row among `places`, whose number is in the index, and the row in order that goes with it. */
function eachRow(
  node: Node,
  index: Value,
  places: readonly number[],
  visit: (place: number, row: number, width: number) => void,
): void {
  const dim = node.attrs[0]!;
  const indices = inOrder(index);
  const width = sizeOf(places.slice(dim + 1));
  const outer = sizeOf(places.slice(0, dim));
  const size = places[dim]!;
  checkIndices("indexSelect", indices, size);
  for (let o = 0; o < outer; o++)
    indices.forEach((i, j) => {
      visit((o * size + i) * width, (o * indices.length + j) * width, width);
    });
}

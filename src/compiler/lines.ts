/** Writes the program of a loop: nodes read under views go in, lines in single assignment come out, equal ones written once. */

import { castProgram } from "../ir/casts.ts";
import { dtypes } from "../ir/dtype.ts";
import { programOf } from "../ir/elementwise.ts";
import type { Node, Work } from "../ir/graph.ts";
import type { Lane, Program } from "../ir/scalar.ts";
import { contiguous, rowMajor, type View } from "../ir/shape.ts";
import type { Access, Buffer, Guard, Index, Line } from "./kernels.ts";
import { literal } from "./roots.ts";

/** The view nodes between a value and the loop that reads it, the nearest to the value first; null at the loop. */
export interface Way {
  readonly node: Node;
  readonly next: Way | null;
  readonly key: string;
}

/** Puts a view node before a way. */
export function through(node: Node, next: Way | null): Way {
  return { node, next, key: `${node.id}.${next?.key ?? ""}` };
}

/** Thrown where strides cannot say how a node is read: it must be stored in order first, if `isApart` by another loop. */
export class Unreadable extends Error {
  readonly node: Node;
  readonly isApart: boolean;

  constructor(node: Node, isApart = false) {
    super(`${node.op.name} cannot be read in place`);
    this.node = node;
    this.isApart = isApart;
  }
}

/** Where nodes are stored; undefined for what is computed in the loop itself, as it may be where it is read directly, at the same place. */
export type Stored = (node: Node, isDirect: boolean) => Buffer | undefined;

/** The lines of one loop, as they are written. */
export class Lines {
  readonly lines: Line[] = [];
  readonly #stored: Stored;
  readonly #written = new Map<string, number>();
  readonly #known = new Map<string, number>();
  readonly #computed = new Set<Node>();

  constructor(stored: Stored) {
    this.#stored = stored;
  }

  /** The line that holds a node's elements, read along a way, in the lane of its dtype, or for a bool in the lane that is wanted. */
  value(node: Node, way: Way | null, wanted?: Lane): number {
    const key = `${node.id} ${node.dtype === "bool" ? (wanted ?? "") : ""} ${way?.key ?? ""}`;
    const before = this.#known.get(key);
    if (before !== undefined) return before;
    const line = this.#valueOf(node, way, wanted);
    this.#known.set(key, line);
    return line;
  }

  #valueOf(node: Node, way: Way | null, wanted: Lane = dtypes[node.dtype].lane): number {
    const number = literal(node);
    if (number !== undefined) return this.#constant(number, laneFor(node, wanted));
    const buffer = this.#stored(node, way === null);
    if (buffer) return this.#read(buffer, along(contiguous(node.shape), way), [], null, wanted);
    const write = this.#writers[node.op.work.kind];
    if (!write) throw new Error(`expected ${node.op.name} to be stored`);
    return write(node, way, wanted);
  }

  /** How nodes that are not stored are computed where they are read, by their kind of work. */
  readonly #writers: {
    readonly [Kind in Work["kind"]]?: (node: Node, way: Way | null, wanted: Lane) => number;
  } = {
    view: (node, way, wanted) => this.value(node.inputs[0]!, through(node, way), wanted),
    map: (node, way, wanted) => this.#inLane(this.#map(node, way), laneFor(node, wanted)),
    cast: (node, way, wanted) => this.#cast(node, way, laneFor(node, wanted)),
    pad: (node, way) => this.#padded(node, way),
    gather: (node, way) => this.#gathered(node, way),
  };

  /** The elementwise nodes that are computed here. */
  computed(): Iterable<Node> {
    return this.#computed;
  }

  #map(node: Node, way: Way | null): number {
    this.#computed.add(node);
    const program = programOf(node);
    return this.#inline(
      program,
      node.inputs.map((x) => this.#inLane(this.value(x, way, program.lane), program.lane)),
    );
  }

  #cast(node: Node, way: Way | null, lane: Lane): number {
    const [x] = node.inputs as [Node];
    const program = castProgram(x.dtype, node.dtype);
    if (!program) return this.#inLane(this.value(x, way, lane), lane);
    const operand = this.#inLane(this.value(x, way, program.lane), program.lane);
    return this.#inLane(this.#inline(program, [operand]), lane);
  }

  /** Zeros around a stored tensor: a read that counts within the bounds. */
  #padded(node: Node, way: Way | null): number {
    const { buffer, view } = this.#place(node.inputs[0]!);
    const starts = node.attrs;
    const offset = starts.reduce((sum, start, d) => sum - start * view.strides[d]!, view.offset);
    const padded = along({ shape: node.shape, strides: view.strides, offset }, way);
    const guards = node.shape.flatMap((size, d) => {
      const [from, length] = [starts[d]!, view.shape[d]!];
      if (length === size) return [];
      const { strides, offset } = along(coordinate(node, d), way);
      return [{ strides, offset, from, to: from + length }];
    });
    return this.#read(buffer, padded, guards, null);
  }

  /** Elements of a stored tensor at places that another stored tensor names. */
  #gathered(node: Node, way: Way | null): number {
    const [x, index] = node.inputs as [Node, Node];
    const dim = node.attrs[0]!;
    const [source, places] = [this.#place(x), this.#place(index)];
    const stride = source.view.strides[dim]!;
    const fixed = source.view.strides.map((s, d) => (d === dim ? 0 : s));
    const view = along({ shape: node.shape, strides: fixed, offset: source.view.offset }, way);
    const strides = node.shape.map((_, d) => (d === dim ? places.view.strides[0]! : 0));
    const at = along({ shape: node.shape, strides, offset: places.view.offset }, way);
    const access = { buffer: places.buffer, strides: at.strides, offset: at.offset };
    return this.#read(source.buffer, view, [], { access, stride, size: source.view.shape[dim]! });
  }

  /** Where a node lies, and how it is read there, if it lies somewhere. */
  #place(node: Node): { buffer: Buffer; view: View } {
    return placeOf(node, this.#stored);
  }

  #read(buffer: Buffer, view: View, guards: readonly Guard[], index: Index | null, wanted?: Lane): number {
    const lane = buffer.dtype === "bool" && wanted ? wanted : dtypes[buffer.dtype].lane;
    const access: Access = { buffer, strides: view.strides, offset: view.offset };
    return this.emit({ op: "read", lane, args: [], access, guards, index });
  }

  #constant(value: number, lane: Lane): number {
    return this.emit({ op: "const", lane, args: [], value: lane === "f32" ? Math.fround(value) : value });
  }

  /** A program with lines for its inputs. */
  #inline(program: Program, inputs: readonly number[]): number {
    const { lane } = program;
    const places: number[] = [];
    for (const { primitive, args, value } of program.lines) {
      if (primitive === "input") places.push(inputs[value!]!);
      else if (primitive === "const") places.push(this.#constant(value!, lane));
      else places.push(this.emit({ op: primitive, lane, args: args.map((a) => places[a]!) }));
    }
    return places[program.results[0]!]!;
  }

  #inLane(line: number, lane: Lane): number {
    const { op, lane: has } = this.lines[line]!;
    if (has === lane) return line;
    const { value } = this.lines[line] as { value: number };
    return op === "const" ? this.#constant(value, lane) : this.emit({ op: "convert", lane, args: [line] });
  }

  /** Writes a line, or finds it written. */
  emit(line: Line): number {
    const turned = line.op === "select" ? this.#turned(line.args[0]!) : undefined;
    if (turned !== undefined && line.op === "select")
      return this.emit({ ...line, args: [turned, line.args[2]!, line.args[1]!] });
    const key = keyOf(line);
    const before = this.#written.get(key);
    if (before !== undefined) return before;
    const number = this.lines.push(line) - 1;
    this.#written.set(key, number);
    return number;
  }

  /** The mask of which `line` is the opposite, if it asks whether a choice of 1 and 0, as comparisons give, is 0. */
  #turned(line: number): number | undefined {
    const { op, args } = this.lines[line]!;
    if (op !== "eq" || !this.#isLiteral(args[1], 0)) return undefined;
    const choice = this.lines[args[0]!]!;
    if (choice.op !== "select" || !this.#isLiteral(choice.args[1]!, 1)) return undefined;
    return this.#isLiteral(choice.args[2]!, 0) ? choice.args[0] : undefined;
  }

  #isLiteral(number: number | undefined, value: number): boolean {
    const line = number === undefined ? undefined : this.lines[number];
    return line?.op === "const" && line.value === value;
  }
}

/** The lines that results need, numbered anew, and the results among them. */
export function neededLines(
  lines: readonly Line[],
  results: readonly number[],
): { readonly lines: readonly Line[]; readonly results: readonly number[] } {
  const isNeeded = new Array<boolean>(lines.length).fill(false);
  for (const line of results) isNeeded[line] = true;
  for (let i = lines.length - 1; i >= 0; i--)
    if (isNeeded[i]) for (const arg of lines[i]!.args) isNeeded[arg] = true;
  const numbers: number[] = [];
  let next = 0;
  for (const kept of isNeeded) numbers.push(kept ? next++ : -1);
  const renumbered = (line: Line): Line =>
    line.args.length === 0 ? line : ({ ...line, args: line.args.map((arg) => numbers[arg]!) } as Line);
  return {
    lines: lines.filter((_, i) => isNeeded[i]).map(renumbered),
    results: results.map((line) => numbers[line]!),
  };
}

/** The lane that a node's elements are in: for a bool any that is wanted. */
function laneFor({ dtype }: Node, wanted: Lane): Lane {
  return dtype === "bool" ? wanted : dtypes[dtype].lane;
}

function keyOf(line: Line): string {
  const head = `${line.op} ${line.lane}`;
  if (line.op === "const") return `${head} ${Object.is(line.value, -0) ? "-0" : line.value}`;
  if (line.op !== "read") return `${head} ${line.args}`;
  const access = ({ buffer, strides, offset }: Access) => `${buffer.name}[${strides}]+${offset}`;
  const guards = line.guards.map((g) => `${g.strides}+${g.offset}:${g.from}:${g.to}`);
  const index = line.index ? `${access(line.index.access)}*${line.index.stride}` : "";
  return `${head} ${access(line.access)} ${guards.join(";")} ${index}`;
}

/** Where a node lies, seen through the views above what is stored. Throws where views cannot be composed. */
export function placeOf(node: Node, stored: Stored): { buffer: Buffer; view: View } {
  let way: Way | null = null;
  let base = node;
  for (;;) {
    const buffer = stored(base, false);
    if (buffer) return { buffer, view: along(contiguous(base.shape), way) };
    if (base.op.work.kind !== "view") throw new Error(`expected ${base.op.name} to be stored`);
    way = through(base, way);
    base = base.inputs[0]!;
  }
}

/** A view carried along a way. Throws where no strides can say it. */
function along(view: View, way: Way | null): View {
  let seen = view;
  for (let at = way; at; at = at.next) {
    const { work } = at.node.op;
    const next = work.kind === "view" ? work.view(seen, at.node) : null;
    if (!next) throw new Unreadable(at.node.inputs[0]!);
    seen = next;
  }
  return seen;
}

/** The view of a coordinate of a node's shape: what it reads is the index along d. */
function coordinate(node: Node, d: number): View {
  return { shape: node.shape, strides: rowMajor(node.shape).map((_, i) => (i === d ? 1 : 0)), offset: 0 };
}

/**
 * From a graph to kernels: what can share a pass over the data does. Nodes in order and outputs go in; buffers, and kernels in the order
 * in which they run, come out.
 */
import { type Dtype, dtypes } from "../ir/dtype.ts";
import { programOf } from "../ir/elementwise.ts";
import { isGiven, type Node } from "../ir/graph.ts";
import { cast, permute } from "../ir/linear.ts";
import { rowMajor, type Shape, sameShape, sizeOf, type View } from "../ir/shape.ts";
import type { Access, Buffer, Kernel, Line, Loop, Matrix, Product, Read, Strand } from "./kernels.ts";
import { Lines, neededLines, placeOf, through, Unreadable, type Way } from "./lines.ts";
import { merge } from "./merge.ts";
import { base, literal, origin, Roots } from "./roots.ts";

/** A graph as kernels. */
export interface Schedule {
  readonly kernels: readonly Kernel[];
  /** What is given from outside, in order. */
  readonly leaves: readonly Buffer[];
  /** Where each output lies. */
  readonly outputs: readonly Buffer[];
}

/** Makes the schedule. Where strides turn out not to be enough, or work would be done twice, more nodes are stored, and it begins again. */
export function schedule(order: readonly Node[], outputs: readonly Node[]): Schedule {
  const roots = new Roots(order, outputs);
  for (;;) {
    const scheduler = new Scheduler(roots);
    try {
      const made = scheduler.schedule(order, outputs);
      const repeated = scheduler.repeated();
      if (repeated.length === 0) return made;
      for (const node of repeated) roots.mark(node);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      roots.mark(error.node, error.isApart);
    }
  }
}

/** The dimensions of a loop, and how many of the first are kept by folds, if any fold. */
interface Space {
  readonly shape: Shape;
  readonly kept: number | undefined;
  /** In which order the dimensions of what is folded are walked, where it is not their own. */
  readonly order: readonly number[] | null;
}

/** One output of a loop. */
interface Root {
  readonly node: Node;
  /** What is computed at each place, and how it is read there. */
  readonly source: Node;
  readonly way: Way | null;
  readonly fold: "sum" | "max" | "min" | null;
  /** Where it is written. */
  readonly target: Access;
}

/** A loop that is still open for more outputs. */
interface Draft {
  space: Space;
  readonly roots: Root[];
  /** Nodes that are computed at each place, and stored besides. */
  readonly inline: Set<Node>;
  readonly reads: Set<Buffer>;
  /** The strides of all that is read and written. */
  readonly strides: (readonly number[])[];
}

/** Whether of the dimensions after those kept at most one has a size: then there is nothing to merge. */
function isLine(shape: Shape, kept: number): boolean {
  let sized = 0;
  for (let d = kept; d < shape.length; d++) if (shape[d] !== 1) sized++;
  return sized <= 1;
}

function openDraft(space: Space): Draft {
  return { space, roots: [], inline: new Set(), reads: new Set(), strides: [] };
}

/** So many elements are no work: loops over them are joined whether they share something or not. */
const few = 4096;
/** The most outputs of one loop. */
const most = 160;

class Scheduler {
  readonly #roots: Roots;
  readonly #buffers = new Map<Node, Buffer>();
  readonly #leaves: Buffer[] = [];
  readonly #steps: (Draft | Product | Strand)[] = [];
  /** The last step that writes a node. */
  readonly #made = new Map<Node, number>();
  /** In how many loops each elementwise node is computed. */
  readonly #computed = new Map<Node, number>();

  constructor(roots: Roots) {
    this.#roots = roots;
  }

  schedule(order: readonly Node[], outputs: readonly Node[]): Schedule {
    for (const node of order) {
      if (isGiven(node)) this.#leaf(node);
      else if (this.#roots.has(node)) this.#make(node);
    }
    return {
      kernels: this.#steps.map((step) => ("roots" in step ? this.#loop(step) : step)),
      leaves: this.#leaves,
      outputs: outputs.map((node) => this.#buffers.get(origin(node))!),
    };
  }

  /** Elementwise nodes that are costly and computed in several loops: the last of each chain. */
  repeated(): Node[] {
    const nodes = [...this.#computed].filter(([, count]) => count > 1).map(([node]) => node);
    const costly = new Set(nodes.filter((node) => sizeOf(node.shape) > few && this.#weight(node) >= heavy));
    const inner = new Set([...costly].flatMap((node) => node.inputs.map(base)));
    return [...costly].filter((node) => !inner.has(node) && !this.#roots.has(node));
  }

  /** How many lines it takes to compute an element, at most. */
  #weight(node: Node, depth = 0): number {
    if (depth > 8 || isGiven(node) || this.#roots.has(node) || literal(node) !== undefined) return 0;
    const own = node.op.work.kind === "map" ? programOf(node).lines.length : 0;
    return node.inputs.reduce((sum, x) => sum + this.#weight(x, depth + 1), own);
  }

  #leaf(node: Node): void {
    const leaf = this.#leaves.length;
    const buffer = { name: `in${leaf}`, dtype: node.dtype, size: sizeOf(node.shape), leaf };
    this.#buffers.set(node, buffer);
    this.#leaves.push(buffer);
  }

  #buffer(node: Node, dtype: Dtype = node.dtype): Buffer {
    const made = this.#buffers.size - this.#leaves.length;
    const buffer = { name: `t${made}`, dtype, size: sizeOf(node.shape), leaf: null };
    this.#buffers.set(node, buffer);
    return buffer;
  }

  /** Schedules the work that stores a node. */
  #make(node: Node): void {
    const { work } = node.op;
    if (work.kind === "reduce") this.#fold(node, work.fold);
    else if (work.kind === "cat") this.#cat(node);
    else if (work.kind === "matmul") this.#step(node, this.#product(node));
    else if (work.kind === "position") this.#step(node, this.#strand(node, `position_${work.of}`));
    else if (work.kind === "cumsum" || work.kind === "scatter")
      this.#step(node, this.#strand(node, work.kind));
    else this.#store(node);
  }

  #step(node: Node, step: Product | Strand): void {
    this.#made.set(node, this.#steps.push(step) - 1);
  }

  #store(node: Node): void {
    const target = { buffer: this.#buffer(node), strides: rowMajor(node.shape), offset: 0 };
    const space = { shape: node.shape, kept: undefined, order: null };
    this.#join(space, { node, source: node, way: null, fold: null, target });
  }

  /** Each input goes where it belongs. */
  #cat(node: Node): void {
    const buffer = this.#buffer(node);
    const strides = rowMajor(node.shape);
    const dim = node.attrs[0]!;
    let start = 0;
    for (const source of node.inputs) {
      const target = { buffer, strides, offset: start * strides[dim]! };
      const space = { shape: source.shape, kept: undefined, order: null };
      this.#join(space, { node, source, way: null, fold: null, target });
      start += source.shape[dim]!;
    }
  }

  /** A fold walks the kept dimensions, and then the folded ones. Where what it reads does not lie so, it is stored in that order first. */
  #fold(node: Node, fold: "sum" | "max" | "min"): void {
    const [x] = node.inputs as [Node];
    const kept = x.shape.map((_, d) => d).filter((d) => !node.attrs.includes(d));
    const order = [...kept, ...node.attrs];
    const permuted = permute(x, order);
    const isNatural = permuted === x;
    const space = { shape: permuted.shape, kept: kept.length, order: isNatural ? null : order };
    const strides = [...rowMajor(kept.map((d) => x.shape[d]!)), ...node.attrs.map(() => 0)];
    const way = isNatural ? null : through(permuted, null);
    const target = (): Access => ({ buffer: this.#buffer(node), strides, offset: 0 });
    if (this.#isOneRun(x, way, space)) this.#join(space, { node, source: x, way, fold, target: target() });
    else if (isNatural) throw new Unreadable(x, true);
    else {
      if (!this.#buffers.has(permuted)) this.#store(permuted);
      this.#join(
        { ...space, order: null },
        { node, source: permuted, way: null, fold, target: target() },
        true,
      );
    }
  }

  /** Whether the folded dimensions can be walked as one. */
  #isOneRun(source: Node, way: Way | null, { shape, kept }: Space): boolean {
    if (isLine(shape, kept!)) return true;
    const isOpen = (node: Node): boolean => isElementwise(node) && !this.#roots.isApart(node);
    const lines = new Lines((node, isDirect) =>
      isDirect && isOpen(node) ? undefined : this.#buffers.get(node),
    );
    lines.value(source, way);
    return merge(shape, kept!, shape.length, stridesOf(lines.lines)).dims.length <= 1;
  }

  #product(node: Node): Product {
    const [batches, m, n] = node.shape as [number, number, number];
    const k = node.inputs[0]!.shape[2]!;
    const [a, b] = node.inputs.map((x) => this.#matrix(x)) as [Matrix, Matrix];
    const dtype = node.dtype as Product["dtype"];
    return { kind: "product", dtype, sizes: [batches, m, n, k], a, b, out: this.#buffer(node) };
  }

  #matrix(node: Node): Matrix {
    const { buffer, view } = placeOf(node, (x) => this.#buffers.get(x));
    return { buffer, offset: view.offset, strides: view.strides as unknown as Matrix["strides"] };
  }

  #strand(node: Node, name: Strand["name"]): Strand {
    const [x] = node.inputs as [Node];
    const dim = node.attrs[0]!;
    const sizes = [sizeOf(x.shape.slice(0, dim)), x.shape[dim]!, sizeOf(x.shape.slice(dim + 1))];
    const first = name === "cumsum" ? cast(x, node.dtype) : x;
    if (first !== x && !this.#buffers.has(first)) this.#store(first);
    const inputs = [first, ...node.inputs.slice(1)].map((input) => this.#buffers.get(origin(input))!);
    const places = name === "scatter" ? [node.shape[dim]!] : [];
    return {
      kind: "strand",
      name,
      dtype: first.dtype,
      sizes: [...sizes, ...places],
      inputs,
      out: this.#buffer(node),
    };
  }

  /** Puts a root into the open loop with which it shares most, or into one of its own. */
  #join(space: Space, root: Root, isApart = false): void {
    const needs = this.#needs(root, isApart);
    const own = bytesOf(needs.reads);
    let best: { at: number; score: number } | undefined;
    for (let at = this.#steps.length - 1; at >= 0; at--) {
      const score = this.#score(this.#steps[at]!, at, space, root, needs);
      if (score > (best?.score ?? (own > few ? 0 : -1))) best = { at, score };
    }
    const at = best?.at ?? this.#steps.push(openDraft(space)) - 1;
    const draft = this.#steps[at] as Draft;
    if (space.kept !== undefined) draft.space = space;
    draft.roots.push(root);
    if (!isLine(space.shape, draft.space.kept ?? 0)) draft.strides.push(...this.#strides(root, draft.inline));
    for (const buffer of needs.reads) draft.reads.add(buffer);
    if (root.source === root.node) draft.inline.add(root.node);
    this.#made.set(root.node, Math.max(at, this.#made.get(root.node) ?? 0));
  }

  /** How many bytes need not be read again if the root joins a step; -1 where it cannot. */
  #score(step: Draft | Product | Strand, at: number, space: Space, root: Root, needs: Needs): number {
    if (!("roots" in step) || step.roots.length >= most || !areAlike(step.space, space)) return -1;
    const isReady = (node: Node): boolean => this.#made.get(node)! < at;
    if (!needs.before.every(isReady)) return -1;
    const isHere = (node: Node): boolean => space.order === null && step.inline.has(node);
    if (!needs.direct.every((node) => isReady(node) || isHere(node))) return -1;
    const kept = space.kept ?? step.space.kept;
    if (kept !== undefined && !isLine(space.shape, kept)) {
      const all = [...step.strides, ...this.#strides(root, step.inline)];
      if (merge(space.shape, kept, space.shape.length, all).dims.length > 1) return -1;
    }
    const shared = needs.reads.filter((buffer) => step.reads.has(buffer));
    return bytesOf(shared) + bytesOf(needs.direct.filter(isHere).map((node) => this.#buffers.get(node)!));
  }

  /** The strides of what a root reads and writes in a loop that computes some nodes itself. */
  #strides({ node, source, way, target }: Root, inline: ReadonlySet<Node>): (readonly number[])[] {
    const lines = new Lines((x, isDirect) =>
      isDirect && (inline.has(x) || x === node) ? undefined : this.#buffers.get(x),
    );
    lines.value(source, way);
    return [...stridesOf(lines.lines), target.strides];
  }

  /** What a root reads: whole buffers that must be there before, and nodes that may be computed in the same loop. */
  #needs(root: Root, isApart: boolean): Needs {
    const [before, direct, reads] = [new Set<Node>(), new Set<Node>(), new Set<Buffer>()];
    const seen = { direct: new Set<Node>(), before: new Set<Node>() };
    const visit = (node: Node, isDirect: boolean): void => {
      if (literal(node) !== undefined && !this.#buffers.has(node)) return;
      if (node !== root.node && this.#buffers.has(node)) {
        const buffer = this.#buffers.get(node)!;
        reads.add(buffer);
        if (buffer.leaf !== null) return;
        if (isDirect && !isApart && !this.#roots.isApart(node)) direct.add(node);
        else before.add(node);
        return;
      }
      const visited = seen[isDirect ? "direct" : "before"];
      if (visited.has(node)) return;
      visited.add(node);
      for (const x of node.inputs) visit(x, isDirect && isElementwise(node));
    };
    visit(root.source, root.way === null);
    return { before: [...before], direct: [...direct].filter((x) => !before.has(x)), reads: [...reads] };
  }

  /** The loop of a draft. */
  #loop({ space, roots, inline }: Draft): Loop {
    const lines = new Lines((node, isDirect) =>
      isDirect && inline.has(node) ? undefined : this.#buffers.get(node),
    );
    const results = roots.map((root) => lines.value(root.source, root.way));
    for (const node of lines.computed()) this.#computed.set(node, 1 + (this.#computed.get(node) ?? 0));
    const needed = neededLines(lines.lines, results);
    const outputs = roots.map((root, i) => ({ ...root, line: needed.results[i]! }));
    const all = [...stridesOf(needed.lines), ...outputs.map(({ target }) => target.strides)];
    const { shape } = space;
    const end = space.kept ?? shape.length;
    const kept = merge(shape, 0, end, all);
    const folded = merge(shape, end, shape.length, all);
    const isFlat = (space.kept === undefined ? kept : folded).dims.length === 0;
    const pick = (strides: readonly number[]): number[] => [
      ...[...kept.dims, ...folded.dims].map((d) => strides[d]!),
      ...(isFlat ? [0] : []),
    ];
    const size = isFlat ? [sizeOf(shape.slice(space.kept ?? 0))] : [];
    const moved = (access: Access): Access => ({ ...access, strides: pick(access.strides) });
    return {
      kind: "loop",
      shape: [...kept.shape, ...folded.shape, ...size],
      lines: needed.lines.map((line) => (line.op === "read" ? movedRead(line, pick) : line)),
      stores: outputs
        .filter(({ fold }) => !fold)
        .map(({ line, target }) => ({ line, access: moved(target) })),
      folds: outputs.flatMap(({ fold, line, target }) =>
        fold ? [{ fold, line, access: moved(target) }] : [],
      ),
    };
  }
}

/** What a root needs of others. */
interface Needs {
  readonly before: readonly Node[];
  readonly direct: readonly Node[];
  readonly reads: readonly Buffer[];
}

/** To compute so many lines again costs as much as to store what they give, and to read it. */
const heavy = 24;

/** Whether a loop computes a node from the elements at the same place. */
function isElementwise(node: Node): boolean {
  return !isGiven(node) && (node.op.work.kind === "map" || node.op.work.kind === "cast");
}

function bytesOf(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, { dtype, size }) => sum + size * dtypes[dtype].bytes, 0);
}

function areAlike(a: Space, b: Space): boolean {
  const keepsAlike = a.kept === b.kept || a.kept === undefined || b.kept === undefined;
  return keepsAlike && sameShape(a.shape, b.shape) && sameShape(a.order ?? [], b.order ?? []);
}

/** The strides of everything that lines read, guards and indices too. */
function stridesOf(lines: readonly Line[]): (readonly number[])[] {
  return lines.flatMap((line) =>
    line.op !== "read"
      ? []
      : [
          line.access.strides,
          ...line.guards.map(({ strides }) => strides),
          ...(line.index ? [line.index.access.strides] : []),
        ],
  );
}

function movedRead(line: Read, pick: (strides: readonly number[]) => number[]): Read {
  const { access, guards, index } = line;
  const moved = <T extends Pick<View, "strides">>(x: T): T => ({ ...x, strides: pick(x.strides) });
  return {
    ...line,
    access: moved(access),
    guards: guards.map(moved),
    index: index && { ...index, access: moved(index.access) },
  };
}

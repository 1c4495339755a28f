/** Kernels in words: a kernel goes in, a title comes out, and its work as lines that read like a program. */
import type { Access, Fold, Guard, Kernel, Line, Loop, Matrix, Product, Read, Strand } from "./kernels.ts";
import { levelsOf } from "./levels.ts";

/** What a kernel is: "a loop over 1 dimension: 2 reads, 21 lines, 4 sums". */
export function titleOf(kernel: Kernel): string {
  switch (kernel.kind) {
    case "loop":
      return loopTitle(kernel);
    case "product":
      return `a product of ${kernel.dtype}`;
    case "strand":
      return `${strandTitles[kernel.name]} of ${kernel.dtype}`;
    default:
      return kernel satisfies never;
  }
}

const strandTitles = {
  cumsum: "running sums",
  position_max: "places of the largest",
  position_min: "places of the smallest",
  scatter: "sums at indices",
} as const satisfies Record<Strand["name"], string>;

function loopTitle({ shape, lines, stores, folds }: Loop): string {
  const reads = lines.filter(({ op }) => op === "read").length;
  const computed = lines.filter(({ op }) => op !== "read" && op !== "const").length;
  const parts = [
    counted(reads, "read", "reads"),
    counted(computed, "line", "lines"),
    counted(stores.length, "store", "stores"),
    ...foldWords.map(([fold, one, many]) => counted(folds.filter((f) => f.fold === fold).length, one, many)),
  ];
  const over = counted(shape.length, "dimension", "dimensions");
  return `${isSingle(shape) ? "one element" : `a loop over ${over}`}: ${parts.filter(Boolean).join(", ")}`;
}

/** Whether a loop is over one element alone. */
function isSingle(shape: readonly number[]): boolean {
  return shape.length === 1 && shape[0] === 1;
}

const foldWords = [
  ["sum", "sum", "sums"],
  ["max", "maximum", "maxima"],
  ["min", "minimum", "minima"],
] as const satisfies readonly (readonly [Fold["fold"], string, string])[];

/** `3 reads`, `1 read`, and nothing for none. */
function counted(count: number, one: string, many: string): string {
  return count === 0 ? "" : `${count} ${count === 1 ? one : many}`;
}

/** How large a kernel is, behind its title, where its lines do not say. */
export function sizesOf(kernel: Kernel): string {
  if (kernel.kind === "loop") return "";
  if (kernel.kind === "product") {
    const [batches, m, n, k] = kernel.sizes;
    return `${batches === 1 ? "" : `, ${batches} times`}, [${m}, ${k}] by [${k}, ${n}]`;
  }
  const [outer, length, inner, places] = kernel.sizes;
  const into = places === undefined ? "" : ` into ${places} places`;
  return `, along ${length} of [${outer}, ${length}, ${inner}]${into}`;
}

/** What a kernel does, line by line; what is indented is done again and again. */
export function linesOf(kernel: Kernel): string[] {
  switch (kernel.kind) {
    case "loop":
      return linesOfLoop(kernel);
    case "product":
      return linesOfProduct(kernel);
    case "strand":
      return linesOfStrand(kernel);
    default:
      return kernel satisfies never;
  }
}

/** Names of the index along each dimension. */
const indices = ["i", "j", "k", "l", "m", "n"];

function indexName(d: number): string {
  return indices[d] ?? `i${d}`;
}

/** Lines stand where they are computed: before the loop, once for each row of the innermost dimension, or at every element. */
function linesOfLoop({ shape, lines, stores, folds }: Loop): string[] {
  const levels = levelsOf(lines);
  const operands = namesOf(lines);
  const at = (level: number): string[] =>
    lines.flatMap((line, i) =>
      levels[i] !== level || line.op === "const" ? [] : [`${operands[i]} = ${expression(line, operands)}`],
    );
  const outer = shape.slice(0, -1).map((size, d) => `${indexName(d)} < ${size}`);
  const inner = `for ${indexName(shape.length - 1)} < ${shape.at(-1)}`;
  const results = [
    ...stores.map(({ line, access }) => `${element(access)} = ${operands[line]}`),
    ...folds.map(({ fold, line, access }) => `${element(access)} = ${fold} of ${operands[line]}`),
  ];
  if (isSingle(shape)) return [...at(0), ...at(1), ...at(2), ...results];
  const row = [...at(1), inner, ...indented([...at(2), ...results])];
  return [...at(0), ...(outer.length > 0 ? [`for ${outer.join(", ")}`, ...indented(row)] : row)];
}

/** Lines further to the right; empty ones stay so. */
export function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === "" ? "" : `  ${line}`));
}

/** What each line is called where it is used; a constant is itself. */
function namesOf(lines: readonly Line[]): string[] {
  let count = 0;
  return lines.map((line) => (line.op === "const" ? numberText(line.value) : `v${count++}`));
}

/** A number; float32 ones in the few digits that tell them. */
export function numberText(value: number): string {
  if (Object.is(value, -0)) return "-0";
  const short = Number.parseFloat(value.toPrecision(8));
  return String(Math.fround(value) === value && Math.fround(short) === value ? short : value);
}

const operators: Readonly<Partial<Record<Line["op"], string>>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  lt: "<",
  le: "<=",
  eq: "==",
};

function expression(line: Line, operands: readonly string[]): string {
  if (line.op === "read") return read(line);
  const args = line.args.map((arg) => operands[arg]!);
  const operator = operators[line.op];
  if (operator) return args.join(` ${operator} `);
  return `${line.op === "convert" ? line.lane : line.op}(${args.join(", ")})`;
}

function read({ access, guards, index }: Read): string {
  const looked = index ? [[index.stride, element(index.access)] as const] : [];
  const within = guards.map((guard) => `${guard.from} <= ${place(guard)} < ${guard.to}`);
  const text = element(access, looked);
  return within.length > 0 ? `${text} where ${within.join(" and ")}, else 0` : text;
}

type Term = readonly [factor: number, name: string];

/** `in0[20*i + j]`; of a buffer of one element its name alone. */
function element(access: Access, more: readonly Term[] = []): string {
  const at = place(access, more);
  return at === "0" && access.buffer.size === 1 ? access.buffer.name : `${access.buffer.name}[${at}]`;
}

/** Where a walk along strides is: what begins by going backwards says first from where. */
function place({ strides, offset }: Access | Guard, more: readonly Term[] = []): string {
  const all: Term[] = [...strides.map((stride, d): Term => [stride, indexName(d)]), ...more];
  const terms = all.filter(([factor]) => factor !== 0);
  const text = terms.map(([factor, name]) => `${factor < 0 ? "-" : "+"} ${times(Math.abs(factor), name)}`);
  const start = offset === 0 && terms.length > 0 ? [] : [`${offset < 0 ? "-" : "+"} ${Math.abs(offset)}`];
  const isBackwards = terms.length > 0 && terms[0]![0] < 0;
  const words = (isBackwards ? [...start, ...text] : [...text, ...start]).join(" ");
  return words.replace(/^\+ /, "").replace(/^- /, "-");
}

function times(factor: number, name: string): string {
  return factor === 1 ? name : `${factor}*${name}`;
}

/** A product as the sum that it is. */
function linesOfProduct({ sizes: [batches, m, n], a, b, out }: Product): string[] {
  const into = terms(out.name, [m * n, n, 1], 0, ["b", "i", "j"], batches);
  const [x, y] = [factor(a, ["b", "i", "k"], batches), factor(b, ["b", "k", "j"], batches)];
  return [`${into} = sum over k of ${x} * ${y}`];
}

function factor({ buffer, offset, strides }: Matrix, names: readonly string[], batches: number): string {
  return terms(buffer.name, strides, offset, names, batches);
}

function terms(
  buffer: string,
  strides: readonly number[],
  offset: number,
  names: readonly string[],
  batches: number,
): string {
  const more = strides.map((stride, d): Term => [d === 0 && batches === 1 ? 0 : stride, names[d]!]);
  return `${buffer}[${place({ strides: [], offset, from: 0, to: 0 }, more)}]`;
}

function linesOfStrand({ name, inputs, out }: Strand): string[] {
  return [`${out.name} = ${strandTitles[name]} of ${inputs.map((input) => input.name).join(", ")}`];
}

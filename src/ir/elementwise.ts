/** How a row of the elementwise table becomes an op: operands brought to one dtype and shape, a program for a lane, gradients by the chain rule. */
import { type Dtype, dtypeOfNumber, dtypes, floating, precedence } from "./dtype.ts";
import { constant, literalOf, make, type Node, type Op } from "./graph.ts";
import { cast, expand, zerosLike } from "./linear.ts";
import { type Lane, type Lowering, type Program, program, type Scalar } from "./scalar.ts";
import { broadcast, sameShape } from "./shape.ts";

/** Where an argument's test values come from; several intervals step over a kink or a pole between them. */
export type Domain = readonly (readonly [low: number, high: number])[];

/** A partial derivative, from the operands and the result; null where it is zero. */
export type PartialDerivative = (x: Node, y: Node, z: Node, result: Node) => Node | null;

/** All there is to say about one elementwise op. */
export interface MapRow {
  readonly arity: 1 | 2 | 3;
  /** The dtype of the result: that of the operands (bools count as int32), a floating one, or bool. */
  readonly gives: "operands" | "floating" | "bool";
  readonly lower: (x: Scalar, y: Scalar, z: Scalar) => Scalar;
  /** The lowering for int32, in f64 lanes, where it differs. Results wrap modulo 2^32 afterwards. */
  readonly integer?: (x: Scalar, y: Scalar, z: Scalar) => Scalar;
  /** The partial derivative for each operand. */
  readonly partials?: readonly PartialDerivative[];
  /** The first operand is a condition: a bool, whatever the others are. */
  readonly isConditional?: true;
  /** Values of the last operands when they are not given. */
  readonly defaults?: readonly number[];
  readonly domain: readonly Domain[];
}

/** The words of the table that the machinery itself speaks. */
interface Arithmetic {
  readonly add: (x: Node, y: Node) => Node;
  readonly mul: (x: Node, y: Node) => Node;
  readonly neg: (x: Node) => Node;
  readonly where: (condition: Node, x: Node, y: Node) => Node;
}

/** The op of a row. Its gradients multiply by the row's partials; a row without partials stops gradients. */
export function mapOp(name: string, row: MapRow, arithmetic: () => Arithmetic): Op {
  const work = { kind: "map", lower: row.lower, integer: row.integer ?? row.lower } as const;
  const { partials } = row;
  if (!partials) return { name, work };
  const moved = (node: Node, t: Node, i: number): Node | null => {
    const [x, y, z] = node.inputs;
    const partial = partials[i]!(x!, y ?? x!, z ?? x!, node);
    return partial && times(t, partial, arithmetic());
  };
  return {
    name,
    work,
    vjp: (node, g, isWanted) => node.inputs.map((x, i) => (isWanted(x) ? moved(node, g, i) : null)),
    jvp: (node, tangents) =>
      tangents
        .flatMap((t, i) => (t && moved(node, t, i)) ?? [])
        .reduce<Node | null>((sum, term) => (sum ? arithmetic().add(sum, term) : term), null),
  };
}

/** g times a partial derivative, which is often a literal, or a choice of literals: that chooses, so that 0 times infinity is no NaN. */
function times(g: Node, partial: Node, o: Arithmetic): Node {
  const literal = literalOf(partial);
  if (literal !== undefined) return scaled(g, literal, o);
  if (literalOf(g) === 1 && sameShape(g.shape, partial.shape)) return partial;
  if (partial.op.name === "mul") return timesProduct(g, partial, o);
  if (partial.op.name !== "where") return o.mul(g, partial);
  const [condition, then, otherwise] = partial.inputs as [Node, Node, Node];
  const [a, b] = [literalOf(then), literalOf(otherwise)];
  if (a === undefined || b === undefined) return o.mul(g, partial);
  return o.where(condition, scaled(g, a, o), scaled(g, b, o));
}

/** A power of two goes with g, which is often the same number everywhere: to the same bits, and one product less at each element. */
function timesProduct(g: Node, product: Node, o: Arithmetic): Node {
  const [x, factor] = product.inputs as [Node, Node];
  const literal = literalOf(factor);
  const isPower = literal !== undefined && literal !== 0 && Number.isInteger(Math.log2(Math.abs(literal)));
  return isPower ? o.mul(scaled(g, literal, o), x) : o.mul(g, product);
}

function scaled(g: Node, factor: number, o: Arithmetic): Node {
  if (factor === 1) return g;
  if (factor === 0) return zerosLike(g);
  return factor === -1 ? o.neg(g) : o.mul(g, constant(factor, g.dtype));
}

/** How a plain number enters the graph: as a literal of a rule, or as an argument of the program. */
export type Leaf = (value: number, dtype: Dtype) => Node;

/** The node op(args): shapes broadcast, dtypes promoted, numbers made leaves of the dtype that comes out. */
export function apply(op: Op, row: MapRow, args: readonly (Node | number)[], leaf: Leaf): Node {
  const dtype = operandDtype(row, args);
  const inputs = new Array<Node>(args.length);
  for (let i = 0; i < inputs.length; i++)
    inputs[i] = asNode(args[i]!, row.isConditional && i === 0 ? "bool" : dtype, leaf);
  const shape = broadcast(op.name, inputs);
  for (let i = 0; i < inputs.length; i++) inputs[i] = expand(inputs[i]!, shape);
  return make(op, inputs, shape, row.gives === "bool" ? "bool" : dtype);
}

function asNode(x: Node | number, dtype: Dtype, leaf: Leaf): Node {
  return typeof x === "number" ? leaf(x, dtype) : cast(x, dtype);
}

/** The dtype that operands other than a condition are brought to. */
function operandDtype(row: MapRow, args: readonly (Node | number)[]): Dtype {
  const dtype = promoted(args, row.isConditional ? 1 : 0);
  if (row.gives === "floating") return floating(dtype);
  return row.gives === "operands" && dtype === "bool" && !row.isConditional ? "int32" : dtype;
}

/** The dtype that operands from `start` on promote to: that of the first in precedence. Most often they are of one dtype. */
function promoted(operands: readonly (Node | number)[], start: number): Dtype {
  let first = operands[start]!;
  if (areOfDtype(dtypeOf(first), operands, start + 1)) return dtypeOf(first);
  for (let i = start + 1; i < operands.length; i++)
    if (precedenceOf(operands[i]!) > precedenceOf(first)) first = operands[i]!;
  return dtypeOf(first);
}

function areOfDtype(dtype: Dtype, operands: readonly (Node | number)[], start: number): boolean {
  for (let i = start; i < operands.length; i++) if (dtypeOf(operands[i]!) !== dtype) return false;
  return true;
}

function precedenceOf(x: Node | number): number {
  return precedence(
    dtypeOf(x),
    typeof x === "number" ? "number" : x.shape.length === 0 ? "scalar" : "tensor",
  );
}

function dtypeOf(x: Node | number): Dtype {
  return typeof x === "number" ? dtypeOfNumber(x) : x.dtype;
}

const programs = new WeakMap<Op, { [kind in Lane | "int32"]?: Program }>();

/** What an elementwise node does to one element, in the lane its operands compute in. */
export function programOf(node: Node): Program {
  const { lane } = dtypes[node.inputs.at(-1)!.dtype];
  const key = node.dtype === "int32" ? "int32" : lane;
  let known = programs.get(node.op);
  if (!known) programs.set(node.op, (known = {}));
  return (known[key] ??= program(lane, node.inputs.length, loweringOf(node)));
}

function loweringOf({ op: { name, work }, dtype }: Node): Lowering {
  if (work.kind !== "map") throw new TypeError(`expected an elementwise op, got ${name}`);
  return dtype === "int32" ? (...inputs) => wrap(work.integer(...inputs)) : work.lower;
}

/** A whole number modulo 2^32, between -2^31 and 2^31 - 1; NaN and infinity become 0, and so does -0, which integers have not. */
function wrap(x: Scalar): Scalar {
  const turns = x
    .mul(2 ** -32)
    .add(0.5)
    .floor();
  const wrapped = x.sub(turns.mul(2 ** 32));
  return wrapped.eq(wrapped).select(wrapped.add(0), 0);
}

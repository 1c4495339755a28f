/** Formulas over tensors: what numbers, operators and functions mean there. Parts without a tensor stay plain numbers. */
import type { Dtype } from "../ir/dtype.ts";
import type { MapName } from "../ir/maps.ts";
import { tensor } from "../tensor/make.ts";
import { mapped, type Operand, Tensor } from "../tensor/tensor.ts";
import { type Algebra, numbers } from "./formula/evaluate.ts";
import { type FunctionName, functions as rows } from "./formula/table.ts";

type Over<T> = (x: T, y: T) => T;

/** An op where a tensor takes part, else the same over numbers. */
function lifted(op: MapName, arity: 1 | 2, plain: Over<number>): Over<Operand> {
  return (x, y) => {
    const args = arity === 1 ? [x] : [x, y];
    return args.some((arg) => arg instanceof Tensor) ? mapped(op, args) : plain(x as number, y as number);
  };
}

/** The op for each function of formulas, where its name is another. */
const names: Partial<Record<FunctionName, MapName>> = { min: "minimum", max: "maximum" };

const functions = Object.fromEntries(
  (Object.keys(rows) as FunctionName[]).map((name) => [
    name,
    lifted(names[name] ?? (name as MapName), rows[name].arity, rows[name].of),
  ]),
) as Record<FunctionName, Over<Operand>>;

const pow = lifted("pow", 2, numbers.power as Over<number>);
const negate = lifted("neg", 1, numbers.negate);

/** The algebra of tensors and numbers. */
export const tensors: Algebra<Operand> = {
  number: (value) => value,
  negate: (x) => negate(x, x),
  add: lifted("add", 2, numbers.add),
  subtract: lifted("sub", 2, numbers.subtract),
  multiply: lifted("mul", 2, numbers.multiply),
  divide: lifted("div", 2, numbers.divide),
  power: (base, exponent) =>
    base instanceof Tensor && typeof exponent === "number" ? base.pow(exponent) : pow(base, exponent),
  functions,
};

/** What an expression gives, as a tensor: one without names gives a number. */
export function asTensor(value: Operand, dtype: Dtype = "float64"): Tensor {
  return value instanceof Tensor ? value : tensor(value, { dtype });
}

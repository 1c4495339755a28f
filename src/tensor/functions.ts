/** Every operation as a function of the same name as the method: the tensor comes first, then the method's own arguments. */
import { maps } from "../ir/maps.ts";
import { mapped, type Operand, Tensor } from "./tensor.ts";

/** The methods that give a tensor. */
type MethodName = {
  [K in keyof Tensor]: Tensor[K] extends (...args: never[]) => Tensor
    ? K extends string
      ? K
      : never
    : never;
}[keyof Tensor];

/** Elementwise functions take numbers in the first place too: `sub(1, x)`. */
type Functions = {
  readonly [K in MethodName]: (
    x: K extends keyof typeof maps ? Operand : Tensor,
    ...args: Parameters<Tensor[K]>
  ) => Tensor;
};

/** Functions by name, made as they are asked for. */
const functions = new Proxy({} as Functions, { get: (_, name: string) => functionOf(name as MethodName) });

function functionOf(name: MethodName): (x: Operand, ...args: unknown[]) => Tensor {
  return (x, ...args) => {
    if (x instanceof Tensor) return (x[name] as (...rest: unknown[]) => Tensor).apply(x, args);
    if (!(name in maps))
      throw new TypeError(`${name} expects a tensor, got ${x === null ? "null" : typeof x}`);
    return mapped(name as keyof typeof maps, [x, ...(args as Operand[])]);
  };
}

/** One name a method; the methods say what they do. */
export const {
  add,
  sub,
  mul,
  div,
  pow,
  maximum,
  minimum,
  atan2,
  hypot,
  neg,
  abs,
  sign,
  square,
  sqrt,
  rsqrt,
  reciprocal,
  exp,
  expm1,
  log,
  log1p,
  log2,
  log10,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  sigmoid,
  relu,
  softplus,
  logSigmoid,
  gelu,
  silu,
  elu,
  leakyRelu,
  erf,
  erfc,
  lgamma,
  digamma,
  trigamma,
  floor,
  ceil,
  round,
  trunc,
  clamp,
  eq,
  ne,
  lt,
  le,
  gt,
  ge,
  sum,
  mean,
  prod,
  amax,
  amin,
  std,
  norm,
  logsumexp,
  softmax,
  logSoftmax,
  cumsum,
  argmax,
  argmin,
  matmul,
  reshape,
  permute,
  transpose,
  expand,
  squeeze,
  unsqueeze,
  slice,
  flip,
  indexSelect,
  to,
  float,
  double,
  detach,
  clone,
} = functions;

/** `var` is a word of the language: `import { var as variance }`. */
const { var: variance } = functions;

export { variance as var };

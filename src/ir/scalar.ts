/**
 * Scalar programs: what happens to one element, as a short list of primitives.
 * A lowering builds one with `Scalar` values; a backend pronounces the primitives, one vector instruction or two each.
 */

/** The two arithmetics a program can run in. Every primitive rounds to its lane: f32 is float32 throughout, not rounded doubles at the end. */
export type Lane = "f32" | "f64";

/**
 * The closed set of primitives, with the number of arguments each takes.
 * Arithmetic is IEEE 754, round to nearest even. NaN goes in, NaN comes out, with two exceptions: comparisons with NaN are
 * false, and `select` passes on only what it chooses. The sign and payload of a NaN are unspecified.
 */
export const primitives = {
  /** A literal, rounded to the lane. */
  const: 0,
  /** The i-th argument of the program. */
  input: 0,
  add: 2,
  sub: 2,
  mul: 2,
  div: 2,
  /** The smaller; NaN if either is NaN; -0 is smaller than 0. */
  min: 2,
  /** The larger; NaN if either is NaN; 0 is larger than -0. */
  max: 2,
  neg: 1,
  abs: 1,
  /** The first argument's magnitude with the second's sign bit. */
  copysign: 2,
  sqrt: 1,
  floor: 1,
  /** Comparisons give masks, which only `select` reads. */
  lt: 2,
  le: 2,
  eq: 2,
  /** select(mask, a, b): a where the mask holds, else b. Both are evaluated. */
  select: 3,
  /** The exponent field less its bias: floor(log2 |x|) of a normal number; -1023 (f32: -127) for zero and subnormals, 1024 (128) for infinity and NaN. */
  exponent: 1,
  /** The significand in [1, 2): the fraction bits of x under the sign and exponent of 1. */
  significand: 1,
  /** 2^k of an integer k from -1023 (f32: -127), which gives 0, to 1024 (128), which gives infinity. */
  pow2: 1,
  /** x with the lower half of its significand cleared (27 bits; f32: 12), so that products of heads are exact. */
  head: 1,
  /** x less the nearest multiple of pi/2, for |x| > 2^20; x itself below. Out of line: the rare case, exact by long arithmetic. */
  remainder: 1,
  /** Which multiple of pi/2 `remainder` took away, modulo 4; 0 for |x| <= 2^20. */
  quadrant: 1,
} as const;

export type Primitive = keyof typeof primitives;

/** One line of a program. `args` are the numbers of earlier lines; `value` is a const's literal or an input's position. */
export interface Instruction {
  readonly primitive: Primitive;
  readonly args: readonly number[];
  readonly value?: number;
}

/** A straight-line program in single assignment: line i defines value i, and the lines in `results` are what it returns. */
export interface Program {
  readonly lane: Lane;
  readonly arity: number;
  readonly lines: readonly Instruction[];
  readonly results: readonly number[];
}

/** What a lowering is: scalars in, one scalar out. */
export type Lowering = (...inputs: Scalar[]) => Scalar;

/** Runs a lowering on symbolic inputs and keeps what it wrote. Equal lines are written once; lines that no result needs are dropped. */
export function program(lane: Lane, arity: number, lowering: Lowering): Program {
  const builder = new Builder(lane);
  const inputs = Array.from({ length: arity }, (_, i) => builder.emit("input", [], i));
  const result = lowering(...inputs);
  return prune({ lane, arity, lines: builder.lines, results: [result.line] });
}

/** A value in a program being written. Numbers beside it become literals of the same lane. */
export class Scalar {
  readonly builder: Builder;
  readonly line: number;

  constructor(builder: Builder, line: number) {
    this.builder = builder;
    this.line = line;
  }

  /** Which arithmetic this is, for lowerings whose coefficients differ. */
  get lane(): Lane {
    return this.builder.lane;
  }

  add(b: Scalar | number): Scalar {
    return this.#with("add", b);
  }
  sub(b: Scalar | number): Scalar {
    return this.#with("sub", b);
  }
  mul(b: Scalar | number): Scalar {
    return this.#with("mul", b);
  }
  div(b: Scalar | number): Scalar {
    return this.#with("div", b);
  }
  min(b: Scalar | number): Scalar {
    return this.#with("min", b);
  }
  max(b: Scalar | number): Scalar {
    return this.#with("max", b);
  }
  copysign(b: Scalar | number): Scalar {
    return this.#with("copysign", b);
  }
  neg(): Scalar {
    return this.builder.emit("neg", [this]);
  }
  abs(): Scalar {
    return this.builder.emit("abs", [this]);
  }
  sqrt(): Scalar {
    return this.builder.emit("sqrt", [this]);
  }
  floor(): Scalar {
    return this.builder.emit("floor", [this]);
  }
  exponent(): Scalar {
    return this.builder.emit("exponent", [this]);
  }
  significand(): Scalar {
    return this.builder.emit("significand", [this]);
  }
  pow2(): Scalar {
    return this.builder.emit("pow2", [this]);
  }
  head(): Scalar {
    return this.builder.emit("head", [this]);
  }
  remainder(): Scalar {
    return this.builder.emit("remainder", [this]);
  }
  quadrant(): Scalar {
    return this.builder.emit("quadrant", [this]);
  }

  lt(b: Scalar | number): Mask {
    return mask(this.#with("lt", b));
  }
  le(b: Scalar | number): Mask {
    return mask(this.#with("le", b));
  }
  gt(b: Scalar | number): Mask {
    return mask(this.literal(b).#with("lt", this));
  }
  ge(b: Scalar | number): Mask {
    return mask(this.literal(b).#with("le", this));
  }
  eq(b: Scalar | number): Mask {
    return mask(this.#with("eq", b));
  }
  /** Only NaN differs from itself. */
  isNaN(): Mask {
    return not(this.eq(this));
  }

  /** A number as a literal of this lane; a scalar as it is. */
  literal(b: Scalar | number): Scalar {
    return typeof b === "number" ? this.builder.emit("const", [], b) : b;
  }

  #with(primitive: Primitive, b: Scalar | number): Scalar {
    return this.builder.emit(primitive, [this, this.literal(b)]);
  }
}

/** A condition on each element. It exists only to choose: `x.lt(0).select(x.neg(), x)`. At least one choice is a scalar. */
export interface Mask {
  select(then: Scalar | number, otherwise: Scalar | number): Scalar;
  and(other: Mask): Mask;
  or(other: Mask): Mask;
}

function mask(condition: Scalar): Mask {
  return combinable((then, otherwise) =>
    condition.builder.emit("select", [condition, condition.literal(then), condition.literal(otherwise)]),
  );
}

/** The opposite condition. */
export function not(m: Mask): Mask {
  return combinable((then, otherwise) => m.select(otherwise, then));
}

/** Conjunction and disjunction need no primitives: they are nested choices. */
function combinable(select: Mask["select"]): Mask {
  return {
    select,
    and: (other) => combinable((then, otherwise) => select(other.select(then, otherwise), otherwise)),
    or: (other) => combinable((then, otherwise) => select(then, other.select(then, otherwise))),
  };
}

class Builder {
  readonly lane: Lane;
  readonly lines: Instruction[] = [];
  readonly #written = new Map<string, Scalar>();

  constructor(lane: Lane) {
    this.lane = lane;
  }

  emit(primitive: Primitive, args: readonly Scalar[], value?: number): Scalar {
    const numbers = args.map((a) => a.line);
    const literal = primitive === "const" ? this.#round(value!) : value;
    const key = `${primitive} ${numbers} ${Object.is(literal, -0) ? "-0" : literal}`;
    const before = this.#written.get(key);
    if (before) return before;
    const scalar = new Scalar(this, this.lines.length);
    this.lines.push(
      literal === undefined ? { primitive, args: numbers } : { primitive, args: numbers, value: literal },
    );
    this.#written.set(key, scalar);
    return scalar;
  }

  #round(value: number): number {
    return this.lane === "f32" ? Math.fround(value) : value;
  }
}

/** Drops the lines that no result needs and numbers the others anew. */
function prune(p: Program): Program {
  const needed = new Set(p.results);
  for (let i = p.lines.length - 1; i >= 0; i--) {
    if (needed.has(i)) for (const a of p.lines[i]!.args) needed.add(a);
  }
  const kept = [...needed].sort((a, b) => a - b);
  const renumber = new Map(kept.map((old, now) => [old, now]));
  return {
    ...p,
    lines: kept.map((i) => ({ ...p.lines[i]!, args: p.lines[i]!.args.map((a) => renumber.get(a)!) })),
    results: p.results.map((i) => renumber.get(i)!),
  };
}

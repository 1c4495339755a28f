/**
 * What TypeScript reads in a literal formula. The type checker is the judge: a wrong expectation, or an error that does not come,
 * fails the check. What runs here holds that the types say what the parser finds.
 */

import { describe, expect, expectTypeOf, it } from "vitest";
import { type ColumnsOf, type TableLike, toTable } from "../src/data/input.ts";
import { type Formula, parseFormula } from "../src/fit/formula/formula.ts";
import type { CheckedFormula, NamesOf, ParamNames, TargetOf } from "../src/fit/formula/types.ts";

interface Params<Name extends string> {
  readonly params: Readonly<Record<Name, { readonly value: number }>>;
}

/** A fit reduced to its types: what the options ask, and which parameters come back. */
function fit<const Source extends string, Data extends TableLike>(options: {
  data: Data;
  model: CheckedFormula<Source, ColumnsOf<Data>>;
}): Params<ParamNames<Source, ColumnsOf<Data>>> {
  const { params } = parseFormula<string>(options.model, { columns: toTable(options.data).names });
  return { params: Object.fromEntries(params.map((name) => [name, { value: 1 }])) } as Params<string>;
}

const data = { time: [0, 1], speed: [2, 3] };

describe("a literal formula", () => {
  it("gives the names of its parameters", () => {
    const { params } = fit({ data, model: "speed ~ a*time^2 + b*exp(-k*time) + c" });
    expectTypeOf<keyof typeof params>().toEqualTypeOf<"a" | "b" | "k" | "c">();
    expectTypeOf(params.a.value).toEqualTypeOf<number>();
    expect(Object.keys(params)).toEqual(["a", "b", "k", "c"]);
    // @ts-expect-error there is no such parameter
    expect(params.z).toBeUndefined();
    // @ts-expect-error an input is no parameter
    expect(params.time).toBeUndefined();
  });

  it("gives them over rows, too", () => {
    const { params } = fit({ data: [{ time: 0, speed: 2 }], model: "speed ~ a*time + b" });
    expectTypeOf<keyof typeof params>().toEqualTypeOf<"a" | "b">();
    expect(Object.keys(params)).toEqual(["a", "b"]);
  });

  it("has to have a column for a target", () => {
    // @ts-expect-error the target is not a column of data: spede
    expect(() => fit({ data, model: "spede ~ a*time + b" })).toThrow("unknown column: spede");
    // @ts-expect-error the target is not a column of data: spede
    expect(() => fit({ data, model: "log(spede) ~ a*time + b" })).toThrow("unknown column: spede");
    // @ts-expect-error a formula has a column before its ~
    expect(() => fit({ data, model: "2 ~ a*time + b" })).toThrow("the target has to name a column");
    // @ts-expect-error a formula reads target ~ expression
    expect(() => fit({ data, model: "speed = a*time + b" })).toThrow("write ~ in a formula, not =");
    expect(fit({ data, model: "log(2speed) ~ a*time + b" }).params.b.value).toBe(1);
  });

  it("says in its type what is wrong with it", () => {
    expectTypeOf<
      CheckedFormula<"log(v) ~ a*t", "t" | "y">
    >().toEqualTypeOf<"the target is not a column of data: v">();
    expectTypeOf<CheckedFormula<"y", "y">>().toEqualTypeOf<"a formula reads target ~ expression">();
    expectTypeOf<CheckedFormula<"~ a", "y">>().toEqualTypeOf<"a formula has a column before its ~">();
    expectTypeOf<CheckedFormula<"y ~ a", "y">>().toEqualTypeOf<"y ~ a">();
  });

  it("has the names that the parser finds, without functions, constants and numbers", () => {
    holds("y ~ a*sin(x)^2 + atan2(b,c)", { a: 1, x: 1, b: 1, c: 1 });
    holds("y ~ pi*e/(pow(d, 1e-3))", { d: 1 });
    holds("y ~ 2f + 2e3g\n+ 2e*h - 2e-i + .5e+2\t*j1", { f: 1, g: 1, h: 1, i: 1, j1: 1 });
    holds("y ~ 2exp(k) + 1.5E-2l_ + 2.e3m*3(n)-o", { k: 1, l_: 1, m: 1, n: 1, o: 1 });
    holds("y ~ `m n`*2`pi` + exp2 + e1 + pie - x-1e-3", { "m n": 1, pi: 1, exp2: 1, e1: 1, pie: 1, x: 1 });
    holds("log(y) ~ größe*温度^α₁", { größe: 1, 温度: 1, "α₁": 1 });
    holds("y~-x^-k", { x: 1, k: 1 });
    holds("y ~ 1", {});

    function holds<const Source extends string>(source: Source, names: Record<NamesOf<Source>, 1>): void {
      expect(parseFormula<string>(source).names).toEqual(Object.keys(names));
    }
  });

  it("is read by parseFormula, with columns or without", () => {
    const known = parseFormula("speed ~ a*time + b", { columns: ["time", "speed"] });
    expectTypeOf(known).toEqualTypeOf<Formula<"a" | "b">>();
    const unknown = parseFormula("speed ~ a*time + b");
    expectTypeOf(unknown).toEqualTypeOf<Formula<"a" | "time" | "b">>();
    expect([known.params, unknown.params]).toEqual([
      ["a", "b"],
      ["a", "time", "b"],
    ]);
  });
});

describe("a function's name", () => {
  it("is a parameter where it is not called, as it is when it is declared", () => {
    expectTypeOf<NamesOf<"y ~ n*exp(-t/tau) + floor">>().toEqualTypeOf<"n" | "t" | "tau" | "floor">();
    expectTypeOf<NamesOf<"y ~ exp (t) + max (a, b) + exp">>().toEqualTypeOf<"t" | "a" | "b" | "exp">();
    const { params } = parseFormula("y ~ n*t + floor", { columns: ["y", "t"], params: ["floor"] });
    expect(params).toEqual(["n", "floor"]);
  });
});

describe("a formula that is any string", () => {
  it("is one that is not known until run time, or not to the letter, or that has a second ~", () => {
    expectTypeOf<NamesOf<string>>().toEqualTypeOf<string>();
    expectTypeOf<NamesOf<`y ~ a*x + ${string}`>>().toEqualTypeOf<string>();
    expectTypeOf<NamesOf<`${string} ~ a*x`>>().toEqualTypeOf<string>();
    expectTypeOf<NamesOf<"y ~ `a~b` + c">>().toEqualTypeOf<string>();
    expectTypeOf<TargetOf<string>>().toEqualTypeOf<string>();
    expectTypeOf<CheckedFormula<string, "y">>().toEqualTypeOf<string>();
  });

  it("is good with any data, and leaves a record of parameters", () => {
    const { params } = fit({ data, model: "speed ~ a*time".slice() });
    expectTypeOf(params).toEqualTypeOf<Readonly<Record<string, { readonly value: number }>>>();
    expect(params.a?.value).toBe(1);
  });

  it("is not a literal one over data whose columns are not known: its names may be parameters", () => {
    const { params } = fit({ data: data as Record<string, number[]>, model: "speed ~ a*time" });
    expectTypeOf<keyof typeof params>().toEqualTypeOf<"a" | "time">();
    expect(params.a.value).toBe(1);
  });

  it("may be either of two literals", () => {
    expectTypeOf<NamesOf<"y ~ a*x" | "y ~ b*x">>().toEqualTypeOf<"a" | "b" | "x">();
    expectTypeOf<ParamNames<"y ~ a*x" | "y ~ b*x", "x" | "y">>().toEqualTypeOf<"a" | "b">();
  });

  type Terms = "a*sin(w*t)^2 + "; // 15 characters
  type Ten<Text extends string> = `${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}`;
  type Of300 = `y ~ ${Ten<Terms>}${Ten<Terms>}c`;
  type Of600 = `y ~ ${Ten<Terms>}${Ten<Terms>}${Ten<Terms>}${Ten<Terms>}last`;
  type Of700 = `y ~ ${Ten<Terms>}${Ten<Terms>}${Ten<Terms>}${Ten<Terms>}${Ten<"1234567 + ">}last`;

  it("is one that is too long for the compiler to walk", () => {
    expectTypeOf<NamesOf<Of300>>().toEqualTypeOf<"a" | "w" | "t" | "c">();
    expectTypeOf<NamesOf<Of600>>().toEqualTypeOf<"a" | "w" | "t" | "last">();
    expectTypeOf<NamesOf<Of700>>().toEqualTypeOf<string>();
    expectTypeOf<CheckedFormula<Of700, "x">>().toEqualTypeOf<Of700>();
  });
});

/**
 * What TypeScript knows of a fit. The type checker is the judge: a wrong expectation, or an error that does not come, fails the
 * check. What runs here holds that the types say what is there.
 */
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  type FitOptions,
  type Fitted,
  fit,
  type Parameter,
  type ParamOptions,
  parseCsv,
  parseFormula,
  type Table,
  type Tensor,
  tensor,
} from "../src/index.ts";
import type { TensorParameter } from "../src/report/fitted.ts";

const data = { time: [0, 1, 2, 3], speed: [1, 3, 4, 8] };

describe("a literal formula", () => {
  it("gives the names of the parameters", async () => {
    const fitted = await fit({ data, model: "speed ~ a*time^2 + b*exp(-k*time) + c" });
    expectTypeOf<keyof typeof fitted.params>().toEqualTypeOf<"a" | "b" | "k" | "c">();
    expectTypeOf(fitted.params.a).toEqualTypeOf<Parameter>();
    expectTypeOf(fitted.params.a.value).toEqualTypeOf<number>();
    expectTypeOf(fitted.params.k.standardError).toEqualTypeOf<number | null>();
    expectTypeOf(fitted.loss).toEqualTypeOf<number>();
    expect(Object.keys(fitted.params)).toEqual(["a", "b", "k", "c"]);
    // @ts-expect-error there is no such parameter
    expect(fitted.params.z).toBeUndefined();
    // @ts-expect-error an input is no parameter
    expect(fitted.params.time).toBeUndefined();
    // @ts-expect-error values are not to be written to
    fitted.params.a.value = 3;
  });

  it("has to have a column for a target", async () => {
    // @ts-expect-error the target is not a column of data: sped
    await expect(fit({ data, model: "sped ~ a*time" })).rejects.toThrow("unknown column: sped");
    // @ts-expect-error a formula reads target ~ expression
    await expect(fit({ data, model: "speed = a*time" })).rejects.toThrow("write ~ in a formula");
  });

  it("says which parameters there are to say something of", async () => {
    const fitted = await fit({
      data,
      model: "speed ~ a*time + b",
      params: { a: 2, b: { start: 1, min: 0 } },
    });
    expectTypeOf<keyof typeof fitted.params>().toEqualTypeOf<"a" | "b">();
    // @ts-expect-error there is no such parameter
    await expect(fit({ data, model: "speed ~ a*time + b", params: { z: 1 } })).rejects.toThrow(
      "unknown parameter: z",
    );
    // @ts-expect-error parameters are numbers or tensors
    await expect(fit({ data, model: "speed ~ a*time + b", params: { a: "1" } })).rejects.toThrow(
      "parameter a expects",
    );
    const some: ParamOptions = { a: 1 };
    expectTypeOf(fit({ data, model: "speed ~ a*time + b", params: some })).resolves.toEqualTypeOf<
      typeof fitted
    >();
  });

  it("goes with rows, and with tables whose columns are known", async () => {
    const rows = await fit({
      data: [
        { time: 0, speed: 2 },
        { time: 1, speed: 3 },
      ],
      model: "speed ~ a*time + b",
    });
    expectTypeOf<keyof typeof rows.params>().toEqualTypeOf<"a" | "b">();
    const table = parseCsv("time,speed\n0,1\n1,2\n") as Table<"time" | "speed">;
    const known = await fit({ data: table, model: "speed ~ a*time + b" });
    expectTypeOf<keyof typeof known.params>().toEqualTypeOf<"a" | "b">();
    expect(Object.keys(known.params)).toEqual(["a", "b"]);
  });

  it("over columns that are known at run time only has all its names", async () => {
    const fitted = await fit({ data: parseCsv("time,speed\n0,1\n1,2\n2,4\n"), model: "speed ~ a*time + b" });
    expectTypeOf<keyof typeof fitted.params>().toEqualTypeOf<"a" | "b" | "time">();
    expectTypeOf(fitted.params.a.value).toEqualTypeOf<number>();
    expect(Object.keys(fitted.params)).toEqual(["a", "b"]);
  });
});

describe("a formula known at run time only", () => {
  it("gives a record", async () => {
    const model: string = ["speed", "a*time"].join(" ~ ");
    const fitted = await fit({ data, model });
    expectTypeOf(fitted).toEqualTypeOf<Fitted<{ readonly [name: string]: Parameter }>>();
    expectTypeOf(fitted.params.anything).toEqualTypeOf<Parameter | undefined>();
    expect(Object.keys(fitted.params)).toEqual(["a"]);
  });

  it("goes with options that are put together beforehand", async () => {
    const options: FitOptions & { model: string } = {
      data,
      model: "speed ~ a*time",
      loss: "huber",
      steps: 3,
    };
    const fitted = await fit(options);
    expectTypeOf(fitted.params).toEqualTypeOf<{ readonly [name: string]: Parameter }>();
  });
});

describe("a model that is a function", () => {
  it("is given a tensor for each column and each parameter", async () => {
    const fitted = await fit({
      data,
      target: "speed",
      params: { a: 1, b: { start: 2, min: 0 }, w: tensor([1, 2]), v: { start: tensor(1), fixed: true } },
      model: (row, params) => {
        expectTypeOf(row).toEqualTypeOf<{ readonly time: Tensor; readonly speed: Tensor }>();
        expectTypeOf<keyof typeof params>().toEqualTypeOf<"a" | "b" | "w" | "v">();
        return params.a.mul(row.time).add(params.b).add(params.w.sum()).add(params.v);
      },
      dtype: "float64",
      steps: 2,
    });
    expectTypeOf(fitted.params.a).toEqualTypeOf<Parameter>();
    expectTypeOf(fitted.params.b).toEqualTypeOf<Parameter>();
    expectTypeOf(fitted.params.w).toEqualTypeOf<TensorParameter>();
    expectTypeOf(fitted.params.v).toEqualTypeOf<TensorParameter>();
    expect([fitted.params.a, fitted.params.b].map(({ value }) => typeof value)).toEqual(["number", "number"]);
    expect([fitted.params.w, fitted.params.v].map(({ value }) => value.shape)).toEqual([[2], []]);
  });

  it("has to have a column for a target, and to return a tensor", async () => {
    const params = { a: 1 };
    const common = { data, params } as const;
    // @ts-expect-error there is no such column
    const noTarget = fit({ ...common, target: "sped", model: ({ time }, { a }) => a.mul(time) });
    await expect(noTarget).rejects.toThrow("unknown column: sped");
    // @ts-expect-error there is no such column
    const noColumn = fit({ ...common, target: "speed", model: ({ tme }, { a }) => a.mul(tme) });
    await expect(noColumn).rejects.toThrow("unknown column: tme");
    // @ts-expect-error there is no such parameter
    const noParameter = fit({ ...common, target: "speed", model: ({ time }, { z }) => time.mul(z) });
    await expect(noParameter).rejects.toThrow();
    // @ts-expect-error a number is no tensor
    await expect(fit({ data, target: "speed", params, model: () => 3 })).rejects.toThrow(
      "returns a tensor, got number",
    );
    // @ts-expect-error a function goes with a target
    await expect(fit({ data, params, model: ({ time }, { a }) => a.mul(time) })).rejects.toThrow(
      "the name of the target column",
    );
  });

  it("with params known at run time only may have either", async () => {
    const params: ParamOptions = { a: 1 };
    const fitted = await fit({ data, target: "speed", params, model: ({ time }, { a }) => a!.mul(time) });
    expectTypeOf(fitted.params.a).toEqualTypeOf<Parameter | TensorParameter | undefined>();
    expect(Object.keys(fitted.params)).toEqual(["a"]);
  });
});

describe("a formula by itself", () => {
  it("predicts a number from numbers and an array from arrays, and knows its parameters", () => {
    const formula = parseFormula("speed ~ a*time + b", { columns: ["time", "speed"] });
    expectTypeOf(formula.predict({ time: 1 }, { a: 1, b: 2 })).toEqualTypeOf<number>();
    expectTypeOf(formula.predict({ time: [1, 2] }, { a: 1, b: 2 })).toEqualTypeOf<Float64Array>();
    // @ts-expect-error there is no such parameter
    expect(() => formula.predict({ time: 1 }, { a: 1, b: 2, z: 3 })).toThrow("unknown parameter: z");
    // @ts-expect-error parameters are numbers
    expect(() => formula.predict({ time: 1 }, { a: [1], b: 2 })).toThrow(
      "predict expects a number for a, got object",
    );
  });
});

/** Models kept in files: the JSON of a fit comes in unchecked, and a model that predicts, or that another fit starts from, comes out. */
import type { TableLike } from "../data/input.ts";
import { tensor } from "../tensor/make.ts";
import { type Formula, parseFormula } from "./formula/formula.ts";
import { predictRows } from "./predict.ts";
import { predictor } from "./problem.ts";
import type { ParamOptions } from "./start.ts";

/** A fitted formula as it was kept. */
export interface SavedModel {
  readonly formula: Formula;
  /** The fitted values, with bounds, as starts for another fit. Parameters that were fixed stay so. */
  readonly params: ParamOptions;
  readonly values: Readonly<Record<string, number>>;
  predict(data: TableLike): Float64Array;
}

/** Reads what `JSON.parse` made of a model file: the object that `--json`, `--save` and `toJSON` give. `name` is for errors. */
export function readModel(json: unknown, name = "model"): SavedModel {
  const source = fieldOf(json, "formula", name);
  const params = fieldOf(json, "params", name);
  if (typeof source !== "string")
    throw new Error(`${name}: expected a formula, got ${JSON.stringify(source) ?? "none"}`);
  if (!isRecord(params))
    throw new Error(`${name}: expected params by name, got ${JSON.stringify(params) ?? "none"}`);
  const values = Object.fromEntries(
    Object.keys(params).map((key) => [key, numberOf(params[key], "value", `${name}: ${key}`)]),
  );
  const names = parseFormula(source).names;
  const columns = names.filter((key) => !(key in values));
  const formula = parseFormula(source, {
    columns: [...columns, targetOf(source)],
    params: Object.keys(values),
  });
  const missing = Object.keys(values).find((key) => !names.includes(key));
  if (missing !== undefined) throw new Error(`${name}: expected params of the formula, got ${missing}`);
  return {
    formula,
    values,
    params: Object.fromEntries(Object.keys(values).map((key) => [key, optionOf(params[key], values[key]!)])),
    predict: (data) =>
      predictRows(
        {
          model: predictor(formula),
          inputs: formula.inputs,
          params: Object.fromEntries(
            Object.entries(values).map(([key, v]) => [key, tensor(v, { dtype: "float64" })]),
          ),
          dtype: "float64",
        },
        data,
      ),
  };
}

function targetOf(source: string): string {
  return parseFormula(source).target;
}

function optionOf(saved: unknown, start: number): ParamOptions[string] {
  const { min, max, fixed } = saved as { min?: unknown; max?: unknown; fixed?: unknown };
  return {
    start,
    ...(typeof min === "number" ? { min } : {}),
    ...(typeof max === "number" ? { max } : {}),
    ...(fixed === true ? { fixed } : {}),
  };
}

function fieldOf(json: unknown, field: string, name: string): unknown {
  if (!isRecord(json))
    throw new Error(
      `${name}: expected a model that coaster saved, got ${JSON.stringify(json)?.slice(0, 40)}`,
    );
  return json[field];
}

function numberOf(json: unknown, field: string, name: string): number {
  const value = isRecord(json) ? json[field] : undefined;
  if (typeof value !== "number")
    throw new Error(`${name} expects a number as ${field}, got ${JSON.stringify(value) ?? "none"}`);
  return value;
}

function isRecord(x: unknown): x is Record<string, unknown> {
  return typeof x === "object" && x !== null && !Array.isArray(x);
}

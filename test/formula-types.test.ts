import { describe, expectTypeOf, it } from "vitest";
import { parseFormula } from "../src/fit/formula/formula.ts";
import type { CheckedFormula, NamesOf, ParamNames, TargetOf } from "../src/fit/formula/types.ts";

/** A fit reduced to its types: what the options ask, and which parameters come back. */
declare function fit<const Source extends string, Data extends object>(options: {
  data: Data;
  model: CheckedFormula<Source, keyof Data & string>;
}): Record<ParamNames<Source, keyof Data & string>, { value: number }>;
const time = [0, 1];
const never = () => {
  const a = fit({ data: { time, speed: time }, model: "speed ~ a*time^2 + b*time + c" });
  const x: number = a;
  const b = fit({ data: { time, speed: time }, model: "spd ~ a*time^2 + b*time + c" });
  const c = fit({ data: { time, speed: time }, model: "speed = a*time^2 + b*time + c" });
  const d = fit({ data: { time, speed: time } as Record<string, number[]>, model: "speed ~ a*time^2 + b*time + c" });
  const y: number = d;
  const e = fit({ data: { time, speed: time }, model: String(1) });
  const z: number = e;
  const n: NamesOf<"speed ~ a*time^2 + 2b*exp(-k*time) + 1e-3 + 2e3x + 2e*q - 2e-w + 2exp(v)+.5e+2`odd name`"> = 1;
};

/** Special values as rules: a table such as ["exp", exp, "0 = 1, inf = inf"] comes in; a test for each rule in each lane comes out. */
import { describe, expect, it } from "vitest";
import type { Lane, Lowering } from "../src/ir/scalar.ts";
import { evaluate } from "./reference.ts";

/** Arguments, and what must come out, to the sign of zero: `-0 -2 = -pi`. */
export type Specials = readonly (readonly [name: string, lowering: Lowering, rules: string])[];

export const lanes = ["f32", "f64"] as const;

/** A number as it is in a lane. */
export function inLane(x: number, lane: Lane): number {
  return lane === "f32" ? Math.fround(x) : x;
}

const named: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  pi: Math.PI,
  "pi/2": Math.PI / 2,
  "pi/4": Math.PI / 4,
  "3pi/4": (3 * Math.PI) / 4,
};

function number(text: string): number {
  const magnitude = text.replace(/^-/, "");
  const isNegative = text.startsWith("-");
  return magnitude in named ? named[magnitude]! * (isNegative ? -1 : 1) : Number(text);
}

/** Writes the tests. */
export function testSpecials(specials: Specials): void {
  describe.each(lanes)("special values in %s", (lane) => {
    const cases = specials.flatMap(([name, f, rules]) =>
      rules.split(", ").map((rule) => [name, rule, f] as const),
    );
    it.each(cases)("%s: %s", (_, rule, lowering) => {
      const [x, result] = rule.split(" = ").map((side) => side.split(" ").map(number));
      expect(evaluate(lowering, lane, ...x!)).toBe(inLane(result![0]!, lane));
    });
  });
}

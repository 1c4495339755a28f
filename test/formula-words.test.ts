/** A formula while it is typed: its pieces and what they are, and the names that may stand at a cursor. */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { formulaWords, parseFormula, suggestNames } from "../src/index.ts";
import { expressionTexts } from "./formula-arbitrary.ts";

const columns = ["time", "speed", "wind speed", "sin", "größe"];

/** The pieces but for spaces, as `text:role`. */
const told = (source: string, names = { columns }): string =>
  formulaWords(source, names)
    .filter(({ role }) => role !== "space")
    .map(({ text, role }) => `${text}:${role}`)
    .join(" ");

/** Formulas, and texts that are none: pieces of formulas in any order. */
const anyText = fc.oneof(
  expressionTexts().map((right) => `y ~ ${right}`),
  fc.string({ unit: "grapheme" }),
  fc
    .array(fc.constantFrom(..."abe12 .~+*^(),`π=\n", "sin", "time", "1e3", "**", "wind speed"))
    .map((all) => all.join("")),
);

describe("the words of a formula", () => {
  test.each([
    ["speed ~ a*time", "speed:target ~:mark a:parameter *:operator time:input"],
    ["log(speed) ~ 2.5time", "log:function (:mark speed:target ):mark ~:mark 2.5:number time:input"],
    [
      "y ~ pi*`wind speed` - pow(k, 2)",
      "y:target ~:mark pi:constant *:operator `wind speed`:input -:operator pow:function (:mark k:parameter ,:mark 2:number ):mark",
    ],
    ["y ~ sin + sin(x)", "y:target ~:mark sin:input +:operator sin:function (:mark x:parameter ):mark"],
    ["y ~ cos", "y:target ~:mark cos:function"],
    ["y ~ foo(time)", "y:target ~:mark foo:unread (:mark time:input ):mark"],
    ["y ~ a**time", "y:target ~:mark a:parameter **time:unread"],
    ["y ~ `wind sp", "y:target ~:mark `wind sp:unread"],
    [") a b ~ ~", "):mark a:target b:target ~:mark ~:mark"],
    ["y ~ gro\u0308\u00dfe", "y:target ~:mark gro\u0308\u00dfe:input"],
    ["", ""],
  ])("of %s are told apart", (source, words) => {
    expect(told(source)).toBe(words);
  });

  it("are all parameters on the right where columns are not known", () => {
    expect(told("y ~ a*time", { columns: [] })).toBe("y:target ~:mark a:parameter *:operator time:parameter");
  });

  it("make the source again, each where it says, whatever was typed", () => {
    fc.assert(
      fc.property(anyText, (source) => {
        const words = formulaWords(source, { columns });
        expect(words.map(({ text }) => text).join("")).toBe(source);
        let at = 0;
        for (const { text, start, end } of words) {
          expect([start, end]).toEqual([at, at + text.length]);
          at = end;
        }
      }),
    );
  });

  it("have the roles that the parser gives the names of a formula", () => {
    fc.assert(
      fc.property(expressionTexts(), (right) => {
        const source = `y ~ ${right}`;
        const { inputs, params } = parseFormula(source, { columns: ["y", "x", "k1"] });
        const words = formulaWords(source, { columns: ["y", "x", "k1"] });
        const having = (role: string) =>
          new Set(words.filter((word) => word.role === role).map(({ text }) => text));
        expect(having("input")).toEqual(new Set(inputs));
        expect(having("parameter")).toEqual(new Set(params));
        expect(having("unread")).toEqual(new Set());
      }),
    );
  });

  it("are not looked for in a source that is too long", () => {
    const source = "y ~ ".padEnd(10_001, "x");
    expect(formulaWords(source)).toEqual([{ text: source, start: 0, end: source.length, role: "unread" }]);
  });
});

/** Names offered where the bar stands. */
function offered(typed: string, params: string[] = []): string[] {
  const at = typed.indexOf("|");
  const { suggestions } = suggestNames(typed.replace("|", ""), at, { columns, params });
  return suggestions.map(({ text }) => text);
}

/** The source with the first name offered in its place. */
function accepted(typed: string): string {
  const at = typed.indexOf("|");
  const source = typed.replace("|", "");
  const { start, end, suggestions } = suggestNames(source, at, { columns });
  return source.slice(0, start) + (suggestions[0]?.text ?? "") + source.slice(end);
}

describe("names offered at a cursor", () => {
  test.each([
    ["speed ~ a*ti|", "time"],
    ["speed ~ a*Ti|", "time"],
    ["speed ~ amp*sin(time) + am|", "amp"],
    ["speed ~ co|", "cos(, cosh(, acos("],
    ["speed ~ pi|", ""],
    ["speed ~ p|", "pi, pow("],
    ["speed ~ sin|", "`sin`, sin(, sinh(, asin(, min("],
    ["speed ~ sni|", "`sin`, sin("],
    ["speed ~ ln|", "log("],
    ["speed ~ spe|", "`wind speed`"],
    ["sp|", "speed, `wind speed`"],
    ["speed ~ 2|", ""],
    ["speed ~ a |", ""],
    ["speed = ti|", ""],
  ])("in %s are %s", (typed, names) => {
    expect(offered(typed).join(", ")).toBe(names);
  });

  test.each([
    ["speed ~ a*ti| + b", "speed ~ a*time + b"],
    ["speed ~ a*ti|m + b", "speed ~ a*time + b"],
    ["speed ~ `wi|", "speed ~ `wind speed`"],
    ["speed ~ 2wi|", "speed ~ 2`wind speed`"],
    ["speed ~ cos|(time)", "speed ~ cosh(time)"],
    ["speed ~ sqr| (time)", "speed ~ sqrt (time)"],
    ["speed ~ exponent|", "speed ~ "],
  ])("in %s give %s", (typed, source) => {
    expect(accepted(typed)).toBe(source);
  });

  it("are all that there are where an operand begins, columns first, the target not among them", () => {
    const all = offered("speed ~ k*|", ["tau"]);
    expect(all.slice(0, 6)).toEqual(["time", "`wind speed`", "`sin`", "größe", "tau", "k"]);
    expect(all).not.toContain("speed");
    expect(all).toContain("atan2(");
  });

  it("make a formula that reads, wherever one is taken", () => {
    const { start, end, suggestions } = suggestNames("speed ~ a + ", 12, { columns });
    for (const { text, role } of suggestions) {
      const operand =
        role === "function" ? `${text}time${/^(atan2|min|max|pow)/.test(text) ? ", 1" : ""})` : text;
      const source = `${"speed ~ a + ".slice(0, start)}${operand}${"speed ~ a + ".slice(end)}`;
      expect(() => parseFormula(source, { columns })).not.toThrow();
    }
  });

  it("stand in for a stretch that holds the cursor, whatever was typed", () => {
    fc.assert(
      fc.property(anyText, fc.nat(30), (source, place) => {
        const at = Math.min(place, source.length);
        const { start, end } = suggestNames(source, at, { columns });
        expect(start <= at && at <= end && end <= source.length).toBe(true);
      }),
    );
  });
});

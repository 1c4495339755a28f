/**
 * The formula language: what binds to what, what a name is, what is said of formulas that cannot be, and, with mathjs as
 * the judge, what expressions are worth.
 */

import fc from "fast-check";
import { all, create, type FactoryFunctionMap } from "mathjs";
import { describe, expect, it } from "vitest";
import { FormulaError } from "../src/fit/formula/error.ts";
import { type Algebra, constantValue, evaluate, numbers } from "../src/fit/formula/evaluate.ts";
import { childrenOf, type Expression, namesIn } from "../src/fit/formula/expression.ts";
import { parseFormula } from "../src/fit/formula/formula.ts";
import { parseExpression } from "../src/fit/formula/parse.ts";
import { printExpression, printName } from "../src/fit/formula/print.ts";
import { looksLikeSlip } from "../src/fit/formula/suggest.ts";
import {
  callableNames,
  functionAliases,
  functions,
  limits,
  lookalikes,
  operators,
} from "../src/fit/formula/table.ts";
import { expressionTexts, smoothFunctions } from "./formula-arbitrary.ts";

/** An expression with every parenthesis written and every number's value shown. */
function shape(expression: Expression): string {
  switch (expression.kind) {
    case "number":
      return `${expression.value}`;
    case "constant":
      return `<${expression.name}>`;
    case "name":
      return expression.name;
    case "unary":
      return `(-${shape(expression.operand)})`;
    case "binary":
      return `(${shape(expression.left)}${expression.operator}${shape(expression.right)})`;
    case "call":
      return `${expression.name}(${expression.args.map(shape).join(",")})`;
  }
}

const shapeOf = (text: string) => shape(parseExpression(text));
const worthOf = (text: string, values: Record<string, number> = {}) =>
  evaluate(parseExpression(text), numbers, (name) => values[name]!);

/** What is said of a formula, with the picture. */
function complaint(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof FormulaError) return error.message;
    throw error;
  }
  return "nothing";
}

describe("an expression", () => {
  it.each([
    ["a + b*c", "(a+(b*c))"],
    ["a*b + c", "((a*b)+c)"],
    ["a - b - c", "((a-b)-c)"],
    ["a/b/c", "((a/b)/c)"],
    ["a/b*c", "((a/b)*c)"],
    ["a^b^c", "(a^(b^c))"],
    ["a*b^c", "(a*(b^c))"],
    ["(a + b)*c", "((a+b)*c)"],
    ["((a))", "a"],
    ["-x^2", "(-(x^2))"],
    ["(-x)^2", "((-x)^2)"],
    ["2^-1", "(2^(-1))"],
    ["2^-x^2", "(2^(-(x^2)))"],
    ["2^-x*y", "((2^(-x))*y)"],
    ["-a*b", "((-a)*b)"],
    ["a*-b", "(a*(-b))"],
    ["a*-b^c*d", "((a*(-(b^c)))*d)"],
    ["a--b", "(a-(-b))"],
    ["--a", "(-(-a))"],
    ["+a", "a"],
    ["a++b", "(a+b)"],
    ["-+-a", "(-(-a))"],
    ["2x", "(2*x)"],
    ["2 x", "(2*x)"],
    ["2x^2", "(2*(x^2))"],
    ["-2x", "(-(2*x))"],
    ["a*2x", "(a*(2*x))"],
    ["2x*y", "((2*x)*y)"],
    ["2x/y", "((2*x)/y)"],
    ["x^2 - 2x", "((x^2)-(2*x))"],
    ["2sin(x)", "(2*sin(x))"],
    ["2(x + 1)", "(2*(x+1))"],
    ["2(x + 1)^3", "(2*((x+1)^3))"],
    ["2`a b`", "(2*a b)"],
    ["a/(2x)", "(a/(2*x))"],
    ["2pi*x", "((2*<pi>)*x)"],
    ["sin (x)", "sin(x)"],
    ["pow(x, 2)", "(x^2)"],
    ["pow(-x, -2)^2", "(((-x)^(-2))^2)"],
    ["min(a, b, c)", "min(a,b,c)"],
    ["atan2(y, x)", "atan2(y,x)"],
    ["exp(-(t - b)^2/2)", "exp(((-((t-b)^2))/2))"],
    [" a\n\t+ b\u00a0", "(a+b)"],
  ])("%s is %s", (text, meaning) => expect(shapeOf(text)).toBe(meaning));

  it.each([
    ["1", "1"],
    ["1.", "1"],
    [".5", "0.5"],
    ["007", "7"],
    ["1e-3", "0.001"],
    ["1E+3", "1000"],
    ["1.5e2", "150"],
    ["2e1", "20"],
    ["2e", "(2*<e>)"],
    ["2e - 3", "((2*<e>)-3)"],
    ["2e-x", "((2*<e>)-x)"],
    ["2e3x", "(2000*x)"],
    ["2exp(x)", "(2*exp(x))"],
    ["2ex", "(2*ex)"],
    ["2.e", "(2*<e>)"],
  ])("reads the number at the start of %s as long as it can be: %s", (text, meaning) =>
    expect(shapeOf(text)).toBe(meaning),
  );

  it.each([
    ["k_1", "k_1"],
    ["_x", "_x"],
    ["größe", "größe"],
    ["温度", "温度"],
    ["α*β", "(α*β)"],
    ["x₁ + x₂", "(x₁+x₂)"],
    ["pies", "pies"],
    ["e1", "e1"],
    ["`air temp (°C)`", "air temp (°C)"],
    ["`pi` + `sin`", "(pi+sin)"],
    ["`(` * `~`", "((*~)"],
    ["constructor + toString", "(constructor+toString)"],
  ])("has names such as %s", (text, meaning) => expect(shapeOf(text)).toBe(meaning));

  it("names e and pi as numbers", () => expect(worthOf("2pi*e")).toBe(2 * Math.PI * Math.E));

  it("lists its names once each, in order of appearance", () =>
    expect(namesIn(parseExpression("b*x + a*sin(x)^b - `c d` + pi"))).toEqual(["b", "x", "a", "c d"]));

  it("has spans that give the same part when read again", () =>
    fc.assert(
      fc.property(expressionTexts(), (text) => {
        const visit = (part: Expression): void => {
          expect(shapeOf(text.slice(part.span.start, part.span.end))).toBe(shape(part));
          childrenOf(part).forEach(visit);
        };
        visit(parseExpression(text));
      }),
    ));
});

describe("a printed expression", () => {
  it.each([
    ["a*time^2+b * time+c", "a*time^2 + b*time + c"],
    ["2x", "2*x"],
    ["a-(b-c)", "a - (b - c)"],
    ["(a*b)/c", "a*b/c"],
    ["a*(b/c)", "a*(b/c)"],
    ["(a^b)^c", "(a^b)^c"],
    ["a^(b^c)", "a^b^c"],
    ["(-a)^2", "(-a)^2"],
    ["-(a^2)", "-a^2"],
    ["-(a*b)", "-(a*b)"],
    ["a^(-b)", "a^-b"],
    ["a^(b+1)", "a^(b + 1)"],
    ["pow(a,b)", "a^b"],
    ["max(a,b+1)", "max(a, b + 1)"],
    ["`x` + `a b` + `e` + `sin` + `2x` + `π`", "x + `a b` + `e` + `sin` + `2x` + `π`"],
    ["1e21 + 1e-7", "1e+21 + 1e-7"],
  ])("%s becomes %s", (text, printed) => expect(printExpression(parseExpression(text))).toBe(printed));

  it("parses to the expression it came from", () =>
    fc.assert(
      fc.property(expressionTexts(), (text) => {
        const expression = parseExpression(text);
        expect(shapeOf(printExpression(expression))).toBe(shape(expression));
      }),
      { numRuns: 500 },
    ));

  it("has no pair of parentheses that it could do without", () =>
    fc.assert(
      fc.property(expressionTexts({ functions: ["sin"] }), (text) => {
        const printed = printExpression(parseExpression(text));
        for (const less of withoutOnePair(printed)) expect(readsAs(less)).not.toBe(shapeOf(printed));
      }),
    ));

  it("has every name in a form that reads as that name", () =>
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (text) => {
        // Composed first: there is a character that becomes a backquote.
        const composed = text.normalize("NFC");
        const name = composed.replace(/[`\r\n]/g, "").normalize("NFC") || "a";
        fc.pre(name !== "__proto__");
        expect(parseExpression(printName(name))).toMatchObject({ kind: "name", name });
      }),
    ));

  /** The text with one pair of parentheses, not those of a call, replaced by spaces: each such text. */
  function withoutOnePair(text: string): string[] {
    const open: number[] = [];
    const texts: string[] = [];
    for (const [at, character] of [...text].entries()) {
      if (character === "(") open.push(at);
      if (character !== ")") continue;
      const start = open.pop()!;
      const letters = [...text];
      letters[start] = letters[at] = " ";
      if (!/\p{L}/u.test([...text][start - 1] ?? "")) texts.push(letters.join(""));
    }
    return texts;
  }

  function readsAs(text: string): string {
    try {
      return shapeOf(text);
    } catch {
      return "not an expression";
    }
  }
});

describe("the value of an expression", () => {
  /** mathjs with our functions and plain powers in place of its own, which turn to complex numbers: the grammar remains. */
  const grammar = create(all as FactoryFunctionMap);
  const ours = Object.entries(functions).map(([name, row]) => {
    const of: (x: number, y: number) => number = row.of;
    return [
      name,
      (...args: number[]) => (args.length < 3 ? of(args[0]!, args[1]!) : args.reduce((x, y) => of(x, y))),
    ];
  });
  const pow = grammar.typed("pow", { "number, number": (x: number, y: number) => x ** y });
  grammar.import({ ...Object.fromEntries(ours), pow }, { override: true });
  const value = fc.double({ min: -20, max: 20, noNaN: true });
  const values = fc.record({ x: value, a: value, b: value, k1: value, größe: value });

  it("is to the bit what mathjs makes of the same text", () =>
    fc.assert(
      fc.property(expressionTexts(), values, (text, scope) => {
        expect(worthOf(text, scope)).toBe(grammar.evaluate(text, { ...scope }));
      }),
      { numRuns: 1000 },
    ));

  const plain = create(all as FactoryFunctionMap);
  const known = Object.keys(functions).filter((name) => name !== "sigmoid");

  it.each(known)("has the %s that mathjs has", (name) => {
    // Thousandths, because mathjs rounds what is within 1e-12 of an integer before floor, and takes such numbers for equal in min.
    const thousandth = fc.integer({ min: -5000, max: 5000 }).map((n) => n / 1000);
    const text = functions[name as keyof typeof functions].arity === 1 ? `${name}(x)` : `${name}(x, y)`;
    fc.assert(
      fc.property(thousandth, thousandth, (x, y) => {
        const got = worthOf(text, { x, y });
        const expected: unknown = plain.evaluate(text, { x, y });
        // A complex number is none here. 4e-15 is some 16 units of the last place: both sides take a few roundings.
        if (typeof expected !== "number") expect(got).toBeNaN();
        else if (!Number.isFinite(expected)) expect(got).toBe(expected);
        else expect(Math.abs(got - expected)).toBeLessThanOrEqual(4e-15 * Math.abs(expected));
      }),
    );
  });

  it.each([
    ["sigmoid(0)", 0.5],
    ["sigmoid(800)", 1],
    ["sigmoid(-800)", 0],
    ["erf(0)", 0],
    ["erf(1)", 0.8427007929497149], // Abramowitz & Stegun, table 7.1
    ["erf(-7)", -1],
    ["min(3, 1, 2)", 1],
    ["max(3, 1, 4, 2)", 4],
    ["pow(2, 10)", 1024],
    ["log(e)", 1],
    ["-2^2", -4],
    ["2^3^2", 512],
  ])("of %s is %s", (text, expected) => expect(worthOf(text)).toBeCloseTo(expected, 15));

  it("is NaN where there is none", () => {
    for (const text of ["0/0", "log(-1)", "sqrt(-2)", "(-8)^(1/3)", "asin(2)"])
      expect(worthOf(text)).toBeNaN();
  });

  it("of an erf stays a number at the ends of the line", () => {
    expect(["1/0", "-1/0", "0/0", "1e-320"].map((x) => worthOf(`erf(${x})`))).toEqual([
      1,
      -1,
      Number.NaN,
      expect.closeTo(0, 300),
    ]);
  });

  /** Central differences of fourth order at two steps; undefined where they disagree, as beside a pole. */
  function slope(f: (x: number) => number, x: number): number | undefined {
    const at = (h: number) => (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h);
    const [coarse, fine] = [at(2e-3), at(1e-3)];
    return Math.abs(coarse - fine) <= 1e-6 * (1 + Math.abs(fine)) ? fine : undefined;
  }

  /** The largest magnitude that an expression or a part of it has. */
  function largestPart(part: Expression, scope: Record<string, number>): number {
    const value = Math.abs(evaluate(part, numbers, (name) => scope[name]!));
    return Math.max(value, ...childrenOf(part).map((child) => largestPart(child, scope)));
  }

  it("has the derivative that mathjs derives", () => {
    const point = fc.double({ min: 0.3, max: 3, noNaN: true });
    const points = fc.record({ x: point, a: point, b: point });
    let compared = 0;
    fc.assert(
      fc.property(
        expressionTexts({ names: ["x", "a", "b"], functions: smoothFunctions }),
        points,
        (text, scope) => {
          const expected: unknown = plain.derivative(text, "x", { simplify: false }).evaluate({ ...scope });
          const got = slope((x) => worthOf(text, { ...scope, x }), scope.x);
          if (typeof expected !== "number" || !Number.isFinite(expected) || got === undefined) return;
          if (!(largestPart(parseExpression(text), scope) < 1e5)) return;
          compared += expected === 0 ? 0 : 1;
          // The steps agree to 1e-6, and parts below 1e5 lose less than 1e-6 of a slope to rounding; a margin of ten for what follows.
          expect(Math.abs(got - expected)).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(expected)));
        },
      ),
      { numRuns: 1000 },
    );
    expect(compared).toBeGreaterThan(200);
  });
});

describe("a prediction of many rows", () => {
  const column = (length: number, of: (row: number) => number) =>
    Float64Array.from({ length }, (_, i) => of(i));
  const scope = { a: 1.5, b: -0.25, k1: 3, größe: 0.75 };

  it("is to the bit what each row has by itself", () =>
    fc.assert(
      fc.property(expressionTexts(), (text) => {
        const { predict } = parseFormula(`y ~ ${text} + 0*(x + a + b + k1 + größe)`, { columns: ["y", "x"] });
        const x = column(5, (row) => row * 0.7 - 1);
        expect([...predict({ x }, scope)]).toEqual([...x].map((at) => predict({ x: at }, scope)));
      }),
    ));

  it("has no seam between the stretches that are taken together", () => {
    const { predict } = parseFormula("y ~ 2*x + a", { columns: ["y", "x"] });
    const x = column(2500, (row) => row);
    expect([...predict({ x }, { a: 1 })]).toEqual([...x].map((at) => 2 * at + 1));
    expect([...predict({ x: [...x] }, { a: 1 })]).toEqual([...predict({ x }, { a: 1 })]);
  });

  it("is the same number in each row where no column is read", () => {
    const { predict } = parseFormula("y ~ a", { columns: ["y", "x"] });
    expect([...predict({ x: [1, 2, 3] }, { a: 7 })]).toEqual([7, 7, 7]);
  });

  it("is measured against the left side of the formula, whatever is made of the target there", () => {
    const { observe } = parseFormula("log(y) ~ a*x", { columns: ["y", "x"] });
    expect([...observe({ y: [1, Math.E, -1], x: [0, 0, 0] })]).toEqual([0, 1, Number.NaN]);
  });
});

describe("evaluation in an algebra", () => {
  /** The algebra of texts, with what `power` was given. */
  const written: Algebra<string> = {
    number: (value) => `n${value}`,
    negate: (x) => `neg(${x})`,
    add: (x, y) => `add(${x},${y})`,
    subtract: (x, y) => `subtract(${x},${y})`,
    multiply: (x, y) => `multiply(${x},${y})`,
    divide: (x, y) => `divide(${x},${y})`,
    power: (x, y) => `power(${x},${typeof y === "number" ? `constant ${y}` : y})`,
    functions: Object.fromEntries(
      Object.keys(functions).map((name) => [
        name,
        (x: string, y?: string) => `${name}(${y === undefined ? x : `${x},${y}`})`,
      ]),
    ) as Algebra<string>["functions"],
  };
  const write = (text: string) => evaluate(parseExpression(text), written, (name) => name);

  it.each([
    ["x^2", "power(x,constant 2)"],
    ["x^-1", "power(x,constant -1)"],
    ["x^(1/2)", "power(x,constant 0.5)"],
    ["x^-(2*3)^1", "power(x,constant -6)"],
    ["x^sqrt(4)", "power(x,constant 2)"],
    ["pow(x, e)", `power(x,constant ${Math.E})`],
    ["x^p", "power(x,p)"],
    ["2^x", "power(n2,x)"],
  ])("tells a constant exponent from another: %s", (text, calls) => expect(write(text)).toBe(calls));

  it.each(Object.entries(operators).filter(([mark]) => mark !== "^"))("has a word for %s", (mark, row) =>
    expect(write(`x ${mark} y`)).toBe(`${row.operation}(x,y)`),
  );

  it("takes several arguments two at a time", () => expect(write("min(x, y, z)")).toBe("min(min(x,y),z)"));

  it("knows which expressions are constant", () => {
    expect(constantValue(parseExpression("-2^2*pi"))).toBe(-4 * Math.PI);
    expect(constantValue(parseExpression("0*x"))).toBeUndefined();
  });
});

describe("a formula", () => {
  it("has a target, inputs that are columns, and parameters in order of appearance", () => {
    const formula = parseFormula("speed ~ b*time^2 + a*time + height*c", {
      columns: ["speed", "time", "height", "other"],
    });
    expect(formula).toMatchObject({
      source: "speed ~ b*time^2 + a*time + height*c",
      target: "speed",
      names: ["b", "time", "a", "height", "c"],
      inputs: ["time", "height"],
      params: ["b", "a", "c"],
    });
    expect(printExpression(formula.response)).toBe("speed");
    expect(printExpression(formula.expression)).toBe("b*time^2 + a*time + height*c");
  });

  it("takes every name on the right for a parameter while columns are not known", () =>
    expect(parseFormula("speed ~ a*time^2 + b*time + c")).toMatchObject({
      target: "speed",
      inputs: [],
      params: ["a", "time", "b", "c"],
    }));

  it("finds the column in a transformed target", () => {
    const formula = parseFormula("log(2y/pi) ~ a*x", { columns: ["x", "y"] });
    expect([formula.target, printExpression(formula.response)]).toEqual(["y", "log(2*y/pi)"]);
  });

  it("may use the target's column twice on the left", () =>
    expect(parseFormula("log(y/(1 - y)) ~ a*x", { columns: ["x", "y"] }).target).toBe("y"));

  it("may have no parameters, and no inputs", () => {
    expect(parseFormula("y ~ x", { columns: ["x", "y"] }).params).toEqual([]);
    expect(parseFormula("y ~ c", { columns: ["x", "y"] }).inputs).toEqual([]);
  });

  it("takes a column named like a function where it is not called", () =>
    expect(parseFormula("y ~ a*max + max(b, max)", { columns: ["max", "y"] })).toMatchObject({
      inputs: ["max"],
      params: ["a", "b"],
    }));

  it("finds a column however its accents are composed, and keeps the column's spelling", () => {
    const [composed, apart] = ["caf\u00e9", "cafe\u0301"];
    for (const column of [composed, apart])
      for (const written of [composed, apart])
        expect(parseFormula(`y ~ a*${written}`, { columns: ["y", column] }).inputs).toEqual([column]);
  });

  it("takes a name in backquotes for a column even where it is e's", () =>
    expect(parseFormula("`log(y), m` ~ a*`e` + b", { columns: ["log(y), m", "e"] })).toMatchObject({
      target: "log(y), m",
      inputs: ["e"],
      params: ["a", "b"],
    }));

  it.each([
    [
      "speed ~ a*tme^2",
      "unknown name: tme (did you mean the column time? to make it a parameter, name it in params)",
      10,
      3,
    ],
    [
      "speed ~ a*Time",
      "unknown name: Time (did you mean the column time? to make it a parameter, name it in params)",
      10,
      4,
    ],
    ["spede ~ a*time", "unknown column: spede (did you mean speed?)", 0, 5],
    ["v ~ a*time", "unknown column: v (known: time, speed)", 0, 1],
    ["speed ~ sine(time)", "unknown function: sine (did you mean sin?)", 8, 4],
    ["speed ~ ln(time)", "unknown function: ln (did you mean log?)", 8, 2],
    ["speed ~ a(time + 1)", "unknown function: a (for a product, write a*(...))", 8, 1],
    [
      "speed ~ constructor(1)",
      "unknown function: constructor (for a product, write constructor*(...))",
      8,
      11,
    ],
    ["speed ~ a*sin", "a function without its argument: write sin(...)", 10, 3],
    ["speed ~ 2PI*time", "unknown name: PI (did you mean the constant pi?)", 9, 2],
    ["speed ~ sin()", "sin expects 1 argument, got 0", 8, 5],
    ["speed ~ log(time, 2)", "log expects 1 argument, got 2", 8, 12],
    ["speed ~ pow(time)", "pow expects 2 arguments, got 1", 8, 9],
    ["speed ~ min(time)", "min expects 2 or more arguments, got 1", 8, 9],
    ["speed ~ a/2time", "unclear after /: write (2*time) or 2*time", 10, 5],
    ["speed ~ a^-2(time)", "unclear after ^: write (2*(...)) or 2*(...)", 11, 2],
    ["speed ~ a time", "expected an operator before time", 10, 4],
    ["speed ~ 2 3", "expected an operator before 3", 10, 1],
    ["speed ~ (a)(b)", "expected an operator before (", 11, 1],
    ["speed ~ a*", "expected a number, a name or a parenthesis after *, got the end", 10, 1],
    ["speed ~ *a", "expected a number, a name or a parenthesis after ~, got *", 8, 1],
    ["speed ~ sin(,a)", "expected a number, a name or a parenthesis after (, got ,", 12, 1],
    ["~ a", "expected a number, a name or a parenthesis, got ~", 0, 1],
    ["speed ~ ((a)", "a parenthesis is not closed", 8, 1],
    ["speed ~ a)", "a parenthesis closes nothing", 9, 1],
    ["speed ~ (a, b)", "a comma stands only between the arguments of a function", 10, 1],
    ["speed ~ a ~ b", "a formula has one ~, got a second", 10, 1],
    ["speed", "a formula reads target ~ expression, got no ~", 5, 1],
    ["", "a formula reads target ~ expression, got nothing", 0, 1],
    ["3 ~ a", "the target has to name a column", 0, 1],
    ["speed/time ~ a", "the target names one column, got a second: time", 6, 4],
    ["log(speed) ~ a*speed", "the target cannot be an input too: speed", 15, 5],
    ["speed ~ a $ b", "unexpected character: $", 10, 1],
    ["speed ~ 1e999", "the number is too large: 1e999", 8, 5],
    ["speed ~ 1_000", "write numbers in plain decimal digits, got 1_000", 8, 5],
    ["speed ~ 0x1F", "write numbers in plain decimal digits, got 0x1F", 8, 4],
    ["speed ~ y.obs", "a point belongs in a number or, in backquotes, in a name", 9, 1],
    ["speed ~ `a", "a name in backquotes has no end", 8, 1],
    ["speed ~ ``", "a name in backquotes has at least one character", 8, 2],
    ["speed ~ __proto__", "a name that JavaScript keeps to itself: __proto__", 8, 9],
    ["speed ~ `__proto__`", "a name that JavaScript keeps to itself: __proto__", 8, 11],
  ])("%j is refused: %s", (source, problem, at, length) =>
    expect(complaint(() => parseFormula(source, { columns: ["time", "speed"] }))).toBe(
      `${problem}\n  ${source}\n  ${" ".repeat(at)}${"^".repeat(length)}`,
    ),
  );

  it.each(lookalikes)("says what to write for %s", (mark, here) =>
    expect(complaint(() => parseFormula(`y ~ a ${mark} b`))).toBe(
      `write ${here} in a formula, not ${mark}\n  y ~ a ${mark} b\n        ${"^".repeat(mark.length)}`,
    ),
  );

  it("asks which is meant when a column has the name of a constant", () =>
    expect(complaint(() => parseFormula("y ~ a*e", { columns: ["e", "y"] }))).toBe(
      "write `e` in backquotes for the name, 2.7183 for the constant: e\n  y ~ a*e\n        ^",
    ));

  it("is told from other values", () =>
    expect(() => parseFormula(42 as unknown as string)).toThrow(
      new TypeError("a formula is a string, got number"),
    ));
});

describe("a complaint", () => {
  it("carries its sentence, its source and its place", () => {
    try {
      parseFormula("y ~ a b");
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(FormulaError);
      expect(error).toMatchObject({
        name: "FormulaError",
        problem: "expected an operator before b",
        source: "y ~ a b",
        span: { start: 6, end: 7 },
      });
    }
  });

  it("shows the line that it is about", () =>
    expect(complaint(() => parseFormula("y ~ a\n  + b\n  + $\n  + c"))).toBe(
      "unexpected character: $\n    + $\n      ^",
    ));

  it("points at the place below wide characters and combining marks", () => {
    expect(complaint(() => parseFormula("温度 ~ a $"))).toBe(
      "unexpected character: $\n  温度 ~ a $\n           ^",
    );
    expect(complaint(() => parseFormula("e\u0301x ~ a $"))).toBe(
      "unexpected character: $\n  e\u0301x ~ a $\n         ^",
    );
  });

  it("shows what cannot be seen", () =>
    expect(complaint(() => parseFormula("y ~ a\u202e*\u0007b"))).toBe(
      "unexpected character: U+202E\n  y ~ a\uFFFD*\uFFFDb\n       ^",
    ));

  it("shows a part of a long line", () => {
    const message = complaint(() => parseFormula(`y ~ ${"a + ".repeat(100)}$${" + a".repeat(100)}`));
    const [, line, caret] = message.split("\n") as [string, string, string];
    expect(line.length).toBeLessThan(110);
    expect(line[caret.indexOf("^")]).toBe("$");
  });
});

describe("a name beside a column", () => {
  const slips: [name: string, column: string][] = [
    ["tme", "time"],
    ["tiem", "time"],
    ["timee", "time"],
    ["times", "time"],
    ["dime", "time"],
    ["TIME", "time"],
    ["ｔｉｍｅ", "time"],
    ["timе", "time"], // a Cyrillic letter
    ["airtemp", "air_temp"],
    ["xaxis1", "axis1"],
  ];
  const names: [name: string, column: string][] = [
    ["a", "b"],
    ["T", "t"],
    ["t1", "t"],
    ["ab", "abc"],
    ["k2", "k1"],
    ["time0", "time"],
    ["time2", "time1"],
    ["speed₀", "speed"],
    ["tie", "times"],
    ["emit", "time"],
  ];

  it.each(slips)("%s looks like a slip in %s", (name, column) =>
    expect(looksLikeSlip(name, column)).toBe(true),
  );
  it.each(names)("%s is a name of its own by %s", (name, column) =>
    expect(looksLikeSlip(name, column)).toBe(false),
  );

  it("is a parameter all the same when it is declared", () =>
    expect(parseFormula("y ~ tme*time", { columns: ["y", "time"], params: ["tme"] })).toMatchObject({
      inputs: ["time"],
      params: ["tme"],
    }));

  it("is a column, not a slip, when it is both near one and one itself", () =>
    expect(parseFormula("y ~ a*rate + b*rates", { columns: ["y", "rate", "rates"] }).inputs).toEqual([
      "rate",
      "rates",
    ]));

  it("has functions' other names lead to functions", () =>
    expect(callableNames).toEqual(expect.arrayContaining(Object.values(functionAliases))));
});

describe("a hostile formula", () => {
  const limitsHit: [what: string, source: string, problem: string][] = [
    ["a megabyte", `y ~ ${"a".repeat(1e6)}`, "a formula has at most 10000 characters, got 1000004"],
    ["many parentheses", `y ~ ${"(".repeat(5000)}`, "a formula nests at most 200 deep"],
    ["many signs", `y ~ ${"-".repeat(5000)}a`, "a formula nests at most 200 deep"],
    ["many powers", `y ~ a${"^a".repeat(4000)}`, "a formula nests at most 200 deep"],
    ["many calls", `y ~ ${"sin(".repeat(2000)}`, "a formula nests at most 200 deep"],
    ["many terms", `y ~ a${"+a".repeat(4000)}`, "a formula has at most 2000 parts"],
    ["many arguments", `y ~ min(a${",a".repeat(4000)})`, "a formula has at most 2000 parts"],
  ];

  it.each(limitsHit)("with %s is refused in few words", (_, source, problem) => {
    const message = complaint(() => parseFormula(source));
    expect(message.split("\n")[0]).toBe(problem);
    expect(message.length).toBeLessThan(400);
  });

  it("may be as large as the limits let it, and is still read, printed and evaluated", () => {
    const wide = `a${" + a".repeat((limits.nodes - 2) / 2)}`;
    const deep = `${"sin(".repeat(limits.depth - 1)}a${")".repeat(limits.depth - 1)}`;
    for (const text of [wide, deep]) {
      expect(shapeOf(printExpression(parseExpression(text)))).toBe(shapeOf(text));
      expect(worthOf(text, { a: 0 })).toBe(0);
    }
  });

  it("meets a FormulaError or none, whatever it is", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary", maxLength: 3 }),
      fc.constantFrom(
        ..."~+-*/^(),`.0123456789exyπ \n",
        "sin",
        "pi",
        "1e",
        "__proto__",
        "constructor",
        "\u200b",
        "\ud800",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        for (const source of [pieces.join(""), `y ~ ${pieces.join("")}`])
          complaint(() => parseFormula(source, { columns: ["y"] }));
      }),
      { numRuns: 3000 },
    );
  });

  it("makes no property of records but its own names", () => {
    const { params } = parseFormula("y ~ constructor*valueOf + hasOwnProperty", { columns: ["y"] });
    expect(params).toEqual(["constructor", "valueOf", "hasOwnProperty"]);
  });
});

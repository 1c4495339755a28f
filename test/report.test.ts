import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type OutcomeKind, outcomes, type Parameter, type Result } from "../src/fit/result.ts";
import { resultJson } from "../src/report/json.ts";
import { reportMarkdown } from "../src/report/markdown.ts";
import {
  alignDecimals,
  formatNumber,
  formatSeconds,
  formatShare,
  shortNumber,
} from "../src/report/numbers.ts";
import { clip, printable, type Style, textWidth, wrap } from "../src/report/style.ts";
import { reportText } from "../src/report/text.ts";

const unknown = { tValue: null, pValue: null, lower: null, upper: null };
const free = { ...unknown, start: 1, fixed: false, tie: null, min: null, max: null };
const unsaid = {
  totalSumOfSquares: null,
  chiSquare: null,
  reducedChiSquare: null,
  adjustedRSquared: null,
  aicc: null,
  logLikelihood: null,
};

const exampleParameter: Parameter = { ...free, value: 0.7671234567, standardError: 0.01234 };

const result: Result = {
  formula: "speed ~ a*time^2 + b*time + c",
  target: "speed",
  inputs: ["time"],
  params: {
    a: exampleParameter,
    b: { ...free, value: -14.7412345678, standardError: 0.2431, min: -20 },
    c: { ...free, value: 72, standardError: null, start: 72, fixed: true, tie: null },
  },
  loss: { name: "mse", value: 9.123456789 },
  scale: null,
  validationLoss: null,
  outcome: {
    kind: "converged",
    converged: true,
    message: "converged: a step changed the loss by less than rounding does",
    advice: null,
  },
  statistics: {
    ...unsaid,
    observations: 20,
    degreesOfFreedom: 18,
    residualSumOfSquares: 182.46913578,
    residualStandardDeviation: 3.18389,
    rSquared: 0.98123456,
    aic: 48.216,
    bic: 50.207,
  },
  optimizer: { name: "levenberg-marquardt", learningRate: null },
  steps: 4,
  epochs: 0,
  seconds: 0.00213,
  history: [
    { step: 0, epoch: 0, loss: 25823.8, validationLoss: null, learningRate: null },
    { step: 4, epoch: 0, loss: 9.123456789, validationLoss: null, learningRate: null },
  ],
  omitted: {},
  dtype: "float64",
  seed: 42,
  starts: null,
  covariance: null,
  correlations: null,
  level: 0.95,
  diagnostics: [],
};

/** A fit on one row of a constant target with an optimizer that blew up: little is left to say. */
const broken: Result = {
  ...result,
  formula: null,
  inputs: ["time", "wind"],
  params: {
    a: { ...free, value: Number.NaN, standardError: null },
    b: { ...free, value: 0, standardError: Number.POSITIVE_INFINITY, min: 0, max: 10 },
  },
  loss: { name: "mse", value: Number.NaN },
  validationLoss: Number.POSITIVE_INFINITY,
  outcome: {
    kind: "diverged",
    converged: false,
    message: "diverged: the loss grew without bound at step 3",
    advice: "Try a learning rate below 1e-5, or leave lr out and let it be found.",
  },
  statistics: {
    ...unsaid,
    observations: 1,
    degreesOfFreedom: -1,
    residualSumOfSquares: Number.POSITIVE_INFINITY,
    residualStandardDeviation: null,
    rSquared: null,
    aic: null,
    bic: null,
  },
  optimizer: { name: "sgd", learningRate: 1e-4 },
  steps: 12,
  epochs: 3,
  seconds: 75,
  history: [],
  omitted: { "missing speed": 3, "missing time": 1 },
  dtype: "float32",
};

describe("the report in text", () => {
  test("says model, data, statistics, parameters and outcome", () => {
    expect(reportText(result)).toBe(
      `
[[Model]]
    speed ~ a*time^2 + b*time + c
[[Data]]
    observations            = 20
[[Fit statistics]]
    optimizer               = levenberg-marquardt
    steps                   = 4 in 2.13 ms
    loss                    = 9.123457 (mse)
    residual sum of squares = 182.4691
    residual std deviation  = 3.1839 on 18 degrees of freedom
    R-squared               = 0.9812346
    AIC                     = 48.216
    BIC                     = 50.207
[[Parameters]]
       value        std error   relative  start
    a    0.7671235  +/- 0.0123  1.61%      1
    b  -14.74123    +/- 0.243   1.65%      1     at least -20
    c   72              -       -         72     fixed
[[Outcome]]
    converged: a step changed the loss by less than rounding does
`.trim(),
    );
  });

  test("sets t values, probabilities and intervals beside errors, and below them correlations and notes", () => {
    const known = { tValue: 62.165, pValue: 2.5e-17, lower: 0.741198, upper: 0.793049 };
    const full: Result = {
      ...result,
      params: {
        a: { ...exampleParameter, ...known },
        b: { ...result.params.b!, tValue: -2.1, pValue: 0.05021, lower: -15.25, upper: -14.23 },
        c: result.params.c!,
      },
      statistics: { ...result.statistics, reducedChiSquare: 10.137, adjustedRSquared: 0.98, aicc: 48.9 },
      correlations: {
        names: ["a", "b"],
        matrix: [
          [1, -0.96533],
          [-0.96533, 1],
        ],
      },
      diagnostics: [
        {
          kind: "pattern",
          message:
            "the residuals keep their sign along time, in 3 runs where chance makes about 11 of them or more",
        },
      ],
    };
    expect(reportText(full, { columns: 90 }).split("[[Fit statistics]]")[1]).toBe(`
    optimizer               = levenberg-marquardt
    steps                   = 4 in 2.13 ms
    loss                    = 9.123457 (mse)
    residual sum of squares = 182.4691
    residual std deviation  = 3.1839 on 18 degrees of freedom
    reduced chi-square      = 10.137
    R-squared               = 0.9812346
    adjusted R-squared      = 0.9800000
    AIC                     = 48.216
    AICc                    = 48.900
    BIC                     = 50.207
[[Parameters]]
       value        std error   t value  p value  95% interval
    a    0.7671235  +/- 0.0123  62.16    <2e-16     0.74120 to   0.79305
    b  -14.74123    +/- 0.243   -2.100   0.0502   -15.250   to -14.230    at least -20
    c   72              -                                                 fixed
[[Correlations]]
    C(a, b) = -0.9653
[[Notes]]
    the residuals keep their sign along time, in 3 runs where chance makes about 11 of
      them or more
[[Outcome]]
    converged: a step changed the loss by less than rounding does`);
  });

  test("says why where there is no number", () => {
    expect(reportText(broken)).toBe(
      `
[[Model]]
    speed ~ model(time, wind)
[[Data]]
    observations            = 1
    rows left out           = 4 (missing speed: 3, missing time: 1)
[[Fit statistics]]
    optimizer               = sgd, learning rate 0.0001
    steps                   = 12, 3 epochs in 1 min 15 s
    precision               = float32
    loss                    = - (the mse loss is not finite)
    validation loss         = - (the mse loss is not finite)
    residual sum of squares = - (the residuals are not finite)
    residual std deviation  = - (no degrees of freedom: 1 observation, 2 free
                              parameters)
    R-squared               = - (the residuals are not finite)
    AIC                     = - (the residuals are not finite)
    BIC                     = - (the residuals are not finite)
[[Parameters]]
       value  std error  relative  start
    a  -          -      -         1
    b  0          -      -         1      at its lower bound 0
    No standard error: the fit did not settle at a minimum.
[[Outcome]]
    diverged: the loss grew without bound at step 3
    Try a learning rate below 1e-5, or leave lr out and let it be found.
`.trim(),
    );
  });

  test.each([
    [{ rSquared: null, residualSumOfSquares: 0, aic: null }, "- (the target does not vary)"],
    [{ residualSumOfSquares: 0, aic: null }, "- (the residuals are exactly zero)"],
    [{ rSquared: null, observations: 1 }, "- (it takes two observations)"],
  ])("explains the dash of %j", (change, reason) => {
    expect(reportText({ ...result, statistics: { ...result.statistics, ...change } })).toContain(reason);
  });

  test("names the parameters that the data do not determine, and stops after five", () => {
    const params = Object.fromEntries(
      Array.from({ length: 9 }, (_, i): [string, Parameter] => [
        `p${i}`,
        { ...free, value: i, standardError: i < 2 ? 0.5 : null },
      ]),
    );
    expect(reportText({ ...result, params })).toContain(
      "No standard error for p2, p3, p4, p5, p6 and 2 more: the data do not\n    determine it.",
    );
  });

  test.each<[string, Partial<Result>, string]>([
    [
      "at a bound",
      { params: { a: { ...free, value: 0, min: 0, standardError: null } } },
      "at a bound there is none",
    ],
    ["of another loss", { loss: { name: "l1", value: 1 } }, "it is known for mse, not for the loss l1"],
  ])("says why there is no standard error %s", (_, change, why) => {
    const params = { a: { ...free, value: 1, standardError: null } };
    expect(reportText({ ...result, params, ...change })).toContain(`No standard error: ${why}.`);
  });

  test("shows fifty parameters of many, and says how many more there are", () => {
    const params = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`p${i}`, exampleParameter]));
    const report = reportText({ ...result, params });
    expect(report).toContain("    p49");
    expect(report).not.toContain("    p50");
    expect(report).toContain("... and 950 more parameters");
  });

  test("keeps to the columns it is given, and lets go of relative errors first", () => {
    const long = "y ~ " + Array.from({ length: 30 }, (_, i) => `a${i}*x^${i}`).join(" + ");
    const heads = [80, 60, 45, 35].map((columns) => {
      const lines = reportText({ ...result, formula: long }, { columns }).split("\n");
      // The parameter table has a least width: name, value, error and what holds the parameter.
      const table = lines.indexOf("[[Parameters]]");
      const widths = lines.filter((_, i) => i <= table || i > table + 4).map((line) => line.length);
      expect(Math.max(...widths)).toBeLessThanOrEqual(Math.max(columns, 50));
      return lines[table + 1]!.trim().replace(/ +/g, " ");
    });
    expect(heads).toEqual([
      "value std error relative start",
      "value std error start",
      "value std error",
      "value std error",
    ]);
  });

  test("takes colour without changing a letter or the alignment", () => {
    const colour: Style = (_role, text) => `\x1b[31m${text}\x1b[39m`;
    const coloured = reportText(result, { style: colour });
    expect(coloured).toContain("\x1b[31m");
    // Blanks at the end of a coloured line stay inside the colour.
    const bare = coloured.replaceAll(/\p{Cc}\[\d+m/gu, "").replaceAll(/ +$/gm, "");
    expect(bare).toBe(reportText(result));
  });

  test("prints names as text, whatever characters they hold", () => {
    const name = "\x1b[2J\u202eevil\n\tname";
    const report = reportText({ ...result, formula: `y ~ ${name}`, params: { [name]: exampleParameter } });
    expect(report).toContain("\ufffd[2J\ufffdevil name");
    expect(report).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
  });
});

describe("the report in Markdown", () => {
  test("says what the report in text says, in tables", () => {
    const matrix = [
      [1, -0.96533],
      [-0.96533, 1],
    ];
    const diagnostics = [{ kind: "pattern", message: "the residuals keep their sign along time" }];
    const correlations = { names: ["a", "b"], matrix };
    expect(reportMarkdown({ ...result, correlations, diagnostics })).toBe(
      `
## Model

\`\`\`text
speed ~ a*time^2 + b*time + c
\`\`\`

## Fit

|  | value |
| --- | ---: |
| observations | 20 |
| optimizer | levenberg-marquardt |
| steps | 4 in 2.13 ms |
| loss | 9.123457 (mse) |
| residual sum of squares | 182.4691 |
| residual std deviation | 3.1839 on 18 degrees of freedom |
| R-squared | 0.9812346 |
| AIC | 48.216 |
| BIC | 50.207 |

## Parameters

|  | value | std error | relative | start |  |
| --- | ---: | ---: | ---: | ---: | ---: |
| a | 0.7671235 | +/- 0.0123 | 1.61% | 1 |  |
| b | -14.74123 | +/- 0.243 | 1.65% | 1 | at least -20 |
| c | 72 | - | - | 72 | fixed |

## Correlations

|  | correlation |
| --- | ---: |
| C(a, b) | -0.9653 |

## Notes

- the residuals keep their sign along time

## Outcome

converged: a step changed the loss by less than rounding does
`.trim(),
    );
  });

  test("has names as text: none is markup, a tag, a link or another cell", () => {
    const name = "<img src=x> | [a](http://b.c) `d` *e* _f_ www.g.h ~i~ &amp; \\";
    const report = reportMarkdown({ ...result, params: { [name]: exampleParameter } });
    const row = report.split("\n").find((line) => line.includes("img"))!;
    expect(
      row.startsWith(
        "| \\<img src=x\\> \\| \\[a\\](http\\://b.c) \\`d\\` \\*e\\* \\_f\\_ www\\.g.h \\~i\\~ \\&amp; \\\\ | 0.767",
      ),
    ).toBe(true);
  });

  test("has the formula in a fence that it cannot end", () => {
    const report = reportMarkdown({ ...result, formula: "y ~ a*x\n```\n# heading ````" });
    expect(report).toContain("`````text\ny ~ a*x ``` # heading ````\n`````\n");
  });
});

describe("the report in JSON", () => {
  test("is the documented object", () => {
    expect(resultJson(result)).toEqual({
      formula: "speed ~ a*time^2 + b*time + c",
      outcome: { kind: "converged", converged: true, message: result.outcome.message, advice: null },
      loss: { name: "mse", value: 9.123456789 },
      scale: null,
      validationLoss: null,
      params: {
        a: {
          value: 0.7671234567,
          standardError: 0.01234,
          ...unknown,
          start: 1,
          fixed: false,
          tie: null,
          min: null,
          max: null,
        },
        b: {
          value: -14.7412345678,
          standardError: 0.2431,
          ...unknown,
          start: 1,
          fixed: false,
          tie: null,
          min: -20,
          max: null,
        },
        c: {
          ...unknown,
          value: 72,
          standardError: null,
          start: 72,
          fixed: true,
          tie: null,
          min: null,
          max: null,
        },
      },
      statistics: {
        ...unsaid,
        observations: 20,
        degreesOfFreedom: 18,
        residualSumOfSquares: 182.46913578,
        residualStandardDeviation: 3.18389,
        rSquared: 0.98123456,
        aic: 48.216,
        bic: 50.207,
      },
      covariance: null,
      correlations: null,
      level: 0.95,
      diagnostics: [],
      omitted: {},
      optimizer: { name: "levenberg-marquardt" },
      starts: null,
      steps: 4,
      seconds: 0.00213,
      history: [
        { step: 0, loss: 25823.8, validationLoss: null, learningRate: null },
        { step: 4, loss: 9.123456789, validationLoss: null, learningRate: null },
      ],
    });
  });

  test("survives the way through text, names like __proto__ included", () => {
    const params = Object.fromEntries(
      ["__proto__", "constructor", "<b>"].map((name) => [name, exampleParameter]),
    );
    const json = resultJson({ ...result, params });
    expect(Object.keys(JSON.parse(JSON.stringify(json)).params)).toEqual(["__proto__", "constructor", "<b>"]);
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });
});

describe("odd results", () => {
  const number = fc.oneof(
    fc.double(),
    fc.constantFrom(
      0,
      -0,
      1e308,
      -1e308,
      5e-324,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      123456789012345680000,
    ),
  );
  const maybe = fc.option(number);
  const name = fc.constantFrom(
    "a",
    "b",
    "__proto__",
    "toString",
    "<i>&'\"",
    "\x1b[31m",
    "名前",
    "with blanks",
    "\ud800",
  );
  const parameter = fc.record({
    value: number,
    standardError: maybe,
    tValue: maybe,
    pValue: maybe,
    lower: maybe,
    upper: maybe,
    start: number,
    fixed: fc.boolean(),
    tie: fc.option(name),
    min: maybe,
    max: maybe,
  });
  const named = <T>(value: fc.Arbitrary<T>) =>
    fc.array(fc.tuple(name, value), { maxLength: 6 }).map((entries) => Object.fromEntries(entries));
  const odd: fc.Arbitrary<Result> = fc.record({
    formula: fc.option(fc.constantFrom("y ~ a*x", "y ~ \n a", "")),
    target: name,
    inputs: fc.array(name),
    params: named(parameter),
    loss: fc.record({ name: fc.constantFrom("mse", "l1", "custom"), value: number }),
    scale: maybe,
    validationLoss: maybe,
    outcome: fc.record({
      kind: fc.constantFrom(...(Object.keys(outcomes) as OutcomeKind[])),
      converged: fc.boolean(),
      message: fc.constantFrom("converged", ""),
      advice: fc.option(fc.constantFrom("try again", "")),
    }),
    statistics: fc.record({
      observations: fc.nat(),
      degreesOfFreedom: fc.integer(),
      residualSumOfSquares: number,
      residualStandardDeviation: maybe,
      totalSumOfSquares: maybe,
      chiSquare: maybe,
      reducedChiSquare: maybe,
      rSquared: maybe,
      adjustedRSquared: maybe,
      aic: maybe,
      aicc: maybe,
      bic: maybe,
      logLikelihood: maybe,
    }),
    covariance: fc.constant(null),
    correlations: fc.option(
      fc.tuple(name, name, maybe).map(([a, b, r]) => ({
        names: [a, b],
        matrix: [
          [1, r],
          [r, 1],
        ],
      })),
    ),
    level: fc.constantFrom(0.95, 0.5),
    diagnostics: fc.array(fc.record({ kind: fc.constant("bound"), message: name })),
    optimizer: fc.record({ name: fc.constantFrom("sgd", "adam"), learningRate: maybe }),
    steps: fc.nat(),
    epochs: fc.nat(),
    seconds: number,
    history: fc.array(
      fc.record({
        step: fc.nat(),
        epoch: fc.nat(),
        loss: number,
        validationLoss: maybe,
        learningRate: maybe,
      }),
      { maxLength: 4 },
    ),
    omitted: named(fc.nat()),
    dtype: fc.constantFrom("float32", "float64"),
    seed: fc.nat(),
    starts: fc.option(
      fc.record({ tried: fc.nat(), polished: fc.nat(), agreed: fc.nat(), seconds: number, seed: fc.nat() }),
    ),
  });
  const noNumber = /NaN|Infinity|undefined|null/;

  test("never print NaN, Infinity, undefined or null in text", () => {
    fc.assert(
      fc.property(odd, fc.integer({ min: 1, max: 200 }), (it, columns) => {
        expect(reportText(it, { columns })).not.toMatch(noNumber);
        expect(reportMarkdown(it)).not.toMatch(noNumber);
      }),
    );
  });

  test("never end a cell of Markdown early, nor begin a tag, whatever the names", () => {
    fc.assert(
      fc.property(odd, (it) => {
        // What has a backslash before it is text.
        const marks = reportMarkdown({ ...it, formula: "y ~ a" }).replace(/\\./g, "");
        const tables = marks.split("\n\n").filter((block) => block.startsWith("| "));
        const cellsIn = (line: string) => line.split("|").length;
        for (const table of tables) expect(new Set(table.split("\n").map(cellsIn)).size).toBe(1);
        expect(marks.replace("```text\ny ~ a\n```", "")).not.toMatch(/[<>[\]`*&]/);
      }),
    );
  });

  test("always give the same keys in JSON, and only numbers that JSON has", () => {
    fc.assert(
      fc.property(odd, (it) => {
        const json = resultJson(it);
        expect(JSON.parse(JSON.stringify(json))).toEqual(withoutNegativeZero(json));
        expect(Object.keys(json)).toEqual(Object.keys(resultJson(result)));
      }),
    );
  });

  /** JSON writes -0 as 0. */
  function withoutNegativeZero(value: unknown): unknown {
    if (typeof value === "number") return value + 0;
    if (Array.isArray(value)) return value.map(withoutNegativeZero);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, withoutNegativeZero(it)]));
  }
});

describe("numbers", () => {
  test.each([
    [1.61823, 7, "1.618230"],
    [-14.7412345678, 7, "-14.74123"],
    [2, 7, "2"],
    [-0, 7, "0"],
    [353, 3, "353"],
    [1234.4, 3, "1234"],
    [999.96, 4, "1000"],
    [0.00001234567, 3, "0.0000123"],
    [0.000001234567, 3, "1.23e-6"],
    [12345678.9, 7, "1.234568e+7"],
    [25823808600, 7, "25823808600"],
    [6.02214076e23, 7, "6.022141e+23"],
    [Number.NaN, 7, "-"],
    [Number.NEGATIVE_INFINITY, 7, "-"],
    [null, 7, "-"],
  ])("formatNumber(%s, %i) is %s", (value, digits, text) => {
    expect(formatNumber(value, digits)).toBe(text);
  });

  test("formatNumber keeps the digits it promises: reading it back is within half a unit of the last", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const back = Number(formatNumber(value));
        expect(Math.abs(back - value)).toBeLessThanOrEqual(5.0000001e-7 * Math.abs(value));
      }),
    );
  });

  test("shortNumber leaves no trailing zeros", () => {
    expect([1e-5, 0.1, 72, 1 / 3, null].map((value) => shortNumber(value))).toEqual([
      "0.00001",
      "0.1",
      "72",
      "0.3333333",
      "-",
    ]);
  });

  test("shares and durations carry their units", () => {
    expect([0.0151234, 1, 1e-7, 1e307, null].map(formatShare)).toEqual([
      "1.51%",
      "100%",
      "0.0000100%",
      "-",
      "-",
    ]);
    expect([4.2e-5, 0.00213, 1.5, 200, Number.NaN].map(formatSeconds)).toEqual([
      "42 us",
      "2.13 ms",
      "1.50 s",
      "3 min 20 s",
      "-",
    ]);
  });

  test("decimal points stand in one column", () => {
    expect(alignDecimals(["1.5", "-120", "3e-7", "-"])).toEqual(
      ["   1.5", "-120  ", "   3e-7", "   -   "].map((it) => it.padEnd(7)),
    );
  });
});

describe("text on the screen", () => {
  test("textWidth counts what a terminal shows", () => {
    expect(["abc", "\x1b[31mabc\x1b[39m", "e\u0301", "名前", "🎢", ""].map(textWidth)).toEqual([
      3, 3, 1, 4, 2, 0,
    ]);
  });

  test("clip and wrap keep to their width unless a word is longer", () => {
    expect(clip("roller coaster", 8)).toBe("roller …");
    expect(clip("名前名前", 5)).toBe("名前…");
    expect(wrap("to be or not to be", 8)).toEqual(["to be or", "not to", "be"]);
    expect(wrap("incomprehensible so", 6)).toEqual(["incomprehensible", "so"]);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 0, max: 30 }), (text, width) => {
        expect(textWidth(clip(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });

  test("printable leaves nothing that steers a terminal or that XML forbids", () => {
    fc.assert(
      fc.property(
        fc.uint16Array().map((codes) => String.fromCharCode(...codes)),
        (text) => {
          expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cs}\ufffe\uffff]/u);
        },
      ),
    );
  });
});

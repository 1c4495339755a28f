/** A fit as code: the code runs, and gives the same fit; whatever the names hold, it is nothing but that code. */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import * as coaster from "../src/index.ts";
import { type FitOptions, fit, fitCode, tensor, toTable } from "../src/index.ts";

const time = Array.from({ length: 20 }, (_, i) => i);
const speed = time.map((t) => 0.75 * (t - 9.5) ** 2 + 1 + Math.sin(7 * t));
const sure = time.map((t) => 1 + (t % 3));
const data = { time, speed, sure, note: time.map(String), gap: time.map((t) => (t === 3 ? Number.NaN : t)) };
const ride = { data, model: "speed ~ a*time^2 + b*time + c" };

/** Runs the code: what it imports is given to it, files are read from `files`, and the fit comes back. */
async function ran(code: string, files: Record<string, coaster.Table> = {}): Promise<coaster.Fitted<object>> {
  const lines = code.split("\n");
  const imported = lines.flatMap(
    (line) => /^import \{ (.*) \} from "coaster(?:\/node)?";$/.exec(line)?.[1]?.split(", ") ?? [],
  );
  const body = lines.filter((line) => !line.startsWith("import ") && !line.startsWith("console.")).join("\n");
  const names = { ...coaster, readTable: async (name: string) => files[name] } as Record<string, unknown>;
  const Run = Object.getPrototypeOf(async () => {}).constructor;
  return new Run(...imported, `${body}\nreturn fitted;`)(...imported.map((name) => names[name]));
}

describe("the code of a fit", () => {
  it("says data and model, and nothing that goes without saying", () => {
    const small = {
      data: { x: [1, 2, 3], y: [2, 4.5, -0], z: [1, 1, 1] },
      model: "y ~ a*x",
      onStep: () => true,
    };
    expect(fitCode({ ...small, loss: "mse", optimizer: "auto", seed: 0, params: {} })).toBe(
      `import { fit } from "coaster";

const data = {
  x: [1, 2, 3],
  y: [2, 4.5, -0],
};

const fitted = await fit({
  data,
  model: "y ~ a*x",
});
console.log(fitted.report());
`,
    );
  });

  it("reads data of many rows from a file", async () => {
    const x = Array.from({ length: 201 }, (_, i) => i);
    const options = { data: { x, y: x.map(Math.sin) }, model: "y ~ a*x + b" } as const;
    const code = fitCode(options, { file: 'roller "coaster".csv' });
    expect(code).toContain('import { readTable } from "coaster/node";\n');
    expect(code).toContain('const data = await readTable("roller \\"coaster\\".csv");\n');
    const { params } = await ran(code, { 'roller "coaster".csv': toTable(options.data) });
    expect(params).toEqual((await fit(options)).params);
    expect(fitCode(options)).toContain('readTable("data.csv")');
  });

  const fits: readonly (readonly [what: string, options: FitOptions])[] = [
    ["of a line", ride],
    [
      "with starts, bounds, fixed and tied parameters",
      { ...ride, params: { a: { start: 0.5, min: 0, max: 9 }, b: { tie: "-19*a" }, c: tensor([70]) } },
    ],
    ["with sigma", { ...ride, sigma: "sure", absoluteSigma: true, level: 0.5 }],
    ["with weights, over gaps", { ...ride, model: "speed ~ a*gap + c", weights: "sure" }],
    ["of a robust loss", { ...ride, loss: coaster.losses.huber, scale: 2 }],
    ["by an optimizer by name", { ...ride, optimizer: "sgd", lr: 1e-5, steps: 7, stop: false }],
    [
      "by an optimizer with options",
      { ...ride, optimizer: coaster.sgd({ lr: 1e-6, momentum: 0.9, nesterov: true }), steps: 7 },
    ],
    ["by L-BFGS with options", { ...ride, optimizer: coaster.lbfgs({ historySize: 3 }), params: { a: 1 } }],
    [
      "in batches of a seed, with rows held out",
      {
        ...ride,
        optimizer: "adam",
        batchSize: 5,
        validation: 0.25,
        seed: 9,
        epochs: 4,
        stop: { patience: 3 },
      },
    ],
    [
      "judged by other rows",
      { ...ride, optimizer: "adam", lr: 0.1, steps: 20, validation: { speed: [1, 2], time: [3, 4] } },
    ],
    ["in single precision", { ...ride, dtype: "float32" }],
  ];
  it.each(fits)("%s runs, and gives the same to the bit", async (_, options) => {
    const code = fitCode(options);
    const [again, before] = [await ran(code), await fit(options as typeof ride)];
    expect(again.params).toEqual(before.params);
    expect(again.steps).toBe(before.steps);
  });

  it("has names as text, whatever they hold", async () => {
    const name = '</script>"; throw 1; //\u2028\u202e\u0000';
    const odd = { ["__proto__"]: sure, [name]: speed, "two words": time };
    const model = `\`${name.replace("`", "")}\` ~ k*\`two words\` + \`c}\``;
    const options = { data: odd, model, params: { "c}": 3 }, weights: "__proto__" };
    const code = fitCode(options);
    expect(code).not.toMatch(/<\/|(?!\n)[\p{C}\u2028]/u);
    expect((await ran(code)).params).toEqual((await fit(options)).params);
  });

  it("is the same for any name of a column", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", minLength: 1 }), async (text) => {
        const name = text.replace(/[`\r\n]/g, "") || "x";
        fc.pre(name !== "__proto__" && name !== "y" && name.normalize("NFC") === name);
        const options = { data: { [name]: time, y: speed }, model: `y ~ a0 + a1*\`${name}\`` };
        fc.pre(name !== "a0" && name !== "a1");
        expect((await ran(fitCode(options))).inputs).toEqual([name]);
      }),
      { numRuns: 50 },
    );
  });

  test.each<[what: string, options: Partial<FitOptions>, message: string]>([
    [
      "a model that is a function",
      { model: () => tensor([1]) },
      "fitCode expects a formula, which can be written down, got a function",
    ],
    ["a loss of one's own", { loss: (p) => p.sum() }, "fitCode expects a loss by name, got a function"],
    [
      "a schedule",
      { schedule: () => 1 },
      "code expects what can be written down as schedule, got a function",
    ],
    [
      "a schedule in an optimizer",
      { optimizer: coaster.sgd({ lr: () => 1 }) },
      "code expects what can be written down as lr, got a function",
    ],
    ["a formula that does not go with the data", { model: "sped ~ a*time" }, "unknown column: sped"],
  ])("cannot be had of %s", (_, options, message) => {
    expect(() => fitCode({ ...ride, ...options })).toThrow(message);
  });
});

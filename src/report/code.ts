/**
 * A fit as code: its options come in, TypeScript that repeats it with this library goes out. Texts are quoted so that
 * none of them, whatever it holds, is anything but text.
 */
import { kindOf } from "../data/cells.ts";
import { toTable } from "../data/input.ts";
import type { Table } from "../data/table.ts";
import { parseFormula } from "../fit/formula/formula.ts";
import { chosenLoss } from "../fit/losses.ts";
import type { FitOptions } from "../fit/options.ts";
import { optimizers } from "../optim/optimizers.ts";
import { keyOf, literal } from "./literal.ts";
import { wrap } from "./style.ts";

/** What may be said of the code. */
export interface CodeOptions {
  /** The file that data of more than 200 rows is read from; fewer are written out. Default data.csv. */
  readonly file?: string;
}

/**
 * The code that repeats a fit of a formula. Options that are as they would be anyway are left out, and so are `signal` and `onStep`. Errors:
 * a formula that does not go with the data, and what cannot be written down, such as functions.
 */
export function fitCode(options: FitOptions, { file = "data.csv" }: CodeOptions = {}): string {
  const used = columnsUsed(options);
  const table = toTable(options.data);
  const isRead = table.rows > mostRows;
  const data = isRead ? `await readTable(${literal(file)})` : columnsCode(table, used);
  return [
    `import { ${["fit", ...makersIn(options)].join(", ")} } from "coaster";`,
    ...(isRead ? ['import { readTable } from "coaster/node";'] : []),
    "",
    `const data = ${data};`,
    "",
    "const fitted = await fit({",
    ...["data", ...entriesOf(options, used)].map((entry) => `  ${entry},`),
    "});",
    "console.log(fitted.report());",
    "",
  ].join("\n");
}

const mostRows = 200;

/** The columns that the fit reads. */
function columnsUsed({ data, model, params = {}, weights, sigma }: FitOptions): string[] {
  if (typeof model !== "string")
    throw new TypeError(`fitCode expects a formula, which can be written down, got ${kindOf(model)}`);
  const { inputs, target } = parseFormula(model, {
    columns: toTable(data).names,
    params: Object.keys(params),
  });
  return [...new Set([...inputs, target, weights, sigma].filter((name) => name !== undefined))];
}

/** What options are that are not given, as code. */
const usual: Readonly<Record<string, string>> = {
  params: "{}",
  loss: '"mse"',
  optimizer: '"auto"',
  dtype: '"float64"',
  absoluteSigma: "false",
  level: "0.95",
  seed: "0",
};

/** The options as `name: value`, but for those that go without saying. */
function entriesOf(options: FitOptions, used: readonly string[]): string[] {
  const { data: _data, signal: _signal, onStep: _onStep, loss, optimizer, validation, ...others } = options;
  const written: [name: string, code: string][] = [
    ...Object.entries(others).map(([name, value]): [string, string] => [name, literal(value, name)]),
    ["loss", lossCode(loss)],
    ["optimizer", optimizerCode(optimizer)],
    [
      "validation",
      typeof validation === "object" ? columnsCode(toTable(validation), used, "  ") : literal(validation),
    ],
  ];
  return written
    .filter(([name, code]) => code !== "undefined" && code !== usual[name])
    .map(([name, code]) => `${name}: ${code}`);
}

function lossCode(loss: FitOptions["loss"]): string {
  const { name } = chosenLoss(loss);
  if (name === "custom") throw new TypeError("fitCode expects a loss by name, got a function");
  return literal(name);
}

function optimizerCode(optimizer: FitOptions["optimizer"]): string {
  if (typeof optimizer !== "object") return literal(optimizer);
  const { name, options } = optimizer;
  if (!Object.hasOwn(optimizers, name) || !options)
    throw new TypeError(`fitCode expects an optimizer of the library, got another: ${name}`);
  return `${name}(${literal(options, name)})`;
}

/** The functions that make what has no name. */
function makersIn({ optimizer }: FitOptions): string[] {
  return typeof optimizer === "object" ? [optimizer.name] : [];
}

/** Columns as a record of lists. */
function columnsCode(table: Table, names: readonly string[], indent = ""): string {
  const lines = names.map((name) => {
    const numbers = listCode([...table.numbers(name)], `${indent}  `);
    return `${indent}  ${keyOf(name)}: ${numbers},\n`;
  });
  return `{\n${lines.join("")}${indent}}`;
}

/** A list on one line where it is short, else on lines of its own. */
function listCode(numbers: readonly number[], indent: string): string {
  const lines = wrap(numbers.map((x) => literal(x)).join(", "), 90);
  if (lines.length === 1) return `[${lines[0]}]`;
  return `[\n${lines.map((line) => `${indent}  ${line}\n`).join("")}${indent}]`;
}

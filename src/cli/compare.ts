/** `coaster compare`: saved fits come in; a table of how they do on the same data goes out, or JSON. */
import { type Comparable, type Comparison, compare } from "../fit/compare.ts";
import { alignDecimals, formatNumber, shortNumber } from "../report/numbers.ts";
import { printable } from "../report/style.ts";
import { type Call, type Status, statuses } from "./call.ts";
import { readComparable } from "./files.ts";

/** Compares. The models stand as they were given. */
export async function compareCommand({ operands, flags, terminal }: Call): Promise<Status> {
  const fits: Comparable[] = [];
  for (const path of operands) fits.push(await readComparable(path));
  const comparison = compare(fits, flags.nested ? { nested: true } : {});
  const text = flags.json ? JSON.stringify(comparison, null, 2) : tableOf(operands, comparison);
  terminal.out.write(`${text}\n`);
  return statuses.done;
}

/** The columns of numbers. */
const columns = [
  ["parameters", "parameters", 7],
  ["RSS", "residualSumOfSquares", 7],
  ["AIC", "aic", 5],
  ["AICc", "aicc", 5],
  ["BIC", "bic", 5],
  ["delta", "delta", 4],
  ["weight", "weight", 3],
] as const;

function tableOf(names: readonly string[], { models, tests }: Comparison): string {
  const cells = columns.map(([heading, key, digits]) => [
    heading,
    ...alignDecimals(models.map((model) => formatNumber(model[key], digits))),
  ]);
  const all = [["", ...models.map((_, i) => `${i + 1}`)], ...cells];
  const widths = all.map((column) => Math.max(...column.map(({ length }) => length)));
  const lines = ["", ...models].map((_, row) =>
    all
      .map((column, j) => column[row]!.padEnd(widths[j]!))
      .join("  ")
      .trimEnd(),
  );
  const legend = models.map(
    ({ formula }, i) => `    ${i + 1}  ${names[i]!}: ${printable(formula ?? "a function")}`,
  );
  const said = tests.map(
    ({ smaller, larger, f, degreesOfFreedom: [m, n], pValue }) =>
      `    ${larger + 1} over ${smaller + 1}: F(${m}, ${n}) = ${formatNumber(f, 5)}, p = ${shortNumber(pValue, 3)}`,
  );
  return [
    `[[Models]] of ${models[0]!.observations} observations`,
    ...legend,
    "[[Comparison]]",
    ...lines.map((line) => `    ${line}`),
    ...(said.length > 0 ? ["[[F tests of nested models]]", ...said] : []),
  ].join("\n");
}

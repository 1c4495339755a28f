/**
 * The report that a fit prints: model, data, statistics, parameters, outcome, in the layout that lmfit's and R's users know.
 * A result goes in, plain text comes out; a `style` may add colour.
 */
import type { Result } from "../fit/result.ts";
import {
  correlatedPairs,
  correlationText,
  dataFacts,
  factsOf,
  fitFacts,
  maxCorrelations,
  modelText,
} from "./facts.ts";
import { count } from "./numbers.ts";
import { missingErrors, type ParameterTable, parameterTable } from "./parameters.ts";
import { padEnd, plainStyle, printable, type Style, textWidth, wrap } from "./style.ts";

/** How wide a report may be (80 columns unless said), and how it is decorated (not at all unless said). */
export interface ReportOptions {
  readonly columns?: number;
  readonly style?: Style;
}

/** The result as text of several lines, without a newline at the end. A number that does not exist is a dash, with a sentence that says why. */
export function reportText(result: Result, options: ReportOptions = {}): string {
  const { columns = 80, style = plainStyle } = options;
  const room = Math.max(20, columns - indent.length);
  const sections: [string, string[]][] = [
    ["Model", wrap(modelText(result), room)],
    ["Data", factLines(factsOf(dataFacts, result), room, style)],
    ["Fit statistics", factLines(factsOf(fitFacts, result), room, style)],
    ["Parameters", parameterLines(result, room, style)],
    ["Correlations", correlationLines(result, room, style)],
    ["Notes", result.diagnostics.flatMap(({ message }) => wrapped(message, room))],
    ["Outcome", outcomeLines(result, room, style)],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => [style("heading", `[[${title}]]`), ...lines.map((line) => indent + line)])
    .map((lines) => lines.map((line) => line.trimEnd()).join("\n"))
    .join("\n");
}

const indent = "    ";

const labelWidth = Math.max(...[...dataFacts, ...fitFacts].map(({ label }) => label.length));

/** Each fact on a line of its own; a long text goes on below itself. */
function factLines(
  facts: readonly (readonly [label: string, text: string])[],
  room: number,
  style: Style,
): string[] {
  return facts.flatMap(([label, text]) => {
    const start = label.padEnd(labelWidth) + " = ";
    const [first = "", ...rest] = wrap(text, Math.max(20, room - start.length));
    return [style("quiet", start) + first, ...rest.map((line) => " ".repeat(start.length) + line)];
  });
}

function parameterLines(result: Result, room: number, style: Style): string[] {
  const table = parameterTable(result);
  if (table.rows === 0) return ["none"];
  const [head = "", ...rows] = tableLines(table, room);
  const missing = missingErrors(result);
  return [
    style("quiet", head),
    ...rows,
    ...(table.more > 0 ? [style("quiet", `... and ${count(table.more, "more parameter")}`)] : []),
    ...(missing === null ? [] : wrap(missing, room)),
  ];
}

/** A heading and a line a parameter, with the columns that fit into the room. */
function tableLines({ columns: all, rows }: ParameterTable, room: number): string[] {
  let columns = all.map((column) => ({
    ...column,
    width: Math.max(textWidth(column.heading), ...column.cells.map(textWidth)),
  }));
  for (const spare of [4, 3, 2, 1]) {
    const total = columns.reduce((sum, { width }) => sum + width + gap.length, -gap.length);
    if (total > room) columns = columns.filter((column) => column.spare !== spare);
  }
  const line = (cell: (column: (typeof columns)[number]) => string) =>
    columns.map((column) => padEnd(cell(column), column.width)).join(gap);
  return [
    line(({ heading }) => heading),
    ...Array.from({ length: rows }, (_, row) => line(({ cells }) => cells[row]!)),
  ];
}

const gap = "  ";

/** The pairs that are correlated: `C(a, b) = -0.9696`. */
function correlationLines(result: Result, room: number, style: Style): string[] {
  const pairs = correlatedPairs(result);
  const shown = pairs.slice(0, maxCorrelations);
  const width = Math.max(0, ...shown.map(({ pair }) => textWidth(printable(pair))));
  const rest = pairs.length - shown.length;
  return [
    ...shown.map(
      ({ pair, r }) => `${style("quiet", `${padEnd(printable(pair), width)} =`)} ${correlationText(r)}`,
    ),
    ...(rest > 0 ? wrap(`... and ${count(rest, "weaker one")}`, room) : []),
  ];
}

/** A note of one or more lines, the further ones set in. */
function wrapped(note: string, room: number): string[] {
  return wrap(printable(note), room - 2).map((line, i) => (i === 0 ? "" : "  ") + line);
}

function outcomeLines({ outcome }: Result, room: number, style: Style): string[] {
  const role = outcome.converged ? "good" : "bad";
  const advice = outcome.advice === null ? [] : wrap(outcome.advice, room);
  return [...wrap(outcome.message, room).map((line) => style(role, line)), ...advice];
}

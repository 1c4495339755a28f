/**
 * The report as Markdown (CommonMark, with the tables of GitHub): what the report in plain text says, as headings, tables and sentences.
 * Names are text whatever characters they hold: none of them becomes markup, a link or a tag.
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
import { missingErrors, parameterTable } from "./parameters.ts";
import { printable } from "./style.ts";

/** The result as Markdown, without a newline at the end. */
export function reportMarkdown(result: Result): string {
  const { outcome, diagnostics } = result;
  const sections: [title: string, blocks: string[]][] = [
    ["Model", [codeBlock(modelText(result))]],
    ["Fit", [table(["", "value"], [...factsOf(dataFacts, result), ...factsOf(fitFacts, result)])]],
    ["Parameters", parameterBlocks(result)],
    ["Correlations", correlationBlocks(result)],
    [
      "Notes",
      diagnostics.length === 0 ? [] : [diagnostics.map(({ message }) => `- ${sentence(message)}`).join("\n")],
    ],
    ["Outcome", [outcome.message, ...(outcome.advice === null ? [] : [outcome.advice])].map(sentence)],
  ];
  return sections
    .filter(([, blocks]) => blocks.length > 0)
    .map(([title, blocks]) => [`## ${title}`, ...blocks].join("\n\n"))
    .join("\n\n");
}

function parameterBlocks(result: Result): string[] {
  const { columns, rows, more } = parameterTable(result);
  if (rows === 0) return ["none"];
  const lines = Array.from({ length: rows }, (_, row) => columns.map(({ cells }) => cells[row]!));
  const missing = missingErrors(result);
  return [
    table(
      columns.map(({ heading }) => heading),
      lines,
    ),
    ...(more > 0 ? [`... and ${count(more, "more parameter")}`] : []),
    ...(missing === null ? [] : [sentence(missing)]),
  ];
}

function correlationBlocks(result: Result): string[] {
  const pairs = correlatedPairs(result);
  if (pairs.length === 0) return [];
  const shown = pairs.slice(0, maxCorrelations);
  const rest = pairs.length - shown.length;
  return [
    table(
      ["", "correlation"],
      shown.map(({ pair, r }) => [pair, correlationText(r)]),
    ),
    ...(rest > 0 ? [`... and ${count(rest, "weaker one")}`] : []),
  ];
}

/** A table with its first column to the left, as names are, and all others to the right, as numbers are. */
function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = headings.map((_, i) => (i === 0 ? "---" : "---:"));
  return [headings, ...rows]
    .map((cells) => line(cells.map((cell) => escaped(cell.trim()))))
    .toSpliced(1, 0, line(rule))
    .join("\n");
}

/** Text between fences that are longer than any run of backquotes in it. */
function codeBlock(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  return [`${fence}text`, printable(text), fence].join("\n");
}

/** One line of text as Markdown that shows it: what could begin markup has a backslash before it. */
function escaped(text: string): string {
  return printable(text)
    .replace(/[\\`*_[\]<>|~&#@$!]/g, "\\$&")
    .replace(/:(?=\/\/)|(?<=\bwww)\./gi, "\\$&");
}

/** The same at the start of a line, where it could begin a list or a rule. */
function sentence(text: string): string {
  return escaped(text.trim()).replace(/^(\d*)([-+=.)])(?=\s|\2|$)/, "$1\\$2");
}

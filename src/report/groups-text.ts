/** The report on fits of many groups: answers go in; a table of them as plain text, in its middle shortened if it is long, comes out. */
import type { Answers } from "../fit/groups/answers.ts";
import type { GroupedFit } from "./group-fit.ts";
import { alignDecimals, count, dash, formatNumber, formatSeconds, isNumber, shortNumber } from "./numbers.ts";
import { padEnd, plainStyle, printable, textWidth, wrap } from "./style.ts";
import type { ReportOptions } from "./text.ts";

const indent = "    ";
const gap = "  ";
/** So many groups are shown at the beginning and at the end of a table that is too long. */
const [head, tail] = [12, 4];
const longest = 24;

/** The fits as text of several lines, without a newline at the end. */
export function groupsText(fits: GroupedFit, answers: Answers, options: ReportOptions = {}): string {
  const { columns = 80, style = plainStyle } = options;
  const room = Math.max(20, columns - indent.length);
  const role = fits.outcome.converged ? "good" : "bad";
  const sections: [string, string[]][] = [
    ["Model", wrap(fits.formula ?? `${fits.target} ~ model(${fits.inputs.join(", ")})`, room)],
    ["Data", dataLines(fits, answers).map((line) => style("quiet", line))],
    ...sharedSection(fits, answers),
    ["Groups", tableLines(fits, answers, room)],
    [
      "Outcome",
      wrap(`${fits.outcome.message} (${formatSeconds(fits.seconds)})`, room).map((line) => style(role, line)),
    ],
  ];
  return sections
    .map(([title, lines]) => [style("heading", `[[${title}]]`), ...lines.map((line) => indent + line)])
    .map((lines) => lines.map((line) => line.trimEnd()).join("\n"))
    .join("\n");
}

function dataLines({ group, omitted }: GroupedFit, { keys, observations }: Answers): string[] {
  const rows = observations.reduce((sum, n) => sum + n, 0);
  const left = Object.entries(omitted).filter(([, n]) => n > 0);
  const reasons = left.map(([reason, n]) => `${reason}: ${formatNumber(n)}`).join(", ");
  return [
    `groups        = ${formatNumber(keys.length)} by ${printable(group)}`,
    `observations  = ${formatNumber(rows)}`,
    ...(left.length > 0 ? [`rows left out = ${reasons}`] : []),
  ];
}

/** The parameters that all groups share, a line each. */
function sharedSection({ shared }: GroupedFit, { values, errors }: Answers): [string, string[]][] {
  if (shared.length === 0) return [];
  const first = (lists: Answers["values"]) => shared.map((name) => lists.get(name)![0]!);
  const table = columnsOf([
    ["", shared.map(printable)],
    ["value", alignDecimals(first(values).map((x) => formatNumber(x)))],
    ["std error", errorTexts(first(errors))],
  ]);
  return [["Shared parameters", table]];
}

function errorTexts(errors: readonly number[]): string[] {
  return alignDecimals(errors.map((x) => formatNumber(x, 3))).map((text, i) =>
    isNumber(errors[i]!) ? `+/- ${text}` : `    ${text}`,
  );
}

/** A line a group; of many the first and the last, and how those between them spread. */
function tableLines({ group, names, shared }: GroupedFit, answers: Answers, room: number): string[] {
  const { keys, values, errors, rSquared, outcomes } = answers;
  const isLong = keys.length > longest;
  const rows = [...keys.keys()].filter((one) => !isLong || one < head || one >= keys.length - tail);
  const own = names.filter((name) => !shared.includes(name));
  const at = (list: Float64Array): number[] => rows.map((one) => list[one]!);
  const columns: [string, string[]][] = [
    [printable(group), rows.map((one) => printable(String(keys[one])))],
    ...own.flatMap((name): [string, string[]][] => [
      [printable(name), alignDecimals(at(values.get(name)!).map((x) => formatNumber(x, 6)))],
      ["std error", errorTexts(at(errors.get(name)!))],
    ]),
    ["R-squared", alignDecimals(at(rSquared).map((x) => formatNumber(x, 5)))],
    ["", rows.map((one) => (outcomes[one]!.converged ? "" : outcomes[one]!.kind))],
  ];
  const [heading = "", ...lines] = columnsOf(fitting(columns, room));
  if (!isLong) return [heading, ...lines];
  const between = keys.length - head - tail;
  return [
    heading,
    ...lines.slice(0, head),
    `... ${count(between, "group")} more`,
    ...lines.slice(head),
    "",
    ...columnsOf(spreads(own, answers)),
  ];
}

/** The columns that the room has, without standard errors if need be. */
function fitting(columns: [string, string[]][], room: number): [string, string[]][] {
  const all = columns.filter(([, cells]) => cells.some((cell) => cell !== ""));
  if (widthOf(all) <= room) return all;
  return all.filter(([title]) => title !== "std error");
}

function widthOf(columns: readonly [string, string[]][]): number {
  return columns.reduce((sum, [title, cells]) => sum + widest(title, cells) + gap.length, -gap.length);
}

function widest(title: string, cells: readonly string[]): number {
  return Math.max(textWidth(title), ...cells.map(textWidth));
}

/** A heading and a line a row. */
function columnsOf(columns: readonly [string, string[]][]): string[] {
  const widths = columns.map(([title, cells]) => widest(title, cells));
  const line = (cell: (i: number) => string): string =>
    columns.map((_, i) => padEnd(cell(i), widths[i]!)).join(gap);
  const rows = columns[0]?.[1].length ?? 0;
  return [
    line((i) => columns[i]![0]),
    ...Array.from({ length: rows }, (_, row) => line((i) => columns[i]![1][row]!)),
  ];
}

/** How the parameters spread over the groups: the least, the quartiles and the greatest of each. */
function spreads(names: readonly string[], { values }: Answers): [string, string[]][] {
  const sorted = names.map((name) => values.get(name)!.filter(Number.isFinite).sort());
  const share = (part: number): string[] =>
    sorted.map((list) =>
      list.length === 0 ? dash : shortNumber(list[Math.round(part * (list.length - 1))]!, 5),
    );
  return [
    ["", names.map(printable)],
    ["least", share(0)],
    ["quarter", share(0.25)],
    ["median", share(0.5)],
    ["three quarters", share(0.75)],
    ["greatest", share(1)],
  ];
}

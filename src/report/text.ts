/**
 * The report that a fit prints: model, data, statistics, parameters, outcome, in the layout that lmfit's and R's users know.
 * A result goes in, plain text comes out; a `style` may add colour.
 */
import type { Parameter, Result, Statistics } from "../fit/result.ts";
import {
  alignDecimals,
  count,
  dash,
  formatNumber,
  formatSeconds,
  formatShare,
  isNumber,
  shortNumber,
} from "./numbers.ts";
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
    ["Data", factLines(dataFacts, result, room, style)],
    ["Fit statistics", factLines(fitFacts, result, room, style)],
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

function modelText({ formula, target, inputs }: Result): string {
  return formula ?? `${target} ~ model(${inputs.join(", ")})`;
}

/** One line `label = text`; a fact whose text is null has nothing to say about this result. */
interface Fact {
  readonly label: string;
  readonly text: (result: Result) => string | null;
}

const dataFacts: readonly Fact[] = [
  { label: "observations", text: ({ statistics }) => formatNumber(statistics.observations) },
  { label: "rows left out", text: leftOut },
];

const fitFacts: readonly Fact[] = [
  { label: "optimizer", text: optimizerText },
  { label: "starts", text: startsText },
  { label: "steps", text: stepsText },
  { label: "precision", text: ({ dtype }) => (dtype === "float64" ? null : dtype) },
  { label: "loss", text: ({ loss }) => lossText(loss.value, loss.name) },
  { label: "scale", text: ({ scale }) => (scale === null ? null : formatNumber(scale)) },
  { label: "validation loss", text: validationText },
  { label: "residual sum of squares", text: ({ statistics }) => sumOfSquaresText(statistics) },
  { label: "residual std deviation", text: ({ statistics }) => deviationText(statistics) },
  { label: "reduced chi-square", text: ({ statistics }) => known(statistics.reducedChiSquare, 5) },
  { label: "R-squared", text: ({ statistics }) => rSquaredText(statistics) },
  { label: "adjusted R-squared", text: ({ statistics }) => known(statistics.adjustedRSquared, 7) },
  { label: "log-likelihood", text: ({ statistics }) => known(statistics.logLikelihood, 5) },
  { label: "AIC", text: ({ statistics }) => criterionText(statistics.aic, statistics) },
  { label: "AICc", text: ({ statistics }) => known(statistics.aicc, 5) },
  { label: "BIC", text: ({ statistics }) => criterionText(statistics.bic, statistics) },
];

/** How start values were found that nobody gave. */
function startsText({ starts }: Result): string | null {
  if (!starts) return null;
  return `${count(starts.tried, "place")} tried, ${starts.polished} polished, ${starts.agreed} agreed`;
}

const labelWidth = Math.max(...[...dataFacts, ...fitFacts].map(({ label }) => label.length));

/** Each fact on a line of its own; a long text goes on below itself. */
function factLines(facts: readonly Fact[], result: Result, room: number, style: Style): string[] {
  return facts.flatMap(({ label, text }) => {
    const said = text(result);
    if (said === null) return [];
    const start = label.padEnd(labelWidth) + " = ";
    const [first = "", ...rest] = wrap(said, Math.max(20, room - start.length));
    return [style("quiet", start) + first, ...rest.map((line) => " ".repeat(start.length) + line)];
  });
}

function leftOut({ omitted }: Result): string | null {
  const reasons = Object.entries(omitted).filter(([, rows]) => rows > 0);
  if (reasons.length === 0) return null;
  const total = reasons.reduce((sum, [, rows]) => sum + rows, 0);
  return `${formatNumber(total)} (${reasons.map(([reason, rows]) => `${reason}: ${formatNumber(rows)}`).join(", ")})`;
}

function optimizerText({ optimizer: { name, learningRate, chosen } }: Result): string {
  if (!isNumber(learningRate)) return name;
  return chosen === undefined
    ? `${name}, learning rate ${shortNumber(learningRate)}`
    : `${name}, learning rate ${shortNumber(learningRate, 4)} ${chosen}`;
}

function stepsText({ steps, epochs, seconds }: Result): string {
  const passes = epochs > 0 && epochs !== steps ? `, ${count(epochs, "epoch")}` : "";
  const time = isNumber(seconds) ? ` in ${formatSeconds(seconds)}` : "";
  return formatNumber(steps) + passes + time;
}

function lossText(value: number, name: string): string {
  return isNumber(value) ? `${formatNumber(value)} (${name})` : missing(`the ${name} loss is not finite`);
}

function validationText({ loss, validationLoss }: Result): string | null {
  return validationLoss === null ? null : lossText(validationLoss, loss.name);
}

function sumOfSquaresText({ residualSumOfSquares }: Statistics): string {
  return isNumber(residualSumOfSquares) ? formatNumber(residualSumOfSquares) : missing(notFinite);
}

function deviationText({ residualStandardDeviation, degreesOfFreedom, observations }: Statistics): string {
  if (isNumber(residualStandardDeviation)) {
    return `${formatNumber(residualStandardDeviation, 5)} on ${count(degreesOfFreedom, "degree")} of freedom`;
  }
  if (degreesOfFreedom > 0) return missing(notFinite);
  const parameters = count(observations - degreesOfFreedom, "free parameter");
  return missing(`no degrees of freedom: ${count(observations, "observation")}, ${parameters}`);
}

function rSquaredText({ rSquared, observations, residualSumOfSquares }: Statistics): string {
  if (isNumber(rSquared)) return formatNumber(rSquared);
  if (!isNumber(residualSumOfSquares)) return missing(notFinite);
  return missing(observations < 2 ? "it takes two observations" : "the target does not vary");
}

function criterionText(value: number | null, { residualSumOfSquares }: Statistics): string {
  if (isNumber(value)) return formatNumber(value, 5);
  if (!isNumber(residualSumOfSquares)) return missing(notFinite);
  return missing(
    residualSumOfSquares === 0 ? "the residuals are exactly zero" : "not defined for these data",
  );
}

/** A number that is not spoken of where there is none: others say why. */
function known(value: number | null, digits: number): string | null {
  return isNumber(value) ? formatNumber(value, digits) : null;
}

const notFinite = "the residuals are not finite";

/** No number, and why. */
function missing(reason: string): string {
  return `${dash} (${reason})`;
}

/** One column of the parameter table: cells of equal width, and whether it may go when the room is narrow (higher goes first). */
interface Column {
  readonly heading: string | ((result: Result) => string);
  readonly cells: (params: readonly Named[]) => string[];
  readonly spare: number;
}

type Named = Parameter & { readonly name: string };

const parameterColumns: readonly Column[] = [
  { heading: "", cells: (params) => params.map(({ name }) => printable(name)), spare: 0 },
  {
    heading: "value",
    cells: (params) => alignDecimals(params.map(({ value }) => formatNumber(value))),
    spare: 0,
  },
  { heading: "std error", cells: errorCells, spare: 0 },
  { heading: "relative", cells: (params) => alignDecimals(params.map(relativeError)), spare: 4 },
  {
    heading: "t value",
    cells: (params) => alignDecimals(params.map(({ tValue }) => blank(tValue, formatNumber(tValue, 4)))),
    spare: 2,
  },
  { heading: "p value", cells: (params) => params.map(probability), spare: 2 },
  { heading: ({ level }) => `${shortNumber(100 * level)}% interval`, cells: intervals, spare: 1 },
  {
    heading: "start",
    cells: (params) => alignDecimals(params.map(({ start }) => shortNumber(start))),
    spare: 3,
  },
  { heading: "", cells: (params) => params.map(constraint), spare: 0 },
];

/** Nothing where there is no number: the column of errors says so. */
function blank(value: number | null, text: string): string {
  return isNumber(value) ? text : "";
}

/** A probability as R prints it. */
function probability({ pValue }: Named): string {
  if (!isNumber(pValue)) return "";
  return pValue < 2e-16 ? "<2e-16" : shortNumber(Math.min(pValue, 1), 3);
}

/** The limits, in as many digits as tell them from the value. */
function intervals(params: readonly Named[]): string[] {
  const limit = ({ value, standardError }: Named, x: number | null): string => {
    const digits = Math.log10(Math.abs(value) / (standardError || 1)) + 3;
    return blank(x, formatNumber(x, Math.round(Math.min(Math.max(digits, 3), 7)) || 3));
  };
  const lower = alignDecimals(params.map((one) => limit(one, one.lower)));
  const upper = alignDecimals(params.map((one) => limit(one, one.upper)));
  return lower.map((text, i) => (text.trim() === "" ? "" : `${text} to ${upper[i]!}`));
}

/** More rows than this say little to a reader; programs have `params`. */
const maxParameters = 50;

function parameterLines(result: Result, room: number, style: Style): string[] {
  const named = Object.entries(result.params).map(([name, parameter]) => ({ name, ...parameter }));
  if (named.length === 0) return ["none"];
  const shown = named.slice(0, maxParameters);
  const [head = "", ...rows] = table(shown, result, room);
  const more = named.length - shown.length;
  return [
    style("quiet", head),
    ...rows,
    ...(more > 0 ? [style("quiet", `... and ${count(more, "more parameter")}`)] : []),
    ...missingErrors(named, result, room),
  ];
}

/** A heading and a line a parameter, with the columns that fit into the room. */
function table(params: readonly Named[], result: Result, room: number): string[] {
  let columns = parameterColumns.map(({ heading: title, cells, spare }) => {
    const heading = typeof title === "string" ? title : title(result);
    const texts = cells(params);
    const width = Math.max(textWidth(heading), ...texts.map(textWidth));
    return { heading, texts, spare, width };
  });
  columns = columns.filter(({ texts }) => texts.some((text) => text.trim() !== ""));
  for (const spare of [4, 3, 2, 1]) {
    const total = columns.reduce((sum, { width }) => sum + width + gap.length, -gap.length);
    if (total > room) columns = columns.filter((column) => column.spare !== spare);
  }
  const line = (cell: (column: (typeof columns)[number]) => string) =>
    columns.map((column) => padEnd(cell(column), column.width)).join(gap);
  return [line(({ heading }) => heading), ...params.map((_, row) => line(({ texts }) => texts[row]!))];
}

const gap = "  ";

function errorCells(params: readonly Named[]): string[] {
  const errors = alignDecimals(params.map(({ standardError }) => formatNumber(standardError, 3)));
  return errors.map((text, i) => (isNumber(params[i]!.standardError) ? "+/- " : "    ") + text);
}

function relativeError({ value, standardError }: Named): string {
  return standardError === null ? dash : formatShare(Math.abs(standardError / value));
}

/** What held the parameter: a tie, fixed, or its bounds and whether it lies on one. */
function constraint({ fixed, tie, value, min, max }: Named): string {
  if (tie !== null) return `tied to ${printable(tie)}`;
  if (fixed) return "fixed";
  if (min === null && max === null) return "";
  if (value === min) return `at its lower bound ${shortNumber(min)}`;
  if (value === max) return `at its upper bound ${shortNumber(max)}`;
  if (max === null) return `at least ${shortNumber(min)}`;
  return min === null ? `at most ${shortNumber(max)}` : `${shortNumber(min)} to ${shortNumber(max)}`;
}

/** A sentence for the dashes among the standard errors. */
function missingErrors(params: readonly Named[], result: Result, room: number): string[] {
  const free = params.filter(({ fixed, tie }) => !fixed && tie === null);
  const without = free.filter(({ standardError }) => !isNumber(standardError));
  if (without.length === 0) return [];
  const names = without.slice(0, 5).map(({ name }) => name);
  const others = without.length > names.length ? ` and ${without.length - names.length} more` : "";
  const whose = without.length === free.length ? "" : ` for ${names.join(", ")}${others}`;
  return wrap(`No standard error${whose}: ${whyMissing(without, result)}.`, room);
}

function whyMissing(without: readonly Named[], { loss, scale, outcome }: Result): string {
  if (loss.name !== "mse" && scale === null) return `it is known for mse, not for the loss ${loss.name}`;
  if (outcome.kind !== "converged") return "the fit did not settle at a minimum";
  if (without.every(({ value, min, max }) => value === min || value === max))
    return "at a bound there is none";
  return "the data do not determine it";
}

/** Correlations that are less say little, as lmfit has it. */
const leastCorrelation = 0.1;
const maxCorrelations = 10;

/** The pairs that are correlated, from the strongest down: `C(a, b) = -0.9696`. */
function correlationLines({ correlations }: Result, room: number, style: Style): string[] {
  const { names, matrix } = correlations ?? { names: [], matrix: [] };
  const pairs = matrix
    .flatMap((row, i) =>
      row.slice(0, i).map((r, j) => ({ pair: `C(${names[j]!}, ${names[i]!})`, r: isNumber(r) ? r : 0 })),
    )
    .filter(({ r }) => Math.abs(r) > leastCorrelation)
    .sort((a, b) => Math.abs(b.r) - Math.abs(a.r));
  const shown = pairs.slice(0, maxCorrelations);
  const width = Math.max(0, ...shown.map(({ pair }) => textWidth(printable(pair))));
  const rest = pairs.length - shown.length;
  return [
    ...shown.map(
      ({ pair, r }) =>
        `${style("quiet", `${padEnd(printable(pair), width)} =`)} ${r < 0 ? "" : "+"}${r.toFixed(4)}`,
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

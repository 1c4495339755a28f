/** What there is to say of data and fit, a fact each: its label, and its text for a result. Reports lay them out. */
import type { Result, Statistics } from "../fit/result.ts";
import { count, dash, formatNumber, formatSeconds, isNumber, shortNumber } from "./numbers.ts";

/** The formula, or what stands in for one. */
export function modelText({ formula, target, inputs }: Result): string {
  return formula ?? `${target} ~ model(${inputs.join(", ")})`;
}

/** One line `label = text`; a fact whose text is null has nothing to say about this result. */
interface Fact {
  readonly label: string;
  readonly text: (result: Result) => string | null;
}

/** What there is to say of the rows. */
export const dataFacts: readonly Fact[] = [
  { label: "observations", text: ({ statistics }) => formatNumber(statistics.observations) },
  { label: "rows left out", text: leftOut },
];

/** What there is to say of the fit as a whole. */
export const fitFacts: readonly Fact[] = [
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

/** The facts that this result has, as label and text. */
export function factsOf(facts: readonly Fact[], result: Result): [label: string, text: string][] {
  return facts.flatMap(({ label, text }) => {
    const said = text(result);
    return said === null ? [] : [[label, said]];
  });
}

/** How start values were found that nobody gave. */
function startsText({ starts }: Result): string | null {
  if (!starts) return null;
  return `${count(starts.tried, "place")} tried, ${starts.polished} polished, ${starts.agreed} agreed`;
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

/** Correlations that are less say little, as lmfit has it. */
const leastCorrelation = 0.1;

/** The pairs of parameters that are correlated, from the strongest down: `C(a, b)` and the number. */
export function correlatedPairs({ correlations }: Result): { readonly pair: string; readonly r: number }[] {
  const { names, matrix } = correlations ?? { names: [], matrix: [] };
  return matrix
    .flatMap((row, i) =>
      row.slice(0, i).map((r, j) => ({ pair: `C(${names[j]!}, ${names[i]!})`, r: isNumber(r) ? r : 0 })),
    )
    .filter(({ r }) => Math.abs(r) > leastCorrelation)
    .sort((a, b) => Math.abs(b.r) - Math.abs(a.r));
}

/** A correlation with its sign: +0.9696. */
export function correlationText(r: number): string {
  return `${r < 0 ? "" : "+"}${r.toFixed(4)}`;
}

/** Beyond so many, pairs are only counted. */
export const maxCorrelations = 10;

/** The report as tables of texts, for pages to lay out: a result comes in, what the report in plain text says goes out in its parts. */
import type { Result } from "../fit/result.ts";
import { correlatedPairs, correlationText, dataFacts, factsOf, fitFacts, maxCorrelations } from "./facts.ts";
import { missingErrors, parameterTable } from "./parameters.ts";

/** The parts of a report that are tables. */
export interface ReportTables {
  /** What there is to say of data and fit: a label, and a text. */
  readonly facts: readonly (readonly [label: string, text: string])[];
  /** Columns with a heading and a cell for each parameter. */
  readonly parameters: readonly { readonly heading: string; readonly cells: readonly string[] }[];
  /** Why there are no standard errors, in a sentence; null where there are. */
  readonly missing: string | null;
  /** The largest correlations: which, and a text. */
  readonly correlations: readonly (readonly [pair: string, text: string])[];
}

export function reportTables(result: Result): ReportTables {
  return {
    facts: [...factsOf(dataFacts, result), ...factsOf(fitFacts, result)],
    parameters: parameterTable(result).columns,
    missing: missingErrors(result),
    correlations: correlatedPairs(result)
      .slice(0, maxCorrelations)
      .map(({ pair, r }) => [pair, correlationText(r)]),
  };
}

/** What is worth knowing of an answer, in words: facts about it come in, a sentence for each that calls for one comes out. */
import type { Group } from "./covariance.ts";
import { distributions } from "./distributions.ts";
import type { Diagnostic, NamedMatrix } from "./result.ts";
import type { Start } from "./start.ts";

/** What sentences are made of. */
export interface Facts {
  readonly observations: number;
  /** How many numbers were fitted. */
  readonly fitted: number;
  readonly starts: readonly Start[];
  readonly values: ReadonlyMap<string, number>;
  /** Free parameters that make no difference to any prediction. */
  readonly idle: readonly string[];
  /** Parameters that the data do not tell apart, and the one number that they do determine of them, in words. */
  readonly groups: readonly (Group & { readonly determined: string | null })[];
  readonly correlations: NamedMatrix | null;
  /** The residuals as they are scattered, where there are some to speak of. */
  readonly scatter: Scatter | null;
}

/** Residuals of few enough rows to look at each. */
export interface Scatter {
  /** Residual / its standard deviation without that row (externally studentized); null where that is not known. */
  readonly studentized: Float64Array | null;
  /** The share of its pull that a loss leaves to each residual; null where it leaves all. */
  readonly weights: Float64Array | null;
  readonly freedom: number;
  /** Where a row comes from. */
  readonly place: (row: number) => string;
  /** An input, and the residuals in its order. */
  readonly ordered: { readonly input: string; readonly residuals: Float64Array } | null;
}

/** A kind of thing to know: the sentences that the facts call for. */
interface Row {
  readonly kind: string;
  readonly say: (facts: Facts) => readonly string[];
}

const rows: readonly Row[] = [
  { kind: "few", say: few },
  { kind: "bound", say: ({ starts, values }) => starts.flatMap((start) => atBound(start, values)) },
  { kind: "idle", say: idle },
  { kind: "inseparable", say: ({ groups }) => groups.map(inseparable) },
  { kind: "correlated", say: correlated },
  { kind: "pattern", say: pattern },
  { kind: "outliers", say: outliers },
];

/** All that the facts call for. */
export function diagnosticsOf(facts: Facts): Diagnostic[] {
  return rows.flatMap(({ kind, say }) => say(facts).map((message) => ({ kind, message })));
}

function few({ observations, fitted }: Facts): string[] {
  if (observations > fitted) return [];
  const counts = `${counted(observations, "observation")} for ${counted(fitted, "free parameter")}`;
  return [
    observations < fitted
      ? `there are too few observations: ${counts}; many answers fit as well, and none has an error`
      : `${counts} leave no degrees of freedom: the curve goes through the points, and nothing tells how sure it is`,
  ];
}

function atBound({ name, min, max, fixed }: Start, values: ReadonlyMap<string, number>): string[] {
  const value = values.get(name);
  if (fixed || value === undefined || (value > min && value < max)) return [];
  const [side, bound] = value <= min ? ["lower", min] : ["upper", max];
  return [
    `${name} is at its ${side} bound, ${short(bound)}: it has no error, and the others have theirs with it held`,
  ];
}

function idle({ idle: names, starts }: Facts): string[] {
  return names.map((name) => {
    const start = starts.find((one) => one.name === name)!.value.item();
    return `${name} makes no difference to any prediction near the answer: try another start than ${short(start)}, or leave it out`;
  });
}

function inseparable({ members, ways, determined }: Facts["groups"][number]): string {
  const all = listed(members);
  const hold = ways === 1 ? "hold one of them fixed" : `hold ${ways} of them fixed`;
  if (determined !== null) return `the data determine ${determined} only, and not each of ${all}: ${hold}`;
  const how = ways === 1 ? "together" : `together in ${ways} ways`;
  return `${all} can change ${how} without changing the predictions: ${hold}`;
}

/** Correlations that leave little of a parameter of its own. */
const nearlyOne = 0.999;
const mostPairs = 3;

function correlated({ correlations }: Facts): string[] {
  const pairs = pairsOf(correlations, nearlyOne);
  const more = pairs.length > mostPairs ? `, and ${pairs.length - mostPairs} more pairs` : "";
  if (pairs.length === 0) return [];
  const said = pairs.slice(0, mostPairs).map(({ a, b, r }) => `${a} and ${b} (r = ${correlation(r)})`);
  return [`${said.join(", ")}${more} are almost perfectly correlated: the data hardly tell them apart`];
}

/** The pairs of parameters that are correlated by more than so much, from the strongest down. */
function pairsOf(matrix: NamedMatrix | null, least: number): { a: string; b: string; r: number }[] {
  const { names, matrix: rows } = matrix ?? { names: [], matrix: [] };
  const pairs = rows.flatMap((row, i) =>
    row.slice(0, i).flatMap((r, j) => (r === null ? [] : [{ a: names[j]!, b: names[i]!, r }])),
  );
  return pairs.filter(({ r }) => Math.abs(r) > least).sort((x, y) => Math.abs(y.r) - Math.abs(x.r));
}

/** A correlation that is not 1, in as many digits as show that. */
function correlation(r: number): string {
  return r.toFixed(Math.min(12, Math.max(4, 2 - Math.floor(Math.log10(1 - Math.abs(r))))));
}

/** Fewer residuals than this show no pattern. */
const fewest = 20;
/** What chance does no more often than this it did not do. */
const unlikely = 1e-3;

/** Wald and Wolfowitz's runs test (On a test whether two samples are from the same population, 1940), for too few runs of one sign. */
function pattern({ scatter }: Facts): string[] {
  const { ordered } = scatter ?? {};
  if (!ordered) return [];
  const signs = ordered.residuals.filter((r) => r !== 0).map(Math.sign);
  const n = signs.length;
  const above = signs.filter((sign) => sign > 0).length;
  const runs = signs.filter((sign, i) => i === 0 || sign !== signs[i - 1]).length;
  const product = 2 * above * (n - above);
  const mean = product / n + 1;
  const variance = (product * (product - n)) / (n * n * (n - 1));
  const p = distributions.normal.cdf((runs - mean) / Math.sqrt(variance));
  if (n < fewest || !(p < unlikely)) return [];
  return [
    `the residuals keep their sign along ${ordered.input}, in ${runs} runs where chance makes about ${Math.round(mean)}: the model misses a pattern, or errors of neighbours are alike`,
  ];
}

/** A share of its pull that makes a row an outlier. */
const light = 0.25;

/** Rows that lie far from the curve, by what the fit made of them. */
function outliers({ scatter, observations }: Facts): string[] {
  const { studentized, weights, freedom = 0, place } = scatter ?? {};
  const isFar = (t: number): boolean =>
    Math.abs(t) > 3 && 2 * observations * distributions.t.tail(Math.abs(t), freedom - 1) < unlikely;
  if (studentized && freedom >= 5) {
    const far = farthest(studentized, isFar, (t) => Math.abs(t));
    const said = (row: number): string =>
      `${place!(row)} (${Math.abs(studentized[row]!).toPrecision(3)} standard deviations)`;
    const advice = "check the data there, or take a loss that goes easy on outliers, such as huber";
    return far.length === 0 ? [] : [`far from the curve: ${some(far, said)}: ${advice}`];
  }
  const far = weights
    ? farthest(
        weights,
        (weight) => weight < light,
        (weight) => -weight,
      )
    : [];
  const said = (row: number): string => `${place!(row)} (weight ${Number(weights![row]!.toPrecision(2))})`;
  return far.length === 0 ? [] : [`taken for outliers, which count for little: ${some(far, said)}`];
}

/** The rows of those values, the most remarkable first. */
function farthest(
  values: Float64Array,
  isFar: (x: number) => boolean,
  size: (x: number) => number,
): number[] {
  const far = [...values.keys()].filter((row) => isFar(values[row]!));
  return far.sort((a, b) => size(values[b]!) - size(values[a]!));
}

const mostNamed = 3;

/** The first few of the rows, and how many more there are. */
function some(rows: readonly number[], said: (row: number) => string): string {
  const more = rows.length > mostNamed ? `, and ${rows.length - mostNamed} more` : "";
  return rows.slice(0, mostNamed).map(said).join(", ") + more;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)!}`;
}

function short(x: number): string {
  return `${Number(x.toPrecision(6))}`;
}

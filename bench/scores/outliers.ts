/** Robust losses on data of which a fifth is grossly wrong: how far the parameters are from those of the data before that. */
import { fit, parseFormula } from "../../src/index.ts";
import { filled, normal, uniform } from "../data.ts";
import { greatest, type Row } from "./score.ts";

/** A law with its true parameters, and the standard deviation of what is added to it. */
interface Case {
  readonly model: string;
  readonly truth: Readonly<Record<string, number>>;
  readonly noise: number;
}

const rows = 100;
const share = 0.2;

const cases: readonly Case[] = [
  { model: "y ~ a + b*x", truth: { a: 1, b: 2 }, noise: 0.5 },
  { model: "y ~ a*exp(-b*x) + c", truth: { a: 5, b: 0.7, c: 1 }, noise: 0.1 },
  { model: "y ~ h*exp(-r*(x-m)^2) + g", truth: { h: 3, m: 4, r: 0.5, g: 1 }, noise: 0.1 },
  { model: "y ~ top/(1+exp(-r*(x-m)))", truth: { top: 10, r: 1.2, m: 5 }, noise: 0.3 },
];

interface Data {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Clean rows of a case, and the same with a fifth of them 10 to 50 standard deviations off, to both sides. */
function made({ model, truth, noise }: Case, seed: number): { clean: Data; spoilt: Data } {
  const x = filled(new Float64Array(rows), (i) => (10 * i) / (rows - 1));
  const law = parseFormula(model, { columns: ["x", "y"] }).predict({ x }, truth);
  const y = filled(new Float64Array(rows), (i) => law[i]! + noise * normal(10 * seed, i));
  const isWrong = (i: number): boolean => uniform(10 * seed + 2, i) < share;
  const side = (i: number): number => (uniform(10 * seed + 3, i) < 0.5 ? -1 : 1);
  const off = (i: number): number => side(i) * noise * (10 + 40 * uniform(10 * seed + 4, i));
  return { clean: { x, y }, spoilt: { x, y: y.map((value, i) => value + (isWrong(i) ? off(i) : 0)) } };
}

/** How far the parameter that is furthest off is from that of the clean fit, in standard errors of that. */
async function distance(one: Case, seed: number, loss: RobustLoss): Promise<number> {
  const { clean, spoilt } = made(one, seed);
  const { params: right } = await fit({ data: clean, model: one.model, params: one.truth } as never);
  const { params: found } = await fit({ data: spoilt, model: one.model, loss } as never);
  return greatest(
    Object.entries(right as Params).map(([name, { value, standardError }]) => {
      return Math.abs((found as Params)[name]!.value - value) / standardError!;
    }),
  );
}

type Params = Record<string, { readonly value: number; readonly standardError: number | null }>;

const losses = ["softL1", "huber", "cauchy", "tukey"] as const;
type RobustLoss = (typeof losses)[number];

/** The distances of all cases and seeds, by loss. */
async function distances(seeds: readonly number[]): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  for (const loss of losses)
    for (const seed of seeds)
      for (const one of cases) (found[loss] ??= []).push(await distance(one, seed, loss));
  return found;
}

export const outlierRows: readonly Row[] = [
  {
    name: "20 % gross outliers, a robust loss, defaults",
    elsewhere: "SciPy's soft_l1 with a scale set by hand",
    aim: "parameters within 2 standard errors of the fit to clean data",
    measure: async (isQuick) => {
      const found = Object.entries(await distances(isQuick ? [1] : [1, 2, 3, 4, 5]));
      const words = found.map(([loss, far]) => {
        const near = far.filter((d) => d <= 2).length;
        return `${loss} ${near} of ${far.length} (worst ${greatest(far).toFixed(1)})`;
      });
      return { measured: words.join(", "), isMet: found.every(([, far]) => greatest(far) <= 2) };
    },
  },
];

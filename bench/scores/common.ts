/**
 * Models that people fit, in many fields, without start values: data are made from known parameters and noise, and the answer is
 * held against that of a fit from the known parameters.
 */
import { fit, parseFormula } from "../../src/index.ts";
import { filled, normal, uniform } from "../data.ts";
import { greatest, type Row, timed } from "./score.ts";

/** Name, formula, true parameters, the input from where to where in how many points, and the standard deviation of the noise. */
type Model = readonly [
  name: string,
  formula: string,
  truth: Readonly<Record<string, number>>,
  input: readonly [from: number, to: number, points: number],
  noise: number,
];

const models: readonly Model[] = [
  ["Michaelis-Menten", "y ~ v*x/(k+x)", { v: 212, k: 0.064 }, [0.02, 1.1, 20], 8],
  ["Hill", "y ~ v*x^h/(k^h+x^h)", { v: 5, k: 30, h: 2.5 }, [1, 200, 40], 0.1],
  [
    "four-parameter logistic",
    "y ~ d+(a-d)/(1+(x/c)^b)",
    { a: 0.1, b: 1.3, c: 20, d: 2.4 },
    [0.5, 500, 40],
    0.03,
  ],
  [
    "dose and response",
    "y ~ bottom+(top-bottom)/(1+10^((logec-x)*h))",
    { bottom: 5, top: 95, logec: -6.5, h: 1.1 },
    [-10, -3, 30],
    2,
  ],
  ["logistic", "y ~ k/(1+exp(-r*(x-m)))", { k: 85000, r: 0.23, m: 17 }, [0, 60, 60], 500],
  ["Gompertz", "y ~ a*exp(-b*exp(-c*x))", { a: 100, b: 5, c: 0.3 }, [0, 25, 30], 1],
  ["Richards", "y ~ a/(1+q*exp(-b*x))^(1/v)", { a: 50, q: 3, b: 0.4, v: 1.7 }, [0, 20, 50], 0.3],
  ["Weibull", "y ~ 1-exp(-(x/l)^k)", { l: 120, k: 1.8 }, [5, 400, 40], 0.02],
  ["von Bertalanffy", "y ~ l*(1-exp(-k*(x-t0)))", { l: 65, k: 0.25, t0: -0.8 }, [1, 15, 30], 1],
  ["peak on a floor", "y ~ h*exp(-((x-m)/w)^2)+g", { h: 3, m: 4, w: 1.5, g: 1 }, [0, 10, 100], 0.1],
  ["narrow Gaussian", "y ~ h*exp(-(x-m)^2/(2*s^2))", { h: 1200, m: 5180, s: 12 }, [5000, 5400, 200], 20],
  ["Lorentzian", "y ~ a/(1+((x-x0)/g)^2)+c", { a: 40, x0: 1420.4, g: 0.05, c: 3 }, [1419, 1422, 150], 1],
  [
    "two peaks",
    "y ~ a1*exp(-((x-m1)/w1)^2)+a2*exp(-((x-m2)/w2)^2)+c",
    { a1: 5, m1: 30, w1: 4, a2: 8, m2: 55, w2: 7, c: 1 },
    [0, 100, 200],
    0.2,
  ],
  [
    "pseudo-Voigt on a slope",
    "y ~ a*(f/(1+((x-m)/w)^2)+(1-f)*exp(-0.6931*((x-m)/w)^2))+b0+b1*x",
    { a: 100, f: 0.4, m: 28.4, w: 0.15, b0: 5, b1: 0.1 },
    [27, 30, 200],
    1,
  ],
  ["sine", "y ~ a*sin(w*x+p)+c", { a: 2, w: 3.7, p: 0.6, c: 10 }, [0, 20, 120], 0.3],
  ["fast sine", "y ~ a*sin(2*pi*f*x+p)", { a: 1, f: 52.3, p: 1 }, [0, 1, 300], 0.2],
  ["damped oscillation", "y ~ a*exp(-g*x)*cos(w*x+p)", { a: 5, g: 0.15, w: 2.2, p: 0.4 }, [0, 20, 150], 0.1],
  ["chirp", "y ~ a*sin(w*x+k*x^2)", { a: 1, w: 2, k: 0.15 }, [0, 15, 200], 0.1],
  ["decay to a floor", "y ~ a*exp(-b*x)+c", { a: 80, b: 0.25, c: 10 }, [0, 25, 25], 2],
  ["growth by the year", "y ~ a*exp(b*(x-1950))", { a: 2.5, b: 0.017 }, [1950, 2020, 70], 0.1],
  [
    "growth by the year, uncentred",
    "y ~ a+b*exp(c*x)",
    { a: 280, b: 1e-16, c: 0.0205 },
    [1900, 2020, 120],
    1,
  ],
  ["two decays", "y ~ a*exp(-k1*x)+b*exp(-k2*x)", { a: 2, k1: 1.8, b: 0.2, k2: 0.17 }, [0.25, 8, 40], 0.01],
  [
    "two decays to a floor",
    "y ~ a*exp(-x/t1)+b*exp(-x/t2)+c",
    { a: 1000, t1: 2, b: 300, t2: 40, c: 50 },
    [0, 150, 150],
    5,
  ],
  ["Bateman", "y ~ d*ka*(exp(-ke*x)-exp(-ka*x))/(ka-ke)", { d: 10, ka: 1.5, ke: 0.2 }, [0.1, 24, 30], 0.1],
  ["stretched exponential", "y ~ a*exp(-(x/t)^b)", { a: 1, t: 30, b: 0.6 }, [0.1, 200, 60], 0.01],
  ["power law", "y ~ a*x^b", { a: 3, b: -1.7 }, [1, 50, 40], 0.02],
  ["power law with an offset", "y ~ a*x^b+c", { a: 0.5, b: 1.8, c: 20 }, [1, 60, 40], 3],
  ["shifted power law", "y ~ a*(x-x0)^b", { a: 2, x0: -3, b: 0.5 }, [0, 50, 50], 0.1],
  ["Arrhenius", "y ~ a*exp(-ea/(8.314*x))", { a: 1e9, ea: 60000 }, [280, 370, 30], 0.02],
  ["Antoine", "log(y) ~ a-b/(x+c)", { a: 18.3, b: 3816, c: -46.1 }, [280, 380, 30], 0.001],
  ["Langmuir", "y ~ q*k*x/(1+k*x)", { q: 45, k: 0.03 }, [1, 300, 25], 0.4],
  ["Freundlich", "y ~ k*x^(1/n)", { k: 4, n: 2.2 }, [1, 300, 25], 0.3],
  ["Planck", "y ~ a*x^3/(exp(b*x)-1)", { a: 2, b: 0.4 }, [0.5, 30, 80], 1],
  ["tanh step", "y ~ a*tanh((x-m)/w)+c", { a: 3, m: 12, w: 2, c: 5 }, [0, 25, 80], 0.1],
  ["error function step", "y ~ a*erf((x-m)/w)+c", { a: 3, m: 412, w: 6, c: 5 }, [350, 480, 100], 0.1],
  ["arctangent step", "y ~ a*atan(b*(x-m))+c", { a: 2, b: 0.8, m: 100, c: 1 }, [80, 120, 100], 0.1],
  ["rational", "y ~ (a+b*x)/(1+c*x+d*x^2)", { a: 1, b: 2, c: 0.5, d: 0.3 }, [0, 10, 60], 0.02],
  ["Shockley diode", "y ~ i0*(exp(x/v)-1)", { i0: 1e-9, v: 0.045 }, [0.3, 0.75, 40], 0.0001],
  [
    "two logistic steps",
    "y ~ a/(1+exp(-(x-b)/c))+d/(1+exp(-(x-h)/f))",
    { a: 10, b: 20, c: 2, d: 15, h: 60, f: 4 },
    [0, 100, 150],
    0.2,
  ],
  ["log-normal peak", "y ~ a*exp(-(log(x/m)/s)^2)", { a: 7, m: 12, s: 0.6 }, [1, 80, 80], 0.1],
  ["broken line", "y ~ a+b*max(x-c,0)", { a: 2, b: 1.5, c: 7 }, [0, 20, 80], 0.2],
  ["two sines", "y ~ a*sin(w1*x)+b*sin(w2*x)", { a: 1, w1: 2.1, b: 0.7, w2: 5.4 }, [0, 20, 200], 0.1],
  ["Morse", "y ~ d*(1-exp(-a*(x-r)))^2+u", { d: 4.5, a: 1.9, r: 0.74, u: -4.5 }, [0.5, 4, 60], 0.03],
  ["power law of two inputs", "y ~ a*x^b*x2^c", { a: 0.7, b: 1.4, c: -0.6 }, [1, 20, 80], 0.02],
];

/** Columns of a model: x evenly spread, x2 at random from 1 to 10. */
function made([, formula, truth, [low, high, points], noise]: Model): Record<string, Float64Array> {
  const column = (f: (i: number) => number): Float64Array => filled(new Float64Array(points), f);
  const [x, x2] = [
    column((i) => low + ((high - low) * i) / (points - 1)),
    column((i) => 1 + 9 * uniform(9, i)),
  ];
  const law = parseFormula(formula, { columns: ["x", "x2", "y"] });
  const exact = law.predict({ x, x2 }, truth);
  const scattered = column((i) => exact[i]! + noise * normal(3, i));
  return { x, x2, y: formula.startsWith("log(y)") ? scattered.map(Math.exp) : scattered };
}

/** Which models a seed does not find the least squares of, to 1e-6, and the seconds of the slowest. */
async function missedBy(seed: number): Promise<{ missed: string[]; slowest: number }> {
  const missed: string[] = [];
  const times: number[] = [];
  for (const model of models) {
    const [name, formula, truth] = model;
    const data = made(model);
    const known = await fit({ data, model: formula, params: truth } as never);
    const [seconds, found] = await timed(() => fit({ data, model: formula, seed } as never));
    times.push(seconds);
    const least = known.statistics.residualSumOfSquares;
    if (!(found.statistics.residualSumOfSquares <= least * (1 + 1e-6))) missed.push(name);
  }
  return { missed, slowest: greatest(times) };
}

export const commonRows: readonly Row[] = [
  {
    name: `${models.length} models of other fields, no start values, made data`,
    elsewhere: "not compared",
    aim: "all, the same for 3 seeds",
    measure: async (isQuick) => {
      const runs: Awaited<ReturnType<typeof missedBy>>[] = [];
      for (const seed of isQuick ? [0] : [0, 1, 2]) runs.push(await missedBy(seed));
      const missed = [...new Set(runs.flatMap((run) => run.missed))];
      const counts = runs.map((run) => models.length - run.missed.length).join(", ");
      const short = missed.length > 0 ? `; not always ${missed.join(", ")}` : "";
      const slowest = greatest(runs.map((run) => run.slowest));
      return {
        measured: `${counts} of ${models.length}${short}; the slowest ${slowest.toFixed(1)} s`,
        isMet: missed.length === 0,
      };
    },
  },
];

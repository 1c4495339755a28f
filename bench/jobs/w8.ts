/** W8: ten thousand fits of a*exp(-b*t) + c to 64 points each, from one rough start, each to the end. */
import { coaster } from "../coaster.ts";
import { decays, filled } from "../data.ts";
import { plain } from "../harness.ts";
import { type Job, rate, scipy, type Work } from "../job.ts";

const { groups, points } = decays;

/** So many groups are looked at for the answer. */
const looked = 100;

export const w8: Job = {
  key: "W8",
  title: "10,000 fits of a*exp(-b*t) + c to 64 points each",
  unit: rate("fits/s"),
  aim: 150_000,
  tolerance: 1e-6,
  engines: [
    { name: "Coaster", prepare: coasterFits },
    { name: plain, prepare: plainFits },
    scipy("decays.py"),
  ],
};

/** The data as columns. */
function columns(): Record<"t" | "y" | "group", Float64Array> {
  const rows = (): Float64Array => new Float64Array(groups * points);
  return {
    t: filled(rows(), decays.time),
    y: filled(rows(), decays.y),
    group: filled(rows(), (i) => Math.floor(i / points)),
  };
}

async function coasterFits(): Promise<Work> {
  const { fitGroups, toTable } = await coaster();
  const data = toTable(columns());
  const [a, b, c] = decays.start;
  const fits = () => fitGroups({ data, model: "y ~ a*exp(-b*t) + c", params: { a, b, c }, groups: "group" });
  const answer = async (): Promise<number> => {
    const rates = (await fits()).table.numbers("b");
    return rates.subarray(0, looked).reduce((sum, rate) => sum + rate, 0);
  };
  return { count: groups, step: fits, answer };
}

/** Levenberg-Marquardt on normal equations, group by group, as one would write it for this model alone. */
async function plainFits(): Promise<Work> {
  const { t, y } = columns();
  const fit = plainFit(t, y);
  const count = 1000;
  const step = (): void => {
    for (let group = 0; group < count; group++) fit(group);
  };
  const answer = (): number => {
    let sum = 0;
    for (let group = 0; group < looked; group++) sum += fit(group);
    return sum;
  };
  return { count, step, answer };
}

/** The rate of a group. */
function plainFit(t: Float64Array, y: Float64Array): (group: number) => number {
  // r'r, J'r, and J'J up to the diagonal, row by row.
  const sums = new Float64Array(10);
  const next = new Float64Array(10);
  const at = (group: number, [a, b, c]: readonly [number, number, number], out: Float64Array): void => {
    let [rr, ra, rb, rc, aa, ab, bb, ac, bc] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (let i = group * points; i < (group + 1) * points; i++) {
      const e = Math.exp(-b * t[i]!);
      const slope = -a * t[i]! * e;
      const r = a * e + c - y[i]!;
      rr += r * r;
      ra += e * r;
      rb += slope * r;
      rc += r;
      aa += e * e;
      ab += e * slope;
      bb += slope * slope;
      ac += e;
      bc += slope;
    }
    out.set([rr, ra, rb, rc, aa, ab, bb, ac, bc, points]);
  };
  return (group) => {
    const [a, b, c] = decays.start;
    let place: [number, number, number] = [a, b, c];
    let damping = 1e-3;
    at(group, place, sums);
    for (let step = 0; step < 100; step++) {
      const move = solve(sums, damping);
      const to: [number, number, number] = [place[0] + move[0], place[1] + move[1], place[2] + move[2]];
      at(group, to, next);
      if (next[0]! <= sums[0]!) {
        place = to;
        sums.set(next);
        damping /= 10;
      } else damping *= 10;
      if (move.every((x, j) => Math.abs(x) <= 1e-9 * Math.abs(place[j]!))) break;
    }
    return place[1];
  };
}

/** The damped step, by Cramer's rule. */
function solve(s: Float64Array, damping: number): [number, number, number] {
  const more = 1 + damping;
  const [aa, ab, bb, ac, bc, cc] = [s[4]! * more, s[5]!, s[6]! * more, s[7]!, s[8]!, s[9]! * more];
  const [x, y, z] = [-s[1]!, -s[2]!, -s[3]!];
  const [m0, m1, m2] = [bb * cc - bc * bc, ac * bc - ab * cc, ab * bc - ac * bb];
  const determinant = aa * m0 + ab * m1 + ac * m2;
  return [
    (x * m0 + y * m1 + z * m2) / determinant,
    (x * m1 + y * (aa * cc - ac * ac) + z * (ab * ac - aa * bc)) / determinant,
    (x * m2 + y * (ab * ac - aa * bc) + z * (aa * bb - ab * ab)) / determinant,
  ];
}

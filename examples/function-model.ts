/**
 * A model that is a function of tensors, and what it has learned carried over to other data. The shape of an epidemic's first wave
 * is learned from Italy; for Germany, in the middle of its own wave, only a height and a delay are left to find.
 */
import { braillePlot, fit, type Tensor, tensor, zeros } from "../src/index.ts";
import { readTable } from "../src/node.ts";

type Tensors = Readonly<Record<string, Tensor>>;

/**
 * Three sigmoids in time, each with its share, its middle and its width. `day` is [rows], the parameters of the shape are [3]:
 * broadcasting makes [rows, 3] of them, and the sum over the last dimension makes [rows] again.
 */
function wave({ day }: Tensors, { shares, middles, widths, height, delay }: Tensors): Tensor {
  const time = day.sub(delay).unsqueeze(1);
  const parts = time.sub(middles).div(widths).sigmoid().mul(shares.softmax());
  return parts.sum({ dim: 1 }).mul(height);
}

const table = await readTable("data/covid-first-wave-2020.csv");
const day = table.numbers("day");
const thousands = (country: string): Float64Array => table.numbers(country).map((n) => n / 1000);
const [italy, germany] = ["italy", "germany"].map(thousands);

// Learned from scratch: ten numbers, nine of them in tensors.
const learned = await fit({
  data: { day, cases: italy },
  model: wave,
  target: "cases",
  params: {
    shares: zeros([3], { dtype: "float64" }),
    middles: tensor([60, 70, 90], { dtype: "float64" }),
    widths: tensor([5, 8, 10], { dtype: "float64" }),
    height: 250,
    delay: { fixed: 0 },
  },
});
const { shares, middles, widths } = learned.params;
console.log(`Italy: ${learned.outcome.message}`);
console.log(`  shares  ${shares.value.softmax()}`);
console.log(`  middles ${middles.value}`);
console.log(`  widths  ${widths.value}`);

/** Germany's cases as they were known on a day. */
const knownOn = (n: number) => ({ day: day.subarray(0, n), cases: germany.subarray(0, n) });

/** Italy's shape, held as it is; Germany's height and delay. */
function transferred(n: number) {
  return fit({
    data: knownOn(n),
    model: wave,
    target: "cases",
    params: {
      shares: { start: shares.value, fixed: true },
      middles: { start: middles.value, fixed: true },
      widths: { start: widths.value, fixed: true },
      height: 250,
      delay: 0,
    },
  });
}

/** One sigmoid, which knows of Germany alone. */
function fromScratch(n: number) {
  return fit({
    data: knownOn(n),
    model: "cases ~ height*sigmoid((day - middle)/width)",
    params: { height: 250, middle: 60, width: 5 },
  });
}

console.log("\nGermany: thousands of cases foretold for the end of the wave\n");
console.log("known until   with Italy's shape   from scratch   on day 160");
for (const n of [70, 75, 80, 90]) {
  const heights = [await transferred(n), await fromScratch(n)].map(({ params }) => params.height.value);
  const [carried, scratch] = heights.map((height) => height.toFixed(1));
  console.log(
    `${n} days ${carried.padStart(19)}${scratch.padStart(18)}${germany[160].toFixed(1).padStart(13)}`,
  );
}

console.log();
console.log(
  braillePlot({
    width: 78,
    height: 18,
    title: "Germany, and what was foretold on day 80 with Italy's shape",
    xLabel: "days since 22 January 2020",
    yLabel: "thousand cases",
    points: [{ x: day.filter((d) => d % 4 === 0), y: germany.filter((_, i) => i % 4 === 0) }],
    curves: [{ x: day, y: (await transferred(80)).predict({ day }) }],
    legend: { points: "observed", curves: "foretold" },
  }),
);

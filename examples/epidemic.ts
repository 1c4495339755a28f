/**
 * The first wave of an epidemic, and what a standard error does not say. A logistic curve is fitted to the cases in China that were
 * known on the 20th day, on the 25th, and so on; what each fit foretells is held against what came.
 */
import { braillePlot, fit } from "../src/index.ts";
import { readTable } from "../src/node.ts";

const table = await readTable("data/covid-first-wave-2020.csv");
const [day, cases] = [table.numbers("day"), table.numbers("china")];

/** The wave, as it was known after so many days. */
function fitUntil(days: number) {
  return fit({
    data: { day: day.subarray(0, days), cases: cases.subarray(0, days) },
    model: "cases ~ size*sigmoid(rate*(day - middle))",
    params: { size: 50_000, rate: 0.2, middle: 15 },
  });
}

console.log("known until   foretold in the end   counted on day 160");
for (const days of [20, 25, 30, 40, 161]) {
  const { value, standardError } = (await fitUntil(days)).params.size;
  const foretold = `${value.toFixed(0)} +/- ${standardError!.toFixed(0).padEnd(5)}`;
  console.log(
    `${String(days).padStart(6)} days${foretold.padStart(22)}${cases[160].toFixed(0).padStart(18)}`,
  );
}

console.log();
console.log(
  braillePlot({
    width: 78,
    height: 18,
    title: "Confirmed cases in China, and the forecast of the 40th day",
    xLabel: "days since 22 January 2020",
    yLabel: "cases",
    points: [{ x: day.filter((d) => d % 4 === 0), y: cases.filter((_, i) => i % 4 === 0) }],
    curves: [{ x: day, y: (await fitUntil(40)).predict({ day }) }],
    legend: { points: "observed", curves: "foretold" },
  }),
);

// A standard error says how far noise may have moved the answer, if the model is right and the noise of each row its own. Neither
// held here: in the middle of February the way of counting changed, and no error bar of the days before knew of that.

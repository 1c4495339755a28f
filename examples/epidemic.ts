/**
 * The first wave of an epidemic, and a lesson in standard errors. A logistic curve is fitted to what was known of confirmed cases
 * in China on the 20th, 25th, ... day; what each fit foretells is held against what came.
 */
import { braillePlot, fit } from "../src/index.ts";
import { readTable } from "../src/node.ts";

const wave = await readTable("data/covid-first-wave-2020.csv");
const days = wave.numbers("day");
const cases = wave.numbers("china");

/** The wave as it was known on a day. */
function fitUntil(day: number) {
  return fit({
    data: wave.filter((row) => Number(row.day) < day),
    model: "china ~ size*sigmoid(rate*(day - middle))",
    params: { size: 50_000, rate: 0.2, middle: 15 },
  });
}

console.log("known until   final size foretold   came true");
for (const day of [20, 25, 30, 40, 161]) {
  const { params } = await fitUntil(day);
  const { value, standardError } = params.size;
  const said = `${value.toFixed(0)} +/- ${standardError?.toFixed(0)}`;
  console.log(
    `${String(day).padStart(7)} days${said.padStart(22)}${cases[cases.length - 1].toFixed(0).padStart(12)}`,
  );
}

// The forecast of the fortieth day beside the whole record: near at hand, because the wave had passed its middle.
const { predict } = await fitUntil(40);
console.log(
  braillePlot({
    width: 78,
    height: 20,
    title: "Confirmed cases in China, and the forecast of the 40th day",
    xLabel: "days since 22 January 2020",
    yLabel: "cases",
    points: [{ x: days.subarray(0, 40), y: cases.subarray(0, 40) }],
    curves: [{ x: days, y: predict(wave) }],
    legend: { points: "known on the 40th day", curves: "forecast" },
  }),
);

// A standard error says how far noise may move the answer if the model is right. It does not say whether the model is right: until
// the 13th of February only cases with a laboratory's result were counted, and no error bar of the 20 days before knew of that.

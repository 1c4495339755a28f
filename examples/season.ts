/**
 * Carbon dioxide at Mauna Loa: a trend with a season. Monthly means until 2014 go in; out come the rise, the season, and a forecast of
 * the ten years after, which is held against what was measured.
 */
import { braillePlot, fit } from "../src/index.ts";
import { readTable } from "../src/node.ts";

const air = await readTable("data/co2-mauna-loa-monthly.csv");
const known = air.filter(({ t }) => Number(t) < 2015);
const later = air.filter(({ t }) => Number(t) >= 2015 && Number(t) < 2025);

// A wave of unknown phase is a sine and a cosine. So written, the formula is linear in its parameters, and is solved at once.
const trend = "level + slope*(t-2000) + bend*(t-2000)^2";
const season = "s1*sin(2*pi*t) + c1*cos(2*pi*t) + s2*sin(4*pi*t) + c2*cos(4*pi*t)";
const plain = await fit({ data: known, model: "co2_ppm ~ level + slope*(t-2000) + bend*(t-2000)^2" });
const waves = await fit({ data: known, model: `co2_ppm ~ ${trend} + ${season}` });

/** The root of the mean square of how far predictions are off. */
function miss(fitted: typeof waves | typeof plain): number {
  const measured = later.numbers("co2_ppm");
  return Math.hypot(...fitted.predict(later).map((x, i) => x - measured[i])) / Math.sqrt(measured.length);
}

console.log("                     scatter until 2014   miss from 2015 to 2024");
for (const [name, fitted] of [
  ["trend", plain],
  ["trend and season", waves],
] as const)
  console.log(
    [
      name.padEnd(20),
      fitted.statistics.residualStandardDeviation!.toFixed(2).padStart(15),
      miss(fitted).toFixed(2).padStart(23),
    ].join(""),
  );

const [year, measured, foretold] = [later.numbers("t"), later.numbers("co2_ppm"), waves.predict(later)];
console.log();
console.log(
  braillePlot({
    width: 78,
    height: 18,
    title: "Carbon dioxide at Mauna Loa, and what the years until 2014 foretold",
    xLabel: "year",
    yLabel: "parts per million",
    points: [{ x: year.filter((_, i) => i % 3 === 0), y: measured.filter((_, i) => i % 3 === 0) }],
    curves: [{ x: year, y: foretold }],
    legend: { points: "measured", curves: "foretold" },
  }),
);

// The forecast is too low, by more each year: emissions did not keep to the parabola. No error bar of 2014 knew of that.

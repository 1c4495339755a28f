/** The axes of a chart, for uPlot: what an axis shows comes in, ticks and texts as the library's figures have them come out. */
import uPlot from "uplot";
import { logTicksOf, shortNumber, tickLabels, ticksOf, typeset } from "../../names.ts";
import type { Colours } from "./colours.ts";
import type { AxisSight } from "./sight.ts";

/** An axis with the library's ticks, so that a picture on the page and its figure on paper have the same. */
export function axisOf(sight: AxisSight, side: "x" | "y", colours: () => Colours): uPlot.Axis {
  const { label, isBare, hasGrid = true } = sight;
  const { family } = colours();
  return {
    label,
    font: `12px ${family}`,
    labelFont: `500 12px ${family}`,
    labelSize: label === "" ? 0 : 22,
    labelGap: 2,
    size: side === "x" ? (isBare ? 8 : 28) : 52,
    gap: 6,
    stroke: () => colours().quiet,
    grid: { show: hasGrid, stroke: () => colours().line, width: 1 },
    ticks: { show: false },
    splits: ({ bbox }, _, low, high) => ticksAlong(sight, [low, high], roomFor(bbox, side)),
    values: (_, ticks) => (isBare ? ticks.map(() => "") : textsOf(ticks, sight)),
  };
}

/** How many ticks there is room for. */
function roomFor({ width, height }: uPlot.BBox, side: "x" | "y"): number {
  const pixels = side === "x" ? width / 90 : height / 45;
  return Math.max(2, Math.round(pixels / uPlot.pxRatio));
}

function ticksAlong(
  { isLog, isWhole }: AxisSight,
  [low, high]: readonly [number, number],
  count: number,
): number[] {
  if (isLog) return logTicksOf([10 ** low, 10 ** high], count).map(Math.log10);
  const ticks = ticksOf([low, high], count);
  return isWhole ? ticks.filter(Number.isInteger) : ticks;
}

function textsOf(ticks: readonly number[], { isLog, isWhole }: AxisSight): string[] {
  if (isWhole) return ticks.map((tick) => typeset(shortNumber(tick)));
  return isLog ? ticks.map((tick) => typeset(powerText(10 ** tick))) : tickLabels(ticks).map(typeset);
}

/** A number of a logarithmic axis: in powers of ten where it is very large or very small. */
function powerText(value: number): string {
  const round = Number(value.toPrecision(6));
  const isPlain = round >= 1e-3 && round < 1e5;
  return isPlain ? String(round) : round.toExponential().replace("e+", "e");
}

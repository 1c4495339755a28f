/** Pictures of fits, for the command line: drawn into files, and on the terminal. */
import { niceRange, rangeAround } from "../report/axis.ts";
import type { FitPicture } from "../report/plot/fit.ts";
import { isAsciiOnly, styleFor, type Terminal, widthOf } from "./terminal.ts";

/** Draws the picture into a file. What draws takes its time to load, and is loaded here. */
export async function drawInto(path: string, picture: FitPicture): Promise<void> {
  const [{ fitFigure }, { savePicture }] = await Promise.all([
    import("../report/plot/fit.ts"),
    import("../report/picture.ts"),
  ]);
  await savePicture(await fitFigure(picture), path);
}

/** Draws a fit on the terminal, where results go or else where the rest goes; not at all where neither is one. */
export async function sketch(fitted: { picture(): FitPicture }, terminal: Terminal): Promise<void> {
  const sink = terminal.out.isTTY ? terminal.out : terminal.err;
  if (!sink.isTTY) return;
  const { observed, curve, ...picture } = fitted.picture();
  const { braillePlot } = await import("../report/braille.ts");
  const plot = braillePlot({
    width: widthOf(sink),
    height: Math.min(20, Math.max(10, (sink.rows ?? 24) - 4)),
    points: [observed],
    curves: [curve],
    xLabel: picture.xLabel,
    yLabel: picture.yLabel,
    yRange: niceRange(rangeAround(observed.y, curve.y), 5),
    ...(picture.legend ? { legend: { points: picture.legend.points, curves: picture.legend.curve } } : {}),
    style: styleFor(sink),
    ascii: isAsciiOnly(terminal),
  });
  sink.write(`${plot}\n\n`);
}

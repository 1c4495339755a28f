/** The figure of a learning rate range test. Rates and losses go in, one self-contained SVG document comes out, the same bytes each time. */
import { rangeOf } from "../axis.ts";
import { figure, ink, type Panel } from "../figure.ts";
import { curveLook, drawing, logarithmic, pointsOf, stemLook } from "./drawing.ts";
import { lossAxis } from "./loss.ts";

/** The losses of a learning rate range test as a picture needs them. */
export interface RatePicture {
  readonly title: string;
  /** The name of the loss: the label of the y axis. */
  readonly loss: string;
  readonly rates: readonly number[];
  readonly smoothed: readonly number[];
  readonly suggestion: number | null;
  readonly caption: string;
}

/** The loss by learning rate, both on logarithmic scales unless the loss is negative somewhere, and the rate suggested, as an SVG document. */
export async function rateFigure(picture: RatePicture): Promise<string> {
  const { title, loss, rates, smoothed, suggestion, caption } = picture;
  const height = 330;
  const { y, values } = lossAxis(smoothed);
  const x = logarithmic(rangeOf(rates), 8);
  const draw = await drawing([y]);
  const panel: Panel = {
    label: y.type === "log" ? `${loss}, logarithmic scale` : loss,
    height,
    legend: suggestion === null ? [] : [{ sign: "|", colour: ink, text: "suggested" }],
    svg: draw(height, x, y, (plot) => [
      plot.ruleX(suggestion === null ? [] : [suggestion], stemLook),
      plot.lineY(pointsOf(rates, smoothed.map(values)), curveLook),
    ]),
  };
  return figure({ title, caption, xLabel: "learning rate", panels: [panel] });
}

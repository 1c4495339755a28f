/** The figure of the loss by step. A history goes in, one self-contained SVG document comes out, the same bytes each time. */
import type { HistoryEntry } from "../../fit/result.ts";
import { isDrawable, rangeOf } from "../axis.ts";
import { accent, figure, ink, type LegendEntry, type Panel } from "../figure.ts";
import { type Axis, curveLook, drawing, linear, logarithmic, pointsOf } from "./drawing.ts";

/** The way of the loss as a picture needs it. */
export interface LossPicture {
  readonly title: string;
  /** The name of the loss: the label of the y axis. */
  readonly loss: string;
  readonly history: readonly HistoryEntry[];
  readonly caption: string;
}

/** The loss by step for the training rows and, if there are any, the validation rows, as an SVG document; on a logarithmic scale unless it is negative. */
export async function lossFigure({ title, loss, history, caption }: LossPicture): Promise<string> {
  const height = 330;
  const steps = history.map(({ step }) => step);
  const training = history.map((entry) => entry.loss);
  // It may be known once an epoch only: the line goes on over the steps between.
  const validated = history.filter(({ validationLoss }) => validationLoss !== null);
  const validation = validated.map(({ validationLoss }) => validationLoss!);
  const { y, values } = lossAxis([...training, ...validation]);
  const x = linear(rangeOf(steps), 8);
  const draw = await drawing([y]);
  const line = pointsOf(steps, training.map(values));
  const dashes = pointsOf(
    validated.map(({ step }) => step),
    validation.map(values),
  );
  const end = line.filter((point) => isDrawable(point.y)).slice(-1);
  const panel: Panel = {
    label: y.type === "log" ? `${loss}, logarithmic scale` : loss,
    height,
    legend: validated.length > 0 ? lossLegend : [],
    svg: draw(height, x, y, (plot) => [
      plot.lineY(dashes, validationLook),
      plot.lineY(line, curveLook),
      plot.dot(end, { x: "x", y: "y", r: 3.5, fill: accent }),
    ]),
  };
  return figure({ title, caption, xLabel: "step", panels: [panel] });
}

const validationLook = { x: "x", y: "y", stroke: ink, strokeWidth: 1.5, strokeDasharray: "5 4" } as const;

const lossLegend: readonly LegendEntry[] = [
  { sign: "—", colour: accent, text: "training" },
  { sign: "- -", colour: ink, text: "validation" },
];

/** The axis for losses, and what becomes of them there: zero has no place on a logarithmic scale, so a line ends before it. */
export function lossAxis(losses: readonly number[]): { y: Axis; values: (loss: number) => number } {
  const drawable = losses.filter(isDrawable);
  const positive = drawable.filter((loss) => loss > 0);
  if (positive.length === 0 || drawable.some((loss) => loss < 0)) {
    return { y: linear(rangeOf(drawable), 6), values: (loss) => loss };
  }
  return { y: logarithmic(rangeOf(positive), 6), values: (loss) => (loss > 0 ? loss : Number.NaN) };
}

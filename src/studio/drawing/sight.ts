/** What a chart shows, as plain values: axes, lines over a common one, and what is drawn beneath and above them. */
import type { Range } from "../../names.ts";
import type { Colours } from "./colours.ts";
import type { Frame } from "./frame.ts";

/** What a chart shows. Values of a logarithmic axis are given as their decimal logarithms. */
export interface Sight {
  readonly x: AxisSight;
  readonly y: AxisSight;
  /** Where the lines have their values, in rising order. */
  readonly at: ArrayLike<number>;
  readonly lines: readonly Line[];
  /** The limits between which a band is filled, as many as `at`. */
  readonly band?: { readonly lower: ArrayLike<number>; readonly upper: ArrayLike<number> } | null;
  /** Draws on the canvas beneath the lines, clipped to the frame. */
  readonly beneath?: (paper: Paper) => void;
  /** Draws above the lines. */
  readonly above?: (paper: Paper) => void;
  /** Room for what is drawn at the right of the frame, in pixels of the page. */
  readonly roomAtRight?: number;
}

export interface AxisSight {
  readonly label: string;
  /** All that there is to see; it is shown unless zoomed. */
  readonly range: Range;
  readonly isLog?: boolean;
  /** Whether its values are whole numbers: there are no ticks between them. */
  readonly isWhole?: boolean;
  /** Whether the axis has no numbers: they stand below another chart, or mean nothing. */
  readonly isBare?: boolean;
  /** Whether lines lead from its numbers through the frame; they do unless told. */
  readonly hasGrid?: boolean;
}

export interface Line {
  readonly values: ArrayLike<number | null>;
  readonly colour: "accent" | "ink" | "quiet";
  /** Lengths of strokes and gaps; none for a solid line. */
  readonly dash?: readonly number[];
  /** Whether it goes on over places without a value. */
  readonly isJoined?: boolean;
}

/** Where a chart draws. */
export interface Paper {
  readonly ctx: CanvasRenderingContext2D;
  readonly frame: Frame;
  readonly colours: Colours;
}

/** What is zoomed in to; null for all. */
export interface Zoom {
  readonly x: Range | null;
  readonly y: Range | null;
}

export const whole: Zoom = { x: null, y: null };

/** An empty chart. */
export const nothing: Sight = {
  x: { label: "", range: [0, 1] },
  y: { label: "", range: [0, 1] },
  at: [],
  lines: [],
};

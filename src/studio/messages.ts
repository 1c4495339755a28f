/**
 * What page and worker say to each other. The page asks for a task; the worker tells parts of the answer as they come, and ends with the
 * rest. Of each kind of task there is one at a time: the next takes the place of the last.
 */
import type {
  FitPicture,
  HistoryEntry,
  Outcome,
  Parameter,
  ReportTables,
  ResultJson,
  Scene,
} from "../names.ts";
import type { Settings } from "./settings.ts";
import type { ParamSetting } from "./state.ts";

/** The tasks: what goes in, what is told on the way, and what comes out at the end. */
export interface Tasks {
  /** Reads a file, and makes it the data that all else is about. */
  open: Task<NamedFile, never, Observations>;
  /** Columns of the data as doubles, all rows. */
  columns: Task<{ readonly names: readonly string[] }, never, Readonly<Record<string, Float64Array>>>;
  /** The fit, at once: a quick answer first, where there is one. */
  answer: Task<Asked & { readonly near: Readonly<Record<string, number>> }, Answer, Answer>;
  /** Steps 1 to 4 of a walk: a new one begins. */
  initialize: Task<Asked, never, Walk>;
  /** So many steps. */
  take: Task<{ readonly steps: number }, never, Walk>;
  /** Steps until there is a reason to stop, or a person says so; at so many a second. */
  play: Task<{ readonly speed: number }, Walk, Walk>;
  /** Back, or forward again, to a step that was taken. */
  rewind: Task<{ readonly step: number }, never, Walk>;
  /** Other parameters or another rate from here on. */
  change: Task<{ readonly params?: Readonly<Record<string, number>>; readonly lr?: number }, never, Walk>;
  /** The answer as it stands where the walk is. */
  finish: Task<Record<never, never>, never, Answer>;
  /** The loss over two parameters around a place, coarse first. */
  landscape: Task<Asked & { readonly view: View }, Surface, Surface>;
  /** The losses by learning rate. */
  rates: Task<Asked, never, Rates>;
}

export interface Task<In, Part, Out> {
  readonly in: In;
  readonly part: Part;
  readonly out: Out;
}

export type TaskName = keyof Tasks;

/** What a task is given besides what goes in: when to stop, and where to tell parts of the answer. */
export interface Doing<Part> {
  readonly signal: AbortSignal;
  readonly tell: (part: Part) => void;
}

/** What is asked of a fit. */
export interface Asked {
  readonly formula: string;
  readonly params: Readonly<Record<string, ParamSetting>>;
  readonly settings: Settings;
}

/** From the page: a task, or that the one of a number is no longer wanted. */
export type Request =
  | { readonly id: number; readonly task: TaskName; readonly given: unknown }
  | { readonly id: number; readonly task: "stop" };

/** From the worker. */
export type Reply =
  | { readonly id: number; readonly kind: "part" | "done"; readonly value: unknown }
  | { readonly id: number; readonly kind: "stopped" }
  | { readonly id: number; readonly kind: "failed"; readonly trouble: Trouble }
  | { readonly kind: "ready"; readonly threads: number; readonly reason: string | null };

/** What went wrong, in the library's words; with a place, where it is one in the formula. */
export interface Trouble {
  readonly message: string;
  readonly span: { readonly start: number; readonly end: number } | null;
}

/** A file, which its bytes need not be read of to be handed on, and what errors call it. */
export interface NamedFile {
  readonly name: string;
  readonly content: Blob;
}

/** A column of the data. */
export interface ColumnInfo {
  readonly name: string;
  readonly kind: "number" | "text";
  /** How many of its cells have nothing in them. */
  readonly missing: number;
}

/** The data as it was read. */
export interface Observations {
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly ColumnInfo[];
  /** The first rows, a text a cell, of the first columns. */
  readonly preview: readonly (readonly string[])[];
  /** What is to be known of how it was read, a sentence each. */
  readonly notes: readonly string[];
}

/** An answer, whole or quick. */
export interface Answer {
  /** Whether it is the first that came, and better is on the way. */
  readonly isQuick: boolean;
  readonly formula: string;
  readonly params: Readonly<Record<string, Parameter>>;
  readonly loss: { readonly name: string; readonly value: number };
  readonly outcome: Outcome;
  readonly diagnostics: readonly string[];
  readonly omitted: Readonly<Record<string, number>>;
  readonly picture: FitPicture;
  readonly history: readonly HistoryEntry[];
  readonly report: string;
  readonly tables: ReportTables;
  readonly markdown: string;
  readonly json: ResultJson;
  readonly code: string;
  readonly seconds: number;
}

/** One place of a walk. */
export interface Moment extends HistoryEntry {
  readonly params: Readonly<Record<string, number>>;
}

/** Where a walk is, and how it came there. */
export interface Walk {
  readonly moment: Moment;
  /** What there is to tell of each of the seven steps, here. */
  readonly scene: Scene;
  /** Exact, at this place, by parameter. */
  readonly gradients: Readonly<Record<string, number>>;
  /** The last step that was taken, wherever it was rewound to. */
  readonly last: number;
  /** Why it goes no further; null while it may. */
  readonly outcome: Outcome | null;
  /** Where it has been, thinned. */
  readonly path: readonly Moment[];
  readonly optimizer: string;
  readonly loss: string;
  /** Steps in an epoch. */
  readonly perEpoch: number;
  /** Which rows are held out, 1 each; null where none are. */
  readonly heldOut: Uint8Array | null;
  /** As the engine takes them while it plays; null at rest. */
  readonly stepsPerSecond: number | null;
}

/** What of the loss is looked at. */
export interface View {
  readonly x: string;
  readonly y: string;
  /** All parameters, for those that are not looked along. */
  readonly at: Readonly<Record<string, number>>;
  readonly range: {
    readonly x: readonly [number, number];
    readonly y: readonly [number, number];
  };
  /** That of the loss, where it has one and the fit found it. */
  readonly scale: number | null;
  /** Places along each axis, in the end. */
  readonly count: number;
}

/** The loss over two parameters. */
export interface Surface {
  readonly x: Axis;
  readonly y: Axis;
  /** Row by row from the least y, `x.count` in each. */
  readonly values: Float64Array;
  /** Contours: a level, and its rings in units of the parameters, x then y. */
  readonly contours: readonly { readonly level: number; readonly rings: readonly Float64Array[] }[];
  readonly isFinest: boolean;
}

export interface Axis {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** The losses of rates that were tried. */
export interface Rates {
  readonly rates: readonly number[];
  readonly losses: readonly number[];
  readonly suggestion: number | null;
  readonly message: string;
}

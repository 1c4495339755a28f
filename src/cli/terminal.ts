/** Where the command line writes: results to one side, all else to the other, and what each can show. */
import { styleText } from "node:util";
import { plainStyle, type Role, type Style } from "../report/style.ts";

/** One side. What is no terminal gets plain text. */
export interface Sink {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  /** Whether it shows colours; honours NO_COLOR. */
  hasColors?(): boolean;
}

/** Both sides: `out` for results, `err` for progress, decoration and errors. */
export interface Terminal {
  readonly out: Sink;
  readonly err: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The role of a piece of text, in the terminal's own colours. */
const formats = {
  heading: "bold",
  quiet: "dim",
  accent: "yellow",
  good: "green",
  bad: "red",
} as const satisfies Record<Role, string>;

const coloured: Style = (role, text) => styleText(formats[role], text, { validateStream: false });

/** Whether the sink shows colours, and they are welcome. */
function isColoured(sink: Sink): boolean {
  return sink.isTTY === true && sink.hasColors?.() === true;
}

/** Colours where the sink shows them. */
export function styleFor(sink: Sink): Style {
  return isColoured(sink) ? coloured : plainStyle;
}

/** How wide text may be: as the terminal is, but no wider than is good to read; 80 columns where there is none. */
export function widthOf({ isTTY, columns }: Sink): number {
  return isTTY && columns ? Math.min(columns, widest) : 80;
}

const widest = 100;

/** Whether only ASCII can be trusted to show: on the Linux console, on terminals that know little, and where the locale says so. */
export function isAsciiOnly({ env }: Terminal): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  return ["linux", "dumb"].includes(env.TERM ?? "") || ["C", "POSIX"].includes(locale);
}

/** What `--help` and `--version` say: the tables of commands and flags come in, text goes out, wrapped for the terminal. */
import manifest from "../../package.json" with { type: "json" };
import { padEnd, type Style, wrap } from "../report/style.ts";
import { statuses } from "./call.ts";
import { type Command, commands, operandsOf } from "./commands.ts";
import { type Flag, flags, help, version } from "./flags.ts";
import { styleFor, type Terminal, widthOf } from "./terminal.ts";

export const versionText: string = manifest.version;

/** The help of a command, or, without one, of all. */
export function helpText(command: Command | null, { out }: Terminal): string {
  const page = command ? pageOf(command) : overview;
  return textOf(page, widthOf(out), styleFor(out));
}

/** A page of help. */
interface Page {
  readonly usage: string;
  readonly about: string;
  readonly sections: readonly Section[];
  /** Lines that stay as they are. */
  readonly end: readonly (string | Heading)[];
}

interface Heading {
  readonly title: string;
}

/** What is said of several things under one heading. */
interface Section extends Heading {
  readonly rows: readonly Row[];
}

type Row = readonly [term: string, about: string];

const overview: Page = {
  usage: "coaster COMMAND ...",
  about: manifest.description,
  sections: [
    { title: "Options:", rows: [version, help].map(flagRow) },
    { title: "Commands:", rows: commands.map(({ name, summary }) => [name, summary]) },
  ],
  end: [
    "coaster COMMAND --help says more of each.",
    `Exit status: ${statuses.done} done, or converged; ${statuses.short} a fit that stopped short, its best answer printed; ${statuses.bad} bad usage or input.`,
  ],
};

function pageOf(command: Command): Page {
  const { name, summary, operands, examples } = command;
  return {
    usage: `coaster ${name} ${operandsOf(command)} [flags]`,
    about: summary,
    sections: [
      { title: "Arguments:", rows: operands.map((operand) => [operand.name, operand.help]) },
      ...groupsOf(command),
    ],
    end: [{ title: "Examples:" }, ...examples.map((example) => `  ${example}`)],
  };
}

/** The flags of a command by their groups, in the order they are first named in; `--help` ends the last. */
function groupsOf(command: Command): Section[] {
  const rows = new Map<string, Row[]>();
  for (const flag of command.flags.map((name) => flags[name]))
    rows.set(flag.group, [...(rows.get(flag.group) ?? []), flagRow(flag)]);
  const sections = [...rows].map(([title, rows]) => ({ title, rows }));
  sections.at(-1)?.rows.push(flagRow(help));
  return sections;
}

function flagRow({ name, sign, help }: Flag): Row {
  return [sign === null ? name : `${name} <${sign}>`, help];
}

function textOf({ usage, about, sections, end }: Page, width: number, style: Style): string {
  const widest = Math.max(...sections.flatMap(({ rows }) => rows.map(([term]) => term.length)));
  const listed = ([term, about]: Row): string[] =>
    wrap(about, width - widest - 4).map((line, i) => `  ${padEnd(i === 0 ? term : "", widest)}  ${line}`);
  const blocks = [
    [`${style("heading", "Usage:")} ${usage}`],
    wrap(about, width),
    ...sections.map(({ title, rows }) => [style("heading", title), ...rows.flatMap(listed)]),
    end.map((line) => (typeof line === "string" ? line : style("heading", line.title))),
  ];
  return blocks.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

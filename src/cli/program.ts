/** The command line as a whole: arguments and a terminal come in, text is written, and the exit status comes out. */
import { debuglog } from "node:util";
import { Argument, Command, CommanderError, Option, type OutputConfiguration } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { hint } from "../data/names.ts";
import { FormulaError } from "../fit/formula/error.ts";
import { type Call, type Status, statuses } from "./call.ts";
import { commands, type Command as Row } from "./commands.ts";
import { type FlagName, type Flags, flags, readFlag } from "./flags.ts";
import { isColoured, styleFor, type Terminal, widthOf } from "./terminal.ts";

/** Does what the arguments ask for. Never rejects: what goes wrong is said on the error side, in one line, and by the status. */
export async function run(args: readonly string[], terminal: Terminal): Promise<Status> {
  try {
    const use = parse(args.length > 0 ? args : ["--help"], terminal);
    return use === null ? statuses.done : await use.row.run(use.call);
  } catch (error) {
    terminal.err.write(`coaster: ${complaint(error)}\n`);
    debuglog("coaster")("%O", error);
    return statuses.bad;
  }
}

/** What is said of an error: its message on one line, but a formula's with the place below it. */
function complaint(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // Where programs name parameters in options, people do so by a flag.
  if (error instanceof FormulaError) return message.replace("name it in params)", "name it in --start)");
  return message.trim().replace(/\s*\n\s*/g, " ");
}

/** What the arguments ask for. */
interface Use {
  readonly row: Row;
  readonly call: Call;
}

/** The use of a command; null where help or the version was wanted, which is written then. */
function parse(args: readonly string[], terminal: Terminal): Use | null {
  const uses: Use[] = [];
  try {
    programOf(terminal, (use) => uses.push(use)).parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError && error.exitCode === 0)) throw error;
  }
  return uses[0] ?? null;
}

function programOf(terminal: Terminal, found: (use: Use) => void): Command {
  const style = styleFor(terminal.out);
  const names = commands.map(({ name }) => name);
  const program = new Command("coaster")
    .description(manifest.description)
    .usage("COMMAND ...")
    .version(manifest.version, "-V, --version", "say which version this is")
    .addHelpOption(helpOption())
    .helpCommand(false)
    .exitOverride((error) => refuse(error, [...names, "--version", "--help"], "coaster --help"))
    .configureOutput(outputOf(terminal))
    .configureHelp({
      styleTitle: (title) => style("heading", title),
      subcommandTerm: (command) => command.name(),
    })
    .addHelpText("after", `\n${exits}`);
  for (const row of commands) describe(row, program.command(row.name), terminal, found);
  return program;
}

const exits = `coaster COMMAND --help says more of each.
Exit status: ${statuses.done} done, or converged; ${statuses.short} a fit that stopped short, its best answer printed; ${statuses.bad} bad usage or input.`;

function outputOf({ out }: Terminal): OutputConfiguration {
  return {
    writeOut: (text) => out.write(text),
    // What is wrong is thrown, and said in one place.
    writeErr: () => {},
    getOutHelpWidth: () => widthOf(out),
    getOutHasColors: () => isColoured(out),
  };
}

function helpOption(group = "Options:"): Option {
  return new Option("-h, --help", "say this").helpGroup(group);
}

/** Tells the parser about a command: its operands, its flags, its help. */
function describe(row: Row, command: Command, terminal: Terminal, found: (use: Use) => void): void {
  const title = (text: string): string => styleFor(terminal.out)("heading", text);
  const options = row.flags.map((name) => [name, optionOf(name)] as const);
  const longs = options.map(([, option]) => option.long ?? "");
  for (const { name, help } of row.operands) command.addArgument(new Argument(`[${name}]`, help));
  for (const [, option] of options) command.addOption(option);
  command
    .description(row.summary)
    .usage(`${usageOf(row)} [flags]`)
    .addHelpOption(helpOption(options.at(-1)![1].helpGroupHeading))
    .exitOverride((error) => refuse(error, [...longs, "--help"], `coaster ${row.name} --help`))
    .addHelpText("after", ["", title("Examples:"), ...row.examples.map((line) => `  ${line}`)].join("\n"))
    .allowExcessArguments()
    .action(() => {
      checkOperands(row, command.args);
      const typed = command.opts<Record<string, unknown>>();
      const values = options.map(([name, option]) => [name, typed[option.attributeName()]]);
      const given: Flags = Object.fromEntries(values.filter(([, value]) => value !== undefined));
      found({ row, call: { operands: command.args, flags: given, terminal } });
    });
}

function usageOf({ operands }: Row): string {
  return operands.map(({ name, isOptional }) => (isOptional ? `[${name}]` : name)).join(" ");
}

function optionOf(name: FlagName): Option {
  const flag = flags[name];
  if (flag.sign === null) return new Option(flag.name, flag.help).helpGroup(flag.group);
  return new Option(`${flag.name} <${flag.sign}>`, flag.help)
    .helpGroup(flag.group)
    .argParser((text: string, before: unknown) => readFlag(flag, text, before));
}

function checkOperands(row: Row, got: readonly string[]): void {
  const least = row.operands.filter(({ isOptional }) => !isOptional).length;
  if (got.length >= least && got.length <= row.operands.length) return;
  const quotes = got.length > row.operands.length ? " (a formula, or a name with spaces, needs quotes)" : "";
  const came = got.length > 0 ? got.map((text) => JSON.stringify(text)).join(" ") : "nothing";
  throw new Error(`${row.name} expects ${usageOf(row)}, got ${came}${quotes}`);
}

/** Throws what the parser found wrong, in our words. `known` are the names that could have been meant. */
function refuse(error: CommanderError, known: readonly string[], help: string): never {
  const [, name = ""] = /'([^' ]+)/.exec(error.message) ?? [];
  const words = wordings[error.code];
  const alike = known.filter((other) => other.startsWith("-") === name.startsWith("-"));
  throw words ? new Error(words(name, hint(name, alike) || ` (${help} lists them)`)) : error;
}

const wordings: Readonly<Record<string, (name: string, hint: string) => string>> = {
  "commander.unknownCommand": (name, hint) => `unknown command: ${name}${hint}`,
  "commander.unknownOption": (name, hint) => `unknown flag: ${name}${hint}`,
  "commander.optionMissingArgument": (name) => `${name} expects a value, got none`,
};

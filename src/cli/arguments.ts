/** What stands on the line: arguments come in, what they ask for goes out, its flags read; what cannot be understood is refused, with what was perhaps meant. */
import { parseArgs } from "node:util";
import { hint } from "../data/names.ts";
import { type Command, commands, operandsOf } from "./commands.ts";
import { type Flag, type FlagName, type Flags, flags, help, readFlag, spellings, version } from "./flags.ts";

/** What is asked for: to use a command, the version, or help, with all commands where `command` is null. */
export type Wanted =
  | { readonly kind: "use"; readonly command: Command; readonly operands: string[]; readonly flags: Flags }
  | { readonly kind: "help"; readonly command: Command | null }
  | { readonly kind: "version" };

/** What the arguments ask for. Without any it is help, which goes before what else is wrong on a line. */
export function wantedBy([first = "--help", ...rest]: readonly string[]): Wanted {
  if (/^-./.test(first)) return general(first);
  const command = commands.find(({ name }) => name === first);
  const names = commands.map(({ name }) => name);
  if (!command) throw new Error(`unknown command: ${first}${hint(first, names) || listedBy(null)}`);
  return useOf(command, rest);
}

/** What a flag in place of a command asks for. */
function general(typed: string): Wanted {
  if (spellings(version).includes(typed)) return { kind: "version" };
  if (spellings(help).includes(typed)) return { kind: "help", command: null };
  throw unknownFlag(typed, [version, help], null);
}

function useOf(command: Command, args: readonly string[]): Wanted {
  const names = new Map(command.flags.map((name) => [keyOf(flags[name]), name]));
  const known = [...command.flags.map((name) => flags[name]), help];
  const words = wordsOf(args, known);
  if (words.some((word) => word.kind === "option" && word.name === keyOf(help)))
    return { kind: "help", command };
  const operands: string[] = [];
  const values: { [Name in FlagName]?: unknown } = {};
  for (const word of words) {
    if (word.kind === "positional") operands.push(word.value);
    if (word.kind !== "option") continue;
    const name = names.get(word.name);
    if (name === undefined) throw unknownFlag(word.rawName, known, command);
    values[name] = valueFor(flags[name], word.value, values[name]);
  }
  checkOperands(command, operands);
  return { kind: "use", command, operands, flags: values as Flags };
}

/** A word of the line: an operand, or a flag with the value that belongs to it. */
type Word = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];

function wordsOf(args: readonly string[], known: readonly Flag[]): readonly Word[] {
  const options = known.map((flag) => {
    const [, short] = spellings(flag);
    const type = flag.sign === null ? "boolean" : "string";
    return [keyOf(flag), { type, ...(short ? { short: short.slice(1) } : {}) } as const] as const;
  });
  return parseArgs({ args: [...args], options: Object.fromEntries(options), strict: false, tokens: true })
    .tokens;
}

/** A flag's name without its dashes. */
function keyOf(flag: Flag): string {
  return spellings(flag)[0].slice(2);
}

function valueFor(flag: Flag, text: string | undefined, before: unknown): unknown {
  const isSwitch = flag.sign === null;
  if (isSwitch && text !== undefined)
    throw new Error(`${flag.name} expects no value, got ${JSON.stringify(text)}`);
  if (!isSwitch && text === undefined) throw new Error(`${flag.name} expects a value, got none`);
  return readFlag(flag, text ?? "", before);
}

function checkOperands(command: Command, got: readonly string[]): void {
  const least = command.operands.filter(({ isOptional }) => !isOptional).length;
  const isOpen = command.operands.some(({ isRepeated }) => isRepeated);
  const isMore = !isOpen && got.length > command.operands.length;
  if (got.length >= least && !isMore) return;
  const quotes = isMore ? " (a formula, or a name with spaces, needs quotes)" : "";
  const came = got.length > 0 ? got.map((text) => JSON.stringify(text)).join(" ") : "nothing";
  throw new Error(`${command.name} expects ${operandsOf(command)}, got ${came}${quotes}`);
}

function unknownFlag(typed: string, known: readonly Flag[], command: Command | null): Error {
  const longs = known.map((flag) => spellings(flag)[0]);
  return new Error(`unknown flag: ${typed}${hint(typed, longs) || listedBy(command)}`);
}

/** Where what there is can be read. */
function listedBy(command: Command | null): string {
  return ` (coaster ${command ? `${command.name} ` : ""}--help lists them)`;
}

/** Files of the command line: saved fits and what they need come in, text goes out; what goes wrong is said in plain words, with the path. */
import { access, constants, readFile, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { readTable } from "../data/files.ts";
import type { Table } from "../data/table.ts";
import type { Comparable } from "../fit/compare.ts";
import { readModel, type SavedModel } from "../fit/saved.ts";

/** A fit that was saved, and how sure it was of its parameters. */
export interface Saved {
  readonly model: SavedModel;
  readonly errors: ReadonlyMap<string, number>;
}

/** Reads a fit that `--save` wrote. */
export async function readSaved(path: string): Promise<Saved> {
  const text = await readFile(path, "utf8").catch((error: unknown) => fail(error, path, reading));
  const json = parseJson(text, path);
  const model = readModel(json, path);
  const { params } = json as { readonly params: Record<string, { readonly standardError?: unknown }> };
  const errors = Object.entries(params).map(([name, { standardError }]) => [name, standardError] as const);
  return {
    model,
    errors: new Map(errors.filter((pair): pair is [string, number] => typeof pair[1] === "number")),
  };
}

/** Reads a fit that `--save` wrote, to compare it. */
export async function readComparable(path: string): Promise<Comparable> {
  const text = await readFile(path, "utf8").catch((error: unknown) => fail(error, path, reading));
  const json = parseJson(text, path);
  readModel(json, path);
  const { statistics } = json as { readonly statistics?: unknown };
  if (typeof statistics !== "object" || statistics === null)
    throw new Error(`${path}: expected the statistics of a fit, got none`);
  return json as Comparable;
}

/** Reads a table that has to have the inputs of a model. */
export async function readInputs(path: string, { formula }: SavedModel): Promise<Table> {
  const table = await readTable(path);
  const missing = formula.inputs.find((name) => !table.has(name));
  if (missing === undefined) return table;
  throw new Error(`${path}: expected a column ${missing}, got ${table.names.join(", ")}`);
}

/** Fails if a file cannot be read. */
export async function checkReadable(path: string): Promise<void> {
  await access(path, constants.R_OK).catch((error: unknown) => fail(error, path, reading));
  if ((await stat(path)).isDirectory()) throw new Error(`${reading.EISDIR}: ${path}`);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path}: expected a fit as --save writes it, got text that is no JSON`, {
      cause: error,
    });
  }
}

/** Writes a text file. */
export async function writeText(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((error: unknown) => fail(error, path, writing));
}

/** Fails now, and not after the work, if there is no folder for a file that is to be written. */
export async function checkFolders(paths: readonly (string | undefined)[]): Promise<void> {
  for (const path of paths)
    if (path !== undefined)
      await access(dirname(path), constants.W_OK).catch((error: unknown) => fail(error, path, writing));
}

/** What the system's errors say in plain words. */
type Reasons = Readonly<Record<string, string>>;

const reading = {
  ENOENT: "no such file",
  ENOTDIR: "no such file",
  EISDIR: "expected a file, got a directory",
  EACCES: "no permission to read",
} satisfies Reasons;

const writing: Reasons = {
  ENOENT: "no such folder for",
  ENOTDIR: "no such folder for",
  EISDIR: "expected a file, got a directory",
  EACCES: "no permission to write",
  EROFS: "no permission to write",
  ENOSPC: "no space left to write",
};

function fail(error: unknown, path: string, reasons: Reasons): never {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  throw reasons[code] === undefined ? error : new Error(`${reasons[code]}: ${path}`, { cause: error });
}

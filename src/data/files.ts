/** Files, for Node alone: a path or `-` for standard input comes in, a Table goes out. */

import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { type CsvOptions, parseCsv } from "./csv.ts";
import { decodeText } from "./encoding.ts";
import type { Table } from "./table.ts";

/**
 * Reads a CSV file, or standard input if the path is `-`. The encoding is that of `decodeText`. Errors name the path: no such
 * file, a directory, no permission, no text; and those of `parseCsv`, as `path:line`.
 */
export async function readTable(path: string, options: Omit<CsvOptions, "name"> = {}): Promise<Table> {
  const name = path === "-" ? "stdin" : path;
  const bytes =
    path === "-"
      ? await buffer(process.stdin)
      : await readFile(path).catch((error: unknown) => fail(error, path));
  return parseCsv(decodeText(bytes, name).text, { ...options, name });
}

/** What the system's errors say in plain words. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file",
  EISDIR: "expected a file, got a directory",
  EACCES: "no permission to read",
  ERR_FS_FILE_TOO_LARGE: "file of more than 2 GB",
};

function fail(error: unknown, path: string): never {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  throw reasons[code] === undefined ? error : new Error(`${reasons[code]}: ${path}`, { cause: error });
}

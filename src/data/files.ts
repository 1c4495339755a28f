/** Files, for Node alone: a path or `-` for standard input comes in, a Table goes out. */

import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { type CsvOptions, parseCsv } from "./csv.ts";
import type { Table } from "./table.ts";

/**
 * Reads a CSV file, or standard input if the path is `-`. UTF-8, or UTF-16 where a byte order mark says so. Errors name the path: no such
 * file, a directory, no permission, no text; and those of `parseCsv`, as `path:line`.
 */
export async function readTable(path: string, options: Omit<CsvOptions, "name"> = {}): Promise<Table> {
  const name = path === "-" ? "stdin" : path;
  const bytes =
    path === "-"
      ? await buffer(process.stdin)
      : await readFile(path).catch((error: unknown) => fail(error, path));
  return parseCsv(decode(bytes, name), { ...options, name });
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

function decode(bytes: Uint8Array, name: string): string {
  const encoding =
    encodings.find(({ mark }) => mark.every((byte, i) => bytes[i] === byte))?.encoding ?? "utf-8";
  if (encoding === "utf-8" && bytes.subarray(0, 8192).includes(0))
    throw new Error(`${name}: expected CSV text, got binary data`);
  return new TextDecoder(encoding).decode(bytes);
}

const encodings = [
  { encoding: "utf-16le", mark: [0xff, 0xfe] },
  { encoding: "utf-16be", mark: [0xfe, 0xff] },
];

/** Bytes as text: which encoding they are taken for. */
import { expect, test } from "vitest";
import { decodeText } from "../src/names.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

test.each([
  ["UTF-8", bytesOf("größe,π"), { text: "größe,π", encoding: "utf-8" }],
  ["UTF-8 with a mark, which is no text", bytesOf("\uFEFFx"), { text: "x", encoding: "utf-8" }],
  ["nothing", bytesOf(""), { text: "", encoding: "utf-8" }],
  ["UTF-16", Uint8Array.of(0xff, 0xfe, 0x78, 0, 0xc0, 0x03), { text: "xπ", encoding: "utf-16le" }],
  [
    "UTF-16 of the other order",
    Uint8Array.of(0xfe, 0xff, 0, 0x78, 0x03, 0xc0),
    { text: "xπ", encoding: "utf-16be" },
  ],
  [
    "what is no UTF-8 as windows-1252",
    Uint8Array.of(0xf6, 0xdf, 0x80),
    { text: "öß€", encoding: "windows-1252" },
  ],
])("reads %s", (_, bytes, decoded) => {
  expect(decodeText(bytes)).toEqual(decoded);
});

test("refuses bytes that are no text, and names their file", () => {
  expect(() => decodeText(Uint8Array.of(0x89, 0x50, 0, 0), "a.csv")).toThrow(
    "a.csv: expected CSV text, got binary data",
  );
});

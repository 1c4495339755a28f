/** Bytes of a text file come in; the text, and which encoding it was taken for, go out. */

export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

/** A text, and what it was read as. */
export interface Decoded {
  readonly text: string;
  readonly encoding: Encoding;
}

/** The encodings that a byte order mark tells. */
const marks: readonly { readonly encoding: Encoding; readonly mark: readonly number[] }[] = [
  { encoding: "utf-16le", mark: [0xff, 0xfe] },
  { encoding: "utf-16be", mark: [0xfe, 0xff] },
];

/**
 * Reads UTF-8, with a byte order mark or without one; UTF-16 where a mark says so; and else what Western Europe's older programs write,
 * windows-1252, of which Latin-1 is most. `name` is what the error calls the file: bytes with a zero among the first are no text.
 */
export function decodeText(bytes: Uint8Array, name = "csv"): Decoded {
  const marked = marks.find(({ mark }) => mark.every((byte, i) => bytes[i] === byte));
  if (!marked && bytes.subarray(0, 8192).includes(0))
    throw new Error(`${name}: expected CSV text, got binary data`);
  const encoding = marked?.encoding ?? (isUtf8(bytes) ? "utf-8" : "windows-1252");
  // Node 20 reads windows-1252 as Latin-1, but not in a stream.
  return { text: new TextDecoder(encoding).decode(bytes, { stream: true }), encoding };
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Where observations come from: a source goes in, a file comes out; and a file goes in, and what an address can say of it comes out. */
import { decodeText } from "../names.ts";
import { kept } from "./keep.ts";
import type { NamedFile } from "./messages.ts";
import { packed } from "./packing.ts";
import { samples } from "./samples.ts";
import type { DataSource } from "./state.ts";

/** The file of a source. Rejects where it is no longer to be had, and says what to do. */
export async function fileOf(source: DataSource): Promise<NamedFile> {
  const { name } = source;
  switch (source.kind) {
    case "sample":
      return sampleFile(name);
    case "text":
      return { name, content: new Blob([source.text]) };
    case "kept":
      return { name, content: await keptOf(source) };
    case "served":
      return { name, content: await fetched(`./observations/${encodeURIComponent(name)}`) };
    case "file":
      throw new Error(`${name} was too large to keep: open the file again to go on`);
    default:
      return source satisfies never;
  }
}

async function sampleFile(name: string): Promise<NamedFile> {
  const sample = samples.find((row) => row.name === name);
  if (!sample) throw new Error(`unknown sample: ${name}`);
  return { name: sample.file, content: await fetched(sample.url) };
}

async function keptOf({ name, key }: { readonly name: string; readonly key: string }): Promise<Blob> {
  const content = await kept(key).catch(() => null);
  if (!content) throw new Error(`${name} is kept in another browser, or no longer: open the file to go on`);
  return content;
}

async function fetched(url: string): Promise<Blob> {
  const response = await fetch(url).catch(() => null);
  if (!response)
    throw new Error(`expected observations at ${url}, got no answer: is the server still there?`);
  if (!response.ok) throw new Error(`expected observations at ${url}, got status ${response.status}`);
  return response.blob();
}

/** More bytes than these the memory of a page may not hold, several times over. */
const mostBytes = 500e6;

/** A file, if it is not too large to be read. */
export async function sized(file: NamedFile): Promise<NamedFile> {
  const { size } = file.content;
  if (size <= mostBytes) return file;
  throw new Error(`${file.name}: expected a file of at most 500 MB, got one of ${Math.round(size / 1e6)} MB`);
}

/** What an address holds at most of a text that is packed, in characters: programs that pass links on take so many. */
const mostPacked = 6000;

/** What an address can say of a file: all of it where it is short, else its name. */
export async function sourceOf({ name, content }: NamedFile): Promise<DataSource> {
  const text = content.size > 20 * mostPacked ? null : textOf(new Uint8Array(await content.arrayBuffer()));
  const isShort = text !== null && (await packed(text)).length <= mostPacked;
  return isShort ? { kind: "text", name, text } : { kind: "file", name };
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return decodeText(bytes).text;
  } catch {
    return null;
  }
}

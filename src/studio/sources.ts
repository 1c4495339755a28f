/** Where observations come from: a source goes in, the bytes of a file and its name come out. */
import { samples } from "./samples.ts";
import type { DataSource } from "./state.ts";

/** A file as it is handed to the worker. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The bytes of a source. Rejects where it is no longer to be had. */
export async function bytesOf(source: DataSource): Promise<NamedBytes> {
  switch (source.kind) {
    case "sample":
      return sampleBytes(source.name);
    case "text":
      return { name: source.name, bytes: new TextEncoder().encode(source.text) };
    case "kept":
      throw new Error(`${source.name} is kept in the browser where it was opened: open the file again`);
    case "served":
      return { name: source.name, bytes: await fetched(`./observations/${encodeURIComponent(source.name)}`) };
    default:
      return source satisfies never;
  }
}

async function sampleBytes(name: string): Promise<NamedBytes> {
  const sample = samples.find((row) => row.name === name);
  if (!sample) throw new Error(`unknown sample: ${name}`);
  return { name: sample.file, bytes: await fetched(sample.url) };
}

async function fetched(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`expected observations at ${url}, got status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

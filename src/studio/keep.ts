/** Files that this browser keeps, so that a page that is loaded again has them: a file goes in, and comes out by its key. The newest stay. */
import type { NamedFile } from "./messages.ts";

/** What is kept, in bytes: of one file, of all; and of how many. */
const limits = { file: 64e6, all: 256e6, count: 8 };

interface Kept {
  readonly key: string;
  readonly content: Blob;
  /** When it was last opened, in milliseconds. */
  readonly at: number;
}

/** Keeps a file, and gives its key, which is that of its bytes. Rejects where it is too large, or the browser will not. */
export async function keep({ content }: NamedFile): Promise<string> {
  if (content.size > limits.file)
    throw new Error(`expected a file of at most 64 MB, got ${content.size} bytes`);
  const key = await keyOf(content);
  await within("readwrite", (store) => store.put({ key, content, at: Date.now() } satisfies Kept));
  await clear();
  return key;
}

/** The file of a key, or null where there is none. It counts as new again. */
export async function kept(key: string): Promise<Blob | null> {
  const found: Kept | undefined = await within("readonly", (store) => store.get(key));
  if (!found) return null;
  await within("readwrite", (store) => store.put({ ...found, at: Date.now() }));
  return found.content;
}

/** Lets go of the oldest beyond the limits. */
async function clear(): Promise<void> {
  const all: Kept[] = await within("readonly", (store) => store.getAll());
  let size = 0;
  for (const [i, { key, content }] of all.sort((one, other) => other.at - one.at).entries()) {
    size += content.size;
    if (i >= limits.count || size > limits.all) await within("readwrite", (store) => store.delete(key));
  }
}

/** SHA-256 of the bytes, in hexadecimal; at random where a page that was not loaded safely has no such thing. */
async function keyOf(content: Blob): Promise<string> {
  const { subtle } = crypto as { subtle?: SubtleCrypto };
  const bytes = subtle
    ? new Uint8Array(await subtle.digest("SHA-256", await content.arrayBuffer()))
    : crypto.getRandomValues(new Uint8Array(32));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

let database: Promise<IDBDatabase> | null = null;

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open("coaster", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("files", { keyPath: "key" });
  return resultOf(request);
}

/** What a request to the store gives, once it is done. */
async function within<T>(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const transaction = (await (database ??= opened())).transaction("files", mode);
  const result = await resultOf(ask(transaction.objectStore("files")));
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the browser keeps no more"));
  });
  return result;
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser keeps nothing"));
  });
}

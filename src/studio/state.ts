/**
 * What the page is about, as a plain value that an address can hold: it comes from the fragment of a URL, which no server sees, and goes
 * back there. An address may come from anyone, so everything in it is read with doubt; what cannot be read is left out and told.
 */
import { readSetting, type Settings, settings, unset } from "./settings.ts";

/** Where the observations are: a sample, in the address itself, kept in this browser, or beside the page at the server. */
export type DataSource =
  | { readonly kind: "sample"; readonly name: string }
  | { readonly kind: "text"; readonly name: string; readonly text: string }
  | { readonly kind: "kept"; readonly name: string; readonly key: string }
  | { readonly kind: "served"; readonly name: string };

/** What is said of a parameter. */
export interface ParamSetting {
  readonly start?: number;
  readonly min?: number;
  readonly max?: number;
  readonly fixed?: boolean;
}

/** Whether the answer is wanted at once, or walked to. */
export type Way = "fit" | "steps";

export interface State {
  readonly data: DataSource | null;
  readonly formula: string;
  readonly params: Readonly<Record<string, ParamSetting>>;
  readonly settings: Settings;
  readonly way: Way;
}

export const empty: State = { data: null, formula: "", params: {}, settings: unset, way: "fit" };

/** The fragment that says a state, without its `#`. What is as it is unless told is left out. */
export async function fragmentOf({ data, formula, params, settings: set, way }: State): Promise<string> {
  const said = new URLSearchParams();
  if (data) for (const [key, value] of await dataWords(data)) said.set(key, value);
  if (formula !== "") said.set("formula", formula);
  for (const [name, setting] of Object.entries(params)) {
    const words = paramWords(setting);
    if (words !== "") said.append("param", `${name}=${words}`);
  }
  for (const { name } of settings) if (set[name] !== null) said.set(name, String(set[name]));
  if (way !== "fit") said.set("way", way);
  return said.toString();
}

/** The state that a fragment says, and what of it could not be read, a sentence each. */
export async function stateOf(fragment: string): Promise<{ state: State; troubles: readonly string[] }> {
  const said = new URLSearchParams(fragment.replace(/^#/, ""));
  const troubles: string[] = [];
  const tried = async <T>(read: () => T | Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      troubles.push(error instanceof Error ? error.message : String(error));
      return otherwise;
    }
  };
  const set: Record<string, string | number | null> = { ...unset };
  for (const setting of settings)
    set[setting.name] = await tried(() => readSetting(setting, said.get(setting.name) ?? ""), null);
  const params: [string, ParamSetting][] = [];
  for (const text of said.getAll("param").slice(0, 100)) {
    const param = await tried(() => readParam(text), null);
    if (param) params.push(param);
  }
  const state: State = {
    data: await tried(() => readData(said), null),
    formula: said.get("formula")?.slice(0, 10_000) ?? "",
    params: Object.fromEntries(params),
    settings: set as unknown as Settings,
    way: said.get("way") === "steps" ? "steps" : "fit",
  };
  return { state, troubles };
}

/** `start,min,max,fixed`, as much of it as is said: `2,0,,fixed`. */
function paramWords({ start, min, max, fixed }: ParamSetting): string {
  const words = [start, min, max].map((x) => (x === undefined ? "" : String(x)));
  return [...words, ...(fixed ? ["fixed"] : [])].join(",").replace(/,+$/, "");
}

function readParam(text: string): [string, ParamSetting] {
  const at = text.lastIndexOf("=");
  const [name, words] = [text.slice(0, at), text.slice(at + 1).split(",")];
  if (at < 1 || name === "__proto__" || words.length > 4)
    throw new Error(`a parameter in the address reads name=start,min,max,fixed, got ${JSON.stringify(text)}`);
  const keys = ["start", "min", "max"] as const;
  const said = keys.flatMap((key, i) => (words[i] ? [[key, numberOf(words[i], text)] as const] : []));
  return [name, { ...Object.fromEntries(said), ...(words[3] === "fixed" ? { fixed: true } : {}) }];
}

function numberOf(word: string, text: string): number {
  const value = Number(word);
  if (Number.isFinite(value)) return value;
  throw new Error(`a parameter in the address reads name=start,min,max,fixed, got ${JSON.stringify(text)}`);
}

/** The kinds of sources: what an address says of each. */
async function dataWords(data: DataSource): Promise<[string, string][]> {
  switch (data.kind) {
    case "sample":
      return [["sample", data.name]];
    case "text":
      return [
        ["name", data.name],
        ["data", await packed(data.text)],
      ];
    case "kept":
      return [
        ["name", data.name],
        ["kept", data.key],
      ];
    case "served":
      return [["served", data.name]];
    default:
      return data satisfies never;
  }
}

async function readData(said: URLSearchParams): Promise<DataSource | null> {
  const [sample, data, kept, served] = ["sample", "data", "kept", "served"].map((key) => said.get(key));
  const name = said.get("name") ?? "data.csv";
  if (data) return { kind: "text", name, text: await unpacked(data) };
  if (kept) return { kind: "kept", name, key: kept };
  if (sample) return { kind: "sample", name: sample };
  return served ? { kind: "served", name: served } : null;
}

/** Text as the characters that an address may have, deflated. */
async function packed(text: string): Promise<string> {
  const bytes = await through(new CompressionStream("deflate-raw"), new TextEncoder().encode(text));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** How much text an address may unfold to: more than any that the page makes. */
const mostText = 1_000_000;

async function unpacked(packed: string): Promise<string> {
  try {
    const binary = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return new TextDecoder().decode(await through(new DecompressionStream("deflate-raw"), bytes, mostText));
  } catch {
    throw new Error("the observations in the address cannot be read: it may have been cut short");
  }
}

/** Bytes through a stream that changes them. Fails where more than `most` come out. */
async function through(
  change: CompressionStream | DecompressionStream,
  bytes: Uint8Array<ArrayBuffer>,
  most = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  const out: Uint8Array[] = [];
  let size = 0;
  for await (const part of new Blob([bytes])
    .stream()
    .pipeThrough(change) as unknown as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > most) throw new Error(`expected at most ${most} bytes`);
    out.push(part);
  }
  return new Uint8Array(await new Blob(out as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

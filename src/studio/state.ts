/**
 * What the page is about, as a plain value that an address can hold: it comes from the fragment of a URL, which no server sees, and goes
 * back there. An address may come from anyone, so everything in it is read with doubt; what cannot be read is left out and told.
 */
import { packed, unpacked } from "./packing.ts";
import { readSetting, type Settings, settings, unset } from "./settings.ts";
import { messageOf } from "./words.ts";

/**
 * Where the observations are: a sample, in the address itself, kept in this browser, beside the page at the server, or in a file that
 * only the person has.
 */
export type DataSource =
  | { readonly kind: "sample"; readonly name: string }
  | { readonly kind: "text"; readonly name: string; readonly text: string }
  | { readonly kind: "kept"; readonly name: string; readonly key: string }
  | { readonly kind: "served"; readonly name: string }
  | { readonly kind: "file"; readonly name: string };

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

/** What an address may hold, and more than the page itself writes. */
const limits = { fragment: 200_000, formula: 10_000, name: 200, params: 100 };

/** The words that may stand in an address. */
const words: ReadonlySet<string> = new Set([
  ...["sample", "data", "kept", "served", "file", "name", "formula", "param", "way"],
  ...settings.map(({ name }) => name),
]);

/** The fragment that says a state, without its `#`. What is as it is unless told is left out. */
export async function fragmentOf({ data, formula, params, settings: set, way }: State): Promise<string> {
  const said = new URLSearchParams();
  if (data) for (const [key, value] of await dataWords(data)) said.set(key, value);
  if (formula !== "") said.set("formula", formula);
  for (const [name, setting] of Object.entries(params))
    said.append("param", `${name}=${paramWords(setting)}`);
  for (const { name } of settings) if (set[name] !== null) said.set(name, String(set[name]));
  if (way !== "fit") said.set("way", way);
  return readable(said.toString());
}

/** What stands for itself in a fragment is left as it is. */
function readable(encoded: string): string {
  return encoded.replace(/%(7E|2F|2C|3A|3D)/g, (code) => decodeURIComponent(code));
}

/** The state that a fragment says, and what of it could not be read, a sentence each. */
export async function stateOf(fragment: string): Promise<{ state: State; troubles: readonly string[] }> {
  if (fragment.length > limits.fragment)
    return {
      state: empty,
      troubles: [`the address is too long: ${fragment.length} characters, of ${limits.fragment} that may be`],
    };
  const said = new URLSearchParams(fragment.replace(/^#/, ""));
  const unknown = [...new Set(said.keys())].filter((key) => !words.has(key));
  const troubles = unknown.slice(0, 3).map((key) => `unknown in the address: ${short(key)}`);
  const tried = trier(troubles);
  const state: State = {
    data: await tried(() => readData(said), null),
    formula: await tried(() => readFormula(said.get("formula") ?? ""), ""),
    params: await readParams(said.getAll("param"), tried),
    settings: await readSettings(said, tried),
    way: said.get("way") === "steps" ? "steps" : "fit",
  };
  return { state, troubles };
}

/** Reads something, or has something else where that cannot be. */
type Tried = <T>(read: () => T | Promise<T>, otherwise: T) => Promise<T>;

/** Tells what cannot be read, in place. */
function trier(troubles: string[]): Tried {
  return async (read, otherwise) => {
    try {
      return await read();
    } catch (error) {
      troubles.push(messageOf(error));
      return otherwise;
    }
  };
}

async function readParams(texts: readonly string[], tried: Tried): Promise<State["params"]> {
  const read = texts.slice(0, limits.params).map((text) => tried(() => readParam(text), null));
  const params = (await Promise.all(read)).filter((param) => param !== null);
  return Object.fromEntries(params);
}

async function readSettings(said: URLSearchParams, tried: Tried): Promise<Settings> {
  const read = settings.map(async (setting) => {
    const value = await tried(() => readSetting(setting, said.get(setting.name) ?? ""), null);
    return [setting.name, value] as const;
  });
  return { ...unset, ...Object.fromEntries(await Promise.all(read)) };
}

function readFormula(text: string): string {
  if (text.length <= limits.formula) return text;
  throw new Error(`the formula in the address is too long: ${text.length} characters`);
}

/** A text from elsewhere as it is quoted. */
function short(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}

/** `start,min,max,fixed`, as much of it as is said: `2,0,,fixed`. */
function paramWords({ start, min, max, fixed }: ParamSetting): string {
  const words = [start, min, max].map((x) => (x === undefined ? "" : String(x)));
  return [...words, ...(fixed ? ["fixed"] : [])].join(",").replace(/,+$/, "");
}

function readParam(text: string): [string, ParamSetting] {
  const at = text.lastIndexOf("=");
  const [name, words] = [text.slice(0, at), text.slice(at + 1).split(",")];
  const isSaid = at > 0 && name.length <= limits.name && name !== "__proto__" && words.length <= 4;
  if (!isSaid || (words[3] ?? "fixed") !== "fixed") throw notParam(text);
  const keys = ["start", "min", "max"] as const;
  const said = keys.flatMap((key, i) => (words[i] ? [[key, numberOf(words[i], text)] as const] : []));
  return [name, { ...Object.fromEntries(said), ...(words[3] === "fixed" ? { fixed: true } : {}) }];
}

function numberOf(word: string, text: string): number {
  const value = Number(word);
  if (Number.isFinite(value)) return value;
  throw notParam(text);
}

function notParam(text: string): Error {
  return new Error(`a parameter in the address reads name=start,min,max,fixed, got ${short(text)}`);
}

/** Packed texts, by where they are from: a state is written at each key that is typed, and its data seldom change. */
const packings = new WeakMap<DataSource, Promise<string>>();

/** The kinds of sources: what an address says of each. */
async function dataWords(data: DataSource): Promise<[string, string][]> {
  switch (data.kind) {
    case "text": {
      if (!packings.has(data)) packings.set(data, packed(data.text));
      return [
        ["name", data.name],
        ["data", await packings.get(data)!],
      ];
    }
    case "kept":
      return [
        ["name", data.name],
        ["kept", data.key],
      ];
    case "sample":
    case "served":
    case "file":
      return [[data.kind, data.name]];
    default:
      return data satisfies never;
  }
}

async function readData(said: URLSearchParams): Promise<DataSource | null> {
  const name = readName(said.get("name") ?? "data.csv");
  const [data, kept] = [said.get("data"), said.get("kept")];
  if (data) return { kind: "text", name, text: await unpacked(data) };
  if (kept) return { kind: "kept", name, key: readKey(kept) };
  for (const kind of ["sample", "served", "file"] as const) {
    const at = said.get(kind);
    if (at) return { kind, name: readName(at) };
  }
  return null;
}

function readName(name: string): string {
  if (name.length <= limits.name) return name;
  throw new Error(`the name of the observations in the address is too long: ${short(name)}`);
}

function readKey(key: string): string {
  if (/^[0-9a-f]{64}$/.test(key)) return key;
  throw new Error(`what is kept in a browser has a key of 64 hexadecimal digits, got ${short(key)}`);
}

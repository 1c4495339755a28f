/** `coaster studio`: perhaps a table and a formula come in; the page is served, and opened with them, until Control-C. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { buffer } from "node:stream/consumers";
import { type Call, type Status, statuses } from "./call.ts";
import { checkReadable } from "./files.ts";
import type { Flags } from "./flags.ts";
import { interruptible } from "./interrupt.ts";
import { type Served, serveStudio } from "./server.ts";
import type { Terminal } from "./terminal.ts";

/** COAST, as the keys of a telephone have it. Always the same, for links and what the browser keeps belong to one address. */
const usualPort = 26278;

/** Serves the page, prints where, and opens it. */
export async function studioCommand({ operands, flags, terminal }: Call): Promise<Status> {
  const [data, formula] = operands;
  const observations = data === undefined ? undefined : await servedOf(data);
  const { port } = flags;
  const options = { port: port ?? usualPort, isNextFine: port === undefined, observations };
  const { address, close } = await serveStudio(options);
  const fragment = fragmentOf(observations?.name, formula, flags);
  const link = fragment === "" ? address : `${address}#${fragment}`;
  await interruptible(async (signal) => {
    terminal.out.write(`${link}\n`);
    terminal.err.write("The studio is open at this address; Control-C ends it.\n");
    if (!flags.noOpen && hasDisplay(terminal)) await openPage(link);
    if (!signal.aborted) await once(signal, "abort");
  });
  await close();
  return statuses.done;
}

/** A file, or standard input, as it is served. What cannot be read is said now. */
async function servedOf(path: string): Promise<Served> {
  if (path !== "-") {
    await checkReadable(path);
    return { name: basename(path), read: () => readFile(path) };
  }
  const bytes = await buffer(process.stdin);
  return { name: "stdin", read: async () => bytes };
}

/** What the page's address says of the observations, the formula, and the settings. */
export function fragmentOf(name: string | undefined, formula: string | undefined, flags: Flags): string {
  const { optimizer, lr, batch, loss, weights, sigma, validation, patience, seed } = flags;
  const settings = { optimizer, lr, batchSize: batch, loss, weights, sigma, validation, patience, seed };
  const all = { served: name, formula, ...settings };
  const said = new URLSearchParams();
  for (const [key, value] of Object.entries(all)) if (value !== undefined) said.set(key, String(value));
  for (const param of paramsOf(flags)) said.append("param", param);
  return said.toString();
}

/** The parameters that flags speak of, each as `name=start,min,max,fixed`. */
function paramsOf({ start, bound, fix }: Flags): readonly string[] {
  const names = new Set([start, bound, fix].flatMap((named) => [...(named?.keys() ?? [])]));
  return [...names].map((name) => {
    const fixed = fix?.get(name);
    const first = typeof fixed === "number" ? fixed : start?.get(name);
    const { min, max } = bound?.get(name) ?? {};
    const words = [first ?? "", min ?? "", max ?? "", fixed === undefined ? "" : "fixed"];
    return `${name}=${words.join(",").replace(/,+$/, "")}`;
  });
}

/** Whether there is a screen to open a page on. */
function hasDisplay({ env }: Terminal): boolean {
  const isGiven = env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME;
  return process.platform !== "linux" || Boolean(isGiven);
}

/** Opens a page in the browser that a person uses. Where there is none they have the address. */
async function openPage(link: string): Promise<void> {
  const { default: open } = await import("open");
  const child = await open(link);
  child.on("error", () => {});
}

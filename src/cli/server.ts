/** Serves the page to this machine alone: the folder that the build made, and perhaps observations, come in; an address goes out. */
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sirv from "sirv";

/** Observations that are served beside the page. They are read whenever they are asked for, so that reloading shows what a file is now. */
export interface Served {
  readonly name: string;
  readonly read: () => Promise<Uint8Array>;
}

export interface ServerOptions {
  readonly port: number;
  /** Whether the next free port will do where the port is taken. */
  readonly isNextFine: boolean;
  readonly observations?: Served | undefined;
  /** Where the page is. */
  readonly folder?: string;
}

/** A server that is up. */
export interface Serving {
  /** With a slash at its end. */
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** Where the build puts the page: the same as seen from the source and from the build. */
const built: string = fileURLToPath(new URL("../../dist/studio", import.meta.url));

const host = "127.0.0.1";

/** How many ports are tried, one after the other. */
const tries = 20;

/** Starts to serve. Errors: a page that is not built, a port that is taken. */
export async function serveStudio(options: ServerOptions): Promise<Serving> {
  const { folder = built, observations, port, isNextFine } = options;
  const server = createServer(listenerOf(folder, observations));
  await listen(server, port, isNextFine ? tries : 1);
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { address: `http://${host}:${portOf(server)}/`, close };
}

/** Listens at a port, or at one of those after it. */
async function listen(server: Server, port: number, tries: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, host, resolve);
    });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
    if (tries <= 1) throw new Error(`expected a free port, got one in use: ${port}`, { cause: error });
    await listen(server, port + 1, tries - 1);
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function listenerOf(folder: string, observations: Served | undefined): RequestListener {
  const headers = headersOf(folder);
  const sendFile = sirv(folder, { etag: true, setHeaders: (res, path) => res.setHeader(...cachingOf(path)) });
  return (request, response) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    const refusal = refusalOf(request);
    if (refusal !== null) return void response.writeHead(refusal).end();
    // The page asks for whole files.
    delete request.headers.range;
    if (!observations || pathOf(request) !== `/observations/${encodeURIComponent(observations.name)}`)
      return sendFile(request, response);
    response.setHeader("Content-Type", "application/octet-stream").setHeader("Cache-Control", "no-store");
    observations.read().then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  };
}

function pathOf({ url = "/" }: IncomingMessage): string {
  return url.replace(/\?.*/, "");
}

/** The status with which a request is refused; null for one that is served. A foreign name for this machine is how other pages would get in. */
function refusalOf({ method, headers, socket }: IncomingMessage): number | null {
  if (method !== "GET" && method !== "HEAD") return 405;
  const names = [host, "localhost"].map((name) => `${name}:${socket.localPort}`);
  return names.includes(headers.host ?? "") ? null : 403;
}

/** What is said with every answer: what the page may do is its own word, and threads need a page that is alone with its memory. */
function headersOf(folder: string): readonly (readonly [string, string])[] {
  return [
    ["Content-Security-Policy", `${policyOf(folder)}; frame-ancestors 'none'`],
    ["Cross-Origin-Opener-Policy", "same-origin"],
    ["Cross-Origin-Embedder-Policy", "require-corp"],
    ["Cross-Origin-Resource-Policy", "same-origin"],
    ["X-Content-Type-Options", "nosniff"],
    ["Referrer-Policy", "no-referrer"],
  ];
}

/** The policy that the page itself names, so that there is one. */
function policyOf(folder: string): string {
  const page = join(folder, "index.html");
  if (!existsSync(page)) throw new Error(`the page is not built (npm run build does it), expected ${page}`);
  const [, policy] =
    /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(readFileSync(page, "utf8")) ?? [];
  if (policy === undefined) throw new Error(`expected a page with a Content-Security-Policy, got ${page}`);
  return policy;
}

/** Files whose names change with what is in them may be kept; all others are asked for anew. */
function cachingOf(path: string): readonly [name: string, value: string] {
  return ["Cache-Control", path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache"];
}

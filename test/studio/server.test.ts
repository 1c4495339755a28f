/** `coaster studio` as a server: what it serves, to whom, under which headers, and how it ends. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Call, type Status, statuses } from "../../src/cli/call.ts";
import { run } from "../../src/cli/program.ts";
import { type Serving, serveStudio } from "../../src/cli/server.ts";
import { fragmentOf } from "../../src/cli/studio.ts";
import { unset } from "../../src/studio/settings.ts";
import { empty, stateOf } from "../../src/studio/state.ts";
import { folder as page } from "./visit.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), "coaster-"));
afterAll(() => rmSync(temporary, { recursive: true }));

/** One use of the command line that ends by itself. */
async function coaster(...args: string[]): Promise<{ status: Status; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const sink = (to: string[]) => ({ write: (text: string) => to.push(text) });
  const status = await run(["studio", ...args], { out: sink(out), err: sink(err), env: {} });
  return { status, out: out.join(""), err: err.join("") };
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Asks a server, word for word: paths are not tidied up on the way. */
async function ask(
  { address }: Serving,
  path: string,
  method = "GET",
  headers: Record<string, string> = {},
): Promise<Answer> {
  const { hostname, port } = new URL(address);
  const asked = request({ hostname, port, path, method, headers });
  asked.end();
  const [response] = await once(asked, "response");
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return { status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString() };
}

describe("the server of the studio", () => {
  let server: Serving;
  const name = "my rides #1.csv";
  beforeAll(async () => {
    const read = async () => new TextEncoder().encode("time,speed\n");
    server = await serveStudio({ port: 0, isNextFine: false, observations: { name, read } });
  });
  afterAll(() => server.close());

  it("serves the page to be asked for anew each time, and what is named by its content to be kept", async () => {
    const index = await ask(server, "/");
    expect(index).toMatchObject({ status: 200, headers: { "content-type": "text/html;charset=utf-8" } });
    expect(index.headers["cache-control"]).toBe("no-cache");
    const script = readdirSync(join(page, "assets")).find((name) => name.endsWith(".js"));
    const { headers } = await ask(server, `/assets/${script}`);
    expect(headers).toMatchObject({
      "content-type": "text/javascript",
      "cache-control": "public, max-age=31536000, immutable",
    });
  });

  it.each(["/", "/nowhere", "/observations/my%20rides%20%231.csv"])(
    "says what the page may do with every answer: %s",
    async (path) => {
      const { headers } = await ask(server, path);
      expect(headers).toMatchObject({
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
      });
    },
  );

  it("sends the policy that the page names, and that nobody may frame it", async () => {
    const { headers, text } = await ask(server, "/");
    const [, policy] = /Content-Security-Policy"\s+content="([^"]+)"/.exec(text)!;
    expect(policy).toContain("default-src 'none'");
    expect(headers["content-security-policy"]).toBe(`${policy}; frame-ancestors 'none'`);
  });

  it("serves the observations under their name, anew each time, and no others", async () => {
    const answer = await ask(server, `/observations/${encodeURIComponent(name)}`);
    expect(answer).toMatchObject({ status: 200, text: "time,speed\n" });
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(await ask(server, "/observations/other.csv")).toMatchObject({ status: 404, text: "" });
  });

  it.each([
    "/../cli/main.js",
    "/%2e%2e/cli/main.js",
    "/..%2fcli%2fmain.js",
    "/assets/../../../package.json",
    "//etc/passwd",
    "/observations/../../../package.json",
    "/observations/%2e%2e%2f%2e%2e%2fpackage.json",
    "/%",
    "/%00",
  ])("gives nothing from outside its folder: %s", async (path) => {
    expect(await ask(server, path)).toMatchObject({ status: 404, text: "" });
  });

  it("serves whole files, whatever part is asked for", async () => {
    const whole = await ask(server, "/");
    for (const range of ["bytes=5-2", "bytes=-1", "lines=1", "bytes=999999-"])
      expect(await ask(server, "/", "GET", { range })).toMatchObject({ status: 200, text: whole.text });
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])("refuses to be asked by %s", async (method) => {
    expect(await ask(server, "/", method)).toMatchObject({ status: 405, text: "" });
  });

  it("answers HEAD with headers alone", async () => {
    expect(await ask(server, "/", "HEAD")).toMatchObject({ status: 200, text: "" });
  });

  it("answers only to its own names, so that no other page gets in by a name that leads here", async () => {
    const { port } = new URL(server.address);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`])
      expect(await ask(server, "/", "GET", { host })).toMatchObject({ status: 200 });
    for (const host of [
      "evil.example",
      `evil.example:${port}`,
      "127.0.0.1",
      "127.0.0.1:1",
      `0.0.0.0:${port}`,
    ])
      expect(await ask(server, "/", "GET", { host })).toMatchObject({ status: 403, text: "" });
  });

  it("takes the next port that is free, unless it was told which", async () => {
    const taken = Number(new URL(server.address).port);
    const next = await serveStudio({ port: taken, isNextFine: true });
    expect(Number(new URL(next.address).port)).toBeGreaterThan(taken);
    await next.close();
    await expect(serveStudio({ port: taken, isNextFine: false })).rejects.toThrow(
      `expected a free port, got one in use: ${taken}`,
    );
  });

  it("says how the page is made where it is not there", async () => {
    const nothing = serveStudio({ port: 0, isNextFine: false, folder: temporary });
    await expect(nothing).rejects.toThrow(
      /^the page is not built \(npm run build does it\), expected .*index/,
    );
  });
});

/** The command in a process of its own: the link that it prints, and the status with which it ends at Control-C. */
async function served(
  args: readonly string[],
  input = "",
): Promise<{ link: string; end: () => Promise<number> }> {
  const all = ["--import", "tsx", "src/cli/main.ts", "studio", ...args, "--no-open", "--port", "0"];
  const child = spawn(process.execPath, all, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(input);
  const [line] = await once(child.stdout.setEncoding("utf8"), "data");
  const end = async (): Promise<number> => {
    child.kill("SIGINT");
    const [status] = await once(child, "close");
    return status;
  };
  return { link: String(line).trim(), end };
}

describe("coaster studio", () => {
  it("refuses what it cannot serve, before it serves", async () => {
    const directory = join(temporary, "directory");
    mkdirSync(directory);
    const cases: [args: string[], line: string][] = [
      [["nowhere.csv"], "no such file: nowhere.csv"],
      [[directory], `expected a file, got a directory: ${directory}`],
      [["--port", "fast"], '--port expects a whole number from 0 to 65535, got "fast"'],
      [["--port", "65536"], '--port expects a whole number from 0 to 65535, got "65536"'],
    ];
    for (const [args, line] of cases)
      expect(await coaster(...args)).toEqual({ status: statuses.bad, out: "", err: `coaster: ${line}\n` });
  });

  it.skipIf(process.platform === "win32")(
    "serves a file until Control-C, and reads it anew each time",
    async () => {
      const file = join(temporary, "rides.csv");
      writeFileSync(file, "time,speed\n0,1\n");
      const { link, end } = await served([file, "speed ~ a*time"]);
      expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#served=rides\.csv&formula=speed\+%7E\+a\*time$/);
      const observations = new URL("observations/rides.csv", link);
      expect(await (await fetch(observations)).text()).toBe("time,speed\n0,1\n");
      writeFileSync(file, "time,speed\n0,2\n");
      expect(await (await fetch(observations)).text()).toBe("time,speed\n0,2\n");
      rmSync(file);
      expect(await fetch(observations)).toMatchObject({ status: 404 });
      expect(await end()).toBe(statuses.done);
    },
  );

  it.skipIf(process.platform === "win32")("serves standard input", async () => {
    const { link, end } = await served(["-"], "time,speed\n0,3\n");
    const response = await fetch(new URL("observations/stdin", link));
    expect(await response.text()).toBe("time,speed\n0,3\n");
    expect(await end()).toBe(statuses.done);
  });
});

/** What an address says of flags is what the page reads there. */
describe("the address that the page is opened at", () => {
  const flags: Call["flags"] = {};
  const read = async (...args: Parameters<typeof fragmentOf>) => {
    const { state, troubles } = await stateOf(fragmentOf(...args));
    expect(troubles).toEqual([]);
    return state;
  };

  it("is plain where nothing is said", async () => {
    expect(fragmentOf(undefined, undefined, flags)).toBe("");
    expect(await read(undefined, undefined, flags)).toEqual(empty);
  });

  it("holds observations and formula, whatever is in them", async () => {
    const [name, formula] = ["a&b #1=%.csv", "speed ~ a*time^2 + 50%&x=#"];
    expect(await read(name, formula, flags)).toEqual({ ...empty, data: { kind: "served", name }, formula });
  });

  it("holds what is said of parameters", async () => {
    const start = new Map([
      ["a", 1e-300],
      ["b", -2],
    ]);
    const fix = new Map<string, number | true>([
      ["b", true],
      ["c", 3],
    ]);
    const bound = new Map([
      ["a", { min: 0 }],
      ["d", { min: -1, max: 5 }],
    ]);
    const { params } = await read(undefined, undefined, { start, fix, bound });
    expect(params).toEqual({
      a: { start: 1e-300, min: 0 },
      b: { start: -2, fixed: true },
      c: { start: 3, fixed: true },
      d: { min: -1, max: 5 },
    });
  });

  it("holds the settings", async () => {
    const said = {
      optimizer: "sgd",
      lr: 1e-5,
      loss: "l1",
      weights: "w",
      validation: 0.25,
      patience: 3,
      seed: 42,
    };
    const { settings } = await read(undefined, undefined, { ...said, batch: 8 });
    expect(settings).toEqual({ ...unset, ...said, batchSize: 8 });
  });
});

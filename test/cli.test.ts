/** The command line: what it prints and where, its exit statuses, its files; most of it in this process, the rest in its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WriteStream } from "node:tty";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { commands } from "../src/cli/commands.ts";
import { type Flag, flags, readFlag } from "../src/cli/flags.ts";
import { run } from "../src/cli/program.ts";
import { progressOn } from "../src/cli/progress.ts";
import { isAsciiOnly, type Terminal } from "../src/cli/terminal.ts";
import { walkOf } from "../src/cli/walk.ts";
import { parseCsv } from "../src/data/csv.ts";
import { readTable } from "../src/data/files.ts";
import { curvatureAt } from "../src/fit/curvature.ts";
import { problemOf } from "../src/fit/problem.ts";
import { Generator } from "../src/tensor/random.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "coaster-"));
afterAll(() => rmSync(folder, { recursive: true }));

const inFolder = (name: string) => join(folder, name);
const kept = (name: string, text: string) => {
  writeFileSync(inFolder(name), text);
  return inFolder(name);
};

const rides = "data/roller-coaster.csv";
const quadratic = "speed ~ a*time^2 + b*time + c";
const cars = "data/cars-stopping-distance.csv";
const co2 = "data/co2-mauna-loa-annual.csv";

interface Side {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly colours?: boolean;
}

/** Something to write to, and what was written. */
function sinkOf({ colours = false, ...side }: Side = {}) {
  const parts: string[] = [];
  return {
    ...side,
    rows: 24,
    hasColors: () => colours,
    write: (text: string) => parts.push(text),
    said: () => parts.join(""),
  };
}

/** What stays on a terminal of what was written to it: a line of progress, which comes if the machine is slow, is erased. */
const staying = (written: string) =>
  written
    .split("\r\u001b[K")
    .filter((_, i, lines) => i === 0 || i === lines.length - 1)
    .join("");

/** One use of the command line in this process: its status, and what stays of what it wrote to either side. */
async function coaster(args: readonly string[], out: Side = {}, err: Side = {}, env: Terminal["env"] = {}) {
  const [left, right] = [sinkOf(out), sinkOf(err)];
  const status = await run(args, { out: left, err: right, env });
  return { status, out: left.said(), err: staying(right.said()) };
}

/** A process of its own, as a person starts it. */
function started(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ["--import", "tsx", "src/cli/main.ts", ...args], {
    cwd: root,
    env: { ...process.env, ...env },
  });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.setEncoding("utf8").on("data", (text: string) => out.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => err.push(text));
  const ended = once(child, "close").then(([status]) => ({
    status: status as number,
    out: out.join(""),
    err: err.join(""),
  }));
  return { child, ended };
}

/** What takes long enough to be stopped: nobody waits for the end of it. */
const endless = ["fit", rides, quadratic, "--optimizer", "sgd", "--lr", "1e-7", "--steps", "1000000000"];

/** The keys of nested objects, those of an array's first element too. */
function keysOf(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return keysOf(value[0], `${path}[]`);
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) => keysOf(inner, path === "" ? key : `${path}.${key}`));
}

const terminal: Side = { isTTY: true, columns: 80 };

describe("coaster fit", () => {
  it("prints the report on standard output and nothing elsewhere, plain where that is no terminal", async () => {
    const { status, out, err } = await coaster(["fit", rides, quadratic]);
    expect([status, err]).toEqual([0, ""]);
    expect(out).toMatch(/^\[\[Model\]\]\n {4}speed ~ a\*time\^2 \+ b\*time \+ c\n/);
    expect(out).toMatch(/a +0\.7681426 +\+\/- 0\.0221/);
    expect(out).toMatch(/\[\[Outcome\]\]\n {4}converged .*\n$/);
    expect(out).toMatch(/^[ -~\n]*$/);
  });

  it("finds the quadratic of Mauna Loa to its last printed digit", async () => {
    const { out } = await coaster(["fit", co2, "Mean ~ a + b*(Year-1990) + c*(Year-1990)^2", "--json"]);
    const { params, loss } = JSON.parse(out);
    expect(params.a.value.toFixed(4)).toBe("352.9366");
    expect(params.b.value.toFixed(6)).toBe("1.618230");
    expect(params.c.value.toFixed(7)).toBe("0.0134339");
    expect(Math.sqrt(loss.value).toFixed(3)).toBe("0.742");
  });

  it("draws observations and fit above the report on a terminal", async () => {
    const { out, err } = await coaster(["fit", rides, quadratic], terminal, terminal);
    expect(out).toMatch(/○ observed {3}⠤⠤ fitted {3}● both\n\n\[\[Model\]\]/);
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(err).toBe("");
  });

  it("draws on the error side where only that is a terminal", async () => {
    const { out, err } = await coaster(["fit", rides, quadratic], {}, terminal);
    expect(out).toMatch(/^\[\[Model\]\]/);
    expect(err).toContain("○ observed");
  });

  it("draws with ASCII alone where no more can be trusted to show", async () => {
    const { out } = await coaster(["fit", rides, quadratic], terminal, {}, { TERM: "linux" });
    expect(out).toMatch(/^[ -~\n]*$/);
    expect(out).toContain("o observed   .. fitted   @ both");
  });

  it("draws observations by predictions where there are several inputs", async () => {
    const { out } = await coaster(["fit", co2, "Mean ~ a + b*Year + c*Uncertainty"], terminal);
    expect(out).toContain("predicted Mean");
  });

  it("is coloured where that is welcome, and says the same without", async () => {
    const shows = (env: Record<string, string>) => WriteStream.prototype.hasColors(env);
    const [bright, plain] = [{ TERM: "xterm-256color" }, { TERM: "xterm-256color", NO_COLOR: "1" }];
    expect([shows(bright), shows(plain)]).toEqual([true, false]);
    const [coloured, bare] = await Promise.all(
      [bright, plain].map((env) => coaster(["fit", rides, quadratic], { ...terminal, colours: shows(env) })),
    );
    const settled = (text: string) => text.replace(/ in [\d.]+ \w+$/m, "");
    expect(coloured!.out).toContain("\u001b[1m[[Model]]\u001b[22m");
    expect(bare!.out).not.toContain("\u001b");
    expect(settled(stripVTControlCharacters(coloured!.out))).toBe(settled(bare!.out));
  });

  it("prints the report alone with --quiet", async () => {
    const args = ["fit", rides, quadratic, "--quiet", "--save", inFolder("quiet.json")];
    const { out, err } = await coaster(args, terminal, terminal);
    expect(out).toMatch(/^\[\[Model\]\]/);
    expect(err).toBe("");
  });

  it("prints one JSON object with --json, on terminals too", async () => {
    const { out, err } = await coaster(["fit", rides, quadratic, "--json"], terminal, terminal);
    expect(err).toBe("");
    const inference = ["standardError", "tValue", "pValue", "lower", "upper"];
    const parameter = ["value", ...inference, "start", "min", "max", "fixed", "tie"];
    const squares = ["residualSumOfSquares", "residualStandardDeviation", "totalSumOfSquares"];
    const quality = ["chiSquare", "reducedChiSquare", "rSquared", "adjustedRSquared"];
    const criteria = ["aic", "aicc", "bic", "logLikelihood"];
    const statistics = ["observations", "degreesOfFreedom", ...squares, ...quality, ...criteria];
    expect(keysOf(JSON.parse(out))).toEqual([
      "formula",
      ...["kind", "converged", "message", "advice"].map((key) => `outcome.${key}`),
      ...["name", "value"].map((key) => `loss.${key}`),
      "scale",
      "validationLoss",
      ...["a", "b", "c"].flatMap((name) => parameter.map((key) => `params.${name}.${key}`)),
      ...statistics.map((key) => `statistics.${key}`),
      ...["covariance", "correlations"].flatMap((key) => [`${key}.names[]`, `${key}.matrix[][]`]),
      "level",
      "diagnostics[]",
      "optimizer.name",
      "starts",
      "steps",
      "seconds",
      ...["step", "loss", "validationLoss", "learningRate"].map((key) => `history[].${key}`),
    ]);
  });

  it("reads standard input for -, in a process of its own", async () => {
    const { child, ended } = started(["fit", "-", quadratic, "--json"]);
    child.stdin.end(readFileSync(join(root, rides)));
    const { status, out, err } = await ended;
    expect([status, err]).toEqual([0, ""]);
    expect(JSON.parse(out).params.a.value).toBeCloseTo(0.7681426, 6);
  });
});

/** The JSON of a fit of the quadratic. */
async function fitted(...args: string[]) {
  const { out } = await coaster(["fit", rides, quadratic, "--json", ...args]);
  return JSON.parse(out);
}

describe("the flags of a fit", () => {
  it("--start says where parameters start, in one go or in several", async () => {
    const { params } = await fitted("--start", "a=2,b=-3.5", "--start", "c = 1e2");
    expect([params.a.start, params.b.start, params.c.start]).toEqual([2, -3.5, 100]);
  });

  it("--start makes a parameter of what looks like a misspelt column", async () => {
    const { status } = await coaster(["fit", rides, "speed ~ tme*time", "--start", "tme=2"]);
    expect(status).toBe(0);
  });

  it("--fix holds parameters, at a number or at their start", async () => {
    const { params } = await fitted("--fix", "b=-14,c", "--start", "c=70");
    expect(params.b).toMatchObject({ value: -14, fixed: true, standardError: null });
    expect(params.c).toMatchObject({ value: 70, fixed: true });
    expect(params.a.fixed).toBe(false);
  });

  it("--bound keeps parameters within limits, of which one may be missing", async () => {
    const { params } = await fitted("--bound", "a=0:0.5,b=:0", "--bound", "c=-1e3:");
    expect(params.a).toMatchObject({ min: 0, max: 0.5 });
    expect(params.a.value).toBeCloseTo(0.5, 9);
    expect(params.b).toMatchObject({ min: null, max: 0 });
    expect(params.c).toMatchObject({ min: -1000, max: null });
  });

  it("--optimizer, --lr and --steps walk as told", async () => {
    const { optimizer, steps, history, outcome } = await fitted(
      ...["--optimizer", "sgd", "--lr", "1e-5", "--steps", "3"],
    );
    expect([optimizer.name, steps, outcome.kind]).toEqual(["sgd", 3, "steps"]);
    expect(history[0].learningRate).toBe(1e-5);
  });

  it("--batch, --epochs, --validation and --seed go over the rows, the same way for the same seed", async () => {
    const args = [
      "--optimizer",
      "adam",
      "--lr",
      "0.1",
      "--batch",
      "4",
      "--epochs",
      "3",
      "--validation",
      "0.2",
    ];
    const [one, again, other] = await Promise.all(
      ["7", "7", "8"].map((seed) => fitted(...args, "--seed", seed)),
    );
    expect([one.steps, one.statistics.observations]).toEqual([12, 16]);
    expect(one.validationLoss).toBeGreaterThan(0);
    expect(one.params).toEqual(again.params);
    expect(one.params).not.toEqual(other.params);
  });

  it("--patience stops where the validation loss no longer improves", async () => {
    const args = ["--optimizer", "adam", "--lr", "5", "--validation", "0.3", "--patience", "2"];
    expect((await fitted(...args)).outcome.kind).toBe("patience");
  });

  it("--loss, --weights and --dtype say what is made small, and how", async () => {
    expect((await fitted("--loss", "l1", "--steps", "5")).loss.name).toBe("l1");
    const weighted = kept("weighted.csv", "x,y,w\n1,1,1\n2,2,1\n3,30,0\n");
    const { out } = await coaster(["fit", weighted, "y ~ a*x", "--weights", "w", "--json"]);
    expect(JSON.parse(out).params.a.value).toBeCloseTo(1, 12);
    const { out: report } = await coaster(["fit", rides, quadratic, "--dtype", "float32", "--steps", "5"]);
    expect(report).toMatch(/precision +=.*float32/);
  });

  it("--history writes the loss of each step", async () => {
    const path = inFolder("history.csv");
    const { history } = await fitted("--history", path, "--steps", "4", "--optimizer", "adam");
    const table = parseCsv(readFileSync(path, "utf8"));
    expect(table.names).toEqual(["step", "epoch", "loss", "validationLoss", "learningRate"]);
    expect([...table.numbers("step")]).toEqual([0, 1, 2, 3, 4]);
    expect([...table.numbers("loss")]).toEqual(history.map(({ loss }: { loss: number }) => loss));
  });

  it("the files that are written are named on the error side", async () => {
    const [picture, model] = [inFolder("named.svg"), inFolder("named.json")];
    const { err } = await coaster(["fit", rides, quadratic, "--plot", picture, "--save", model]);
    expect(err).toBe(`picture written to ${picture}\nmodel written to ${model}\n`);
    expect([picture, model].every((path) => existsSync(path))).toBe(true);
  });
});

describe("fits of groups", () => {
  const rows = (wells: readonly string[], points: number): string =>
    wells
      .flatMap((well, k) => Array.from({ length: points }, (_, i) => `${well},${i},${(k + 1) * i + (i % 2)}`))
      .join("\n");
  const lines = `well,x,y\n${rows(["A1", "A2", "B1"], 6)}\n`;
  const line = "y ~ slope*x + offset";

  it("are a report, a table in a file, and all answers as JSON", async () => {
    const [data, table] = [kept("wells.csv", lines), inFolder("wells-fitted.csv")];
    const { status, out, err } = await coaster(["fit", data, line, "--group", "well", "-o", table]);
    expect([status, err]).toEqual([0, `3 fits written to ${table}\n`]);
    expect(out).toMatch(/^ {4}A2 +2\.\d+ +\+\/- \d/m);
    const written = readFileSync(table, "utf8");
    expect(written.split("\n")[0]).toBe(
      "well,slope,slope_error,offset,offset_error,rss,observations,rSquared,converged,message",
    );
    const json = JSON.parse((await coaster(["fit", data, line, "--group", "well", "--json"])).out);
    expect(keysOf(json)).toContain("groups[].params.slope.standardError");
  });

  it("have status 1 where a group has too few points, and say how many", async () => {
    const data = kept("few.csv", `${lines}C1,1,1\n`);
    const { status, out } = await coaster(["fit", data, line, "--group", "well"]);
    expect(status).toBe(1);
    expect(out).toContain("1 of 4 groups stopped short (3 converged, 1 invalid); the first, C1: 1 point");
  });

  it("share parameters", async () => {
    const data = kept("shared.csv", lines);
    const { out } = await coaster(["fit", data, line, "--group", "well", "--shared", "offset"]);
    expect(out).toMatch(/\[\[Shared parameters\]\]\n.*\n {4}offset +\d/);
  });

  it.each([
    [["--shared", "offset"], "--shared expects --group COLUMN besides, got none"],
    [["-o", "a.csv"], "--output expects --group COLUMN besides, got none (--save keeps a single fit)"],
    [["--group", "wel"], "groups expects a column, got wel (did you mean well?)"],
    [["--group", "well", "--plot", "a.svg"], "--plot expects a single fit, got --group besides"],
    [["--group", "well", "--history", "a.csv"], "--history expects a single fit, got --group besides"],
  ])("expect flags that go together: %j", async (more, message) => {
    const data = kept("flags.csv", lines);
    expect(await coaster(["fit", data, line, ...more])).toEqual({
      status: 2,
      out: "",
      err: `coaster: ${message}\n`,
    });
  });
});

describe("saved fits", () => {
  const [model, svg] = [inFolder("model.json"), inFolder("fit.svg")];
  const saved = () => coaster(["fit", rides, quadratic, "--fix", "c=70", "--save", model, "--plot", svg]);

  it("are what --json prints", async () => {
    await saved();
    const { out } = await coaster(["fit", rides, quadratic, "--fix", "c=70", "--json"]);
    const timeless = (text: string) => ({ ...JSON.parse(text), seconds: 0 });
    expect(timeless(readFileSync(model, "utf8"))).toEqual(timeless(out));
  });

  it("predict: a column more, named after what is predicted, in a file or on standard output", async () => {
    await saved();
    const { params } = JSON.parse(readFileSync(model, "utf8"));
    const data = kept("new.csv", "time,who\n20,me\n,you\n");
    const { status, out } = await coaster(["predict", model, data]);
    const speed = params.a.value * 400 + params.b.value * 20 + 70;
    const table = parseCsv(out);
    expect([status, table.names]).toEqual([0, ["time", "who", "predicted_speed"]]);
    expect(table.numbers("predicted_speed")[0]).toBeCloseTo(speed, 9);
    expect(table.numbers("predicted_speed")[1]).toBeNaN();
    const silent = await coaster(["predict", model, data, "-o", inFolder("predicted.csv")]);
    expect(silent).toEqual({ status: 0, out: "", err: "" });
    expect(readFileSync(inFolder("predicted.csv"), "utf8")).toBe(out);
  });

  it("predict what the formula has on its left side", async () => {
    const path = inFolder("log.json");
    await coaster(["fit", cars, "log(dist) ~ a + b*speed", "--save", path]);
    const { out } = await coaster(["predict", path, cars]);
    expect(parseCsv(out).names).toEqual(["speed", "dist", "predicted_log(dist)"]);
  });

  it("plot the same picture again, and as PNG", async () => {
    await saved();
    const [again, png] = [inFolder("again.svg"), inFolder("again.png")];
    expect(await coaster(["plot", model, rides, "-o", again])).toEqual({
      status: 0,
      out: "",
      err: `picture written to ${again}\n`,
    });
    expect(readFileSync(again, "utf8")).toBe(readFileSync(svg, "utf8"));
    await coaster(["plot", model, rides, "--output", png]);
    expect([...readFileSync(png).subarray(1, 4)]).toEqual([..."PNG"].map((c) => c.charCodeAt(0)));
  });

  it("are where another fit starts, with what was fixed still fixed, and more if --fix says so", async () => {
    await saved();
    const before = JSON.parse(readFileSync(model, "utf8")).params;
    const { status, out } = await coaster(["fit", rides, "--from", model, "--fix", "a", "--json"]);
    const { formula, params } = JSON.parse(out);
    expect([status, formula]).toEqual([0, quadratic]);
    expect(params.a).toMatchObject({ start: before.a.value, value: before.a.value, fixed: true });
    expect(params.b).toMatchObject({ start: before.b.value, fixed: false });
    expect(params.c).toMatchObject({ value: 70, fixed: true });
  });

  it("lend another formula the values of the names that it has too", async () => {
    await saved();
    const before = JSON.parse(readFileSync(model, "utf8")).params;
    const shifted = "speed ~ a*(time - t0)^2 + d";
    const { out } = await coaster(["fit", rides, shifted, "--from", model, "--start", "t0=9", "--json"]);
    const { params } = JSON.parse(out);
    expect([params.a.start, params.t0.start, params.d.start]).toEqual([before.a.value, 9, 1]);
  });
});

describe("coaster lr", () => {
  it("says what to type next", async () => {
    const { status, out } = await coaster(["lr", rides, quadratic]);
    expect(status).toBe(0);
    expect(out).toMatch(/--optimizer sgd --lr 0\.0000\d+\n/);
  });
});

describe("coaster steps", () => {
  const titles = ["initialize", "predict", "loss", "gradients", "step", "repeat", "stop"];

  it("names the seven steps in order, and ends with the report", async () => {
    const { status, out, err } = await coaster(["steps", rides, quadratic, "--steps", "20"]);
    expect([status, err]).toEqual([0, ""]);
    expect(out.match(/^Step \d: \w+/gm)).toEqual(titles.map((title, i) => `Step ${i + 1}: ${title}`));
    expect(out).toMatch(/\[\[Outcome\]\]\n.*ran the 20 steps/);
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("walks the tutorial to its own numbers", async () => {
    const golden = JSON.parse(readFileSync(join(root, "test/golden/roller-coaster.json"), "utf8"));
    const { params, steps } = golden.cases[0] as {
      params: { data: number[] };
      steps: { loss: number; grad: number[] }[];
    };
    const start = ["a", "b", "c"].map((name, i) => `${name}=${params.data[i]}`).join(",");
    const args = ["steps", rides, quadratic, "--start", start, "--lr", "1e-5", "--steps", "10"];
    const { out } = await coaster(args);
    const [first] = steps;
    // The tutorial's numbers are float32's, whose gradients are sums of large terms: five digits of them stand.
    const near = (text: string | undefined, value: number) =>
      expect(Math.abs(Number(text) / value - 1)).toBeLessThan(1e-5);
    for (const [i, name] of ["a", "b", "c"].entries())
      near(new RegExp(`d mse / d ${name} += +(\\S+)`).exec(out)?.[1], first!.grad[i]!);
    const told = [...out.matchAll(/^ {4}(\d+) +(\d+\.\d+) {2,}/gm)].slice(-11).map(([, , loss]) => loss);
    expect(told).toHaveLength(11);
    for (const [step, loss] of told.entries()) near(loss, steps[step]!.loss);
    expect(out).toContain("The learning rate is 0.00001, as asked for.");
  });

  it("fills in the formulas: what is printed adds up", async () => {
    const data = kept("line.csv", "x,y\n1,2\n2,6\n");
    const { out } = await coaster(["steps", data, "y ~ a*x", "--lr", "0.1", "--steps", "1"]);
    expect(out).toContain("mse = ((1 - 2)^2 + (2 - 6)^2) / 2 = 8.5");
    // The gradient of the mean of (a x - y)^2 is 2 (1 (1 - 2) + 2 (2 - 6)) / 2.
    expect(out).toMatch(/d mse \/ d a += -9\.?0* +a larger a makes the loss smaller/);
    expect(out).toMatch(/a: +1 - 0\.1 \* \(-9\.?0*\) = +1\.9/);
  });

  const walks: [formula: string, data: string][] = [
    [quadratic, rides],
    ["dist ~ a + b*speed^p", cars],
    ["dist ~ a*exp(b*speed)", cars],
    ["log(dist) ~ a + b*log(speed)", cars],
    ["Mean ~ a + b*(Year - 1990)", co2],
  ];
  it.each(walks)("chooses a rate with which the loss of %s falls at every step", async (formula, path) => {
    const walk = await walkOf({ data: await readTable(path), model: formula, steps: 30 });
    const losses = walk.path.map(({ loss }) => loss);
    expect(losses.length).toBeGreaterThan(20);
    // The walk ends where rounding makes the loss stand still.
    for (const [i, loss] of losses.slice(1).entries())
      expect(loss).toBeLessThanOrEqual(losses[i]! * (1 + 1e-9));
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
  });

  it("takes the largest curvature of a loss from its second derivatives", async () => {
    const problem = problemOf(
      { data: { x: [1, 2, 3], y: [1, 1, 1] }, model: "y ~ a*x + b" },
      new Generator(0),
    );
    const free = Object.fromEntries(problem.starts.map(({ name, value }) => [name, value]));
    // The second derivatives of the mean of (a x + b - y)^2: 2 mean [x^2, x; x, 1].
    const [aa, ab, bb] = [2 * (14 / 3), 2 * 2, 2];
    const largest = (aa + bb) / 2 + Math.hypot((aa - bb) / 2, ab);
    expect(curvatureAt({ problem, free, fixed: {} })).toBeCloseTo(largest, 9);
  });

  it("tells of the optimizer asked for without a formula that is not its own", async () => {
    const { out } = await coaster(["steps", rides, quadratic, "--optimizer", "adam", "--steps", "5"]);
    expect(out).toContain("adam makes each step");
    expect(out).toMatch(/a: +1 -> +\d/);
  });

  it("stops before the slopes where the loss at the start is no number, and says so", async () => {
    const { status, out } = await coaster(["steps", cars, "dist ~ a*log(b - speed)"]);
    expect(status).toBe(1);
    expect(out.match(/^Step \d/gm)).toEqual(["Step 1", "Step 2", "Step 3", "Step 7"]);
    expect(out.replace(/\s+/g, " ")).toMatch(
      /log\(b - speed\) is NaN at \S+\.csv:2 column "speed", where b - speed = -3/,
    );
    expect(out).toContain("mse = not a number\n");
  });

  it("says how far a wiser rule gets", async () => {
    const { out } = await coaster(["steps", rides, quadratic, "--steps", "20"]);
    expect(out).toMatch(/coaster fit takes wiser steps and comes to its end:.*mse 7\.304970\.\n$/s);
  });
});

describe("exit statuses", () => {
  const cases: [status: number, what: string, args: string[]][] = [
    [0, "a fit that converged", ["fit", rides, quadratic]],
    [0, "the steps that were asked for", ["fit", rides, quadratic, "--steps", "2", "--optimizer", "adam"]],
    [1, "a fit that diverged", ["fit", rides, quadratic, "--optimizer", "sgd", "--lr", "1"]],
    [1, "a model that is undefined at the start", ["fit", cars, "dist ~ a*log(-1 - exp(b*speed))"]],
    [2, "a file that is not there", ["fit", "nowhere.csv", quadratic]],
    [2, "a formula that does not parse", ["fit", rides, "speed ~ a*(time"]],
    [2, "a flag that is not there", ["fit", rides, quadratic, "--stpes", "2"]],
    [0, "help", ["fit", "--help"]],
    [0, "no command", []],
  ];
  it.each(cases)("%i for %s", async (status, _, args) => {
    const got = await coaster(args);
    expect(got.status).toBe(status);
    expect(got.out === "").toBe(status === 2);
    expect(got.err === "").toBe(status !== 2);
  });

  it("1 for a fit stopped by control-C, whose best answer is printed", async () => {
    const before = process.listenerCount("SIGINT");
    const ended = coaster(endless);
    while (process.listenerCount("SIGINT") === before) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, 100));
    process.listeners("SIGINT").at(-1)?.("SIGINT");
    const { status, out, err } = await ended;
    expect([status, err]).toEqual([1, ""]);
    expect(out).toMatch(/\[\[Parameters\]\][\s\S]*stopped on request after \d+ steps/);
    expect(process.listenerCount("SIGINT")).toBe(before);
  });

  it("0 where the reader has seen enough", async () => {
    const many = kept("many.csv", `time\n${Array.from({ length: 1e5 }, (_, i) => i).join("\n")}\n`);
    const model = inFolder("pipe.json");
    await coaster(["fit", rides, quadratic, "--save", model]);
    const { child, ended } = started(["predict", model, many]);
    child.stdout.once("data", () => child.stdout.destroy());
    const { status, err } = await ended;
    expect([status, err]).toEqual([0, ""]);
  });
});

describe("errors say on one line what was wanted, what came, and where", () => {
  const bad = kept("bad.csv", "x,y\n1,2\n2,n/a\n");
  const model = kept(
    "tiny.json",
    JSON.stringify({ formula: "y ~ a*x", params: { a: { value: 2, fixed: false } } }),
  );
  const cases: [args: string[], sentence: string][] = [
    [["fti"], "unknown command: fti (did you mean fit?)"],
    [["zzzzzz"], "unknown command: zzzzzz (known: fit, steps, lr, predict, compare, plot, studio)"],
    [["--verbose"], "unknown flag: --verbose (known: --version, --help)"],
    [["fit"], "fit expects DATA [FORMULA], got nothing"],
    [["predict", model], `predict expects MODEL.json DATA, got ${JSON.stringify(model)}`],
    [
      ["fit", rides, "speed", "~", "a"],
      `fit expects DATA [FORMULA], got "${rides}" "speed" "~" "a" (a formula, or a name with spaces, needs quotes)`,
    ],
    [["fit", rides], 'expected a FORMULA such as "y ~ a*x + b", or --from, got neither'],
    [["fit", rides, quadratic, "--lrr", "3"], "unknown flag: --lrr (did you mean --lr?)"],
    [["fit", rides, quadratic, "--colour"], "unknown flag: --colour (coaster fit --help lists them)"],
    [["fit", rides, quadratic, "--lr"], "--lr expects a value, got none"],
    [["fit", rides, quadratic, "--quiet=no"], '--quiet expects no value, got "no"'],
    [["plot", model, rides, "-x"], "unknown flag: -x (known: --output, --help)"],
    [["fit", "nowhere.csv", quadratic], "no such file: nowhere.csv"],
    [["fit", "data", quadratic], "expected a file, got a directory: data"],
    [["fit", bad, "y ~ a*x"], `${bad}:3 column "y": not a number: "n/a"`],
    [["fit", rides, quadratic, "--start", "z=1"], "unknown parameter: z (known: a, b, c)"],
    [["fit", rides, quadratic, "--optimizer", "adm"], "unknown optimizer: adm (did you mean adam?)"],
    [["fit", rides, quadratic, "--loss", "msee"], "unknown loss: msee (did you mean mse?)"],
    [
      ["fit", rides, quadratic, "--weights", "sped"],
      "--weights expects a column, got sped (did you mean speed?)",
    ],
    [["fit", rides, quadratic, "--plot", "nowhere/a.svg"], "no such folder for: nowhere/a.svg"],
    [["fit", rides, quadratic, "--from", "nowhere.json"], "no such file: nowhere.json"],
    [["predict", bad, rides], `${bad}: expected a fit as --save writes it, got text that is no JSON`],
    [["predict", model, rides], `${rides}: expected a column x, got time, speed`],
    [["plot", model, rides], "plot expects -o FILE.svg or -o FILE.png, got neither"],
    [
      ["plot", model, rides, "-o", "a.gif"],
      'picture expects a file name ending in .svg or .png, got "a.gif"',
    ],
    [["steps", rides, quadratic, "--fix", "a,b,c"], "steps expects a free parameter, got none"],
  ];
  it.each(cases)("coaster %j", async (args, sentence) => {
    expect(await coaster(args, terminal, terminal)).toEqual({
      status: 2,
      out: "",
      err: `coaster: ${sentence}\n`,
    });
  });

  it("and show the place in a formula", async () => {
    const { err } = await coaster(["fit", rides, "speed ~ a*tme^2"]);
    const [sentence, ...picture] = err.split("\n");
    expect(sentence).toBe(
      "coaster: unknown name: tme (did you mean the column time? to make it a parameter, name it in --start)",
    );
    expect(picture).toEqual(["  speed ~ a*tme^2", "            ^^^", ""]);
  });

  it("and no stack in a process of its own", async () => {
    const { status, out, err } = await started(["fit", "nowhere.csv", quadratic]).ended;
    expect({ status, out, err }).toEqual({ status: 2, out: "", err: "coaster: no such file: nowhere.csv\n" });
  });
});

describe("the table of flags", () => {
  const all = Object.entries(flags) as [string, Flag][];

  it.each(all)("--%s is in the help of a command, as it is typed", async (name, flag) => {
    const takers = commands.filter((command) => command.flags.some((taken) => taken === name));
    expect(takers.length).toBeGreaterThan(0);
    for (const { name: command } of takers) {
      const { out } = await coaster([command, "--help"]);
      expect(out).toContain(`${flag.name}${flag.sign === null ? "" : ` <${flag.sign}>`}`);
      expect(out.replace(/\s+/g, " ")).toContain(flag.help);
    }
  });

  it.each(all.filter(([, { sign }]) => sign !== null))(
    "--%s does not take nothing for a value",
    (_, flag) => {
      expect(() => readFlag(flag, "", undefined)).toThrow(/ expects .*, got ""$/);
    },
  );

  const refused: [flag: keyof typeof flags, texts: string[]][] = [
    ["start", ["a", "a=", "=1", "a=x", "a=1,a=2", "a=1,,b=2", "a=Infinity", "a=1=2"]],
    ["fix", ["a=x", "a,a", ",a"]],
    ["bound", ["a", "a=", "a=:", "a=1", "a=1:2:3", "a=x:1", "a=1:y", "=0:1"]],
    ["lr", ["0", "-1", "x", "Infinity", "1e400"]],
    ["steps", ["-1", "1.5", "x", "1e30"]],
    ["batch", ["0", "2.5"]],
    ["validation", ["0", "1", "-0.1", "20%"]],
    ["dtype", ["float16", "FLOAT32"]],
    ["plot", ["a.gif", "svg"]],
  ];
  it.each(refused.flatMap(([name, texts]) => texts.map((text) => [name, text] as const)))(
    "--%s refuses %j",
    (name, text) => {
      expect(() => readFlag(flags[name], text, undefined)).toThrow(JSON.stringify(text));
    },
  );

  it("reads names with anything but commas and equals signs in them", () => {
    expect(readFlag(flags.start, "my rate=2, β=-1e-3", undefined)).toEqual(
      new Map([
        ["my rate", 2],
        ["β", -1e-3],
      ]),
    );
    expect(readFlag(flags.bound, "c= 0 : ", undefined)).toEqual(new Map([["c", { min: 0 }]]));
  });
});

describe("help and version", () => {
  it("coaster alone says what there is", async () => {
    const { out } = await coaster([]);
    for (const { name, summary } of commands) {
      expect(out).toContain(`\n  ${name} `);
      expect(out.replace(/\s+/g, " ")).toContain(summary);
    }
    expect(out).toContain("Exit status: 0 ");
  });

  it.each(commands.map(({ name, operands, examples }) => [name, operands, examples] as const))(
    "coaster %s --help shows its operands and examples that would be understood",
    async (name, operands, examples) => {
      const { out } = await coaster([name, "--help"]);
      for (const operand of operands) expect(out.replace(/\s+/g, " ")).toContain(operand.help);
      for (const example of examples) {
        expect(out).toContain(example);
        const words = [...example.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
        const { err } = await coaster(words.slice(1));
        expect(err).toMatch(/^coaster: no such file: (rides|decay|more|model|line)/);
      }
    },
  );

  it("--version is that of the package", async () => {
    expect(await coaster(["--version"])).toEqual({ status: 0, out: `${manifest.version}\n`, err: "" });
  });
});

describe("the progress line", () => {
  const event = { step: 7, epoch: 0, loss: 2.5, validationLoss: null, learningRate: 0.1, params: {} };

  it("is drawn at most twenty times a second, and leaves nothing behind", () => {
    let time = 0;
    const sink = sinkOf(terminal);
    const { onStep, clear } = progressOn(sink, () => time);
    for (time = 0; time < 1000; time++) onStep?.(event);
    const drawn = sink.said().split("\r").slice(1);
    expect(drawn.length).toBeGreaterThan(15);
    expect(drawn.length).toBeLessThanOrEqual(20);
    expect(stripVTControlCharacters(drawn[0]!)).toBe("step 7   loss 2.5   rate 0.1");
    clear();
    expect(sink.said().endsWith("\r\u001b[K")).toBe(true);
  });

  it("is not there for what is done at once, and not where there is no terminal", () => {
    const sink = sinkOf(terminal);
    const { onStep, clear } = progressOn(sink, () => 0);
    onStep?.(event);
    clear();
    expect(sink.said()).toBe("");
    expect(progressOn(sinkOf()).onStep).toBeUndefined();
    expect(progressOn(null).onStep).toBeUndefined();
  });

  it("fits into a narrow terminal", () => {
    const sink = sinkOf({ isTTY: true, columns: 12 });
    let time = 0;
    const { onStep } = progressOn(sink, () => time);
    time = 60;
    onStep?.({ ...event, step: 123_456_789 });
    expect(stripVTControlCharacters(sink.said()).replace("\r", "").length).toBeLessThan(12);
  });
});

describe("ASCII alone", () => {
  const cases: [env: Record<string, string>, is: boolean][] = [
    [{}, false],
    [{ TERM: "xterm", LANG: "en_US.UTF-8" }, false],
    [{ TERM: "dumb" }, true],
    [{ TERM: "linux", LANG: "en_US.UTF-8" }, true],
    [{ LANG: "C" }, true],
    [{ LANG: "C", LC_ALL: "C.UTF-8" }, false],
  ];
  it.each(cases)("in %j: %s", (env, is) => {
    expect(isAsciiOnly({ out: sinkOf(), err: sinkOf(), env })).toBe(is);
  });
});

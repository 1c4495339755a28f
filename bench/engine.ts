/** An engine at work: a process of its own that answers commands on standard input, whatever language it is written in. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import type { CEngine, Engine, Job, ModuleEngine, PythonEngine } from "./job.ts";
import { areOthersThere } from "./others/install.ts";

/** How long an engine may take to get ready, to answer, or to do a round, in milliseconds. */
const patience = 120_000;

/** Libraries that would take all cores take one, unless a job asks for more. */
const oneThread = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };

const pythonCommand = process.env.PYTHON ?? "python3";
const compiler = process.env.CC ?? "gcc";
const binaries = ".cache/bench";

export type Command = readonly [command: string, ...args: string[]];

/** The command of an engine, or a sentence that says why there is none. */
type Found = { readonly command: Command } | { readonly absent: string };

export class Running {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #complaints: string[] = [];

  private constructor([command, ...args]: Command) {
    this.#process = spawn(command, args, { env: { ...process.env, ...oneThread } });
    this.#lines = createInterface(this.#process.stdout!)[Symbol.asyncIterator]();
    createInterface(this.#process.stderr!).on("line", (line) => this.#complaints.push(line));
    // Where the process has ended, the missing answer says so.
    this.#process.stdin!.on("error", () => {});
    this.#process.on("error", (error) => this.#complaints.push(error.message));
  }

  /** Starts an engine and waits until its data are there. */
  static async start(command: Command): Promise<Running> {
    const running = new Running(command);
    await running.#expect("ready");
    return running;
  }

  /** The number by which engines are compared; NaN from one that has none. */
  answer(): Promise<number> {
    this.#process.stdin!.write("answer\n");
    return this.#expect("answer");
  }

  /** Works for so long, at least once, and gives the milliseconds of a unit in the fastest step, or the figure that it tells. */
  round(ms: number): Promise<number> {
    this.#process.stdin!.write(`round ${ms}\n`);
    return this.#expect("measured");
  }

  stop(): void {
    this.#process.stdin!.end();
    this.#process.kill();
  }

  /** The number after a word that the engine is to say; what else it prints is passed over. */
  async #expect(word: string): Promise<number> {
    const timer = setTimeout(() => {
      this.#complaints.push(`not ${word} after ${patience / 1000} s`);
      this.#process.kill("SIGKILL");
    }, patience);
    try {
      for (;;) {
        const { value, done } = await this.#lines.next();
        if (done) throw new Error(await this.#lastWords());
        const [first, number] = value.split(" ");
        if (first === word) return Number(number);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Why the process ended: the line of its complaints that names an error, or the last one. */
  async #lastWords(): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const said = this.#complaints.filter((line) => !/^\s*(?:at .*|Node\.js v.*)?$/.test(line));
    return (
      said.findLast((line) => /error|not \w+ after/i.test(line)) ?? said.at(-1) ?? "it ended without a word"
    );
  }
}

/** How an engine is started. */
export function commandOf(job: Job, engine: Engine): Found {
  if ("c" in engine) return compiled(engine);
  if ("python" in engine) return script(engine);
  return module(job, engine);
}

function module(job: Job, { name, isOther }: ModuleEngine): Found {
  if (isOther && !areOthersThere()) return { absent: "the packages of bench/others are not installed" };
  const child = join(import.meta.dirname, "child.ts");
  return { command: [process.execPath, "--expose-gc", "--import", "tsx", child, job.key, name] };
}

function compiled({ c, flags, args }: CEngine): Found {
  if (!succeeds(compiler, "--version")) return { absent: `there is no ${compiler}` };
  mkdirSync(binaries, { recursive: true });
  const binary = join(binaries, [basename(c, ".c"), ...flags].join(""));
  const source = join(import.meta.dirname, "c", c);
  const options = ["-O3", "-march=native", "-pthread", ...flags, "-o", binary, source, "-lm"];
  const { status, stderr } = spawnSync(compiler, options, { encoding: "utf8" });
  return status === 0
    ? { command: [binary, ...args] }
    : { absent: `${compiler} says ${stderr.split("\n")[0]}` };
}

function script({ python, needs, args }: PythonEngine): Found {
  const missing = needs.find((name) => !succeeds(pythonCommand, "-c", `import ${name}`));
  if (missing) return { absent: `${pythonCommand} cannot import ${missing}` };
  return { command: [pythonCommand, join(import.meta.dirname, "python", python), ...args] };
}

const tried = new Map<string, boolean>();

/** Whether a command is there and succeeds; asked once. */
function succeeds(command: string, ...args: string[]): boolean {
  const key = [command, ...args].join(" ");
  const known = tried.get(key) ?? spawnSync(command, args, { stdio: "ignore" }).status === 0;
  tried.set(key, known);
  return known;
}

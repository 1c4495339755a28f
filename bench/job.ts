/** What a job of the benchmark is, as plain data: a figure, an aim, and a row for each engine. */

/** A figure made of the milliseconds of one unit of work, or told by the engine itself. */
export interface Unit {
  readonly name: string;
  readonly better: "more" | "less";
  readonly of: (measured: number) => number;
}

/** So many things in a unit of work, a second. */
export function rate(name: string, things = 1): Unit {
  return { name, better: "more", of: (ms) => (things * 1000) / ms };
}

export const milliseconds: Unit = { name: "ms", better: "less", of: (ms) => ms };

/** A figure that the engine tells, and that is better the smaller it is. */
export function told(name: string): Unit {
  return { name, better: "less", of: (value) => value };
}

/** Work that is timed: `step` does `count` units (1), and `answer` gives a number by which engines are compared. */
export interface Work {
  readonly count?: number;
  readonly step: () => unknown;
  readonly answer?: () => number | Promise<number>;
}

/** A figure that is not a time, such as a size in bytes. */
export interface Fact {
  readonly tell: () => number | Promise<number>;
}

/** An engine in JavaScript: its data are made and its modules loaded in `prepare`, in a process of its own. */
export interface ModuleEngine {
  readonly name: string;
  /** Whether it needs the packages of bench/others. */
  readonly isOther?: boolean;
  readonly prepare: () => Promise<Work | Fact>;
}

/** A program in C, compiled with more flags than `-O3 -march=native` where they are given. */
export interface CEngine {
  readonly name: string;
  readonly c: string;
  readonly flags: readonly string[];
  readonly args: readonly string[];
}

/** A script in Python that needs modules. */
export interface PythonEngine {
  readonly name: string;
  readonly python: string;
  readonly needs: readonly string[];
  readonly args: readonly string[];
}

export type Engine = ModuleEngine | CEngine | PythonEngine;

/** What is measured of several engines in turn. Rows whose names begin with "Coaster" are ours; the first of them is the measure. */
export interface Job {
  /** Up to the dash, if there is one, it is what a filter names: `W2` chooses W2-one and W2-two. */
  readonly key: string;
  readonly title: string;
  readonly unit: Unit;
  readonly aim?: number;
  readonly engines: readonly Engine[];
  /** Whether each round wants a fresh process: a first call is measured, or a peak. */
  readonly isFresh?: boolean;
  /** How many rounds at most; a slow job that hardly varies needs few. */
  readonly rounds?: number;
  /** How far answers may be, relatively, from that of the plain JavaScript loop before they are called wrong (1e-3). */
  readonly tolerance?: number;
}

/** The C rows of a job: as the standard says, and with the freedom to reorder sums. Arguments that begin with -D are the compiler's. */
export function c(source: string, ...given: string[]): CEngine[] {
  const [defines, args] = [true, false].map((isDefine) =>
    given.filter((x) => x.startsWith("-D") === isDefine),
  );
  return [
    { name: "C", c: source, flags: defines!, args: args! },
    { name: "C -ffast-math", c: source, flags: [...defines!, "-ffast-math"], args: args! },
  ];
}

/** A NumPy and a PyTorch row, of one script. */
export function python(script: string, ...args: string[]): PythonEngine[] {
  return [numpy(script, ...args), torch(script, ...args)];
}

export function numpy(script: string, ...args: string[]): PythonEngine {
  return { name: "NumPy", python: script, needs: ["numpy"], args: ["numpy", ...args] };
}

export function torch(script: string, ...args: string[]): PythonEngine {
  return { name: "PyTorch", python: script, needs: ["numpy", "torch"], args: ["torch", ...args] };
}

export function scipy(script: string, ...args: string[]): PythonEngine {
  return { name: "SciPy", python: script, needs: ["numpy", "scipy"], args: ["scipy", ...args] };
}

/**
 * Rounds, minimum, table. Every engine takes its turn in each round, so that the drift of a noisy machine hits all of them, and
 * the fastest of an engine's rounds is its figure.
 */
import { type Command, commandOf, Running } from "./engine.ts";
import type { Engine, Job } from "./job.ts";

export interface Pace {
  readonly rounds: number;
  /** How long an engine works in a round, in milliseconds. */
  readonly turn: number;
}

/** Who has worked for so long, in milliseconds, sits out the rounds that remain. */
const enough = 30_000;

/** An engine's row of the table: its figure, and by how much its answer is off; or why there is none. */
interface Row {
  readonly engine: Engine;
  figure?: number;
  error?: number;
  /** Why there is no figure. */
  word?: string;
}

/** An engine in the game, with what it has shown so far. */
interface Player {
  readonly row: Row;
  readonly round: (ms: number) => Promise<number>;
  readonly stop: () => void;
  spent: number;
}

/** Plays all rounds of a job and gives the finished rows. */
export async function play(job: Job, pace: Pace): Promise<Row[]> {
  const rows = job.engines.map((engine): Row => ({ engine }));
  const answers = new Map<Row, number>();
  const players: Player[] = [];
  for (const row of rows) {
    const player = await enter(job, row, answers);
    if (player) players.push(player);
  }
  try {
    const rounds = Math.min(pace.rounds, job.rounds ?? Infinity);
    for (let i = 0; i < rounds; i++)
      for (const player of players) if (player.spent < enough) await turn(job, player, pace.turn);
  } finally {
    for (const player of players) player.stop();
  }
  compare(answers);
  return rows;
}

/** Starts an engine and asks for its answer; a row that cannot play says why. */
async function enter(job: Job, row: Row, answers: Map<Row, number>): Promise<Player | undefined> {
  const found = commandOf(job, row.engine);
  if ("absent" in found) {
    row.word = `absent: ${found.absent}`;
    return undefined;
  }
  const { command } = found;
  if (job.isFresh) return { row, round: () => roundOfFresh(command), stop: () => {}, spent: 0 };
  try {
    const running = await Running.start(command);
    answers.set(row, await running.answer());
    return { row, round: (ms) => running.round(ms), stop: () => running.stop(), spent: 0 };
  } catch (error) {
    row.word = failure(error);
    return undefined;
  }
}

/** The first step of a process that does nothing else. */
async function roundOfFresh(command: Command): Promise<number> {
  const running = await Running.start(command);
  try {
    return await running.round(0);
  } finally {
    running.stop();
  }
}

async function turn(job: Job, player: Player, ms: number): Promise<void> {
  const { row } = player;
  const start = performance.now();
  try {
    const figure = job.unit.of(await player.round(ms));
    row.figure = row.figure === undefined ? figure : better(job, row.figure, figure);
    player.spent += performance.now() - start;
  } catch (error) {
    row.word = failure(error);
    player.spent = Infinity;
  }
}

function better({ unit }: Job, a: number, b: number): number {
  return unit.better === "more" ? Math.max(a, b) : Math.min(a, b);
}

function failure(error: unknown): string {
  return `failed: ${error instanceof Error ? error.message : String(error)}`;
}

/** Notes how far each answer is from the plain JavaScript loop's, which computes in float64. */
function compare(answers: ReadonlyMap<Row, number>): void {
  const reference = [...answers].find(([{ engine }]) => engine.name === plain)?.[1];
  if (reference === undefined) return;
  for (const [row, answer] of answers)
    if (row.engine.name !== plain) row.error = Math.abs(answer - reference) / Math.abs(reference);
}

/** The name of the row whose answers are the measure. */
export const plain = "plain JavaScript";

/** The table of a job as text. */
export function table(job: Job, rows: readonly Row[]): string {
  const ours = rows.find(isOurs)?.figure;
  const cells = rows.map((row) => cellsOf(job, row, ours));
  const widths = [0, 1, 2, 3].map((i) => Math.max(...cells.map((line) => line[i]?.length ?? 0)));
  const nameWidth = Math.max(...rows.map(({ engine }) => engine.name.length));
  const lines = rows.map(({ engine, word = "" }, i) => {
    const [figure = "", ...rest] = cells[i]!;
    const aligned = [figure.padStart(widths[0]!), ...rest.map((cell, k) => cell.padEnd(widths[k + 1]!))];
    return ["", engine.name.padEnd(nameWidth), ...(figure ? aligned : []), word].join("  ").trimEnd();
  });
  return [`${job.key}: ${job.title}`, ...lines, ...aimLines(job, rows), ""].join("\n");
}

function isOurs({ engine }: Row): boolean {
  return engine.name.startsWith("Coaster");
}

/** Figure and unit, how many times as fast Coaster is, and the error; nothing where there is no figure. */
function cellsOf({ unit, tolerance = 1e-3 }: Job, { figure, error }: Row, ours?: number): string[] {
  if (figure === undefined) return [];
  const times = unit.better === "more" ? (ours ?? Number.NaN) / figure : figure / (ours ?? Number.NaN);
  const cells = [`${digits(figure)} ${unit.name}`, Number.isNaN(times) ? "" : `${digits(times)} x`];
  if (error === undefined || Number.isNaN(error)) return cells;
  return [...cells, `error ${error === 0 ? "0" : error.toExponential(0)}`, error > tolerance ? "WRONG" : ""];
}

/** The aim of a job, and whether the best of our rows meets it. */
function aimLines(job: Job, rows: readonly Row[]): string[] {
  if (job.aim === undefined) return [];
  const bound = job.unit.better === "more" ? "at least" : "at most";
  const aim = `${digits(job.aim)} ${job.unit.name}`.trimEnd();
  return [`  aim: ${bound} ${aim}: ${meetsAim(job, rows) ? "met" : "NOT MET"}`];
}

/** Whether an aim is met; null where there is none. */
export function meetsAim(job: Job, rows: readonly Row[]): boolean | null {
  if (job.aim === undefined) return null;
  const figures = rows.filter(isOurs).flatMap(({ figure }) => (figure === undefined ? [] : [figure]));
  return figures.some((figure) => better(job, figure, job.aim!) === figure);
}

/** Three digits, with M and k for large numbers and exponents for tiny ones. */
function digits(x: number): string {
  if (x > 0 && x < 1e-3) return x.toExponential(1);
  const [scaled, suffix] = x >= 1e6 ? [x / 1e6, " M"] : x >= 1e4 ? [x / 1e3, " k"] : [x, ""];
  return `${Number(scaled.toPrecision(3))}${suffix}`;
}

/** The worker: tasks come in, each is looked up in the table and done; parts and ends of answers go out. It owns the threads. */
import {
  compilerReady,
  FormulaError,
  othersTurn,
  setThreads,
  threadsReady,
  threadsReason,
} from "../../page.ts";
import type { Doing, Reply, Request, TaskName, Trouble } from "../messages.ts";
import { messageOf } from "../words.ts";
import { tasks } from "./tasks.ts";

const scope = globalThis as unknown as {
  postMessage(reply: Reply): void;
  onmessage: ((event: MessageEvent<Request>) => void) | null;
};

/** Any of the tasks: what goes in fits, for the page asks by the same types. */
type Performer = (given: unknown, doing: Doing<unknown>) => Promise<unknown>;

/** What is being done, by the name of its task. */
const running = new Map<TaskName, { readonly id: number; readonly stop: AbortController }>();

scope.onmessage = ({ data }) => {
  if (data.task === "stop") stop(data.id);
  else void perform(data);
};
void begin();

/** More threads than this gain little. */
const mostThreads = 8;

/** As many threads as the machine has cores, but one, which is the page's own, where the page may have them. */
async function begin(): Promise<void> {
  await compilerReady;
  const wanted = Math.min(mostThreads, navigator.hardwareConcurrency - 1);
  if (threadsReason() === null && wanted > 1) setThreads(wanted);
  const threads = await threadsReady();
  scope.postMessage({ kind: "ready", threads, reason: threadsReason() });
}

function stop(id: number): void {
  for (const task of running.values()) if (task.id === id) task.stop.abort();
}

/** Does a task in place of the last of its name. */
async function perform({ id, task, given }: Extract<Request, { given: unknown }>): Promise<void> {
  running.get(task)?.stop.abort();
  const stop = new AbortController();
  running.set(task, { id, stop });
  const { signal } = stop;
  const tell = (value: unknown): void => {
    if (!signal.aborted) scope.postMessage({ id, kind: "part", value });
  };
  try {
    // A task that came right after may take this one's place before it has begun.
    await othersTurn();
    if (signal.aborted) return scope.postMessage({ id, kind: "stopped" });
    const value = await (tasks[task] as Performer)(given, { signal, tell });
    scope.postMessage({ id, kind: "done", value });
  } catch (error) {
    const isStopped = signal.aborted && running.get(task)?.id !== id;
    scope.postMessage(
      isStopped ? { id, kind: "stopped" } : { id, kind: "failed", trouble: troubleOf(error) },
    );
  } finally {
    if (running.get(task)?.id === id) running.delete(task);
  }
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof FormulaError) return { message: error.problem, span: error.span };
  return { message: messageOf(error), span: null };
}
